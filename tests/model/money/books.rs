//! What there is of money, added up anew from what was granted and paid.

use super::*;

impl Payment {
    pub(super) fn net(&self) -> i64 {
        self.settled - self.returned - self.back()
    }

    /// Came back on demand, or was kept back from another payment.
    pub(super) fn back(&self) -> i64 {
        self.recovered + self.offset
    }

    /// Withheld and not yet paid out.
    pub(super) fn retained(&self) -> i64 {
        self.withheld - self.released
    }

    /// Demanded and not yet come back.
    pub(super) fn outstanding(&self) -> i64 {
        self.demanded - self.back() - self.waived
    }

    /// What of the instruction is a batch's.
    pub(super) fn share(&self, fund: u64) -> i64 {
        let mut sources = self.order.sources.iter();
        sources.find(|row| row.0 == fund).map_or(0, |row| row.1)
    }

    /// Moves a part to another batch, which bears right after the one that it relieves.
    pub(super) fn reclassify(&mut self, from: u64, to: u64, fen: i64) {
        let fen = fen.min(self.share(from));
        let sources = &mut self.order.sources;
        let place = sources.iter().position(|row| row.0 == from).unwrap();
        sources[place].1 -= fen;
        match sources.iter_mut().find(|row| row.0 == to) {
            Some(row) => row.1 += fen,
            None => sources.insert(place + 1, (to, fen)),
        }
    }

    /// As if that had never been recorded.
    pub(super) fn undo(&mut self, stated: &Stated) {
        match stated.ask {
            Ask::Settle { fen, .. } => self.settled -= fen,
            Ask::Return { .. } => {
                self.returned -= stated.split.0;
                self.cancelled -= stated.split.1;
            }
            Ask::Reclassify { from, to, fen, .. } => self.reclassify(to, from, fen),
            Ask::Demand { fen, .. } => self.demanded -= fen,
            Ask::Recover { fen, .. } => self.recovered -= fen,
            Ask::Offset { fen, .. } => self.offset -= fen,
            Ask::Waive { fen, .. } => self.waived -= fen,
            Ask::Withhold { fen, .. } => self.withheld -= fen,
            Ask::Release { fen, .. } => self.released -= fen,
            ref other => panic!("{other:?}"),
        }
    }

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
    pub(super) fn borne(&self, amount: i64, fund: u64) -> i64 {
        let (mut rest, mut borne) = (amount, 0);
        for (place, (source, fen)) in self.order.sources.iter().enumerate() {
            let last = self.order.sources[place + 1..].iter().all(|row| row.1 == 0);
            let last = last && *fen > 0;
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
        self.granted - self.committed - self.settled + self.returned + self.recovered
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
        self.budget_if(fund, project, None)
    }

    /// The budgets of a project that have less, and less than `before`, if a payment is as in
    /// `then`.
    pub(super) fn overdrawn(&self, id: u64, then: &Payment, before: &Room) -> usize {
        let project = then.order.project;
        let short = |fund: &u64| {
            let now = self.budget(*fund, project).available();
            let then = self.budget_if(*fund, project, Some((id, then))).available();
            let before = before.budgets.iter().find(|row| row.0 == *fund);
            then < now && then < before.map_or(0, |row| row.1.min(0))
        };
        self.funds.keys().filter(|fund| short(fund)).count()
    }

    fn budget_if(&self, fund: u64, project: u64, then: Option<(u64, &Payment)>) -> Budget {
        let mut budget = Budget {
            granted: self.granted(fund, Holder::Project(project)),
            committed: 0,
            settled: 0,
            returned: 0,
            recovered: 0,
        };
        if let Some((settled, returned)) = self.before.get(&(fund, project)) {
            budget.settled += settled;
            budget.returned += returned;
        }
        for (id, row) in &self.payments {
            let payment = match then {
                Some((other, then)) if other == *id => then,
                _ => row,
            };
            if payment.order.project != project {
                continue;
            }
            let bears = payment
                .order
                .sources
                .iter()
                .find(|(source, _)| *source == fund);
            if let Some((_, share)) = bears {
                let used = payment.borne(payment.settled, fund) + payment.cancelled_of(fund);
                budget.committed += (share - used).max(0);
                budget.settled += payment.borne(payment.settled, fund);
                let returned = payment.borne(payment.returned, fund);
                let back = payment.borne(payment.returned + payment.back(), fund);
                budget.returned += returned;
                budget.recovered += back - returned;
            }
        }
        budget
    }
}
