//! Promised: a view that is read from its form is the view that was written, and goes on as it
//! would have gone on; and bytes of strangers are refused, or are a form.

use super::random::{Chance, history};
use super::world::*;
use crate::parts::Part;
use crate::{Entry, View};
use std::io;
use std::ops::Range;

fn written(view: &View) -> Vec<u8> {
    let mut bytes = Vec::new();
    view.write_form(&mut bytes).unwrap();
    bytes
}

fn read(mut bytes: &[u8]) -> Result<View, String> {
    let len = u64::try_from(bytes.len()).unwrap();
    View::read_form(&mut bytes, len).map_err(|bad| bad.to_string())
}

fn apply(view: &mut View, world: &World, records: Range<usize>) {
    let facts = (1..).zip(&world.facts).take(records.end);
    for (seq, fact) in facts.skip(records.start) {
        view.apply(&Entry {
            position: seq * 100,
            seq,
            recorded_at_us: noon_us(world.today),
            hash: [7; 32],
            fact,
        });
    }
}

#[test]
fn a_view_that_was_read_goes_on_as_the_one_that_was_written() {
    for seed in 1..=6 {
        let world = history(seed, 400);
        let end = written(&world.view);
        assert_eq!(written(&read(&end).unwrap()), end);
        for part in [1, world.facts.len() / 3, world.facts.len() - 1] {
            let mut before = View::default();
            apply(&mut before, &world, 0..part);
            let mut again = read(&written(&before)).unwrap();
            assert_eq!(again.head(), before.head());
            apply(&mut again, &world, part..world.facts.len());
            assert!(written(&again) == end, "read after {part} records");
        }
    }
}

#[test]
fn parts_are_written_and_read_each_by_itself() {
    let world = history(7, 300);
    let mut again = View::at(world.view.head());
    for part in Part::ALL {
        let mut bytes = Vec::new();
        world.view.write_part(part, &mut bytes).unwrap();
        let len = u64::try_from(bytes.len()).unwrap();
        let mut other = View::default();
        other.read_part(part, &mut &*bytes, len).unwrap();
        again.swap_part(part, &mut other);
        // What cannot be read leaves what is there.
        again
            .read_part(part, &mut &bytes[1..], len - 1)
            .unwrap_err();
    }
    assert!(written(&again) == written(&world.view));
}

#[test]
fn every_beginning_of_a_form_is_refused() {
    let bytes = written(&history(8, 40).view);
    for len in 0..bytes.len() {
        assert!(
            read(&bytes[..len]).is_err(),
            "{len} of {} bytes",
            bytes.len()
        );
    }
    read(&[&bytes[..], &[0]].concat()).unwrap_err();
    // And a file that is shorter than was said.
    let len = u64::try_from(bytes.len()).unwrap();
    View::read_form(&mut &bytes[1..], len).unwrap_err();
    View::read_form(&mut io::empty(), u64::MAX).unwrap_err();
}

#[test]
fn what_is_read_of_flipped_bits_is_written_as_it_was_read() {
    let world = history(9, 20);
    let bytes = written(&world.view);
    let mut chance = Chance(9);
    let (mut refused, mut read_all) = (0, 0);
    for at in (0..bytes.len()).step_by(5) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << chance.below(8);
        match read(&flipped) {
            Err(_) => refused += 1,
            Ok(mut view) => {
                assert!(written(&view) == flipped, "byte {at}");
                read_all += 1;
                // Whatever it says, nothing that is done with it panics.
                apply(&mut view, &world, 0..world.facts.len());
            }
        }
    }
    println!("{refused} refused, {read_all} read, of {}", bytes.len());
    assert!(refused > 100 && read_all > 100);
}

#[test]
fn the_id_of_a_form_stays_as_long_as_nothing_changes() {
    assert_eq!(View::form_id(), View::form_id());
    // In the id is the version of each part and all that the description names.
    let description = ledger::form::Description::of::<ledger::Books>();
    for name in [
        "ledger::payment::rules::state::Payment{",
        ",mishaps:",
        "|Reissue",
        "option<",
    ] {
        assert!(description.text().contains(name), "{name}");
    }
}
