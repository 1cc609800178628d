//! Amounts taken back: which ones may be, what rests on them, and what is then as if they had never
//! been recorded (V22).

use super::*;

impl Ask {
    /// The amount that a reversal of it would have to state.
    pub fn amount(&self) -> Option<i64> {
        match self {
            Ask::Receive { fen, .. }
            | Ask::Allocate { fen, .. }
            | Ask::Adjust { fen, .. }
            | Ask::Reclaim { fen, .. }
            | Ask::Carry { fen, .. }
            | Ask::Settle { fen, .. }
            | Ask::Return { fen, .. }
            | Ask::Reclassify { fen, .. }
            | Ask::Demand { fen, .. }
            | Ask::Recover { fen, .. }
            | Ask::Offset { fen, .. }
            | Ask::Waive { fen, .. }
            | Ask::Withhold { fen, .. }
            | Ask::Release { fen, .. } => Some(*fen),
            Ask::Instruct { .. }
            | Ask::Reissue { .. }
            | Ask::Confirm { .. }
            | Ask::Contract(_)
            | Ask::Claim(_)
            | Ask::Reverse { .. } => None,
        }
    }
}

impl Ask {
    /// What an amount is about.
    pub(super) fn of(&self) -> Of {
        match self {
            Ask::Receive { fund, .. }
            | Ask::Allocate { fund, .. }
            | Ask::Adjust { fund, .. }
            | Ask::Reclaim { fund, .. }
            | Ask::Carry { fund, .. } => Of::Fund(*fund),
            Ask::Settle { id, .. }
            | Ask::Return { id, .. }
            | Ask::Reclassify { id, .. }
            | Ask::Demand { id, .. }
            | Ask::Recover { id, .. }
            | Ask::Offset { id, .. }
            | Ask::Waive { id, .. }
            | Ask::Withhold { id, .. }
            | Ask::Release { id, .. } => Of::Payment(*id),
            other => panic!("{other:?}"),
        }
    }
}

impl Money {
    /// Something that came later needs what is to be taken back.
    pub(super) fn rests(&self, stated: &Stated) -> bool {
        match stated.of {
            Of::Fund(_) => self.rests_on_authority(&stated.ask),
            Of::Payment(id) => self.rests_on_payment(id, stated),
        }
    }

    fn rests_on_authority(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Receive { fund, fen } | Ask::Adjust { fund, fen } => {
                *fen > self.left(*fund, COUNTY).max(0)
            }
            Ask::Allocate {
                fund,
                from,
                to,
                fen,
            } => *fen > self.reclaimable(*fund, *to, Some(*from)),
            Ask::Reclaim {
                fund,
                to: Some(unit),
                fen,
                ..
            } => *fen > self.left(*fund, *unit).max(0),
            _ => false,
        }
    }

    fn rests_on_payment(&self, id: u64, stated: &Stated) -> bool {
        let row = &self.payments[&id];
        let mut then = row.clone();
        then.undo(stated);
        let confirmed = row.said.map_or(0, |said| said.1);
        let overdrawn = || self.overdrawn(id, &then, &stated.room) > 0;
        match stated.ask {
            Ask::Settle { .. } => then.net() < 0 || confirmed > then.net(),
            Ask::Return { fen, .. } => {
                row.again.is_some() || overdrawn() || self.filled(&row.order, fen, &stated.room)
            }
            Ask::Reclassify { to, fen, .. } => row.share(to) < fen || overdrawn(),
            Ask::Demand { .. } => then.outstanding() < 0,
            Ask::Recover { fen, .. } | Ask::Offset { fen, .. } => {
                overdrawn() || self.filled(&row.order, fen, &stated.room)
            }
            Ask::Withhold { .. } => then.retained() < 0,
            Ask::Waive { .. } | Ask::Release { .. } => false,
            ref other => panic!("{other:?}"),
        }
    }

    pub(super) fn reverse(&mut self, place: usize) {
        let stated = &mut self.stated[place];
        stated.reversed = true;
        let stated = stated.clone();
        match stated.of {
            Of::Payment(id) => self.change(id, |row| row.undo(&stated)),
            Of::Fund(fund) => self.undo_authority(fund, &stated.ask),
        }
    }

    fn undo_authority(&mut self, fund: u64, ask: &Ask) {
        let row = self.touch(fund);
        match ask.clone() {
            Ask::Receive { fen, .. } => row.received -= fen,
            Ask::Adjust { fen, .. } => {
                row.received -= fen;
                row.adjusted -= fen;
            }
            Ask::Allocate { from, to, fen, .. } => self.grants.push(Grant {
                fund,
                from,
                to,
                fen: -fen,
            }),
            Ask::Reclaim { to: None, fen, .. } => row.to_top -= fen,
            Ask::Reclaim {
                from,
                to: Some(unit),
                fen,
                ..
            } => self.grants.push(Grant {
                fund,
                from: unit,
                to: from,
                fen,
            }),
            Ask::Carry {
                unit, fen, year, ..
            } => {
                let same = (fund, unit, year, fen);
                let place = self.carried.iter().position(|row| *row == same);
                self.carried.remove(place.unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
}
