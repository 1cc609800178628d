//! In which order rows are recorded: what a row names of its own file comes before it, and money
//! that came back after what was paid.

use super::plan::Line;
use sheets::{Entry, Mapping, Reading, shape};
use std::collections::HashMap;

/// The column in which a row names another one of its table: the unit above it, the common problem
/// of which it is a case.
const PARENT: &str = "parent";

/// The columns beside its number by which a row may be named so.
const NAMED_BY: [&str; 1] = ["name"];

/// What narrows a number: every round counts its problems from 1.
const WITHIN: &str = "round";

/// How many rows may stand above each other: more are in a ring, and refused where they are read.
const LEVELS_MAX: usize = 64;

/// The places of the lines, in the order in which they are recorded; that of the file else.
pub(super) fn order(lines: &[Line], reading: &Reading, mapping: &Mapping) -> Vec<usize> {
    let first = |index: usize| {
        let line: Option<&Line> = lines.get(index);
        let entry = line.and_then(|line| line.entries.first());
        entry.and_then(|entry| reading.entries.get(*entry))
    };
    let parents = parents(lines.len(), first, mapping);
    let level = |index: usize| {
        let above = std::iter::successors(Some(index), |index| parents.get(index).copied());
        above.take(LEVELS_MAX).count()
    };
    let is_back = |index: usize| first(index).is_some_and(|entry| entry.is_back(mapping));
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_cached_key(|index| (is_back(*index), level(*index)));
    order
}

/// The line that each names, of those that name one of their own file.
fn parents<'a>(
    len: usize,
    first: impl Fn(usize) -> Option<&'a Entry>,
    mapping: &Mapping,
) -> HashMap<usize, usize> {
    if !mapping.fields.iter().any(|field| field.name == PARENT) {
        return HashMap::new();
    }
    let said = |index: usize, name: &str| {
        let value = first(index).and_then(|entry| entry.value(mapping, name));
        value.map(|value| shape(&value.to_string()))
    };
    let key = |index: usize, name: &str| {
        let within = said(index, WITHIN).unwrap_or_default();
        said(index, name).map(|named| (named, within))
    };
    let mut named = HashMap::new();
    for index in 0..len {
        for name in NAMED_BY.iter().chain([&mapping.number.as_str()]) {
            if let Some(key) = key(index, name) {
                named.entry(key).or_insert(index);
            }
        }
    }
    let parent = |index: usize| {
        let above = *named.get(&key(index, PARENT)?)?;
        (above != index).then_some((index, above))
    };
    (0..len).filter_map(parent).collect()
}
