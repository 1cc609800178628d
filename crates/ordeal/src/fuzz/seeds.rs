//! What fuzzing of a parser begins with: a few inputs that it takes, made here.

use chain::receipt::{self, Statement};
use chain::{Checkpoint, Cosigner, Hash, Head, LedgerId, NodeHash, Record, Signer};
use chain::{leaf_bytes, leaf_hash, node_hash};
use serde_json::json;
use uuid::Uuid;

use crate::book::Book;

/// Sound inputs of a parser; none, if it finds its way by itself.
pub(super) fn of(name: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let signer = Signer::new("log.example", &[1; 32]).expect("a name");
    let cosigner = Cosigner::new("witness.example", &[2; 32]).expect("a name");
    let root = NodeHash::from_bytes([3; 32]);
    let checkpoint = Checkpoint::new("log.example", 4, root).expect("an origin");
    let mut note = checkpoint.sign(&signer).expect("a note");
    note.add(cosigner.cosign(note.text(), 5)).expect("room");
    match name {
        "record-header" => vec![records()[0].header.to_bytes().to_vec()],
        "event-body" => bodies(),
        "journal-segment" => {
            let records = records();
            let frame = |first: usize, to: usize| {
                store::frame(first as u64, &records[first..to]).expect("a short group")
            };
            let whole = [frame(0, 2), frame(2, 4)].concat();
            let cut = whole[..whole.len() - 9].to_vec();
            vec![whole, cut]
        }
        "note" => {
            let lines = note.signatures().iter().map(|line| format!("{line}\n"));
            let lines: String = lines.collect();
            vec![note.to_string().into_bytes(), lines.into_bytes()]
        }
        "checkpoint" => vec![checkpoint.to_string().into_bytes()],
        "tlog-proof" => {
            let hash = root.to_base64();
            vec![format!("c2sp.org/tlog-proof@v1\nindex 2\n{hash}\n{hash}\n\n{note}").into_bytes()]
        }
        "policy" => {
            let (log, witness) = (signer.verifier(), cosigner.verifier());
            let policy = format!("log {log}\nwitness w {witness}\ngroup g 1 w\nquorum g\n");
            vec![policy.into_bytes(), witness.to_string().into_bytes()]
        }
        "tile-path" => texts(&["0/000", "1/x001/234.p/5", "entries/x123/x456/789"]),
        "submission" => {
            let submission = chain::Submission::new(0, Vec::new(), note);
            vec![submission.expect("a submission").to_string().into_bytes()]
        }
        "package" => vec![book().package],
        "package-entries" => entries(),
        "receipts" => receipts(&signer),
        "command-json" => commands(),
        "backup-texts" => {
            let (hash, id) = ("0a".repeat(32), Uuid::from_u128(1));
            texts(&[
                &format!("{hash}  journal/1\n"),
                &format!("records 3\n{id} 3 {hash}\n"),
            ])
        }
        "view-form" => vec![view()],
        "store-files" => vec![vec![0; 57], vec![1; 200], vec![2; 641]],
        "witness-memory" => vec![note.to_string().into_bytes()],
        "working-file" => working_files(),
        "working-file-parts" => vec![parts()],
        "working-file-xls" => vec![stream()],
        "entry-bundle" => {
            let entries = [&b"one"[..], &b""[..], &[7; 300][..]];
            vec![chain::encode_entries(entries).expect("short entries")]
        }
        _ => Vec::new(),
    }
}

/// A table in text, and an empty form.
fn working_files() -> Vec<Vec<u8>> {
    let text = "支付凭证号,支付日期,项目编码,指标文号,收款人,金额(元)\n\
                P-1,2018-07-28,QS-1,云财农〔2018〕5号,曲河建工公司,\"1,234.56\"\n";
    let forms = sheets::Mapping::kinds().filter_map(sheets::Mapping::built_in);
    let forms =
        forms.map(|mapping| sheets::template(&mapping, sheets::Unit::Yuan).expect("a form"));
    forms.chain([text.as_bytes().to_vec()]).collect()
}

/// The parts of a spreadsheet as the target takes them: a number, a length, the bytes.
fn parts() -> Vec<u8> {
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let related = |kind: &str, to: &str| {
        format!(
            "<Relationships><Relationship Id=\"r\" Type=\"{relations}/{kind}\" Target=\"{to}\"/>\
             </Relationships>"
        )
    };
    let parts = [
        related("officeDocument", "xl/workbook.xml"),
        format!(
            "<workbook xmlns:r=\"{relations}\"><sheets>\
             <sheet name=\"a\" sheetId=\"1\" r:id=\"r\"/></sheets></workbook>"
        ),
        related("worksheet", "worksheets/sheet1.xml"),
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><f>1</f>\
         <v>1234.56</v></c></row></sheetData></worksheet>"
            .to_owned(),
        "<sst uniqueCount=\"1\"><si><t>支付凭证号</t></si></sst>".to_owned(),
    ];
    let entry = |(number, part): (u8, &String)| {
        let len = u16::try_from(part.len()).expect("a short part");
        [&[number][..], &len.to_be_bytes(), part.as_bytes()].concat()
    };
    (0..).zip(&parts).flat_map(entry).collect()
}

/// The stream of an old spreadsheet: one sheet with the headings of payments, and a row.
fn stream() -> Vec<u8> {
    let words =
        |words: &[u16]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let record = |kind: u16, data: &[u8]| {
        let len = u16::try_from(data.len()).expect("a short record");
        [&kind.to_le_bytes(), &len.to_le_bytes(), data].concat()
    };
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let begin = |kind: u16| record(0x0809, &words(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
    let label = |row: u16, column: u16, text: &str| {
        let len = u16::try_from(text.encode_utf16().count()).expect("a short text");
        let data = [words(&[row, column, 0, len]), vec![1], utf16(text)].concat();
        record(0x0204, &data)
    };
    let format = |format: u16| record(0x00e0, &words(&[0, format, 0, 0, 0, 0, 0, 0, 0, 0]));
    let globals = |at: u32| {
        let sheet = [&at.to_le_bytes()[..], &[0, 0, 2, 1], &utf16("支付")].concat();
        [
            begin(5),
            record(0x0042, &words(&[1200])),
            record(0x0022, &words(&[0])),
            format(0),
            format(14),
            record(0x0085, &sheet),
            record(0x000a, &[]),
        ]
        .concat()
    };
    let at = u32::try_from(globals(0).len()).expect("short records");
    let heads = [
        "支付凭证号",
        "支付日期",
        "项目编码",
        "指标文号",
        "收款人",
        "金额(元)",
    ];
    let heads = (0..)
        .zip(heads)
        .flat_map(|(column, text)| label(0, column, text));
    let texts = [(0, "V1"), (2, "QS-1"), (3, "5号"), (4, "曲河建工公司")];
    let texts = texts
        .into_iter()
        .flat_map(|(column, text)| label(1, column, text));
    let numbers = [(1, 1, 43_309.0_f64), (5, 0, 1234.56)];
    let numbers = numbers.into_iter().flat_map(|(column, format, value)| {
        let data = [words(&[1, column, format]), value.to_le_bytes().to_vec()].concat();
        record(0x0203, &data)
    });
    let cells: Vec<u8> = heads.chain(texts).chain(numbers).collect();
    [globals(at), begin(16), cells, record(0x000a, &[])].concat()
}

fn records() -> Vec<Record> {
    let mut head = Head::genesis(LedgerId::from_bytes([1; 16]));
    let mut records = Vec::new();
    for number in 1..=4 {
        let (command, digest) = (Uuid::from_u128(number), Hash::from_bytes([2; 32]));
        let record = head.link(9, command, 1, 1, digest, vec![3; 20]);
        records.push(record.expect("a short body"));
        head = Head::of(&records[records.len() - 1]);
    }
    records
}

/// The view of one record of each kind.
fn view() -> Vec<u8> {
    let mut view = projections::View::default();
    for (seq, body) in (1..).zip(bodies()) {
        let (fact, _) = wire::decode_event(&body).expect("a published body");
        view.apply(&projections::Entry {
            position: seq,
            seq,
            recorded_at_us: 1_600_000_000_000_000,
            hash: [1; 32],
            fact: &fact,
        });
    }
    let mut bytes = Vec::new();
    view.write_form(&mut bytes).expect("nothing in the clear");
    bytes
}

fn book() -> Book {
    Book::make().expect("a book")
}

/// A whole package, in the form of which `crates/fuzz` makes one again: with its own signature, and
/// signed again.
fn entries() -> Vec<Vec<u8>> {
    let entries = crate::edited::unzip(&book().package).expect("a zip");
    vec![
        super::entries::packed(0, &entries),
        super::entries::packed(1, &entries),
    ]
}

/// A receipt as the server answers it, the second of two that were signed together, with the proof
/// of its last record; by itself, and within the answers to a list. `crates/fuzz/src/main.rs` knows
/// what it states.
fn receipts(signer: &Signer) -> Vec<Vec<u8>> {
    let statement = Statement {
        ledger: LedgerId::from_bytes([7; 16]),
        command_id: Uuid::from_bytes([2; 16]),
        digest: Hash::from_bytes([2; 32]),
        first_seq: 4,
        last_seq: 5,
        hash: Hash::from_bytes([3; 32]),
        first_position: 2,
    };
    let other = NodeHash::from_bytes([4; 32]);
    let group = node_hash(&other, &leaf_hash(&receipt::leaf_bytes(&statement)));
    let note = signer.note(receipt::group_text("log.example", 2, group));
    let last = leaf_hash(&leaf_bytes(statement.ledger, 5, statement.hash));
    let before = node_hash(&other, &other);
    let root = node_hash(&before, &node_hash(&other, &last));
    let checkpoint = Checkpoint::new("log.example", 4, root).expect("an origin");
    let checkpoint = checkpoint.sign(signer).expect("a note");
    let path = format!("{}\n{}", other.to_base64(), before.to_base64());
    let proof = format!("c2sp.org/tlog-proof@v1\nindex 3\n{path}\n\n{checkpoint}");
    let answered = json!({
        "ledger": Uuid::from_bytes([7; 16]),
        "command_id": statement.command_id,
        "digest": statement.digest.to_string(),
        "first_seq": 4,
        "last_seq": 5,
        "hash": statement.hash.to_string(),
        "positions": [2, 3],
        "recorded_at": "2018-08-01T00:00:00.000000Z",
        "repeated": false,
        "signature": {
            "index": 1,
            "path": [other.to_base64()],
            "note": note.expect("a note").to_string(),
        },
        "covered_by": 4,
        "proof": proof,
    });
    let listed = json!([{"status": 201, "receipt": answered}]);
    vec![answered.to_string().into(), listed.to_string().into()]
}

/// Commands in the form of `{"<noun>": {"<command>": {…}}}`.
fn commands() -> Vec<Vec<u8>> {
    let announcement = crate::book::announced(1).expect("a command");
    vec![serde_json::to_vec(&announcement).expect("JSON")]
}

/// The published bodies.
fn bodies() -> Vec<Vec<u8>> {
    let vectors = include_str!("../../../../proto/vectors/bodies-v1.txt");
    let bodies = vectors
        .lines()
        .filter_map(|line| line.strip_prefix("body "));
    bodies.filter_map(|text| bytes(text.trim())).collect()
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use chain::{Header, Note, NoteSignature, Policy, Tile, TlogProof, VerifierKey};

    use super::*;

    /// Fuzzing that begins with what is refused at the first byte would find nothing behind it.
    #[test]
    fn parsers_take_what_fuzzing_begins_with() {
        let all = |name, takes: fn(&[u8], &str) -> bool| {
            let seeds = of(name);
            assert!(!seeds.is_empty(), "{name}");
            for seed in &seeds {
                let text = String::from_utf8_lossy(seed);
                assert!(takes(seed, &text), "{name}: {text}");
            }
        };
        all("view-form", |mut bytes, _| {
            let len = u64::try_from(bytes.len()).unwrap_or(0);
            projections::View::read_form(&mut bytes, len).is_ok()
        });
        all("record-header", |bytes, _| {
            Header::from_bytes(bytes).is_ok()
        });
        all("note", |bytes, text| {
            Note::parse(bytes).is_ok() || NoteSignature::parse_lines(text).is_ok()
        });
        all("checkpoint", |_, text| text.parse::<Checkpoint>().is_ok());
        all("tlog-proof", |bytes, _| TlogProof::parse(bytes).is_ok());
        all("policy", |bytes, text| {
            Policy::parse(bytes).is_ok() || text.parse::<VerifierKey>().is_ok()
        });
        all("tile-path", |_, text| text.parse::<Tile>().is_ok());
        all("entry-bundle", |bytes, _| {
            chain::decode_entries(bytes).is_ok()
        });
        all("submission", |bytes, _| {
            chain::Submission::parse(bytes).is_ok()
        });
        all("package", |bytes, _| {
            let trust = evidence::Trust {
                basis: evidence::Basis::Nothing,
                replaying: Vec::new(),
            };
            evidence::verify(bytes, &trust).is_ok()
        });
        all("package-entries", |bytes, _| {
            // Nothing of it is left out, and the verifier goes through to its end.
            let trust = evidence::Trust {
                basis: evidence::Basis::Nothing,
                replaying: Vec::new(),
            };
            let report = evidence::verify(&super::super::entries::package(bytes), &trust);
            report.is_ok_and(|report| {
                let complete = |it: &evidence::SubjectReport| {
                    matches!(it.complete, evidence::Complete::Asserted(_))
                };
                report.records > 0 && report.subjects.iter().all(complete)
            })
        });
        all("receipts", |bytes, _| {
            let signer = Signer::new("log.example", &[1; 32]).unwrap();
            let trust = evidence::Trust {
                basis: evidence::Basis::Keys(vec![signer.verifier().clone()]),
                replaying: Vec::new(),
            };
            let receipts = evidence::verify_receipts(bytes, &trust).unwrap();
            let receipts: Vec<_> = receipts.collect();
            receipts.len() == 1 && receipts[0].as_ref().is_ok_and(|it| it.covered.is_some())
        });
        all("command-json", |bytes, _| {
            serde_json::from_slice::<ledger::Command>(bytes).is_ok()
        });
        all("backup-texts", |_, text| {
            let (manifest, heads) = store::segment::backup_texts(text);
            manifest || heads
        });
        assert!(of("event-body").len() > 100);
        assert_eq!(of("journal-segment").len(), 2);
    }
}
