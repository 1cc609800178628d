//! Cash: what is in each account, of which batch it is, and who keeps whose money (equation 4,
//! B11).

use crate::View;
use crate::balances::{Equation, is_zero};
use crate::references::{self, BeforeBook, FundReference, Term, UnitReference, term, total};
use hashbrown::HashMap;
use ledger::Books;
use ledger::account::rules::{Account, Cash, Custody};
use ledger::date::BusinessDate;
use ledger::ids::{AccountId, CustodyId, FundId, MovementId, PaymentId};
use ledger::money::Fen;
use ledger::text::{Name, Reference, Text};

/// An account in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountLine {
    /// Whose it is.
    pub owner: UnitReference,
    /// The bank that keeps it.
    pub bank: Name,
    /// Its masked number.
    pub masked_number: Reference,
    /// Which one.
    pub account: AccountId,
    /// What sort it is.
    pub kind: Term,
    /// When it was opened.
    pub opened_on: BusinessDate,
    /// When it was closed.
    pub closed_on: Option<BusinessDate>,
    /// What is in it; negative where observed facts say so.
    pub balance_fen: Fen,
    /// The part of it of which nobody knows the batch 来源待查.
    pub unattributed_fen: Fen,
    /// How many records have been about it.
    pub version: u32,
}

/// The terms of equation 4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CashTerms {
    /// There before the book 期初余额: its trace ends there.
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub opening_fen: Fen,
    /// New money.
    pub received_fen: Fen,
    /// From other accounts of this ledger.
    pub transferred_in_fen: Fen,
    /// Interest.
    pub interest_fen: Fen,
    /// Paid and come back.
    pub returned_fen: Fen,
    /// Got back from others.
    pub recovered_fen: Fen,
    /// Paid to others.
    pub paid_fen: Fen,
    /// To other accounts of this ledger.
    pub transferred_out_fen: Fen,
    /// What is there; negative where observed facts say so.
    pub balance_fen: Fen,
}

/// The cash of one batch in one account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchCash {
    /// The batch; none for cash of which nobody knows it 来源待查.
    pub fund: Option<FundReference>,
    /// Where it came from and where it went.
    #[serde(flatten)]
    pub terms: CashTerms,
}

/// A movement of cash, seen from one account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovementLine {
    /// Which one.
    pub movement: MovementId,
    /// What it is.
    pub kind: Term,
    /// Its value date.
    pub value_date: BusinessDate,
    /// Of which batch.
    pub fund: Option<FundReference>,
    /// What it adds to the account; negative where it takes away.
    pub change_fen: Fen,
    /// It has been taken back, and changes nothing any more.
    pub reversed: bool,
    /// The other account of a transfer.
    pub other: Option<AccountId>,
    /// The payment that it carries out or brings back.
    pub payment: Option<PaymentId>,
    /// The bank's reference.
    pub bank_reference: Option<Reference>,
}

/// Who keeps whose money, and how much of it may go out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustodyPosition {
    /// The agreement.
    pub custody: CustodyId,
    /// Its number.
    pub document: Reference,
    /// When it was agreed.
    pub agreed_on: BusinessDate,
    /// Whose money it is.
    pub principal: UnitReference,
    /// Who keeps it.
    pub custodian: UnitReference,
    /// What was agreed.
    pub terms: Text,
    /// The custodian's fee in 1/10,000.
    pub fee_bp: Option<u32>,
    /// A later agreement over the same account has taken its place.
    pub superseded: bool,
    /// Let go of under this agreement.
    pub released_fen: Fen,
    /// What is kept; none where the account is not known here, or no longer kept by it.
    pub held_fen: Option<Fen>,
    /// Let go of and not yet gone out; none as above.
    pub released_unpaid_fen: Option<Fen>,
}

/// An account with all cash in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountView {
    /// The account.
    #[serde(flatten)]
    pub line: AccountLine,
    /// The cash batch by batch, in the order of their documents; what nobody knows comes first.
    pub batches: Vec<BatchCash>,
    /// Where it was taken over from before the book 建账前: until when, and the document that its
    /// opening balances rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
    /// The sums over all batches.
    pub totals: CashTerms,
    /// Equation 4: for every batch, the balance is what the movements add up to.
    pub equation: Equation,
    /// True if equation 4 holds and the batches add up to the account's own balance.
    pub balanced: bool,
    /// The agreements under which it is or was kept, in the order of their making.
    pub custody: Vec<CustodyPosition>,
    /// The last movements, newest first.
    pub movements: Vec<MovementLine>,
    /// How many movements there are in all.
    pub movement_count: usize,
}

impl From<&Cash> for CashTerms {
    fn from(cash: &Cash) -> CashTerms {
        CashTerms {
            opening_fen: cash.opening,
            received_fen: cash.received,
            transferred_in_fen: cash.transferred_in,
            interest_fen: cash.interest,
            returned_fen: cash.returned,
            recovered_fen: cash.recovered,
            paid_fen: cash.paid,
            transferred_out_fen: cash.transferred_out,
            balance_fen: cash.balance(),
        }
    }
}

impl CashTerms {
    /// The sum of many.
    pub(crate) fn total<'a>(parts: impl Iterator<Item = &'a CashTerms> + Clone) -> CashTerms {
        let sum = |field: fn(&CashTerms) -> Fen| total(parts.clone().map(field));
        CashTerms {
            opening_fen: sum(|it| it.opening_fen),
            received_fen: sum(|it| it.received_fen),
            transferred_in_fen: sum(|it| it.transferred_in_fen),
            interest_fen: sum(|it| it.interest_fen),
            returned_fen: sum(|it| it.returned_fen),
            recovered_fen: sum(|it| it.recovered_fen),
            paid_fen: sum(|it| it.paid_fen),
            transferred_out_fen: sum(|it| it.transferred_out_fen),
            balance_fen: sum(|it| it.balance_fen),
        }
    }
}

/// All accounts in one line each, by owner and bank.
#[must_use]
pub fn account_lines(view: &View) -> Vec<AccountLine> {
    let books = &view.books;
    let rows = books.accounts.iter();
    let mut lines: Vec<_> = rows.map(|(id, row)| account_line(books, id, row)).collect();
    lines.sort_by(|a, b| {
        let key = |it: &AccountLine| (it.owner.clone(), it.bank.clone(), it.account);
        key(a).cmp(&key(b))
    });
    lines
}

fn account_line(books: &Books, account: AccountId, row: &Account) -> AccountLine {
    let unattributed = books.cash.get((account, None)).map(Cash::balance);
    AccountLine {
        owner: references::unit(books, row.owner),
        bank: row.bank.clone(),
        masked_number: row.masked_number.clone(),
        account,
        kind: term!(row.kind),
        opened_on: row.opened_on,
        closed_on: row.closed_on,
        balance_fen: row.cash.balance(),
        unattributed_fen: unattributed.unwrap_or_default(),
        version: row.version,
    }
}

/// An account with its newest movements; nothing for one that nobody has opened.
#[must_use]
pub fn account_view(
    view: &View,
    id: AccountId,
    offset: usize,
    limit: usize,
) -> Option<AccountView> {
    let books = &view.books;
    let row = books.accounts.get(id)?;
    let batches = batches(view, id);
    let totals = CashTerms::total(batches.iter().map(|batch| &batch.terms));
    let equation = equation(view, id);
    let (movements, movement_count) = movements(view, id, offset, limit);
    Some(AccountView {
        line: account_line(books, id, row),
        balanced: equation.holds && totals == CashTerms::from(&row.cash),
        batches,
        opening: row.opening.as_deref().map(BeforeBook::from),
        totals,
        equation,
        custody: custody_positions(view, |custody| custody.agreement.account == Some(id)),
        movements,
        movement_count,
    })
}

fn batches(view: &View, id: AccountId) -> Vec<BatchCash> {
    let funds = view.links.funds_of_account(id).iter();
    let show = |fund: &Option<FundId>| {
        let cash = view.books.cash.get((id, *fund))?;
        Some(BatchCash {
            fund: fund.map(|fund| references::fund(&view.books, fund)),
            terms: cash.into(),
        })
    };
    let mut batches: Vec<BatchCash> = funds.filter_map(show).collect();
    batches.sort_by(|a, b| a.fund.cmp(&b.fund));
    batches
}

/// Equation 4.
pub(crate) const CASH: (&str, &str) = (
    "cash = opening + received + transferred in + interest + returned + recovered - paid \
     - transferred out",
    "账面资金 = 期初 + 拨入 + 划入 + 利息 + 退回 + 追回 - 付出 - 划出",
);

/// Equation 4, the right side summed up from the movements themselves.
fn equation(view: &View, id: AccountId) -> Equation {
    let mut moved: HashMap<Option<FundId>, Vec<Fen>> = HashMap::new();
    for movement in view.links.movements_of_account(id) {
        let row = view.books.movements.get(movement);
        if let Some(row) = row.filter(|row| !row.reversed) {
            moved.entry(row.fund).or_default().push(row.change(id));
        }
    }
    let mut sides = Vec::new();
    for fund in view.links.funds_of_account(id) {
        let cash = view.books.cash.get((id, *fund));
        let left = cash.map(Cash::balance).unwrap_or_default();
        let opening = cash.map_or(Fen::ZERO, |cash| cash.opening);
        let right = moved.get(fund).into_iter().flatten().copied();
        let right = total(right.chain([opening]));
        sides.push((left, right));
    }
    Equation {
        number: 4,
        holds: sides.iter().all(|(left, right)| left == right),
        left_fen: total(sides.iter().map(|(left, _)| *left)),
        right_fen: total(sides.iter().map(|(_, right)| *right)),
        text: CASH.0,
        text_zh: CASH.1,
    }
}

fn movements(
    view: &View,
    id: AccountId,
    offset: usize,
    limit: usize,
) -> (Vec<MovementLine>, usize) {
    let mut all: Vec<MovementId> = view.links.movements_of_account(id).collect();
    all.reverse();
    let show = |movement: &MovementId| {
        let row = view.books.movements.get(*movement)?;
        let other = if row.to == Some(id) {
            Some(row.account)
        } else {
            row.to
        };
        Some(MovementLine {
            movement: *movement,
            kind: term!(row.kind),
            value_date: row.value_date,
            fund: row.fund.map(|fund| references::fund(&view.books, fund)),
            change_fen: row.change(id),
            reversed: row.reversed,
            other,
            payment: row.payment,
            bank_reference: row.bank_reference.clone(),
        })
    };
    let page = all.iter().skip(offset).take(limit).filter_map(show);
    (page.collect(), all.len())
}

/// Who keeps whose money (B11), agreement by agreement in the order of their days.
#[must_use]
pub fn custody_positions(view: &View, wanted: impl Fn(&Custody) -> bool) -> Vec<CustodyPosition> {
    let books = &view.books;
    let rows = books.custodies.iter().filter(|(_, row)| wanted(row));
    let mut positions: Vec<_> = rows.map(|(id, row)| position(books, id, row)).collect();
    positions.sort_by(|a, b| {
        let key = |it: &CustodyPosition| (it.agreed_on.first(), it.custody);
        key(a).cmp(&key(b))
    });
    positions
}

fn position(books: &Books, custody: CustodyId, row: &Custody) -> CustodyPosition {
    let agreement = &row.agreement;
    let account = agreement.account.and_then(|id| books.accounts.get(id));
    let kept = account.and_then(|account| account.kept);
    let live = kept.filter(|kept| kept.custody == custody);
    CustodyPosition {
        custody,
        document: agreement.document.clone(),
        agreed_on: row.agreed_on,
        principal: references::unit(books, agreement.principal),
        custodian: references::unit(books, agreement.custodian),
        terms: agreement.terms.clone(),
        fee_bp: agreement.fee_bp,
        superseded: kept.is_some() && live.is_none(),
        released_fen: row.released,
        held_fen: live.and(account).map(|account| account.cash.balance()),
        released_unpaid_fen: live.map(|kept| kept.open()),
    }
}
