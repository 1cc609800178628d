//! Words of the program that are read from outside: the state holds them as what they are in the
//! program, for as long as it runs.

use hashbrown::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// How many bytes of words are kept: those that the program knows are some 40 KB, and whoever makes
/// up others shall not fill the memory, which is never given back.
const KEPT_LEN_MAX: usize = 1 << 20;

#[derive(Default)]
struct Kept {
    words: HashSet<&'static str>,
    len: usize,
}

static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// The word, kept for ever; none if it would be too much.
pub(super) fn keep(text: &str) -> Option<&'static str> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(word) = kept.words.get(text) {
        return Some(word);
    }
    let len = kept.len.saturating_add(text.len()).saturating_add(64);
    if len > KEPT_LEN_MAX {
        return None;
    }
    let word: &'static str = Box::leak(text.into());
    kept.len = len;
    kept.words.insert(word);
    Some(word)
}
