//! A command about money has been recorded: what is different from then on.

use super::*;

impl Money {
    /// It has happened. The questions that it raises in either way in.
    pub fn happens(&mut self, ask: &Ask, who: &'static str, day: &str) -> Vec<&'static str> {
        let (mut split, mut room) = ((0, 0), Room::default());
        match ask.clone() {
            Ask::Receive { fund, fen } => self.touch(fund).received += fen,
            Ask::Adjust { fund, fen } => {
                let row = self.touch(fund);
                row.received += fen;
                row.adjusted += fen;
            }
            Ask::Allocate {
                fund,
                from,
                to,
                fen,
            } => {
                self.touch(fund);
                self.grants.push(Grant {
                    fund,
                    from,
                    to,
                    fen,
                });
            }
            Ask::Reclaim {
                fund,
                to: None,
                fen,
                ..
            } => self.touch(fund).to_top += fen,
            Ask::Reclaim {
                fund,
                from,
                to: Some(unit),
                fen,
            } => {
                self.touch(fund);
                self.grants.push(Grant {
                    fund,
                    from: unit,
                    to: from,
                    fen: -fen,
                });
            }
            Ask::Carry {
                fund,
                unit,
                fen,
                year,
            } => {
                self.touch(fund);
                self.carried.push((fund, unit, year, fen));
            }
            Ask::Instruct { id, order } => self.instruct(id, order, who, day),
            Ask::Settle { id, fen } => {
                self.change(id, |row| row.settled += fen);
            }
            Ask::Return { id, fen } => {
                let of_settled = fen.min(self.payments[&id].net().max(0));
                split = (of_settled, fen - of_settled);
                room = self.room(&self.payments[&id].order);
                self.change(id, |row| {
                    row.returned += of_settled;
                    row.cancelled += fen - of_settled;
                });
            }
            Ask::Reclassify { id, from, to, fen } => {
                self.change(id, |row| row.reclassify(from, to, fen));
            }
            Ask::Demand { id, fen } => {
                self.change(id, |row| row.demanded += fen);
            }
            Ask::Recover { id, fen } => {
                self.change(id, |row| row.recovered += fen);
            }
            Ask::Offset { id, against, fen } => {
                self.change(against, |_| ());
                self.change(id, |row| row.offset += fen);
            }
            Ask::Waive { id, fen } => self.change(id, |row| row.waived += fen),
            Ask::Withhold { id, fen, due_on } => self.change(id, |row| {
                row.withheld += fen;
                row.due_on = row.due_on.max(due_on);
            }),
            Ask::Release { id, fen, .. } => self.change(id, |row| row.released += fen),
            Ask::Contract(ask) => self.contract_happens(&ask),
            Ask::Claim(ask) => self.claim_happens(&ask, who, day),
            Ask::Reverse { place, .. } => self.reverse(place),
            Ask::Reissue { id, of } => {
                let mut order = self.payments[&of].order.clone();
                order.sources.retain(|row| row.1 > 0);
                self.instruct(id, order, who, day);
                self.change(id, |row| row.of = Some(of));
                self.change(of, |row| row.again = Some(id));
            }
            Ask::Confirm {
                id, result, fen, ..
            } => {
                self.change(id, |row| row.said = Some((result, fen)));
                if result != "received" {
                    return vec!["RECEIPT_DISPUTED"];
                }
            }
        }
        if ask.amount().is_some() {
            self.stated.push(Stated {
                of: ask.of(),
                ask: ask.clone(),
                split,
                room,
                seq: None,
                reversed: false,
            });
        }
        Vec::new()
    }

    pub(super) fn touch(&mut self, fund: u64) -> &mut Fund {
        let row = self.funds.get_mut(&fund).unwrap();
        row.version += 1;
        row
    }

    pub(super) fn change(&mut self, id: u64, change: impl FnOnce(&mut Payment)) {
        let row = self.payments.get_mut(&id).unwrap();
        row.version += 1;
        change(row);
    }

    fn instruct(&mut self, id: u64, order: Order, by: &'static str, day: &str) {
        let day = day.to_owned();
        let row = Payment {
            order,
            by,
            day,
            settled: 0,
            returned: 0,
            cancelled: 0,
            demanded: 0,
            recovered: 0,
            offset: 0,
            waived: 0,
            withheld: 0,
            released: 0,
            due_on: "",
            of: None,
            again: None,
            said: None,
            version: 1,
        };
        self.payments.insert(id, row);
        self.fresh = self.fresh.max(id + 1);
    }
}
