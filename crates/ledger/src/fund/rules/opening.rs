//! A batch taken over from before the book: its figures are exact, and go together (V5, V6, V10).

use super::{
    Fund, announce, budget, exact, grow, holder, in_a_later_year, not_in_force, payable, shift,
};
use crate::Books;
use crate::context::Context;
use crate::fund::{FundOpening, Holder, OpeningLine, OpeningSpending};
use crate::ids::OrganisationId;
use crate::money::Fen;
use crate::opening::{by_two, cumulative};
use crate::organisation::rules::existing as existing_unit;
use crate::project::rules::existing as existing_project;
use crate::rejection::Rejection;

pub(super) fn check(
    books: &Books,
    context: &Context,
    opening: &FundOpening,
) -> Result<(), Rejection> {
    by_two(context, &opening.cut_over)?;
    announce(books, &opening.announcement)?;
    cumulative("received_fen", opening.received_fen)?;
    let reclaimed = opening.reclaimed_from_top_fen;
    cumulative("reclaimed_from_top_fen", reclaimed)?;
    let mut passed = Fen::ZERO;
    for (place, line) in opening.lines.iter().enumerate() {
        along(books, line)?;
        exact("lines", line.amount_fen, &[passed], line.amount_fen)?;
        passed = passed.add(line.amount_fen);
        let mut before = opening.lines.iter().take(place);
        if before.any(|other| (other.from, other.to) == (line.from, line.to)) {
            return Err(twice("lines"));
        }
    }
    let mut settled = Fen::ZERO;
    for (place, spending) in opening.spent.iter().enumerate() {
        spent(books, spending)?;
        exact(
            "spent",
            spending.settled_fen,
            &[settled],
            spending.settled_fen,
        )?;
        settled = settled.add(spending.settled_fen);
        let mut before = opening.spent.iter().take(place);
        if before.any(|other| other.project == spending.project) {
            return Err(twice("spent"));
        }
    }
    adjusted(opening)?;
    for (place, carry) in opening.carried.iter().enumerate() {
        existing_unit(books, "carried", carry.holder)?;
        payable("carried", carry.amount_fen)?;
        in_a_later_year("carried", &opening.announcement, carry.to_year)?;
        let mut before = opening.carried.iter().take(place);
        if before.any(|other| (other.holder, other.to_year) == (carry.holder, carry.to_year)) {
            return Err(twice("carried"));
        }
    }
    Ok(())
}

/// An adjustment can be stated, and is part of what was received: so is what came without it.
fn adjusted(opening: &FundOpening) -> Result<(), Rejection> {
    let (field, amount) = ("adjusted_fen", opening.adjusted_fen);
    let stated = amount.max(amount.negated());
    let issued = opening.received_fen.sub(amount);
    if stated > Fen::COMMAND_MAX || issued < Fen::ZERO {
        return Err(Rejection::BadAmount { field, amount });
    }
    Ok(())
}

const fn twice(field: &'static str) -> Rejection {
    Rejection::BadField {
        field,
        why: "the same line is named twice",
        why_zh: "同一行出现两次",
    }
}

fn along(books: &Books, line: &OpeningLine) -> Result<(), Rejection> {
    existing_unit(books, "lines", line.from)?;
    holder(books, "lines", line.to)?;
    payable("lines", line.amount_fen)?;
    if line.to == Holder::Organisation(line.from) {
        return Err(Rejection::BadField {
            field: "lines",
            why: "a unit cannot allocate to itself",
            why_zh: "不得向本单位分解下达",
        });
    }
    Ok(())
}

/// No more came back than had been paid.
fn spent(books: &Books, spending: &OpeningSpending) -> Result<(), Rejection> {
    existing_project(books, "spent", spending.project)?;
    payable("spent", spending.settled_fen)?;
    cumulative("spent", spending.returned_fen)?;
    if spending.returned_fen > spending.settled_fen {
        let (open, stated) = (spending.settled_fen, spending.returned_fen);
        return Err(Rejection::OverPaid { open, stated });
    }
    Ok(())
}

/// The word of the source, what was received, what each unit passed on and may use later, what each
/// project spent.
pub(super) fn breaches(opening: &FundOpening) -> Vec<Rejection> {
    let announcement = &opening.announcement;
    let over = |available: Fen, asked: Fen| {
        let broken = asked > available;
        broken.then_some(Rejection::OverAllocated { available, asked })
    };
    let sum = |wanted: &dyn Fn(&&OpeningLine) -> bool| {
        let lines = opening.lines.iter().filter(wanted);
        lines.fold(Fen::ZERO, |sum, line| sum.add(line.amount_fen))
    };
    let mut broken: Vec<_> = not_in_force(announcement).into_iter().collect();
    let issued = opening.received_fen.sub(opening.adjusted_fen);
    broken.extend(over(announcement.amount_fen, issued));
    let mut units = vec![announcement.receiver];
    units.extend(opening.lines.iter().map(|line| line.from));
    for (place, unit) in units.iter().enumerate() {
        if !units.iter().take(place).any(|earlier| earlier == unit) {
            let got = sum(&|line| line.to == Holder::Organisation(*unit));
            let gone = sum(&|line| line.from == *unit);
            broken.extend(over(at_the_top(opening, *unit).add(got), gone));
        }
    }
    for carry in &opening.carried {
        let got = sum(&|line| line.to == Holder::Organisation(carry.holder));
        let passed_on = |line: &&OpeningLine| matches!(line.to, Holder::Organisation(_));
        let gone = sum(&|line| line.from == carry.holder && passed_on(line));
        let rest = at_the_top(opening, carry.holder).add(got).sub(gone);
        broken.extend(over(rest, carry.amount_fen));
    }
    for spending in &opening.spent {
        let available = sum(&|line| line.to == Holder::Project(spending.project));
        let asked = spending.settled_fen.sub(spending.returned_fen);
        if asked > available {
            broken.push(Rejection::Insufficient {
                field: "spent",
                subject: spending.project.into(),
                available,
                asked,
            });
        }
    }
    broken
}

/// What a unit has of the document itself.
fn at_the_top(opening: &FundOpening, unit: OrganisationId) -> Fen {
    if unit == opening.announcement.receiver {
        opening.received_fen.sub(opening.reclaimed_from_top_fen)
    } else {
        Fen::ZERO
    }
}

pub(super) fn apply(books: &mut Books, opening: &FundOpening) {
    let id = opening.announcement.fund;
    let mut row = Fund::announced(&opening.announcement);
    row.adjusted = opening.adjusted_fen;
    row.reclaimed_from_top = opening.reclaimed_from_top_fen;
    row.opening = Some(Box::new(opening.cut_over.clone()));
    books.funds.put(id, row);
    grow(books, id, opening.received_fen);
    let top = books.nodes.entry((id, opening.announcement.receiver));
    top.granted = top.granted.sub(opening.reclaimed_from_top_fen);
    for line in &opening.lines {
        shift(books, id, line.from, line.to, line.amount_fen);
    }
    for carry in &opening.carried {
        let node = books.nodes.entry((id, carry.holder));
        node.carried.push((carry.to_year, carry.amount_fen));
    }
    for spending in &opening.spent {
        let row = budget(books, id, spending.project);
        row.settled = row.settled.add(spending.settled_fen);
        row.returned = row.returned.add(spending.returned_fen);
        row.opening_net = spending.settled_fen.sub(spending.returned_fen);
    }
}
