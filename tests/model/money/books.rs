//! What there is of money, added up anew from what was granted and paid.

use super::*;

impl Payment {
    pub(super) fn open(&self) -> i64 {
        (self.order.fen - self.settled - self.cancelled).max(0)
    }

    pub(super) fn state(&self) -> &'static str {
        if self.again.is_some() {
            "reissued"
        } else if self.settled <= self.returned && self.returned + self.cancelled >= self.order.fen
        {
            "returned"
        } else if self.settled == 0 {
            "instructed"
        } else if self.open() > 0 {
            "partly_settled"
        } else {
            "settled"
        }
    }

    /// What a batch bears of an amount: the one named first pays first, the last pays the rest.
    fn borne(&self, amount: i64, fund: u64) -> i64 {
        let (mut rest, mut borne) = (amount, 0);
        for (place, (source, fen)) in self.order.sources.iter().enumerate() {
            let last = place + 1 == self.order.sources.len();
            let share = if last { rest } else { rest.min(*fen) };
            rest -= share;
            if *source == fund {
                borne = share;
            }
        }
        borne
    }

    /// What could not be paid, taken from the batch named last, and then from the one before it.
    fn cancelled_of(&self, fund: u64) -> i64 {
        let mut rest = self.cancelled;
        for (source, fen) in self.order.sources.iter().rev() {
            let share = rest.min(*fen);
            rest -= share;
            if *source == fund {
                return share;
            }
        }
        0
    }
}

impl Budget {
    pub(super) fn available(&self) -> i64 {
        self.granted - self.committed - self.settled + self.returned
    }
}

impl Money {
    pub(super) fn granted(&self, fund: u64, to: Holder) -> i64 {
        let along = self
            .grants
            .iter()
            .filter(|grant| grant.fund == fund && grant.to == to);
        let top = self
            .funds
            .get(&fund)
            .map_or(0, |row| row.received - row.to_top);
        let top = if to == Holder::Unit(COUNTY) { top } else { 0 };
        top + along.map(|grant| grant.fen).sum::<i64>()
    }

    pub(super) fn left(&self, fund: u64, unit: u64) -> i64 {
        let given = self
            .grants
            .iter()
            .filter(|grant| grant.fund == fund && grant.from == unit);
        self.granted(fund, Holder::Unit(unit)) - given.map(|grant| grant.fen).sum::<i64>()
    }

    pub(super) fn budget(&self, fund: u64, project: u64) -> Budget {
        let mut budget = Budget {
            granted: self.granted(fund, Holder::Project(project)),
            committed: 0,
            settled: 0,
            returned: 0,
        };
        for payment in self
            .payments
            .values()
            .filter(|row| row.order.project == project)
        {
            let bears = payment
                .order
                .sources
                .iter()
                .find(|(source, _)| *source == fund);
            if let Some((_, share)) = bears {
                let used = payment.borne(payment.settled, fund) + payment.cancelled_of(fund);
                budget.committed += (share - used).max(0);
                budget.settled += payment.borne(payment.settled, fund);
                budget.returned += payment.borne(payment.returned, fund);
            }
        }
        budget
    }
}
