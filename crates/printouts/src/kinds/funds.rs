//! The register of funds 资金台账: a batch a line.

use super::{Seqs, first_seq, last_seq, seqs, table};
use crate::cell::Cell;
use crate::column::{Made, count, heading, ratio, summed, text};
use crate::kind::Asked;
use crate::printout::Block;
use projections::View;
use projections::balances::{FundLine, fund_lines};

struct Row {
    line: FundLine,
    seqs: Seqs,
}

const COLUMNS: &[Made<Row>] = &[
    text("指标文号", "Document", 9, |it| {
        Cell::text(it.line.fund.document.as_ref())
    }),
    text("资金名称", "Fund", 10, |it| {
        Cell::text(it.line.fund.name.as_ref())
    }),
    text("资金来源", "Source", 7, |it| {
        Cell::text(it.line.fund.source)
    }),
    text("接收单位", "Receiver", 6, |it| {
        Cell::text(it.line.receiver.name.as_ref())
    }),
    count("年度", "Year", |it| {
        Cell::Count(it.line.budget_year.into())
    }),
    summed("文件金额", "Announced", |it| {
        Cell::Amount(it.line.announced_fen)
    }),
    summed("指标到位", "Received", |it| {
        Cell::Amount(it.line.received_fen)
    }),
    summed("上级收回", "Reclaimed", |it| {
        Cell::Amount(it.line.reclaimed_from_top_fen)
    }),
    summed("未分解", "Unallocated", |it| {
        Cell::Amount(it.line.unallocated_fen)
    }),
    summed("落实到项目", "In budgets", |it| {
        Cell::Amount(it.line.totals.granted_fen)
    }),
    summed("在途支付", "Instructed", |it| {
        Cell::Amount(it.line.totals.committed_unpaid_fen)
    }),
    summed("实际支出", "Paid, net", |it| {
        Cell::Amount(it.line.totals.paid_net_fen)
    }),
    summed("可用余额", "Available", |it| {
        Cell::Amount(it.line.totals.available_fen)
    }),
    ratio("支出进度", "Spent", |it| {
        Cell::share(it.line.totals.paid_net_fen, it.line.totals.granted_fen)
    }),
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

pub(super) fn blocks(view: &View, asked: &Asked) -> Vec<Block> {
    let lines = fund_lines(view).into_iter();
    let lines = lines.filter(|line| {
        asked
            .budget_year
            .is_none_or(|year| line.budget_year == year)
    });
    let row = |line: FundLine| Row {
        seqs: seqs(view, line.fund.fund),
        line,
    };
    let rows: Vec<Row> = lines.map(row).collect();
    vec![table(heading("资金批次", "Fund batches"), COLUMNS, &rows)]
}
