//! Nobody judges their own case (V15), and nobody does another unit's work.

use super::state::MeasureState;
use super::steps::{Step, next};
use super::{Item, bad_transition, existing};
use crate::Books;
use crate::context::Actor;
use crate::ids::{ItemId, MeasureId, OrganisationId};
use crate::item::{ItemCategory, Recusal, VerificationMode};
use crate::organisation::rules::is_within;
use crate::rejection::Rejection;
use crate::round::RoundKind;
use crate::round::rules::{Round, existing as existing_round};

/// True if the verifiers must go to the site: what was built, delivered or paid out can be seen
/// there; how a policy was passed on or a file was kept is seen on paper.
#[must_use]
pub const fn needs_site_visit(category: ItemCategory) -> bool {
    match category {
        ItemCategory::Targeting
        | ItemCategory::Funds
        | ItemCategory::Project
        | ItemCategory::Livelihood => true,
        ItemCategory::Policy
        | ItemCategory::Conduct
        | ItemCategory::Groundwork
        | ItemCategory::Institution => false,
    }
}

/// Whether `actor` could verify this item now: its state (V13) and their independence (V15).
///
/// # Errors
/// `NOT_FOUND`, `BAD_TRANSITION` or `NOT_INDEPENDENT`.
pub fn may_verify(books: &Books, id: ItemId, actor: &Actor) -> Result<(), Rejection> {
    let item = existing(books, "item", id)?;
    if next(item.state, Step::Verify).is_none() {
        return Err(bad_transition(item.state, Step::Verify));
    }
    verifier(books, item, actor)?;
    owns_no_measure(books, item, actor)
}

/// The closing body of the round must be able to judge `unit`, and whoever leads.
pub(super) fn closing_body(
    books: &Books,
    round: &Round,
    unit: OrganisationId,
    lead: Option<OrganisationId>,
) -> Result<(), Rejection> {
    if is_within(books, round.closing_body, unit) {
        return Err(Rejection::NotIndependent {
            why: "the round's closing body is the responsible unit or lies below it",
            why_zh: "销号单位不得是责任单位或其下属单位",
        });
    }
    if round.kind == RoundKind::SelfCheck && !is_within(books, unit, round.closing_body) {
        return Err(Rejection::NotIndependent {
            why: "what a self-check finds is closed by a superior of the responsible unit",
            why_zh: "自查问题须由责任单位的上级单位销号",
        });
    }
    if lead.is_some_and(|lead| is_within(books, round.closing_body, lead)) {
        return Err(Rejection::NotIndependent {
            why: "the round's closing body is the leading unit or lies below it",
            why_zh: "销号单位不得是牵头单位或其下属单位",
        });
    }
    Ok(())
}

/// A request is taken back by who made it, or by the unit for which it was made.
pub(super) fn withdraws(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    let attempt = item.attempt.as_ref();
    if attempt.is_some_and(|attempt| attempt.requester == actor.person) {
        return Ok(());
    }
    on_behalf_of_unit(books, item, actor)
}

/// Some steps belong to the unit that must put things right.
pub(super) fn on_behalf_of_unit(
    books: &Books,
    item: &Item,
    actor: &Actor,
) -> Result<(), Rejection> {
    let ours = |unit| is_within(books, actor.organisation, unit);
    if ours(item.draft.responsible_unit) || item.lead_unit.is_some_and(ours) {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "actor",
        why: "this is for the responsible or leading unit, or one below it",
        why_zh: "本步骤须由责任单位、牵头单位或其下属单位办理",
    })
}

/// The work on measures is of the units that have to do with the item: responsible, leading or
/// helping, the owner of the measure, the round's closing body and those above it.
pub(super) fn works(
    books: &Books,
    item: &Item,
    actor: &Actor,
    measure: Option<MeasureId>,
) -> Result<(), Rejection> {
    if is_concerned(books, item, actor, measure)? {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "actor",
        why: "this is for a unit of the item, the owner of the measure, or the closing body",
        why_zh: "本步骤须由责任单位、牵头单位、配合单位、措施承办单位或销号单位办理",
    })
}

/// Money is demanded back, and recorded as having come back, by these units and by the body that
/// inspects, or one above it; not by those below, which may be every unit of a county. Else anybody
/// would settle what others owe.
pub(super) fn recovers(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    if inspects(books, item, actor)? || is_concerned(books, item, actor, None)? {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "actor",
        why: "this is for a unit of the item, the owner of a measure, or who inspects or closes",
        why_zh: "本步骤须由责任单位、牵头单位、配合单位、措施承办单位、巡察单位或销号单位办理",
    })
}

/// True for the body that inspects, and those above it.
pub(super) fn inspects(books: &Books, item: &Item, actor: &Actor) -> Result<bool, Rejection> {
    let body = existing_round(books, "round", item.draft.round)?.inspecting_body;
    Ok(is_within(books, body, actor.organisation))
}

fn is_concerned(
    books: &Books,
    item: &Item,
    actor: &Actor,
    measure: Option<MeasureId>,
) -> Result<bool, Rejection> {
    let ours = |unit| is_within(books, actor.organisation, unit);
    let owner = |row: &MeasureState| row.owner_unit.filter(|unit| ours(*unit)).is_some();
    let mut owned = item.measures.iter().filter(|row| {
        // Evidence is taken back of whatever measure it proves.
        measure.is_none_or(|measure| row.measure == measure)
    });
    let body = existing_round(books, "round", item.draft.round)?.closing_body;
    Ok(ours(item.draft.responsible_unit)
        || item.lead_unit.is_some_and(ours)
        || item.draft.cooperating_units.iter().any(|unit| ours(*unit))
        || owned.any(owner)
        || ours(body)
        || is_within(books, body, actor.organisation))
}

/// Whoever carries out a measure does not verify what came of it.
pub(super) fn owns_no_measure(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    let ours = |unit| is_within(books, actor.organisation, unit);
    let mut owners = item.measures.iter().filter_map(|row| row.owner_unit);
    if owners.any(ours) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to a unit that carries out a measure of it, or to one below it",
            why_zh: "办理人属于承办本事项措施的单位或其下属单位,不得核验",
        });
    }
    Ok(())
}

/// Whoever judges does not belong to the responsible unit, nor to the one that leads, which plans
/// and asks for the closing as that one does; nor to one that did either before: it may have done
/// what is judged.
pub(super) fn outside(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    let ours = |unit| is_within(books, actor.organisation, unit);
    if item.turns.former.iter().any(|former| ours(former.unit))
        && !ours(item.draft.responsible_unit)
    {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to a unit that was responsible before, or to one below it",
            why_zh: "办理人属于原责任单位或其下属单位,不得评判该事项",
        });
    }
    if ours(item.draft.responsible_unit) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to the responsible unit or one below it",
            why_zh: "办理人属于责任单位或其下属单位,不得评判本单位事项",
        });
    }
    if item.ever_leading().any(ours) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to a unit that leads or has led, or to one below it",
            why_zh: "办理人属于现任或原牵头单位或其下属单位,不得评判该事项",
        });
    }
    Ok(())
}

/// Somebody steps back, or is told to by others than the judged: a unit does not choose its judge
/// by ruling out the rest.
pub(super) fn recuses(
    books: &Books,
    item: &Item,
    actor: &Actor,
    it: &Recusal,
) -> Result<(), Rejection> {
    if actor.person == it.person {
        return Ok(());
    }
    outside(books, item, actor)
}

/// Neither of the responsible unit nor recused: asked of verifiers, closers, those who look back
/// and those who find that there was no problem.
pub(super) fn unbiased(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    outside(books, item, actor)?;
    if item.recused.contains(&actor.person) {
        return Err(Rejection::NotIndependent {
            why: "the actor has been recused from this item",
            why_zh: "办理人已声明回避",
        });
    }
    Ok(())
}

const REQUESTED: Rejection = Rejection::NotIndependent {
    why: "the actor requested this closure",
    why_zh: "销号申请人不得参与核验、销号或回头看",
};
const VERIFIED: Rejection = Rejection::NotIndependent {
    why: "the actor has verified this closure",
    why_zh: "办理人已核验过本次销号,须换人办理",
};
const CLOSED: Rejection = Rejection::NotIndependent {
    why: "the actor closed this item",
    why_zh: "销号人不得对本人销号的事项回头看",
};

/// Verifiers are not the requester, and never twice the same.
pub(super) fn verifier(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    unbiased(books, item, actor)?;
    let Some(attempt) = &item.attempt else {
        return Ok(());
    };
    if attempt.requester == actor.person {
        return Err(REQUESTED);
    }
    if attempt
        .verifications
        .iter()
        .any(|earlier| earlier.by.person == actor.person)
    {
        return Err(VERIFIED);
    }
    Ok(())
}

/// On site, where the category asks for it.
pub(super) fn mode(item: &Item, mode: VerificationMode) -> Result<(), Rejection> {
    match mode {
        VerificationMode::OnPaper if needs_site_visit(item.draft.category) => {
            Err(Rejection::BadField {
                field: "mode",
                why: "items of this category are verified on site",
                why_zh: "该类问题须现场核验",
            })
        }
        VerificationMode::OnPaper | VerificationMode::OnSite => Ok(()),
    }
}

const WAIVED: Rejection = Rejection::NotIndependent {
    why: "the actor has given up money that this item was to recover",
    why_zh: "办理人已核免本事项的追缴款,须换人销号",
};
const RECEIVED: Rejection = Rejection::NotIndependent {
    why: "the actor has recorded money as recovered, and no bank line shows it",
    why_zh: "办理人登记了本事项未经银行流水匹配的追缴到账,须换人销号",
};

/// Closers come from the round's closing body, and have neither requested nor verified; nor does
/// the money that the closing rests on rest on their word alone.
pub(super) fn closer(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    verifier(books, item, actor)?;
    of_closing_body(books, item, actor)?;
    let mut waivers = item.turns.waivers.iter();
    if waivers.any(|waiver| waiver.by.contains(&actor.person)) {
        return Err(WAIVED);
    }
    let mut unmatched = item.recoveries.iter().filter(|it| !it.matched);
    if unmatched.any(|received| received.by.contains(&actor.person)) {
        return Err(RECEIVED);
    }
    Ok(())
}

/// Whoever ends an item is of the round's closing body, or of a unit below it.
pub(super) fn of_closing_body(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    let round = existing_round(books, "round", item.draft.round)?;
    if !is_within(books, actor.organisation, round.closing_body) {
        return Err(Rejection::NotIndependent {
            why: "the actor does not belong to the round's closing body",
            why_zh: "办理人不属于本轮次的销号单位",
        });
    }
    Ok(())
}

/// Whoever looks back took no part in the closing.
pub(super) fn looker_back(books: &Books, item: &Item, actor: &Actor) -> Result<(), Rejection> {
    unbiased(books, item, actor)?;
    let Some(closing) = item.closings.last() else {
        return Ok(());
    };
    if closing.requester == actor.person {
        return Err(REQUESTED);
    }
    if closing.verifiers.contains(&actor.person) {
        return Err(VERIFIED);
    }
    if closing.closer == actor.person {
        return Err(CLOSED);
    }
    Ok(())
}
