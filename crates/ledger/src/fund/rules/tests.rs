//! Promised: at every level no more authority is passed on than there is (V6), no sum is ever
//! beyond what is exact (V5), and equation 2 holds after every step. What breaks V6 is stored if
//! it was observed, and the rest is negative.

mod adjustment;
mod allocation;
mod announcement;
mod carry_over;
mod equations;
mod limits;
mod opening;
mod reclaim;

use super::*;
use crate::Command;
use crate::fund::{Adjustment, CarryOver, ReclaimReason, SourceKind};
use crate::testing::*;
use crate::testing::{allocate, announce};
use expect_test::expect;

fn adjust(delta: i64) -> Ask {
    ask(Command::Fund(FundCommand::Adjust(Adjustment {
        fund: fund(1),
        delta_fen: fen(delta),
        reason: text(),
        document: reference(),
    })))
}

fn reclaim(from: Holder, to: Option<u128>, amount: i64) -> Ask {
    ask(Command::Fund(FundCommand::Reclaim(Reclaim {
        fund: fund(1),
        from,
        to: to.map(unit),
        amount_fen: fen(amount),
        reason: ReclaimReason::Surplus,
        document: reference(),
    })))
}

fn carry(holder: u128, amount: i64, to_year: u32) -> Ask {
    ask(Command::Fund(FundCommand::CarryOver(CarryOver {
        fund: fund(1),
        holder: unit(holder),
        amount_fen: fen(amount),
        to_year,
        document: reference(),
    })))
}

/// The same of batch 9, which nobody has announced.
fn of_nothing(ask: Ask) -> Ask {
    let mut ask = ask;
    let Command::Fund(command) = &mut ask.command else {
        panic!("{ask:?}");
    };
    match command {
        FundCommand::Announce(it) => it.fund = fund(9),
        FundCommand::Receive(it) => it.fund = fund(9),
        FundCommand::Allocate(it) => it.fund = fund(9),
        FundCommand::Adjust(it) => it.fund = fund(9),
        FundCommand::Reclaim(it) => it.fund = fund(9),
        FundCommand::CarryOver(it) => it.fund = fund(9),
        FundCommand::TakeOver(it) => it.announcement.fund = fund(9),
    }
    ask
}

/// Batch 1, with all of its 1000 fen.
fn received() -> Vec<Ask> {
    vec![announce(|_| ()), receive(1, 1000)]
}
