//! What signed texts promise: one form, no hostile bytes, and no belief without a trusted key.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

mod common;

use chain::{
    Checkpoint, CheckpointError, Cosigner, KeyError, KeyKind, NodeHash, Note, NoteError,
    NoteSignature, Signer, TlogProof, VerifierKey, check_key_name, empty_root,
};
use common::base64;

fn log() -> Signer {
    Signer::new("log.example/a", &[1; 32]).unwrap()
}

fn witness() -> Cosigner {
    Cosigner::new("witness.example/a", &[2; 32]).unwrap()
}

/// A checkpoint that a log signed and a witness cosigned.
fn cosigned() -> Note {
    let root = NodeHash::from_bytes([7; 32]);
    let checkpoint = Checkpoint::new("log.example/a", 3, root).unwrap();
    let mut note = checkpoint.sign(&log()).unwrap();
    note.add(witness().cosign(note.text(), 1_700_000_000))
        .unwrap();
    note
}

#[test]
fn every_flipped_bit_of_a_note_is_refused_or_read_as_another_note() {
    let (log, witness) = (log(), witness());
    let bytes = cosigned().to_string().into_bytes();
    let keys = [log.verifier(), witness.verifier()];
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let both = Note::parse(&changed)
                .is_ok_and(|note| note.verify(keys).is_ok_and(|signed| signed.len() == 2));
            assert!(!both, "byte {at} bit {bit}");
        }
        let both = Note::parse(&bytes[..at])
            .is_ok_and(|note| note.verify(keys).is_ok_and(|signed| signed.len() == 2));
        assert!(!both, "cut at {at}");
    }
    assert_eq!(Note::parse(&bytes).unwrap().verify(keys).unwrap().len(), 2);
}

#[test]
fn unknown_signatures_mean_nothing_and_wrong_ones_spoil_the_note() {
    let (log, witness, note) = (log(), witness(), cosigned());
    let time_s = Some(1_700_000_000);
    let signed = note.verify([witness.verifier()]).unwrap();
    assert_eq!(signed, [(witness.verifier(), time_s)]);
    let stranger = Signer::new("log.example/a", &[9; 32]).unwrap();
    assert_eq!(note.verify([stranger.verifier()]), Err(NoteError::Unsigned));
    assert_eq!(note.verify([]), Err(NoteError::Unsigned));
    // The right name and id over another text.
    let other = Note::new("other\n".into(), note.signatures().to_vec()).unwrap();
    for key in [log.verifier(), witness.verifier()] {
        let name = key.name().to_owned();
        assert_eq!(other.verify([key]), Err(NoteError::Wrong { name }));
    }
    // A good signature beside a wrong one of the same key does not save the note.
    let wrong = other.signatures()[0].clone();
    let text = "other\n".to_owned();
    let both = Note::new(text.clone(), vec![log.sign(&text), wrong]).unwrap();
    assert!(matches!(
        both.verify([log.verifier()]),
        Err(NoteError::Wrong { .. })
    ));
}

#[test]
fn a_new_cosignature_takes_the_place_of_the_old_one() {
    let mut note = cosigned();
    note.add(witness().cosign(note.text(), 1_800_000_000))
        .unwrap();
    assert_eq!(note.signatures().len(), 2);
    let witness = witness();
    let signed = note.verify([witness.verifier()]).unwrap();
    assert_eq!(signed[0].1, Some(1_800_000_000));
}

#[test]
fn a_log_cannot_pass_for_a_witness() {
    let text = cosigned().text().to_owned();
    let (signer, cosigner) = (
        Signer::new("same.example", &[3; 32]).unwrap(),
        Cosigner::new("same.example", &[3; 32]).unwrap(),
    );
    assert_ne!(signer.verifier().id(), cosigner.verifier().id());
    assert!(
        cosigner
            .verifier()
            .verify(&text, &signer.sign(&text))
            .is_err()
    );
    assert!(
        signer
            .verifier()
            .verify(&text, &cosigner.cosign(&text, 1))
            .is_err()
    );
    let other = KeyError::OtherKind {
        found: 1,
        needed: 4,
    };
    assert_eq!(Cosigner::from_text(&signer.to_text()).err(), Some(other));
    // A time that no cosignature has.
    let line = format!(
        "— same.example {}",
        base64(&[&cosigner.verifier().id()[..], &[255; 72]].concat())
    );
    let signature: NoteSignature = line.parse().unwrap();
    assert!(cosigner.verifier().verify(&text, &signature).is_err());
}

#[test]
fn a_note_has_the_form_of_the_specification() {
    let line = log().sign("a\n").to_string();
    let check = |bytes: &str| Note::parse(bytes.as_bytes());
    for text in [
        "a\n",
        "\n",
        "a\n\nb\n",
        "a\n\n",
        "— x y\n",
        "汉字\u{a0}\u{7f}\n",
    ] {
        let note = check(&format!("{text}\n{line}\n")).unwrap();
        assert_eq!(note.text(), text);
        assert_eq!(note.to_string(), format!("{text}\n{line}\n"));
    }
    let form = [
        String::new(),
        "\n".into(),
        "a\n".into(),
        "a\n\n".into(),
        format!("a\n{line}\n"),
        format!("a\n\n{line}"),
        format!("{line}\n"),
    ];
    for bytes in form {
        assert_eq!(check(&bytes), Err(NoteError::Form), "{bytes:?}");
    }
    let id = base64(&[1, 2, 3, 4, 5]);
    for wrong in [
        format!("- a {id}"),
        format!("—a {id}"),
        format!("—  {id}"),
        format!("— a  {id}"),
        format!("— a+b {id}"),
        format!("— a {id} "),
        format!("— a\u{a0}b {id}"),
        "— a".into(),
        "— a AQID".into(),
        "— a AQIDBA==".into(),
        "— a AQIDBAU".into(),
        "— a AQIDBAV=".into(),
        format!("— {} {id}", "n".repeat(256)),
        format!("— a {}", base64(&[0; 8193])),
    ] {
        let note = check(&format!("a\n\n{line}\n{wrong}\n"));
        assert_eq!(note, Err(NoteError::SignatureLine { line: 2 }), "{wrong}");
    }
    for wrong in ["a\tb\n", "a\r\n", "a\0\n"] {
        assert_eq!(
            check(&format!("{wrong}\n{line}\n")),
            Err(NoteError::Characters)
        );
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(NoteError::Characters));
    let many = |count: usize| check(&format!("a\n\n{}", format!("{line}\n").repeat(count)));
    assert_eq!(many(100).unwrap().signatures().len(), 100);
    assert_eq!(many(101), Err(NoteError::TooMany));
    let len = 256 * 1024 + 1;
    assert_eq!(
        Note::parse(&vec![b'\n'; len]),
        Err(NoteError::TooLong { len })
    );
    for text in ["", "a", "a\0\n"] {
        assert!(log().note(text.into()).is_err(), "{text:?}");
    }
}

#[test]
fn what_a_witness_answers_is_lines_and_nothing_else() {
    let line = format!("{}\n", witness().cosign("a\n", 5));
    assert_eq!(
        NoteSignature::parse_lines(&line.repeat(2)).unwrap().len(),
        2
    );
    for wrong in [
        "",
        "\n",
        "a\n",
        &line[..line.len() - 1],
        &format!("\n{line}"),
        &format!("{line}\n{line}"),
    ] {
        assert!(NoteSignature::parse_lines(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_key_has_one_text() {
    let vkey = log().verifier().to_string();
    assert_eq!(vkey.parse(), Ok(log().verifier().clone()));
    let secret = log().to_text();
    assert_eq!(Signer::from_text(&secret).unwrap().to_text(), secret);
    let bare = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    let (name, rest) = vkey.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    assert_eq!(bare(&format!("{name}x+{rest}")), KeyError::Id);
    assert_eq!(bare(&format!("+{rest}")), KeyError::Name);
    assert_eq!(bare(&format!("a b+{rest}")), KeyError::Name);
    for wrong in [
        String::new(),
        name.into(),
        format!("{name}+{id}"),
        format!("{name}+{}+{key}", &id[1..]),
        format!("{name}+{}+{key}", "ABCDEF01"),
        format!("{name}++++++++++{key}"),
        format!("{name}+{id}+{}", &key[1..]),
        format!("{name}+{id}+"),
        format!("{vkey}\n"),
        format!("{name}+{id}+{}", base64(&[1; 32])),
        format!("{name}+{id}+{}", base64(&[1; 500])),
    ] {
        assert_eq!(bare(&wrong), KeyError::Form, "{wrong}");
        let secret = Signer::from_text(&format!("PRIVATE+KEY+{wrong}"));
        assert_eq!(secret.err(), Some(KeyError::SecretForm), "{wrong}");
    }
    assert_eq!(Signer::from_text(&vkey).err(), Some(KeyError::SecretForm));
    assert_eq!(
        bare(&format!("{name}+{id}+{}", base64(&[6; 33]))),
        KeyError::Kind { kind: 6 }
    );
    let wrong = secret.replace(&format!("+{id}+"), "+00000000+");
    assert_eq!(Signer::from_text(&wrong).err(), Some(KeyError::Id));
    // The neutral element of the curve: every text would be signed by it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = VerifierKey::new("a", KeyKind::Log, neutral);
    assert_eq!(weak, Err(KeyError::Point));
    for name in ["", "a b", "a+b", "a\u{3000}b", "a\nb", &"n".repeat(256)] {
        assert_eq!(check_key_name(name), Err(KeyError::Name), "{name}");
    }
    assert!(!format!("{:?}", log()).contains("PRIVATE"));
}

#[test]
fn a_checkpoint_has_the_form_of_the_specification() {
    let root = empty_root().to_base64();
    let read = |text: &str| text.parse::<Checkpoint>();
    let whole = format!("a b+c\n{}\n{root}\nmore\nand more\n", u64::MAX);
    let checkpoint = read(&whole).unwrap();
    assert_eq!(checkpoint.to_string(), whole);
    assert_eq!(checkpoint.extensions(), ["more", "and more"]);
    for wrong in [
        "",
        "a\n",
        "a\n1\n",
        &format!("a\n1\n{root}"),
        &format!("\n1\n{root}\n"),
        &format!("a\n1\n{root}\n\n"),
        &format!("a\n1\n{root}\n\nb\n"),
        &format!("a\n\n{root}\n"),
    ] {
        assert_eq!(read(wrong), Err(CheckpointError::Lines), "{wrong:?}");
    }
    for wrong in [
        "01",
        "00",
        "+1",
        "-1",
        "1 ",
        "0x1",
        "18446744073709551616",
        "１",
    ] {
        let text = format!("a\n{wrong}\n{root}\n");
        assert_eq!(read(&text), Err(CheckpointError::Size), "{wrong:?}");
    }
    for wrong in [&root[1..], "AAAA", &format!("{root} "), &format!("{root}=")] {
        let text = format!("a\n0\n{wrong}\n");
        assert_eq!(read(&text), Err(CheckpointError::Root), "{wrong:?}");
    }
    assert!(Checkpoint::new("", 0, empty_root()).is_err());
    assert!(Checkpoint::new("a\nb", 0, empty_root()).is_err());
}

#[test]
fn a_proof_has_the_form_of_the_specification() {
    let note = cosigned().to_string();
    let hash = empty_root().to_base64();
    let first = "c2sp.org/tlog-proof@v1";
    let read = |text: &str| TlogProof::parse(text.as_bytes());
    for good in [
        format!("{first}\nindex 0\n\n{note}"),
        format!("{first}\nextra \nindex 7\n{hash}\n\n{note}"),
        format!(
            "{first}\nextra AQID\nindex 7\n{}\n{note}",
            format!("{hash}\n").repeat(63)
        ),
    ] {
        assert_eq!(read(&good).unwrap().to_string(), good);
    }
    for wrong in [
        String::new(),
        note.clone(),
        format!("{first}\n\n{note}"),
        format!("{first}\nindex 0\n{note}"),
        format!("c2sp.org/tlog-proof@v2\nindex 0\n\n{note}"),
        format!("{first}\nindex 00\n\n{note}"),
        format!("{first}\nindex\n\n{note}"),
        format!("{first}\nextra\nindex 0\n\n{note}"),
        format!("{first}\nextra A\nindex 0\n\n{note}"),
        format!("{first}\nindex 0\nextra AQID\n\n{note}"),
        format!("{first}\nindex 0\n{hash} \n\n{note}"),
        format!("{first}\nindex 0\n\nno note"),
        format!(
            "{first}\nindex 0\n{}\n{note}",
            format!("{hash}\n").repeat(64)
        ),
        format!("{first}\r\nindex 0\n\n{note}"),
        format!("\n{first}\nindex 0\n\n{note}"),
        format!("{first}\nindex 0\n\n{note}{}", " ".repeat(500_000)),
    ] {
        assert!(read(&wrong).is_err(), "{wrong:?}");
    }
}
