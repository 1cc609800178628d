//! Look-back campaigns 回头看: their samples, what of them is unchecked, and whose verifications did
//! not hold (R10).

use crate::items::{ItemFilter, ItemLine, item_line, passing};
use crate::references::{self, Term, UnitReference, term};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::Books;
use ledger::campaign::rules::{Campaign, CampaignState, population};
use ledger::campaign::sample::population_digest;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::{CampaignId, ItemId, OrganisationId, PersonId, RoundId};
use ledger::item::rules::State;
use ledger::text::{Name, Reference, Text};
use std::collections::BTreeMap;

/// A campaign in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignLine {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: Name,
    /// The body that looks back.
    pub body: UnitReference,
    /// How far it has come.
    pub state: Term,
    /// How many items are to be drawn.
    pub sample_size: u32,
    /// How many items may be drawn, once that is frozen.
    pub population_size: Option<usize>,
    /// How many were drawn.
    pub drawn: usize,
    /// How many of them were checked.
    pub checked: usize,
    /// How many of those failed and were reopened.
    pub failed: usize,
    /// How many must still be checked.
    pub unchecked: usize,
    /// When it was closed.
    pub closed_on: Option<BusinessDate>,
}

/// A campaign with its sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignView {
    /// In one line.
    #[serde(flatten)]
    pub line: CampaignLine,
    /// The document that orders it.
    pub document: Reference,
    /// Who planned it.
    pub planned_by: PersonId,
    /// Only items of this unit and the units below it.
    pub within: Option<OrganisationId>,
    /// Only of this round.
    pub round: Option<RoundId>,
    /// Only about this.
    pub category: Option<Term>,
    /// Only those last closed on this day or later.
    pub closed_from: Option<BusinessDate>,
    /// Only those last closed on this day or before.
    pub closed_until: Option<BusinessDate>,
    /// The commitment to the seed.
    pub seed_commitment: Digest,
    /// The bytes of whoever froze it, which are mixed with the seed; none in records of before.
    pub nonce: Option<Digest>,
    /// The seed, once it is revealed.
    pub seed: Option<Digest>,
    /// The digest of the population, once it is frozen.
    pub population_digest: Option<Digest>,
    /// The sample in the order of the lot.
    pub sample: Vec<SampleLine>,
    /// How many records have been about it.
    pub version: u32,
}

/// An item of a sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleLine {
    /// The item as it stands.
    #[serde(flatten)]
    pub line: ItemLine,
    /// It must still be checked.
    pub unchecked: bool,
    /// What was found.
    pub check: Option<CheckLine>,
}

/// What was found at an item of a sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckLine {
    /// The record that says so.
    pub seq: u64,
    /// Passed or failed.
    pub result: Term,
    /// What was found.
    pub finding: Text,
    /// Who looked.
    pub by: PersonId,
    /// When.
    pub on: BusinessDate,
}

/// What a campaign may draw.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PopulationView {
    /// Frozen by a record; until then it is what would be frozen now.
    pub frozen: bool,
    /// How many items it has.
    pub population_size: usize,
    /// Its digest: what a record that freezes it states.
    pub population_digest: Digest,
    /// Its items in ascending order.
    pub items: Page<ItemId>,
}

/// How the closings that somebody verified held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifierRecord {
    /// The verifier.
    pub person: PersonId,
    /// How many closings rest on their verification.
    pub closings: usize,
    /// At how many of them somebody has looked back: the denominator.
    pub looked_back: usize,
    /// How many of those were reopened: the numerator.
    pub reopened: usize,
}

/// All campaigns, the unfinished ones first, then by name.
#[must_use]
pub fn campaigns(view: &View) -> Vec<CampaignLine> {
    let rows = view.books.campaigns.iter();
    let mut rows: Vec<_> = rows.map(|(id, row)| line(&view.books, id, row)).collect();
    rows.sort_by(|a, b| {
        let key = |it: &CampaignLine| (it.closed_on.is_some(), it.name.clone(), it.campaign);
        key(a).cmp(&key(b))
    });
    rows
}

/// A campaign; nothing for one that nobody has planned.
#[must_use]
pub fn campaign_view(view: &View, today: Date, id: CampaignId) -> Option<CampaignView> {
    let books = &view.books;
    let row = books.campaigns.get(id)?;
    let unchecked: Vec<ItemId> = row.unchecked(books).collect();
    let drawn = row.sample.iter().filter_map(|drawn| {
        let item = books.items.get(drawn.item)?;
        Some(SampleLine {
            line: item_line(books, today, drawn.item, item),
            unchecked: unchecked.contains(&drawn.item),
            check: drawn.checked.as_ref().map(|check| CheckLine {
                seq: check.seq,
                result: term!(check.result),
                finding: check.finding.clone(),
                by: check.by,
                on: check.on,
            }),
        })
    });
    Some(CampaignView {
        line: line(books, id, row),
        document: row.plan.document.clone(),
        planned_by: row.planned_by,
        within: row.plan.within,
        round: row.plan.round,
        category: row.plan.category.map(|category| term!(category)),
        closed_from: row.plan.closed_from,
        closed_until: row.plan.closed_until,
        seed_commitment: row.plan.seed_commitment,
        nonce: row.nonce,
        seed: row.seed,
        population_digest: frozen(row).then(|| population_digest(&row.population)),
        sample: drawn.collect(),
        version: row.version,
    })
}

fn frozen(row: &Campaign) -> bool {
    row.state != CampaignState::Planned
}

fn line(books: &Books, id: CampaignId, row: &Campaign) -> CampaignLine {
    let checked = || row.sample.iter().filter_map(|drawn| drawn.checked.as_ref());
    let failed = |check: &&ledger::campaign::rules::Checked| {
        check.result == ledger::campaign::LookbackResult::Failed
    };
    CampaignLine {
        campaign: id,
        name: row.plan.name.clone(),
        body: references::unit(books, row.plan.body),
        state: term!(row.state),
        sample_size: row.plan.sample_size,
        population_size: frozen(row).then(|| row.population.len()),
        drawn: row.sample.len(),
        checked: checked().count(),
        failed: checked().filter(failed).count(),
        unchecked: row.unchecked(books).count(),
        closed_on: row.closed_on,
    }
}

/// What a campaign may draw; nothing for a campaign that nobody has planned.
#[must_use]
pub fn population_view(
    view: &View,
    id: CampaignId,
    offset: usize,
    limit: usize,
) -> Option<PopulationView> {
    let row = view.books.campaigns.get(id)?;
    let now = (!frozen(row)).then(|| population(&view.books, &row.plan));
    let items: &[ItemId] = now.as_deref().unwrap_or(&row.population);
    Some(PopulationView {
        frozen: frozen(row),
        population_size: items.len(),
        population_digest: population_digest(items),
        items: Page::of(items, offset, limit, |item| *item),
    })
}

/// R10: how the closings held that each verifier has verified, of the items that pass the filter;
/// those with most reopened ones first.
#[must_use]
pub fn verifiers(view: &View, today: Date, filter: &ItemFilter) -> Vec<VerifierRecord> {
    let mut records: BTreeMap<PersonId, VerifierRecord> = BTreeMap::new();
    for (_, item) in passing(view, today, filter) {
        // Every closing but the last was reopened, and the last one too if the item is not closed.
        let standing = (item.state == State::Closed).then_some(item.closings.len());
        for (place, closing) in (1..).zip(&item.closings) {
            let reopened = standing != Some(place);
            let looked_back = reopened || closing.lookbacks_passed > 0;
            for person in &closing.verifiers {
                let record = records.entry(*person).or_insert(VerifierRecord {
                    person: *person,
                    closings: 0,
                    looked_back: 0,
                    reopened: 0,
                });
                let add = |count: &mut usize, one: bool| {
                    *count = count.saturating_add(usize::from(one));
                };
                add(&mut record.closings, true);
                add(&mut record.looked_back, looked_back);
                add(&mut record.reopened, reopened);
            }
        }
    }
    let mut records: Vec<_> = records.into_values().collect();
    records.sort_by_key(|record| std::cmp::Reverse(record.reopened));
    records
}
