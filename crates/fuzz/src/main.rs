//! Everything that reads bytes from strangers, given bytes by libFuzzer. `FUNDTRACE_FUZZ` names the
//! parser; `cargo xtask fuzz` builds this with the compiler's coverage pass and runs it.
//!
//! A parser may refuse whatever it likes. It may not panic, hang, or take memory without bound;
//! and what it accepts it must write as it was read, if it writes at all: one meaning, one text.
#![no_main]

#[path = "../../ordeal/src/fuzz/entries.rs"]
#[allow(dead_code, reason = "what fuzzing begins with is made there")]
mod entries;
mod files;

use std::io::{Cursor, Write};
use std::str::from_utf8;
use std::sync::LazyLock;

use chain::receipt::Statement;
use chain::{
    Checkpoint, Hash, Header, LedgerId, Note, NoteSignature, Policy, Signer, Submission, Tile,
    TlogProof, VerifierKey, decode_entries, encode_entries,
};
use evidence::{Basis, Trust};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

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
        match store::segment::parts(data) {
            Ok(parts) => assert!(parts.len() <= data.len()),
            // Bytes in memory can be read, and a newer release's are refused by name.
            Err(error) => assert!(matches!(error, store::Error::Newer { .. }), "{error}"),
        }
    }),
    ("note", |data| {
        if let Ok(note) = Note::parse(data) {
            assert_eq!(note.to_string().as_bytes(), data);
            // As the head register is read.
            let _ = note.text().parse::<Checkpoint>();
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
    ("submission", |data| {
        if let Ok(submission) = Submission::parse(data) {
            assert_eq!(submission.to_string().as_bytes(), data);
        }
    }),
    ("package", package),
    ("package-entries", |data| package(&entries::package(data))),
    ("receipts", receipts),
    ("command-json", |data| {
        let _ = serde_json::from_slice::<ledger::Command>(data);
    }),
    ("backup-texts", |data| {
        let Ok(text) = from_utf8(data) else { return };
        let _ = store::segment::backup_texts(text);
    }),
    ("view-form", view),
    ("store-files", files::of_the_store),
    ("witness-memory", files::of_a_witness),
    ("working-file", sheet),
    // Parts of an XLSX, which a fuzzer cannot get past the checksums of a ZIP.
    ("working-file-parts", |data| sheet(&spreadsheet(data))),
    // The stream of an XLS, which a fuzzer cannot get past the sectors of its container.
    ("working-file-xls", |data| sheet(&compound(data))),
];

/// A view that somebody may have changed on the disk. Of one view there is one form.
fn view(mut data: &[u8]) {
    let (bytes, len) = (data, u64::try_from(data.len()).expect("in memory"));
    if let Ok(view) = projections::View::read_form(&mut data, len) {
        let mut again = Vec::with_capacity(bytes.len());
        view.write_form(&mut again).expect("in memory");
        assert!(again == bytes);
    }
}

/// A package that somebody sent, and of whom nobody is known.
fn package(data: &[u8]) {
    let trust = Trust {
        basis: Basis::Nothing,
        replaying: Vec::new(),
    };
    let _ = evidence::verify(data, &trust);
}

/// Receipts that somebody has kept. The key has signed one of them, in the inputs that fuzzing
/// begins with (`crates/ordeal/src/fuzz/seeds.rs`); so nothing else may hold, whatever it looks
/// like.
fn receipts(data: &[u8]) {
    static TRUST: LazyLock<Trust> = LazyLock::new(|| {
        let signer = Signer::new("log.example", &[1; 32]).expect("a name");
        Trust {
            basis: Basis::Keys(vec![signer.verifier().clone()]),
            replaying: Vec::new(),
        }
    });
    let Ok(checked) = evidence::verify_receipts(data, &TRUST) else {
        return;
    };
    for receipt in checked.flatten() {
        let signed = Statement {
            ledger: LedgerId::from_bytes([7; 16]),
            command_id: Uuid::from_bytes([2; 16]),
            digest: Hash::from_bytes([2; 32]),
            first_seq: 4,
            last_seq: 5,
            hash: Hash::from_bytes([3; 32]),
            first_position: 2,
        };
        assert_eq!(receipt.statement, signed);
        assert_eq!(receipt.last_position, 3);
        let _ = receipt.lines();
    }
}

/// A sound zip: of each entry a byte for its name, two for its length, and its bytes.
fn of_parts(names: &[&str], data: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut rest = data;
    while let [name, high, low, behind @ ..] = rest {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let (bytes, after) = behind.split_at(len.min(behind.len()));
        let options = zip::write::SimpleFileOptions::default();
        let name = names[usize::from(*name) % names.len()];
        if zip.start_file(name, options).is_ok() {
            zip.write_all(bytes).expect("in memory");
        }
        rest = after;
    }
    zip.finish().expect("in memory").into_inner()
}

/// A working file, read as each kind that there is; what is sure of it has its place.
fn sheet(data: &[u8]) {
    // A panic of a library below, which `sheets` takes for a damaged file, is none of ours; one
    // that comes out of `sheets` still ends the process.
    static QUIET: LazyLock<()> = LazyLock::new(|| std::panic::set_hook(Box::new(|_| {})));
    LazyLock::force(&QUIET);
    let options = sheets::Options {
        unit: Some(sheets::Unit::Yuan),
        sheet: None,
    };
    for mapping in sheets::Mapping::kinds().filter_map(sheets::Mapping::built_in) {
        if let Ok(reading) = sheets::read(data, &mapping, options) {
            assert!(reading.entries.iter().all(|entry| entry.row > 0));
        }
    }
}

/// The parts of a spreadsheet that say something.
const PARTS: &[&str] = &[
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
];

/// A sound zip of such parts.
fn spreadsheet(data: &[u8]) -> Vec<u8> {
    of_parts(PARTS, data)
}

/// A sound container with this stream of a workbook.
fn compound(stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("in memory");
    let mut place = file.create_stream("/Workbook").expect("in memory");
    place.write_all(stream).expect("in memory");
    drop(place);
    file.flush().expect("in memory");
    file.into_inner().into_inner()
}

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
