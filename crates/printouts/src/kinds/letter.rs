//! The letters of the ladder 提醒书、督办书、告诫书、问责书: one that a record says was sent.

use super::{Refusal, Told};
use crate::cell::Cell;
use crate::column::heading;
use crate::kind::Asked;
use crate::printout::Block;
use ledger::Event;
use ledger::date::BusinessDate;
use ledger::ids::{ItemId, OrganisationId};
use ledger::item::rules::Item;
use ledger::item::rules::letters::SentLetter;
use ledger::item::{ItemEvent, Letter, LetterKind};
use projections::View;
use std::collections::BTreeMap;

/// The letter's number, and the letter: the one of the record asked for, else the last of its kind.
/// It says what it said on its day: an item that was put off or handed on since has another due
/// date and another unit, which nobody was told by this letter.
pub(super) fn blocks(
    view: &View,
    asked: &Asked,
    kind: LetterKind,
    told: &BTreeMap<u64, Told>,
) -> Result<(String, Vec<Block>), Refusal> {
    let item = asked.about.map(ItemId);
    let item = item.and_then(|id| view.books.items.get(id));
    let item = item.ok_or(Refusal::Missing("item"))?;
    let wanted =
        |sent: &&SentLetter| sent.kind == kind && asked.seq.is_none_or(|asked| asked == sent.seq);
    let sent = item.letters.iter().rev().find(wanted);
    let sent = sent.ok_or(Refusal::NoLetter)?;
    // One that was reversed is not told.
    let told = told.get(&sent.seq).ok_or(Refusal::NoLetter)?;
    let letter = letter(&told.fact.event).ok_or(Refusal::NoLetter)?;
    let facts = vec![
        (
            heading("事项编号", "Item"),
            Cell::text(Some(&item.draft.number)),
        ),
        (
            heading("整改期限", "Due"),
            Cell::date(sent.due_on.map(BusinessDate::day)),
        ),
        (heading("签发人", "Sent by"), told.by()),
        (heading("登记人", "Recorded by"), told.recorded_by()),
        (
            heading("登记记录", "Record"),
            Cell::Text(format!(
                "{}(日志位置 {},哈希 {})",
                sent.seq, told.position, told.hash
            )),
        ),
    ];
    let responsible = item.responsible_in(sent.turn);
    let to = sent.receiver_unit;
    // A superior is told whose item it is.
    let whose = if to == responsible {
        "你单位".to_owned()
    } else {
        unit(view, responsible)
    };
    let letter_block = Block::Letter {
        to: unit(view, to),
        paragraphs: paragraphs(view, item, sent, letter, &whose),
        from: senders(view, told),
        on: in_words(told.fact.occurred_on),
    };
    Ok((
        sent.number.to_string(),
        vec![letter_block, Block::Facts(facts)],
    ))
}

/// The units of all who stand for it, each once.
fn senders(view: &View, told: &Told) -> String {
    let mut units: Vec<OrganisationId> = Vec::new();
    for hand in told.hands() {
        if !units.contains(&hand.organisation) {
            units.push(hand.organisation);
        }
    }
    let names: Vec<String> = units.into_iter().map(|id| unit(view, id)).collect();
    names.join("、")
}

fn letter(event: &Event) -> Option<&Letter> {
    if let Event::Item(ItemEvent::LetterSent(letter)) = event {
        return Some(letter);
    }
    None
}

fn unit(view: &View, id: OrganisationId) -> String {
    let unit = view.books.organisations.get(id);
    unit.map_or_else(|| id.to_string(), |unit| unit.name.to_string())
}

/// What is asked of the receiver, step by step of the ladder.
fn paragraphs(
    view: &View,
    item: &Item,
    sent: &SentLetter,
    letter: &Letter,
    whose: &str,
) -> Vec<String> {
    let draft = &item.draft;
    let round = view.books.rounds.get(draft.round);
    let found = round.map(|round| format!("在{}中", round.name));
    let due = sent.due_on.map(BusinessDate::day).map(in_words);
    let due = due.map_or_else(|| "尚未确定".to_owned(), |due| format!("为{due}"));
    let what = format!(
        "{whose}负责整改的第 {} 号事项({}发现:{}),整改期限{due}。",
        draft.number,
        found.unwrap_or_default(),
        draft.facts
    );
    let last_day = letter.last_day.map(in_words);
    let asked = match letter.kind {
        LetterKind::Reminder => {
            "现提醒你单位对照整改方案抓紧落实,按期完成并附佐证材料申请销号;确有困难的,\
             须在期限届满前书面申请延期。"
                .to_owned()
        }
        LetterKind::Urging => {
            "现予督办。请你单位说明未按要求推进的原因,明确责任人和完成时间,并在收到本书后\
             书面报送整改进展。"
                .to_owned()
        }
        LetterKind::Warning => format!(
            "经督办仍未整改到位,现予告诫。请你单位{}完成整改;逾期仍未完成的,将提请问责。",
            last_day.map_or_else(|| "立即".to_owned(), |day| format!("最迟于{day}前"))
        ),
        LetterKind::Accountability => {
            "经提醒、督办、告诫仍未整改到位,现就此提出问责建议,提请有权机关依规依纪处理。\
             整改责任不因问责而免除。"
                .to_owned()
        }
    };
    let content = letter.content.as_ref().map(ToString::to_string);
    [what, asked].into_iter().chain(content).collect()
}

/// A day as letters have it; a date that is not exact as it is recorded.
fn in_words(date: BusinessDate) -> String {
    date.exact().map_or_else(
        || date.to_string(),
        |day| format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    )
}
