//! Promised: a checkpoint is shown as cosigned, and kept, once as many witnesses as the policy says
//! have cosigned that very checkpoint; what a witness says of another one counts for nothing.

use super::*;
use chain::{Checkpoint, Cosigner, NodeHash, Signer};

fn signer() -> Signer {
    Signer::new("log.example", &[1; 32]).unwrap()
}

fn witness(number: u8) -> Cosigner {
    Cosigner::new(&format!("w{number}.example"), &[number; 32]).unwrap()
}

fn published(size: u64) -> Arc<Published> {
    let root = NodeHash::from_bytes([u8::try_from(size).unwrap(); 32]);
    let checkpoint = Checkpoint::new("log.example", size, root).unwrap();
    let note = checkpoint.sign(&signer()).unwrap();
    Arc::new(Published { size, root, note })
}

/// Two of three witnesses are enough.
fn rounds(dir: &Path) -> Rounds {
    let names = [11, 12, 13].map(|number| format!("w{number}"));
    let mut policy = format!("log {}\n", signer().verifier());
    for (name, number) in names.iter().zip([11, 12, 13]) {
        policy += &format!("witness {name} {}\n", witness(number).verifier());
    }
    policy += &format!("group two 2 {}\nquorum two\n", names.join(" "));
    Rounds {
        policy: Policy::parse(policy.as_bytes()).unwrap(),
        kept: Register::at(&dir.join("witnessed")),
        target: watch::Sender::new(None),
        cosigned: watch::Sender::new(None),
        current: None,
        is_quorum: false,
    }
}

fn shown(rounds: &Rounds) -> Option<u64> {
    let cosigned = rounds.cosigned.borrow();
    let shown = cosigned.as_ref()?;
    let checkpoint = rounds.policy.verify(&shown.note).unwrap().checkpoint;
    let kept = Note::parse(&rounds.kept.read().unwrap().unwrap()).unwrap();
    assert_eq!(kept, shown.note);
    assert_eq!(checkpoint.size(), shown.size);
    Some(shown.size)
}

#[test]
fn as_many_as_the_policy_says_have_cosigned_what_is_shown_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut rounds = rounds(dir.path());
    let four = published(4);
    rounds.begin(Some(Arc::clone(&four)));
    let cosigned = |by: u8| witness(by).cosign(four.note.text(), 5);
    rounds.take(4, cosigned(11));
    assert_eq!(shown(&rounds), None, "one is not enough");
    rounds.take(4, cosigned(11));
    assert_eq!(shown(&rounds), None, "nor is one twice");
    rounds.take(4, cosigned(14));
    assert_eq!(
        shown(&rounds),
        None,
        "nor is one that the policy does not know"
    );
    assert_eq!(rounds.kept.read().unwrap(), None);
    rounds.take(4, cosigned(13));
    assert_eq!(shown(&rounds), Some(4));
}

#[test]
fn a_cosignature_that_comes_late_spoils_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut rounds = rounds(dir.path());
    let (four, five) = (published(4), published(5));
    rounds.begin(Some(Arc::clone(&four)));
    rounds.take(4, witness(11).cosign(four.note.text(), 5));
    rounds.begin(Some(Arc::clone(&five)));
    rounds.take(4, witness(12).cosign(four.note.text(), 5));
    assert_eq!(shown(&rounds), None);
    rounds.take(5, witness(11).cosign(five.note.text(), 6));
    rounds.take(5, witness(13).cosign(five.note.text(), 6));
    assert_eq!(shown(&rounds), Some(5));
    rounds.take(4, witness(13).cosign(four.note.text(), 5));
    assert_eq!(shown(&rounds), Some(5));
}
