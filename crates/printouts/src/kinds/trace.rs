//! Where the money of one batch went 资金流向表: through which units into which projects, to the last
//! payee, and what of it is not explained.

use super::{Refusal, Seqs, first_seq, last_seq, seqs, shared, table};
use crate::cell::Cell;
use crate::column::{Heading, Made, amount, count, date, heading, summed, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::ids::FundId;
use ledger::money::Fen;
use projections::View;
use projections::trace::{
    Explained, ForwardTrace, FundPayments, Grant, PaymentFilter, PaymentLine, TraceBudget,
    TraceUnit, Unexplained, fund_payments, fund_trace,
};

pub(super) fn blocks(view: &View, asked: &Asked) -> Result<Vec<Block>, Refusal> {
    let id = asked.about.map(FundId).ok_or(Refusal::Missing("fund"))?;
    let trace = fund_trace(view, id, 0, 0).ok_or(Refusal::Missing("fund"))?;
    let found = fund_payments(view, id, &asked.payments, asked.rows_max);
    if found.total > asked.rows_max {
        return Err(Refusal::TooLong(found.total));
    }
    let mut facts = batch(&trace);
    // What is asked of its payments alone says nothing of the rest of the batch: its levels beside
    // some of the payments would be taken for theirs.
    let whole = asked.payments == PaymentFilter::default();
    if whole {
        facts.extend(summary(&trace));
    }
    facts.extend(left_out(&found));
    let payments = found.lines.into_iter().map(|line| Row {
        seqs: seqs(view, line.payment),
        line,
    });
    let payments: Vec<_> = payments.collect();
    let payments = table(heading("支付", "Payments"), PAYMENTS, &payments);
    if !whole {
        return Ok(vec![Block::Facts(facts), payments]);
    }
    let units = trace.units.into_iter().map(|line| Row {
        seqs: shared(view, id, line.unit.organisation),
        line,
    });
    let budgets = trace.budgets.into_iter().map(|line| Row {
        seqs: shared(view, id, line.project.project),
        line,
    });
    Ok(vec![
        Block::Facts(facts),
        payments,
        table(
            heading("经手单位", "Units"),
            UNITS,
            &units.collect::<Vec<_>>(),
        ),
        table(
            heading("项目", "Projects"),
            BUDGETS,
            &budgets.collect::<Vec<_>>(),
        ),
    ])
}

struct Row<T> {
    line: T,
    seqs: Seqs,
}

const UNITS: &[Made<Row<TraceUnit>>] = &[
    text("单位", "Unit", 12, |it| {
        Cell::text(it.line.unit.name.as_ref())
    }),
    count("层级", "Depth", |it| {
        Cell::count(it.line.depth.map(u64::from))
    }),
    text("来自", "From", 16, |it| granted_by(&it.line.granted_by)),
    amount("取得", "Granted", |it| Cell::Amount(it.line.granted_fen)),
    amount("下拨单位", "Passed on", |it| {
        Cell::Amount(it.line.passed_on_fen)
    }),
    summed("落实到项目", "In budgets", |it| {
        Cell::Amount(it.line.own_budget_fen)
    }),
    summed("留存未分解", "Unallocated", |it| {
        Cell::Amount(it.line.unallocated_fen)
    }),
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

const BUDGETS: &[Made<Row<TraceBudget>>] = &[
    text("项目编码", "Number", 8, |it| {
        Cell::text(it.line.project.number.as_ref())
    }),
    text("项目名称", "Project", 12, |it| {
        Cell::text(it.line.project.name.as_ref())
    }),
    text("来自", "From", 12, |it| granted_by(&it.line.granted_by)),
    summed("到项目指标", "Budget", |it| {
        Cell::Amount(it.line.spending.granted_fen)
    }),
    summed("在途支付", "Instructed", |it| {
        Cell::Amount(it.line.spending.committed_unpaid_fen)
    }),
    summed("实际支出", "Paid, net", |it| {
        Cell::Amount(it.line.spending.paid_net_fen)
    }),
    summed("可用余额", "Available", |it| {
        Cell::Amount(it.line.spending.available_fen)
    }),
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

const PAYMENTS: &[Made<Row<PaymentLine>>] = &[
    text("支付凭证号", "Voucher", 8, |it| {
        Cell::text(Some(&it.line.voucher))
    }),
    date("支付日期", "Instructed", |it| {
        Cell::Date(it.line.instructed_on)
    }),
    text("项目", "Project", 9, |it| {
        Cell::text(it.line.project.name.as_ref())
    }),
    text("收款人", "Payee", 9, payee),
    text("状态", "State", 4, |it| {
        Cell::text(Some(it.line.state.zh))
    }),
    summed("支付金额", "Amount", |it| {
        Cell::Amount(it.line.amount_fen)
    }),
    summed("到账", "Settled", |it| Cell::Amount(it.line.settled_fen)),
    summed("退票", "Returned", |it| {
        Cell::Amount(it.line.returned_fen)
    }),
    summed("追回", "Recovered", |it| {
        Cell::Amount(it.line.recovered_fen)
    }),
    text("到账核实", "Receipt", 5, |it| {
        Cell::text(it.line.receipt.map(|receipt| receipt.result.zh))
    }),
    first_seq(|it| Cell::count(it.seqs.first)),
    last_seq(|it| Cell::count(it.seqs.last)),
];

fn payee(it: &Row<PaymentLine>) -> Cell {
    let payee = &it.line.payee;
    match (payee.subject, &payee.name, payee.organisation) {
        (Some(person), _, _) => Cell::Persons(vec![person]),
        (None, Some(name), _) => Cell::text(Some(name)),
        (None, None, Some(unknown)) => Cell::Text(format!("未登记 {unknown}")),
        (None, None, None) => Cell::Empty,
    }
}

fn granted_by(grants: &[Grant]) -> Cell {
    let grant = |grant: &Grant| {
        let name = grant.unit.name.as_ref().map(ToString::to_string);
        let name = name.unwrap_or_else(|| grant.unit.organisation.to_string());
        format!("{name} {} 元", grant.amount_fen)
    };
    let grants: Vec<String> = grants.iter().map(grant).collect();
    Cell::text(Some(grants.join(";")))
}

/// The batch.
fn batch(trace: &ForwardTrace) -> Vec<(Heading, Cell)> {
    let name = |name: Option<&ledger::text::Name>| Cell::text(name);
    vec![
        (
            heading("指标文号", "Document"),
            Cell::text(trace.fund.document.as_ref()),
        ),
        (heading("资金名称", "Fund"), name(trace.fund.name.as_ref())),
        (
            heading("下达单位", "Issuer"),
            name(trace.issuer.name.as_ref()),
        ),
        (
            heading("接收单位", "Receiver"),
            name(trace.receiver.name.as_ref()),
        ),
    ]
}

/// What is not listed although it was asked for, so that nobody believes that it was never there.
fn left_out(found: &FundPayments) -> Vec<(Heading, Cell)> {
    let counts = [
        (
            heading("已撤销、未列出的支付", "Payments taken back, not listed"),
            found.taken_back,
        ),
        (
            heading(
                "日期不详、未列出的支付",
                "Payments of unknown date, not listed",
            ),
            found.undated,
        ),
    ];
    let any = counts.into_iter().filter(|(_, count)| *count > 0);
    any.map(|(heading, count)| (heading, Cell::len(count)))
        .collect()
}

/// Every level with what it has.
fn summary(trace: &ForwardTrace) -> Vec<(Heading, Cell)> {
    let levels = levels(trace);
    let amount = |(heading, amount)| (heading, Cell::Amount(amount));
    let mut facts: Vec<(Heading, Cell)> = levels.into_iter().map(amount).collect();
    facts.push((
        heading("一加二等于指标到位", "The two come to what was received"),
        Cell::yes(trace.adds_up),
    ));
    facts
}

/// What came in, and where every fen of it is.
fn levels(trace: &ForwardTrace) -> [(Heading, Fen); 14] {
    // Destructured, so that a level that is added cannot be left out.
    let Explained {
        reclaimed_fen,
        before_book_fen,
        paid_to_organisations_fen,
        paid_and_confirmed_fen,
        total_fen: explained,
    } = trace.explained;
    let Unexplained {
        at_units_fen,
        in_budgets_fen,
        instructed_fen,
        paid_to_unknown_fen,
        paid_unconfirmed_fen,
        paid_disputed_fen,
        total_fen: unexplained,
    } = trace.unexplained;
    [
        (heading("文件金额", "Announced"), trace.announced_fen),
        (heading("指标到位", "Received"), trace.received_fen),
        (heading("一、去向清楚", "Explained"), explained),
        (heading("上级收回", "Reclaimed by the top"), reclaimed_fen),
        (
            heading("建账前已支付", "Paid before the book"),
            before_book_fen,
        ),
        (
            heading("支付给已登记单位", "Paid to known organisations"),
            paid_to_organisations_fen,
        ),
        (
            heading("支付到人并已核实", "Paid to persons, confirmed"),
            paid_and_confirmed_fen,
        ),
        (heading("二、尚待查明", "Not explained"), unexplained),
        (heading("留在单位未分解", "Left with units"), at_units_fen),
        (heading("在项目未支付", "In budgets"), in_budgets_fen),
        (heading("在途支付", "Instructed"), instructed_fen),
        (
            heading("支付给未登记单位", "Paid to unknown parties"),
            paid_to_unknown_fen,
        ),
        (
            heading("支付到人未核实", "Paid to persons, not confirmed"),
            paid_unconfirmed_fen,
        ),
        (
            heading("支付到人有异议", "Paid to persons, disputed"),
            paid_disputed_fen,
        ),
    ]
}
