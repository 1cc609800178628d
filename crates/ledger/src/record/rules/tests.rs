//! Promised (V22): a reversal names a record of its own subject that still stands and has an
//! amount, takes back exactly that amount, and nothing on which something else rests; a correction
//! replaces a wording and nothing else.

use crate::fund::*;
use crate::ids::Subject;
use crate::record::*;
use crate::testing::*;
use crate::text::Wording;
use crate::{Command, Event};
use expect_test::expect;

/// Batch 1 received and 600 fen of it with the project: every record is found by its word.
fn world() -> World {
    World::given(&and(&budgeted(), [instruct(|_| ()), settle(1, 100)]))
}

/// The place of the last event with that word.
fn last(world: &World, word: &str) -> u64 {
    let place = world.events.iter().rposition(|event| event.word() == word);
    u64::try_from(place.unwrap()).unwrap().saturating_add(1)
}

fn reverse(subject: impl Into<Subject>, seq: u64, amount: i64) -> Ask {
    ask(Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: subject.into(),
        seq,
        amount_fen: fen(amount),
        reason: text(),
        original: None,
    })))
}

use CorrectedField as Field;

fn correct(subject: impl Into<Subject>, seq: u64, field: Field, to: &str) -> Ask {
    let to = Wording::new(to).unwrap();
    ask(Command::Record(RecordCommand::Correct(RecordCorrection {
        subject: subject.into(),
        seq,
        field,
        to,
        reason: text(),
        original: None,
    })))
}

/// When those come one after the other, then these are the answers.
fn answers(world: &mut World, when: &[Ask], then: expect_test::Expect) {
    let answers: Vec<_> = when.iter().map(|ask| world.answer(ask)).collect();
    then.assert_eq(&answers.join("\n"));
}

#[test]
fn refuses_what_is_no_reversal() {
    let mut world = world();
    let settled = last(&world, "payment.settled");
    let rows = [
        reverse(payment(1), 999, 100),
        reverse(payment(1), 0, 100),
        reverse(payment(2), settled, 100),
        reverse(payment(1), settled, 99),
        reverse(payment(1), settled, 101),
        reverse(payment(1), last(&world, "payment.instructed"), 100),
        reverse(project(1), last(&world, "project.started"), 100),
        reverse(fund(2), last(&world, "fund.announced"), 1000),
        reverse(payment(1), settled, 100),
        reverse(payment(1), settled, 100),
        // The reversal itself.
        reverse(payment(1), settled + 1, 100),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
            BAD_REVERSAL seq: the ledger has no record with this number
            BAD_REVERSAL seq: the ledger has no record with this number
            BAD_REVERSAL subject: the record is not mainly about this subject
            BAD_REVERSAL amount_fen:
              a reversal takes back exactly the amount that the record states
            BAD_REVERSAL amount_fen:
              a reversal takes back exactly the amount that the record states
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one
            record.reversed
            BAD_REVERSAL seq: the record has been reversed already
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one"#]],
    );
}

#[test]
fn a_reversed_settlement_is_as_if_it_had_never_been() {
    let mut world = World::given(&and(&budgeted(), [instruct(|_| ())]));
    let before = (
        authority(&world.books),
        world.books.payments.get(payment(1)).cloned(),
    );
    world.take(&settle(1, 100));
    let undo = reverse(payment(1), last(&world, "payment.settled"), 100);
    world.take(&undo);
    let mut payment = world.books.payments.get(payment(1)).cloned();
    // What was said and unsaid stays counted.
    payment.as_mut().unwrap().version -= 2;
    assert_eq!((authority(&world.books), payment), before);
}

/// A return takes from what was settled first and then from what was open: taking the first of two
/// back gives each its own again.
#[test]
fn a_reversed_return_gives_back_what_it_took() {
    let given = [
        instruct(|_| ()),
        give_back(1, 30),
        settle(1, 70),
        give_back(1, 20),
    ];
    let mut world = World::given(&and(&budgeted(), given));
    let first = world
        .events
        .iter()
        .position(|event| event.word() == "payment.returned");
    let undo = reverse(payment(1), u64::try_from(first.unwrap()).unwrap() + 1, 30);
    world.take(&undo);
    let row = world.books.payments.get(payment(1)).unwrap();
    assert_eq!(
        (row.settled, row.returned, row.cancelled, row.open()),
        (fen(70), fen(20), fen(0), fen(30))
    );
    expect![[r#"
        batch 1: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 600 + left 400
          project 1: 600 = committed 0 + settled 60 - returned 20 + available 560
        batch 2: received 1000, taken back at the top 0
          unit 2: 1000 = passed on 0 + own budget 400 + left 600
          project 1: 400 = committed 30 + settled 10 - returned 0 + available 360"#]]
    .assert_eq(&authority(&world.books));
}

#[test]
fn names_what_rests_on_a_record() {
    let mut world = world();
    world.take(&give_back(1, 100));
    let rows = [
        // Both batches are with the project in part, and the project has paid out of them.
        reverse(fund(1), last(&world, "fund.received") - 3, 1000),
        reverse(fund(2), last(&world, "fund.received"), 1000),
        reverse(payment(1), last(&world, "payment.settled"), 100),
        reverse(payment(1), last(&world, "payment.settled"), 100).observed(),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
            BAD_REVERSAL seq: what came later rests on it: #3001
            BAD_REVERSAL seq: what came later rests on it: #3001
            BAD_REVERSAL seq: what came later rests on it: #4001
            record.reversed
            alert BAD_REVERSAL seq: what came later rests on it: #4001"#]],
    );
}

#[test]
fn a_return_that_was_paid_again_stays() {
    let given = [
        instruct(|_| ()),
        settle(1, 100),
        give_back(1, 100),
        reissue(2, 1),
    ];
    let mut world = World::given(&and(&budgeted(), given));
    let rows = [reverse(payment(1), last(&world, "payment.returned"), 100)];
    answers(
        &mut world,
        &rows,
        expect!["BAD_REVERSAL seq: what came later rests on it: #4002"],
    );
}

/// What the returned payment set free has been spent: taking the return back would overdraw.
#[test]
fn a_return_whose_money_was_spent_again_stays() {
    let spend = instruct(|it| {
        it.payment = payment(2);
        it.amount_fen = fen(1000);
        it.sources = vec![share(1, 600), share(2, 400)];
    });
    let given = [instruct(|_| ()), settle(1, 100), give_back(1, 100), spend];
    let mut world = World::given(&and(&budgeted(), given));
    let rows = [reverse(payment(1), last(&world, "payment.returned"), 100)];
    answers(
        &mut world,
        &rows,
        expect!["BAD_REVERSAL seq: what came later rests on it: #4001, #4002"],
    );
}

/// Only observed payments overdraw a budget. What was overdrawn before money came back may be so
/// again, but by no more than that.
#[test]
fn a_return_out_of_a_budget_that_was_overdrawn_before_may_go() {
    let paid = |number: u128, amount: i64| {
        instruct(|it| {
            it.payment = payment(number);
            it.amount_fen = fen(amount);
            it.sources = vec![share(1, amount)];
        })
    };
    let given = [
        paid(1, 600),
        paid(2, 100).observed(),
        settle(2, 100).observed(),
        give_back(2, 100),
    ];
    let given = and(&budgeted(), given);
    let (mut world, mut since) = (World::given(&given), World::given(&given));
    let undo = reverse(payment(2), last(&world, "payment.returned"), 100);
    since.take(&paid(3, 50).observed());
    answers(
        &mut since,
        std::slice::from_ref(&undo),
        expect!["BAD_REVERSAL seq: what came later rests on it: #4001, #4002, #4003"],
    );
    answers(&mut world, &[undo], expect!["record.reversed"]);
}

/// Every change of authority and its reversal, which leaves everybody with what they had.
#[test]
fn reversed_authority_is_as_if_it_had_never_been() {
    let (county, town) = (unit(COUNTY), to_unit(TOWN));
    let fund_command = |command| ask(Command::Fund(command));
    let reclaim = |from, to| {
        fund_command(FundCommand::Reclaim(Reclaim {
            fund: fund(1),
            from,
            to,
            amount_fen: fen(50),
            reason: ReclaimReason::Idle,
            document: reference(),
        }))
    };
    let given = [
        announce(|_| ()),
        receive(1, 500),
        allocate(1, COUNTY, town, 100),
    ];
    let rows = [
        receive(1, 50),
        allocate(1, COUNTY, town, 50),
        reclaim(town, Some(county)),
        reclaim(to_unit(COUNTY), None),
        fund_command(FundCommand::Adjust(Adjustment {
            fund: fund(1),
            delta_fen: fen(50),
            reason: text(),
            document: reference(),
        })),
        fund_command(FundCommand::CarryOver(CarryOver {
            fund: fund(1),
            holder: county,
            amount_fen: fen(50),
            to_year: 2019,
            document: reference(),
        })),
    ];
    for row in rows {
        let mut world = World::given(&given);
        let state = |world: &World| {
            let batch = world.books.funds.get(fund(1)).cloned().unwrap();
            let node = world.books.nodes.get((fund(1), county)).cloned();
            (
                authority(&world.books),
                batch.received,
                batch.adjusted,
                node,
            )
        };
        let before = state(&world);
        world.take(&row);
        let undo = reverse(fund(1), world.events.len().try_into().unwrap(), 50);
        world.take(&undo);
        assert_eq!(state(&world), before, "{row:?}");
    }
}

#[test]
fn a_correction_is_of_a_text_that_the_record_has() {
    let mut world = world();
    let announced = last(&world, "fund.announced");
    let of_batch = |field, to| correct(fund(2), announced, field, to);
    let rows = [
        correct(fund(1), announced, Field::Document, "县发〔2018〕2号"),
        of_batch(Field::Voucher, "县发〔2018〕2号"),
        of_batch(Field::Document, "县发〔2018〕1号"),
        of_batch(Field::Document, &"长".repeat(81)),
        of_batch(Field::Name, "11010519491231002X"),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
            BAD_REVERSAL subject: the record is not mainly about this subject
            BAD_REVERSAL field:
              the record has no such text; amounts are reversed and recorded anew
            BAD_REVERSAL to: the record says so already
            BAD_FIELD to: the field does not allow it: too long, or a personal number
            BAD_FIELD to: the field does not allow it: too long, or a personal number"#]],
    );
}

#[test]
fn a_correction_replaces_a_wording() {
    let mut world = world();
    let at = |word| last(&world, word);
    let rows = [
        correct(fund(2), at("fund.announced"), Field::Document, "甲"),
        correct(fund(2), at("fund.announced"), Field::FunctionCode, "21305"),
        correct(project(1), at("project.entered_library"), Field::Name, "乙"),
        correct(payment(1), at("payment.instructed"), Field::Voucher, "丙"),
        correct(
            unit(COMPANY),
            at("organisation.registered"),
            Field::Code,
            "丁",
        ),
    ];
    rows.iter().for_each(|row| world.take(row));
    let books = &world.books;
    let batch = &books.funds.get(fund(2)).unwrap().announcement;
    let texts = [
        batch.document.as_str(),
        batch.function_code.as_ref().unwrap().as_str(),
        books.projects.get(project(1)).unwrap().name.as_str(),
        books.payments.get(payment(1)).unwrap().voucher.as_str(),
        books
            .organisations
            .get(unit(COMPANY))
            .unwrap()
            .code
            .as_str(),
    ];
    assert_eq!(texts, ["甲", "21305", "乙", "丙", "丁"]);
}

/// A name may be put right as often as need be, and be put back; one that the unit has lost since
/// then stays lost.
#[test]
fn a_name_is_corrected_again() {
    let mut world = world();
    let named = last(&world, "organisation.registered");
    let called = |world: &World| {
        let row = world.books.organisations.get(unit(COMPANY)).unwrap();
        row.name.as_str().to_owned()
    };
    let was = called(&world);
    for name in ["甲公司", "乙公司", &was] {
        world.take(&correct(unit(COMPANY), named, Field::Name, name));
        assert_eq!(called(&world), name);
    }
    let renaming = crate::organisation::OrganisationRenaming {
        organisation: unit(COMPANY),
        name: crate::text::Name::new(was.as_str()).unwrap(),
    };
    let rename = crate::organisation::OrganisationCommand::Rename(renaming);
    world.take(&ask(Command::Organisation(rename)));
    world.take(&correct(unit(COMPANY), named, Field::Name, "丙公司"));
    assert_eq!(called(&world), was);
}

/// Two changes of a contract may be alike but for their papers.
#[test]
fn of_two_changes_alike_the_one_that_is_named_is_corrected() {
    let mut world = World::given(&contracted());
    let raise = || change(crate::contract::ContractChangeKind::Price, 10, None);
    world.take(&raise());
    world.take(&raise());
    let second = last(&world, "contract.changed");
    world.take(&correct(contract(1), second, Field::Document, "乙"));
    let row = world.books.contracts.get(contract(1)).unwrap();
    let mut papers = row.changes.iter().map(|it| it.change.document.as_str());
    assert_ne!(papers.next(), Some("乙"));
    assert_eq!(papers.next(), Some("乙"));
}

/// A correction of what was reversed would put right what no longer counts.
#[test]
fn what_was_reversed_is_not_corrected() {
    let mut world = world();
    let settled = last(&world, "payment.settled");
    let rows = [
        reverse(payment(1), settled, 100),
        correct(payment(1), settled, Field::BankReference, "新"),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
        record.reversed
        BAD_REVERSAL seq: the record has been reversed already"#]],
    );
}

/// Putting right needs the role that recording needed.
#[test]
fn needs_the_role_of_what_it_puts_right() {
    use crate::token::Role;
    let mut world = world();
    let undo = reverse(payment(1), last(&world, "payment.settled"), 100);
    let rows = [
        undo.clone().with_roles(&[Role::Rectification]),
        undo.clone().with_roles(&[Role::Reader]),
        undo.with_roles(&[Role::Finance]),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
        FORBIDDEN: none of the token's roles allows record.reverse
        FORBIDDEN: none of the token's roles allows record.reverse
        record.reversed"#]],
    );
}

#[test]
fn counts_as_a_record_about_its_subject() {
    let mut world = world();
    let version = world.books.version(payment(1).into());
    let undo = reverse(payment(1), last(&world, "payment.settled"), 100);
    assert!(world.decide(&undo.clone().expecting(version + 1)).is_err());
    world.take(&undo.expecting(version));
    assert_eq!(world.books.version(payment(1).into()), version + 1);
}

/// Whatever is not listed here cannot be reversed; a new amount must be added on purpose.
#[test]
fn these_and_no_others_are_reversed() {
    use crate::record::amend::Amend;
    let reversible = |command: Command| {
        let event: Event = command.into_event();
        event.reversible().map(|_| event.word())
    };
    let mut words: Vec<_> = every_command().into_iter().filter_map(reversible).collect();
    words.sort_unstable();
    words.dedup();
    expect![[r#"
        account.cash_paid
        account.cash_received
        account.custody_released
        account.interest_credited
        account.transferred
        bank_line.entered
        contract.changed
        contribution.arrived
        contribution.contributed_in_kind
        fund.adjusted
        fund.allocated
        fund.carried_over
        fund.received
        fund.reclaimed
        item.recovery_demanded
        item.recovery_received
        item.recovery_waived
        list.line_added
        payment.reclassified
        payment.recovery_demanded
        payment.recovery_offset
        payment.recovery_received
        payment.recovery_waived
        payment.retention_released
        payment.retention_withheld
        payment.returned
        payment.settled"#]]
    .assert_eq(&words.join("\n"));
}
