//! Items that are really one or really several: merged 并案, split 拆分, overlapping 交叉重复; and
//! which of them is counted.

use super::{Item, State, Step, bad_transition, closing, existing, independence, is_open};
use crate::Books;
use crate::context::Actor;
use crate::ids::ItemId;
use crate::item::{ItemMerger, ItemOverlap, ItemSplit};
use crate::money::Fen;
use crate::rejection::Rejection;

/// Into how many items one may be split: more than a county has towns and departments.
pub const PARTS_MAX: usize = 100;

/// How many mergers one after the other are followed. None that was decided here goes in a circle,
/// since what was merged has ended; a log of a stranger may.
const FOLLOWED_MAX: usize = 1_000;

const fn bad(field: &'static str, why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::BadField { field, why, why_zh }
}

/// The item that goes on is another one, and has not ended itself; what was issued goes on in what
/// was issued; and no cases are left behind, for which the common item would no longer wait.
pub(super) fn merges(books: &Books, item: &Item, it: &ItemMerger) -> Result<(), Rejection> {
    if it.into == it.item {
        return Err(bad(
            "into",
            "an item cannot be merged into itself",
            "事项不得并入自身",
        ));
    }
    let into = existing(books, "into", it.into)?;
    if !is_open(into.state) {
        return Err(bad_transition(into.state, Step::Merge));
    }
    // A draft is in no rate, and may be given up by one hand.
    if item.issued_on.is_some() && into.issued_on.is_none() {
        return Err(bad(
            "into",
            "it is a draft, and an item that was issued goes on in one that was issued",
            "并入的事项尚未交办;已交办事项只能并入已交办事项",
        ));
    }
    counted_alike(books, item, into)?;
    closing::cases_ended(books, item)
}

/// Of items that overlap, only two that are counted as one become one: else the money of the one
/// would be asked for beside that of the item counted for it, or leave the sums.
fn counted_alike(books: &Books, item: &Item, into: &Item) -> Result<(), Rejection> {
    let alike = |one: &Item, other: &Item| {
        let counted = counted_by(books, one);
        counted == one.draft.item || counted == other.draft.item
    };
    if alike(item, into) && alike(into, item) {
        return Ok(());
    }
    Err(bad(
        "into",
        "one of the two is counted with a third item: unlink it first",
        "两事项之一已与其他事项合并统计,请先取消交叉重复关联",
    ))
}

/// The item that is named as counted for this one, or goes on in the place of that; or itself.
fn counted_by(books: &Books, item: &Item) -> ItemId {
    let with = item
        .turns
        .counted_with
        .and_then(|with| books.items.get(with));
    with.map_or(item, |with| followed(books, with)).draft.item
}

/// A draft may be given up, or said to have been closed on paper, unless an item that was issued
/// goes on in it: nobody could find that one in a rate again.
pub(super) fn carries_nothing(item: &Item) -> Result<(), Rejection> {
    if !item.turns.carries_issued || item.issued_on.is_some() {
        return Ok(());
    }
    Err(bad(
        "item",
        "an item that was issued goes on in this draft, by a split or a merger",
        "有已交办事项经拆分或并案转入本拟制事项,不得作废或补录历史销号",
    ))
}

/// Who splits is of no unit that answers for it; the parts are drafts that stand for nothing else,
/// and add up to the fen.
pub(super) fn splits(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &ItemSplit,
) -> Result<(), Rejection> {
    independence::outside(books, item, actor)?;
    let mut parts = it.into.clone();
    parts.sort_unstable();
    parts.dedup();
    if parts.len() < it.into.len() || !(2..=PARTS_MAX).contains(&parts.len()) {
        return Err(bad(
            "into",
            "an item is split into 2 to 100 others, each named once",
            "须拆分为 2 至 100 个事项,且不得重复",
        ));
    }
    if !item.children.is_empty() {
        return Err(bad(
            "item",
            "a common item that has cases is not split",
            "已下挂子事项的共性问题不得拆分",
        ));
    }
    let (mut involved, mut recovery) = (Fen::ZERO, Fen::ZERO);
    for id in &it.into {
        let part = existing(books, "into", *id)?;
        let draft = &part.draft;
        // A common item that has ended takes no more cases.
        let parent = item.draft.parent.and_then(|id| books.items.get(id));
        let ended = parent.is_some_and(|parent| !is_open(parent.state));
        let under = draft.parent == item.draft.parent || (ended && draft.parent.is_none());
        let alike = draft.round == item.draft.round && under;
        let fresh = part.state == State::Drafted && part.turns.split_from.is_none();
        linked_once(item, part)?;
        if !alike || !fresh || *id == it.item {
            return Err(bad(
                "into",
                "each part is another draft, of the same round and common item, and of no other \
                 split",
                "拆分后的事项须为同一轮次、同一共性问题下的其他拟制事项,且未用于其他拆分",
            ));
        }
        involved = involved.add(draft.amount_involved_fen);
        recovery = recovery.add(part.recovery_required());
    }
    adds_up(
        "amount_involved_fen",
        involved,
        item.draft.amount_involved_fen,
    )?;
    adds_up("recovery_required_fen", recovery, item.recovery_open(books))
}

/// The parts of what is counted with another item are counted with that one: they have no link of
/// their own, or links would form chains.
fn linked_once(item: &Item, part: &Item) -> Result<(), Rejection> {
    if item.turns.counted_with.is_none() || is_unlinked(part) {
        return Ok(());
    }
    Err(bad(
        "into",
        "the whole is counted with another item, and this part has a link of its own",
        "被拆分事项已与其他事项合并统计,拆分后的事项不得另有交叉重复关联",
    ))
}

fn is_unlinked(item: &Item) -> bool {
    item.turns.counted_with.is_none() && item.turns.counted_for.is_empty()
}

fn adds_up(field: &'static str, parts: Fen, total: Fen) -> Result<(), Rejection> {
    if parts == total {
        return Ok(());
    }
    Err(Rejection::SplitMismatch {
        field,
        parts,
        total,
    })
}

/// Who links is of no unit that answers for it; the other one is counted by itself, and nothing is
/// counted with this one. So it is always said which of them is counted.
pub(super) fn overlaps(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &ItemOverlap,
) -> Result<(), Rejection> {
    independence::outside(books, item, actor)?;
    let with = existing(books, "with", it.with)?;
    if it.item == it.with || with.turns.counted_with.is_some() {
        return Err(bad(
            "with",
            "it must be another item, which is counted by itself",
            "须为另一个自身计入统计的事项",
        ));
    }
    if super::next(with.state, Step::LinkOverlap).is_none() {
        return Err(bad_transition(with.state, Step::LinkOverlap));
    }
    if item.turns.counted_with.is_some() || !item.turns.counted_for.is_empty() {
        return Err(bad(
            "item",
            "it is counted with another item already, or another one with it",
            "本事项已与其他事项合并统计",
        ));
    }
    Ok(())
}

/// A link is taken back as it was made.
pub(super) fn unlinks(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &ItemOverlap,
) -> Result<(), Rejection> {
    independence::outside(books, item, actor)?;
    if item.turns.counted_with == Some(it.with) {
        return Ok(());
    }
    Err(bad(
        "with",
        "this item is not counted with that one",
        "本事项未与该事项关联交叉重复",
    ))
}

/// True if an item is counted, in rates and in sums. Of items that overlap this is the one that the
/// links name `with`. Where that one has ended as not substantiated or as a closing of former
/// times, or has not been issued, it stands for nobody: then it is the first, in the order of
/// linking, that is in the denominator itself. One that was merged or split is stood for by those
/// that go on, and where that is this item itself, it counts. The parts of a linked item are
/// counted or left out together, as it was: they are that problem.
#[must_use]
pub fn is_counted(books: &Books, id: ItemId, item: &Item) -> bool {
    let Some(with) = item.turns.counted_with else {
        return true;
    };
    let Some(principal) = books.items.get(with) else {
        return true;
    };
    let mut goes_on = gone_on(books, principal);
    if goes_on.iter().any(|last| last.draft.item == id) {
        return true;
    }
    goes_on.push(followed(books, principal));
    if goes_on.into_iter().any(|last| in_denominator(books, last)) {
        return false;
    }
    let of = |other: &&ItemId| {
        let other = books.items.get(**other);
        other.is_some_and(|other| in_denominator(books, other))
    };
    let first = principal.turns.counted_for.iter().find(of);
    first.is_some_and(|first| linked_as(books, *first) == linked_as(books, id))
        || !in_denominator(books, item)
}

/// The item that was linked, of which this one is a part and has its link; or itself.
fn linked_as(books: &Books, id: ItemId) -> ItemId {
    let mut last = id;
    for _ in 0..FOLLOWED_MAX {
        let Some(item) = books.items.get(last) else {
            break;
        };
        let (with, whole) = (item.turns.counted_with, item.turns.split_from);
        let whole = whole.filter(|whole| {
            let whole = books.items.get(*whole);
            with.is_some() && whole.is_some_and(|whole| whole.turns.counted_with == with)
        });
        let Some(whole) = whole else {
            break;
        };
        last = whole;
    }
    last
}

/// The items that go on in the place of one that was merged or split, or itself.
fn gone_on<'a>(books: &'a Books, item: &'a Item) -> Vec<&'a Item> {
    let (mut open, mut last) = (vec![item], Vec::new());
    for _ in 0..FOLLOWED_MAX {
        let Some(next) = open.pop() else {
            break;
        };
        let next = followed(books, next);
        if next.state == State::Split {
            let parts = next.turns.split_into.iter();
            open.extend(parts.filter_map(|part| books.items.get(*part)));
        } else {
            last.push(next);
        }
    }
    last
}

/// The item that goes on in the place of one that was merged, or itself.
pub(super) fn followed<'a>(books: &'a Books, item: &'a Item) -> &'a Item {
    let mut last = item;
    for _ in 0..FOLLOWED_MAX {
        let into = last.merged_into.filter(|_| last.state == State::Merged);
        let Some(into) = into.and_then(|into| books.items.get(into)) else {
            break;
        };
        last = into;
    }
    last
}

/// True of an item that was issued and is not out of the rates by how it ended: the denominator
/// (domain 5.6). One that was split leaves it when its parts are in it: nobody must issue them.
#[must_use]
pub fn in_denominator(books: &Books, item: &Item) -> bool {
    if item.state != State::Split {
        return is_denominated(item);
    }
    let parts = gone_on(books, item);
    let nowhere = !parts.iter().any(|part| is_denominated(part));
    nowhere && item.issued_on.is_some() && parts.iter().any(|part| part.issued_on.is_none())
}

fn is_denominated(item: &Item) -> bool {
    let out = match item.state {
        State::NotSubstantiated
        | State::Merged
        | State::Split
        | State::Discarded
        | State::HistoricallyClosed => true,
        State::Drafted
        | State::Issued
        | State::Acknowledged
        | State::PlanSubmitted
        | State::InProgress
        | State::ClosureRequested
        | State::Verified
        | State::Closed
        | State::LongTerm
        | State::Suspended
        | State::ClosedNotImplemented => false,
    };
    !out && item.issued_on.is_some()
}

/// What is still to be recovered goes over to the item that goes on. Of two that overlap it is the
/// same money: that one asks for the greater sum, and not for both.
pub(super) fn merged(books: &mut Books, it: &ItemMerger) {
    let counted = |id: ItemId| books.items.get(id).map(|item| counted_by(books, item));
    let overlap = counted(it.item) == counted(it.into);
    let into = books.items.get(it.into).filter(|_| overlap);
    let there = into.map_or(Fen::ZERO, |into| {
        into.recovery_open(books)
            .sub(brought(books, it.item, it.into))
            .max(Fen::ZERO)
    });
    let carries = carries(books, it.item);
    let moved = leave(books, it.item, it.into != it.item);
    hand_waivers_on(books, it.item, &[it.into]);
    if let Some(into) = books.items.get_mut(it.into) {
        let more = moved.sub(there).max(Fen::ZERO);
        // Few items have turns: none is made where nothing is said.
        if more != Fen::ZERO {
            into.turns.moved_in = into.turns.moved_in.add(more);
        }
        if carries && into.issued_on.is_none() {
            into.turns.carries_issued = true;
        }
    }
    if let Some(item) = books.items.get_mut(it.item) {
        item.merged_into = Some(it.into);
    }
}

/// What other parts of the same linked item have brought to `into`, or what it asks for as one of
/// them: that money is not the same as what this part asks for.
fn brought(books: &Books, item: ItemId, into: ItemId) -> Fen {
    let whole = linked_as(books, item);
    let with = books.items.get(item).and_then(|row| row.turns.counted_with);
    let Some(principal) = with.filter(|_| whole != item) else {
        return Fen::ZERO;
    };
    let principal = books.items.get(principal);
    let linked = principal.map_or(&[][..], |row| &row.turns.counted_for);
    let others = linked.iter().filter(|other| **other != item);
    let parts = others.filter(|other| linked_as(books, **other) == whole);
    parts.fold(Fen::ZERO, |sum, part| match books.items.get(*part) {
        Some(row) if *part == into => sum.add(row.recovery_required().sub(row.turns.moved_in)),
        Some(row) if followed(books, row).draft.item == into => sum.add(row.turns.moved_out),
        Some(_) | None => sum,
    })
}

/// The parts have drafted what is still to be recovered, and are counted with what the whole is.
pub(super) fn split(books: &mut Books, it: &ItemSplit) {
    leave(books, it.item, true);
    hand_waivers_on(books, it.item, &it.into);
    let carries = carries(books, it.item);
    let whole = books.items.get(it.item);
    let with = whole.and_then(|item| item.turns.counted_with);
    let mut linked = Vec::new();
    for id in &it.into {
        if let Some(part) = books.items.get_mut(*id) {
            if with.is_some() && is_unlinked(part) {
                part.turns.counted_with = with;
                linked.push(*id);
            }
            part.turns.split_from = Some(it.item);
            part.turns.carries_issued |= carries;
        }
    }
    if let Some(principal) = with.and_then(|with| books.items.get_mut(with)) {
        principal.turns.counted_for.extend(linked);
    }
    if let Some(item) = books.items.get_mut(it.item) {
        item.turns.split_into.clone_from(&it.into);
    }
}

/// True of an item that was issued, or in which one goes on that was.
fn carries(books: &Books, id: ItemId) -> bool {
    let item = books.items.get(id);
    item.is_some_and(|item| item.issued_on.is_some() || item.turns.carries_issued)
}

/// What was given up of an item lessens what is asked for by those in which it goes on.
fn hand_waivers_on(books: &mut Books, id: ItemId, into: &[ItemId]) {
    let waivers = books.items.get(id).map(|item| item.turns.waivers.clone());
    let Some(waivers) = waivers.filter(|waivers| !waivers.is_empty()) else {
        return;
    };
    for other in into.iter().filter(|other| **other != id) {
        if let Some(item) = books.items.get_mut(*other) {
            item.turns.waivers.extend(waivers.iter().cloned());
        }
    }
}

/// Takes what is still to be recovered off an item, and says how much that is.
fn leave(books: &mut Books, id: ItemId, leaves: bool) -> Fen {
    let open = books.items.get(id).map(|item| item.recovery_open(books));
    let open = open.filter(|open| leaves && *open != Fen::ZERO);
    let Some(open) = open else {
        return Fen::ZERO;
    };
    if let Some(item) = books.items.get_mut(id) {
        item.turns.moved_out = item.turns.moved_out.add(open);
    }
    open
}

pub(super) fn linked(books: &mut Books, it: &ItemOverlap) {
    if let Some(item) = books.items.get_mut(it.item) {
        item.turns.counted_with = Some(it.with);
    }
    if let Some(with) = books.items.get_mut(it.with) {
        with.turns.counted_for.push(it.item);
    }
}

pub(super) fn unlinked(books: &mut Books, it: &ItemOverlap) {
    if let Some(item) = books.items.get_mut(it.item) {
        item.turns.counted_with = None;
    }
    if let Some(with) = books.items.get_mut(it.with) {
        with.turns.counted_for.retain(|other| *other != it.item);
    }
}
