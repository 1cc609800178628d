//! Promised: what is not known is shown as not known (S11), work is worth exactly its days, and
//! no more comes than was promised. What an observed fact breaks is stored and named.

use super::*;
use crate::Command;
use crate::account::rules::tests::amend::unsay;
use crate::account::rules::tests::{account, open};
use crate::contribution::ContributionArrival;
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn contribution(number: u128) -> ContributionId {
    ContributionId(Uuid::from_u128(0x6000 | number))
}

fn command(command: ContributionCommand) -> Ask {
    ask(Command::Contribution(command))
}

/// 3360 fen of a partner for project 1, of which 197 are undetermined.
fn pledge(number: u128, change: impl FnOnce(&mut ContributionPledge)) -> Ask {
    let mut pledge = ContributionPledge {
        contribution: contribution(number),
        project: project(1),
        source_kind: Some(SourceKind::Partner),
        party: None,
        amount_fen: fen(3360),
        undetermined_fen: fen(197),
    };
    change(&mut pledge);
    command(ContributionCommand::Pledge(pledge))
}

fn arrive(amount: i64, change: impl FnOnce(&mut ContributionArrival)) -> Ask {
    let mut arrival = ContributionArrival {
        contribution: contribution(1),
        amount_fen: fen(amount),
        source_kind: None,
        account: None,
        bank_reference: None,
    };
    change(&mut arrival);
    command(ContributionCommand::Arrive(arrival))
}

fn work(days: u64, price: i64, value: i64) -> InKind {
    InKind {
        contribution: contribution(1),
        labour_days: days,
        unit_price_fen: fen(price),
        value_fen: fen(value),
        verified_by: None,
    }
}

fn in_kind(work: InKind) -> Ask {
    command(ContributionCommand::ContributeInKind(work))
}

fn resolve(parts: &[(SourceKind, i64)]) -> Ask {
    let part = |(source_kind, amount): &(SourceKind, i64)| PlannedSource {
        source_kind: *source_kind,
        amount_fen: fen(*amount),
    };
    command(ContributionCommand::Resolve(ContributionResolution {
        contribution: contribution(1),
        parts: parts.iter().map(part).collect(),
    }))
}

fn pledged() -> Vec<Ask> {
    vec![enter(|_| ()), pledge(1, |_| ())]
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_pledge_in_this_order() {
    let rows = [
        pledge(1, |it| it.project = project(9)),
        pledge(2, |it| {
            it.project = project(9);
            it.party = Some(unit(NOWHERE));
        }),
        pledge(2, |it| {
            it.party = Some(unit(NOWHERE));
            it.amount_fen = fen(0);
        }),
        pledge(2, |it| {
            it.amount_fen = fen(0);
            it.undetermined_fen = fen(-1);
        }),
        pledge(2, |it| {
            it.undetermined_fen = fen(-1);
            it.source_kind = None;
        }),
        pledge(2, |it| {
            it.undetermined_fen = fen(3361);
            it.source_kind = None;
        }),
        pledge(2, |it| it.source_kind = None),
        pledge(2, |it| it.undetermined_fen = fen(3360)),
        pledge(2, |it| {
            it.undetermined_fen = fen(3360);
            it.source_kind = None;
        }),
        pledge(2, |it| it.party = Some(unit(COMPANY))),
        pledge(2, |it| it.party = Some(unit(NOWHERE))).observed(),
    ];
    check(
        &pledged(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS contribution: #6001 exists already
        NOT_FOUND project: #3009 is not known in this ledger
        NOT_FOUND party: #0063 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT undetermined_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        SPLIT_MISMATCH undetermined_fen:
          the parts add up to 3361 fen, the total is 3360 fen
        BAD_FIELD source_kind:
          it names the source of the known part, and there is none without such a part
        BAD_FIELD source_kind:
          it names the source of the known part, and there is none without such a part
        contribution.pledged
        contribution.pledged
        contribution.pledged
        alert UNKNOWN_PARTY party: #0063 is not known in this ledger"#]],
    );
}

#[test]
fn no_more_comes_than_was_promised() {
    let rows = [
        arrive(0, |_| ()),
        arrive(0, |it| it.contribution = contribution(9)),
        arrive(0, |it| it.account = Some(account(9))),
        arrive(1, |it| it.account = Some(account(1))),
        arrive(3361, |_| ()),
        arrive(3361, |_| ()).observed(),
        arrive(3360, |_| ()),
    ];
    let given = and(&pledged(), [open(1, |_| ())]);
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND contribution: #6009 is not known in this ledger
        NOT_FOUND account: #5009 is not known in this ledger
        contribution.arrived
        OVER_PAID amount_fen: 3361 fen stated, 3360 fen are open
        contribution.arrived
        alert OVER_PAID amount_fen: 3361 fen stated, 3360 fen are open
        contribution.arrived"#]],
    );
    // Work fulfils a promise as money does.
    let worked = and(&given, [in_kind(work(10, 100, 1000))]);
    let rows = [
        arrive(2361, |_| ()),
        arrive(2360, |_| ()),
        in_kind(work(2361, 1, 2361)),
        in_kind(work(2360, 1, 2360)),
    ];
    check(
        &worked,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 2361 fen stated, 2360 fen are open
        contribution.arrived
        OVER_PAID amount_fen: 2361 fen stated, 2360 fen are open
        contribution.contributed_in_kind"#]],
    );
}

#[test]
fn work_is_worth_exactly_its_days() {
    let verified = |person| {
        in_kind(InKind {
            verified_by: Some(person),
            ..work(10, 100, 1000)
        })
    };
    let rows = [
        in_kind(InKind {
            contribution: contribution(9),
            ..work(0, 0, 0)
        }),
        in_kind(work(0, 0, 0)),
        in_kind(work(0, 100, 0)),
        in_kind(work(0, 100, 100)),
        in_kind(work(10, 100, 999)),
        in_kind(work(10, 100, 1001)).observed(),
        in_kind(work(u64::MAX, 1_000_000_000_000_000, 1000)),
        verified(CLERK.person),
        verified(CLERK.person).observed(),
        verified(VISITOR.person),
    ];
    check(
        &pledged(),
        &rows,
        expect![[r#"
        NOT_FOUND contribution: #6009 is not known in this ledger
        BAD_AMOUNT unit_price_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT value_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        SPLIT_MISMATCH value_fen: the parts add up to 0 fen, the total is 100 fen
        SPLIT_MISMATCH value_fen: the parts add up to 1000 fen, the total is 999 fen
        SPLIT_MISMATCH value_fen:
          the parts add up to 1000 fen, the total is 1001 fen
        SPLIT_MISMATCH value_fen:
          the parts add up to 9007199254740991 fen, the total is 1000 fen
        SAME_PERSON:
          the same person may not do both contribution.contribute_in_kind and verified_by
        contribution.contributed_in_kind
        alert SAME_PERSON:
          the same person may not do both contribution.contribute_in_kind and verified_by
        contribution.contributed_in_kind"#]],
    );
}

#[test]
fn no_more_is_resolved_than_was_undetermined() {
    use SourceKind::{County, Donation};
    let rows = [
        resolve(&[]),
        resolve(&[(County, 0)]),
        resolve(&[(County, 1), (County, 2)]),
        resolve(&[(County, 100), (Donation, 98)]),
        resolve(&[(County, 100), (Donation, 98)]).observed(),
        resolve(&[(County, 100), (Donation, 97)]),
    ];
    check(
        &pledged(),
        &rows,
        expect![[r#"
        SPLIT_MISMATCH parts: the parts add up to 0 fen, the total is 197 fen
        BAD_AMOUNT parts: 0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD parts: one source is named twice
        SPLIT_MISMATCH parts: the parts add up to 198 fen, the total is 197 fen
        SPLIT_MISMATCH parts: the parts add up to 198 fen, the total is 197 fen
        contribution.resolved"#]],
    );
    let some = and(&pledged(), [resolve(&[(County, 100)])]);
    let rows = [resolve(&[(County, 98)]), resolve(&[(County, 97)])];
    check(
        &some,
        &rows,
        expect![[r#"
        SPLIT_MISMATCH parts: the parts add up to 98 fen, the total is 97 fen
        contribution.resolved"#]],
    );
}

#[test]
fn what_is_known_and_what_is_not_are_told_apart() {
    use SourceKind::{County, Partner};
    let mut world = World::given(&pledged());
    let row = |world: &World| world.books.contributions.get(contribution(1)).cloned();
    let first = row(&world).unwrap();
    assert_eq!(first.known().collect::<Vec<_>>(), [(Partner, fen(3163))]);
    assert_eq!(first.undetermined(), fen(197));
    world.take(&resolve(&[(County, 150)]));
    world.take(&arrive(1000, |_| ()));
    world.take(&arrive(20, |it| it.source_kind = Some(County)));
    world.take(&arrive(5, |it| it.source_kind = Some(County)));
    world.take(&in_kind(work(7, 10, 70)));
    let then = row(&world).unwrap();
    let known: Vec<_> = then.known().collect();
    assert_eq!(known, [(Partner, fen(3163)), (County, fen(150))]);
    assert_eq!(then.undetermined(), fen(47));
    assert_eq!(then.arrived, [(None, fen(1000)), (Some(County), fen(25))]);
    assert_eq!((then.in_kind, then.labour_days), (fen(70), 7));
    assert_eq!(then.open(), fen(3360 - 1025 - 70));
    assert_eq!(world.books.version(contribution(1).into()), 6);
    // Where there is one source only, whatever comes is of it.
    world.take(&pledge(2, |it| it.undetermined_fen = Fen::ZERO));
    world.take(&arrive(9, |it| it.contribution = contribution(2)));
    let second = world.books.contributions.get(contribution(2)).unwrap();
    assert_eq!(second.arrived, [(Some(Partner), fen(9))]);
}

#[test]
fn no_sum_of_a_contribution_is_inexact() {
    let most = Fen::COMMAND_MAX.get();
    let all = (0..4).map(|_| arrive(most, |_| ()).observed());
    let given = and(&pledged(), all);
    let rest = Fen::MAX.get() / 2 - 4 * most;
    let rows = [
        arrive(rest + 1, |_| ()).observed(),
        in_kind(work(1, rest + 1, rest + 1)).observed(),
        arrive(rest, |_| ()).observed(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        BAD_AMOUNT amount_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT value_fen:
          503599627370496 fen is not an amount that may be stated (1 to 10^15 fen)
        contribution.arrived
        alert OVER_PAID amount_fen:
          503599627370495 fen stated, -3999999999996640 fen are open"#]],
    );
}

#[test]
fn an_arrival_and_work_taken_back_have_never_been() {
    let mut world = World::given(&and(&pledged(), [arrive(30, |_| ())]));
    let row = |world: &World| world.books.contributions.get(contribution(1)).cloned();
    let before = row(&world).unwrap();
    world.take(&arrive(20, |_| ()));
    world.take(&in_kind(work(7, 10, 70)));
    world.take(&unsay(&world, contribution(1), "contribution.arrived", 20));
    let word = "contribution.contributed_in_kind";
    world.take(&unsay(&world, contribution(1), word, 70));
    let mut after = row(&world).unwrap();
    assert_eq!(after.version, before.version + 4);
    after.version = before.version;
    assert_eq!(after, before);
    let rows = [unsay(&world, contribution(1), "contribution.pledged", 3360)];
    check(
        &pledged(),
        &rows,
        expect![[r#"
            BAD_REVERSAL seq:
              it states no amount: what follows a step or a statement is a new one"#]],
    );
}
