//! From a number, a name or an amount to what it is about, in one ledger or in all of the bearer's.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question, in_query};
use crate::routes::through::{Answer, Through};
use crate::state::State;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use ledger::fields::Kind;
use ledger::ids::LedgerId;
use ledger::money::Fen;
use projections::Page;
use projections::View;
use projections::search::query::Amounts;
use projections::search::{Found, Hit, Query, find};
use serde::{Deserialize, Serialize};

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/search", web::get().to(search))
        .route("/v1/search", web::get().to(search_all));
}

/// What is looked for. Text and amounts must both fit where both are given.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// A document's number, a name, a voucher or an amount, or a part of one: `云财农〔2018〕5号`,
    /// `财农2018年5`, `1,067.56万元`. Brackets, widths, dashes, capitals, spaces, simplified and
    /// traditional characters make no difference. Several words must all be found at one subject.
    q: Option<String>,
    /// Only this kind: `fund`, `project`, `payment`, `organisation`, …
    kind: Option<String>,
    /// Exactly this amount in fen. Amounts are compared without their sign.
    #[param(value_type = Option<i64>)]
    amount_fen: Option<String>,
    /// This amount in fen or more.
    #[param(value_type = Option<i64>)]
    amount_min: Option<String>,
    /// This amount in fen or less.
    #[param(value_type = Option<i64>)]
    amount_max: Option<String>,
    /// Wait until this record is there; only in one ledger.
    min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl Asked for SearchQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl SearchQuery {
    fn limit(&self) -> usize {
        self.limit
            .unwrap_or(50)
            .clamp(1, super::events::PAGE_LEN_MAX)
    }

    /// The question, checked.
    fn query(&self) -> Result<Query, Problem> {
        let kind = self.kind.as_deref().map(kind).transpose()?;
        let fen = |name, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| amount(name, text)).transpose()
        };
        let amounts = Amounts {
            exact: fen("amount_fen", &self.amount_fen)?,
            min: fen("amount_min", &self.amount_min)?,
            max: fen("amount_max", &self.amount_max)?,
        };
        Query::new(self.q.as_deref().unwrap_or_default(), kind, amounts).map_err(|error| {
            Problem::bad("BAD_QUERY", &error.to_string(), &error.zh()).at(error.field())
        })
    }
}

fn kind(word: &str) -> Result<Kind, Problem> {
    let found = Kind::ALL.iter().find(|kind| kind.word() == word).copied();
    found.ok_or_else(|| {
        let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        let known = known.join(", ");
        let title = format!("`{word}` is no kind; there are {known}");
        let title_zh = format!("没有“{word}”这一类;可用:{known}");
        Problem::bad("BAD_QUERY", &title, &title_zh).at("kind")
    })
}

fn amount(field: &str, text: &str) -> Result<Fen, Problem> {
    let fen = text.parse().ok().and_then(|fen| Fen::new(fen).ok());
    fen.ok_or_else(|| {
        let title = format!("`{text}` is not a whole number of fen up to 2^53 - 1");
        let title_zh = format!("“{text}”不是整数分,或超出 2^53 - 1");
        Problem::bad("BAD_QUERY", &title, &title_zh).at(field)
    })
}

/// What a number, a name or an amount is about.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/search", tag = "search",
    params(("ledger" = String, Path), SearchQuery),
    responses((status = 200, body = Answer<Found>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn search(question: Question<SearchQuery>) -> Answered {
    let query = question.query.query()?;
    let (offset, limit) = (question.query.offset, question.query.limit());
    let search = move |view: &View| Some(find(view, &query, offset, limit));
    question.long(("the ledger", "此账本"), search).await
}

/// What was found in all ledgers that are open to the bearer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FoundEverywhere {
    /// Every ledger that was searched, by its id.
    ledgers: Vec<SearchedLedger>,
    /// What was found, best first.
    data: Page<LedgerHit>,
}

/// A ledger that was searched.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SearchedLedger {
    #[schema(value_type = String, format = "uuid")]
    ledger: LedgerId,
    /// Its name.
    name: String,
    /// The last record that its part of the answer knows.
    through: Option<Through>,
    /// How many were found in it.
    total: usize,
    /// False where more is in it than is counted, or where this release cannot read it.
    complete: bool,
}

/// Something found, and in which ledger.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LedgerHit {
    #[schema(value_type = String, format = "uuid")]
    ledger: LedgerId,
    #[serde(flatten)]
    hit: Hit,
}

/// What a number, a name or an amount is about, in every ledger of the bearer.
#[utoipa::path(get, path = "/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, body = FoundEverywhere), (status = 400, body = Problem),
        (status = 401, body = Problem)))]
pub async fn search_all(
    state: web::Data<State>,
    bearer: Bearer,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = in_query::<SearchQuery>(request.query_string());
    let asked = asked?;
    if asked.min_seq.is_some() {
        let (title, title_zh) = (
            "min_seq counts the records of one ledger; ask that ledger",
            "min_seq 是单个账本的记录序号,请在该账本内查询",
        );
        return Err(Problem::bad("BAD_QUERY", title, title_zh).at("min_seq"));
    }
    let query = asked.query()?;
    let (offset, limit) = (asked.offset, asked.limit());
    let mut open = state.handle.ledgers();
    open.retain(|id| bearer.may_enter(&state, *id));
    open.sort_unstable();
    let place = state.long.enter().await?;
    let searched = place.block(move || everywhere(&state, open, &query, offset, limit));
    Ok(HttpResponse::Ok().json(searched.await?))
}

fn everywhere(
    state: &State,
    open: Vec<LedgerId>,
    query: &Query,
    offset: usize,
    limit: usize,
) -> FoundEverywhere {
    let (mut ledgers, mut hits) = (Vec::new(), Vec::new());
    for ledger in open {
        let Some(slot) = state.handle.slot(ledger) else {
            continue;
        };
        let newer = slot.is_newer();
        let view = slot.view();
        // Of no ledger more is needed than would fill the pages up to this one.
        let found = find(&view, query, 0, offset.saturating_add(limit));
        let book = view.books.book.as_ref();
        ledgers.push(SearchedLedger {
            ledger,
            name: book.map(|book| book.name.to_string()).unwrap_or_default(),
            through: Through::of(&view),
            total: found.page.total,
            complete: found.complete && !newer,
        });
        let found = found.page.entries.into_iter();
        hits.extend(found.map(|hit| LedgerHit { ledger, hit }));
    }
    // Stable: among equals the ledgers keep their order.
    hits.sort_by(|a, b| a.hit.in_order(&b.hit));
    let totals = ledgers.iter().map(|ledger| ledger.total);
    let total = totals.fold(0, usize::saturating_add);
    let entries: Vec<_> = hits.into_iter().skip(offset).take(limit).collect();
    let more = offset.saturating_add(entries.len()) < total;
    let data = Page {
        entries,
        total,
        offset,
        more,
    };
    FoundEverywhere { ledgers, data }
}
