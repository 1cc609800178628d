//! The books: the state that decisions read.

use crate::account::rules::{Account, Cash, Custody, Movement};
use crate::bank_line::rules::{Alike, BankLine, LineKey, MatchKey};
use crate::book::rules::period::Period;
use crate::campaign::rules::Campaign;
use crate::claim::rules::Claim;
use crate::contract::rules::Contract;
use crate::contribution::rules::Contribution;
use crate::cycle::rules::Cycle;
use crate::entry::rules::Entry;
use crate::evidence::rules::Evidence;
use crate::fund::rules::{Budget, Fund, Node};
use crate::ids::*;
use crate::import::rules::Import;
use crate::item::rules::Item;
use crate::list::rules::{Due, Line, LinePlace, List, Pending};
use crate::log::rules::{Log, State};
use crate::milestone::rules::Milestone;
use crate::money::Fen;
use crate::organisation::rules::Organisation;
use crate::overlay::rules::Overlay;
use crate::payment::rules::Payment;
use crate::person::rules::Person;
use crate::pledge::rules::Pledge;
use crate::project::rules::Project;
use crate::round::rules::Round;
use crate::table::Table;
use crate::text::{Name, Reference};
use crate::token::rules::Token;

/// The state of one ledger.
#[derive(Debug, Clone, Default, serde::Serialize, crate::form::Form)]
pub struct Books {
    /// The ledger itself; nothing before its first record.
    pub book: Option<Book>,
    /// The log's key and seal; only in the `system` ledger.
    pub log: Log,
    /// The last recorded states of each ledger; only in the `system` ledger.
    pub states: Table<LedgerId, Vec<State>>,
    /// Access tokens; only in the `system` ledger.
    pub tokens: Table<TokenId, Token>,
    /// The area tree.
    pub organisations: Table<OrganisationId, Organisation>,
    /// Zones.
    pub overlays: Table<OverlayId, Overlay>,
    /// Persons and households.
    pub persons: Table<PersonId, Person>,
    /// Fund batches.
    pub funds: Table<FundId, Fund>,
    /// Authority held by units, per batch.
    pub nodes: Table<(FundId, OrganisationId), Node>,
    /// Authority held by projects, per batch.
    pub budgets: Table<(FundId, ProjectId), Budget>,
    /// Projects.
    pub projects: Table<ProjectId, Project>,
    /// Milestones.
    pub milestones: Table<MilestoneId, Milestone>,
    /// The milestones of each project, in the order of their definition.
    pub milestones_of: Table<ProjectId, Vec<MilestoneId>>,
    /// Contracts.
    pub contracts: Table<ContractId, Contract>,
    /// Claims.
    pub claims: Table<ClaimId, Claim>,
    /// Payments.
    pub payments: Table<PaymentId, Payment>,
    /// Bank accounts.
    pub accounts: Table<AccountId, Account>,
    /// Cash per account and batch; none stands for cash of which nobody knows the batch.
    pub cash: Table<(AccountId, Option<FundId>), Cash>,
    /// Movements of cash.
    pub movements: Table<MovementId, Movement>,
    /// Custody agreements.
    pub custodies: Table<CustodyId, Custody>,
    /// The cash that has gone out for a payment, less what came back.
    pub cash_of_payments: Table<PaymentId, Fen>,
    /// Contributions.
    pub contributions: Table<ContributionId, Contribution>,
    /// Bank lines.
    pub bank_lines: Table<BankLineId, BankLine>,
    /// The lines that may be the same, by what of their identity can be looked up.
    pub lines_alike: Table<LineKey, Alike>,
    /// The line in whose live match a target is; none after a match was taken back.
    pub matches: Table<MatchKey, Option<BankLineId>>,
    /// Lists.
    pub lists: Table<ListId, List>,
    /// The list of each place, from 1.
    pub lists_by_place: Table<u32, ListId>,
    /// The lines of all lists, those that do not count among them.
    pub list_lines: Table<LinePlace, Line>,
    /// The lines of statements that are not complete; none after they were completed or dropped.
    pub pending_lines: Table<BankLineId, Option<Box<Pending>>>,
    /// The entries of persons in rosters, those that do not count among them.
    pub due: Table<PersonId, Due>,
    /// Inspection rounds.
    pub rounds: Table<RoundId, Round>,
    /// Rectification items.
    pub items: Table<ItemId, Item>,
    /// Monthly cycles.
    pub cycles: Table<CycleId, Cycle>,
    /// Look-back campaigns.
    pub campaigns: Table<CampaignId, Campaign>,
    /// Responsibility pledges.
    pub pledges: Table<PledgeId, Pledge>,
    /// What waits for a second person.
    pub entries: Table<EntryId, Entry>,
    /// Evidence files.
    pub evidence: Table<EvidenceId, Evidence>,
    /// Imports of working files.
    pub imports: Table<ImportId, Import>,
    /// The records that were reversed, and the record that did it, by sequence number.
    pub reversed: Table<u64, u64>,
    /// The records of which a text was put right, and the last record that did it.
    pub corrected: Table<u64, u64>,
}

/// What the books know of the ledger itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Book {
    /// Its name.
    pub name: Name,
    /// Its area.
    pub area: Reference,
    /// Closed for good.
    pub closed: bool,
    /// Steps signed on paper may be recorded here.
    pub paper_signatures: bool,
    /// What came back for an item counts once a bank line is matched with it.
    pub recoveries_by_bank_line: bool,
    /// How many days before its due date an item's unit is reminded, where the policy says it.
    pub reminder_days: Option<u32>,
    /// By how many overdue days an urged unit is warned, where the policy says it.
    pub warning_days: Option<u32>,
    /// What waits for a second person to sign it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<Period>,
    /// What is signed off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_off: Option<Period>,
    /// How many records have been about it.
    pub version: u32,
}

/// Does the same to every table, with a value or the table of the same name in other books. The
/// pattern has every field, so that a table that is forgotten here does not compile.
macro_rules! each_table {
    ($books:ident $($rest:tt)*) => {
        each_table!(@ ($books $($rest)*)
            states tokens organisations overlays persons funds nodes budgets projects milestones
            milestones_of contracts claims payments accounts cash movements custodies
            cash_of_payments contributions bank_lines lines_alike matches lists
            lists_by_place list_lines pending_lines due rounds items cycles campaigns pledges
            entries evidence imports reversed corrected)
    };
    (@ ($books:ident . $action:ident) $($table:ident)*) => {{
        let Books { book: _, log: _, $($table),* } = $books;
        $($table.$action();)*
    }};
    (@ ($books:ident . $action:ident = $value:ident) $($table:ident)*) => {{
        let Books { book: _, log: _, $($table),* } = $books;
        $($table.$action($value);)*
    }};
    (@ ($books:ident . $action:ident, $other:ident) $($table:ident)*) => {{
        let Books { book: _, log: _, $($table),* } = $books;
        $($table.$action(&$other.$table);)*
    }};
}

/// The tables of what has versions, the largest first, each with its identifier.
macro_rules! each_subject {
    ($then:ident) => {
        $then! {
            payments PaymentId
            items ItemId
            funds FundId
            projects ProjectId
            milestones MilestoneId
            tokens TokenId
            organisations OrganisationId
            overlays OverlayId
            persons PersonId
            contracts ContractId
            claims ClaimId
            accounts AccountId
            contributions ContributionId
            bank_lines BankLineId
            custodies CustodyId
            lists ListId
            rounds RoundId
            cycles CycleId
            campaigns CampaignId
            pledges PledgeId
            entries EntryId
            evidence EvidenceId
            imports ImportId
        }
    };
}

/// A trial of several commands, all of which are kept or none.
#[derive(Debug)]
pub struct Trial {
    book: Option<Book>,
    log: Log,
}

impl Books {
    /// From here on changes are kept apart from the rows that these books share with those whose
    /// copy they are, and run ahead of.
    pub fn lead(&mut self) {
        each_table!(self.lead);
    }

    /// Changes from here on belong to this group, a later one than all before.
    pub fn enter(&mut self, group: u64) {
        each_table!(self.enter = group);
    }

    /// Lets go of all shared rows until [`Books::follow`], so that the books that are followed can
    /// change them where they are.
    pub fn let_go(&mut self) {
        each_table!(self.let_go);
    }

    /// Reads in books on the same way, which have come at least as far as the last
    /// [`Books::retire`] said, by themselves.
    pub fn follow(&mut self, behind: &Books) {
        each_table!(self.follow, behind);
    }

    /// Forgets what groups up to this one changed last: the books that are followed have come to
    /// the same, and every row is in memory once.
    pub fn retire(&mut self, group: u64) {
        each_table!(self.retire = group);
    }

    /// From here on everything can be taken back.
    pub fn begin(&mut self) -> Trial {
        each_table!(self.begin);
        Trial {
            book: self.book.clone(),
            log: self.log.clone(),
        }
    }

    /// Keeps what was done since `begin`.
    pub fn keep(&mut self, _trial: Trial) {
        each_table!(self.keep);
    }

    /// Takes back what was done since `begin`.
    pub fn take_back(&mut self, trial: Trial) {
        each_table!(self.take_back);
        self.book = trial.book;
        self.log = trial.log;
    }

    /// How many records have been mainly about `subject`; 0 for one nobody has heard of.
    #[must_use]
    pub fn version(&self, subject: Subject) -> u32 {
        macro_rules! version {
            ($($table:ident $id:ident)*) => {
                None$(.or_else(|| self.$table.get($id(subject.0)).map(|row| row.version)))*
            };
        }
        each_subject!(version).unwrap_or(0)
    }

    /// One more record about `subject`, which its noun's own rules did not count.
    pub(crate) fn touch(&mut self, subject: Subject) {
        macro_rules! touch {
            ($($table:ident $id:ident)*) => {$(
                if let Some(row) = self.$table.get_mut($id(subject.0)) {
                    row.version = row.version.saturating_add(1);
                    return;
                }
            )*};
        }
        each_subject!(touch);
    }
}
