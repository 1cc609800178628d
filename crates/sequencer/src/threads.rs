//! Threads that work beside the writer, and which of them are gone.
//!
//! A panic ends its thread and nothing else, so what the thread did is not done any more while all
//! the rest goes on: that must be seen by whoever asks how the server is.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// The names of threads that have ended though nobody asked.
#[derive(Debug, Clone, Default)]
pub struct Fallen(Arc<Mutex<BTreeSet<String>>>);

impl Fallen {
    /// Makes a thread of which it is known when it panics.
    ///
    /// # Errors
    /// The thread cannot be made.
    pub fn spawn<T: Send + 'static>(
        &self,
        name: &str,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let watched = Watched {
            name: name.to_owned(),
            fallen: self.clone(),
        };
        Builder::new().name(name.to_owned()).spawn(move || {
            let _watched = watched;
            run()
        })
    }

    /// Those that have, by name.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().cloned().collect()
    }
}

struct Watched {
    name: String,
    fallen: Fallen,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut names = self.fallen.0.lock().unwrap_or_else(PoisonError::into_inner);
            names.insert(std::mem::take(&mut self.name));
        }
    }
}
