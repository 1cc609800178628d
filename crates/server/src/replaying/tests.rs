//! Promised: that a checkpoint was borne out is said of its size and its root, and of no other.

use super::*;

#[test]
fn what_was_borne_out_is_one_root_of_one_size() {
    let checkpoint = |size, root| {
        let root = NodeHash::from_bytes([root; 32]);
        Checkpoint::new("log.example", size, root).unwrap()
    };
    let borne_out = VecDeque::from([(4, NodeHash::from_bytes([7; 32]))]);
    let replaying = Replaying {
        origin: "log.example".to_owned(),
        shown: Mutex::new(Shown {
            borne_out,
            ..Shown::default()
        }),
        target: watch::Sender::new(None),
        ended: watch::Sender::new(0),
    };
    assert!(replaying.verdict(&checkpoint(4, 7)).is_ok());
    assert_eq!(*replaying.target.borrow(), None);
    for (size, root) in [(4, 8), (5, 7), (3, 7)] {
        let verdict = replaying.verdict(&checkpoint(size, root));
        assert!(matches!(verdict, Err(Refused::NotReplayed { .. })));
        let asked = Some((size, NodeHash::from_bytes([root; 32])));
        assert_eq!(*replaying.target.borrow(), asked, "it is read next");
    }
}
