//! Contributions of others: promised, come, worked, and the part of which nobody knows the source.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

const FEN_MAX: i64 = 1_000_000_000_000_000;

fn contribution(number: u64) -> Uuid {
    Uuid::from_u128(0x1e << 96 | 0x4000_8000 << 48 | u128::from(number))
}

#[derive(Debug, Clone)]
pub(super) enum Ask {
    Pledge {
        id: u64,
        project: u64,
        fen: i64,
        /// The part of which the source is not known.
        unknown: i64,
    },
    Arrive {
        id: u64,
        fen: i64,
    },
    Work {
        id: u64,
        days: i64,
        price: i64,
        fen: i64,
    },
    Resolve {
        id: u64,
        fen: i64,
    },
    Reverse {
        place: usize,
        fen: i64,
    },
}

struct Pledge {
    fen: i64,
    unknown: i64,
    resolved: i64,
}

struct Come {
    ask: Ask,
    seq: Option<u64>,
    reversed: bool,
}

/// What was promised, in the order of its numbers, and whatever came of it.
#[derive(Default)]
pub(super) struct Contributions {
    pledges: Vec<Pledge>,
    come: Vec<Come>,
}

impl Ask {
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Pledge { .. } => "contribution.pledge",
            Ask::Arrive { .. } => "contribution.arrive",
            Ask::Work { .. } => "contribution.contribute_in_kind",
            Ask::Resolve { .. } => "contribution.resolve",
            Ask::Reverse { .. } => "record.reverse",
        }
    }

    /// What came by it, and to which promise.
    fn comes(&self) -> Option<(u64, i64)> {
        match self {
            Ask::Arrive { id, fen } | Ask::Work { id, fen, .. } => Some((*id, *fen)),
            Ask::Pledge { .. } | Ask::Resolve { .. } | Ask::Reverse { .. } => None,
        }
    }
}

impl Contributions {
    fn get(&self, id: u64) -> Option<&Pledge> {
        self.pledges
            .get(usize::try_from(id).unwrap().checked_sub(1)?)
    }

    /// What has come: money, or work.
    fn sum(&self, of: u64, work: bool) -> i64 {
        let rows = self.come.iter().filter(|row| !row.reversed);
        let rows = rows.filter(|row| matches!(row.ask, Ask::Work { .. }) == work);
        let rows = rows.filter_map(|row| row.ask.comes());
        rows.filter(|(id, _)| *id == of).map(|(_, fen)| fen).sum()
    }

    fn open(&self, id: u64) -> i64 {
        let pledged = self.get(id).map_or(0, |row| row.fen);
        pledged - self.sum(id, false) - self.sum(id, true)
    }

    pub fn data(&self, ask: &Ask) -> Value {
        match ask {
            Ask::Pledge {
                id,
                project: of,
                fen,
                unknown,
            } => {
                let mut data = json!({"contribution": contribution(*id), "project": project(*of),
                    "party": org(VILLAGE), "amount_fen": fen, "undetermined_fen": unknown});
                if unknown < fen {
                    data["source_kind"] = json!("self_raised");
                }
                data
            }
            Ask::Arrive { id, fen } => {
                json!({"contribution": contribution(*id), "amount_fen": fen})
            }
            Ask::Work {
                id,
                days,
                price,
                fen,
            } => json!({"contribution": contribution(*id), "labour_days": days,
                "unit_price_fen": price, "value_fen": fen}),
            Ask::Resolve { id, fen } => json!({"contribution": contribution(*id),
                "parts": [{"source_kind": "county", "amount_fen": fen}]}),
            Ask::Reverse { place, fen } => {
                let row = &self.come[*place];
                let (id, _) = row.ask.comes().unwrap();
                json!({"subject": contribution(id), "seq": row.seq.unwrap(), "amount_fen": fen,
                    "reason": "误录"})
            }
        }
    }

    pub fn ask(&self, chance: &mut Chance) -> Ask {
        let fresh = 1 + self.pledges.len() as u64;
        let fen = 1 + i64::try_from(chance.below(900)).unwrap();
        let id = fresh.saturating_sub(chance.below(5)).max(1);
        match chance.below(8) {
            0 | 1 => Ask::Pledge {
                id: if chance.one_in(6) { id } else { fresh },
                project: *chance.pick(&[1, 2, 5, 999_999]),
                fen: fen * 2,
                unknown: *chance.pick(&[0, 0, fen, fen * 2, fen * 3, -1]),
            },
            2..=4 => Ask::Arrive {
                id,
                fen: *chance.pick(&[fen, fen, fen, 0, FEN_MAX + 1]),
            },
            5 => {
                let (days, price) = (1 + fen % 7, 1 + fen / 7);
                let fen = days * price + i64::from(chance.one_in(8));
                Ask::Work {
                    id,
                    days,
                    price,
                    fen,
                }
            }
            6 => Ask::Resolve { id, fen: fen / 2 },
            _ => {
                let known = self.come.iter().filter(|row| row.seq.is_some()).count();
                let back = 1 + usize::try_from(chance.below(6)).unwrap();
                let Some(place) = known.checked_sub(back) else {
                    return Ask::Arrive { id, fen };
                };
                let (_, fen) = self.come[place].ask.comes().unwrap();
                let fen = fen + i64::from(chance.one_in(8));
                Ask::Reverse { place, fen }
            }
        }
    }

    pub fn integrity(&self, ask: &Ask) -> Option<&'static str> {
        let payable = |fen: i64| (1..=FEN_MAX).contains(&fen);
        let checks = match ask {
            Ask::Pledge {
                id,
                project,
                fen,
                unknown,
            } => vec![
                (self.get(*id).is_none(), "ALREADY_EXISTS"),
                (*project != 999_999, "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
                (*unknown >= 0, "BAD_AMOUNT"),
                (unknown <= fen, "SPLIT_MISMATCH"),
            ],
            Ask::Arrive { id, fen } => vec![
                (self.get(*id).is_some(), "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
            ],
            Ask::Work {
                id,
                days,
                price,
                fen,
            } => vec![
                (self.get(*id).is_some(), "NOT_FOUND"),
                (payable(*price) && payable(*fen), "BAD_AMOUNT"),
                (days * price == *fen, "SPLIT_MISMATCH"),
            ],
            Ask::Resolve { id, fen } => {
                let left = self.get(*id).map_or(0, |row| row.unknown - row.resolved);
                vec![
                    (self.get(*id).is_some(), "NOT_FOUND"),
                    (payable(*fen), "BAD_AMOUNT"),
                    (*fen <= left, "SPLIT_MISMATCH"),
                ]
            }
            Ask::Reverse { place, fen } => {
                let row = &self.come[*place];
                let exact = row.ask.comes().is_some_and(|(_, it)| it == *fen);
                vec![(!row.reversed && exact, "BAD_REVERSAL")]
            }
        };
        let mut broken = checks.into_iter().filter(|(good, _)| !good);
        broken.next().map(|(_, code)| code)
    }

    pub fn policy(&self, ask: &Ask) -> Vec<&'static str> {
        let over = ask.comes().is_some_and(|(id, fen)| fen > self.open(id));
        over.then_some("OVER_PAID").into_iter().collect()
    }

    pub fn happens(&mut self, ask: &Ask) {
        match ask {
            Ask::Pledge { fen, unknown, .. } => self.pledges.push(Pledge {
                fen: *fen,
                unknown: *unknown,
                resolved: 0,
            }),
            Ask::Resolve { id, fen } => {
                let place = usize::try_from(*id).unwrap() - 1;
                self.pledges[place].resolved += fen;
            }
            Ask::Reverse { place, .. } => self.come[*place].reversed = true,
            Ask::Arrive { .. } | Ask::Work { .. } => self.come.push(Come {
                ask: ask.clone(),
                seq: None,
                reversed: false,
            }),
        }
    }

    /// The server has recorded it there.
    pub fn recorded(&mut self, ask: &Ask, seq: u64) {
        if ask.comes().is_some() {
            let mut waiting = self.come.iter_mut();
            waiting.find(|row| row.seq.is_none()).unwrap().seq = Some(seq);
        }
    }

    pub fn compare(&self, world: &Client) {
        let shown = world.data("reader", "contributions?limit=1000");
        let lines = shown["contributions"]["entries"].as_array().unwrap();
        assert_eq!(lines.len(), self.pledges.len(), "{shown:#}");
        for (id, row) in (1..).zip(&self.pledges) {
            let mut lines = lines.iter();
            let named = |line: &&Value| line["contribution"] == json!(contribution(id));
            let line = lines.find(named).unwrap();
            assert_eq!(line["pledged_fen"], row.fen, "{line:#}");
            assert_eq!(
                line["undetermined_fen"],
                row.unknown - row.resolved,
                "{line:#}"
            );
            assert_eq!(line["arrived_fen"], self.sum(id, false), "{line:#}");
            assert_eq!(line["in_kind_fen"], self.sum(id, true), "{line:#}");
            assert_eq!(line["open_fen"], self.open(id), "{line:#}");
        }
    }
}
