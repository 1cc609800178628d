//! What the demonstration promises: its lines are accepted or refused as they say, what was
//! received is with its holders after every single record, and the figures are those of the
//! documents: shown by replaying the lines without a server. A second start adds nothing: shown
//! with one.

use super::script::{Book, CITY, COUNTY, FILES, Line, ROUNDS, Script};
use jiff::civil::date;
use ledger::evidence::EvidenceCommand;
use ledger::ids::{
    ClaimId, ContractId, FundId, ItemId, LedgerId, MilestoneId, PersonId, ProjectId,
};
use ledger::money::Fen;
use ledger::{Actor, Admission, Books, Command, Context, Rejection, Submission};
use std::collections::HashMap;
use uuid::Uuid;

fn submission(line: &Line) -> Submission {
    crate::json::command(line.command.get().as_bytes())
        .unwrap_or_else(|problem| panic!("{problem}: {}", line.command))
}

/// Replays a ledger's lines; `each` sees the books after every record.
fn replay(script: &Script, book: &Book, mut each: impl FnMut(&Books)) -> Books {
    let people: HashMap<_, _> = script
        .people
        .iter()
        .map(|it| (it.key.as_str(), it))
        .collect();
    let mut books = Books::default();
    let mut happened = Vec::new();
    for line in &book.lines {
        let submission = submission(line);
        let person = people
            .get(line.by.as_str())
            .unwrap_or_else(|| panic!("who is {}", line.by));
        let open = person.ledgers.is_empty() || person.ledgers.iter().any(|it| it == book.key);
        assert!(open, "{} has no token for {}", line.by, book.key);
        let (signatories, proposed_by) = ledger::entry::rules::paper(&books, &submission.command);
        let context = Context {
            actor: Actor {
                person: ledger::ids::PersonId(person.person),
                organisation: ledger::ids::OrganisationId(person.organisation),
            },
            intake: submission.intake,
            occurred_on: submission.occurred_on,
            today: date(2026, 11, 22),
            signatories,
            proposed_by,
            seq: u64::try_from(happened.len()).unwrap().saturating_add(1),
        };
        let admission = Admission {
            roles: &person.roles,
            expected_version: submission.expected_version,
        };
        let look_up = |seq: u64| -> Result<_, std::convert::Infallible> {
            let place = usize::try_from(seq).unwrap().checked_sub(1);
            Ok(place.and_then(|place| happened.get(place)).cloned())
        };
        let Ok(command) = submission.command.recalled(look_up);
        let events = ledger::decide(&books, &admission, &context, &command);
        let code = events.as_ref().err().map(Rejection::code);
        assert_eq!(
            code,
            line.expect.as_deref(),
            "as {}: {}",
            line.by,
            line.command
        );
        for event in events.unwrap_or_default() {
            let seq = u64::try_from(happened.len()).unwrap().saturating_add(1);
            let context = Context {
                seq,
                ..context.clone()
            };
            ledger::apply(&mut books, &context, &event);
            happened.push(event);
            each(&books);
        }
    }
    books
}

fn of(script: &Script, id: LedgerId) -> Books {
    let book = script.books.iter().find(|book| book.id == id).unwrap();
    replay(script, book, |_| {})
}

/// Σ over holders: what units have left, what budgets were granted, what the top took back.
fn held(books: &Books, fund: FundId) -> i64 {
    let nodes = books.nodes.iter().filter(|((of, _), _)| *of == fund);
    let nodes: i64 = nodes.map(|(_, node)| node.unallocated().get()).sum();
    let budgets = books.budgets.iter().filter(|((of, _), _)| *of == fund);
    let budgets: i64 = budgets.map(|(_, budget)| budget.granted.get()).sum();
    let top = books.funds.get(fund).unwrap().reclaimed_from_top.get();
    [nodes, budgets, top].into_iter().sum()
}

#[test]
fn what_was_received_is_with_its_holders_at_every_prefix() {
    let script = Script::read().unwrap();
    for book in &script.books {
        let mut prefixes = 0;
        replay(&script, book, |books| {
            prefixes += 1;
            for (id, fund) in books.funds.iter() {
                assert_eq!(
                    held(books, id),
                    fund.received.get(),
                    "{} at {prefixes}",
                    book.key
                );
            }
        });
        let accepted = book
            .lines
            .iter()
            .filter(|line| line.expect.is_none())
            .count();
        assert!(prefixes >= accepted, "{}", book.key);
    }
}

#[test]
fn every_id_is_used_by_one_command_only() {
    let script = Script::read().unwrap();
    let mut seen = HashMap::new();
    for line in script.books.iter().flat_map(|book| &book.lines) {
        let before = seen.insert(submission(line).command_id, &line.command);
        assert!(before.is_none(), "{}", line.command);
    }
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap()
}

fn figure(script: &Script, id: &str) -> Fen {
    Fen::new(i64::try_from(script.figures.number(id).unwrap()).unwrap()).unwrap()
}

fn numbered(source: u128, kind: u128, number: &str) -> Uuid {
    let number = u128::from_str_radix(number, 16).unwrap();
    Uuid::from_u128(source << 96 | kind << 80 | 0x8000_8000 << 48 | number)
}

const F: u128 = 0x0002_0006;
const L: u128 = 0x0002_000c;

#[test]
fn the_county_has_the_figures_of_its_document() {
    let script = Script::read().unwrap();
    let books = of(&script, COUNTY);
    let money = |id| figure(&script, id);
    let received = |n| books.funds.get(FundId(numbered(F, 4, n))).unwrap().received;
    assert_eq!(received("5"), money("002F-05"));
    assert_eq!(received("6"), money("002F-06"));
    assert_eq!(received("7"), money("002F-07"));
    assert_eq!(
        Fen::sum(["5", "6", "7"].map(received)),
        Some(money("002F-03"))
    );
    assert_eq!(received("90"), money("X-01"));
    assert_eq!(received("91"), money("X-02"));

    let funds_of = |n| {
        let project = ProjectId(numbered(F, 5, n));
        let budgets = books
            .budgets
            .iter()
            .filter(move |((_, of), _)| *of == project);
        Fen::sum(budgets.map(|(_, budget)| budget.granted)).unwrap()
    };
    let parts = [
        "002F-05", "002F-06", "002F-08", "002F-09", "002F-10", "002F-12", "002F-11",
    ];
    for (project, id) in ["1", "2", "3", "4", "5", "7", "6"].into_iter().zip(parts) {
        assert_eq!(funds_of(project), money(id), "{id}");
    }
    let villages = books.nodes.iter().filter(|((fund, unit), _)| {
        let number = unit.0.as_u128() & 0xffff;
        *fund != FundId(numbered(F, 4, "7")) && (0x31..=0x37).contains(&number)
    });
    let granted: Vec<Fen> = villages.map(|(_, node)| node.granted).collect();
    assert_eq!(granted, [money("002F-32"); 7]);

    let planned = |n| {
        let project = books.projects.get(ProjectId(numbered(F, 5, n))).unwrap();
        project
            .planned
            .iter()
            .map(|part| part.amount_fen)
            .collect::<Vec<_>>()
    };
    assert_eq!(planned("1"), ["002F-14", "002F-15", "002F-16"].map(money));
    assert_eq!(Fen::sum(planned("1")), Some(money("002F-13")));
    assert_eq!(
        planned("2"),
        ["002F-20a", "002F-20b", "002F-20c"].map(money)
    );
    assert_eq!(Fen::sum(planned("2")), Some(money("002F-20")));
}

#[test]
fn the_county_has_progress_as_numerator_and_denominator() {
    let script = Script::read().unwrap();
    let books = of(&script, COUNTY);
    let of_project = |n| {
        let project = ProjectId(numbered(F, 5, n));
        let rows = books.milestones.values();
        rows.filter(move |row| row.definition.project == project)
            .collect::<Vec<_>>()
    };
    let number = |id| script.figures.number(id).unwrap();
    let components = of_project("2");
    let done = components
        .iter()
        .filter(|row| row.reported == Some(row.definition.total));
    assert_eq!(count(done.count()), number("002F-24"));
    assert_eq!(count(components.len()), number("002F-24t"));
    let [patients] = of_project("5")[..] else {
        panic!("one milestone")
    };
    assert_eq!(patients.reported, Some(number("002F-31")));
    assert_eq!(patients.definition.total, number("002F-31t"));
}

#[test]
fn the_rounds_have_161_and_165_items_and_none_is_closed() {
    let script = Script::read().unwrap();
    let books = of(&script, ROUNDS);
    let mut states: HashMap<(u128, &str, String), u64> = HashMap::new();
    for item in books.items.values() {
        let round = item.draft.round.0.as_u128() & 0xffff;
        let due = item.due(date(2018, 8, 16)).unwrap().to_string();
        *states.entry((round, item.state.word(), due)).or_default() += 1;
    }
    let due = || script.figures.day("001-19d").unwrap().to_owned();
    let expected = [
        (
            (1, "closure_requested", due()),
            script.figures.number("001-18").unwrap(),
        ),
        (
            (2, "acknowledged", due()),
            script.figures.number("001-19").unwrap(),
        ),
    ];
    assert_eq!(states, HashMap::from(expected));
}

#[test]
fn the_invented_item_is_closed_by_somebody_else() {
    let script = Script::read().unwrap();
    let books = of(&script, COUNTY);
    let item = books.items.get(ItemId(numbered(F, 9, "90"))).unwrap();
    assert_eq!(item.state.word(), "closed");
    let closing = item.closings.last().unwrap();
    assert_eq!(closing.verifiers.len(), 2);
    assert!(!closing.verifiers.contains(&closing.closer));
}

#[test]
fn the_invented_claim_is_paid_with_a_signature_from_paper() {
    let script = Script::read().unwrap();
    let books = of(&script, COUNTY);
    let claim = ClaimId(numbered(F, 0xd, "91"));
    let claim = books.claims.get(claim).unwrap();
    assert_eq!(claim.state().word(), "settled");
    let [signature] = &claim.signatures[..] else {
        panic!("one signature")
    };
    let recorders = script.people.iter().map(|it| PersonId(it.person));
    assert!(recorders.into_iter().all(|it| it != signature.by.person));
    // The settlement that was reversed does not count.
    let contract = ContractId(numbered(F, 0xb, "91"));
    let contract = books.contracts.get(contract).unwrap();
    assert_eq!((contract.paid, contract.cap()), (claim.paid, claim.paid));
    let fund = books.funds.get(FundId(numbered(F, 4, "91"))).unwrap();
    let document = fund.announcement.document.to_string();
    assert_eq!(document, "虚构示例-财〔2016〕3号");
}

#[test]
fn the_invented_recovery_is_whole_and_proved_by_a_file_that_is_there() {
    let script = Script::read().unwrap();
    let books = of(&script, COUNTY);
    let item = books.items.get(ItemId(numbered(F, 9, "91"))).unwrap();
    assert_eq!(item.state.word(), "closed");
    assert_eq!(item.received, item.recovery_required());
    for line in script.books.iter().flat_map(|book| &book.lines) {
        let Command::Evidence(EvidenceCommand::Add(facts)) = submission(line).command else {
            continue;
        };
        let name = line.file.as_deref().expect("its file is uploaded before");
        let (_, bytes) = FILES.iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!(facts.size, count(bytes.len()));
        // That it has this hash the server checks, in `a_second_start_loads_nothing_twice`.
    }
}

#[test]
fn the_invented_project_was_half_finished_before_the_book_and_went_on() {
    let script = Script::read().unwrap();
    let books = of(&script, COUNTY);
    let project = books.projects.get(ProjectId(numbered(F, 5, "92"))).unwrap();
    assert_eq!(project.state.word(), "accepted");
    assert_eq!(project.started_on, Some("2015-04".parse().unwrap()));
    // 90% of the price with its change: 5,000 yuan before the book, the rest in it.
    let contract = ContractId(numbered(F, 0xb, "92"));
    let contract = books.contracts.get(contract).unwrap();
    let before = contract.opening.as_ref().unwrap().paid;
    assert_eq!(before.get(), 500_000);
    assert_eq!(
        (contract.paid, contract.cap().get()),
        (contract.cap(), 1_170_000)
    );
    // What the budget has spent of its batch counts both, and what cash there is goes with it.
    let fund = FundId(numbered(F, 4, "92"));
    let budget = books.budgets.get((fund, ProjectId(numbered(F, 5, "92"))));
    let budget = budget.unwrap();
    assert_eq!(budget.paid_net(), contract.paid);
    assert_eq!(budget.opening_net, before);
    let cash: i64 = books
        .cash
        .iter()
        .filter(|((_, of), _)| *of == Some(fund))
        .map(|(_, row)| row.balance().get())
        .sum();
    assert_eq!(cash, 830_000);
}

#[test]
fn there_are_eight_zones_over_sixteen_towns() {
    let script = Script::read().unwrap();
    let book = script
        .books
        .iter()
        .find(|book| book.key == "zones")
        .unwrap();
    let books = replay(&script, book, |_| {});
    let number = |id| script.figures.number(id).unwrap();
    assert_eq!(count(books.overlays.len()), number("003-01"));
    let members: usize = books.overlays.values().map(|zone| zone.members.len()).sum();
    assert_eq!(count(members), number("003-03"));
    assert!(books.overlays.values().all(|zone| zone.commander.is_none()));
}

#[test]
fn the_city_has_150_sites_and_only_announcements() {
    let script = Script::read().unwrap();
    let books = of(&script, CITY);
    let number = |id| script.figures.number(id).unwrap();
    let begun = |n: u64| {
        let id = MilestoneId(numbered(L, 6, &n.to_string()));
        books.milestones.get(id).unwrap().reported.unwrap()
    };
    let sites = number("002L-06");
    assert_eq!(count(books.milestones.len()), sites);
    assert_eq!((1..=sites).map(begun).sum::<u64>(), number("002L-06a"));
    assert_eq!(sites - number("002L-06a"), number("002L-06b"));
    for (fund, id) in [
        ("2", "002L-02"),
        ("3", "002L-03"),
        ("4", "002L-04"),
        ("5", "002L-05"),
    ] {
        let fund = books.funds.get(FundId(numbered(L, 4, fund))).unwrap();
        assert_eq!(fund.announcement.amount_fen, figure(&script, id));
        assert_eq!(fund.received, Fen::ZERO);
    }
}

#[test]
fn a_second_start_loads_nothing_twice() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("demo");
    let run = || {
        let listen = "127.0.0.1:0".to_owned();
        let args = super::DemoArgs {
            listen,
            dir: dir.clone(),
            no_serve: true,
        };
        super::run(args).unwrap();
        store::verify(&dir, |_| {}).unwrap()
    };
    let first = run();
    assert_eq!(first.ledgers.len(), 5, "four and the system's");
    assert_eq!(run(), first);
}
