//! The evidence sheet 取证单: the records about one subject, each with its place and hash, and the
//! files that prove something of it, each with its SHA-256.

use super::{Refusal, Told, table};
use crate::cell::Cell;
use crate::column::{Made, count, date, heading, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::Event;
use ledger::date::BusinessDate;
use ledger::digest::Digest;
use ledger::ids::{PersonId, Subject};
use ledger::item::ItemEvent;
use projections::View;
use projections::evidence::{EvidenceLine, evidence_lines};
use projections::search::titled;
use std::collections::BTreeMap;

struct File {
    seq: Option<u64>,
    sha256: Digest,
    size: Option<u64>,
    media_type: String,
    captured_on: BusinessDate,
    captured_by: Cell,
    description: String,
    standing: Cell,
}

struct Record<'a> {
    seq: u64,
    told: &'a Told,
    reversed_by: Option<u64>,
}

pub(super) fn blocks(
    view: &View,
    asked: &Asked,
    told: &BTreeMap<u64, Told>,
) -> Result<Vec<Block>, Refusal> {
    let subject = asked.about.map(Subject);
    let subject = subject.filter(|_| !told.is_empty());
    let subject = subject.ok_or(Refusal::Missing("subject"))?;
    let files = files(view, asked, subject, told)?;
    let records = told.iter().map(|(seq, told)| Record {
        seq: *seq,
        told,
        reversed_by: view.books.reversed.get(*seq).copied(),
    });
    let records: Vec<Record<'_>> = records.collect();
    let facts = vec![
        (heading("取证对象", "Subject"), called(view, subject)),
        (
            heading("对象标识", "Identifier"),
            Cell::Text(subject.0.to_string()),
        ),
        (heading("相关记录", "Records"), Cell::len(records.len())),
        (heading("佐证文件", "Files"), Cell::len(files.len())),
    ];
    let signatures = vec![
        heading("取证人一", "Taken by"),
        heading("取证人二", "Taken by"),
        heading("被取证单位(盖章)", "Unit concerned"),
    ];
    Ok(vec![
        Block::Facts(facts),
        table(heading("佐证文件", "Evidence files"), FILES, &files),
        table(heading("相关记录", "Records"), &records_columns(), &records),
        Block::Signatures(signatures),
    ])
}

/// What it is, with its number and its name; of a person the name, where it may be shown.
fn called(view: &View, subject: Subject) -> Cell {
    let books = &view.books;
    let person = PersonId(subject.0);
    if books.persons.contains(person) {
        return Cell::Persons(vec![person]);
    }
    let Some(titled) = titled(books, subject.0) else {
        return Cell::Empty;
    };
    let parts = [titled.number, titled.name].into_iter().flatten();
    let parts = parts.fold(titled.kind.zh().to_owned(), |said, part| {
        format!("{said} {part}")
    });
    Cell::Text(parts)
}

const FILES: &[Made<File>] = &[
    text("证明内容", "What it shows", 12, |it| {
        Cell::text(Some(&it.description))
    }),
    text("文件 SHA-256", "SHA-256", 22, |it| {
        Cell::text(Some(it.sha256))
    }),
    count("字节", "Bytes", |it| Cell::count(it.size)),
    text("类型", "Media type", 6, |it| {
        Cell::text(Some(&it.media_type))
    }),
    date("取证日期", "Captured", |it| Cell::Date(it.captured_on)),
    text("取证人", "By", 10, |it| it.captured_by.clone()),
    text("效力", "Standing", 6, |it| it.standing.clone()),
    count("记录", "Record", |it| Cell::count(it.seq)),
];

fn records_columns<'a>() -> [Made<Record<'a>>; 8] {
    [
        count("记录", "Record", |it| Cell::Count(it.seq)),
        count("日志位置", "Position", |it| {
            Cell::Count(it.told.position)
        }),
        text("事项", "What", 9, |it| Cell::text(Some(&it.told.what))),
        date("发生日期", "On", |it| {
            Cell::Date(it.told.fact.occurred_on)
        }),
        text("登记时间", "Recorded", 10, |it| {
            Cell::text(Some(&it.told.recorded_at))
        }),
        text("登记人", "By", 10, |it| it.told.recorded_by()),
        text("记录哈希", "Hash", 22, |it| {
            Cell::text(Some(&it.told.hash))
        }),
        text("冲销", "Reversed by", 4, |it| Cell::text(it.reversed_by)),
    ]
}

/// The evidence of the subject, and where it is an item that of its measures.
fn files(
    view: &View,
    asked: &Asked,
    subject: Subject,
    told: &BTreeMap<u64, Told>,
) -> Result<Vec<File>, Refusal> {
    let page = evidence_lines(view, Some(subject), 0, asked.rows_max);
    if page.more {
        return Err(Refusal::TooLong(page.total));
    }
    let file = |line: EvidenceLine| {
        let named = view.timeline.of(line.evidence.into()).first();
        let standing = match &line.retracted {
            Some(retracted) => format!("已撤回:{}", retracted.reason),
            None => "有效".to_owned(),
        };
        File {
            seq: named.map(|seq| u64::from(*seq)),
            sha256: line.sha256,
            size: Some(line.size),
            media_type: line.media_type.to_string(),
            captured_on: line.captured_on,
            captured_by: Cell::Persons(vec![line.captured_by]),
            description: line.description.to_string(),
            standing: Cell::Text(standing),
        }
    };
    let mut files: Vec<File> = page.entries.into_iter().map(file).collect();
    files.extend(
        told.iter()
            .filter_map(|(seq, told)| of_measure(view, subject, *seq, told)),
    );
    Ok(files)
}

/// The file that a record names for a measure of the item.
fn of_measure(view: &View, subject: Subject, seq: u64, told: &Told) -> Option<File> {
    let Event::Item(ItemEvent::EvidenceAdded(added)) = &told.fact.event else {
        return None;
    };
    let item = Some(added.item).filter(|item| Subject::from(*item) == subject)?;
    let item = view.books.items.get(item)?;
    let measure = item.measure(added.measure);
    let mut standing = measure.into_iter().flat_map(|it| &it.evidence);
    let stands = standing.any(|file| file.sha256 == added.sha256);
    Some(File {
        seq: Some(seq),
        sha256: added.sha256,
        size: None,
        media_type: String::new(),
        captured_on: added.captured_on,
        captured_by: told.by(),
        description: added.description.to_string(),
        standing: Cell::Text(if stands { "有效" } else { "已撤回" }.to_owned()),
    })
}
