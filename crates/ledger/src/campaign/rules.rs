//! What may happen to a look-back campaign (V25). What does not fit the lot is refused in both
//! intakes: a sample that was not drawn as promised is worth nothing.

mod amend;
#[cfg(test)]
mod tests;

use super::sample::{commitment, lot, population_digest, sample};
use super::{
    CampaignCommand, CampaignEvent, CampaignPlan, LookbackCheck, LookbackResult, PopulationFreeze,
    SAMPLE_MAX, SeedReveal,
};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{CampaignId, ItemId, PersonId};
use crate::item::rules::{Item, State, decide as decide_item, existing as existing_item};
use crate::item::{ItemCommand, ItemStep, ReasonedStep};
use crate::organisation::rules::{existing as existing_unit, is_within};
use crate::rejection::Rejection;
use crate::round::rules::existing as existing_round;
use crate::text::Text;
use crate::{Books, Event};
use std::sync::Arc;

choices! {
    /// How far a campaign has come.
    CampaignState {
        Planned = "planned" "已计划",
        Frozen = "frozen" "总体已冻结",
        Drawn = "drawn" "已抽样",
        Closed = "closed" "已结束",
    }
}

/// A campaign as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Campaign {
    /// What was planned.
    pub plan: Arc<CampaignPlan>,
    /// Who planned it, and may know the seed.
    pub planned_by: PersonId,
    /// How far it has come.
    pub state: CampaignState,
    /// The population in ascending order, once it is frozen; shared, so that a trial copies none.
    pub population: Arc<Vec<ItemId>>,
    /// The bytes of whoever froze it, which are mixed with the seed.
    pub nonce: Option<Digest>,
    /// The seed, once it is revealed.
    pub seed: Option<Digest>,
    /// The sample in the order of the lot, with what was found.
    pub sample: Vec<Drawn>,
    /// When it was closed.
    pub closed_on: Option<BusinessDate>,
    /// How many records have been about it.
    pub version: u32,
}

/// An item of a sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Drawn {
    /// The item.
    pub item: ItemId,
    /// What was found.
    pub checked: Option<Checked>,
}

/// What was found at an item of a sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Checked {
    /// The record that says so.
    pub seq: u64,
    /// Passed or failed.
    pub result: LookbackResult,
    /// What was found.
    pub finding: Text,
    /// Who looked.
    pub by: PersonId,
    /// When.
    pub on: BusinessDate,
}

impl Campaign {
    /// The items of the sample that somebody must still look at. One that was reopened meanwhile
    /// by other means is not among them: there is no closing left to look back at.
    pub fn unchecked<'a>(&'a self, books: &'a Books) -> impl Iterator<Item = ItemId> + 'a {
        let open = self.sample.iter().filter(|drawn| drawn.checked.is_none());
        let closed = |item: &ItemId| {
            let row = books.items.get(*item);
            row.is_some_and(|row| row.state == State::Closed)
        };
        open.map(|drawn| drawn.item).filter(closed)
    }
}

/// The items that a plan may draw now, in ascending order: closed here, and passing its filter.
/// What was closed on paper was never verified, and is not looked back at.
#[must_use]
pub fn population(books: &Books, plan: &CampaignPlan) -> Vec<ItemId> {
    let mut items: Vec<ItemId> = books
        .items
        .iter()
        .filter(|(_, item)| drawable(books, plan, item))
        .map(|(id, _)| id)
        .collect();
    items.sort_unstable();
    items
}

fn drawable(books: &Books, plan: &CampaignPlan, item: &Item) -> bool {
    let Some(closing) = item.closings.last() else {
        return false;
    };
    let closed_on = BusinessDate::day(closing.closed_on);
    item.state == State::Closed
        && plan.round.is_none_or(|round| item.draft.round == round)
        && plan
            .category
            .is_none_or(|category| item.draft.category == category)
        && !plan
            .closed_from
            .is_some_and(|from| closed_on.is_certainly_before(from))
        && !plan
            .closed_until
            .is_some_and(|until| until.is_certainly_before(closed_on))
        && plan
            .within
            .is_none_or(|unit| is_within(books, item.draft.responsible_unit, unit))
}

const fn bad_sample(field: &'static str, why: &'static str, why_zh: &'static str) -> Rejection {
    Rejection::BadSample { field, why, why_zh }
}

/// The campaign in the state that a step needs.
fn in_state<'a>(
    books: &'a Books,
    id: CampaignId,
    state: CampaignState,
    step: &'static str,
) -> Result<&'a Campaign, Rejection> {
    let row = books.campaigns.get(id).ok_or_else(|| Rejection::NotFound {
        field: "campaign",
        subject: id.into(),
    })?;
    if row.state == state {
        return Ok(row);
    }
    Err(Rejection::BadTransition {
        state: row.state.word(),
        state_zh: row.state.zh(),
        step,
    })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &CampaignCommand,
) -> Result<Vec<Event>, Rejection> {
    let step = command.word();
    let mut events = vec![command.clone().into_event()];
    match command {
        CampaignCommand::Plan(it) => announce(books, it)?,
        CampaignCommand::Freeze(it) => {
            let campaign = in_state(books, it.campaign, CampaignState::Planned, step)?;
            unchanged(books, campaign, it)?;
            another_freezes(context, campaign)?;
            adds_a_nonce(it)?;
        }
        CampaignCommand::Reveal(it) => {
            let campaign = in_state(books, it.campaign, CampaignState::Frozen, step)?;
            committed(campaign, it)?;
        }
        CampaignCommand::Check(it) => {
            let campaign = in_state(books, it.campaign, CampaignState::Drawn, step)?;
            // What follows for the item is its own record, after this one.
            events.extend(look_back(books, context, campaign, it)?);
        }
        CampaignCommand::Close(it) => {
            let campaign = in_state(books, it.campaign, CampaignState::Drawn, step)?;
            if campaign.unchecked(books).next().is_some() {
                return Err(bad_sample(
                    "campaign",
                    "items of its sample have not been checked",
                    "样本中尚有事项未核查",
                ));
            }
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(events)
}

fn announce(books: &Books, plan: &CampaignPlan) -> Result<(), Rejection> {
    if books.campaigns.contains(plan.campaign) {
        return Err(Rejection::AlreadyExists {
            field: "campaign",
            subject: plan.campaign.into(),
        });
    }
    existing_unit(books, "body", plan.body)?;
    if let Some(unit) = plan.within {
        existing_unit(books, "within", unit)?;
    }
    if let Some(round) = plan.round {
        existing_round(books, "round", round)?;
    }
    if !(1..=SAMPLE_MAX).contains(&plan.sample_size) {
        return Err(Rejection::BadField {
            field: "sample_size",
            why: "a sample has 1 to 1,000 items",
            why_zh: "样本量须为 1 至 1000",
        });
    }
    let dates = plan.closed_from.zip(plan.closed_until);
    if dates.is_some_and(|(from, until)| until.is_certainly_before(from)) {
        return Err(Rejection::BadDate {
            field: "closed_until",
            why: "it lies before closed_from",
            why_zh: "截止日期早于起始日期",
        });
    }
    Ok(())
}

fn unchanged(books: &Books, campaign: &Campaign, it: &PopulationFreeze) -> Result<(), Rejection> {
    let population = population(books, &campaign.plan);
    if population.is_empty() {
        return Err(bad_sample(
            "population_size",
            "no closed item passes the plan's filter",
            "没有符合计划条件的已销号事项",
        ));
    }
    if u32::try_from(population.len()) != Ok(it.population_size) {
        return Err(bad_sample(
            "population_size",
            "the population has another size now",
            "总体数量已变化或有误",
        ));
    }
    if population_digest(&population) != it.population_digest {
        return Err(bad_sample(
            "population_digest",
            "the population has another digest now",
            "总体摘要已变化或有误",
        ));
    }
    Ok(())
}

/// Four eyes (V12), in both intakes, since a freeze happens only here: whoever may know the seed
/// does not say when the population is frozen, or could wait for one that is drawn kindly.
fn another_freezes(context: &Context, campaign: &Campaign) -> Result<(), Rejection> {
    let mut hands = context.hands().chain([context.actor]);
    if hands.any(|hand| hand.person == campaign.planned_by) {
        return Err(Rejection::SamePerson {
            first: "campaign.plan",
            second: "campaign.freeze",
        });
    }
    Ok(())
}

/// Whoever plans could try seeds until one draws kindly, and whoever freezes does not know the
/// seed: with bytes of both in it neither chooses the lot.
fn adds_a_nonce(it: &PopulationFreeze) -> Result<(), Rejection> {
    if it.nonce.is_some() {
        return Ok(());
    }
    Err(bad_sample(
        "nonce",
        "whoever freezes adds 32 random bytes, which are mixed with the seed",
        "冻结总体时须由冻结人填写 32 字节随机数,与种子混合抽样",
    ))
}

fn committed(campaign: &Campaign, it: &SeedReveal) -> Result<(), Rejection> {
    if commitment(it.campaign, it.seed) == campaign.plan.seed_commitment {
        return Ok(());
    }
    Err(bad_sample(
        "seed",
        "it is not the seed that the plan committed to",
        "与计划中承诺的随机种子不符",
    ))
}

/// The event of the item: its look back is judged as if it had been asked for by itself (V13,
/// V15).
fn look_back(
    books: &Books,
    context: &Context,
    campaign: &Campaign,
    it: &LookbackCheck,
) -> Result<Vec<Event>, Rejection> {
    existing_item(books, "item", it.item)?;
    let drawn = campaign.sample.iter().find(|drawn| drawn.item == it.item);
    let Some(drawn) = drawn else {
        return Err(bad_sample(
            "item",
            "it is not in this campaign's sample",
            "该事项不在本次回头看样本之内",
        ));
    };
    if drawn.checked.is_some() {
        return Err(bad_sample(
            "item",
            "it has been checked in this campaign",
            "该事项在本次回头看中已有核查结果",
        ));
    }
    let (item, finding) = (it.item, it.finding.clone());
    let command = match it.result {
        LookbackResult::Passed => ItemCommand::PassLookback(ItemStep {
            item,
            remark: Some(finding),
        }),
        LookbackResult::Failed => ItemCommand::FailLookback(ReasonedStep {
            item,
            reason: finding,
        }),
    };
    decide_item(books, context, &command)
}

/// What a campaign asks for is asked in both intakes.
pub(crate) fn breaches(_: &Books, _: &Context, event: &CampaignEvent) -> Vec<Rejection> {
    match event {
        CampaignEvent::Frozen(_)
        | CampaignEvent::Planned(_)
        | CampaignEvent::Revealed(_)
        | CampaignEvent::Checked(_)
        | CampaignEvent::Closed(_) => Vec::new(),
    }
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &CampaignEvent) {
    let id = match event {
        CampaignEvent::Planned(plan) => {
            let campaign = Campaign {
                plan: Arc::new(plan.clone()),
                planned_by: context.hand().person,
                state: CampaignState::Planned,
                population: Arc::new(Vec::new()),
                nonce: None,
                seed: None,
                sample: Vec::new(),
                closed_on: None,
                version: 1,
            };
            books.campaigns.put(plan.campaign, campaign);
            return;
        }
        CampaignEvent::Frozen(it) => it.campaign,
        CampaignEvent::Revealed(it) => it.campaign,
        CampaignEvent::Checked(it) => it.campaign,
        CampaignEvent::Closed(it) => it.campaign,
    };
    let plan = books.campaigns.get(id).map(|row| Arc::clone(&row.plan));
    let Some(plan) = plan else {
        return;
    };
    let frozen = matches!(event, CampaignEvent::Frozen(_)).then(|| population(books, &plan));
    let Some(row) = books.campaigns.get_mut(id) else {
        return;
    };
    row.version = row.version.saturating_add(1);
    match event {
        CampaignEvent::Planned(_) => {}
        CampaignEvent::Frozen(it) => {
            row.state = CampaignState::Frozen;
            row.nonce = it.nonce;
            row.population = Arc::new(frozen.unwrap_or_default());
        }
        CampaignEvent::Revealed(it) => {
            let size = usize::try_from(plan.sample_size).unwrap_or(usize::MAX);
            let drawn = sample(lot(it.seed, row.nonce), &row.population, size).into_iter();
            row.state = CampaignState::Drawn;
            row.seed = Some(it.seed);
            row.sample = drawn
                .map(|item| Drawn {
                    item,
                    checked: None,
                })
                .collect();
        }
        CampaignEvent::Checked(it) => {
            let drawn = row.sample.iter_mut().find(|drawn| drawn.item == it.item);
            if let Some(drawn) = drawn {
                drawn.checked = Some(Checked {
                    seq: context.seq,
                    result: it.result,
                    finding: it.finding.clone(),
                    by: context.hand().person,
                    on: context.occurred_on,
                });
            }
        }
        CampaignEvent::Closed(_) => {
            row.state = CampaignState::Closed;
            row.closed_on = Some(context.occurred_on);
        }
    }
}
