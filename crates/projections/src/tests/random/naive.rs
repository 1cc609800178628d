//! What a naive reader adds up from the records: every amount once, and with the other sign where
//! it was reversed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here moves neither authority nor cash"
)]

use ledger::account::{AccountEvent, CashNature};
use ledger::fund::{FundEvent, Holder};
use ledger::ids::FundId;
use ledger::record::RecordEvent;
use ledger::{Event, Fact};

/// Of one batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) received: i64,
    pub(super) own_budget: i64,
    pub(super) cash: i64,
    pub(super) cash_paid_net: i64,
}

pub(super) fn sums(facts: &[Fact], fund: FundId) -> Sums {
    let mut sums = Sums::default();
    for fact in facts {
        let (event, sign) = match &fact.event {
            Event::Record(RecordEvent::Reversed(it)) => {
                let place = usize::try_from(it.seq).unwrap() - 1;
                (&facts[place].event, -1)
            }
            event => (event, 1),
        };
        match event {
            Event::Fund(event) => granted(&mut sums, fund, event, sign),
            Event::Account(event) => moved(&mut sums, fund, event, sign),
            _ => {}
        }
    }
    sums
}

fn granted(sums: &mut Sums, of: FundId, event: &FundEvent, sign: i64) {
    match event {
        FundEvent::Received(it) if it.fund == of => sums.received += sign * it.amount_fen.get(),
        FundEvent::Adjusted(it) if it.fund == of => sums.received += sign * it.delta_fen.get(),
        FundEvent::Allocated(it) if it.fund == of => {
            if let Holder::Project(_) = it.to {
                sums.own_budget += sign * it.amount_fen.get();
            }
        }
        FundEvent::Reclaimed(it) if it.fund == of => {
            if let Holder::Project(_) = it.from {
                sums.own_budget -= sign * it.amount_fen.get();
            }
        }
        FundEvent::TakenOver(it) if it.announcement.fund == of => {
            sums.received += it.received_fen.get();
            let to_projects = it.lines.iter();
            let to_projects = to_projects.filter(|line| matches!(line.to, Holder::Project(_)));
            sums.own_budget += to_projects.map(|line| line.amount_fen.get()).sum::<i64>();
        }
        _ => {}
    }
}

fn moved(sums: &mut Sums, of: FundId, event: &AccountEvent, sign: i64) {
    match event {
        AccountEvent::CashReceived(it) if it.fund == Some(of) => {
            sums.cash += sign * it.amount_fen.get();
            if it.nature == CashNature::Returned {
                sums.cash_paid_net -= sign * it.amount_fen.get();
            }
        }
        AccountEvent::InterestCredited(it) if it.fund == Some(of) => {
            sums.cash += sign * it.amount_fen.get();
        }
        AccountEvent::CashPaid(it) if it.fund == Some(of) => {
            sums.cash -= sign * it.amount_fen.get();
            sums.cash_paid_net += sign * it.amount_fen.get();
        }
        AccountEvent::TakenOver(it) => {
            let mine = it.balances.iter().filter(|row| row.fund == Some(of));
            sums.cash += mine.map(|row| row.amount_fen.get()).sum::<i64>();
        }
        _ => {}
    }
}
