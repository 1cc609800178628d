//! What may be announced: known units, years in which there is a budget, sources in use.

use super::*;

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_announcement_in_this_order() {
    let wrong = |it: &mut FundAnnouncement| {
        it.fund = fund(2);
        it.source_kind = SourceKind::Bond;
        it.budget_year = 1993;
    };
    let rows = [
        announce(|it| it.issuer = unit(NOWHERE)),
        announce(|it| {
            wrong(it);
            it.issuer = unit(NOWHERE);
            it.receiver = unit(NOWHERE);
        }),
        announce(|it| {
            wrong(it);
            it.receiver = unit(NOWHERE);
            it.amount_fen = fen(0);
        }),
        announce(|it| {
            wrong(it);
            it.amount_fen = fen(0);
        }),
        announce(wrong),
        announce(|it| {
            wrong(it);
            it.budget_year = 2014;
        }),
        announce(|it| {
            wrong(it);
            it.budget_year = 2015;
        }),
    ];
    check(
        &received(),
        &rows,
        expect![[r#"
            ALREADY_EXISTS fund: #2001 exists already
            NOT_FOUND issuer: #0063 is not known in this ledger
            NOT_FOUND receiver: #0063 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD budget_year: it must be a year from 1994 to 2100
            NOT_IN_FORCE source_kind: bond is not a source of money in 2014
            fund.announced"#]],
    );
}

#[test]
fn a_budget_year_lies_between_1994_and_2100() {
    let rows = [1993, 1994, 2100, 2101].map(|year| announce(|it| it.budget_year = year));
    check(
        &[],
        &rows,
        expect![[r#"
        BAD_FIELD budget_year: it must be a year from 1994 to 2100
        fund.announced
        fund.announced
        BAD_FIELD budget_year: it must be a year from 1994 to 2100"#]],
    );
}

#[test]
fn a_source_is_announced_only_in_the_years_in_which_it_is_in_use() {
    let of = |kind, year| {
        announce(|it| {
            it.source_kind = kind;
            it.budget_year = year;
        })
    };
    let rows = [
        of(SourceKind::Bond, 2014),
        of(SourceKind::Bond, 2015),
        of(SourceKind::EastWest, 1995),
        of(SourceKind::EastWest, 1996),
        of(SourceKind::EastWest, 2021),
        of(SourceKind::Bond, 2014).observed(),
    ];
    check(
        &[],
        &rows,
        expect![[r#"
        NOT_IN_FORCE source_kind: bond is not a source of money in 2014
        fund.announced
        NOT_IN_FORCE source_kind: east_west is not a source of money in 1995
        fund.announced
        fund.announced
        fund.announced
        alert NOT_IN_FORCE source_kind: bond is not a source of money in 2014"#]],
    );
    let others = SourceKind::ALL
        .iter()
        .filter(|kind| !matches!(kind, SourceKind::Bond | SourceKind::EastWest));
    for kind in others {
        assert_eq!(
            World::new().answer(&of(*kind, 1994)),
            "fund.announced",
            "{kind}"
        );
    }
}
