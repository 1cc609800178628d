//! The register of projects 项目台账: a project a line.

use super::{Refusal, Seqs, first_seq, last_seq, seqs, table};
use crate::cell::Cell;
use crate::column::{Made, heading, ratio, summed, text};
use crate::kind::Asked;
use crate::printout::Block;
use projections::project_view::{ProjectFilter, ProjectLine, project_lines};
use projections::{Fraction, View};

struct Row {
    line: ProjectLine,
    seqs: Seqs,
}

const COLUMNS: &[Made<Row>] = &[
    text("项目编码", "Number", 8, |it| {
        Cell::text(it.line.project.number.as_ref())
    }),
    text("项目名称", "Project", 12, |it| {
        Cell::text(it.line.project.name.as_ref())
    }),
    text("实施单位", "Carried out by", 7, |it| {
        Cell::text(it.line.implementing_unit.name.as_ref())
    }),
    text("实施地点", "Area", 6, |it| {
        Cell::text(it.line.area.name.as_ref())
    }),
    text("状态", "State", 5, |it| {
        Cell::text(Some(it.line.state.zh))
    }),
    summed("计划投资", "Planned", |it| {
        Cell::Amount(it.line.planned_fen)
    }),
    summed("批复投资", "Approved", |it| {
        Cell::Amount(it.line.approved_fen)
    }),
    summed("到项目指标", "Budget", |it| {
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
    ratio("形象进度(上报)", "Done, reported", |it| {
        done(it.line.progress.reported)
    }),
    ratio("形象进度(核实)", "Done, verified", |it| {
        done(it.line.progress.verified)
    }),
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

fn done(share: Option<Fraction>) -> Cell {
    let both = |share: Fraction| {
        let numerator = i128::try_from(share.numerator()).ok()?;
        let denominator = i128::try_from(share.denominator()).ok()?;
        Some(Cell::Ratio {
            numerator,
            denominator,
        })
    };
    share.and_then(both).unwrap_or(Cell::Empty)
}

pub(super) fn blocks(view: &View, asked: &Asked) -> Result<Vec<Block>, Refusal> {
    let filter = ProjectFilter {
        state: asked.project_state,
        stage: None,
    };
    let page = project_lines(view, filter, 0, asked.rows_max);
    if page.more {
        return Err(Refusal::TooLong(page.total));
    }
    let row = |line: ProjectLine| Row {
        seqs: seqs(view, line.project.project),
        line,
    };
    let rows: Vec<Row> = page.entries.into_iter().map(row).collect();
    Ok(vec![table(heading("项目", "Projects"), COLUMNS, &rows)])
}
