//! A measure as it stands: what, by whom, by when, what came of it, and its proof.

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{MeasureId, OrganisationId, PersonId};
use crate::item::{Measure, MeasureKind};
use crate::text::Text;

/// A measure as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct MeasureState {
    /// The measure.
    pub measure: MeasureId,
    /// Ordinary or institutional.
    pub kind: MeasureKind,
    /// What will be done.
    pub description: Text,
    /// The record that says so.
    pub described_in: u64,
    /// By when.
    pub due_on: Option<BusinessDate>,
    /// The unit that carries it out; none for the responsible unit.
    pub owner_unit: Option<OrganisationId>,
    /// The official who answers for it.
    pub owner_person: Option<PersonId>,
    /// What came of it, of one that is said to be done.
    pub done: Option<MeasureDone>,
    /// Its evidence; what was retracted is only in the log.
    pub evidence: Vec<EvidenceFile>,
}

/// A measure said to be done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct MeasureDone {
    /// What came of it.
    pub result: Text,
    /// When.
    pub on: BusinessDate,
    /// The record that says so.
    pub seq: u64,
}

/// An evidence file that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct EvidenceFile {
    /// The file's SHA-256.
    pub sha256: Digest,
    /// When it was taken.
    pub captured_on: BusinessDate,
}

impl MeasureState {
    /// True with evidence that was not certainly taken before the day of issue (V16).
    #[must_use]
    pub fn is_proved(&self, issued_on: Option<BusinessDate>) -> bool {
        let before = |file: &EvidenceFile| {
            issued_on.is_some_and(|issued| file.captured_on.is_certainly_before(issued))
        };
        self.evidence.iter().any(|file| !before(file))
    }

    pub(super) fn added(seq: u64, it: &Measure) -> MeasureState {
        MeasureState {
            measure: it.measure,
            kind: it.kind,
            description: it.description.clone(),
            described_in: seq,
            due_on: it.due_on,
            owner_unit: it.owner_unit,
            owner_person: it.owner_person,
            done: None,
            evidence: Vec::new(),
        }
    }

    /// Says it again; what was done and proved stays.
    pub(super) fn changed(&mut self, seq: u64, it: &Measure) {
        let (done, evidence) = (self.done.take(), std::mem::take(&mut self.evidence));
        *self = MeasureState {
            done,
            evidence,
            ..MeasureState::added(seq, it)
        };
    }
}
