//! A checkpoint or a proof by itself is checked by the command line too, and what is not there is
//! said to be not there.

use super::tamper::{proof_of, records_of, unzip};
use super::{county, log_key, package};
use crate::harness::*;

#[test]
fn a_proof_and_a_checkpoint_are_checked_by_themselves() {
    let world = county();
    let key = log_key(&world);
    let entries = unzip(&package(&world, &format!("payment={}", payment(1))));
    let records = records_of(&entries, "payment.settled");
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let record = file("record", &entries[&records[0]]);
    let proof = file("one.tlog-proof", &entries[&proof_of(&records[0])]);
    let checkpoint = file("checkpoint", &entries["checkpoint"]);
    let other = file(
        "other",
        &entries[&records_of(&entries, "payment.instructed")[0]],
    );
    let header = chain::Header::from_bytes(&entries[&records[0]][..156]).unwrap();
    let found = chain::Record::new(header, entries[&records[0]][156..].to_vec()).unwrap();
    let leaf = format!("{}:{}:{}", header.ledger, header.seq, found.hash);
    let further = format!("{}:{}:{}", header.ledger, header.seq + 1, found.hash);
    let stranger = chain::Signer::new(ORIGIN, &[9; 32]).unwrap();
    let stranger = stranger.verifier().to_string();
    let missing = dir.path().join("nothing").to_str().unwrap().to_owned();
    let [checkpoint, proof, record, other] = [&checkpoint, &proof, &record, &other].map(|it| &**it);
    let [key, stranger, leaf, further] = [&key, &stranger, &leaf, &further].map(|it| &**it);
    for (args, code, says) in [
        (vec![checkpoint, "--key", key], 0, "the checkpoint holds"),
        (
            vec![checkpoint, "--key", stranger],
            1,
            "is not signed as it must be",
        ),
        (vec![checkpoint], 2, "give it with --key or --policy"),
        (
            vec![proof, "--key", key, "--record", record],
            0,
            "the proof holds",
        ),
        (
            vec![proof, "--key", key, "--leaf", leaf],
            0,
            "the proof holds",
        ),
        (
            vec![proof, "--key", key, "--leaf", further],
            1,
            "is not proved",
        ),
        (
            vec![proof, "--key", key, "--record", other],
            1,
            "is not proved",
        ),
        (
            vec![proof, "--key", stranger, "--leaf", leaf],
            1,
            "not signed",
        ),
        (
            vec![proof, "--leaf", leaf],
            2,
            "give it with --key or --policy",
        ),
        (
            vec![proof, "--key", key],
            2,
            "give it with --record or --leaf",
        ),
        (
            vec![proof, "--key", key, "--leaf", "1:2"],
            2,
            "LEDGER:SEQ:HASH",
        ),
        (vec![missing.as_str()], 2, "does not exist"),
    ] {
        let output = run(&[&["verify"], &args[..]].concat(), "");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        assert!(text.contains(says), "{args:?}: {text}");
    }
}
