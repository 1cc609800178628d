//! Rows of a file that have one number, however each writes it.

use super::{Entry, Reading, Refused};
use crate::mapping::Mapping;
use crate::refusal::{Code, Refusal};
use std::collections::HashMap;

/// Rows with one number: the same once more is passed over, other content is refused, all of it,
/// unless it is another part of the same.
pub(super) fn settle(mapping: &Mapping, reading: &mut Reading) {
    let mut firsts: HashMap<String, (usize, String)> = HashMap::new();
    let mut heads: HashMap<String, (usize, String)> = HashMap::new();
    let mut verdicts: HashMap<usize, Verdict> = HashMap::new();
    let mut contradicts = |index: usize, first: usize| {
        verdicts.insert(index, Verdict::Contradicts(first));
        verdicts.entry(first).or_insert(Verdict::Contradicts(index));
    };
    let mut repeats = Vec::new();
    for (index, entry) in reading.entries.iter().enumerate() {
        let (key, content) = (entry.key(mapping), entry.content(mapping));
        if mapping.parts.is_empty() {
            let (first, before) = firsts
                .entry(key)
                .or_insert_with(|| (index, content.clone()));
            if *first != index && *before == content {
                repeats.push((index, *first));
            } else if *first != index {
                contradicts(index, *first);
            }
            continue;
        }
        let one = format!("{key}\n{}", entry.part(mapping));
        let (first, before) = firsts
            .entry(one)
            .or_insert_with(|| (index, content.clone()));
        if *first != index {
            if *before == content {
                repeats.push((index, *first));
            } else {
                contradicts(index, *first);
            }
            continue;
        }
        let said = entry.head(mapping);
        let (first, head) = heads.entry(key).or_insert_with(|| (index, said.clone()));
        if *head != said {
            contradicts(index, *first);
        }
    }
    for (index, first) in repeats {
        verdicts.entry(index).or_insert(Verdict::Repeats(first));
    }
    if verdicts.is_empty() {
        return;
    }
    let rows = reading.entries.iter().map(|entry| {
        let number = entry.value(mapping, &mapping.number);
        let number = number.map(ToString::to_string).unwrap_or_default();
        (entry.sheet.clone(), entry.row, number)
    });
    let rows: Vec<Seen> = rows.collect();
    let entries = std::mem::take(&mut reading.entries);
    for (index, entry) in entries.into_iter().enumerate() {
        let Some(verdict) = verdicts.get(&index) else {
            reading.entries.push(entry);
            continue;
        };
        let refusal = verdict.told(mapping, &entry, &rows);
        match verdict {
            Verdict::Repeats(_) => reading.notes.push(refusal),
            Verdict::Contradicts(_) => reading.refused.push(Refused {
                sheet: entry.sheet,
                row: entry.row,
                shown: entry.shown,
                refusals: vec![refusal],
            }),
        }
    }
}

/// What is to be said of a row whose number another one has; by its place among the entries.
enum Verdict {
    Repeats(usize),
    Contradicts(usize),
}

/// Sheet, row and number of an entry, as they stand in the file.
type Seen = (Box<str>, u32, String);

impl Verdict {
    fn told(&self, mapping: &Mapping, entry: &Entry, rows: &[Seen]) -> Refusal {
        let (Verdict::Repeats(other) | Verdict::Contradicts(other)) = self;
        let (sheet, row, written) = rows
            .get(*other)
            .map_or(("", 0, ""), |(sheet, row, written)| (sheet, *row, written));
        let place = if *sheet == *entry.sheet {
            row.to_string()
        } else {
            format!("{sheet}!{row}")
        };
        let number = entry.value(mapping, &mapping.number);
        let number = number.map(ToString::to_string).unwrap_or_default();
        let refusal = match self {
            Verdict::Repeats(_) => Refusal::of_file(
                Code::RowRepeated,
                format!("the same as row {place}; it counts once"),
                format!("与第 {place} 行完全相同,只计一次"),
            ),
            Verdict::Contradicts(_) if number != written => Refusal::of_file(
                Code::NumberTwice,
                format!("row {place} has the same number, written as “{written}”"),
                format!("与第 {place} 行的“{written}”为同一编号,写法不同;请合并或改正"),
            ),
            Verdict::Contradicts(_) => Refusal::of_file(
                Code::NumberTwice,
                format!("row {place} has the same number and other content"),
                format!("与第 {place} 行编号相同而内容不同"),
            ),
        };
        refusal.on(&entry.sheet).row(entry.row).value(&number)
    }
}
