//! Evidence files beside the log: a record names only what is on the disk.

use crate::answer::Refusal;
use crate::show::Shown;
use ledger::digest::Digest;
use ledger::evidence::EvidenceEvent;
use ledger::ids::LedgerId;
use ledger::item::ItemEvent;
use ledger::{Event, Intake, Rejection};
use std::time::{Duration, SystemTime};
use store::{FileHash, FileStore};

/// How long an uploaded file waits for a record that names it. A clerk who uploads in the evening
/// and records in the morning finds it there.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Refuses events that name a file which this ledger does not hold. What is held now is held for
/// ever once a record names it: files are removed only by a start, before anything is recorded.
pub(crate) fn held(
    files: &FileStore,
    ledger: LedgerId,
    intake: Intake,
    events: &[Event],
) -> Result<(), Refusal> {
    for event in events {
        if let Some(proof) = proof_of_item(event)
            && intake == Intake::Control
            && len(files, ledger, proof).is_none()
        {
            return Err(Refusal::FileMissing(proof));
        }
        let Event::Evidence(EvidenceEvent::Added(added)) = event else {
            continue;
        };
        let len = len(files, ledger, added.sha256).ok_or(Refusal::FileMissing(added.sha256))?;
        if len != added.size {
            return Err(Refusal::Rejected(Rejection::BadField {
                field: "size",
                why: "it is not the length of the file that was uploaded",
                why_zh: "与已上传文件的大小不一致",
            }));
        }
    }
    Ok(())
}

/// The file that proves what is said of an item. Only what happens here must be proved by a file
/// that is here: of what was observed elsewhere, somebody may have a hash alone.
fn proof_of_item(event: &Event) -> Option<Digest> {
    let Event::Item(event) = event else {
        return None;
    };
    if let ItemEvent::EvidenceAdded(added) = event {
        return Some(added.sha256);
    }
    if let ItemEvent::Refuted(refuted) = event {
        return Some(refuted.sha256);
    }
    None
}

/// The length of a file of a ledger; nothing where it is not held, or cannot be looked at.
pub(crate) fn len(files: &FileStore, ledger: LedgerId, file: Digest) -> Option<u64> {
    match files.len(chain::LedgerId(ledger.0), FileHash(file.0)) {
        Ok(len) => len,
        Err(error) => {
            tracing::error!(%ledger, %file, error = error_line(&error), "cannot look for a file");
            None
        }
    }
}

/// Removes files that no record has named within a day. Only in ledgers all of whose records this
/// release can read: another may name files in a way that is not known here.
pub(crate) fn remove_orphans(files: &FileStore, shown: &Shown, ledgers: &[LedgerId]) {
    let Some(before) = SystemTime::now().checked_sub(ORPHAN_AGE) else {
        return;
    };
    for ledger in ledgers {
        let Some(slot) = shown.slot(*ledger).filter(|slot| !slot.is_newer()) else {
            continue;
        };
        let view = slot.view();
        let is_named = |file: FileHash| !view.evidence.naming(Digest(file.0)).is_empty();
        match files.remove_orphans(chain::LedgerId(ledger.0), before, is_named) {
            Ok(0) => {}
            Ok(removed) => tracing::warn!(%ledger, removed, "removed files that no record names"),
            // They only take room: no reason not to serve.
            Err(error) => {
                tracing::error!(%ledger, error = error_line(&error), "cannot remove files");
            }
        }
    }
}

fn error_line(error: &store::Error) -> String {
    crate::writer::chain_of(error)
}
