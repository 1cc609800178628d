//! What projections were is recorded, and a rebuild must come to the same: an edited projection and
//! a false seal are found out and named.

use super::*;
use crate::lines::Line;
use crate::rebuild::{Claims, Rebuild};
use ledger::digest::Digest;
use ledger::log::{LogCommand, SubjectsSeal};
use projections::parts::Part;

/// How many of the published bodies go into the view whose hashes are fixed below: those of the day
/// on which version 1 was. Later ones come after them.
const VECTORS: usize = 140;

/// Everything built again from the log.
fn rebuilt(rig: &Rig) -> Rebuilt {
    let entries = rig.handle().reader().range(0, usize::MAX).unwrap();
    let entries = entries.iter();
    let lines = entries.map(|entry| Line::of(entry.position, &entry.record));
    let lines: Vec<Line> = lines.collect();
    let mut claims = Claims::default();
    lines.iter().for_each(|line| claims.take(line));
    let mut rebuild = Rebuild::new(claims);
    lines.iter().for_each(|line| rebuild.take(line));
    rebuild.finish()
}

fn busy() -> Rig {
    let rig = Rig::with_county();
    rig.accepted(returned_payment());
    rig.accepted(vec![reissue(200, 2)]);
    rig
}

#[test]
fn a_rebuild_comes_to_every_recorded_state_and_seal() {
    let mut rig = busy();
    for round in 0..3 {
        rig.handle().seal_subjects().unwrap().unwrap();
        assert_eq!(rig.handle().record_states().unwrap(), 2 * Part::ALL.len());
        rig.restart();
        rig.accepted(vec![household(300 + round, 10 + round, "丁某")]);
    }
    let rebuilt = rebuilt(&rig);
    assert_eq!(rebuilt.findings, []);
    assert_eq!((rebuilt.states, rebuilt.seals), (48, 3));
    assert_eq!(rebuilt.not_compared, 0);
}

#[test]
fn a_ledger_that_stands_still_is_not_recorded_again() {
    let rig = busy();
    assert_eq!(rig.handle().record_states().unwrap(), 2 * Part::ALL.len());
    // Only the system ledger has gone on: by what was just recorded.
    assert_eq!(rig.handle().record_states().unwrap(), Part::ALL.len());
}

#[test]
fn an_edited_projection_is_named() {
    let rig = busy();
    rig.handle().record_states().unwrap();
    let slot = rig.handle().slot(county()).unwrap();
    // Somebody with a debugger.
    slot.edit(|view| {
        view.books.payments.get_mut(payment(1)).unwrap().version += 1;
    });
    rig.accepted(vec![household(300, 10, "丁某")]);
    rig.handle().record_states().unwrap();
    let seq = rig.handle().reader().head(chain_id(county())).unwrap().seq;
    let findings = rebuilt(&rig).findings;
    let [
        Finding::State {
            ledger,
            seq: at,
            projection,
            ..
        },
    ] = findings.as_slice()
    else {
        panic!("{findings:?}");
    };
    assert_eq!((*ledger, *at, *projection), (county(), seq, Part::Books));
}

#[test]
fn a_false_seal_is_named() {
    let rig = busy();
    let sealed = rig.handle().seal_subjects().unwrap().unwrap();
    rig.accepted(vec![household(300, 10, "丁某")]);
    // Of one subject more than there were; no later seal may have fewer.
    let say = |through_position| {
        rig.handle()
            .say(vec![LogCommand::SealSubjects(SubjectsSeal {
                root: Digest(*sealed.root.as_bytes()),
                count: sealed.count + 1,
                through_position,
            })])
            .unwrap();
    };
    // The right root, and the root of before, as if the new household had no record.
    say(sealed.position);
    say(sealed.position + 1);
    say(1000);
    let findings = rebuilt(&rig).findings;
    assert_eq!(findings.len(), 3, "{findings:?}");
    assert!(matches!(findings[0], Finding::Seal { through, .. } if through == sealed.position));
    assert!(matches!(findings[1], Finding::Seal { through, .. } if through == sealed.position + 1));
    assert!(matches!(
        findings[2],
        Finding::NoPosition { through: 1000, .. }
    ));
    // And the server itself can no longer prove anything by it.
    let proved = rig.handle().prove_subjects(&[]);
    assert!(
        matches!(proved, Err(SealError::NoPosition(_))),
        "{proved:?}"
    );
}

#[test]
fn another_version_and_an_unknown_projection_are_not_compared() {
    let rig = busy();
    let state = |projection: &str, version| {
        LogCommand::RecordState(ledger::log::StateRecording {
            ledger: county(),
            seq: 1,
            position: 1,
            projection: Reference::new(projection).unwrap(),
            version,
            hash: Digest([1; 32]),
        })
    };
    rig.handle()
        .say(vec![state("books", 99), state("dreams", 1)])
        .unwrap();
    let rebuilt = rebuilt(&rig);
    assert_eq!((rebuilt.findings.len(), rebuilt.not_compared), (0, 2));
}

#[test]
fn a_state_of_a_record_that_is_not_there_is_named() {
    let rig = busy();
    let state = ledger::log::StateRecording {
        ledger: county(),
        seq: 999,
        position: 1,
        projection: Reference::new("books").unwrap(),
        version: 1,
        hash: Digest([1; 32]),
    };
    rig.handle()
        .say(vec![LogCommand::RecordState(state)])
        .unwrap();
    let findings = rebuilt(&rig).findings;
    assert!(matches!(
        findings.as_slice(),
        [Finding::NoRecord { seq: 999, .. }]
    ));
}

/// The published bodies as records, one after the other.
fn published(bodies_max: usize) -> projections::View {
    let mut view = projections::View::default();
    let vectors = include_str!("../../../../proto/vectors/bodies-v1.txt");
    let bodies = vectors
        .lines()
        .filter_map(|line| line.strip_prefix("body "));
    for (seq, body) in (1..).zip(bodies.take(bodies_max)) {
        let bytes: Vec<u8> = (0..body.len() / 2)
            .map(|at| u8::from_str_radix(&body[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        let (fact, _) = wire::decode_event(&bytes).unwrap();
        view.apply(&projections::Entry {
            position: seq,
            seq,
            recorded_at_us: START_US,
            hash: [1; 32],
            fact: &fact,
        });
    }
    view
}

#[test]
fn what_is_read_of_a_form_has_the_hashes_of_what_was_written() {
    // Every kind of record and every word is among the published bodies.
    let view = published(usize::MAX);
    let mut bytes = Vec::new();
    view.write_form(&mut bytes).unwrap();
    let len = u64::try_from(bytes.len()).unwrap();
    let again = projections::View::read_form(&mut bytes.as_slice(), len).unwrap();
    for part in Part::ALL {
        let hash = |view| state_hash(view, part).unwrap();
        assert_eq!(hash(&again), hash(&view), "{}", part.name());
    }
    assert_eq!(again.head(), view.head());
}

#[test]
fn the_same_records_have_the_same_hashes_until_a_version_goes_up() {
    // A hash that changes here says that the form of a projection has changed: raise its version in
    // `projections/src/parts.rs`, or yesterday's recorded states look like an edited projection.
    let view = published(VECTORS);
    let hash = |part: Part| {
        let hash = state_hash(&view, part).unwrap().to_string();
        format!("{} {} {}", part.name(), part.version(), &hash[..16])
    };
    let hashes: Vec<_> = Part::ALL.into_iter().map(hash).collect();
    let expected = [
        "books 9 043b42dda0236311",
        "alerts 4 6c07bb439b1c547e",
        "links 1 1fa50a492c4e97f9",
        "timeline 2 36787c60b41f31aa",
        "plans 1 5a377bba71d965e7",
        "days 2 ac7236c9e06e94fe",
        "search 2 e80ef7a1f3db3712",
        "evidence 1 8090338c037cd0bb",
    ];
    assert_eq!(hashes, expected);
}
