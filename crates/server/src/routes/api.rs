//! `/openapi.json` and an offline page that shows it.

use crate::json::{EventView, ReceiptView};
use crate::problem::Problem;
use crate::routes;
use crate::routes::commands::Outcome;
use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response, SecurityRequirement};
use utoipa::{Modify, OpenApi, PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

pub(super) fn mount(config: &mut ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(openapi))
        .service(SwaggerUi::new("/api/{_:.*}").config(Config::new(["/openapi.json"])))
        .route("/api", web::get().to(to_page));
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "fundtrace",
        description = "资金与整改留痕系统 · a tamper-evident book of public money",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Security),
    paths(
        routes::commands::append,
        routes::imports::post,
        routes::imports::imports,
        routes::imports::import,
        routes::imports::reverse,
        routes::ledgers::ledgers,
        routes::ledgers::ledger,
        routes::events::events,
        routes::events::event,
        routes::records::records,
        routes::log::proof,
        routes::log::log,
        routes::log::checkpoint,
        routes::log::tile,
        routes::log::consistency,
        routes::entries::entries,
        routes::entries::entry,
        routes::stream::stream,
        routes::organisations::organisations,
        routes::organisations::balance,
        routes::organisations::overlays,
        routes::subjects::subject,
        routes::subjects::trace,
        routes::seals::completeness,
        routes::timeline::timeline,
        routes::timeline::steps,
        routes::funds::funds,
        routes::funds::fund,
        routes::funds::ledgers,
        routes::funds::trace,
        routes::funds::benefit,
        routes::projects::projects,
        routes::projects::project,
        routes::projects::ledgers,
        routes::projects::payments,
        routes::contracts::contracts,
        routes::contracts::contract,
        routes::claims::claims,
        routes::claims::claim,
        routes::projects::surpluses,
        routes::payments::payment,
        routes::payments::trace,
        routes::accounts::accounts,
        routes::accounts::account,
        routes::accounts::custody,
        routes::contributions::contributions,
        routes::contributions::contribution,
        routes::bank_lines::bank_lines,
        routes::bank_lines::bank_line,
        routes::lists::lists,
        routes::lists::list,
        routes::lists::lines,
        routes::lists::unfinished,
        routes::lists::roster_entries,
        routes::finance::allocation_deadlines,
        routes::finance::spending_progress,
        routes::finance::returned_payments,
        routes::finance::retention,
        routes::finance::idle_money,
        routes::finance::purposes,
        routes::items::items,
        routes::items::item,
        routes::items::rounds,
        routes::items::round,
        routes::evidence::all,
        routes::evidence::one,
        routes::files::put,
        routes::files::post,
        routes::files::get,
        routes::tasks::due,
        routes::tasks::plans,
        routes::tasks::closing,
        routes::tasks::verification,
        routes::tasks::reviews,
        routes::tasks::completion,
        routes::oversight::common_problems,
        routes::oversight::conduct,
        routes::oversight::recoveries,
        routes::packages::package,
        routes::printouts::printout,
        routes::alerts::alerts,
        routes::search::search,
        routes::search::search_all,
        routes::seals::seals,
        routes::seals::seal,
        routes::seals::record_states,
        routes::health::healthz,
        routes::health::readyz,
        routes::metrics::metrics,
        routes::health::confirm_clock,
    ),
    components(schemas(Problem, ReceiptView, EventView, Outcome, CommandSchema,
        crate::state::Cover, routes::commands::Receipts,
        routes::commands::Answers, routes::commands::LineOutcome, routes::commands::StreamLine))
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", bearer);
        document.security = Some(vec![SecurityRequirement::new(
            "token",
            Vec::<String>::new(),
        )]);
        for (path, item) in &mut document.paths.paths {
            for operation in [&mut item.get, &mut item.post, &mut item.put]
                .into_iter()
                .flatten()
            {
                if matches!(path.as_str(), "/healthz" | "/readyz" | "/metrics") {
                    operation.security = Some(vec![SecurityRequirement::default()]);
                }
                refusals(path, operation);
            }
        }
    }
}

/// What every operation may answer instead, as `application/problem+json`.
fn refusals(path: &str, operation: &mut Operation) {
    let mut statuses = vec![("503", "the server does not serve or write")];
    if path.starts_with("/v1") {
        statuses.extend([
            ("400", "the question cannot be read"),
            ("401", "no valid token"),
            ("403", "not allowed"),
            ("404", "not known"),
        ]);
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in statuses {
        let response = || RefOr::T(Response::new(description));
        responses.entry(status.to_owned()).or_insert_with(response);
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
        {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            response.content = [("application/problem+json".to_owned(), RefOr::T(problem))].into();
        }
    }
}

/// The description as it is published; a test sees to it that it is that of this program. Made anew
/// for each worker it took half of an idle server's memory.
const PUBLISHED: &str = include_str!("../../../../proto/openapi.json");

/// The description of the API, made from the routes.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(PUBLISHED)
}

async fn to_page() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("Location", "/api/"))
        .finish()
}

/// Any command: `type` says which, `data` are its facts.
pub struct CommandSchema;

/// The schemas of every noun's commands, each an enum of its own.
type Noun = (&'static str, RefOr<Schema>);

fn nouns() -> Vec<Noun> {
    vec![
        ("ledger", ledger::book::BookCommand::schema()),
        ("token", ledger::token::TokenCommand::schema()),
        ("log", ledger::log::LogCommand::schema()),
        (
            "organisation",
            ledger::organisation::OrganisationCommand::schema(),
        ),
        ("overlay", ledger::overlay::OverlayCommand::schema()),
        ("subject", ledger::person::PersonCommand::schema()),
        ("fund", ledger::fund::FundCommand::schema()),
        ("project", ledger::project::ProjectCommand::schema()),
        ("milestone", ledger::milestone::MilestoneCommand::schema()),
        ("claim", ledger::claim::ClaimCommand::schema()),
        ("contract", ledger::contract::ContractCommand::schema()),
        ("payment", ledger::payment::PaymentCommand::schema()),
        ("account", ledger::account::AccountCommand::schema()),
        (
            "contribution",
            ledger::contribution::ContributionCommand::schema(),
        ),
        ("bank_line", ledger::bank_line::BankLineCommand::schema()),
        ("list", ledger::list::ListCommand::schema()),
        ("receipt", ledger::receipt::ReceiptCommand::schema()),
        ("entry", ledger::entry::EntryCommand::schema()),
        ("record", ledger::record::RecordCommand::schema()),
        ("round", ledger::round::RoundCommand::schema()),
        ("item", ledger::item::ItemCommand::schema()),
        ("evidence", ledger::evidence::EvidenceCommand::schema()),
        ("import", ledger::import::ImportCommand::schema()),
    ]
}

impl PartialSchema for CommandSchema {
    fn schema() -> RefOr<Schema> {
        let mut any = OneOfBuilder::new();
        for (noun, schema) in nouns() {
            let RefOr::T(Schema::OneOf(commands)) = schema else {
                continue;
            };
            for command in commands.items {
                let RefOr::T(Schema::Object(command)) = command else {
                    continue;
                };
                for (word, data) in command.properties {
                    any = any.item(envelope(&format!("{noun}.{word}"), data));
                }
            }
        }
        RefOr::T(Schema::OneOf(any.build()))
    }
}

fn envelope(word: &str, data: RefOr<Schema>) -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let uuid = || text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let object = ObjectBuilder::new()
        .property("command_id", uuid())
        .required("command_id")
        .property("type", text().enum_values(Some([word])))
        .required("type")
        .property("occurred_on", Ref::from_schema_name("BusinessDate"))
        .required("occurred_on")
        .property("intake", Ref::from_schema_name("Intake"))
        .property(
            "expected_version",
            ObjectBuilder::new().schema_type(Type::Integer),
        )
        .property("documents", ArrayBuilder::new().items(text()))
        .property("correlation_id", uuid())
        .property("data", data)
        .required("data");
    Schema::Object(object.build())
}

impl ToSchema for CommandSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "Command".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        macro_rules! add {
            ($($command:ty)*) => {$( <$command>::schemas(schemas); )*};
        }
        add! {
            ledger::book::BookCommand
            ledger::token::TokenCommand
            ledger::log::LogCommand
            ledger::organisation::OrganisationCommand
            ledger::overlay::OverlayCommand
            ledger::person::PersonCommand
            ledger::fund::FundCommand
            ledger::project::ProjectCommand
            ledger::milestone::MilestoneCommand
            ledger::claim::ClaimCommand
            ledger::contract::ContractCommand
            ledger::payment::PaymentCommand
            ledger::account::AccountCommand
            ledger::contribution::ContributionCommand
            ledger::bank_line::BankLineCommand
            ledger::list::ListCommand
            ledger::receipt::ReceiptCommand
            ledger::entry::EntryCommand
            ledger::record::RecordCommand
            ledger::round::RoundCommand
            ledger::item::ItemCommand
            ledger::evidence::EvidenceCommand
            ledger::import::ImportCommand
        }
        for (name, schema) in [
            (ledger::Intake::name(), ledger::Intake::schema()),
            (
                ledger::date::BusinessDate::name(),
                ledger::date::BusinessDate::schema(),
            ),
        ] {
            schemas.push((name.into_owned(), schema));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_description_has_not_moved() {
        // The diff of this file is the review of the API; `UPDATE_EXPECT=1` writes it anew.
        let text = document().to_pretty_json().unwrap() + "\n";
        expect_test::expect_file!["../../../../proto/openapi.json"].assert_eq(&text);
    }

    #[test]
    fn every_command_is_described_once() {
        let text = serde_json::to_value(document()).unwrap();
        let described = text.pointer("/components/schemas/Command/oneOf").unwrap();
        let words = described.as_array().unwrap().iter().map(|command| {
            let word = command.pointer("/properties/type/enum/0").unwrap();
            word.as_str().unwrap().to_owned()
        });
        let mut words: Vec<_> = words.collect();
        let mut known: Vec<_> = ledger::Command::WORDS.concat();
        words.sort_unstable();
        known.sort_unstable();
        assert_eq!(words, known);
    }
}
