//! Who must put an item right, and who may hand it to somebody else 转办.

use super::{Item, independence};
use crate::Books;
use crate::context::{Actor, Context};
use crate::date::BusinessDate;
use crate::ids::{OrganisationId, PersonId};
use crate::item::{COOPERATING_MAX, ItemDraft, LeadTransfer, Reassignment};
use crate::organisation::rules::{existing as existing_unit, is_within};
use crate::rejection::Rejection;
use crate::round::rules::{Round, existing as existing_round};

/// Who had it before it was handed on. Whatever they planned, and what they were granted, stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct FormerlyAssigned {
    /// The unit that was responsible.
    pub unit: OrganisationId,
    /// The official who answered for it.
    pub person: Option<PersonId>,
    /// Until when.
    pub until: BusinessDate,
    /// The record that handed it on.
    pub seq: u64,
}

/// The units exist (V4), and those that help are named once and have no other part.
pub(super) fn units(
    books: &Books,
    responsible: OrganisationId,
    lead: Option<OrganisationId>,
    cooperating: &[OrganisationId],
) -> Result<(), Rejection> {
    existing_unit(books, "responsible_unit", responsible)?;
    if let Some(lead) = lead {
        existing_unit(books, "lead_unit", lead)?;
    }
    for unit in cooperating {
        existing_unit(books, "cooperating_units", *unit)?;
    }
    let mut named = cooperating.to_vec();
    named.push(responsible);
    named.extend(lead.filter(|lead| *lead != responsible));
    let all = named.len();
    named.sort_unstable();
    named.dedup();
    if named.len() < all || cooperating.len() > COOPERATING_MAX {
        return Err(Rejection::BadField {
            field: "cooperating_units",
            why: "at most 50, each once, and neither the responsible nor the leading unit",
            why_zh: "配合单位最多 50 个,不得重复,也不得是责任单位或牵头单位",
        });
    }
    Ok(())
}

/// Handed on from outside: a unit neither gives its item away nor takes one, and the closing body
/// must be able to judge whoever gets it (V15).
pub(super) fn reassign(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &Reassignment,
) -> Result<(), Rejection> {
    independence::outside(books, item, actor)?;
    if is_within(books, actor.organisation, it.responsible_unit) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to the unit that would get the item, or to one below it",
            why_zh: "办理人属于接办单位或其下属单位,不得自行接办",
        });
    }
    let round = by_closing_body(books, item, actor)?;
    independence::closing_body(books, round, it.responsible_unit, it.lead_unit)
}

/// The lead is a part of the assignment, and handed on like the whole of it: whoever leads acts for
/// the unit and judges nothing of it.
pub(super) fn transfer_lead(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &LeadTransfer,
) -> Result<(), Rejection> {
    independence::outside(books, item, actor)?;
    if is_within(books, actor.organisation, it.lead_unit) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to the unit that would lead, or to one below it",
            why_zh: "办理人属于接任牵头单位或其下属单位,不得自行接办",
        });
    }
    let round = by_closing_body(books, item, actor)?;
    independence::closing_body(
        books,
        round,
        item.draft.responsible_unit,
        Some(it.lead_unit),
    )
}

/// Whoever hands it on is of the closing body or above.
fn by_closing_body<'a>(
    books: &'a Books,
    item: &Item,
    actor: &Actor,
) -> Result<&'a Round, Rejection> {
    let round = existing_round(books, "round", item.draft.round)?;
    let body = round.closing_body;
    if !is_within(books, actor.organisation, body) && !is_within(books, body, actor.organisation) {
        return Err(Rejection::BadField {
            field: "actor",
            why: "an item is handed on by the round's closing body or a body above it",
            why_zh: "转办须由本轮次销号单位或其上级单位办理",
        });
    }
    Ok(round)
}

impl Item {
    /// The units that are or ever were responsible, the present one first.
    pub fn ever_responsible(&self) -> impl Iterator<Item = OrganisationId> {
        let former = self.turns.former.iter().map(|former| former.unit);
        std::iter::once(self.draft.responsible_unit).chain(former)
    }

    /// The units that lead or ever led, the present one first.
    pub fn ever_leading(&self) -> impl Iterator<Item = OrganisationId> {
        let former = self.turns.former_leads.iter().copied();
        self.lead_unit.into_iter().chain(former)
    }

    /// Another unit leads from now on, or none.
    pub(super) fn led_by(&mut self, lead: Option<OrganisationId>) {
        let former = self.lead_unit.filter(|former| Some(*former) != lead);
        if let Some(former) = former.filter(|unit| !self.turns.former_leads.contains(unit)) {
            self.turns.former_leads.push(former);
        }
        self.lead_unit = lead;
    }

    /// True of the official who answers for it, or once did.
    #[must_use]
    pub fn ever_answered(&self, person: PersonId) -> bool {
        let former = || self.turns.former.iter().filter_map(|former| former.person);
        self.draft.responsible_person == Some(person) || former().any(|one| one == person)
    }

    pub(super) fn reassigned(&mut self, context: &Context, it: &Reassignment) {
        let draft: &mut ItemDraft = std::sync::Arc::make_mut(&mut self.draft);
        let former = FormerlyAssigned {
            unit: draft.responsible_unit,
            person: draft.responsible_person,
            until: context.occurred_on,
            seq: context.seq,
        };
        draft.responsible_unit = it.responsible_unit;
        draft.responsible_person = it.responsible_person;
        draft.lead_unit = it.lead_unit;
        draft.cooperating_units.clone_from(&it.cooperating_units);
        self.led_by(it.lead_unit);
        let same = (it.responsible_unit, it.responsible_person);
        if (former.unit, former.person) != same {
            self.turns.former.push(former);
        }
    }
}
