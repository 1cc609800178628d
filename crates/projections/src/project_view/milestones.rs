//! The milestones of a project, and how far they take it.

use crate::references::{Term, term};
use crate::{Fraction, View};
use ledger::ids::{MilestoneId, ProjectId, VisitId};
use ledger::milestone::rules::Milestone;
use ledger::text::Name;

/// A milestone: numerators over one denominator.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneLine {
    /// The milestone.
    pub milestone: MilestoneId,
    /// What is to be done.
    pub name: Name,
    /// How much of it there is in all: the denominator.
    pub total: u64,
    /// Done, as reported.
    pub reported: Option<u64>,
    /// Done, as verified by somebody else.
    pub verified: Option<u64>,
    /// The last verification was on the site.
    pub verified_on_site: bool,
    /// The visit on which it was found, where the last verification names one.
    pub site_visit: Option<VisitId>,
    /// What is counted.
    pub unit: Name,
    /// By what it is weighed.
    pub weighting: Term,
    /// Its weight.
    pub weight: u32,
    /// Preparation rather than the work itself.
    pub preparatory: bool,
}

/// Σ weight × done / total over Σ weight, exactly; what was reported and what was verified are
/// never mixed, and more than all of a milestone counts as all of it. Nothing without weights, or
/// where 128 bits cannot hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// As reported.
    pub reported: Option<Fraction>,
    /// As verified.
    pub verified: Option<Fraction>,
    /// The sum of the weights.
    pub weights: u64,
}

/// How far a project has come.
#[must_use]
pub fn progress(view: &View, id: ProjectId) -> Progress {
    let weights = milestones(view, id).map(|(_, row)| u64::from(row.definition.weight));
    let weights = weights.fold(0u64, u64::saturating_add);
    let share = |done: fn(&Milestone) -> Option<u64>| {
        let parts = milestones(view, id).map(|(_, row)| {
            let done = done(row).unwrap_or(0).min(row.definition.total);
            let weighed = u128::from(row.definition.weight).checked_mul(u128::from(done))?;
            Fraction::new(weighed, row.definition.total.into())
        });
        let mut sum = Fraction::ZERO;
        for part in parts {
            sum = sum.plus(part?)?;
        }
        sum.over(weights.into())
    };
    Progress {
        reported: share(|row| row.reported),
        verified: share(|row| row.verified),
        weights,
    }
}

pub(super) fn milestones(
    view: &View,
    id: ProjectId,
) -> impl Iterator<Item = (MilestoneId, &Milestone)> {
    let ids = view.links.milestones_of_project(id).iter();
    ids.filter_map(|id| view.books.milestones.get(*id).map(|row| (*id, row)))
}

pub(super) fn milestone_line(milestone: MilestoneId, row: &Milestone) -> MilestoneLine {
    let definition = &row.definition;
    MilestoneLine {
        milestone,
        name: definition.name.clone(),
        total: definition.total,
        reported: row.reported,
        verified: row.verified,
        verified_on_site: row.on_site,
        site_visit: row.site_visit,
        unit: definition.unit.clone(),
        weighting: term!(definition.weighting),
        weight: definition.weight,
        preparatory: definition.preparatory,
    }
}
