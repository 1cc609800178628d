//! One command: its receipt, its repetition, and its refusal.

use super::*;

#[test]
fn a_receipt_says_where_the_record_is_and_what_was_asked() {
    let rig = Rig::with_county();
    rig.pass(Duration::from_secs(60), Duration::from_secs(60));
    let asked = register(2, 1, 0);
    let receipt = rig.send_one(asked.clone()).unwrap();
    let actor = *anyone().actor.person.0.as_bytes();
    let bytes = wire::encode_command(&asked);
    let record = rig.record(2);
    let expected = Receipt {
        ledger: county(),
        command_id: command_id(2),
        digest: chain::command_digest(actor, chain_id(county()), &bytes),
        first_seq: 2,
        last_seq: 2,
        hash: record.hash,
        // The deployment's own ledger and the opening of the county's come before it.
        first_position: 2,
        recorded_at_us: START_US + 60_000_000,
        repeated: false,
    };
    assert_eq!(receipt, expected);
    assert_eq!(record.header.command_digest, receipt.digest);
    let entry = rig.handle().reader().at(2).unwrap().unwrap();
    assert_eq!(entry.record, record);
}

#[test]
fn the_record_says_what_was_submitted() {
    let rig = Rig::with_county();
    let asked = Submission {
        documents: vec![reference()],
        correlation_id: Some(id(8, 1)),
        ..observed(register(2, 1, 0))
    };
    rig.send_one(asked.clone()).unwrap();
    let fact = rig
        .handle()
        .fact(county(), &rig.record(2).body, Sight::Nothing)
        .unwrap();
    assert_eq!(fact.actor, anyone().actor);
    assert_eq!(
        (fact.intake, fact.occurred_on),
        (asked.intake, asked.occurred_on)
    );
    assert_eq!(
        (fact.documents, fact.correlation_id),
        (asked.documents, asked.correlation_id)
    );
    assert_eq!(fact.event.word(), "organisation.registered");
}

#[test]
fn a_receipt_of_two_records_spans_both() {
    let rig = Rig::with_county();
    rig.accepted(returned_payment());
    let receipt = rig.send_one(reissue(200, 2)).unwrap();
    assert_eq!((receipt.first_seq, receipt.last_seq), (8, 9));
    let parts = [8, 9].map(|seq| rig.record(seq));
    assert_eq!(receipt.hash, parts[1].hash);
    let place = parts.each_ref().map(|it| (it.header.part, it.header.parts));
    assert_eq!(place, [(1, 2), (2, 2)]);
    assert_eq!(
        parts[0].header.command_digest,
        parts[1].header.command_digest
    );
    let again = rig.send_one(reissue(200, 2)).unwrap();
    let repeated = true;
    assert_eq!(
        again,
        Receipt {
            repeated,
            ..receipt
        }
    );
}

#[test]
fn a_repeated_command_gets_its_first_receipt_again_also_after_a_restart() {
    let mut rig = Rig::with_county();
    let first = rig.send_one(register(2, 1, 0)).unwrap();
    let next = rig.handle().reader().next_position();
    let repeated = true;
    let expected = Ok(Receipt { repeated, ..first });
    rig.pass(Duration::from_secs(5), Duration::from_secs(5));
    assert_eq!(rig.send_one(register(2, 1, 0)), expected);
    assert_eq!(rig.send_atomic(vec![register(2, 1, 0)])[0], expected);
    assert_eq!(
        rig.send(vec![register(2, 1, 0), register(2, 1, 0)]),
        [expected.clone(), expected.clone()]
    );
    rig.restart();
    assert_eq!(rig.send_one(register(2, 1, 0)), expected);
    assert_eq!(rig.handle().reader().next_position(), next);
}

#[test]
fn a_command_sent_twice_in_one_list_is_recorded_once() {
    let rig = Rig::with_county();
    for (atomic, number) in [(false, 2), (true, 3)] {
        let twice = vec![register(number, number, 0), register(number, number, 0)];
        let request = Rig::request(twice, atomic);
        let answers = rig.handle().submit_blocking(request).unwrap();
        let receipts: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            receipts.iter().map(|it| it.repeated).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(receipts[0].first_seq, receipts[1].first_seq);
    }
    assert_eq!(rig.handle().reader().next_position(), 4);
}

#[test]
fn the_same_command_id_with_other_content_is_refused() {
    let rig = Rig::with_county();
    rig.accepted(vec![register(2, 1, 0)]);
    let mismatch = Err(Refusal::IdempotencyMismatch(command_id(2)));
    assert_eq!(rig.send_one(register(2, 2, 0)), mismatch);
    assert_eq!(rig.send_one(observed(register(2, 1, 0))), mismatch);
    let expecting = Submission {
        expected_version: Some(0),
        ..register(2, 1, 0)
    };
    assert_eq!(rig.send_one(expecting), mismatch);
    let by_another = Request {
        caller: caller(2, &[Role::Administrator]),
        ..Rig::request(vec![register(2, 1, 0)], false)
    };
    assert_eq!(
        rig.handle().submit_blocking(by_another).unwrap(),
        [mismatch]
    );
    assert_eq!(rig.handle().reader().next_position(), 3);
}

#[test]
fn the_same_command_id_in_another_ledger_is_another_command() {
    let rig = Rig::with_county();
    let elsewhere = Request {
        ledger: LedgerId(id(1, 2)),
        ..Rig::request(vec![open(1)], false)
    };
    let answers = rig.handle().submit_blocking(elsewhere).unwrap();
    let receipt = answers[0].as_ref().unwrap();
    assert_eq!((receipt.first_seq, receipt.repeated), (1, false));
}

#[test]
fn a_known_command_is_answered_before_anything_else_is_asked() {
    let rig = Rig::with_county();
    let receipt = rig.accepted(vec![register(2, 1, 0)])[0];
    let by_reader = Request {
        caller: caller(1, &[Role::Reader]),
        ..Rig::request(vec![register(2, 1, 0), register(3, 2, 0)], false)
    };
    let answers = rig.handle().submit_blocking(by_reader).unwrap();
    let repeated = true;
    assert_eq!(
        answers[0],
        Ok(Receipt {
            repeated,
            ..receipt
        })
    );
    assert_eq!(rejected(&answers[1]), "FORBIDDEN");
}

#[test]
fn a_refused_command_can_be_put_right_under_its_id() {
    let rig = Rig::with_county();
    assert_eq!(rejected(&rig.send_one(register(2, 2, 1))), "NOT_FOUND");
    assert_eq!(rig.send_one(register(2, 2, 0)).unwrap().first_seq, 2);
}

#[test]
fn a_ledger_that_was_never_opened_is_unknown() {
    let rig = Rig::new();
    let before = rig.picture();
    let unknown = Err(Refusal::UnknownLedger(county()));
    let by_reader = |atomic| {
        let request = Request {
            caller: caller(1, &[Role::Reader]),
            ..Rig::request(vec![open(1)], atomic)
        };
        rig.handle().submit_blocking(request).unwrap()
    };
    for _ in 0..2 {
        assert_eq!(rig.send_one(register(2, 1, 0)), unknown);
        assert_eq!(rig.send_one(rename(3, "某市")), unknown);
        assert_eq!(rig.send_atomic(vec![rename(3, "某市")])[0], unknown);
        // An opening that is refused leaves nothing behind which would be known the next time.
        assert_eq!(rejected(&by_reader(false)[0]), "FORBIDDEN");
        assert_eq!(rejected(&by_reader(true)[0]), "FORBIDDEN");
    }
    assert_eq!(rig.picture(), before);
    assert!(rig.handle().slot(county()).is_none());
}

#[test]
fn a_record_has_at_most_6_kib() {
    let rig = Rig::with_county();
    let with_documents = |last: usize| {
        let mut documents = vec![Reference::new("D".repeat(80)).unwrap(); 73];
        documents.push(Reference::new("D".repeat(last)).unwrap());
        Submission {
            documents,
            ..register(2, 1, 0)
        }
    };
    let len = |last: usize| {
        let asked = with_documents(last);
        let Command::Organisation(command) = asked.command else {
            panic!("not of an organisation");
        };
        let fact = Fact {
            actor: anyone().actor,
            intake: asked.intake,
            occurred_on: asked.occurred_on,
            documents: asked.documents,
            correlation_id: None,
            signatories: Default::default(),
            event: command.into_event(),
        };
        wire::encode_event([0; 16], &fact).len()
    };
    let longest = (1..=80).find(|last| len(*last) == BODY_LEN_MAX).unwrap();
    let before = rig.picture();
    let too_large = Refusal::BodyTooLarge { len: 6145 };
    assert_eq!(
        rig.send_one(with_documents(longest + 1)),
        Err(too_large.clone())
    );
    let aborted = Refusal::AtomicAborted(1);
    let answers = rig.send_atomic(vec![register(3, 3, 0), with_documents(longest + 1)]);
    assert_eq!(answers, [Err(aborted), Err(too_large)]);
    assert_eq!(rig.picture(), before);
    assert_eq!(rig.send_one(with_documents(longest)).unwrap().first_seq, 2);
    assert_eq!(rig.record(2).body.len(), 6144);
}

#[test]
fn a_list_that_no_frame_holds_is_refused_and_the_writer_goes_on() {
    let rig = Rig::with_county();
    let before = rig.picture();
    let documents = vec![Reference::new("D".repeat(80)).unwrap(); 72];
    let long = |number: u128| Submission {
        documents: documents.clone(),
        ..register(number, number, 0)
    };
    let answers = rig.send_atomic((2..12_000).map(long).collect());
    let refused: Vec<_> = answers
        .iter()
        .filter(|it| !matches!(it, Err(Refusal::AtomicAborted(_))))
        .collect();
    assert_eq!(refused, [&Err(Refusal::ListTooLong)]);
    assert_eq!(rig.picture(), before);
    assert_eq!(rig.send_one(register(2, 1, 0)).unwrap().first_seq, 2);
}

#[test]
fn a_clock_that_was_set_records_nothing_until_an_operator_confirms_it() {
    let rig = Rig::with_county();
    let known = rig.accepted(vec![register(2, 1, 0)])[0];
    let before = rig.picture();
    rig.pass(Duration::from_secs(11), Duration::ZERO);
    assert_eq!(rig.send_one(register(3, 2, 0)), Err(Refusal::Clock));
    let answers = rig.send_atomic(vec![register(3, 2, 0), register(4, 3, 0)]);
    assert_eq!(
        answers,
        [Err(Refusal::Clock), Err(Refusal::AtomicAborted(0))]
    );
    assert_eq!(rig.picture(), before);
    let repeated = true;
    assert_eq!(
        rig.send_one(register(2, 1, 0)),
        Ok(Receipt { repeated, ..known })
    );

    rig.handle().confirm_clock().unwrap();
    let receipt = rig.send_one(register(3, 2, 0)).unwrap();
    assert_eq!(
        (receipt.first_seq, receipt.recorded_at_us),
        (3, START_US + 11_000_000)
    );
}

#[test]
fn recorded_times_never_run_backwards() {
    let rig = Rig::with_county();
    rig.pass(Duration::from_secs(9), Duration::ZERO);
    let later = rig.send_one(register(2, 1, 0)).unwrap();
    rig.time.lock().unwrap().wall_us = START_US;
    let last = rig.send_one(register(3, 2, 0)).unwrap();
    assert_eq!(later.recorded_at_us, START_US + 9_000_000);
    assert_eq!(last.recorded_at_us, later.recorded_at_us);
}

#[test]
fn today_is_the_day_of_recording_in_beijing() {
    let rig = Rig::with_county();
    let on = |number: u128, date: &str| Submission {
        occurred_on: date.parse().unwrap(),
        ..register(number, number, 0)
    };
    // One microsecond before the second of August.
    let rest = Duration::from_secs(16 * 3600) - Duration::from_micros(1);
    rig.pass(rest, rest);
    assert_eq!(rejected(&rig.send_one(on(2, "2018-08-02"))), "BAD_DATE");
    rig.pass(Duration::from_micros(1), Duration::from_micros(1));
    assert_eq!(rig.send_one(on(2, "2018-08-02")).unwrap().first_seq, 2);
}

#[test]
fn the_deployments_own_ledger_takes_no_business_and_no_other_takes_tokens() {
    use ledger::token::{TokenCommand, TokenGrant, TokenRevocation};
    let rig = Rig::with_county();
    let token = TokenId(id(8, 8));
    let grant = TokenGrant {
        token,
        person: person(1),
        name: None,
        organisation: unit(1),
        roles: vec![Role::Reader],
        ledgers: Vec::new(),
        secret_hash: ledger::digest::Digest([7; 32]),
        expires_on: None,
    };
    let issue = submission(2, Command::Token(TokenCommand::Issue(grant)));
    let reason = text("调离");
    let revocation = TokenRevocation { token, reason };
    let revoke = submission(3, Command::Token(TokenCommand::Revoke(revocation)));
    let closing = ledger::book::BookClosing {
        successor: None,
        reason: text("撤销"),
    };
    let close = submission(4, Command::Ledger(BookCommand::Close(closing)));
    let to_system = |submission: Submission| {
        let request = Request {
            ledger: rig.handle().system(),
            ..Rig::request(vec![submission], false)
        };
        rig.handle()
            .submit_blocking(request)
            .unwrap()
            .pop()
            .unwrap()
    };
    assert_eq!(rejected(&rig.send_one(issue.clone())), "FORBIDDEN");
    assert_eq!(rejected(&to_system(register(5, 1, 0))), "FORBIDDEN");
    assert_eq!(rejected(&to_system(close)), "FORBIDDEN");
    assert_eq!(to_system(issue).unwrap().first_seq, 2);
    assert_eq!(to_system(revoke).unwrap().first_seq, 3);
}
