//! What is printed at the end: what was loaded, whether it adds up, and what is worth trying.

use super::load::{Loaded, get};
use super::script::{CITY, COUNTY, ROUNDS, Script, VIEWER};
use super::tokens::Tokens;
use crate::cli::print_line;
use anyhow::Context;
use serde_json::Value;
use std::path::Path;

/// How the documents of the invented story begin.
const INVENTED: &str = "虚构示例";
/// The batch of 400 万元 of the documents, and the invented one.
const VILLAGES: &str = "00020006-0004-8000-8000-000000000005";
const STORY: &str = "00020006-0004-8000-8000-000000000090";
/// The invented item, whose closing was refused once.
const ITEM: &str = "00020006-0009-8000-8000-000000000090";
/// The invented claim, which waited for a counter-signature, and its payment.
const CLAIM: &str = "00020006-000d-8000-8000-000000000091";
const PAID: &str = "00020006-0007-8000-8000-000000000005";
/// The invented item that was closed only after the last fen had come.
const RECOVERED: &str = "00020006-0009-8000-8000-000000000091";
/// The invented contract that was half paid before the book, and the last payment on it.
const BEFORE: &str = "00020006-000b-8000-8000-000000000092";
const AFTER: &str = "00020006-0007-8000-8000-000000000008";
/// SHA-256 of `road.png`.
const PHOTO: &str = "a0069ba7e45476535f4eea0f3cee7a7893912498ef9e5cfd381dede7c3b9f2fa";
/// The project with 150 sites.
const SITES: &str = "0002000c-0005-8000-8000-000000000001";
/// A voucher as its record has it; the byte after it is the one that is changed in a copy.
const VOUCHER: &str = "虚构示例-支00";

/// How much was loaded, ledger by ledger, and whether Σ holders is what was received.
pub(super) fn counts(
    server: &str,
    tokens: &Tokens,
    script: &Script,
    loaded: &Loaded,
) -> anyhow::Result<()> {
    let viewer = tokens.of(VIEWER)?;
    let Loaded {
        recorded,
        repeated,
        refused,
        skipped,
    } = loaded;
    let all = *skipped == script.books.len();
    print_line(&if all {
        "账本已在,未重复装载 · the ledgers are there; nothing is loaded twice".to_owned()
    } else {
        format!(
            "新记录 · recorded {recorded},此前已记录 · recorded before {repeated},\
             按预期被拒绝 · refused as expected {refused}"
        )
    });
    print_line("\n账本 · ledgers");
    let ledgers = get(server, viewer, "/v1/ledgers")?;
    for ledger in ledgers.as_array().into_iter().flatten() {
        let count = |name| ledger.pointer(name).and_then(Value::as_u64).unwrap_or(0);
        let nouns = [
            ("/counts/funds", "批资金 · funds"),
            ("/counts/projects", "个项目 · projects"),
            ("/counts/milestones", "个节点 · milestones"),
            ("/counts/overlays", "个战区 · zones"),
            ("/counts/items", "个整改事项 · items"),
            ("/counts/alerts", "条疑点 · alerts"),
        ];
        let name = ledger
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut line = format!("  {name}: {} 条记录 · records", count("/through/seq"));
        for (noun, words) in nouns.into_iter().filter(|(noun, _)| count(noun) > 0) {
            line.push_str(&format!(",{} {words}", count(noun)));
        }
        print_line(&line);
    }
    received(server, viewer, script)
}

/// Every batch of the county: what was received, and what its holders have.
fn received(server: &str, viewer: &str, script: &Script) -> anyhow::Result<()> {
    print_line("\n到位资金 = Σ各持有方 · received = Σ holders");
    let lines = get(server, viewer, &format!("/v1/ledgers/{COUNTY}/funds"))?;
    let (mut reported, mut invented) = (Sum::default(), Sum::default());
    for line in lines
        .pointer("/data")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |name| {
            line.pointer(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let path = format!("/v1/ledgers/{COUNTY}/funds/{}", text("/fund/fund"));
        let balance = get(server, viewer, &path)?;
        let fen = |name| balance.pointer(name).and_then(Value::as_i64);
        let one = Sum {
            received: fen("/data/received_fen").context("no received_fen")?,
            held: fen("/data/holders_sum_fen").context("no holders_sum_fen")?,
        };
        let sum = if text("/fund/document").starts_with(INVENTED) {
            &mut invented
        } else {
            &mut reported
        };
        *sum = sum.plus(&one);
        print_line(&format!("  {}  {}", one.shown(), text("/fund/name")));
    }
    let stated = script.figures.number("002F-03")?;
    anyhow::ensure!(
        i64::try_from(stated) == Ok(reported.received),
        "the ledger has received {} fen, the document says {stated}",
        reported.received
    );
    print_line(&format!(
        "  {}  来源资料合计 · from the document",
        reported.shown()
    ));
    print_line(&format!("  {}  虚构示例合计 · invented", invented.shown()));
    anyhow::ensure!(
        reported.is_held() && invented.is_held(),
        "received is not Σ holders"
    );
    Ok(())
}

/// What was received, and what is held.
#[derive(Default)]
struct Sum {
    received: i64,
    held: i64,
}

impl Sum {
    fn plus(&self, other: &Sum) -> Sum {
        Sum {
            received: self.received.saturating_add(other.received),
            held: self.held.saturating_add(other.held),
        }
    }

    const fn is_held(&self) -> bool {
        self.received == self.held
    }

    fn shown(&self) -> String {
        let sign = if self.is_held() { "✓" } else { "✗" };
        format!(
            "{:>10} 万元 = {:>10} 万元 {sign}",
            wan(self.received),
            wan(self.held)
        )
    }
}

/// Fen as 万元 (a million fen), exactly, with the two digits that are common and more only where
/// there is more.
fn wan(fen: i64) -> String {
    let (whole, rest) = (fen / 1_000_000, (fen % 1_000_000).unsigned_abs());
    let minus = if fen < 0 && whole == 0 { "-" } else { "" };
    let rest = format!("{rest:06}");
    let (common, fine) = rest.split_at(2);
    let mut digits = grouped(whole);
    digits.push('.');
    digits.push_str(common);
    digits.push_str(fine.trim_end_matches('0'));
    format!("{minus}{digits}")
}

fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let sign = if number < 0 { "-" } else { "" };
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    format!("{sign}{}", groups.join(","))
}

/// The page, and lines to paste into a shell.
pub(super) fn worth_trying(
    server: &str,
    tokens: &Tokens,
    script: &Script,
    dir: &Path,
) -> anyhow::Result<()> {
    let viewer = tokens.of(VIEWER)?;
    let (feedback, reported) = (script.figures.day("001-17")?, script.figures.day("001-16")?);
    print_line("\n网页(只读) · the page (read-only)");
    print_line(&format!("  {server}/#token={viewer}"));
    print_line("\n可以一试(先粘贴前两行) · worth trying (paste the first two lines first)");
    print_line(&format!("  A='Authorization: Bearer {viewer}'"));
    print_line(&format!("  U={server}/v1/ledgers"));
    let asks = [
        (
            "余额与等式 · balances and equations",
            format!("{COUNTY}/funds/{VILLAGES}"),
        ),
        (
            "一份文件的资金去向,直到农户 · a document's money, down to the household",
            format!("{COUNTY}/funds/{STORY}/trace"),
        ),
        (
            "逾期整改事项 · overdue items",
            format!("{ROUNDS}/items?overdue=true&today=2018-10-01&limit=3"),
        ),
        (
            "报道当日的整改完成率 · completion on the day of the report",
            format!("{ROUNDS}/completion?by=round&today={reported}"),
        ),
        (
            "谁在何时办了哪一步 · who did what",
            format!("{COUNTY}/steps/{ITEM}"),
        ),
        (
            "150 个建设点的开工率 · 150 sites, how many begun",
            format!("{CITY}/projects/{SITES}"),
        ),
        ("疑点 · alerts", format!("{COUNTY}/alerts?limit=5")),
    ];
    for (what, path) in asks {
        print_line(&format!("  # {what}"));
        print_line(&format!("  curl -s -H \"$A\" \"$U/{path}\""));
    }
    claim_and_photo();
    over_allocation(tokens)?;
    changed_byte(dir)?;
    print_line(&format!(
        "\n  巡察反馈 · feedback {feedback},报道 · report {reported};\
         各令牌 · all tokens: {}",
        dir.join("demo-tokens.json").display()
    ));
    Ok(())
}

/// A number in other brackets; the claim, its paper, what was reversed; the recovery and its photo.
fn claim_and_photo() {
    let asks = [
        (
            "纸质会签由谁录入、谁复核 · who recorded the paper, and who confirmed it",
            format!("timeline/{CLAIM}"),
        ),
        (
            "冲销后的支付,两条记录都在 · a reversal: both records stay",
            format!("timeline/{PAID}"),
        ),
        (
            "代管账户与银行流水 · bank lines and what they are matched with",
            "bank-lines".to_owned(),
        ),
        (
            "自筹资金,其中来源待查 · contributions, a part of unknown source",
            "contributions".to_owned(),
        ),
        (
            "差1分不能销号的事项 · not closed until the last fen",
            format!("items/{RECOVERED}"),
        ),
        (
            "建账前已半完工,累计已付连同建账前 · half-finished before the book",
            format!("contracts/{BEFORE}"),
        ),
        (
            "建账后的支付,溯源止于建账前 · a later payment, whose trace ends before the book",
            format!("payments/{AFTER}/trace"),
        ),
    ];
    print_line("  # 按文号查找,括号写法不限 · a document's number, in any brackets");
    print_line(&format!(
        "  curl -s -G -H \"$A\" --data-urlencode 'q=财[2016]3号' \"$U/{COUNTY}/search\""
    ));
    for (what, path) in asks {
        print_line(&format!("  # {what}"));
        print_line(&format!("  curl -s -H \"$A\" \"$U/{COUNTY}/{path}\""));
    }
    print_line("  # 下载照片并核对哈希 · the photo, and the hash that its record names");
    print_line(&format!(
        "  curl -s -H \"$A\" \"$U/{COUNTY}/files/{PHOTO}\" | sha256sum; echo {PHOTO}"
    ));
}

/// Acceptance scenario 2: four villages have all of it, so one fen more is too much.
fn over_allocation(tokens: &Tokens) -> anyhow::Result<()> {
    let finance = tokens.of("county_recorder")?;
    let county = "00020006-0001-8000-8000-000000000010";
    let village = "00020006-0001-8000-8000-000000000031";
    print_line("  # 四个村已分完,再分 1 分钱:被拒绝 · one fen more than there is: refused");
    print_line(&format!("  F='Authorization: Bearer {finance}'"));
    print_line(&format!(
        "  curl -s -H \"$F\" -H 'Content-Type: application/json' \"$U/{COUNTY}/commands\" -d '\
         {{\"command_id\":\"00020006-000c-8000-8000-000000009999\",\"type\":\"fund.allocate\",\
         \"occurred_on\":\"2016\",\"data\":{{\"fund\":\"{VILLAGES}\",\"from\":\"{county}\",\
         \"to\":{{\"organisation\":\"{village}\"}},\"amount_fen\":1,\"document\":\"试一试\"}}}}'"
    ));
    Ok(())
}

/// A copy in which one digit of one voucher is another one; `verify` names the record.
fn changed_byte(dir: &Path) -> anyhow::Result<()> {
    let name = "journal/00000000000000000000.journal";
    let path = dir.join(name);
    let journal = std::fs::read(&path).with_context(|| path.display().to_string())?;
    let place = journal
        .windows(VOUCHER.len())
        .position(|bytes| bytes == VOUCHER.as_bytes());
    let place = place.and_then(|place| place.checked_add(VOUCHER.len()));
    let place = place.context("the invented voucher is not in the first file of the journal")?;
    let program = std::env::current_exe()?;
    print_line(
        "  # 在副本中改动一个凭证号的一个字节,核验会指出是哪条记录 · change a byte in a copy",
    );
    print_line(&format!(
        "  C=$(mktemp -d) && cp -r {} $C/copy && printf 7 | dd of=$C/copy/{name} bs=1 \
         seek={place} conv=notrunc 2>/dev/null && {} verify $C/copy; rm -rf $C",
        quoted(dir),
        quoted(&program),
    ));
    Ok(())
}

/// As a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = path
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    if plain {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_fen_as_ten_thousand_yuan_exactly() {
        assert_eq!(wan(1_067_560_000), "1,067.56");
        assert_eq!(wan(1), "0.000001");
        assert_eq!(wan(-500_000), "-0.50");
        assert_eq!(wan(80_000_000_000), "80,000.00");
        assert_eq!(wan(0), "0.00");
    }

    #[test]
    fn quotes_what_a_shell_would_split() {
        assert_eq!(quoted(Path::new("./a-b/c.d")), "./a-b/c.d");
        assert_eq!(quoted(Path::new("/a b'c")), r"'/a b'\''c'");
    }
}
