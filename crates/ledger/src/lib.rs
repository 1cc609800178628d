//! The domain: what may happen to public money, and what has happened.
//!
//! A *command* asks, an *event* has happened, a *rejection* is the domain saying no. Everything
//! here is a pure function of its arguments: no clock, no randomness, no input or output.
//!
//! # Glossary
//!
//! | word | 中文 | what it is |
//! |---|---|---|
//! | ledger | 账本 | one chain of records, as a rule one county's |
//! | period | 账期(封账) | the money through a day, prepared by one and signed off by another (V23) |
//! | organisation | 机构/区划 | a unit of the area tree |
//! | overlay | 战区/片区 | a zone that cuts across the area tree |
//! | subject (person) | 人员/农户 | a natural person or household; everything but the id is sealed |
//! | fund | 资金批次/指标 | the money of one document: authority to spend |
//! | allocate | 分配、分解下达 | pass authority on to a unit or into a project's budget |
//! | project, milestone | 项目、节点 | what the money is for, and how far it has come |
//! | contract | 合同 | what a supplier is to do, for which price, paid by which stages |
//! | claim | 报账 | what is to be paid, with vouchers and signatures, before it is paid |
//! | payment | 支付 | instructed, settled 到账, returned 退票, reissued 补发 |
//! | account, movement | 账户、资金收付 | where the cash is, batch by batch |
//! | custody | 代管 | one organisation keeps the money of another |
//! | contribution | 配套/自筹 | what others promised to a project, and what of it came |
//! | bank line | 银行流水 | what the statement says, matched with a movement or a payment |
//! | list | 清单 | a roster 花名册, a statement 对账单 or a table 数据表; counts once complete |
//! | receipt | 到账核实 | what the payee says |
//! | record, reversal, correction | 记录、冲销、更正 | what was recorded wrongly, taken back or put right |
//! | entry | 双人录入 | what one person records and another confirms |
//! | signatory | 纸质签字人 | who signed on paper, and stands for a step |
//! | opening, cut-over | 期初、建账日 | what was there before the book, taken over from a document |
//! | round | 巡察/督查/审计轮次 | an inspection; names the body that closes what it finds |
//! | item | 整改事项 | what must be put right |
//! | letter | 提醒书、督办书、告诫书、问责书 | what a late unit is sent, in this order: the ladder |
//! | cycle | 调度周期 | a unit's month: one dispatch 调度, one supervision 督查, one accountability 追究 |
//! | campaign | 回头看 | closed items looked at again, drawn by a lot that anybody can draw again |
//! | pledge | 责任状 | what a unit has promised to the one above it, and who answers for it |
//! | evidence | 佐证、佐证材料 | a file that proves something: stored by its hash, named by a record |
//! | import | 导入 | a working file of a bureau, read row by row into the book |
//! | printout | 表册文书 | a register, list, letter or sheet that an office prints, signs and files |
//! | log | 日志 | what the `system` ledger says of all records: its key, its seals, its states |
//! | seal | 封存 | what commits to every record of every subject, so that none can be left out |
//! | alert | 疑点 | a question that a broken rule raises, never a verdict |
//! | control, observation | 办理、登记事实 | refused when it breaks policy, or stored with an alert |

// What `#[derive(Form)]` writes names this crate, also within it.
extern crate self as ledger;

#[macro_use]
mod choice;
#[macro_use]
mod noun;

pub mod books;
pub mod chunks;
pub mod context;
pub mod date;
pub mod digest;
pub mod fields;
pub mod form;
pub mod fraction;
pub mod ids;
pub mod money;
pub mod opening;
pub mod personal;
pub mod pii;
pub mod places;
pub mod rarely;
pub mod rejection;
#[cfg(feature = "openapi")]
mod schema;
pub mod seldom;
pub mod subjects;
pub mod table;
pub mod text;

pub mod account;
pub mod bank_line;
pub mod book;
pub mod campaign;
pub mod claim;
pub mod contract;
pub mod contribution;
pub mod cycle;
pub mod entry;
pub mod evidence;
pub mod fund;
pub mod import;
pub mod item;
pub mod list;
pub mod log;
pub mod milestone;
pub mod organisation;
pub mod overlay;
pub mod payment;
pub mod person;
pub mod pledge;
pub mod project;
pub mod receipt;
pub mod record;
pub mod round;
pub mod token;

mod precedence;
#[cfg(test)]
mod testing;

pub use books::Books;
pub use context::{Actor, Admission, Context, Intake, Signatory};
pub use rejection::Rejection;

use date::BusinessDate;
use std::sync::Arc;
use text::Reference;

nouns! {
    /// The ledger itself.
    Ledger book BookCommand BookEvent;
    /// Access tokens.
    Token token TokenCommand TokenEvent;
    /// The log itself.
    Log log LogCommand LogEvent;
    /// Organisation units.
    Organisation organisation OrganisationCommand OrganisationEvent;
    /// Zones.
    Overlay overlay OverlayCommand OverlayEvent;
    /// Persons and households.
    Subject person PersonCommand PersonEvent;
    /// Fund batches.
    Fund fund FundCommand FundEvent;
    /// Projects.
    Project project ProjectCommand ProjectEvent;
    /// Milestones.
    Milestone milestone MilestoneCommand MilestoneEvent;
    /// Contracts.
    Contract contract ContractCommand ContractEvent;
    /// Claims.
    Claim claim ClaimCommand ClaimEvent;
    /// Payments.
    Payment payment PaymentCommand PaymentEvent;
    /// Accounts and cash.
    Account account AccountCommand AccountEvent;
    /// Contributions.
    Contribution contribution ContributionCommand ContributionEvent;
    /// Bank lines.
    BankLine bank_line BankLineCommand BankLineEvent;
    /// Lists.
    List list ListCommand ListEvent;
    /// Receipt confirmations.
    Receipt receipt ReceiptCommand ReceiptEvent;
    /// Records put right.
    Record record RecordCommand RecordEvent;
    /// Entries that wait for a second person.
    Entry entry EntryCommand EntryEvent;
    /// Inspection rounds.
    Round round RoundCommand RoundEvent;
    /// Rectification items.
    Item item ItemCommand ItemEvent;
    /// Monthly cycles.
    Cycle cycle CycleCommand CycleEvent;
    /// Look-back campaigns.
    Campaign campaign CampaignCommand CampaignEvent;
    /// Responsibility pledges.
    Pledge pledge PledgeCommand PledgeEvent;
    /// Evidence files.
    Evidence evidence EvidenceCommand EvidenceEvent;
    /// Imports of working files.
    Import import ImportCommand ImportEvent;
}

/// A command with everything its caller states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Chosen by the caller; the same one twice is the same command.
    pub command_id: uuid::Uuid,
    /// The version its subject is believed to have.
    pub expected_version: Option<u32>,
    /// By which way in.
    pub intake: Intake,
    /// When it happened.
    pub occurred_on: BusinessDate,
    /// The documents it rests on.
    pub documents: Vec<Reference>,
    /// What it belongs together with.
    pub correlation_id: Option<uuid::Uuid>,
    /// What is asked.
    pub command: Command,
}

/// An event with its circumstances: what a record's body says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Who did it.
    pub actor: Actor,
    /// By which way in.
    pub intake: Intake,
    /// When it happened.
    pub occurred_on: BusinessDate,
    /// The documents it rests on.
    pub documents: Vec<Reference>,
    /// What it belongs together with.
    pub correlation_id: Option<uuid::Uuid>,
    /// Who signed on paper, if it was recorded from paper.
    pub signatories: Arc<[Signatory]>,
    /// What happened.
    pub event: Event,
}

impl Fact {
    /// The circumstances in which it was decided, given the day and place of its record.
    #[must_use]
    pub fn context(&self, recorded_on: jiff::civil::Date, seq: u64) -> Context {
        Context {
            seq,
            signatories: Arc::clone(&self.signatories),
            proposed_by: None,
            actor: self.actor,
            intake: self.intake,
            occurred_on: self.occurred_on,
            today: recorded_on,
        }
    }
}

/// What a command makes happen, or why it may not; the file `precedence.rs` says in which order it
/// is judged.
///
/// # Errors
/// The first rule that it breaks. A rejection leaves no trace.
pub fn decide(
    books: &Books,
    admission: &Admission<'_>,
    context: &Context,
    command: &Command,
) -> Result<Vec<Event>, Rejection> {
    precedence::admit(books, admission, context, command)?;
    let events = decide_noun(books, context, command)?;
    if context.intake == Intake::Control {
        let broken = events
            .iter()
            .flat_map(|event| breaches(books, context, event))
            .next();
        if let Some(first) = broken {
            return Err(first);
        }
    }
    Ok(events)
}

/// The policy rules that an event breaks, first things first, judged by the books *before* it. A
/// control command is refused for the first of them; an observed fact is stored and each of them
/// becomes an alert.
#[must_use]
pub fn breaches(books: &Books, context: &Context, event: &Event) -> Vec<Rejection> {
    let signed_off = book::rules::period::breach(books, context.occurred_on, event);
    let mut broken = breaches_noun(books, context, event);
    if let Some(signed_off) = signed_off {
        broken.insert(0, signed_off);
    }
    broken
}

/// Takes an event into the books. Total: what a log says has happened.
pub fn apply(books: &mut Books, context: &Context, event: &Event) {
    book::rules::period::notice(books, context, event);
    apply_noun(books, context, event);
}
