//! Which records a hole in both copies held: told by what stands around it.

use std::collections::BTreeMap;

use chain::LedgerId;

use crate::entry::Decoder;
use crate::index::Index;
use crate::journal::{self, Frames, Piece, Segment};
use crate::{Error, Seqs};

/// How far one ledger is known around a hole.
#[derive(Default)]
struct Around {
    before: u64,
    after: Option<u64>,
}

/// The records between the last that was read and the first sound one behind the hole, ledger by
/// ledger. A ledger of which nothing follows is named only if the others do not fill the hole.
pub(crate) fn seqs(
    index: &Index,
    segments: &[Segment],
    from: u64,
    to: Option<u64>,
) -> Result<Vec<Seqs>, Error> {
    let mut ledgers: BTreeMap<LedgerId, Around> = BTreeMap::new();
    for state in index.states() {
        ledgers.entry(state.head.ledger).or_default().before = state.head.seq;
    }
    let mut claimed = Vec::new();
    for segment in segments {
        let mut frames = Frames::open(&segment.path)?;
        loop {
            let damage = match frames.next()? {
                None => break,
                Some(Piece::Frame(frame)) if frame.first >= from => {
                    for raw in Decoder::new(frame.entries).map_while(Result::ok) {
                        let around = ledgers.entry(raw.ledger).or_default();
                        if raw.seq > around.before {
                            around.after = around.after.or(Some(raw.seq));
                        }
                    }
                    continue;
                }
                Some(Piece::Frame(_)) => continue,
                Some(Piece::Damage(damage)) => damage,
            };
            let bytes = frames.bytes(damage)?;
            let raws = Decoder::new(journal::entries_of_damaged(&bytes));
            claimed.extend(raws.map_while(Result::ok).map(|raw| (raw.ledger, raw.seq)));
        }
    }
    Ok(named(
        &ledgers,
        &claimed,
        to.map(|to| to.saturating_sub(from)),
    ))
}

fn named(
    ledgers: &BTreeMap<LedgerId, Around>,
    claimed: &[(LedgerId, u64)],
    count: Option<u64>,
) -> Vec<Seqs> {
    let first = |around: &Around| around.before.saturating_add(1);
    let closed = ledgers.iter().filter_map(|(ledger, around)| {
        let last = around.after?.saturating_sub(1);
        (last >= first(around)).then_some(Seqs {
            ledger: *ledger,
            first: first(around),
            last: Some(last),
        })
    });
    let mut seqs: Vec<Seqs> = closed.collect();
    let known: u64 = seqs
        .iter()
        .filter_map(|seqs| seqs.last?.checked_sub(seqs.first)?.checked_add(1))
        .fold(0, u64::saturating_add);
    if count.is_none_or(|count| known < count) {
        let open = ledgers.iter().filter(|(_, around)| around.after.is_none());
        seqs.extend(open.map(|(ledger, around)| Seqs {
            ledger: *ledger,
            first: first(around),
            last: None,
        }));
    }
    if seqs.is_empty() {
        // Nothing sound says it: then what the damaged bytes themselves say.
        seqs.extend(claimed.first().map(|(ledger, seq)| Seqs {
            ledger: *ledger,
            first: *seq,
            last: None,
        }));
    }
    seqs
}
