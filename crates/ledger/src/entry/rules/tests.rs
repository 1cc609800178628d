//! Promised: what one person records counts only when another person has confirmed it; who signed
//! on paper stands for the step, and neither the second recorder nor anybody whom the step's own
//! rules exclude can be one of them.

use super::*;
use crate::book::{BookCommand, BookPolicy};
use crate::entry::*;
use crate::project::*;
use crate::testing::*;
use crate::text::Name;
use expect_test::{Expect, expect};
use uuid::Uuid;

fn entry(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(0x8000 | number))
}

fn paper_allowed() -> Ask {
    ask(Command::Ledger(BookCommand::SetPolicy(BookPolicy {
        paper_signatures: true,
        recoveries_by_bank_line: false,
        reminder_days: None,
        warning_days: None,
        document: reference(),
    })))
}

fn signed_by(number: u128, organisation: u128) -> Signatory {
    Signatory {
        person: person(number),
        organisation: unit(organisation),
        capacity: Name::new("验收组长").unwrap(),
        signed_on: "2018-06-30".parse().unwrap(),
        evidence_sha256: None,
    }
}

fn propose(number: u128, of: &Ask, signatories: Vec<Signatory>) -> Ask {
    ask(Command::Entry(EntryCommand::Propose(EntryProposal {
        entry: entry(number),
        command: Box::new(of.command.clone()),
        signatories,
    })))
}

fn confirm(number: u128) -> Ask {
    let entry = entry(number);
    ask(Command::Entry(EntryCommand::Confirm(EntryConfirmation {
        entry,
    })))
    .by(CHIEF)
}

fn withdraw(number: u128) -> Ask {
    ask(Command::Entry(EntryCommand::Withdraw(EntryWithdrawal {
        entry: entry(number),
        reason: text(),
    })))
}

fn answers(world: &mut World, when: &[Ask], then: Expect) {
    let answers: Vec<_> = when.iter().map(|ask| world.answer(ask)).collect();
    then.assert_eq(&answers.join("\n"));
}

fn accept() -> Ask {
    ask(Command::Project(ProjectCommand::Accept(Acceptance {
        project: project(1),
        team: Vec::new(),
        document: reference(),
        level: None,
    })))
}

fn completed() -> Vec<Ask> {
    and(&started(), [project_step(ProjectCommand::Complete)])
}

#[test]
fn counts_when_another_person_has_confirmed_it() {
    let mut world = World::given(&[announce(|_| ())]);
    let rows = [
        propose(1, &receive(1, 500), Vec::new()),
        confirm(1).by(CLERK),
        confirm(1).on("2018-07-02"),
        confirm(1).observed(),
        confirm(2),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
        entry.proposed
        SAME_PERSON: the same person may not do both entry.propose and entry.confirm
        BAD_FIELD occurred_on:
          it must be the date that was proposed: its records are about that day
        BAD_FIELD intake: it must be the way in that was proposed
        NOT_FOUND entry: #8002 is not known in this ledger"#]],
    );
    let received = |world: &World| world.books.funds.get(fund(1)).unwrap().received;
    assert_eq!(received(&world), fen(0));
    answers(
        &mut world,
        &[confirm(1), confirm(1), withdraw(1)],
        expect![[r#"
            entry.confirmed
            fund.received
            BAD_TRANSITION: entry.confirm is not possible in state confirmed
            BAD_TRANSITION: entry.withdraw is not possible in state confirmed"#]],
    );
    assert_eq!(received(&world), fen(500));
}

#[test]
fn what_was_withdrawn_never_counts() {
    let mut world = World::given(&[announce(|_| ())]);
    let rows = [
        withdraw(1),
        propose(1, &receive(1, 500), Vec::new()),
        withdraw(1),
        confirm(1),
        withdraw(1),
        propose(1, &receive(1, 500), Vec::new()),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
        NOT_FOUND entry: #8001 is not known in this ledger
        entry.proposed
        entry.withdrawn
        BAD_TRANSITION: entry.confirm is not possible in state withdrawn
        BAD_TRANSITION: entry.withdraw is not possible in state withdrawn
        ALREADY_EXISTS entry: #8001 exists already"#]],
    );
}

/// A proposal that could not be confirmed is refused at once, for the reason of its own noun.
#[test]
fn refuses_a_proposal_in_this_order() {
    let register = ask(Command::Subject(crate::person::PersonCommand::Register(
        profile(7),
    )));
    let rows = [
        propose(1, &register, Vec::new()),
        propose(1, &paper_allowed(), Vec::new()),
        propose(1, &confirm(1), Vec::new()),
        propose(1, &receive(9, 500), vec![signed_by(1, COUNTY)]),
        propose(1, &receive(9, 500), Vec::new()),
        propose(1, &receive(1, 1001), Vec::new()),
        propose(1, &receive(1, 1001), Vec::new()).observed(),
    ];
    check(
        &[announce(|_| ())],
        &rows,
        expect![[r#"
        BAD_FIELD command: this command is recorded by one person, directly
        BAD_FIELD command: this command is recorded by one person, directly
        BAD_FIELD command: this command is recorded by one person, directly
        BAD_FIELD signatories:
          this ledger's policy does not allow signatures on paper
        NOT_FOUND fund: #2009 is not known in this ledger
        OVER_ALLOCATED amount_fen: 1001 fen asked for, 1000 fen unallocated
        entry.proposed"#]],
    );
}

#[test]
fn refuses_signatories_in_this_order() {
    let mut late = signed_by(1, COUNTY);
    late.signed_on = "2020-01-02".parse().unwrap();
    let rows = [
        propose(1, &accept(), vec![signed_by(9, NOWHERE)]),
        propose(1, &accept(), vec![signed_by(1, NOWHERE)]),
        propose(1, &accept(), vec![late]),
        propose(1, &accept(), vec![signed_by(1, COUNTY), signed_by(1, TOWN)]),
        // The unit that builds does not accept, on paper either.
        propose(1, &accept(), vec![signed_by(1, BUREAU)]),
        propose(1, &accept(), vec![signed_by(1, COUNTY)]),
    ];
    check(
        &and(&completed(), [paper_allowed()]),
        &rows,
        expect![[r#"
        NOT_FOUND signatories: #1009 is not known in this ledger
        NOT_FOUND signatories: #0063 is not known in this ledger
        BAD_DATE signatories: a signature lies after today (UTC+08:00)
        SAME_PERSON:
          the same person may not do both one signatory 签字人 and another one 另一签字人
        SAME_ORG:
          the same organisation may not be both the implementing unit 实施单位 and the acceptor 验收单位
        entry.proposed"#]],
    );
}

/// Who signed stands for the step: the recorder may be of the unit that may not take it.
#[test]
fn who_signed_stands_for_the_step() {
    let mut world = World::given(&and(&completed(), [paper_allowed()]));
    let rows = [
        accept().by(BUILDER),
        propose(1, &accept(), vec![signed_by(1, COUNTY)]).by(BUILDER),
        confirm(1).by(Actor {
            person: person(1),
            organisation: unit(COUNTY),
        }),
        confirm(1),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
        SAME_PERSON:
          the same person may not do both project.complete and project.accept
        entry.proposed
        SAME_PERSON:
          the same person may not do both a signatory 签字人 and entry.confirm
        entry.confirmed
        project.accepted"#]],
    );
}

/// The rules are asked again when it is confirmed: the books have moved on.
#[test]
fn is_judged_again_when_it_is_confirmed() {
    let mut world = World::given(&[announce(|_| ())]);
    let rows = [
        propose(1, &receive(1, 600), Vec::new()),
        receive(1, 500),
        confirm(1),
    ];
    answers(
        &mut world,
        &rows,
        expect![[r#"
        entry.proposed
        fund.received
        OVER_ALLOCATED amount_fen: 600 fen asked for, 500 fen unallocated"#]],
    );
}
