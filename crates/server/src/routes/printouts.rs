//! Printouts: registers, lists, letters and sheets, to be printed, signed and filed.
//!
//! Whoever may ask the questions behind one may print it. Names of persons, which are sealed, are
//! opened where `reveal` asks for it, for those who are shown them; without it a person is shown by
//! the identifier.

use crate::problem::Problem;
use crate::routes::events::{chain, read};
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::Through;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web;
use ledger::Event;
use ledger::ids::{OrganisationId, PersonId, ProjectId, RoundId};
use ledger::person::PersonEvent;
use ledger::personal::PersonalText;
use printouts::{
    Asked, Asker, CSV_ROWS_MAX, Kind, Names, Printout, Refusal, Source, Told, csv, html, make,
    needed, xlsx,
};
use projections::View;
use sequencer::Sight;
use std::collections::BTreeMap;

mod query;
#[cfg(test)]
mod tests;

pub use query::{Format, PrintoutQuery};

/// How often it is begun again because records came in between that it must tell.
const ATTEMPTS: usize = 4;

pub(super) fn mount(routes: &mut Routes) {
    routes.route(
        "/v1/ledgers/{ledger}/printouts/{kind}",
        web::get().to(printout),
    );
}

/// A register, list, letter or sheet, to be printed: `funds`, `spending-progress`, `projects`,
/// `problem-list`, `task-list`, `responsibility-list`, `rectification`, `closing-approval`,
/// `reminder`, `urging`, `warning`, `accountability`, `fund-trace`, `evidence-sheet`. Every row
/// says which records it rests on, every page through which record it was made.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/printouts/{kind}", tag = "printouts",
    params(("ledger" = String, Path), ("kind" = String, Path), PrintoutQuery),
    responses((status = 200, content(
            (String = "text/html"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, description = "more rows than a printout holds", body = Problem),
        (status = 503, body = Problem)))]
pub async fn printout(
    question: Question<PrintoutQuery>,
    path: web::Path<(String, String)>,
) -> Answered {
    let kind = Kind::of(&path.1).ok_or_else(|| unknown(&path.1))?;
    if question.query.reveal && !question.bearer.sees_persons() {
        return Err(Problem::forbidden(
            "the token may not see personal data",
            "该令牌无权查看个人信息",
        ));
    }
    let asked = question.query.asked(kind, question.state.today())?;
    let format = question.query.format;
    let place = question.state.long.enter().await?;
    let written = place.block(move || {
        let printout = made(&question, &asked)?;
        let failed = |error: printouts::WriteError| Problem::internal(&error);
        let bytes = match format {
            Format::Html => html(&printout).into_bytes(),
            Format::Xlsx => xlsx(&printout).map_err(failed)?,
            Format::Csv => csv(&printout).map_err(failed)?,
        };
        Ok::<_, Problem>((file_name(&printout), bytes))
    });
    let (name, bytes) = written.await??;
    let name = format!("attachment; filename=\"{name}.{}\"", format.extension());
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ));
    if format == Format::Xlsx {
        // It is compressed already.
        response.insert_header((CONTENT_ENCODING, "identity"));
    }
    Ok(response.body(bytes))
}

/// The kind, the day and the record through which it was made; without an ending.
fn file_name(printout: &Printout) -> String {
    let Source { on, through, .. } = &printout.source;
    format!("{}-{on}-{}", printout.kind.word(), through.seq)
}

fn unknown(word: &str) -> Problem {
    let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    let known = known.join(", ");
    Problem::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        &format!("there is no printout \"{word}\"; known are: {known}"),
        &format!("没有“{word}”这种表册文书;可用:{known}"),
    )
}

/// The printout of one moment. The log is read while the view is free; where a record came in
/// between that must be told too, it is read and all is made again.
fn made(question: &Question<PrintoutQuery>, asked: &Asked) -> Result<Printout, Problem> {
    let mut told = BTreeMap::new();
    let mut missing = needed(&question.view(), asked);
    for _ in 0..ATTEMPTS {
        if missing.len() > asked.rows_max {
            return Err(refused(asked, Refusal::TooLong(missing.len())));
        }
        for seq in missing {
            if let Some(record) = tell(question, seq)? {
                told.insert(seq, record);
            }
        }
        let view = question.view();
        let all = needed(&view, asked);
        missing = all
            .iter()
            .copied()
            .filter(|seq| !told.contains_key(seq))
            .collect();
        if !missing.is_empty() {
            continue;
        }
        // One that was reversed meanwhile is not told.
        told.retain(|seq, _| all.binary_search(seq).is_ok());
        let source = source(question, asked, &view)?;
        let printout = make(&view, asked, &told, source);
        let mut printout = printout.map_err(|refusal| refused(asked, refusal))?;
        drop(view);
        if question.query.reveal {
            printout.names = names(question, &printout)?;
        }
        return Ok(printout);
    }
    Err(Problem::unavailable(
        "BUSY",
        "its records change faster than they are read",
        "相关记录正在变动,请稍后重试",
    ))
}

fn tell(question: &Question<PrintoutQuery>, seq: u64) -> Result<Option<Told>, Problem> {
    let handle = &question.state.handle;
    let Some(entry) = read(handle.reader().get(chain(question.ledger), seq))? else {
        return Ok(None);
    };
    let fact = handle.fact(question.ledger, &entry.record.body, Sight::Nothing);
    let fact = fact.map_err(|error| Problem::internal(&error))?;
    Ok(Some(Told {
        position: entry.position,
        hash: entry.record.hash.to_string(),
        recorded_at: evidence::moment(entry.record.header.recorded_at_us),
        what: evidence::event(fact.event.word(), true),
        fact,
    }))
}

fn source(
    question: &Question<PrintoutQuery>,
    asked: &Asked,
    view: &View,
) -> Result<Source, Problem> {
    let through = Through::of(view);
    let through = through.ok_or_else(|| Problem::not_found("the first record", "首条记录"))?;
    let books = &view.books;
    // An empty form under a mistyped name would be filed as if there were nothing.
    if let Some((name, zh)) = question.query.unknown(books) {
        return Err(Problem::not_found(&format!("the {name}"), zh).at(name));
    }
    let name = books.book.as_ref().map(|book| book.name.to_string());
    let organisation = question.bearer.grant.organisation;
    let unit = |id: OrganisationId| {
        books
            .organisations
            .get(id)
            .map(|unit| unit.name.to_string())
    };
    let narrowed = question.query.narrowed().into_iter();
    let filters = narrowed.map(|(name, zh, value)| {
        let named = match name {
            "unit" => question.query.unit.and_then(|id| unit(OrganisationId(id))),
            "project" => {
                let project = question
                    .query
                    .project
                    .and_then(|id| books.projects.get(ProjectId(id)));
                project.map(|project| format!("{} {}", project.number, project.name))
            }
            "round" => {
                let round = question
                    .query
                    .round
                    .and_then(|id| books.rounds.get(RoundId(id)));
                round.map(|round| round.name.to_string())
            }
            _ => None,
        };
        (zh.to_owned(), named.unwrap_or(value))
    });
    Ok(Source {
        ledger: question.ledger,
        ledger_name: name.unwrap_or_default(),
        through: printouts::Through {
            seq: through.seq,
            position: through.position,
            hash: through.hash,
        },
        on: asked.on,
        asked_by: Asker {
            person: question.bearer.grant.person,
            organisation: unit(organisation).unwrap_or_else(|| organisation.to_string()),
        },
        asked_at: evidence::moment(sequencer::wall_us()),
        filters: filters.collect(),
    })
}

/// The names that this bearer is shown, of those whom it names.
fn names(question: &Question<PrintoutQuery>, printout: &Printout) -> Result<Names, Problem> {
    let mut names = Names::new();
    for person in printout.persons() {
        // Whoever is paid often is named by many records: only those that say the name are read.
        let seqs: Vec<u32> = {
            let view = question.view();
            let timeline = &view.timeline;
            let says = |seq: &u32| {
                let words = ["subject.registered", "subject.amended"];
                words
                    .iter()
                    .any(|word| timeline.of_word(word).binary_search(seq).is_ok())
            };
            timeline
                .of(person.into())
                .iter()
                .copied()
                .filter(says)
                .collect()
        };
        for seq in seqs {
            if let Some(name) = name(question, person, u64::from(seq))? {
                names.insert(person, name);
            }
        }
    }
    Ok(names)
}

/// What a record calls a person, if it does, and this bearer is shown it.
fn name(
    question: &Question<PrintoutQuery>,
    person: PersonId,
    seq: u64,
) -> Result<Option<String>, Problem> {
    let handle = &question.state.handle;
    let Some(entry) = read(handle.reader().get(chain(question.ledger), seq))? else {
        return Ok(None);
    };
    let sight = question.bearer.sight();
    let fact = handle.fact(question.ledger, &entry.record.body, sight);
    let fact = fact.map_err(|error| Problem::internal(&error))?;
    // Of the others none says a name.
    if let Event::Subject(PersonEvent::Registered(profile) | PersonEvent::Amended(profile)) =
        fact.event
        && profile.person == person
        && let Some(PersonalText::Clear(name)) = profile.name
    {
        return Ok(Some(name));
    }
    Ok(None)
}

fn refused(asked: &Asked, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Missing(what) => {
            let zh = match what {
                "fund" => "此资金批次",
                "item" => "此整改事项",
                _ => "此对象",
            };
            Problem::not_found(&format!("the {what}"), zh)
        }
        Refusal::NoLetter => Problem::not_found("such a letter to this item", "此事项的该种文书"),
        Refusal::TooLong(rows) => too_long(asked, rows),
    }
}

/// With what this kind can be narrowed to, and with CSV where that would hold it: no other advice
/// can be followed.
fn too_long(asked: &Asked, rows: usize) -> Problem {
    let most = asked.rows_max;
    let mut title = format!("{rows} rows of a table are asked for, {most} at the most are printed");
    let mut title_zh = format!("一张表共 {rows} 行,最多打印 {most} 行");
    let narrows = asked.kind.narrows();
    if !narrows.is_empty() {
        title.push_str(&format!("; narrow it by {}", narrows.join(", ")));
        title_zh.push_str(&format!(";请按 {} 缩小范围", narrows.join("、")));
    }
    if most < CSV_ROWS_MAX && rows <= CSV_ROWS_MAX {
        title.push_str(&format!("; format=csv holds {CSV_ROWS_MAX}"));
        title_zh.push_str(&format!(";format=csv 可容 {CSV_ROWS_MAX} 行"));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "TOO_MANY_ROWS", &title, &title_zh)
}
