//! Contributions: promised and come, per project and source (B3). Work and what is undetermined
//! are shown apart, and in no ratio.

use crate::references::{self, ProjectReference, Term, UnitReference, term, total};
use crate::{Page, View};
use ledger::Books;
use ledger::contribution::rules::Contribution;
use ledger::date::BusinessDate;
use ledger::fund::SourceKind;
use ledger::ids::{ContributionId, ProjectId};
use ledger::money::Fen;
use std::collections::BTreeMap;

/// A contribution.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContributionLine {
    /// The project it is for.
    pub project: ProjectReference,
    /// Which one.
    pub contribution: ContributionId,
    /// When it was promised.
    pub pledged_on: BusinessDate,
    /// Who promises it.
    pub party: Option<UnitReference>,
    /// How much in all.
    pub pledged_fen: Fen,
    /// The part of which the source is known, source by source.
    pub sources: Vec<SourceArrival>,
    /// The part of which it is not known 来源待查.
    pub undetermined_fen: Fen,
    /// The money that has come.
    pub arrived_fen: Fen,
    /// The part of it of which nobody has said the source.
    pub arrived_undetermined_fen: Fen,
    /// The worth of the work that was done.
    pub in_kind_fen: Fen,
    /// Days of labour.
    pub labour_days: u64,
    /// Promised, and neither come nor worked; negative where observed facts say so.
    pub open_fen: Fen,
    /// How many records have been about it.
    pub version: u32,
}

/// Promised and come of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceArrival {
    /// Which one.
    pub source_kind: Term,
    /// Promised.
    pub pledged_fen: Fen,
    /// Come, as money.
    pub arrived_fen: Fen,
}

/// What has come of what was promised: two amounts, not reduced, never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArrivalRatio {
    /// Money that has come, of whatever source.
    pub numerator_fen: Fen,
    /// All that was promised, what is undetermined included.
    pub denominator_fen: Fen,
}

/// The contributions of one project together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoFunding {
    /// The project.
    pub project: ProjectReference,
    /// Source by source, as far as it is known.
    pub sources: Vec<SourceArrival>,
    /// Promised in all: the sources and what is undetermined.
    pub pledged_fen: Fen,
    /// Promised, of which nobody knows the source 来源待查.
    pub undetermined_fen: Fen,
    /// The money that has come.
    pub arrived_fen: Fen,
    /// The part of it of which nobody has said the source.
    pub arrived_undetermined_fen: Fen,
    /// The worth of the work that was done: in no ratio.
    pub in_kind_fen: Fen,
    /// Days of labour.
    pub labour_days: u64,
    /// What has come of what was promised.
    pub arrival: ArrivalRatio,
}

/// The contributions, and what they come to project by project.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contributions {
    /// The contributions, in the order of their projects and days.
    pub contributions: Page<ContributionLine>,
    /// Their sums, project by project; over all of them, not only this page.
    pub projects: Vec<CoFunding>,
}

/// The contributions to one project, or to all.
#[must_use]
pub fn contributions(
    view: &View,
    project: Option<ProjectId>,
    offset: usize,
    limit: usize,
) -> Contributions {
    let books = &view.books;
    let rows = books.contributions.iter();
    let mut rows: Vec<_> = rows
        .filter(|(_, row)| project.is_none_or(|project| row.pledge.project == project))
        .map(|(id, row)| (references::project(books, row.pledge.project), id, row))
        .collect();
    rows.sort_by(|(a_project, a, a_row), (b_project, b, b_row)| {
        let days = (a_row.pledged_on.first(), b_row.pledged_on.first());
        (a_project, days.0, a).cmp(&(b_project, days.1, b))
    });
    let projects = rows
        .chunk_by(|(a, ..), (b, ..)| a == b)
        .filter_map(co_funding);
    Contributions {
        projects: projects.collect(),
        contributions: Page::of(&rows, offset, limit, |(project, id, row)| {
            line(books, project, *id, row)
        }),
    }
}

/// One contribution; nothing for one that nobody has promised.
#[must_use]
pub fn contribution(view: &View, id: ContributionId) -> Option<ContributionLine> {
    let row = view.books.contributions.get(id)?;
    let project = references::project(&view.books, row.pledge.project);
    Some(line(&view.books, &project, id, row))
}

type Row<'a> = (ProjectReference, ContributionId, &'a Contribution);

fn line(
    books: &Books,
    project: &ProjectReference,
    contribution: ContributionId,
    row: &Contribution,
) -> ContributionLine {
    ContributionLine {
        project: project.clone(),
        contribution,
        pledged_on: row.pledged_on,
        party: row.pledge.party.map(|unit| references::unit(books, unit)),
        pledged_fen: row.pledge.amount_fen,
        sources: sources([row].into_iter()),
        undetermined_fen: row.undetermined(),
        arrived_fen: row.arrived(),
        arrived_undetermined_fen: arrived_of(row, None),
        in_kind_fen: row.in_kind,
        labour_days: row.labour_days,
        open_fen: row.open(),
        version: row.version,
    }
}

fn co_funding(rows: &[Row<'_>]) -> Option<CoFunding> {
    let (project, ..) = rows.first()?;
    let all = || rows.iter().map(|(_, _, row)| *row);
    let sum = |amount: fn(&Contribution) -> Fen| total(all().map(amount));
    let (pledged_fen, arrived_fen) = (sum(|row| row.pledge.amount_fen), sum(Contribution::arrived));
    Some(CoFunding {
        project: project.clone(),
        sources: sources(all()),
        pledged_fen,
        undetermined_fen: sum(Contribution::undetermined),
        arrived_fen,
        arrived_undetermined_fen: sum(|row| arrived_of(row, None)),
        in_kind_fen: sum(|row| row.in_kind),
        labour_days: all().fold(0, |days: u64, row| days.saturating_add(row.labour_days)),
        arrival: ArrivalRatio {
            numerator_fen: arrived_fen,
            denominator_fen: pledged_fen,
        },
    })
}

/// Promised and come, in the order of the closed list of sources.
fn sources<'a>(rows: impl Iterator<Item = &'a Contribution>) -> Vec<SourceArrival> {
    let mut parts: BTreeMap<SourceKind, (Vec<Fen>, Vec<Fen>)> = BTreeMap::new();
    for row in rows {
        for (kind, amount) in row.known() {
            parts.entry(kind).or_default().0.push(amount);
        }
        for (kind, amount) in &row.arrived {
            if let Some(kind) = kind {
                parts.entry(*kind).or_default().1.push(*amount);
            }
        }
    }
    let show = |(kind, (pledged, arrived)): (SourceKind, (Vec<Fen>, Vec<Fen>))| SourceArrival {
        source_kind: term!(kind),
        pledged_fen: total(pledged),
        arrived_fen: total(arrived),
    };
    parts.into_iter().map(show).collect()
}

fn arrived_of(row: &Contribution, source: Option<SourceKind>) -> Fen {
    let parts = row.arrived.iter().filter(|(kind, _)| *kind == source);
    total(parts.map(|(_, amount)| *amount))
}
