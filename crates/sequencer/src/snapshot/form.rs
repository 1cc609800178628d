//! The files of a view in a snapshot: one for each part, and one for its head.

use ledger::ids::LedgerId;
use projections::parts::Part;
use projections::{Head, View};
use std::io::{Read, Write};
use store::{Snapshot, SnapshotWriter};

/// Of the head: seq, hash, position, and when it was recorded; numbers big-endian.
const HEAD_LEN: usize = 56;

fn head_name(ledger: LedgerId) -> String {
    format!("{ledger}.head")
}

pub(super) fn part_name(ledger: LedgerId, part: Part) -> String {
    format!("{ledger}.{}", part.name())
}

/// What the files of this release look like.
pub(super) fn id() -> chain::Hash {
    chain::Hash::from_bytes(View::form_id())
}

/// Writes a view, which somebody may change meanwhile only if it is another's copy.
pub(super) fn write(
    writer: &mut SnapshotWriter,
    ledger: LedgerId,
    view: &View,
) -> Result<(), store::Error> {
    writer.file(&head_name(ledger), |out| match view.head() {
        Some(head) => {
            out.write_all(&head.seq.to_be_bytes())?;
            out.write_all(&head.hash)?;
            out.write_all(&head.position.to_be_bytes())?;
            out.write_all(&head.recorded_at_us.to_be_bytes())
        }
        None => Ok(()),
    })?;
    for part in Part::ALL {
        writer.file(&part_name(ledger, part), |out| view.write_part(part, out))?;
    }
    Ok(())
}

/// The record at which a view of a snapshot stands.
pub(super) fn head(snapshot: &Snapshot, ledger: LedgerId) -> Result<Head, store::Error> {
    let bytes = snapshot.read(&head_name(ledger))?;
    let bytes: Option<[u8; HEAD_LEN]> = bytes.try_into().ok();
    let bytes = bytes.ok_or_else(|| snapshot.refuse("the head of a view is none"))?;
    let mut rest = bytes.as_slice();
    let mut next = || {
        let mut field = [0; 8];
        // There are as many bytes as fields.
        let _ = rest.read_exact(&mut field);
        u64::from_be_bytes(field)
    };
    let seq = next();
    let hash = [next(), next(), next(), next()];
    let mut head = Head {
        seq,
        hash: [0; 32],
        position: next(),
        recorded_at_us: next(),
    };
    let _ = head
        .hash
        .as_mut_slice()
        .write_all(hash.map(u64::to_be_bytes).as_flattened());
    Ok(head)
}

/// A part of a view, in a view of which it is all.
pub(super) fn part(
    snapshot: &Snapshot,
    ledger: LedgerId,
    part: Part,
) -> Result<View, store::Error> {
    let name = part_name(ledger, part);
    let mut source = snapshot.source(&name)?;
    let len = source.len();
    let mut view = View::at(None);
    let read = view.read_part(part, &mut source, len);
    if !source.is_whole() {
        return Err(snapshot.refuse(&format!("{name} does not have its hash")));
    }
    read.map_err(|error| snapshot.refuse(&format!("{name}: {error}")))?;
    Ok(view)
}
