//! Evidence packages: what answers a question, with everything that it rests on, in one file that
//! somebody else checks without this server.

use crate::problem::Problem;
use crate::routes::files::may_read;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Asked, Question};
use crate::state::{Cover, State};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web;
use evidence::{FieldKey, Plan, Proved, SealedSubject, Seals, Sources};
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::{FundId, ItemId, LedgerId, PaymentId, ProjectId, Subject};
use sequencer::{Published, Sealed, SubjectProof};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Entry, FileHash};
use uuid::Uuid;

/// How often it is begun again because a seal came in between.
const ATTEMPTS: usize = 4;

pub(super) fn mount(routes: &mut Routes) {
    routes.route("/v1/ledgers/{ledger}/packages", web::get().to(package));
}

/// What a package is about: exactly one of the first five.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PackageQuery {
    /// A fund batch: who holds what of it, and its payments.
    fund: Option<Uuid>,
    /// A payment: how far it is, who bears it, what its payee says.
    payment: Option<Uuid>,
    /// A project: its steps, contracts, claims and payments.
    project: Option<Uuid>,
    /// A rectification item: how far it is, and what was done.
    item: Option<Uuid>,
    /// A fund batch: where its money went, to the last payee and receipt.
    trace: Option<Uuid>,
    /// The evidence files too, 128 MiB at the most.
    #[serde(default)]
    files: bool,
    /// The keys that open the sealed names and texts about persons in these records; for those who
    /// are shown them.
    #[serde(default)]
    reveal: bool,
    /// The day of the question, `2018-08-16`; today in UTC+08:00 if left out.
    #[param(value_type = Option<String>)]
    today: Option<BusinessDate>,
    /// Wait until this record is there.
    min_seq: Option<u64>,
}

impl Asked for PackageQuery {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl PackageQuery {
    fn question(&self) -> Result<evidence::Question, Problem> {
        use evidence::Question as Q;
        let mut asked = [
            self.fund.map(|id| Q::Fund(FundId(id))),
            self.payment.map(|id| Q::Payment(PaymentId(id))),
            self.project.map(|id| Q::Project(ProjectId(id))),
            self.item.map(|id| Q::Item(ItemId(id))),
            self.trace.map(|id| Q::Trace(FundId(id))),
        ]
        .into_iter()
        .flatten();
        match (asked.next(), asked.next()) {
            (Some(question), None) => Ok(question),
            (None | Some(_), _) => Err(Problem::bad(
                "BAD_QUERY",
                "exactly one of fund, payment, project, item and trace is needed",
                "fund、payment、project、item、trace 须填且只填一个",
            )),
        }
    }
}

/// Whether enough witnesses have cosigned what a package rests on, where there are any.
pub(crate) const WITNESSED: &str = "fundtrace-witnessed";

/// The records and whatever else goes in; only the checkpoint and its proofs are missing.
struct Gathered {
    plan: Plan,
    records: Vec<Entry>,
    seals: Option<(Seals, Entry)>,
    keys: Vec<FieldKey>,
    files: BTreeMap<Digest, Vec<u8>>,
}

/// An evidence package: a zip that `fundtrace verify` checks offline. It is built against the
/// newest checkpoint that covers its records, cosigned where there are witnesses; where the ledger
/// has records since the last seal, the subjects are sealed first. Where witnesses are asked and
/// too few have answered in time, the header `Fundtrace-Witnessed: false` says so.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/packages", tag = "evidence",
    params(("ledger" = String, Path), PackageQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, description = "more records or files than a package holds", body = Problem),
        (status = 503, body = Problem)))]
pub async fn package(question: Question<PackageQuery>) -> Answered {
    let asked = question.query.question()?;
    if question.query.reveal && !question.bearer.sees_persons() {
        return Err(Problem::forbidden(
            "the token may not see personal data",
            "该令牌无权查看个人信息",
        ));
    }
    let state = question.state.clone();
    let key = state.published_log()?.vkey().to_owned();
    let asked_on = day(&question.query, &state)?;
    let place = state.packages.enter().await?;

    let question = Arc::new(question);
    let gathering = Arc::clone(&question);
    let gathered = Arc::clone(&place).block(move || gather(&gathering, asked, asked_on));
    let gathered = gathered.await??;
    let last = last_position(&gathered);
    let (under, is_witnessed) = covering(&state, last).await?;
    let ledger = question.ledger;
    let proving = state.clone();
    let made = place.block(move || {
        let sources = prove(&proving, gathered, &under, |plan| Sources {
            ledger: chain::LedgerId(ledger.0),
            question: asked,
            asked_on,
            plan,
            key,
            checkpoint: under.note.clone(),
            records: Vec::new(),
            through_path: Vec::new(),
            seals: None,
            keys: Vec::new(),
            files: BTreeMap::new(),
        })?;
        evidence::make(sources).map_err(|fault| not_made(&fault))
    });
    let made = made.await??;
    let name = format!("attachment; filename=\"{}.zip\"", asked.subject().0);
    let mut response = HttpResponse::Ok();
    if state.cosigned.is_some() {
        response.insert_header((WITNESSED, is_witnessed.to_string()));
    }
    Ok(response
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CONTENT_ENCODING, "identity"))
        .body(made))
}

fn day(query: &PackageQuery, state: &State) -> Result<Date, Problem> {
    let Some(date) = query.today else {
        return Ok(state.today());
    };
    date.exact().ok_or_else(|| {
        Problem::bad(
            "BAD_DATE",
            "it must be one day: 2018-08-16",
            "须为确切日期:2018-08-16",
        )
        .at("today")
    })
}

/// Everything of one moment. Begins again where a seal came in between that covers more than the
/// answer knows: it would count records that are not there.
fn gather(
    question: &Question<PackageQuery>,
    asked: evidence::Question,
    on: Date,
) -> Result<Gathered, Problem> {
    let handle = &question.state.handle;
    let unknown = || Problem::not_found("what was asked about", "所问对象");
    let planned = || {
        let plan = evidence::plan(&question.view(), asked, on).ok_or_else(unknown)?;
        extended(question, asked, plan)
    };
    for _ in 0..ATTEMPTS {
        let (plan, entries) = planned()?;
        let head = plan.through.position;
        // Up to the last record that the answer knows, whatever it is about: between an older seal
        // and that one somebody could have left records out.
        let covered = handle.last_seal().map(|seal| seal.through_position);
        if covered.is_none_or(|through| through < head) {
            handle.seal_subjects()?;
        }
        let subjects: Vec<(LedgerId, Subject)> =
            plan.subjects().map(|id| (question.ledger, id)).collect();
        let (seal, proofs) = handle.prove_subjects(&subjects)?;
        // Whatever a seal counts beyond the answer's last record may be about its subjects.
        let beyond = seal.through_position > head && planned()?.0.seqs.len() != plan.seqs.len();
        if !beyond {
            return gathered(question, plan, entries, &seal, proofs);
        }
    }
    Err(Problem::unavailable(
        "BUSY",
        "its records change faster than they are sealed",
        "相关记录正在变动,请稍后重试",
    ))
}

/// The plan with everything to which its records lead, and its records.
fn extended(
    question: &Question<PackageQuery>,
    asked: evidence::Question,
    mut plan: Plan,
) -> Result<(Plan, Vec<Entry>), Problem> {
    loop {
        let entries = read(question, &plan.seqs)?;
        if !plan.extend(&question.view(), asked, &facts(&entries)?) {
            return Ok((plan, entries));
        }
    }
}

fn gathered(
    question: &Question<PackageQuery>,
    plan: Plan,
    mut records: Vec<Entry>,
    seal: &Sealed,
    proofs: Vec<Option<SubjectProof>>,
) -> Result<Gathered, Problem> {
    let handle = &question.state.handle;
    let facts = facts(&records)?;
    add_supporting(question, &plan, &facts, &mut records)?;
    let mut keys = Vec::new();
    if question.query.reveal {
        let sight = question.bearer.sight();
        for entry in &records {
            let opened = handle.field_keys(question.ledger, &entry.record.body, sight);
            let opened = opened.map_err(|error| Problem::internal(&error))?;
            let seq = entry.record.header.seq;
            keys.extend(opened.into_iter().map(|(field, key)| FieldKey {
                seq,
                field,
                key: Digest(key),
            }));
        }
    }
    let files = if question.query.files {
        files(question, &facts)?
    } else {
        BTreeMap::new()
    };
    let system = chain::LedgerId(handle.system().0);
    let own = handle.reader().get(system, seal.seq);
    let own = own.map_err(|error| Problem::internal(&error))?;
    let sealed = |proof: SubjectProof| SealedSubject {
        subject: proof.subject,
        index: proof.leaf_index,
        records: proof.accumulator.records,
        hash: proof.accumulator.hash.to_string(),
        path: proof.path.iter().map(chain::NodeHash::to_base64).collect(),
    };
    let seals = own.map(|own| {
        let subjects = proofs.into_iter().flatten().map(sealed).collect();
        let position = own.position;
        (Seals { position, subjects }, own)
    });
    Ok(Gathered {
        plan,
        records,
        seals,
        keys,
        files,
    })
}

/// Adds the records that say what those are called who are named: by the records of the subjects,
/// and by the records that say so, as a batch's announcement names its issuer.
fn add_supporting(
    question: &Question<PackageQuery>,
    plan: &Plan,
    facts: &[ledger::Fact],
    records: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let mut named = evidence::referenced(facts);
    let mut there = plan.seqs.clone();
    for _ in 0..2 {
        let others = evidence::supporting(&question.view(), &named, plan.through.seq);
        let others: BTreeSet<u64> = others.difference(&there).copied().collect();
        let all: BTreeSet<u64> = others.union(&there).copied().collect();
        let mut more = BTreeSet::new();
        for entry in read(question, &others)? {
            let fact = fact(&entry)?;
            if evidence::stays(&fact, &named, &all) {
                more.extend(evidence::referenced([&fact]));
                there.insert(entry.record.header.seq);
                records.push(entry);
            }
        }
        named.extend(more);
    }
    Ok(())
}

/// The records of a ledger with these seqs, in their order.
fn read(question: &Question<PackageQuery>, seqs: &BTreeSet<u64>) -> Result<Vec<Entry>, Problem> {
    if seqs.len() > evidence::RECORDS_MAX {
        return Err(too_large());
    }
    let (reader, ledger) = (question.state.handle.reader(), question.ledger);
    let mut entries = Vec::with_capacity(seqs.len());
    for seq in seqs {
        let entry = reader.get(chain::LedgerId(ledger.0), *seq);
        entries.extend(entry.map_err(|error| Problem::internal(&error))?);
    }
    Ok(entries)
}

fn fact(entry: &Entry) -> Result<ledger::Fact, Problem> {
    let decoded = wire::decode_event(&entry.record.body);
    let (fact, _salt) = decoded.map_err(|error| Problem::internal(&error))?;
    Ok(fact)
}

fn facts(entries: &[Entry]) -> Result<Vec<ledger::Fact>, Problem> {
    entries.iter().map(fact).collect()
}

/// The files that the records name and this bearer may read; what is not held is left out, and the
/// package says so.
fn files(
    question: &Question<PackageQuery>,
    facts: &[ledger::Fact],
) -> Result<BTreeMap<Digest, Vec<u8>>, Problem> {
    let ledger = chain::LedgerId(question.ledger.0);
    let store = question.state.handle.files();
    let mut files = BTreeMap::new();
    let mut room = evidence::FILES_LEN_MAX;
    for file in evidence::files_named(facts) {
        if !may_read(&question.view(), &question.bearer, file) {
            continue;
        }
        let download = store.read(ledger, FileHash(file.0));
        let download = download.map_err(|error| Problem::internal(&error))?;
        let Some(mut download) = download else {
            continue;
        };
        room = room.checked_sub(download.size()).ok_or_else(too_large)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = download
            .next_chunk()
            .map_err(|error| Problem::internal(&error))?
        {
            bytes.extend(chunk);
        }
        files.insert(file, bytes);
    }
    Ok(files)
}

fn last_position(gathered: &Gathered) -> u64 {
    let seal = gathered.seals.iter().map(|(_, own)| own.position);
    let own = gathered.records.iter().map(|entry| entry.position);
    let through = gathered.plan.through.position;
    seal.chain(own).fold(through, u64::max)
}

/// The newest checkpoint that covers a position: cosigned where there are witnesses that answer.
/// And whether it is.
async fn covering(state: &State, position: u64) -> Result<(Arc<Published>, bool), Problem> {
    if state.cosigned.is_some()
        && let Some(under) = state.covering(position, Cover::Witnessed).await
    {
        return Ok((under, true));
    }
    let under = state.covering(position, Cover::Checkpoint).await;
    let under = under.ok_or_else(super::log::not_published)?;
    Ok((under, false))
}

/// Adds each record's way to the checkpoint's root.
fn prove(
    state: &State,
    gathered: Gathered,
    under: &Published,
    sources: impl FnOnce(Plan) -> Sources,
) -> Result<Sources, Problem> {
    let log = state.published_log()?;
    let path = |position, ledger, seq, hash| {
        let leaf = chain::leaf_hash(&chain::leaf_bytes(ledger, seq, hash));
        let path = log.inclusion(position, leaf, under);
        path.map_err(|error| Problem::internal(&error))
    };
    let proved = |entry: Entry| {
        let Entry { position, record } = entry;
        let header = &record.header;
        let path = path(position, header.ledger, header.seq, record.hash)?;
        Ok::<_, Problem>(Proved {
            position,
            record,
            path,
        })
    };
    let through = gathered.plan.through;
    let mut sources = sources(gathered.plan);
    sources.through_path = path(through.position, sources.ledger, through.seq, through.hash)?;
    sources.records = gathered
        .records
        .into_iter()
        .map(proved)
        .collect::<Result<_, _>>()?;
    sources.seals = match gathered.seals {
        Some((seals, own)) => Some((seals, proved(own)?)),
        None => None,
    };
    sources.keys = gathered.keys;
    sources.files = gathered.files;
    Ok(sources)
}

fn not_made(fault: &evidence::Fault) -> Problem {
    use evidence::Fault::{Bomb, TooLong, TooMany};
    if matches!(fault, TooMany { .. } | TooLong { .. } | Bomb { .. }) {
        return too_large();
    }
    // Checked before it is handed out: what fails here is ours.
    Problem::internal(fault)
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "PACKAGE_TOO_LARGE",
        "more than 20,000 records or 128 MiB of files; ask for less, or without files",
        "超过 20000 条记录或 128 MiB 文件;请缩小范围,或不附文件",
    )
}
