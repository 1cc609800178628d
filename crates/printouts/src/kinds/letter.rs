//! The letters of the ladder 提醒书、督办书、告诫书、问责书: one that a record says was sent.

use super::{Refusal, Told};
use crate::cell::Cell;
use crate::column::heading;
use crate::kind::Asked;
use crate::printout::Block;
use ledger::Event;
use ledger::date::BusinessDate;
use ledger::ids::{ItemId, OrganisationId};
use ledger::item::{ItemEvent, Letter, LetterKind};
use projections::View;
use projections::items::{ItemView, item_view};
use std::collections::BTreeMap;

/// The letter's number, and the letter: the one of the record asked for, else the last of its kind.
pub(super) fn blocks(
    view: &View,
    asked: &Asked,
    kind: LetterKind,
    told: &BTreeMap<u64, Told>,
) -> Result<(String, Vec<Block>), Refusal> {
    let item = asked.about.map(ItemId);
    let item = item.and_then(|id| item_view(view, asked.on, id));
    let item = item.ok_or(Refusal::Missing("item"))?;
    let sent = told.iter().rev().find_map(|(seq, told)| {
        let wanted = asked.seq.is_none_or(|asked| asked == *seq);
        let letter = letter(&told.fact.event).filter(|it| it.kind == kind && wanted)?;
        Some((*seq, told, letter))
    });
    let (seq, told, letter) = sent.ok_or(Refusal::NoLetter)?;
    let sender = unit(view, told.fact.actor.organisation);
    let line = &item.line;
    let facts = vec![
        (heading("事项编号", "Item"), Cell::text(Some(&line.number))),
        (heading("整改期限", "Due"), Cell::date(line.due_on)),
        (
            heading("登记记录", "Record"),
            Cell::Text(format!(
                "{seq}(日志位置 {},哈希 {})",
                told.position, told.hash
            )),
        ),
    ];
    let responsible = line.responsible_unit.organisation;
    let to = letter.receiver_unit.unwrap_or(responsible);
    // A superior is told whose item it is.
    let whose = if to == responsible {
        "你单位".to_owned()
    } else {
        unit(view, responsible)
    };
    let letter_block = Block::Letter {
        to: unit(view, to),
        paragraphs: paragraphs(&item, letter, &whose),
        from: sender,
        on: in_words(told.fact.occurred_on),
    };
    Ok((
        letter.number.to_string(),
        vec![letter_block, Block::Facts(facts)],
    ))
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
fn paragraphs(item: &ItemView, letter: &Letter, whose: &str) -> Vec<String> {
    let line = &item.line;
    let round = line.round.name.as_ref();
    let found = round
        .map(|round| format!("在{round}中"))
        .unwrap_or_default();
    let due = line.due_on.map(in_words);
    let due = due.map_or_else(|| "尚未确定".to_owned(), |due| format!("为{due}"));
    let what = format!(
        "{whose}负责整改的第 {} 号事项({}发现:{}),整改期限{due}。",
        line.number, found, line.facts
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
