//! The two pages: what a person reads, prints and hands on.
//!
//! A page is a function of the records and of nothing else, so that whoever verifies makes it again
//! and compares. No script, nothing from a network, every text escaped.

use crate::manifest::Manifest;
use crate::seals::Checked;
use crate::told::{Seen, Told};
use crate::verify::files_named;
use crate::words;
use ledger::ids::Subject;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

mod parts;
mod said;
mod value;

pub use parts::moment;
use parts::{escape, head, row, section};
use value::Show;

/// In which language a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// One of two texts.
    pub(crate) const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    pub(crate) fn is_zh(self) -> bool {
        self == Language::Zh
    }
}

/// What a page shows.
pub(crate) struct Page<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) answer: &'a Value,
    pub(crate) told: &'a Told,
    pub(crate) checked: &'a Checked,
    /// The text of the checkpoint, without its signatures.
    pub(crate) checkpoint: &'a str,
}

const STYLE: &str = include_str!("html/page.css");

/// The page.
pub(crate) fn page(it: &Page<'_>, language: Language) -> String {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let show = Show {
        language,
        told: it.told,
    };
    let mut out = String::new();
    let question = it.manifest.question;
    let about = t(question.zh(), question.en());
    let name = title(it.answer).unwrap_or_default();
    let _ = writeln!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n<title>{} · {} {}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<header>\n<p class=\"kind\">{}</p>\n<h1>{}{}{}</h1>\n</header>",
        t("zh-CN", "en"),
        t("证据包", "Evidence package"),
        about,
        escape(&name),
        t("证据包 · 资金与整改留痕", "Evidence package · fundtrace"),
        about,
        if name.is_empty() { "" } else { t(":", ": ") },
        escape(&name),
    );
    stated(&mut out, it, language);
    proves(&mut out, it, language);
    section(&mut out, t("一、金额与状态", "1. Amounts and states"));
    value::render(&mut out, it.answer, show);
    subjects(&mut out, it, language);
    happened(&mut out, it, language);
    files(&mut out, it, language);
    records(&mut out, it, language);
    let _ = writeln!(
        out,
        "<footer>{}</footer>\n</body>\n</html>",
        t(
            "本页由包内记录生成;核验程序会重新生成并逐字比对。页面本身不是证据,记录才是。",
            "This page is made from the records in the package; whoever verifies makes it again \
             and compares every letter. The page is no evidence: the records are.",
        )
    );
    out
}

/// What the thing that was asked about is called.
fn title(answer: &Value) -> Option<String> {
    const PLACES: [&str; 6] = [
        "/fund/fund/name",
        "/trace/fund/name",
        "/project/project/name",
        "/item/number",
        "/payment/voucher",
        "/item/facts",
    ];
    let mut found = PLACES
        .iter()
        .filter_map(|place| answer.pointer(place)?.as_str());
    found.next().map(str::to_owned)
}

/// Where it is from and through which record.
fn stated(out: &mut String, it: &Page<'_>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let through = &it.manifest.through;
    let mut line = |term: &str, text: String| {
        let _ = writeln!(out, "<div><dt>{term}</dt><dd>{text}</dd></div>");
    };
    let ledger = it.manifest.ledger;
    line(t("账本", "Ledger"), format!("<code>{ledger}</code>"));
    let subject = it.manifest.question.subject().0;
    line(t("所问", "Asked about"), format!("<code>{subject}</code>"));
    line(
        t("截至日期", "For the day"),
        escape(&it.manifest.asked_on.to_string()),
    );
    let head = format!(
        "{} {} · {} {} · <code>{}</code>",
        t("序号", "seq"),
        through.seq,
        t("位置", "position"),
        through.position,
        through.hash
    );
    line(t("截至记录", "Through the record"), head);
    line(
        t("日志", "Log"),
        format!(
            "{}<br><code>{}</code>",
            escape(&it.manifest.log.origin),
            escape(&it.manifest.log.key)
        ),
    );
    line(
        t("检查点", "Checkpoint"),
        format!("<pre>{}</pre>", escape(it.checkpoint.trim_end())),
    );
    let lines = std::mem::take(out);
    // The lines stand in a list; the header before them does not.
    let at = lines.find("<div><dt>").unwrap_or(lines.len());
    let (before, list) = lines.split_at(at);
    let _ = writeln!(out, "{before}<dl class=\"stated\">\n{list}</dl>");
}

/// What it proves and what not, before any figure.
fn proves(out: &mut String, it: &Page<'_>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let sealed = match it.checked.through {
        Some(through) => format!(
            "{} {through}{}",
            t(
                "下列主体截至日志位置",
                "Of the subjects below, no record through position"
            ),
            t(
                "的记录一条不缺。此项由服务方声明,全量扫描日志即可推翻。",
                " of the log is missing. The server asserts this; a full scan can refute it.",
            )
        ),
        None => t(
            "本包没有封存证明,因此未证明记录是否齐全。",
            "There is no seal in this package, so it is not shown that no record was left out.",
        )
        .to_owned(),
    };
    let list = [
        t(
            "所附每条记录自写入后一字未改,且在上述检查点所签名的日志之中。",
            "Not a byte of the records was changed since they were written, and each is in the log \
             that the checkpoint above covers.",
        ),
        t(
            "下列金额与状态可由所附记录重新算出。",
            "The amounts and states below follow from the records.",
        ),
        sealed.as_str(),
    ];
    let not = [
        t(
            "不证明所登记的情况属实,只证明何时由谁如此登记。",
            "It is not proved that what was recorded is true: only who recorded it, and when.",
        ),
        t(
            "不证明上述位置之后没有更多记录。",
            "It is not proved that nothing was recorded after the position above.",
        ),
        t(
            "日志公钥是否属于该机关,须另从可靠渠道查证。核验:fundtrace verify 本包.zip --key 公钥。",
            "Whether the key belongs to the office must be known from elsewhere. To check: \
             fundtrace verify PACKAGE.zip --key KEY.",
        ),
    ];
    let show = |out: &mut String, heading: &str, list: &[&str]| {
        let _ = write!(out, "<div><h3>{heading}</h3><ul>");
        for text in list {
            let _ = write!(out, "<li>{}</li>", escape(text));
        }
        out.push_str("</ul></div>\n");
    };
    out.push_str("<div class=\"proves\">\n");
    show(out, t("证明", "What it proves"), &list);
    show(out, t("不证明", "What it does not prove"), &not);
    out.push_str("</div>\n");
}

/// Who is complete, and who is not there.
fn subjects(out: &mut String, it: &Page<'_>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    section(
        out,
        t(
            "二、主体与记录是否齐全",
            "2. Subjects, and whether all is here",
        ),
    );
    let heads = [
        t("种类", "Kind"),
        t("主体", "Subject"),
        t("记录数", "Records"),
        t("齐全至", "Complete through"),
    ];
    head(out, &heads);
    for named in &it.manifest.subjects {
        let subject = named.subject;
        let records = it.told.of(subject).count();
        let sealed = it.checked.subjects.get(&subject).and(it.checked.through);
        let complete = sealed.map_or_else(
            || t("未证明", "not shown").to_owned(),
            |through| format!("{} {through}", t("位置", "position")),
        );
        let kind = t(named.kind.zh(), named.kind.word());
        row(
            out,
            &[
                escape(&words::plain(kind)),
                format!(
                    "{} <code>{}</code>",
                    escape(&it.told.name(subject.0).unwrap_or_default()),
                    subject.0
                ),
                records.to_string(),
                complete,
            ],
        );
    }
    out.push_str("</tbody></table>\n");
    if !it.manifest.not_included.is_empty() {
        let _ = write!(
            out,
            "<p class=\"soft\">{}</p><p class=\"soft\">",
            t(
                "下列对象在记录中被提到,但本包不含其记录:",
                "Named by records, without records of their own in this package:"
            )
        );
        for subject in &it.manifest.not_included {
            let _ = write!(out, "<code>{}</code> ", subject.0);
        }
        out.push_str("</p>\n");
    }
}

/// What happened, when and by whom.
fn happened(out: &mut String, it: &Page<'_>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    section(out, t("三、经过", "3. What happened"));
    let own: BTreeSet<Subject> = it
        .manifest
        .subjects
        .iter()
        .map(|named| named.subject)
        .collect();
    for seen in &it.told.seen {
        if !seen.names.iter().any(|name| own.contains(name)) {
            continue;
        }
        let _ = writeln!(
            out,
            "<article class=\"event\">\n<h3><span class=\"seq\">{}</span> {} \
             <span class=\"soft\">{}</span></h3>",
            seen.seq,
            escape(&words::event(seen.fact.event.word(), language.is_zh())),
            escape(&seen.fact.occurred_on.to_string()),
        );
        let _ = writeln!(
            out,
            "<p class=\"soft\">{} {} · {} · {}</p>",
            t("登记于", "recorded"),
            moment(seen.recorded_at_us),
            escape(&actor(it, seen.fact.actor)),
            escape(t(seen.fact.intake.zh(), seen.fact.intake.word())),
        );
        signatories(out, it, seen, language);
        let show = Show {
            language,
            told: it.told,
        };
        value::render_event(out, &seen.fact.event, show);
        let _ = writeln!(
            out,
            "<p class=\"soft\">{} {} · <code>{}</code></p>\n</article>",
            t("位置", "position"),
            seen.position,
            seen.hash
        );
    }
    supporting(out, it, &own, language);
}

/// Records that only say what somebody is called.
fn supporting(out: &mut String, it: &Page<'_>, own: &BTreeSet<Subject>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let is_support = |seen: &&Seen| !seen.names.iter().any(|name| own.contains(name));
    if !it.told.seen.iter().any(|seen| is_support(&seen)) {
        return;
    }
    let _ = writeln!(
        out,
        "<h3>{}</h3>",
        t(
            "仅用于说明名称的记录(不主张齐全)",
            "Records that only say what somebody is called (not claimed to be all)"
        )
    );
    let heads = [
        t("序号", "Seq"),
        t("事项", "Event"),
        t("名称", "Name"),
        t("登记时间", "Recorded"),
        t("登记人", "By"),
    ];
    head(out, &heads);
    for seen in it.told.seen.iter().filter(is_support) {
        let main = seen.names.first().copied();
        let name = main.and_then(|main| it.told.name(main.0));
        let id = main.map(|main| main.0.to_string()).unwrap_or_default();
        row(
            out,
            &[
                seen.seq.to_string(),
                escape(&words::event(seen.fact.event.word(), language.is_zh())),
                format!(
                    "{} <code class=\"id\">{id}</code>",
                    escape(&name.unwrap_or_default())
                ),
                moment(seen.recorded_at_us),
                escape(&actor(it, seen.fact.actor)),
            ],
        );
    }
    out.push_str("</tbody></table>\n");
}

fn signatories(out: &mut String, it: &Page<'_>, seen: &Seen, language: Language) {
    for signatory in seen.fact.signatories.iter() {
        let who = ledger::Actor {
            person: signatory.person,
            organisation: signatory.organisation,
        };
        let _ = writeln!(
            out,
            "<p class=\"soft\">{} {} · {} · {}</p>",
            language.pick("纸质签字", "signed on paper"),
            escape(&actor(it, who)),
            escape(&signatory.capacity.to_string()),
            escape(&signatory.signed_on.to_string()),
        );
    }
    if !seen.fact.documents.is_empty() {
        let documents: Vec<String> = seen
            .fact
            .documents
            .iter()
            .map(ToString::to_string)
            .collect();
        let _ = writeln!(
            out,
            "<p class=\"soft\">{} {}</p>",
            language.pick("依据", "rests on"),
            escape(&documents.join("、")),
        );
    }
}

/// Who, by name as far as the package says.
fn actor(it: &Page<'_>, actor: ledger::Actor) -> String {
    let unit = it.told.view.books.organisations.get(actor.organisation);
    let unit = unit.map_or_else(
        || actor.organisation.to_string(),
        |row| row.name.to_string(),
    );
    let person = it.told.person(actor.person);
    let person = person.map_or_else(|| actor.person.to_string(), str::to_owned);
    format!("{unit} · {person}")
}

/// The evidence files that records name.
fn files(out: &mut String, it: &Page<'_>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    let files = files_named(it.told.seen.iter().map(|seen| &seen.fact));
    if files.is_empty() {
        return;
    }
    section(out, t("四、佐证文件", "4. Evidence files"));
    let _ = writeln!(
        out,
        "<p class=\"soft\">{}</p>\n<ul>",
        t(
            "记录所载 SHA-256;文件本身若随包提供,在 files/ 目录。",
            "By their SHA-256 as recorded; where the files come along they are in files/."
        )
    );
    for file in files {
        let _ = writeln!(out, "<li><code>{file}</code></li>");
    }
    out.push_str("</ul>\n");
}

/// Positions and hashes.
fn records(out: &mut String, it: &Page<'_>, language: Language) {
    let t = |zh: &'static str, en: &'static str| language.pick(zh, en);
    section(out, t("五、记录与散列值", "5. Records and hashes"));
    let heads = [
        t("序号", "Seq"),
        t("位置", "Position"),
        t("登记时间", "Recorded"),
        t(
            "记录散列值 / 前一记录散列值",
            "Hash / hash of the record before",
        ),
    ];
    head(out, &heads);
    for seen in &it.told.seen {
        row(
            out,
            &[
                seen.seq.to_string(),
                seen.position.to_string(),
                moment(seen.recorded_at_us),
                format!("<code>{}</code><br><code>{}</code>", seen.hash, seen.parent),
            ],
        );
    }
    out.push_str("</tbody></table>\n");
}
