//! Recovery 追缴: required, demanded, received and waived, by item, unit and round (R9), and by which
//! way it was received. What goes on in another item is required there and not here; of items that
//! overlap one is summed up, the others are shown apart. What was found to be no problem or was
//! closed before the book stands in its line and in no sum; a draft that was given up is not there.

use crate::View;
use crate::items::{ItemFilter, RoundReference, passing, round_reference};
use crate::page::Page;
use crate::references::{self, Term, UnitReference, term, total};
use jiff::civil::Date;
use ledger::Books;
use ledger::ids::ItemId;
use ledger::item::RecoveryWay;
use ledger::item::rules::{Item, State, is_counted};
use ledger::money::Fen;
use ledger::text::Reference;
use std::collections::BTreeMap;

/// Money to be recovered, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recovered {
    /// How many items.
    pub items: usize,
    /// What must come back before they can be closed.
    pub required_fen: Fen,
    /// Demanded.
    pub demanded_fen: Fen,
    /// Received.
    pub received_fen: Fen,
    /// Of this, what a bank line is matched with, and what had come back before the book.
    pub matched_fen: Fen,
    /// Of it, into an account, with no bank line matched yet.
    pub unmatched_fen: Fen,
    /// Of it, paid in as non-tax revenue 非税缴库.
    pub non_tax_fen: Fen,
    /// Of it, set off against later payments 抵扣.
    pub offset_fen: Fen,
    /// Given up by an authority.
    pub waived_fen: Fen,
    /// Still to come, item by item: what one got too much is not set against another.
    pub open_fen: Fen,
}

/// The recovery of one item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemRecovery {
    /// The item.
    pub item: ItemId,
    /// Its number on the list.
    pub number: Reference,
    /// Where it stands.
    pub state: Term,
    /// The unit that must put it right.
    pub responsible_unit: UnitReference,
    /// The round that found it.
    pub round: RoundReference,
    /// The money.
    pub money: Recovered,
    /// It is in the sums; false for one that overlaps with another that is, and for one of which
    /// nothing is asked for any more.
    pub counted: bool,
}

/// The recovery of one unit's items.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitRecovery {
    /// The responsible unit.
    pub unit: UnitReference,
    /// The money.
    pub money: Recovered,
}

/// The recovery of one round's items.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundRecovery {
    /// The round.
    pub round: RoundReference,
    /// The money.
    pub money: Recovered,
}

/// Recovery by item, unit and round.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recoveries {
    /// Of all items, not only of this page.
    pub total: Recovered,
    /// Of the items that overlap with others that are in the sums: in no other sum.
    pub overlapping: Recovered,
    /// Unit by unit, in the order of their names.
    pub units: Vec<UnitRecovery>,
    /// Round by round, in the order of their names.
    pub rounds: Vec<RoundRecovery>,
    /// Item by item, in the order of their numbers.
    pub items: Page<ItemRecovery>,
}

/// R9: the items of which money must come back, or has, that pass the filter.
#[must_use]
pub fn recoveries(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Recoveries {
    let books = &view.books;
    let rows = passing(view, today, filter).into_iter();
    let rows: Vec<_> = rows
        .filter(|(_, item)| item.state != State::Discarded)
        .map(|(id, item)| (id, item, money(books, item)))
        .filter(|(_, _, money)| {
            *money
                != (Recovered {
                    items: 1,
                    ..Recovered::default()
                })
        })
        .collect();
    let (mut units, mut rounds) = (BTreeMap::new(), BTreeMap::new());
    let asked = |(_, item, _): &&(ItemId, &Item, Recovered)| item.asks_for_money();
    let counts = |row: &&(ItemId, &Item, Recovered)| asked(row) && is_counted(books, row.0, row.1);
    for (_, item, money) in rows.iter().filter(counts) {
        let unit = references::unit(books, item.draft.responsible_unit);
        units.entry(unit).or_insert_with(Vec::new).push(*money);
        let round = round_reference(books, item.draft.round);
        rounds.entry(round).or_insert_with(Vec::new).push(*money);
    }
    let units = units.into_iter().map(|(unit, parts)| UnitRecovery {
        unit,
        money: sum(&parts),
    });
    let rounds = rounds.into_iter().map(|(round, parts)| RoundRecovery {
        round,
        money: sum(&parts),
    });
    let parts = |counted: bool| -> Vec<Recovered> {
        let rows = rows.iter().filter(asked);
        let rows = rows.filter(|row| counts(row) == counted);
        rows.map(|(_, _, money)| *money).collect()
    };
    Recoveries {
        total: sum(&parts(true)),
        overlapping: sum(&parts(false)),
        units: units.collect(),
        rounds: rounds.collect(),
        items: Page::of(&rows, offset, limit, |(id, item, money)| ItemRecovery {
            item: *id,
            number: item.draft.number.clone(),
            state: term!(item.state),
            responsible_unit: references::unit(books, item.draft.responsible_unit),
            round: round_reference(books, item.draft.round),
            money: *money,
            counted: item.asks_for_money() && is_counted(books, *id, item),
        }),
    }
}

fn money(books: &Books, item: &Item) -> Recovered {
    let matched_fen = item.matched();
    let non_tax_fen = item.received_by(RecoveryWay::NonTax);
    let offset_fen = item.received_by(RecoveryWay::Offset);
    let shown = matched_fen.add(non_tax_fen).add(offset_fen);
    Recovered {
        items: 1,
        required_fen: item.recovery_required(),
        demanded_fen: item.demanded,
        received_fen: item.received,
        matched_fen,
        unmatched_fen: item.received.sub(shown),
        non_tax_fen,
        offset_fen,
        waived_fen: item.waived,
        open_fen: item.recovery_open(books),
    }
}

fn sum(parts: &[Recovered]) -> Recovered {
    let add = |which: fn(&Recovered) -> Fen| total(parts.iter().map(which));
    Recovered {
        items: parts.len(),
        required_fen: add(|it| it.required_fen),
        demanded_fen: add(|it| it.demanded_fen),
        received_fen: add(|it| it.received_fen),
        matched_fen: add(|it| it.matched_fen),
        unmatched_fen: add(|it| it.unmatched_fen),
        non_tax_fen: add(|it| it.non_tax_fen),
        offset_fen: add(|it| it.offset_fen),
        waived_fen: add(|it| it.waived_fen),
        open_fen: add(|it| it.open_fen),
    }
}
