//! One value, one hash: no order of a map, no width of a number, no two values alike.

use super::{Unhashable, hash};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

#[derive(Serialize)]
enum Word {
    Plain,
    With(u8),
    Pair(u8, u8),
    Named { a: u8 },
}

#[derive(Serialize)]
struct Row {
    a: Option<u32>,
    b: Vec<&'static str>,
}

fn row(a: Option<u32>, b: &[&'static str]) -> Row {
    let b = b.to_vec();
    Row { a, b }
}

#[test]
fn the_order_of_a_map_and_the_width_of_a_number_do_not_count() {
    let forward: HashMap<u32, &str> = [(1, "a"), (2, "b"), (3, "c")].into();
    let backward: BTreeMap<u64, &str> = [(3, "c"), (2, "b"), (1, "a")].into();
    assert_eq!(hash(&forward), hash(&backward));
}

#[test]
fn no_two_values_have_one_hash() {
    let hashes = [
        hash(&()),
        hash(&true),
        hash(&false),
        hash(&0),
        hash(&1),
        hash(&-1),
        hash(""),
        hash("1"),
        hash(&'x'),
        hash(&None::<u8>),
        hash(&Some(1)),
        hash(&Some(Some(1))),
        hash(&Word::Plain),
        hash("Plain"),
        hash(&Word::With(1)),
        hash(&Word::Pair(1, 1)),
        hash(&Word::Named { a: 1 }),
        hash(&(1, 1)),
        hash(&[[1], [1]]),
        hash(&vec![(1, 1)]),
        hash(&BTreeMap::from([(1, 1)])),
        hash(&BTreeMap::from([(1, 2), (2, 1)])),
        hash(&BTreeMap::from([(1, 1), (2, 2)])),
        hash(&BTreeMap::<u8, u8>::new()),
        hash(&row(None, &[])),
        hash(&row(None, &["a", "b"])),
        hash(&row(None, &["ab"])),
        hash(&row(Some(1), &["ab"])),
        hash(&[0_u8; 20_000].as_slice()),
        hash(&[0_u8; 20_001].as_slice()),
        hash("0".repeat(20_000).as_str()),
    ];
    let different: std::collections::BTreeSet<_> = hashes.iter().flatten().collect();
    assert_eq!(different.len(), hashes.len());
}

#[test]
fn a_binary_fraction_has_no_hash() {
    let refused = Err(Unhashable("it holds a binary fraction".to_owned()));
    assert_eq!(hash(&[0.1]), refused);
}
