//! Cash: two accounts, one of them from before the book and kept for somebody else. What is in them
//! is added up anew from the movements, batch by batch (V10, equation 4). A payment that is put to
//! another batch moves no cash.

use crate::harness::*;
use crate::model::money::{FUNDS, Money, take_over};
use serde_json::{Value, json};
use uuid::Uuid;

const FEN_MAX: i64 = 1_000_000_000_000_000;
/// What was in the second account before the book: of batch 1, and of nobody knows which.
const BEFORE: [(Option<u64>, i64); 2] = [(Some(1), 4_000), (None, 500)];
/// The account that is kept for the county.
const KEPT: u64 = 2;

fn account(number: u64) -> Uuid {
    Uuid::from_u128(0x1b << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn movement(number: u64) -> Uuid {
    Uuid::from_u128(0x1c << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn custody() -> Uuid {
    Uuid::from_u128(0x1d << 96 | 0x4000_8000 << 48 | 1)
}

/// A movement of cash, or a permission to move it.
#[derive(Debug, Clone)]
pub(super) struct Moves {
    word: &'static str,
    account: u64,
    to: u64,
    id: u64,
    fund: Option<u64>,
    fen: i64,
    nature: &'static str,
    payment: Option<u64>,
}

#[derive(Debug, Clone)]
pub(super) enum Ask {
    Moves(Moves),
    Reverse { place: usize, fen: i64 },
}

struct Moved {
    what: Moves,
    seq: Option<u64>,
    reversed: bool,
}

pub(super) struct Cash {
    moved: Vec<Moved>,
}

/// The terms of equation 4, in the words of the answers.
pub(super) const TERMS: [&str; 8] = [
    "opening_fen",
    "received_fen",
    "transferred_in_fen",
    "interest_fen",
    "returned_fen",
    "recovered_fen",
    "paid_fen",
    "transferred_out_fen",
];

impl Moves {
    /// Under which terms it stands in an account.
    fn term(&self, account: u64) -> Option<&'static str> {
        let own = self.account == account;
        match (self.word, self.nature) {
            ("account.receive_cash", "received") if own => Some("received_fen"),
            ("account.receive_cash", "returned") if own => Some("returned_fen"),
            ("account.receive_cash", _) if own => Some("recovered_fen"),
            ("account.credit_interest", _) if own => Some("interest_fen"),
            ("account.pay_cash", _) if own => Some("paid_fen"),
            ("account.transfer", _) if own => Some("transferred_out_fen"),
            ("account.transfer", _) if self.to == account => Some("transferred_in_fen"),
            _ => None,
        }
    }

    fn data(&self) -> Value {
        let mut data = json!({"amount_fen": self.fen});
        if self.word == "account.release_custody" {
            data["custody"] = json!(custody());
            return data;
        }
        data["movement"] = json!(movement(self.id));
        if let Some(number) = self.fund {
            data["fund"] = json!(fund(number));
        }
        if let Some(number) = self.payment {
            data["payment"] = json!(payment(number));
        }
        if self.word == "account.transfer" {
            data["from"] = json!(account(self.account));
            data["to"] = json!(account(self.to));
        } else {
            data["account"] = json!(account(self.account));
        }
        if self.word == "account.receive_cash" {
            data["nature"] = json!(self.nature);
        }
        if self.word != "account.credit_interest" {
            data["bank_reference"] = json!(format!("YH-{}", self.id));
        }
        data
    }
}

impl Ask {
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Moves(what) => what.word,
            Ask::Reverse { .. } => "record.reverse",
        }
    }
}

impl Cash {
    pub fn found(world: &Client) -> Cash {
        let opening = |number: u64, kind: &str, owner: u64| {
            json!({"account": account(number), "kind": kind, "owner": org(owner),
                "bank": "曲河农商行青石支行", "masked_number": format!("****000{number}")})
        };
        let first = opening(1, "fiscal_special", BUREAU);
        world.record_on("finance", "2018-01-02", "account.open", first);
        let balance = |(number, fen): (Option<u64>, i64)| match number {
            Some(number) => json!({"fund": fund(number), "amount_fen": fen}),
            None => json!({"amount_fen": fen}),
        };
        let second = json!({
            "opening": opening(KEPT, "custody", PREFECTURE), "balances": BEFORE.map(balance),
            "cut_over": {"on": "2017-12-31", "document": "青财〔2018〕期初"},
        });
        take_over(world, 4, "account", second);
        let agreement = json!({"custody": custody(), "account": account(KEPT),
            "principal": org(COUNTY), "custodian": org(PREFECTURE), "terms": "凭单支付",
            "document": "代管协议"});
        world.record("finance", "account.agree_custody", agreement);
        Cash { moved: Vec::new() }
    }

    fn standing(&self) -> impl Iterator<Item = &Moves> {
        self.moved
            .iter()
            .filter(|it| !it.reversed)
            .map(|it| &it.what)
    }

    /// One term of equation 4 of one batch in one account.
    pub fn term(&self, account: u64, fund: Option<u64>, term: &str) -> i64 {
        if term == "opening_fen" {
            let before = BEFORE.iter().filter(|it| account == KEPT && it.0 == fund);
            return before.map(|it| it.1).sum();
        }
        let mine = self.standing().filter(|it| it.fund == fund);
        let mine = mine.filter(|it| it.term(account) == Some(term));
        mine.map(|it| it.fen).sum()
    }

    pub fn balance(&self, account: u64, fund: Option<u64>) -> i64 {
        let each = TERMS.iter().map(|term| {
            let fen = self.term(account, fund, term);
            match *term {
                "paid_fen" | "transferred_out_fen" => -fen,
                _ => fen,
            }
        });
        each.sum()
    }

    fn balance_of_all(&self, account: u64) -> i64 {
        let funds = (1..=FUNDS).map(Some).chain([None]);
        funds.map(|fund| self.balance(account, fund)).sum()
    }

    /// Paid out for a payment, and come back of it.
    pub fn of_payment(&self, id: u64) -> (i64, i64) {
        let sum = |word: &str| -> i64 {
            let mine = self.standing().filter(|it| it.payment == Some(id));
            mine.filter(|it| it.word == word).map(|it| it.fen).sum()
        };
        (sum("account.pay_cash"), sum("account.receive_cash"))
    }

    /// Released from the kept account and not yet gone.
    fn released(&self) -> i64 {
        let each = self.standing().map(|it| match it.term(KEPT) {
            Some("paid_fen" | "transferred_out_fen") => -it.fen,
            Some("returned_fen") => it.fen,
            _ if it.word == "account.release_custody" => it.fen,
            _ => 0,
        });
        each.sum()
    }

    pub fn data(&self, ask: &Ask) -> Value {
        match ask {
            Ask::Moves(what) => what.data(),
            Ask::Reverse { place, fen } => {
                let row = &self.moved[*place];
                let subject = match row.what.word {
                    "account.release_custody" => custody(),
                    _ => account(row.what.account),
                };
                json!({"subject": subject, "seq": row.seq.unwrap(), "amount_fen": fen,
                    "reason": "误录"})
            }
        }
    }

    pub fn ask(&self, chance: &mut Chance, money: &Money) -> Ask {
        if chance.one_in(5) {
            let known = self.moved.iter().filter(|row| row.seq.is_some()).count();
            let back = 1 + usize::try_from(chance.below(10)).unwrap();
            if let Some(place) = known.checked_sub(back) {
                let fen = self.moved[place].what.fen + i64::from(chance.one_in(10));
                return Ask::Reverse { place, fen };
            }
        }
        let (word, nature) = *chance.pick(&[
            ("account.receive_cash", "received"),
            ("account.receive_cash", "received"),
            ("account.receive_cash", "recovered"),
            ("account.receive_cash", "returned"),
            ("account.pay_cash", ""),
            ("account.pay_cash", ""),
            ("account.transfer", ""),
            ("account.credit_interest", ""),
            ("account.release_custody", ""),
        ]);
        let fen = match chance.below(20) {
            0 => 0,
            1 => FEN_MAX + 1,
            _ => 1 + i64::try_from(chance.below(1_200)).unwrap(),
        };
        let fund = match chance.below(20) {
            0 => Some(999_999),
            1..=3 => None,
            _ => Some(1 + chance.below(FUNDS)),
        };
        let names = word == "account.pay_cash" || nature == "returned" || chance.one_in(20);
        let names = names && !["account.transfer", "account.credit_interest"].contains(&word);
        let payment = money.recent(chance).filter(|_| names && !chance.one_in(4));
        let fresh = 1 + self.moved.len() as u64;
        let first = *chance.pick(&[1, 1, 2, 2, 2, 9]);
        Ask::Moves(Moves {
            word,
            account: first,
            to: if chance.one_in(12) {
                first
            } else {
                3 - first.min(2)
            },
            id: fresh - u64::from(chance.one_in(15)).min(fresh - 1),
            fund,
            fen,
            nature,
            payment,
        })
    }

    pub fn integrity(&self, ask: &Ask, money: &Money) -> Option<&'static str> {
        let checks = match ask {
            Ask::Reverse { place, fen } => {
                let row = &self.moved[*place];
                vec![(!row.reversed && row.what.fen == *fen, "BAD_REVERSAL")]
            }
            Ask::Moves(it) if it.word == "account.release_custody" => {
                vec![((1..=FEN_MAX).contains(&it.fen), "BAD_AMOUNT")]
            }
            Ask::Moves(it) => {
                let accounts = [it.account, it.to];
                let named = if it.word == "account.transfer" { 2 } else { 1 };
                let known = accounts[..named].iter().all(|it| [1, 2].contains(it));
                let twice = named == 2 && it.account == it.to;
                let returned = it.word != "account.receive_cash" || it.nature == "returned";
                let mut moved = self.moved.iter().map(|row| &row.what);
                let taken =
                    moved.any(|row| row.id == it.id && row.word != "account.release_custody");
                let fund = it.fund.is_none_or(|fund| (1..=FUNDS).contains(&fund));
                let payment = it.payment.is_none_or(|id| money.instructed(id).is_some());
                vec![
                    (known, "NOT_FOUND"),
                    (!twice, "BAD_FIELD"),
                    (!taken, "ALREADY_EXISTS"),
                    (fund && payment, "NOT_FOUND"),
                    (it.payment.is_none() || returned, "BAD_FIELD"),
                    ((1..=FEN_MAX).contains(&it.fen), "BAD_AMOUNT"),
                ]
            }
        };
        let mut broken = checks.into_iter().filter(|(good, _)| !good);
        broken.next().map(|(_, code)| code)
    }

    pub fn policy(&self, ask: &Ask, money: &Money) -> Vec<&'static str> {
        let it = match ask {
            Ask::Reverse { place, .. } => {
                let rests = self.rests(&self.moved[*place].what, money);
                return rests.then_some("BAD_REVERSAL").into_iter().collect();
            }
            Ask::Moves(it) => it,
        };
        let short = it.fen > self.balance(it.account, it.fund);
        let kept = it.account == KEPT && it.fen > self.released();
        let (out, back) = it.payment.map_or((0, 0), |id| self.of_payment(id));
        let instructed = it.payment.and_then(|id| money.instructed(id));
        let checks = match it.word {
            "account.receive_cash" => {
                let over = it.payment.is_some() && it.fen > out - back;
                vec![(over, "OVER_PAID")]
            }
            "account.pay_cash" => vec![
                (short, "INSUFFICIENT"),
                (
                    instructed.is_some_and(|fen| it.fen > fen - (out - back)),
                    "OVER_PAID",
                ),
                (kept, "INSUFFICIENT"),
            ],
            "account.transfer" => vec![(short, "INSUFFICIENT"), (kept, "INSUFFICIENT")],
            "account.release_custody" => {
                let free = self.balance_of_all(KEPT) - self.released();
                vec![(it.fen > free, "INSUFFICIENT")]
            }
            _ => vec![],
        };
        let broken = checks.into_iter().filter(|(broken, _)| *broken);
        broken.map(|(_, code)| code).collect()
    }

    /// What came in has gone out since, or a payment would have more or less cash than it may.
    fn rests(&self, it: &Moves, money: &Money) -> bool {
        if it.word == "account.release_custody" {
            return it.fen > self.released();
        }
        let into = match it.word {
            "account.pay_cash" => None,
            "account.transfer" => Some(it.to),
            _ => Some(it.account),
        };
        let spent = into.is_some_and(|into| it.fen > self.balance(into, it.fund));
        let carried = it.payment.is_some_and(|id| {
            let (out, back) = self.of_payment(id);
            match it.word {
                "account.pay_cash" => it.fen > out - back,
                _ => out - back + it.fen > money.instructed(id).unwrap(),
            }
        });
        spent || carried
    }

    pub fn happens(&mut self, ask: &Ask) {
        match ask {
            Ask::Moves(what) => self.moved.push(Moved {
                what: what.clone(),
                seq: None,
                reversed: false,
            }),
            Ask::Reverse { place, .. } => self.moved[*place].reversed = true,
        }
    }

    /// The server has recorded it there.
    pub fn recorded(&mut self, ask: &Ask, seq: u64) {
        if let Ask::Moves(_) = ask {
            let mut waiting = self.moved.iter_mut();
            waiting.find(|row| row.seq.is_none()).unwrap().seq = Some(seq);
        }
    }

    /// Compares every term of every batch in both accounts.
    pub fn compare(&self, world: &Client) {
        for number in [1, 2] {
            let shown = world.data("reader", &format!("accounts/{}", account(number)));
            assert_eq!(shown["balanced"], true, "{shown:#}");
            assert_eq!(shown["equation"]["holds"], true, "{shown:#}");
            assert_eq!(shown["totals"]["balance_fen"], self.balance_of_all(number));
            for of in (1..=FUNDS).map(Some).chain([None]) {
                let id = of.map_or(Value::Null, |number| json!(fund(number)));
                let named = |row: &&Value| match of {
                    Some(_) => row["fund"]["fund"] == id,
                    None => row["fund"].is_null(),
                };
                let row = shown["batches"].as_array().unwrap().iter().find(named);
                let row = row.cloned().unwrap_or_default();
                let said = |term: &str| row[term].as_i64().unwrap_or_default();
                for term in TERMS {
                    let expected = self.term(number, of, term);
                    assert_eq!(said(term), expected, "{term} of {of:?}: {shown:#}");
                }
                assert_eq!(said("balance_fen"), self.balance(number, of), "{shown:#}");
            }
        }
    }
}
