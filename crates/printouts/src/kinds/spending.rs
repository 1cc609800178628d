//! Progress of spending 支出进度表: what is paid of the budgets, beside what has gone by of the year,
//! batch by batch and then project by project.

use super::{Seqs, first_seq, last_seq, seqs, shared, table};
use crate::cell::Cell;
use crate::column::{Made, count, heading, ratio, summed, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::money::Fen;
use projections::View;
use projections::progress::{FundProgress, Share, spending_progress};

struct Row {
    document: Cell,
    name: Cell,
    project_number: Cell,
    project: Cell,
    budget_year: u32,
    gone_by: Cell,
    share: Share,
    seqs: Seqs,
}

const BATCHES: &[Made<Row>] = &[
    text("指标文号", "Document", 10, |it| it.document.clone()),
    text("资金名称", "Fund", 14, |it| it.name.clone()),
    count("年度", "Year", |it| Cell::Count(it.budget_year.into())),
    BUDGET,
    PAID,
    REST,
    SPENT,
    GONE_BY,
    BEHIND,
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

const PROJECTS: &[Made<Row>] = &[
    text("项目编码", "Project number", 8, |it| {
        it.project_number.clone()
    }),
    text("项目名称", "Project", 12, |it| it.project.clone()),
    text("指标文号", "Document", 9, |it| it.document.clone()),
    BUDGET,
    PAID,
    REST,
    SPENT,
    GONE_BY,
    BEHIND,
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

const BUDGET: Made<Row> = summed("预算", "Budget", |it| {
    Cell::Amount(it.share.own_budget_fen)
});
const PAID: Made<Row> = summed("实际支出", "Paid, net", |it| {
    Cell::Amount(it.share.paid_net_fen)
});
const REST: Made<Row> = summed("未支出", "Not spent", |it| {
    let rest: Fen = it.share.own_budget_fen.sub(it.share.paid_net_fen);
    Cell::Amount(rest)
});
const SPENT: Made<Row> = ratio("支出进度", "Spent", |it| {
    Cell::share(it.share.paid_net_fen, it.share.own_budget_fen)
});
const GONE_BY: Made<Row> = ratio("时间进度", "Year gone by", |it| it.gone_by.clone());
const BEHIND: Made<Row> = text("低于序时", "Behind", 4, |it| Cell::yes(it.share.behind));

pub(super) fn blocks(view: &View, asked: &Asked) -> Vec<Block> {
    let (mut batches, mut projects) = (Vec::new(), Vec::new());
    for progress in spending_progress(view, asked.on) {
        let year = progress.budget_year;
        if asked.budget_year.is_some_and(|asked| asked != year) {
            continue;
        }
        let FundProgress { fund, .. } = &progress;
        let row = |share: Share| Row {
            document: Cell::text(fund.document.as_ref()),
            name: Cell::text(fund.name.as_ref()),
            project_number: Cell::Empty,
            project: Cell::Empty,
            budget_year: year,
            gone_by: Cell::Ratio {
                numerator: progress.days.into(),
                denominator: progress.of_days.into(),
            },
            share,
            seqs: seqs(view, fund.fund),
        };
        batches.push(row(progress.share));
        projects.extend(progress.projects.iter().map(|line| Row {
            project_number: Cell::text(line.project.number.as_ref()),
            project: Cell::text(line.project.name.as_ref()),
            seqs: shared(view, fund.fund, line.project.project),
            ..row(line.share)
        }));
    }
    vec![
        table(heading("分资金批次", "By batch"), BATCHES, &batches),
        table(heading("分项目", "By project"), PROJECTS, &projects),
    ]
}
