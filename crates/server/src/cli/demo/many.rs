//! What the documents give only as numbers: 161 + 165 items and 150 sites. The numbers come from
//! `figures.csv`; nothing is known of the single ones, and each of them says so.

use super::script::{Figures, Line};
use serde_json::{Value, json};

/// Kinds of ids, as the hand-written files use them: `<source>-<kind>-8000-8000-<number>`.
const ORGANISATION: u16 = 1;
const PROJECT: u16 = 5;
const MILESTONE: u16 = 6;
const ROUND: u16 = 8;
const ITEM: u16 = 9;
const COMMAND: u16 = 12;

/// 001, and 002 segment L.
const TOWNSHIP: &str = "00010000";
const CITY: &str = "0002000c";

/// The hand-written commands of these files have smaller numbers.
const FIRST_COMMAND: u64 = 1_000_000;

fn id(source: &str, kind: u16, number: u64) -> String {
    format!("{source}-{kind:04x}-8000-8000-{number:012}")
}

/// Numbers the commands of one file.
struct Writer {
    source: &'static str,
    documents: Vec<&'static str>,
    next: u64,
    lines: Vec<Line>,
}

impl Writer {
    fn new(source: &'static str, documents: Vec<&'static str>, next: u64) -> Writer {
        Writer {
            source,
            documents,
            next,
            lines: Vec::new(),
        }
    }

    fn id(&self, kind: u16, number: u64) -> String {
        id(self.source, kind, number)
    }

    /// A fact that is known only from a report.
    fn observed(&mut self, by: &str, word: &str, on: &str, data: &Value) -> anyhow::Result<()> {
        let command = json!({
            "command_id": self.id(COMMAND, self.next),
            "type": word,
            "occurred_on": on,
            "intake": "observation",
            "documents": self.documents,
            "data": data,
        });
        let command = serde_json::value::to_raw_value(&command)?;
        self.lines.push(Line {
            by: by.to_owned(),
            expect: None,
            file: None,
            command,
        });
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// The same step for every one of them.
    fn each(
        &mut self,
        numbers: std::ops::RangeInclusive<u64>,
        (by, word, on): (&str, &str, &str),
        data: impl Fn(String, u64) -> Value,
    ) -> anyhow::Result<()> {
        for number in numbers {
            let data = data(self.id(ITEM, number), number);
            self.observed(by, word, on, &data)?;
        }
        Ok(())
    }
}

/// The items of both streams. The report says of both that they have been put right, "basically"
/// or "fully"; it names no evidence and nobody who verified or closed anything. So the first
/// stream has got as far as a request for closing, the second has a note of what was claimed, and
/// none is closed.
pub(super) fn items(figures: &Figures) -> anyhow::Result<Vec<Line>> {
    let mut items = fed_back(figures)?;
    items.extend(self_checked(figures)?);
    Ok(items)
}

fn fed_back(figures: &Figures) -> anyhow::Result<Vec<Line>> {
    let (feedback, reported) = (figures.day("001-17")?, figures.day("001-16")?);
    let count = figures.number("001-18")?;
    // The steps lie between feedback and report; the report does not date them.
    let month = "2018-08";
    let mut writer = Writer::new(TOWNSHIP, vec!["001 第37行"], FIRST_COMMAND);
    let (round, unit) = (writer.id(ROUND, 1), writer.id(ORGANISATION, 20));
    let all = 1..=count;
    writer.each(all.clone(), ("inspection_team", "item.draft", feedback), |item, number| {
        json!({
            "item": item, "number": format!("001-巡-{number:03}"), "round": round,
            "category": "groundwork", "scope": "individual", "severity": "minor",
            "facts": format!("巡察反馈问题线索第{number}件:来源仅载总数{count}件,内容、类别均未列"),
            "amount_involved_fen": 0, "recovery_required_fen": 0,
            "responsible_unit": unit, "deadline_rule": "inspection_feedback",
        })
    })?;
    let step = |item: String, _| json!({ "item": item });
    writer.each(
        all.clone(),
        ("prefecture_office", "item.issue", feedback),
        step,
    )?;
    writer.each(
        all.clone(),
        ("township_clerk", "item.acknowledge", month),
        step,
    )?;
    writer.each(
        all.clone(),
        ("township_clerk", "item.submit_plan", month),
        |item, _| {
            let plan = "来源称及时制定整改方案、明确整改措施;方案内容未载";
            json!({ "item": item, "plan": plan, "document": "001 第37行" })
        },
    )?;
    writer.each(
        all.clone(),
        ("prefecture_office", "item.approve_plan", month),
        step,
    )?;
    writer.each(
        all.clone(),
        ("county_office", "item.approve_plan", month),
        step,
    )?;
    writer.each(
        all,
        ("township_head", "item.request_closure", reported),
        |item, _| {
            let remark = "来源称“基本完成整改”;未载佐证、核验人与销号人,故止于申请销号";
            json!({ "item": item, "remark": remark })
        },
    )?;
    Ok(writer.lines)
}

fn self_checked(figures: &Figures) -> anyhow::Result<Vec<Line>> {
    let (reported, due) = (figures.day("001-16")?, figures.day("001-19d")?);
    let (before, count) = (figures.number("001-18")?, figures.number("001-19")?);
    let first = FIRST_COMMAND.saturating_mul(2);
    let mut writer = Writer::new(TOWNSHIP, vec!["001 第37行"], first);
    let (round, unit) = (writer.id(ROUND, 2), writer.id(ORGANISATION, 20));
    let all = before.saturating_add(1)..=before.saturating_add(count);
    writer.each(all.clone(), ("headquarters_clerk", "item.draft", reported), |item, number| {
        let number = number.saturating_sub(before);
        json!({
            "item": item, "number": format!("001-查-{number:03}"), "round": round,
            "category": "groundwork", "scope": "individual", "severity": "minor",
            "facts": format!("自查问题第{number}个:来源仅载总数{count}个,与巡察反馈是否重复未载"),
            "amount_involved_fen": 0, "recovery_required_fen": 0,
            "responsible_unit": unit, "deadline_rule": "fixed", "due_on": due,
        })
    })?;
    let step = |item: String, _| json!({ "item": item });
    writer.each(all.clone(), ("county_office", "item.issue", reported), step)?;
    writer.each(
        all.clone(),
        ("township_clerk", "item.acknowledge", reported),
        step,
    )?;
    writer.each(
        all,
        ("township_clerk", "item.note_progress", reported),
        |item, _| json!({ "item": item, "reason": "来源称“全面整改落实”;未载方案、佐证与核验" }),
    )?;
    Ok(writer.lines)
}

/// The relocation sites, each a milestone of one unit: begun or not begun.
pub(super) fn sites(figures: &Figures) -> anyhow::Result<Vec<Line>> {
    let (count, started) = (figures.number("002L-06")?, figures.number("002L-06a")?);
    let documents = vec!["002 L 第142行(年份来源未载,假定为2016)"];
    let mut writer = Writer::new(CITY, documents, FIRST_COMMAND);
    let project = writer.id(PROJECT, 1);
    for number in 1..=count {
        let milestone = writer.id(MILESTONE, number);
        let data = json!({
            "milestone": milestone, "project": project,
            "name": format!("建设点{number:03}开工(来源未列名)"),
            "total": 1, "unit": "个", "weighting": "count", "weight": 1,
        });
        writer.observed("city_recorder", "milestone.define", "2016", &data)?;
    }
    for number in 1..=count {
        let milestone = writer.id(MILESTONE, number);
        let (done, remark) = if number <= started {
            (1, "来源称已全面开工")
        } else {
            (0, "来源称正协调土地审批")
        };
        let data = json!({
            "milestone": milestone, "done": done, "total": 1, "unit": "个",
            "weighting": "count", "remark": remark,
        });
        writer.observed("city_recorder", "milestone.report", "2016", &data)?;
    }
    Ok(writer.lines)
}
