//! Who holds what: the way from a batch, a unit, a project or a payee to the rows of the books.
//!
//! The books find a row by its whole key; these lists say which keys there are.

use crate::items::Numbered;
use crate::numbers::{Numbers, push_close};
use crate::sums::Sums;
use hashbrown::HashMap;
use ledger::account::AccountEvent;
use ledger::chunks::Chunks;
use ledger::fund::{FundEvent, Holder};
use ledger::ids::{
    AccountId, FundId, MilestoneId, MovementId, OrganisationId, PaymentId, ProjectId, Subject,
};
use ledger::milestone::MilestoneEvent;
use ledger::payment::rules::Payment;
use ledger::payment::{Payee, PaymentEvent, PaymentInstruction};
use ledger::{Books, Event};

/// The keys of rows, by what leads to them; all in the order of their first record.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct Links {
    #[serde(serialize_with = "crate::parts::map")]
    units_of_fund: HashMap<FundId, Vec<OrganisationId>>,
    #[serde(serialize_with = "crate::parts::map")]
    projects_of_fund: HashMap<FundId, Vec<ProjectId>>,
    #[serde(serialize_with = "crate::parts::map")]
    funds_of_unit: HashMap<OrganisationId, Vec<FundId>>,
    #[serde(serialize_with = "crate::parts::map")]
    funds_of_project: HashMap<ProjectId, Vec<FundId>>,
    #[serde(serialize_with = "crate::parts::map")]
    milestones_of_project: HashMap<ProjectId, Vec<MilestoneId>>,
    /// All payments; the lists below hold their places here, in a quarter of the room.
    payments: Chunks<PaymentId>,
    #[serde(serialize_with = "crate::parts::map")]
    payments_of_project: HashMap<ProjectId, Numbers>,
    #[serde(serialize_with = "crate::parts::map")]
    payments_of_payee: HashMap<Subject, Numbers>,
    /// Those that each batch bears, in the order of their instructions. A payment that was moved
    /// away from a batch stays with it, as in the payment's sources. Follows from those and from
    /// the order of all payments.
    #[serde(skip)]
    payments_of_fund: HashMap<FundId, Vec<u32>>,
    /// The batches of which an account has held cash; none stands for cash of nobody knows which.
    #[serde(serialize_with = "crate::parts::map")]
    funds_of_account: HashMap<AccountId, Vec<Option<FundId>>>,
    /// All movements of cash; the lists below hold their places here.
    movements: Chunks<MovementId>,
    #[serde(serialize_with = "crate::parts::map")]
    movements_of_account: HashMap<AccountId, Numbers>,
    /// What payments and movements come to; follows from the books.
    #[serde(skip)]
    pub(crate) sums: Sums,
    /// The items in the order of their numbers; follows from the books.
    #[serde(skip)]
    pub(crate) numbered: Numbered,
}

impl Links {
    /// Before the books take in an event.
    pub(crate) fn before(&mut self, books: &Books, event: &Event) {
        self.sums.take_out(books, event);
        self.numbered.take_out(books, event);
        self.take_in(books, event);
    }

    /// After the books took in an event.
    pub(crate) fn after(&mut self, books: &Books, event: &Event) {
        self.sums.put_in(books, event);
        self.numbered.put_in(books, event);
    }

    /// Takes in an event, before the books do: what they do not have yet is new.
    fn take_in(&mut self, books: &Books, event: &Event) {
        match event {
            Event::Fund(event) => self.fund(books, event),
            Event::Payment(PaymentEvent::Instructed(instruction)) => {
                self.payment(books, instruction);
            }
            Event::Payment(PaymentEvent::Reclassified(it)) => {
                // An observed one may be borne by a batch that gave the project nothing.
                if let Some(payment) = books.payments.get(it.payment) {
                    self.hold(books, it.to, Holder::Project(payment.project));
                    self.bear(it.payment, payment, it.to);
                }
            }
            Event::Account(event) => self.account(event),
            Event::Milestone(MilestoneEvent::Defined(definition)) => {
                if !books.milestones.contains(definition.milestone) {
                    let list = self.milestones_of_project.entry(definition.project);
                    list.or_default().push(definition.milestone);
                }
            }
            Event::Payment(
                PaymentEvent::Settled(_)
                | PaymentEvent::Returned(_)
                | PaymentEvent::Reissued(_)
                | PaymentEvent::RecoveryDemanded(_)
                | PaymentEvent::RecoveryReceived(_)
                | PaymentEvent::RecoveryOffset(_)
                | PaymentEvent::RecoveryWaived(_)
                | PaymentEvent::RetentionWithheld(_)
                | PaymentEvent::RetentionReleased(_),
            )
            | Event::Milestone(MilestoneEvent::Reported(_) | MilestoneEvent::Verified(_))
            | Event::Ledger(_)
            | Event::Token(_)
            | Event::Log(_)
            | Event::Organisation(_)
            | Event::Overlay(_)
            | Event::Subject(_)
            | Event::Project(_)
            | Event::Contract(_)
            | Event::Claim(_)
            | Event::Contribution(_)
            | Event::BankLine(_)
            | Event::List(_)
            | Event::Receipt(_)
            | Event::Record(_)
            | Event::Entry(_)
            | Event::Round(_)
            | Event::Item(_)
            | Event::Evidence(_)
            | Event::Import(_) => {}
        }
    }

    fn account(&mut self, event: &AccountEvent) {
        let (movement, fund, accounts) = match event {
            AccountEvent::CashReceived(it) => (it.movement, it.fund, [Some(it.account), None]),
            AccountEvent::CashPaid(it) => (it.movement, it.fund, [Some(it.account), None]),
            AccountEvent::InterestCredited(it) => (it.movement, it.fund, [Some(it.account), None]),
            AccountEvent::Transferred(it) => (it.movement, it.fund, [Some(it.from), Some(it.to)]),
            AccountEvent::TakenOver(it) => {
                let funds = it.balances.iter().map(|balance| balance.fund);
                let list = self.funds_of_account.entry(it.opening.account);
                list.or_default().extend(funds);
                return;
            }
            AccountEvent::Opened(_)
            | AccountEvent::Closed(_)
            | AccountEvent::CustodyAgreed(_)
            | AccountEvent::CustodyReleased(_) => return,
        };
        let place = self.movements.next_place();
        self.movements.push(movement);
        for account in accounts.into_iter().flatten() {
            self.movements_of_account
                .entry(account)
                .or_default()
                .push(place);
            push_new(self.funds_of_account.entry(account).or_default(), fund);
        }
    }

    fn fund(&mut self, books: &Books, event: &FundEvent) {
        match event {
            // Authority begins with the receipt; a batch that is only announced has its receiver
            // shown all the same.
            FundEvent::Announced(announcement) => {
                self.hold(
                    books,
                    announcement.fund,
                    Holder::Organisation(announcement.receiver),
                );
            }
            FundEvent::TakenOver(opening) => {
                let fund = opening.announcement.fund;
                let receiver = opening.announcement.receiver;
                let lines = opening.lines.iter();
                let lines = lines.flat_map(|line| [Holder::Organisation(line.from), line.to]);
                let spent = opening.spent.iter();
                let spent = spent.map(|spending| Holder::Project(spending.project));
                // A project is held by the first line that names it, and its row comes after all.
                let mut holders = vec![Holder::Organisation(receiver)];
                lines
                    .chain(spent)
                    .for_each(|holder| push_new(&mut holders, holder));
                for holder in holders {
                    self.hold(books, fund, holder);
                }
            }
            FundEvent::Allocated(allocation) => {
                let (fund, from) = (allocation.fund, allocation.from);
                self.hold(books, fund, Holder::Organisation(from));
                self.hold(books, fund, allocation.to);
            }
            FundEvent::Reclaimed(reclaim) => {
                // Without `to` the receiver gives back, and is listed already.
                if let Some(to) = reclaim.to {
                    self.hold(books, reclaim.fund, reclaim.from);
                    self.hold(books, reclaim.fund, Holder::Organisation(to));
                }
            }
            FundEvent::CarriedOver(carry) => {
                self.hold(books, carry.fund, Holder::Organisation(carry.holder));
            }
            FundEvent::Received(_) | FundEvent::Adjusted(_) => {}
        }
    }

    fn hold(&mut self, books: &Books, fund: FundId, holder: Holder) {
        match holder {
            Holder::Organisation(unit) if !books.nodes.contains((fund, unit)) => {
                push_new(self.units_of_fund.entry(fund).or_default(), unit);
                push_new(self.funds_of_unit.entry(unit).or_default(), fund);
            }
            Holder::Project(project) if !books.budgets.contains((fund, project)) => {
                // Every event that holds a budget also makes its row, so that it comes here once.
                self.projects_of_fund.entry(fund).or_default().push(project);
                self.funds_of_project.entry(project).or_default().push(fund);
            }
            Holder::Organisation(_) | Holder::Project(_) => {}
        }
    }

    fn payment(&mut self, books: &Books, instruction: &PaymentInstruction) {
        for source in &instruction.sources {
            self.hold(books, source.fund, Holder::Project(instruction.project));
        }
        if books.payments.contains(instruction.payment) {
            return;
        }
        let place = self.payments.next_place();
        self.payments.push(instruction.payment);
        self.payments_of_project
            .entry(instruction.project)
            .or_default()
            .push(place);
        let payee = payee_subject(instruction.payee);
        self.payments_of_payee.entry(payee).or_default().push(place);
        for source in &instruction.sources {
            push_close(self.payments_of_fund.entry(source.fund).or_default(), place);
        }
    }

    /// A batch bears a payment from now on.
    fn bear(&mut self, id: PaymentId, payment: &Payment, fund: FundId) {
        if payment.sources.iter().any(|source| source.fund == fund) {
            return;
        }
        let of_payee = self.payments_of_payee.get(&payee_subject(payment.payee));
        let mut of_payee = of_payee.map_or(&[][..], Numbers::as_slice).iter();
        let place = of_payee.find(|place| self.payments.get(**place) == Some(&id));
        if let Some(place) = place.copied() {
            let list = self.payments_of_fund.entry(fund).or_default();
            if let Err(at) = list.binary_search(&place) {
                list.insert(at, place);
            }
        }
    }

    /// The units that have held authority out of `fund`.
    #[must_use]
    pub fn units_of_fund(&self, fund: FundId) -> &[OrganisationId] {
        self.units_of_fund.get(&fund).map_or(&[], Vec::as_slice)
    }

    /// The projects that have had a budget out of `fund`.
    #[must_use]
    pub fn projects_of_fund(&self, fund: FundId) -> &[ProjectId] {
        self.projects_of_fund.get(&fund).map_or(&[], Vec::as_slice)
    }

    /// The batches of which `unit` has held authority.
    #[must_use]
    pub fn funds_of_unit(&self, unit: OrganisationId) -> &[FundId] {
        self.funds_of_unit.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The batches out of which `project` has had a budget.
    #[must_use]
    pub fn funds_of_project(&self, project: ProjectId) -> &[FundId] {
        self.funds_of_project
            .get(&project)
            .map_or(&[], Vec::as_slice)
    }

    /// The milestones of `project`.
    #[must_use]
    pub fn milestones_of_project(&self, project: ProjectId) -> &[MilestoneId] {
        self.milestones_of_project
            .get(&project)
            .map_or(&[], Vec::as_slice)
    }

    /// All payments.
    pub fn payments(&self) -> impl Iterator<Item = PaymentId> {
        self.payments.iter().copied()
    }

    /// The payments of `project`.
    pub fn payments_of_project(&self, project: ProjectId) -> impl Iterator<Item = PaymentId> {
        self.resolve(self.places_of_project(project))
    }

    /// The payments to `payee`.
    pub fn payments_of_payee(&self, payee: Payee) -> impl Iterator<Item = PaymentId> {
        let places = self.payments_of_payee.get(&payee_subject(payee));
        self.resolve(places.map_or(&[], Numbers::as_slice))
    }

    /// The places of the payments that `fund` bears, in the order of their instructions.
    pub(crate) fn places_of_fund(&self, fund: FundId) -> &[u32] {
        self.payments_of_fund.get(&fund).map_or(&[], Vec::as_slice)
    }

    /// The payment at a place.
    pub(crate) fn payment_at(&self, place: u32) -> Option<PaymentId> {
        self.payments.get(place).copied()
    }

    /// The payments of all projects that `fund` has given a budget, in the order of their
    /// instructions. Not every one need be borne by it.
    pub(crate) fn payments_near_fund(&self, fund: FundId) -> impl Iterator<Item = PaymentId> {
        let projects = self.projects_of_fund(fund).iter();
        let mut places: Vec<u32> = projects
            .flat_map(|project| self.places_of_project(*project))
            .copied()
            .collect();
        places.sort_unstable();
        places
            .into_iter()
            .filter_map(|place| self.payments.get(place).copied())
    }

    /// The batches of which `account` has held cash; none stands for cash of nobody knows which.
    #[must_use]
    pub fn funds_of_account(&self, account: AccountId) -> &[Option<FundId>] {
        self.funds_of_account
            .get(&account)
            .map_or(&[], Vec::as_slice)
    }

    /// The movements of cash into and out of `account`.
    pub fn movements_of_account(&self, account: AccountId) -> impl Iterator<Item = MovementId> {
        let places = self.movements_of_account.get(&account);
        let places = places.map_or(&[][..], Numbers::as_slice);
        places
            .iter()
            .filter_map(|place| self.movements.get(*place).copied())
    }

    /// The places of the payments of `project`.
    pub(crate) fn places_of_project(&self, project: ProjectId) -> &[u32] {
        self.payments_of_project
            .get(&project)
            .map_or(&[], Numbers::as_slice)
    }

    fn resolve<'a>(&'a self, places: &'a [u32]) -> impl Iterator<Item = PaymentId> {
        places
            .iter()
            .filter_map(|place| self.payments.get(*place).copied())
    }
}

fn payee_subject(payee: Payee) -> Subject {
    match payee {
        Payee::Subject(person) => person.into(),
        Payee::Organisation(unit) => unit.into(),
    }
}

/// A receiver is listed with the announcement, and its row is made by the first receipt: in
/// between the books do not know it yet, but the list does.
fn push_new<T: PartialEq>(list: &mut Vec<T>, new: T) {
    if !list.contains(&new) {
        list.push(new);
    }
}
