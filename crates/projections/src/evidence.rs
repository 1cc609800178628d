//! Which evidence there is of what, and which records name a file.

use crate::numbers::{Numbers, at, next_place};
use crate::{Page, View};
use hashbrown::HashMap;
use ledger::Event;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::evidence::EvidenceEvent;
use ledger::evidence::rules::Evidence;
use ledger::ids::{EvidenceId, ItemId, PersonId, Subject};
use ledger::item::ItemEvent;
use ledger::text::{Reference, Text};

/// The evidence of a ledger, found without a search. Retracted evidence stays in it: its files do.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct EvidenceFiles {
    /// All evidence, in the order of the records; the lists below hold the places here.
    all: Vec<EvidenceId>,
    #[serde(serialize_with = "crate::parts::map")]
    of_subject: HashMap<Subject, Numbers>,
    #[serde(serialize_with = "crate::parts::map")]
    named: HashMap<Digest, Vec<Naming>>,
}

/// What names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ledger::form::Form)]
pub enum Naming {
    /// `evidence.added`
    Evidence(EvidenceId),
    /// `item.evidence_added`, of a measure, or `item.refuted`.
    Item(ItemId),
}

impl EvidenceFiles {
    /// Takes in an event.
    pub(crate) fn take_in(&mut self, event: &Event) {
        // Of the others none names a file.
        if let Event::Evidence(EvidenceEvent::Added(added)) = event {
            let place = next_place(&self.all);
            self.all.push(added.evidence);
            self.of_subject
                .entry(added.subject)
                .or_default()
                .push(place);
            self.name(added.sha256, Naming::Evidence(added.evidence));
        }
        if let Event::Item(ItemEvent::EvidenceAdded(added)) = event {
            self.name(added.sha256, Naming::Item(added.item));
        }
        if let Event::Item(ItemEvent::Refuted(refuted)) = event {
            self.name(refuted.sha256, Naming::Item(refuted.item));
        }
    }

    fn name(&mut self, file: Digest, by: Naming) {
        let names = self.named.entry(file).or_default();
        if !names.contains(&by) {
            names.push(by);
        }
    }

    /// What names a file, in the order of the records; nothing for one that no record names.
    #[must_use]
    pub fn naming(&self, file: Digest) -> &[Naming] {
        self.named.get(&file).map_or(&[], Vec::as_slice)
    }
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceLine {
    /// Which one.
    pub evidence: EvidenceId,
    /// What it is about.
    pub subject: Subject,
    /// The file's SHA-256.
    pub sha256: Digest,
    /// The file's length in bytes.
    pub size: u64,
    /// What kind of file it is.
    pub media_type: Reference,
    /// When it was taken.
    pub captured_on: BusinessDate,
    /// Who took it.
    pub captured_by: PersonId,
    /// Who recorded it.
    pub recorded_by: PersonId,
    /// What it shows.
    pub description: Text,
    /// Taken back; none where it stands.
    pub retracted: Option<RetractionLine>,
    /// How many records have been about it.
    pub version: u32,
}

/// Why evidence does not stand any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetractionLine {
    /// Why.
    pub reason: Text,
    /// Who took it back.
    pub by: PersonId,
}

/// The evidence of a subject, or all of the ledger's, oldest first, retracted or not.
#[must_use]
pub fn evidence_lines(
    view: &View,
    subject: Option<Subject>,
    offset: usize,
    limit: usize,
) -> Page<EvidenceLine> {
    let files = &view.evidence;
    let ids: Vec<EvidenceId> = match subject {
        None => files.all.clone(),
        Some(subject) => {
            let places = files.of_subject.get(&subject);
            let places = places.map_or(&[][..], Numbers::as_slice).iter();
            places
                .filter_map(|place| at(&files.all, *place).copied())
                .collect()
        }
    };
    let rows = ids.into_iter().filter_map(|id| view.books.evidence.get(id));
    Page::of(&rows.collect::<Vec<_>>(), offset, limit, |row| line(row))
}

/// A piece of evidence; nothing for one that nobody has added.
#[must_use]
pub fn evidence_line(view: &View, id: EvidenceId) -> Option<EvidenceLine> {
    view.books.evidence.get(id).map(line)
}

fn line(row: &Evidence) -> EvidenceLine {
    let registration = row.registration.as_ref().clone();
    EvidenceLine {
        evidence: registration.evidence,
        subject: registration.subject,
        sha256: registration.sha256,
        size: registration.size,
        media_type: registration.media_type,
        captured_on: registration.captured_on,
        captured_by: registration.captured_by,
        recorded_by: row.recorded_by,
        description: registration.description,
        retracted: row.retracted.as_deref().map(|(reason, by)| RetractionLine {
            reason: reason.clone(),
            by: *by,
        }),
        version: row.version,
    }
}
