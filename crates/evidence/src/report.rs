//! What a package that holds proves.

use crate::manifest::{Manifest, Named};
use crate::question::Question;
use crate::seals::Checked;
use crate::told::Told;
use crate::{Through, Trusted, Unproved};
use chain::{Checkpoint, LedgerId};
use jiff::civil::Date;
use ledger::digest::Digest;
use ledger::fields::Kind;
use ledger::ids::Subject;
use serde_json::Value;

/// What is known of a subject's records being all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complete {
    /// All records up to this position are here. The server asserts it, and a full scan can refute
    /// it.
    Asserted(u64),
    /// The same, and a witness of whom the receiver knows that it replays every record has cosigned
    /// the checkpoint: it has computed the seal again and found it so. [`Report::replayed_by`]
    /// names it.
    Confirmed(u64),
    /// No seal covers it.
    NotShown,
}

/// One subject of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectReport {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub subject: Subject,
    /// How many records in the package name it.
    pub records: u64,
    /// Whether these are all.
    pub complete: Complete,
}

/// What may be said of a package in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All of it was checked, and every subject is complete as far as the answer knows.
    Holds,
    /// What is here was checked, and that it is all is not shown: of a subject that the answer
    /// rests on, somebody may have left records out, all of them or those after its seal.
    NotProvenComplete,
    /// What people read in it was not checked, because it is of another version.
    PagesNotCompared,
}

/// What a package that holds proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The ledger.
    pub ledger: LedgerId,
    /// What was asked.
    pub question: Question,
    /// For which day.
    pub asked_on: Date,
    /// The last record that the answer knows.
    pub through: Through,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// On whose word.
    pub trusted: Trusted,
    /// How many records were proved.
    pub records: usize,
    /// The subjects, the question's own first.
    pub subjects: Vec<SubjectReport>,
    /// Whom records name without a record of theirs being here.
    pub not_included: Vec<Subject>,
    /// The witnesses that replay every record, as the receiver says, and have cosigned: names.
    pub replayed_by: Vec<String>,
    /// The answer as stated, all of which the records give.
    pub answer: Value,
    /// How many sealed texts were opened.
    pub opened: usize,
    /// The evidence files that are here, and have their hashes.
    pub files: usize,
    /// The evidence files that records name and that are not here.
    pub files_not_here: Vec<Digest>,
    /// What follows from records that no seal covers, and may have been left out.
    pub unproved: Vec<Unproved>,
    /// The two pages are what the records give, and `README.txt` is that of their version; false
    /// where they are of another version.
    pub pages: bool,
}

impl Report {
    /// Whether a subject has no seal.
    pub(crate) fn has_unsealed(&self) -> bool {
        let mut subjects = self.subjects.iter();
        subjects.any(|it| it.complete == Complete::NotShown)
    }

    /// The last position that the seal covers, where the answer knows later records.
    pub(crate) fn sealed_before(&self) -> Option<u64> {
        let through = |it: &SubjectReport| match it.complete {
            Complete::Asserted(through) | Complete::Confirmed(through) => Some(through),
            Complete::NotShown => None,
        };
        let through = self.subjects.iter().filter_map(through).min();
        through.filter(|through| *through < self.through.position)
    }

    /// What may be said of it in a word: the worst of what there is to say.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.pages {
            Verdict::PagesNotCompared
        } else if self.has_unsealed() || self.sealed_before().is_some() || !self.unproved.is_empty()
        {
            Verdict::NotProvenComplete
        } else {
            Verdict::Holds
        }
    }
}

/// What is known of each subject.
pub(crate) fn subject_reports(
    manifest: &Manifest,
    told: &Told,
    checked: &Checked,
    confirmed: bool,
) -> Vec<SubjectReport> {
    let report = |named: &Named| {
        let subject = named.subject;
        let naming = told.of(subject);
        let complete = match checked.through {
            Some(through) if checked.subjects.contains_key(&subject) => {
                if confirmed {
                    Complete::Confirmed(through)
                } else {
                    Complete::Asserted(through)
                }
            }
            Some(_) | None => Complete::NotShown,
        };
        SubjectReport {
            kind: named.kind,
            subject,
            records: u64::try_from(naming.count()).unwrap_or(u64::MAX),
            complete,
        }
    };
    manifest.subjects.iter().map(report).collect()
}
