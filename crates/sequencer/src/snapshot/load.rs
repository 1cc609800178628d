//! Reading the views of a snapshot, some parts at a time.

use super::form;
use crate::show::Shown;
use chain::VerifierKey;
use ledger::ids::LedgerId;
use projections::View;
use projections::parts::Part;
use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use store::Snapshot;

/// Why a snapshot is of no use to this program and this key; nothing if it may be read.
pub(crate) fn unusable(snapshot: &Snapshot, key: &VerifierKey) -> Option<store::Error> {
    if let Err(error) = chain::snapshot::verify(snapshot.signature(), key, snapshot.hash()) {
        return Some(snapshot.refuse(&format!("it is not signed by {}: {error}", key.name())));
    }
    (snapshot.form() != form::id())
        .then(|| snapshot.refuse("another release wrote it in another form"))
}

/// A part of a view that is to be read.
struct Task {
    ledger: LedgerId,
    part: Part,
    view: usize,
    len: u64,
}

/// Reads all views and shows them to nobody yet but who asks this early.
pub(crate) fn load(snapshot: &Snapshot, shown: &Shown) -> Result<(), store::Error> {
    let mut views = Vec::new();
    let mut tasks = Vec::new();
    for (view, at) in snapshot.heads().iter().enumerate() {
        let ledger = LedgerId(at.id.0);
        let head = form::head(snapshot, ledger)?;
        // A view is never behind the index, and where both stand they stand at one record.
        if head.seq < at.seq || head.seq == at.seq && head.hash != *at.hash.as_bytes() {
            return Err(snapshot.refuse(&format!("the view of ledger {ledger} has another head")));
        }
        views.push((ledger, Mutex::new(View::at(Some(head)))));
        tasks.extend(Part::ALL.into_iter().map(|part| Task {
            ledger,
            part,
            view,
            len: snapshot.len_of(&form::part_name(ledger, part)).unwrap_or(0),
        }));
    }
    // The largest first: what is left at the end is small, and no thread waits long for another.
    tasks.sort_unstable_by_key(|task| Reverse(task.len));
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    let work = || {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            match form::part(snapshot, task.ledger, task.part) {
                Ok(mut read) => {
                    if let Some((_, view)) = views.get(task.view) {
                        let mut view = view.lock().unwrap_or_else(PoisonError::into_inner);
                        view.swap_part(task.part, &mut read);
                    }
                }
                Err(error) => {
                    // Nobody reads on.
                    next.store(tasks.len(), Ordering::Relaxed);
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.get_or_insert(error);
                }
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    for (ledger, view) in views {
        shown.put(
            ledger,
            view.into_inner().unwrap_or_else(PoisonError::into_inner),
        );
    }
    Ok(())
}
