//! The days that the books forget: when authority moved, when a payment came back, how often an
//! item was put off or sent back.
//!
//! Movements are kept with their records; whoever reads them leaves out those that were reversed.

use crate::Entry;
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::Event;
use ledger::fund::{FundEvent, FundOpening, Holder};
use ledger::ids::{FundId, ItemId};
use ledger::item::rules::Step;
use ledger::money::Fen;
use ledger::payment::PaymentEvent;

/// A movement of authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ledger::form::Form)]
pub(crate) struct Grant {
    /// Its record.
    pub(crate) seq: u64,
    /// When: the last day that it may have been; the day of recording where nobody knows.
    pub(crate) on: Date,
    /// Who gave it; none for the level above the receiver.
    pub(crate) from: Option<Holder>,
    /// Who got it; none for the level above the receiver.
    pub(crate) to: Option<Holder>,
    /// How much; negative where an adjustment took away.
    pub(crate) amount: Fen,
}

/// How often an item was put off or sent back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, ledger::form::Form)]
pub(crate) struct Conduct {
    pub(crate) extensions_requested: u32,
    pub(crate) extensions_granted: u32,
    pub(crate) extensions_refused: u32,
    pub(crate) plans_returned: u32,
    pub(crate) closures_returned: u32,
    pub(crate) reopened: u32,
    pub(crate) requests_withdrawn: u32,
    pub(crate) handed_on: u32,
}

/// The days that the books forget.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct Days {
    #[serde(serialize_with = "crate::parts::map")]
    grants: HashMap<FundId, Vec<Grant>>,
    #[serde(serialize_with = "crate::parts::map")]
    returns: HashMap<u64, Date>,
    #[serde(serialize_with = "crate::parts::map")]
    conduct: HashMap<ItemId, Conduct>,
}

impl Days {
    pub(crate) fn take_in(&mut self, books: &ledger::Books, entry: &Entry<'_>) {
        let on = entry.fact.occurred_on.last();
        let on = on.unwrap_or_else(|| entry.recorded_on());
        if let Event::Fund(FundEvent::TakenOver(opening)) = &entry.fact.event {
            self.taken_over(entry.seq, on, opening);
            return;
        }
        match &entry.fact.event {
            Event::Fund(event) => {
                let receiver = |fund| {
                    let row = books.funds.get(fund)?;
                    Some(Holder::Organisation(row.announcement.receiver))
                };
                let (fund, from, to, amount) = match event {
                    FundEvent::Received(it) => (it.fund, None, receiver(it.fund), it.amount_fen),
                    FundEvent::Adjusted(it) => (it.fund, None, receiver(it.fund), it.delta_fen),
                    FundEvent::Allocated(it) => {
                        let from = Holder::Organisation(it.from);
                        (it.fund, Some(from), Some(it.to), it.amount_fen)
                    }
                    FundEvent::Reclaimed(it) => {
                        let to = it.to.map(Holder::Organisation);
                        (it.fund, Some(it.from), to, it.amount_fen)
                    }
                    FundEvent::Announced(_)
                    | FundEvent::CarriedOver(_)
                    | FundEvent::TakenOver(_) => return,
                };
                self.grants.entry(fund).or_default().push(Grant {
                    seq: entry.seq,
                    on,
                    from,
                    to,
                    amount,
                });
            }
            Event::Payment(PaymentEvent::Returned(_)) => {
                self.returns.insert(entry.seq, on);
            }
            Event::Item(event) => {
                self.item(event.item(), Step::behind(event));
            }
            Event::Payment(_)
            | Event::Ledger(_)
            | Event::Token(_)
            | Event::Log(_)
            | Event::Organisation(_)
            | Event::Overlay(_)
            | Event::Subject(_)
            | Event::Project(_)
            | Event::Milestone(_)
            | Event::Contract(_)
            | Event::Claim(_)
            | Event::Account(_)
            | Event::Contribution(_)
            | Event::BankLine(_)
            | Event::List(_)
            | Event::Receipt(_)
            | Event::Record(_)
            | Event::Entry(_)
            | Event::Round(_)
            | Event::Evidence(_)
            | Event::Import(_) => {}
        }
    }

    /// What was there before the book counts from the cut-over day: no document says since when.
    fn taken_over(&mut self, seq: u64, on: Date, opening: &FundOpening) {
        let on = opening.cut_over.on.last().unwrap_or(on);
        let receiver = Holder::Organisation(opening.announcement.receiver);
        let lines = opening.lines.iter().map(|line| {
            let from = Holder::Organisation(line.from);
            (Some(from), Some(line.to), line.amount_fen)
        });
        let top = [
            (None, Some(receiver), opening.received_fen),
            (Some(receiver), None, opening.reclaimed_from_top_fen),
        ];
        let all = top.into_iter().chain(lines);
        let grants = self.grants.entry(opening.announcement.fund).or_default();
        grants.extend(all.map(|(from, to, amount)| Grant {
            seq,
            on,
            from,
            to,
            amount,
        }));
    }

    fn item(&mut self, item: ItemId, step: Step) {
        let which: fn(&mut Conduct) -> &mut u32 = if step == Step::RequestExtension {
            |it| &mut it.extensions_requested
        } else if step == Step::GrantExtension {
            |it| &mut it.extensions_granted
        } else if step == Step::RefuseExtension {
            |it| &mut it.extensions_refused
        } else if step == Step::ReturnPlan {
            |it| &mut it.plans_returned
        } else if step == Step::ReturnForRework {
            |it| &mut it.closures_returned
        } else if step == Step::FailLookback {
            |it| &mut it.reopened
        } else if step == Step::WithdrawClosureRequest {
            |it| &mut it.requests_withdrawn
        } else if step == Step::Reassign {
            |it| &mut it.handed_on
        } else {
            return;
        };
        let count = which(self.conduct.entry(item).or_default());
        *count = count.saturating_add(1);
    }

    /// The movements of authority of a batch that were not reversed, in the order of their
    /// records.
    pub(crate) fn grants<'a>(
        &'a self,
        books: &'a ledger::Books,
        fund: FundId,
    ) -> impl Iterator<Item = &'a Grant> {
        let all = self.grants.get(&fund).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|it| !books.reversed.contains(it.seq))
    }

    /// When a payment came back, by the record that says so.
    pub(crate) fn returned_on(&self, seq: u64) -> Option<Date> {
        self.returns.get(&seq).copied()
    }

    /// How often an item was put off or sent back.
    pub(crate) fn conduct(&self, item: ItemId) -> Conduct {
        self.conduct.get(&item).copied().unwrap_or_default()
    }
}

/// The days from one day to another; negative if it is later, 0 where they are beyond counting.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
