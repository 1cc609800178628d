//! Lists that are all or nothing, and requests that are decided, written and shown together.

use super::*;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

#[test]
fn a_list_that_is_not_all_or_nothing_leaves_out_what_is_refused() {
    let rig = Rig::with_county();
    let answers = rig.send(vec![
        register(2, 1, 0),
        register(3, 2, 9),
        register(4, 3, 1),
    ]);
    assert_eq!(answers[0].as_ref().unwrap().first_seq, 2);
    assert_eq!(rejected(&answers[1]), "NOT_FOUND");
    assert_eq!(answers[2].as_ref().unwrap().first_seq, 3);
}

#[test]
fn an_all_or_nothing_list_is_recorded_whole() {
    let rig = Rig::with_county();
    let answers = rig.send_atomic(vec![
        register(2, 1, 0),
        register(3, 2, 1),
        register(4, 3, 2),
    ]);
    let receipts: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    let seqs: Vec<_> = receipts
        .iter()
        .map(|it| (it.first_seq, it.first_position))
        .collect();
    assert_eq!(seqs, [(2, 2), (3, 3), (4, 4)]);
    assert_eq!(rig.handle().reader().next_position(), 5);
}

#[test]
fn an_all_or_nothing_list_with_one_refusal_was_never_there() {
    let rig = Rig::with_county();
    rig.accepted(returned_payment());
    let before = rig.picture();
    let culprit = register(12, 29, 99);
    let lists = [
        vec![culprit.clone(), register(10, 20, 0), register(11, 21, 20)],
        vec![register(10, 20, 0), culprit.clone(), register(11, 21, 20)],
        vec![reissue(10, 2), register(11, 20, 0), culprit],
    ];
    for (place, list) in lists.into_iter().enumerate() {
        let answers = rig.send_atomic(list);
        for (other, answer) in answers.iter().enumerate() {
            if other == place {
                assert_eq!(rejected(answer), "NOT_FOUND");
            } else {
                assert_eq!(*answer, Err(Refusal::AtomicAborted(place)));
            }
        }
        assert_eq!(answers.len(), 3);
        assert_eq!(rig.picture(), before);
    }
    // Neither its units nor its command ids are known, and the chain goes on where it was.
    assert_eq!(rejected(&rig.send_one(register(13, 21, 20))), "NOT_FOUND");
    let receipts = rig.accepted(vec![
        register(10, 30, 0),
        register(11, 31, 30),
        reissue(12, 2),
    ]);
    let seqs: Vec<_> = receipts
        .iter()
        .map(|it| (it.first_seq, it.last_seq))
        .collect();
    assert_eq!(seqs, [(8, 8), (9, 9), (10, 11)]);
    let positions: Vec<_> = receipts.iter().map(|it| it.first_position).collect();
    assert_eq!(positions, [8, 9, 10]);
}

#[test]
fn an_all_or_nothing_list_that_opens_a_ledger_in_vain_leaves_none() {
    let rig = Rig::new();
    let answers = rig.send_atomic(vec![open(1), register(2, 1, 9)]);
    assert_eq!(answers[0], Err(Refusal::AtomicAborted(1)));
    assert_eq!(rejected(&answers[1]), "NOT_FOUND");
    assert_eq!(
        rig.send_one(register(2, 1, 0)),
        Err(Refusal::UnknownLedger(county()))
    );
    assert_eq!(rig.send_one(open(1)).unwrap().first_seq, 1);
}

#[test]
fn an_empty_list_is_answered() {
    let rig = Rig::with_county();
    assert_eq!(rig.send(Vec::new()), []);
    assert_eq!(rig.send_atomic(Vec::new()), []);
    assert_eq!(rig.handle().reader().next_position(), 2);
}

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Answered, Unavailable>> + 'a>>;

/// Sends these requests while the writer waits for its clock, so that they make one group.
fn together(rig: &Rig, requests: Vec<Request>) -> Vec<Answers> {
    let clock = rig.time.lock().unwrap();
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    for request in requests {
        let mut answer: Waiting<'_> = Box::pin(rig.handle().submit(request));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(answer.as_mut().poll(&mut context), Poll::Pending));
        waiting.push(answer);
    }
    drop(clock);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let wait = |answer: Waiting<'_>| runtime.block_on(pin!(answer)).unwrap().answers;
    waiting.into_iter().map(wait).collect()
}

#[test]
fn requests_of_one_group_see_each_other_and_are_shown_together() {
    let rig = Rig::with_county();
    let published = rig.handle().published();
    let requests = [
        register(2, 1, 0),
        register(3, 2, 1),
        register(2, 1, 0),
        register(3, 1, 0),
    ];
    let requests = requests.map(|it| Rig::request(vec![it], false));
    let answers = together(&rig, requests.into());
    assert_eq!(*published.borrow(), 4);
    let first = answers[0][0].clone().unwrap();
    assert_eq!((first.first_seq, first.first_position), (2, 2));
    assert_eq!(answers[1][0].as_ref().unwrap().first_seq, 3);
    let repeated = true;
    assert_eq!(answers[2], [Ok(Receipt { repeated, ..first })]);
    assert_eq!(
        answers[3],
        [Err(Refusal::IdempotencyMismatch(command_id(3)))]
    );
}

#[test]
fn a_list_refused_within_a_group_leaves_no_gap_between_the_others() {
    let mut rig = Rig::with_county();
    let requests = vec![
        Rig::request(vec![register(2, 1, 0)], false),
        Rig::request(vec![register(3, 2, 1), register(4, 3, 9)], true),
        Rig::request(vec![register(3, 3, 2)], false),
        Rig::request(vec![register(3, 3, 1), register(4, 4, 3)], true),
    ];
    let answers = together(&rig, requests);
    assert_eq!(answers[0][0].as_ref().unwrap().first_seq, 2);
    assert_eq!(answers[1][0], Err(Refusal::AtomicAborted(1)));
    assert_eq!(rejected(&answers[1][1]), "NOT_FOUND");
    assert_eq!(rejected(&answers[2][0]), "NOT_FOUND");
    let last = answers[3].iter().map(|it| it.as_ref().unwrap());
    let last: Vec<_> = last.map(|it| (it.first_seq, it.first_position)).collect();
    assert_eq!(last, [(3, 3), (4, 4)]);
    let before = rig.picture();
    // A start checks the whole chain.
    rig.restart();
    assert_eq!(rig.picture(), before);
}

#[test]
fn two_ledgers_of_one_group_have_chains_of_their_own() {
    let rig = Rig::with_county();
    let other = LedgerId(id(1, 2));
    let elsewhere = |submissions| Request {
        ledger: other,
        ..Rig::request(submissions, false)
    };
    let requests = vec![
        Rig::request(vec![register(2, 1, 0)], false),
        elsewhere(vec![open(1), register(2, 1, 0)]),
        Rig::request(vec![register(3, 2, 1)], false),
    ];
    let seqs: Vec<Vec<_>> = together(&rig, requests)
        .iter()
        .map(|answers| {
            answers
                .iter()
                .map(|it| it.as_ref().unwrap().first_seq)
                .collect()
        })
        .collect();
    assert_eq!(seqs, [vec![2], vec![1, 2], vec![3]]);
    assert_eq!(
        rig.handle().ledgers(),
        [rig.handle().system(), county(), other]
    );
}

#[test]
fn a_household_sealed_twice_in_one_group_has_one_key() {
    let rig = Rig::with_county();
    let amend = |number, called: &str| {
        let Command::Subject(PersonCommand::Register(profile)) = household(0, 1, called).command
        else {
            panic!("not a registration");
        };
        submission(number, Command::Subject(PersonCommand::Amend(profile)))
    };
    let requests = vec![
        Rig::request(vec![household(2, 1, "甲某")], false),
        Rig::request(vec![amend(3, "乙某")], false),
    ];
    together(&rig, requests);
    for (seq, called) in [(2, "甲某"), (3, "乙某")] {
        assert_eq!(
            super::sealing::name_in(&rig, seq, true),
            Some(clear(called))
        );
    }
}

fn clear(text: &str) -> PersonalText {
    PersonalText::clear(text.to_owned()).unwrap()
}
