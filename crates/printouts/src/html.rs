//! A printout as a page to be printed on A4. No script, nothing from a network, every text escaped.
//!
//! The foot of a table stands on every page that the table reaches, and says through which record
//! it was made; the numbers of pages are where a browser knows margin boxes (Chromium and Edge from
//! 131 on). What is not shown of an amount, its fen, is in `value` of its `<data>`.

use crate::cell::Cell;
use crate::column::{ColumnKind, Heading};
use crate::printout::{Block, Names, Printout, Table};
use ledger::money::Fen;
use std::fmt::Write as _;

const STYLE: &str = include_str!("html/print.css");

/// The printout as a page.
#[must_use]
pub fn html(printout: &Printout) -> String {
    let title = printout.kind.title();
    let (wide, size) = if printout.kind.is_wide() {
        ("wide", "A4 landscape")
    } else {
        ("tall", "A4 portrait")
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n<title>{} {}</title>\n<style>\n\
         @page {{ size: {size}; margin: 13mm 11mm 15mm; \
         @bottom-right {{ content: \"第 \" counter(page) \" 页 共 \" counter(pages) \" 页\"; \
         font-size: 8pt; color: #555; }} }}\n{STYLE}</style>\n</head>\n<body class=\"{wide}\">\n\
         <h1>{}</h1>\n",
        title.zh,
        escape(&printout.number),
        both(title)
    );
    let ledger = escape(&printout.source.ledger_name);
    let _ = writeln!(
        out,
        "<p class=\"number\">{ledger}&emsp;编号 {}&emsp;统计口径日 {}</p>",
        escape(&printout.number),
        printout.source.on
    );
    for block in &printout.blocks {
        of_block(&mut out, block, printout);
    }
    foot(&mut out, printout);
    out.push_str("</body>\n</html>\n");
    out
}

fn of_block(out: &mut String, block: &Block, printout: &Printout) {
    let names = &printout.names;
    match block {
        Block::Facts(facts) => {
            out.push_str("<table class=\"facts\">\n");
            table_foot(out, 2, printout);
            for (name, cell) in facts {
                let _ = writeln!(out, "<tr><th>{}</th>{}</tr>", both(*name), td(cell, names));
            }
            out.push_str("</tbody></table>\n");
        }
        Block::Table(table) => of_table(out, table, printout),
        Block::Letter {
            to,
            paragraphs,
            from,
            on,
        } => {
            let _ = writeln!(
                out,
                "<div class=\"letter\"><p class=\"to\">{}:</p>",
                escape(to)
            );
            for paragraph in paragraphs {
                let _ = writeln!(out, "<p>{}</p>", escape(paragraph));
            }
            let (from, on) = (escape(from), escape(on));
            let _ = writeln!(
                out,
                "<p class=\"from\">{from}(盖章)</p><p class=\"on\">{on}</p></div>"
            );
        }
        Block::Signatures(places) => {
            out.push_str("<div class=\"signatures\">\n");
            for place in places {
                let _ = writeln!(
                    out,
                    "<div><span>{}</span><span class=\"sign\">签字:&emsp;&emsp;&emsp;&emsp;\
                     年&emsp;月&emsp;日</span></div>",
                    both(*place)
                );
            }
            out.push_str("</div>\n");
        }
    }
}

fn of_table(out: &mut String, table: &Table, printout: &Printout) {
    let _ = write!(out, "<h2>{}</h2>\n<table><colgroup>", both(table.heading));
    for column in &table.columns {
        let _ = write!(out, "<col style=\"width:{}em\">", column.width);
    }
    out.push_str("</colgroup><thead><tr>");
    for column in &table.columns {
        let unit = match column.kind {
            ColumnKind::Amount => "(元)",
            ColumnKind::Text | ColumnKind::Count | ColumnKind::Date | ColumnKind::Ratio => "",
        };
        let Heading { zh, en } = column.heading;
        let _ = write!(out, "<th>{zh}{unit}<span class=\"en\">{en}</span></th>");
    }
    out.push_str("</tr></thead>\n");
    table_foot(out, table.columns.len(), printout);
    let names = &printout.names;
    let mut of_row = |class: &str, row: &[Cell]| {
        let _ = write!(out, "<tr{class}>");
        for cell in row {
            out.push_str(&td(cell, names));
        }
        out.push_str("</tr>\n");
    };
    for row in &table.rows {
        of_row("", row);
    }
    if let Some(totals) = &table.totals {
        of_row(" class=\"totals\"", totals);
    }
    out.push_str("</tbody></table>\n");
}

/// What stands at the foot of every page that a table reaches.
fn table_foot(out: &mut String, columns: usize, printout: &Printout) {
    let place = escape(&printout.source.place());
    let _ = writeln!(
        out,
        "<tfoot><tr><td colspan=\"{columns}\">{place}</td></tr></tfoot>\n<tbody>"
    );
}

fn foot(out: &mut String, printout: &Printout) {
    out.push_str("<footer>");
    for (name, text) in printout.source.lines(&printout.names) {
        let _ = write!(
            out,
            "<span>{} <span class=\"en\">{}</span> {}</span>",
            name.zh,
            name.en,
            escape(&text)
        );
    }
    out.push_str(
        "<div>金额单位为元,合计按分计算。凭截至记录的序号和哈希可在账本中找到本表的依据。\
         <span class=\"en\">Amounts in yuan, summed in fen. Seq and hash lead back to the records.\
         </span></div></footer>\n",
    );
}

fn td(cell: &Cell, names: &Names) -> String {
    let (class, shown) = match cell {
        Cell::Empty => ("text", String::new()),
        Cell::Text(_) | Cell::Persons(_) => ("text", escape(&cell.show_short(names))),
        Cell::Amount(amount) => ("amount", grouped(*amount)),
        Cell::Count(_) => ("count", cell.show(names)),
        Cell::Date(_) => ("date", cell.show(names)),
        Cell::Ratio { .. } => ("ratio", cell.show(names)),
    };
    format!("<td class=\"{class}\">{shown}</td>")
}

/// Yuan with grouped digits, and the fen as the value. A line may end after a comma, so that no
/// amount is ever cut off.
fn grouped(amount: Fen) -> String {
    let text = amount.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |it| ("-", it));
    let mut out = format!("<data value=\"{}\">{sign}", amount.get());
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place > 0 && left.is_multiple_of(3) {
            out.push_str(",<wbr>");
        }
        out.push(digit);
    }
    let _ = write!(out, ".{fraction}</data>");
    out
}

fn both(heading: Heading) -> String {
    let Heading { zh, en } = heading;
    format!("{zh} <span class=\"en\">{en}</span>")
}

/// Text that is text wherever it stands in a page.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
