//! How often the items of a unit were put off, sent back, handed on and reopened (R7). What
//! happened before an item was handed on counts for the unit that has it now.

use crate::View;
use crate::days::Conduct;
use crate::items::{ItemFilter, passing};
use crate::references::{self, UnitReference};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How often items were put off or sent back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConductFigures {
    /// How many items, drafts left out.
    pub items: usize,
    /// Extensions asked for 申请延期.
    pub extensions_requested: u32,
    /// Extensions granted.
    pub extensions_granted: u32,
    /// Extensions refused.
    pub extensions_refused: u32,
    /// Plans returned 方案退回.
    pub plans_returned: u32,
    /// Requests for closing returned for rework 退回整改.
    pub closures_returned: u32,
    /// Reopened by a look back 回头看.
    pub reopened: u32,
    /// Requests for closing taken back by the unit 撤回申请销号.
    pub requests_withdrawn: u32,
    /// Handed to another unit or other persons 转办、人员调整.
    pub handed_on: u32,
    /// How many items were put off, sent back or handed on at least once.
    pub items_concerned: usize,
}

/// The figures of one unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitConduct {
    /// The responsible unit.
    pub unit: UnitReference,
    /// Its figures.
    pub figures: ConductFigures,
}

/// The figures unit by unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConductView {
    /// In the order of their names.
    pub units: Vec<UnitConduct>,
    /// Of all.
    pub total: ConductFigures,
}

/// R7: extensions, returns and reopenings per responsible unit, of the items that pass the filter.
#[must_use]
pub fn conduct(view: &View, today: Date, filter: &ItemFilter) -> ConductView {
    let mut total = ConductFigures::default();
    let mut units: BTreeMap<UnitReference, ConductFigures> = BTreeMap::new();
    for (id, item) in passing(view, today, filter) {
        // A draft is nobody's task yet.
        if item.issued_on.is_none() {
            continue;
        }
        let conduct = view.days.conduct(id);
        let unit = references::unit(&view.books, item.draft.responsible_unit);
        units.entry(unit).or_default().add(conduct);
        total.add(conduct);
    }
    let show = |(unit, figures)| UnitConduct { unit, figures };
    ConductView {
        units: units.into_iter().map(show).collect(),
        total,
    }
}

impl ConductFigures {
    fn add(&mut self, one: Conduct) {
        let concerned = one != Conduct::default();
        self.items = self.items.saturating_add(1);
        self.items_concerned = self.items_concerned.saturating_add(usize::from(concerned));
        // Destructured, so that a count cannot be forgotten.
        let Conduct {
            extensions_requested,
            extensions_granted,
            extensions_refused,
            plans_returned,
            closures_returned,
            reopened,
            requests_withdrawn,
            handed_on,
        } = one;
        for (count, more) in [
            (&mut self.extensions_requested, extensions_requested),
            (&mut self.extensions_granted, extensions_granted),
            (&mut self.extensions_refused, extensions_refused),
            (&mut self.plans_returned, plans_returned),
            (&mut self.closures_returned, closures_returned),
            (&mut self.reopened, reopened),
            (&mut self.requests_withdrawn, requests_withdrawn),
            (&mut self.handed_on, handed_on),
        ] {
            *count = count.saturating_add(more);
        }
    }
}
