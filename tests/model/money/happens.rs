//! A command about money has been recorded: what is different from then on.

use super::*;

impl Money {
    /// It has happened. The questions that it raises in either way in.
    pub fn happens(&mut self, ask: &Ask, who: &'static str, day: &str) -> Vec<&'static str> {
        match ask.clone() {
            Ask::Receive { fund, fen } | Ask::Adjust { fund, fen } => {
                self.touch(fund).received += fen;
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
            Ask::Carry { fund, .. } => {
                self.touch(fund);
            }
            Ask::Instruct { id, order } => self.instruct(id, order, who, day),
            Ask::Settle { id, fen } => self.change(id, |row| row.settled += fen),
            Ask::Return { id, fen } => self.change(id, |row| {
                let of_settled = fen.min(row.settled - row.returned);
                row.returned += of_settled;
                row.cancelled += fen - of_settled;
            }),
            Ask::Reissue { id, of } => {
                self.instruct(id, self.payments[&of].order.clone(), who, day);
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
        Vec::new()
    }

    fn touch(&mut self, fund: u64) -> &mut Fund {
        let row = self.funds.get_mut(&fund).unwrap();
        row.version += 1;
        row
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Payment)) {
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
            of: None,
            again: None,
            said: None,
            version: 1,
        };
        self.payments.insert(id, row);
        self.fresh = self.fresh.max(id + 1);
    }
}
