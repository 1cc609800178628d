//! What policies promise: only their logs, only their witnesses, at least as many as they say.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test a panic is the message"
)]

use chain::{
    Checkpoint, Cosigner, KeyError, LineFault, Note, Policy, PolicyError, PolicyFault, Signer,
    TlogProof, TlogProofError, empty_root, leaf_hash,
};

fn log(seed: u8) -> Signer {
    Signer::new("log.example/a", &[seed; 32]).unwrap()
}

fn witness(seed: u8) -> Cosigner {
    Cosigner::new(&format!("witness.example/{seed}"), &[seed; 32]).unwrap()
}

/// The log, witnesses w1 to w6, and whatever follows.
fn policy(rest: &str) -> Result<Policy, PolicyError> {
    let mut text = format!("log {} https://log.example/a\n", log(100).verifier());
    for seed in 1..=6 {
        text += &format!("witness w{seed} {}\n", witness(seed).verifier());
    }
    Policy::parse(format!("{text}{rest}").as_bytes())
}

fn cosigned(by: &[u8]) -> Note {
    let checkpoint = Checkpoint::new("log.example/a", 1, leaf_hash(b"a")).unwrap();
    let mut note = checkpoint.sign(&log(100)).unwrap();
    for seed in by {
        note.add(witness(*seed).cosign(note.text(), 5)).unwrap();
    }
    note
}

fn check(rest: &str, enough: &[&[u8]], too_few: &[&[u8]]) {
    let policy = policy(rest).unwrap();
    for by in enough {
        let witnessed = policy.verify(&cosigned(by)).unwrap();
        let known = by.iter().filter(|seed| **seed <= 6).count();
        assert_eq!(witnessed.witnesses.len(), known);
    }
    for by in too_few {
        let fault = policy.verify(&cosigned(by)).unwrap_err();
        assert!(matches!(fault, PolicyFault::Quorum { .. }), "{rest} {by:?}");
    }
}

#[test]
fn a_quorum_is_what_it_says() {
    check("quorum none\n", &[&[], &[1], &[7]], &[]);
    check("quorum w2\n", &[&[2], &[1, 2]], &[&[], &[1, 3], &[7]]);
    check("group g any w1 w2\nquorum g\n", &[&[1], &[2]], &[&[], &[3]]);
    check("group g all w1 w2\nquorum g\n", &[&[1, 2]], &[&[1], &[2]]);
    check(
        "group g 2 w1 w2 w3\nquorum g",
        &[&[1, 3], &[1, 2, 3]],
        &[&[1], &[3, 4]],
    );
}

#[test]
fn groups_of_groups_count_each_group_once() {
    let rest = "# two of three here, one of three there\n\
        group x 2 w1 w2 w3\n \t group y any w4 w5 w6 \t\n\ngroup both all x y\nquorum both\n";
    check(
        rest,
        &[&[1, 2, 4], &[2, 3, 5, 6]],
        &[&[1, 2, 3], &[1, 4, 5, 6], &[4]],
    );
    check(
        "group x 2 w1 w2\ngroup y 2 w3 w4\ngroup e any x y\nquorum e\n",
        &[&[3, 4]],
        &[&[1, 3]],
    );
}

#[test]
fn names_the_first_bad_line() {
    let bad = |rest: &str, line, why| {
        assert_eq!(policy(rest), Err(PolicyError::Line { line, why }), "{rest}");
    };
    let vkey = |seed| witness(seed).verifier().to_string();
    bad("quorum w7\n", 8, LineFault::UnknownName);
    bad("quorum g\ngroup g any w1\n", 8, LineFault::UnknownName);
    bad("group g any g\n", 8, LineFault::UnknownName);
    bad("group g any none\n", 8, LineFault::UnknownName);
    bad("group none any w1\n", 8, LineFault::DuplicateName);
    bad("group w1 any w2\n", 8, LineFault::DuplicateName);
    bad(
        &format!("witness w1 {}\n", vkey(9)),
        8,
        LineFault::DuplicateName,
    );
    bad(
        &format!("witness none {}\n", vkey(9)),
        8,
        LineFault::DuplicateName,
    );
    bad("group g any w1 w1\n", 8, LineFault::DuplicateMember);
    bad(
        "group g any w1\ngroup h any w1 w2\n",
        9,
        LineFault::DuplicateMember,
    );
    for threshold in ["0", "3", "01", "+1", "-1", "some", "99999999999999999999"] {
        bad(
            &format!("group g {threshold} w1 w2\n"),
            8,
            LineFault::Threshold,
        );
    }
    bad("group g any\n", 8, LineFault::Threshold);
    bad("group g\n", 8, LineFault::Words);
    bad("quorum\n", 8, LineFault::Words);
    bad("quorum w1 w2\n", 8, LineFault::Words);
    bad("Quorum w1\n", 8, LineFault::Words);
    bad("quorum none\nquorum none\n", 9, LineFault::DuplicateQuorum);
    bad("quorum none\r\n", 8, LineFault::Control);
    bad("quorum none # why\n", 8, LineFault::Words);
    // The same key under another name.
    let twin = Cosigner::new("other.example", &[1; 32]).unwrap();
    bad(
        &format!("witness t {}\n", twin.verifier()),
        8,
        LineFault::DuplicateKey,
    );
    let twin = Signer::new("other.example", &[100; 32]).unwrap();
    bad(
        &format!("log {}\n", twin.verifier()),
        8,
        LineFault::DuplicateKey,
    );
    let wrong = |found, needed| LineFault::Key(KeyError::OtherKind { found, needed });
    bad(&format!("log {}\n", vkey(9)), 8, wrong(4, 1));
    bad(
        &format!("witness t {}\n", log(9).verifier()),
        8,
        wrong(1, 4),
    );
    bad("log a\n", 8, LineFault::Key(KeyError::Form));
    assert_eq!(policy(""), Err(PolicyError::NoQuorum));
    assert_eq!(Policy::parse(b""), Err(PolicyError::NoQuorum));
    let len = 256 * 1024 + 1;
    assert_eq!(
        Policy::parse(&vec![b' '; len]),
        Err(PolicyError::TooLong { len })
    );
}

#[test]
fn names_are_octets_and_urls_are_kept() {
    let mut bytes = b"witness \xff ".to_vec();
    bytes.extend(format!("{}  https://w.example/ \nquorum ", witness(1).verifier()).bytes());
    bytes.extend(b"\xff\n");
    let policy = Policy::parse(&bytes).unwrap();
    assert_eq!(policy.witnesses()[0].name, b"\xff");
    assert_eq!(
        policy.witnesses()[0].url.as_deref(),
        Some("https://w.example/")
    );
    assert!(policy.wants_witnesses() && policy.logs().is_empty());
}

#[test]
fn as_many_as_the_specification_wants_are_read() {
    let mut text = String::new();
    for at in 0..32_u8 {
        text += &format!(
            "log {}\nwitness w{at} {}\n",
            log(at).verifier(),
            witness(at).verifier()
        );
        text += &format!("group g{at} any w{at}\n");
    }
    assert!(Policy::parse(format!("{text}quorum g31\n").as_bytes()).is_ok());
}

#[test]
fn accepts_only_what_its_log_signed_for_its_origin() {
    let policy = policy("quorum none\n").unwrap();
    let sign = |origin: &str, by: &Signer| {
        let checkpoint = Checkpoint::new(origin, 1, empty_root()).unwrap();
        policy.verify(&checkpoint.sign(by).unwrap())
    };
    assert!(sign("log.example/a", &log(100)).is_ok());
    assert!(matches!(
        sign("log.example/b", &log(100)),
        Err(PolicyFault::Origin { .. })
    ));
    assert!(matches!(
        sign("log.example/a", &log(101)),
        Err(PolicyFault::Log(_))
    ));
    let note = log(100).note("log.example/a\n".into()).unwrap();
    assert!(matches!(
        policy.verify(&note),
        Err(PolicyFault::Checkpoint(_))
    ));
    // A wrong cosignature spoils a checkpoint, even if none is asked for.
    let other = Note::new("x\n".into(), vec![witness(1).cosign("x\n", 5)]).unwrap();
    let mut spoilt = cosigned(&[]);
    spoilt.add(other.signatures()[0].clone()).unwrap();
    assert!(matches!(
        policy.verify(&spoilt),
        Err(PolicyFault::Cosignature(_))
    ));
}

#[test]
fn a_proof_convinces_only_with_its_leaf_and_its_quorum() {
    let policy = policy("quorum w1\n").unwrap();
    let proof = |index, by: &[u8]| TlogProof {
        extra: None,
        index,
        path: vec![],
        checkpoint: cosigned(by),
    };
    assert!(proof(0, &[1]).verify(leaf_hash(b"a"), &policy).is_ok());
    let refused =
        |proof: TlogProof, leaf: &[u8]| proof.verify(leaf_hash(leaf), &policy).unwrap_err();
    assert!(matches!(
        refused(proof(0, &[1]), b"b"),
        TlogProofError::Leaf(_)
    ));
    assert!(matches!(
        refused(proof(1, &[1]), b"a"),
        TlogProofError::Leaf(_)
    ));
    assert!(matches!(
        refused(proof(0, &[2]), b"a"),
        TlogProofError::Policy(_)
    ));
}
