//! Everything that reads bytes from strangers, given bytes by libFuzzer. `FUNDTRACE_FUZZ` names the
//! parser; `cargo xtask fuzz` builds this with the compiler's coverage pass and runs it.
//!
//! A parser may refuse whatever it likes. It may not panic, hang, or take memory without bound;
//! and what it accepts it must write as it was read, if it writes at all: one meaning, one text.
#![no_main]

use std::str::from_utf8;
use std::sync::LazyLock;

use chain::{
    Checkpoint, Header, Note, NoteSignature, Policy, Tile, TlogProof, VerifierKey, decode_entries,
    encode_entries,
};
use libfuzzer_sys::fuzz_target;

/// A parser, and what must hold of what it accepts.
type Target = fn(&[u8]);

/// By the names that `cargo xtask fuzz` takes; `crates/ordeal/src/fuzz.rs` has the same list.
const TARGETS: &[(&str, Target)] = &[
    ("record-header", |data| {
        if let Ok(header) = Header::from_bytes(data) {
            assert_eq!(header.to_bytes(), data);
        }
    }),
    ("event-body", |data| {
        let _ = wire::decode_event(data);
        let _ = wire::decode_command(data);
    }),
    ("journal-segment", |data| {
        let parts = store::segment::parts(data).expect("bytes in memory");
        assert!(parts.len() <= data.len());
    }),
    ("note", |data| {
        if let Ok(note) = Note::parse(data) {
            assert_eq!(note.to_string().as_bytes(), data);
        }
        let Ok(text) = from_utf8(data) else { return };
        if let Ok(signatures) = NoteSignature::parse_lines(text) {
            let lines: String = signatures.iter().map(|line| format!("{line}\n")).collect();
            assert_eq!(lines, text);
        }
    }),
    ("checkpoint", |data| text::<Checkpoint>(data)),
    ("tlog-proof", |data| drop(TlogProof::parse(data))),
    ("policy", |data| {
        let _ = Policy::parse(data);
        text::<VerifierKey>(data);
    }),
    ("tile-path", |data| text::<Tile>(data)),
    ("entry-bundle", |data| {
        if let Ok(entries) = decode_entries(data) {
            assert_eq!(encode_entries(entries).expect("as they were"), data);
        }
    }),
];

/// What is read from a text and written again is the text.
fn text<T: std::str::FromStr + ToString>(data: &[u8]) {
    let Ok(text) = from_utf8(data) else { return };
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
    }
}

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUNDTRACE_FUZZ").expect("FUNDTRACE_FUZZ names the parser");
    let target = TARGETS.iter().find(|(other, _)| *other == name);
    target.expect("a parser of the list").1
});

fuzz_target!(|data: &[u8]| TARGET(data));
