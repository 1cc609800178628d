//! The parts of a view, by name: what the hash of a state is made over.

use crate::View;
use hashbrown::HashMap;
use serde::{Serialize, Serializer};

/// A part of a view, which has a hash of its own: so a difference has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The state that decisions read.
    Books,
    /// The questions that broken rules have raised.
    Alerts,
    /// Who holds what.
    Links,
    /// Which records name a subject.
    Timeline,
    /// The plans that were returned.
    Plans,
    /// The days and counts that the books forget.
    Days,
    /// What records say, to be looked for.
    Search,
    /// Which evidence there is.
    Evidence,
}

impl Part {
    /// Every part, in the order in which a difference is named.
    pub const ALL: [Part; 8] = [
        Part::Books,
        Part::Alerts,
        Part::Links,
        Part::Timeline,
        Part::Plans,
        Part::Days,
        Part::Search,
        Part::Evidence,
    ];

    /// Its name in a record of its state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Part::Books => "books",
            Part::Alerts => "alerts",
            Part::Links => "links",
            Part::Timeline => "timeline",
            Part::Plans => "plans",
            Part::Days => "days",
            Part::Search => "search",
            Part::Evidence => "evidence",
        }
    }

    /// The part of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.name() == name)
    }

    /// The version of its form. It goes up whenever the same records give another hash: a field
    /// more, another name, another order. `sequencer/src/tests/states.rs` notices.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Part::Links | Part::Plans | Part::Evidence => 1,
            // Subjects have numbers; requests taken back and items handed on are counted.
            Part::Timeline | Part::Search | Part::Days => 2,
            // Letters out of order are alerts; then: what is paid though it was set off, and money
            // still to come back of an item that was closed on paper; then: a treasury receipt for
            // several items.
            Part::Alerts => 4,
            // Persons have a state; then: what few payments have stands together; then: what
            // happens to few items; and lists; then: letters, cycles, campaigns and pledges; then:
            // who led an item before; then: what was issued and goes on in drafts, by
            // which paper money came back, and from when to when a clock stood still; then: which
            // records were corrected, and which named a unit; when an extension was granted, and
            // with what a lot is mixed; and the parts of a linked item have its link.
            Part::Books => 9,
        }
    }
}

/// A part of a view, to be serialized. Maps come in no order.
#[derive(Debug)]
pub struct PartOf<'a> {
    view: &'a View,
    part: Part,
}

impl View {
    /// A part, to be serialized.
    #[must_use]
    pub const fn part(&self, part: Part) -> PartOf<'_> {
        PartOf { view: self, part }
    }
}

impl Serialize for PartOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Destructured, so that a projection that is forgotten here is noticed.
        let View {
            books,
            head: _,
            timeline,
            alerts,
            links,
            plans,
            days,
            search,
            evidence,
        } = self.view;
        match self.part {
            Part::Books => books.serialize(serializer),
            Part::Alerts => alerts.serialize(serializer),
            Part::Links => links.serialize(serializer),
            Part::Timeline => timeline.serialize(serializer),
            Part::Plans => plans.serialize(serializer),
            Part::Days => days.serialize(serializer),
            Part::Search => search.serialize(serializer),
            Part::Evidence => evidence.serialize(serializer),
        }
    }
}

/// A map of hashbrown's, whose own way to serialize is a feature that the whole build would pay
/// for.
pub(crate) fn map<K: Serialize, V: Serialize, S: Serializer>(
    map: &HashMap<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map)
}
