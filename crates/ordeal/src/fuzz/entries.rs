//! Packages as a fuzzer makes them: entries with the names of the format, in a sound zip, with a
//! manifest that states their hashes, and records that are hashed, proved and signed again. A
//! fuzzer gets past neither a checksum nor a signature by itself, and would never come to what
//! stands behind them.
//!
//! `crates/fuzz` takes this file as its own, so that what fuzzing begins with is what it makes a
//! package of.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use chain::{
    Checkpoint, HEADER_LEN, Header, NodeHash, Record, Signer, TlogProof, body_hash, leaf_bytes,
    leaf_hash, ledger_root, node_hash,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The entries of a package, by name.
pub type Entries = BTreeMap<String, Vec<u8>>;

/// What there is once.
const PLAIN: [&str; 8] = [
    "manifest.json",
    "checkpoint",
    "answer.json",
    "seals.json",
    "keys.json",
    "README.txt",
    "report.zh.html",
    "report.en.html",
];

/// What a byte stands for: the names above, then the record and the proof of each position.
fn name(byte: u8) -> String {
    let byte = usize::from(byte);
    let Some(name) = PLAIN.get(byte) else {
        let (position, is_proof) = ((byte - PLAIN.len()) / 2, byte % 2 == 1);
        return if is_proof {
            format!("proofs/{position}.tlog-proof")
        } else {
            format!("records/{position}.bin")
        };
    };
    (*name).to_owned()
}

/// The first byte as [`package`] takes it, then of each entry the byte of its name, two for its
/// length, and its bytes. What has no byte for its name, or no room for its length, is left out.
pub fn packed(first: u8, entries: &Entries) -> Vec<u8> {
    let mut bytes = vec![first];
    for number in 0..=u8::MAX {
        if let Some(entry) = entries.get(&name(number))
            && let Ok(len) = u16::try_from(entry.len())
        {
            bytes.push(number);
            bytes.extend(len.to_be_bytes());
            bytes.extend(entry);
        }
    }
    bytes
}

/// The entries of such bytes, whatever they are.
fn unpacked(mut data: &[u8]) -> Entries {
    let mut entries = Entries::new();
    while let [number, high, low, behind @ ..] = data {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let (bytes, after) = behind.split_at(len.min(behind.len()));
        entries.insert(name(*number), bytes.to_vec());
        data = after;
    }
    entries
}

/// The manifest made to fit, if it is JSON. Its pages are of another version, which nobody
/// compares: they would hide whatever comes behind them.
fn fit(entries: &mut Entries) {
    let Some(Ok(mut manifest)) = entries
        .get("manifest.json")
        .map(|bytes| serde_json::from_slice::<Value>(bytes))
    else {
        return;
    };
    let listed = |(path, bytes): (&String, &Vec<u8>)| {
        let mut sha256 = String::new();
        for byte in Sha256::digest(bytes) {
            let _ = write!(sha256, "{byte:02x}");
        }
        json!({"path": path, "size": bytes.len(), "sha256": sha256})
    };
    let others = entries.iter().filter(|(name, _)| *name != "manifest.json");
    let files: Vec<Value> = others.map(listed).collect();
    let Some(fields) = manifest.as_object_mut() else {
        return;
    };
    fields.insert("files".to_owned(), files.into());
    fields.insert("pages".to_owned(), json!(0));
    entries.insert("manifest.json".to_owned(), manifest.to_string().into());
}

/// The records of whatever bodies there are: what can be read as a header has its body's hash, and
/// the hash of the one before it where they follow each other.
fn hashed(entries: &Entries) -> BTreeMap<u64, Record> {
    let mut found: Vec<(u64, Header, Vec<u8>)> = Vec::new();
    for (name, bytes) in entries {
        let position = name.strip_prefix("records/");
        let position = position.and_then(|name| name.strip_suffix(".bin"));
        if let Some(position) = position.and_then(|digits| digits.parse().ok())
            && let Some((header, body)) = bytes.split_at_checked(HEADER_LEN)
            && let Ok(body_len) = u32::try_from(body.len())
        {
            let mut header = header.to_vec();
            header[4..8].copy_from_slice(&body_len.to_be_bytes());
            header[124..].copy_from_slice(body_hash(body).as_bytes());
            if let Ok(header) = Header::from_bytes(&header) {
                found.push((position, header, body.to_vec()));
            }
        }
    }
    found.sort_by_key(|(_, header, _)| (header.ledger, header.seq));
    let mut records = BTreeMap::new();
    let mut last: Option<Record> = None;
    for (position, mut header, body) in found {
        let before = last.filter(|last| {
            last.header.ledger == header.ledger
                && last.header.seq.checked_add(1) == Some(header.seq)
        });
        match before {
            Some(before) => header.parent = before.hash,
            None if header.seq == 1 => header.parent = ledger_root(header.ledger),
            None => {}
        }
        last = Record::new(header, body).ok();
        records.extend(last.clone().map(|record| (position, record)));
    }
    records
}

/// The root over some leaves, and what leads from one of them to it, the nearest first.
fn root(leaves: &[NodeHash], at: usize, path: &mut Vec<NodeHash>) -> NodeHash {
    let [leaf] = leaves else {
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let nobody = &mut Vec::new();
        return if at < left.len() {
            let (left, right) = (root(left, at, path), root(right, 0, nobody));
            path.push(right);
            node_hash(&left, &right)
        } else {
            let (right, left) = (root(right, at - left.len(), path), root(left, 0, nobody));
            path.push(left);
            node_hash(&left, &right)
        };
    };
    *leaf
}

/// Hashes the records again, puts them into a tree of their own, and signs it.
fn sign(entries: &mut Entries) {
    let records = hashed(entries);
    let Some(Ok(mut manifest)) = entries
        .get("manifest.json")
        .map(|bytes| serde_json::from_slice::<Value>(bytes))
    else {
        return;
    };
    let ledger = manifest.get("ledger").and_then(Value::as_str);
    let own = |record: &(&u64, &Record)| {
        ledger.is_some_and(|ledger| ledger == record.1.header.ledger.to_string())
    };
    let last = records.iter().filter(own).max_by_key(|it| it.1.header.seq);
    let through = last.map(|(position, record)| {
        json!({"seq": record.header.seq, "position": position, "hash": record.hash.to_string()})
    });
    let (Some(through), Some((most, _)), Some(fields)) =
        (through, records.last_key_value(), manifest.as_object_mut())
    else {
        return;
    };
    let leaf = |position: u64| {
        records.get(&position).map_or(leaf_hash(&[]), |record| {
            let Record { header, hash, .. } = record;
            leaf_hash(&leaf_bytes(header.ledger, header.seq, *hash))
        })
    };
    let leaves: Vec<NodeHash> = (0..=*most).map(leaf).collect();
    let signer = Signer::new("log.example", &[1; 32]).expect("a name");
    let whole = root(&leaves, 0, &mut Vec::new());
    let checkpoint = Checkpoint::new("log.example", most + 1, whole).expect("an origin");
    let note = checkpoint.sign(&signer).expect("a note");
    fields.insert("through".to_owned(), through);
    let key = signer.verifier().to_string();
    fields.insert(
        "log".to_owned(),
        json!({"origin": "log.example", "key": key}),
    );
    entries.insert("manifest.json".to_owned(), manifest.to_string().into());
    entries.insert("checkpoint".to_owned(), note.to_string().into());
    entries.retain(|name, _| !name.starts_with("proofs/"));
    for (position, record) in &records {
        let mut path = Vec::new();
        let at = usize::try_from(*position).expect("few");
        root(&leaves, at, &mut path);
        let proof = TlogProof {
            extra: None,
            index: *position,
            path,
            checkpoint: note.clone(),
        };
        let bytes = [&record.header.to_bytes()[..], &record.body].concat();
        entries.insert(format!("records/{position}.bin"), bytes);
        entries.insert(
            format!("proofs/{position}.tlog-proof"),
            proof.to_string().into(),
        );
    }
}

/// A sound zip of the entries that such bytes stand for. An odd first byte has its records signed
/// again; whatever is done to proofs and signatures comes through with an even one.
pub fn package(data: &[u8]) -> Vec<u8> {
    let (first, data) = data.split_first().unwrap_or((&0, &[]));
    let mut entries = unpacked(data);
    if first % 2 == 1 {
        sign(&mut entries);
    }
    fit(&mut entries);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &entries {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name.as_str(), options).expect("in memory");
        zip.write_all(bytes).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}
