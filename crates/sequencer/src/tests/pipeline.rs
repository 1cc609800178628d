//! The next group is decided while one is on its way to the disk: it counts on what is on its way,
//! and nobody is told of either before the disk has it. A test holds the keys, for which whoever
//! writes a household's record waits; what is sent then is decided against what is not yet there.

use super::*;
use crate::starting::Opened;
use ledger::Event;
use ledger::person::PersonEvent;
use ledger::record::{RecordCommand, RecordReversal};
use std::pin::Pin;
use std::sync::RwLockReadGuard;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use store::{Faults, Log, Step};

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Answered, Unavailable>> + 'a>>;

/// The county's ledger on a disk that can be made to fail.
struct Disk {
    rig: Rig,
    faults: Faults,
    /// How often the writer has asked for the time: once for each command that is new.
    asked: Arc<Mutex<u64>>,
}

impl Disk {
    fn new() -> Disk {
        let mut rig = Rig::with_county();
        rig.accepted(returned_payment());
        rig.stop();
        let (faults, asked) = (Faults::default(), Arc::new(Mutex::new(0)));
        let (time, count) = (Arc::clone(&rig.time), Arc::clone(&asked));
        let clock = Box::new(move || {
            *count.lock().unwrap() += 1;
            *time.lock().unwrap()
        });
        let (dir, shown) = (rig.dir.path(), Arc::new(Shown::new()));
        let opened = Log::open_with_faults(dir, faults.clone(), |entry| {
            shown.show_all(&[crate::lines::Line::of(entry.position, &entry.record)]);
            Ok::<(), std::convert::Infallible>(())
        });
        let (log, recovery) = opened.unwrap();
        let opened = Opened::of(log, recovery, shown);
        let started = crate::starting::run(dir, clock, opened, None).unwrap();
        rig.running = Some(started);
        Disk { rig, faults, asked }
    }

    fn keys(&self) -> Arc<RwLock<KeyStore>> {
        Arc::clone(&self.rig.handle().keys)
    }

    fn send(&self, submissions: Vec<Submission>) -> Waiting<'_> {
        self.ask(Rig::request(submissions, false))
    }

    fn ask(&self, request: Request) -> Waiting<'_> {
        let mut answer: Waiting<'_> = Box::pin(self.rig.handle().submit(request));
        assert!(is_pending(&mut answer));
        answer
    }

    /// Sends a household's name and what else there is, and comes back when their group waits for
    /// the keys, and is on its way.
    fn send_held(&self, keys: &Arc<RwLock<KeyStore>>, also: Vec<Submission>) -> Waiting<'_> {
        let held = vec![household(201, 9, "甲某")];
        let answer = self.send(held.into_iter().chain(also).collect());
        // Nobody may read any more, because somebody waits to write.
        while keys.try_read().is_ok() {
            std::thread::yield_now();
        }
        answer
    }

    /// Sends commands, the last of them a new one, and comes back when that is being decided.
    fn send_behind(&self, submissions: Vec<Submission>) -> Waiting<'_> {
        let before = *self.asked.lock().unwrap();
        let answer = self.send(submissions);
        while *self.asked.lock().unwrap() == before {
            std::thread::yield_now();
        }
        answer
    }
}

fn is_pending(answer: &mut Waiting<'_>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    matches!(answer.as_mut().poll(&mut context), Poll::Pending)
}

fn wait(answer: Waiting<'_>) -> Result<Answers, Unavailable> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let answered = runtime.unwrap().block_on(answer)?;
    Ok(answered.answers)
}

fn first_seqs(answer: Waiting<'_>) -> Vec<u64> {
    let answers = wait(answer).unwrap();
    let seqs = answers.into_iter().map(|answer| answer.unwrap().first_seq);
    seqs.collect()
}

fn held(keys: &Arc<RwLock<KeyStore>>) -> RwLockReadGuard<'_, KeyStore> {
    keys.read().unwrap()
}

#[test]
fn what_was_decided_behind_a_group_that_fails_is_not_acknowledged_and_not_there() {
    let steps = [
        Step::JournalWrite,
        Step::JournalSync,
        Step::PagesApply,
        Step::PagesFlush,
        Step::PagesSync,
    ];
    for step in steps {
        let mut disk = Disk::new();
        let before = disk.rig.handle().reader().next_position();
        let keys = disk.keys();
        let guard = held(&keys);
        disk.faults.fail(step, 0);
        let first = disk.send_held(&keys, Vec::new());
        // One is refused because of what is on its way, and one is not.
        let refused = household(202, 9, "乙某");
        let mut behind = disk.send_behind(vec![refused, register(203, 20, 0)]);
        assert!(is_pending(&mut behind));
        drop(guard);
        assert_eq!(wait(first), Err(Unavailable::Stopped), "{step:?}");
        assert_eq!(wait(behind), Err(Unavailable::Stopped), "{step:?}");
        assert!(*disk.rig.handle().stopped().borrow());
        assert_eq!(disk.rig.handle().reader().next_position(), before);
        drop(keys);
        disk.rig.restart();
        // The first may be there: its frame may be whole. What came behind it was never written.
        let after = disk.rig.handle().reader().next_position();
        assert!(after == before || after == before + 1, "{step:?}");
        assert!(
            disk.rig
                .send_one(register(202, 20, 0))
                .is_ok_and(|receipt| !receipt.repeated)
        );
    }
}

#[test]
fn a_stopped_disk_stops_the_writer_also_when_nobody_asks_any_more() {
    let mut disk = Disk::new();
    disk.faults.fail(Step::JournalSync, 0);
    let answer = disk.send(vec![register(202, 20, 0)]);
    assert_eq!(wait(answer), Err(Unavailable::Stopped));
    let started = disk.rig.running.take().unwrap();
    // With a handle that is still held.
    started.writer.join().unwrap();
    let request = Rig::request(vec![register(203, 21, 0)], false);
    let answer = started.handle.submit_blocking(request);
    assert_eq!(answer, Err(Unavailable::Stopped));
}

#[test]
fn a_command_finds_the_receipt_of_its_first_copy_on_its_way() {
    let disk = Disk::new();
    let keys = disk.keys();
    let guard = held(&keys);
    let first = disk.send_held(&keys, Vec::new());
    let again = household(201, 9, "甲某");
    let behind = vec![again, register(201, 20, 0), register(202, 20, 0)];
    let mut behind = disk.send_behind(behind);
    assert!(is_pending(&mut behind));
    drop(guard);
    let first = wait(first).unwrap().remove(0).unwrap();
    let behind = wait(behind).unwrap();
    let repeated = true;
    assert_eq!(behind[0], Ok(Receipt { repeated, ..first }));
    let mismatch = Refusal::IdempotencyMismatch(command_id(201));
    assert_eq!(behind[1], Err(mismatch));
    assert_eq!(behind[2].as_ref().unwrap().first_seq, first.last_seq + 1);
}

#[test]
fn a_refusal_waits_for_what_it_rests_on() {
    for fails in [false, true] {
        let disk = Disk::new();
        let keys = disk.keys();
        let guard = held(&keys);
        if fails {
            disk.faults.fail(Step::JournalSync, 0);
        }
        let first = disk.send_held(&keys, Vec::new());
        let mut refused = disk.send_behind(vec![household(202, 9, "甲某")]);
        assert!(is_pending(&mut refused));
        drop(guard);
        if fails {
            // Nobody will ever know whether the person was there before.
            assert_eq!(wait(first), Err(Unavailable::Stopped));
            assert_eq!(wait(refused), Err(Unavailable::Stopped));
        } else {
            assert_eq!(first_seqs(first), [8]);
            assert_eq!(rejected(&wait(refused).unwrap()[0]), "ALREADY_EXISTS");
        }
    }
}

#[test]
fn a_person_whose_key_is_on_its_way_gets_no_second_one() {
    let disk = Disk::new();
    let keys = disk.keys();
    let guard = held(&keys);
    let first = disk.send_held(&keys, Vec::new());
    let Command::Subject(PersonCommand::Register(profile)) = household(0, 9, "乙某").command
    else {
        panic!("not a registration");
    };
    let amended = submission(202, Command::Subject(PersonCommand::Amend(profile)));
    let behind = disk.send_behind(vec![amended]);
    drop(guard);
    for (answer, called) in [(first, "甲某"), (behind, "乙某")] {
        let seq = first_seqs(answer)[0];
        let clear = PersonalText::clear(called.to_owned()).unwrap();
        assert_eq!(super::sealing::name_in(&disk.rig, seq, true), Some(clear));
    }
}

#[test]
fn a_record_on_its_way_can_be_reversed() {
    let mut disk = Disk::new();
    let keys = disk.keys();
    let guard = held(&keys);
    let amount_fen = Fen::new(7).unwrap();
    let back = PaymentReturn {
        payment: payment(1),
        amount_fen,
        reason: text("账号有误"),
    };
    let back = submission(202, Command::Payment(PaymentCommand::Return(back)));
    let first = disk.send_held(&keys, vec![observed(back)]);
    let reversal = RecordReversal {
        subject: Subject(payment(1).0),
        seq: 9,
        amount_fen,
        reason: text("误记"),
        original: None,
    };
    let reversal = submission(203, Command::Record(RecordCommand::Reverse(reversal)));
    let reversal = disk.send_behind(vec![observed(reversal)]);
    drop(guard);
    assert_eq!(first_seqs(first), [8, 9]);
    assert_eq!(first_seqs(reversal), [10]);
    drop(keys);
    let before = disk.rig.picture();
    disk.rig.restart();
    assert_eq!(disk.rig.picture(), before);
}

#[test]
fn a_key_that_is_being_destroyed_seals_nothing_more() {
    // Announced by the thread that writes it, and by the one behind that.
    for more in [0, 20] {
        key_that_is_being_destroyed(more);
    }
}

fn key_that_is_being_destroyed(more: u128) {
    const NAME: &str = "丙某";
    let disk = Disk::new();
    let handle = disk.rig.handle();
    let other = LedgerId(id(1, 77));
    disk.rig.accepted(vec![household(201, 5, NAME)]);
    let opening = Request {
        ledger: other,
        ..Rig::request(vec![open(202)], false)
    };
    let [proposal, mut confirmation] = super::erasure::steps(county(), 203, 5);
    for request in [opening, proposal] {
        assert!(handle.submit_blocking(request).unwrap()[0].is_ok());
    }
    let also = (0..more).map(|n| register(300 + n, 30 + n, 0));
    confirmation.submissions.extend(also);

    // Nothing of the county can be shown, so its erasure is on the disk and not carried out.
    let slot = handle.slot(county()).unwrap();
    let guard = slot.view();
    let before = handle.reader().next_position();
    let erased = disk.ask(confirmation);
    while handle.reader().next_position() == before {
        std::thread::yield_now();
    }
    // Another ledger registers the same person. Decided now, it would be sealed with a key that is
    // about to go: so it waits. Were it not to wait, it would be decided within the quarter second.
    let asked = *disk.asked.lock().unwrap();
    let registered = disk.ask(Request {
        ledger: other,
        ..Rig::request(vec![household(205, 5, NAME)], false)
    });
    let end = Instant::now() + Duration::from_millis(250);
    while *disk.asked.lock().unwrap() == asked && Instant::now() < end {
        std::thread::yield_now();
    }
    drop(guard);
    assert!(wait(erased).unwrap()[0].is_ok());
    let seq = first_seqs(registered)[0];
    let entry = handle.reader().get(chain_id(other), seq).unwrap().unwrap();
    let fact = handle.fact(other, &entry.record.body, Sight::Everything);
    let Event::Subject(PersonEvent::Registered(profile)) = fact.unwrap().event else {
        panic!("not a registration");
    };
    let clear = PersonalText::clear(NAME.to_owned()).unwrap();
    assert_eq!(profile.name, Some(clear), "nobody can read it any more");
}

#[test]
fn a_group_is_written_while_the_one_before_is_shown_and_answered_after_it() {
    let disk = Disk::new();
    let handle = disk.rig.handle();
    let other = LedgerId(id(1, 77));
    let position = || handle.reader().next_position();
    let before = position();
    let slot = handle.slot(county()).unwrap();
    // As long as somebody reads, nothing of the county is shown.
    let guard = slot.view();
    let large = (0..20).map(|n| register(300 + n, 30 + n, 0)).collect();
    let mut first = disk.send(large);
    let until = |count| {
        while position() < before + count {
            std::thread::yield_now();
        }
    };
    until(20);
    let mut second = disk.ask(Request {
        ledger: other,
        ..Rig::request(vec![open(202)], false)
    });
    until(21);
    // It is on the disk. Were it to overtake, it would be shown and answered in the next moments.
    std::thread::sleep(Duration::from_millis(50));
    assert!(handle.slot(other).is_none());
    assert!(is_pending(&mut second) && is_pending(&mut first));
    drop(guard);
    assert_eq!(first_seqs(first).len(), 20);
    assert_eq!(first_seqs(second), [1]);
}

#[test]
fn what_comes_while_a_group_is_written_makes_one_group() {
    let disk = Disk::new();
    let groups = || {
        let observed = disk.rig.handle().gauges().group_commands.read();
        (observed.count(), observed.sum)
    };
    let (count, commands) = groups();
    let keys = disk.keys();
    let guard = held(&keys);
    let first = disk.send_held(&keys, Vec::new());
    let behind: Vec<_> = (0..5)
        .map(|n| disk.send_behind(vec![register(210 + n, 30 + n, 0)]))
        .collect();
    drop(guard);
    first_seqs(first);
    for answer in behind {
        first_seqs(answer);
    }
    assert_eq!(groups(), (count + 2, commands + 6));
}
