//! Which texts and amounts of a record somebody may look for: the published function behind
//! search.
//!
//! Personal text is not among them and cannot be: `Searched` is implemented for the texts that
//! stand in the clear, and never for `PersonalText`.

use crate::ids::*;
use crate::list::{ListKind, ListLine};
use crate::money::Fen;
use crate::record::{RecordCorrection, RecordReversal};
use crate::text::{Name, Reference, Text};

choices! {
    /// What a record is about: what a search finds.
    Kind {
        Fund = "fund" "资金批次",
        Project = "project" "项目",
        Milestone = "milestone" "项目节点",
        Contract = "contract" "合同",
        Claim = "claim" "报账",
        Payment = "payment" "支付",
        Account = "account" "账户",
        Custody = "custody" "代管协议",
        Contribution = "contribution" "配套自筹",
        BankLine = "bank_line" "银行流水",
        List = "list" "清单",
        Round = "round" "巡察督查审计轮次",
        Item = "item" "整改事项",
        Cycle = "cycle" "调度周期",
        Campaign = "campaign" "回头看",
        Pledge = "pledge" "责任状",
        Evidence = "evidence" "佐证",
        Organisation = "organisation" "机构",
        Overlay = "overlay" "战区片区",
        /// Found by the documents that it rests on: what it proposes does not count yet, and has a
        /// record of its own once it does.
        Entry = "entry" "双人录入",
        /// Found by the documents that a record rests on, never by anything personal.
        Subject = "subject" "人员(户)",
    }
    /// A field that is searched, by its name in the record.
    Field {
        Name = "name" "名称",
        Number = "number" "编号",
        Document = "document" "文号",
        /// Of the record's envelope, whatever it says.
        Documents = "documents" "依据文件",
        Mandate = "mandate" "派出依据文号",
        Basis = "basis" "依据",
        Code = "code" "代码",
        FunctionCode = "function_code" "支出功能分类",
        EconomyCode = "economy_code" "支出经济分类",
        PurposeCode = "purpose_code" "用途代码",
        Voucher = "voucher" "支付凭证号",
        Vouchers = "vouchers" "报账票据号",
        BankReference = "bank_reference" "银行流水号",
        BankSequence = "bank_sequence" "银行记账流水号",
        Bank = "bank" "开户银行",
        MaskedNumber = "masked_number" "账号(末四位)",
        Counterparty = "counterparty" "对方户名",
        Claim = "claim" "报账单号",
        Programme = "programme" "补贴项目",
        Period = "period" "补贴期",
        Key = "key" "指标代码",
        Reference = "reference" "追缴文书号或银行流水号",
        Content = "content" "建设内容",
        Facts = "facts" "问题事实",
        Description = "description" "说明",
        AmountFen = "amount_fen" "金额",
        DeltaFen = "delta_fen" "调剂金额",
        TotalFen = "total_fen" "合计金额",
        ClosingFen = "closing_fen" "期末余额",
        PlannedFen = "planned_fen" "计划金额",
        BudgetFen = "budget_fen" "批复金额",
        AmountInvolvedFen = "amount_involved_fen" "涉及金额",
        EstimateFen = "estimate_fen" "招标估价",
        PriceFen = "price_fen" "价款",
        ApprovedFen = "approved_fen" "审定金额",
        CostFen = "cost_fen" "决算金额",
        ValueFen = "value_fen" "折价金额",
        RecoveryRequiredFen = "recovery_required_fen" "应追缴金额",
    }
}

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A name, a number or a description.
    Text(&'a str),
    /// Money.
    Amount(Fen),
}

/// Takes in one field.
pub type Each<'a> = dyn FnMut(Field, Value<'_>) + 'a;

/// Something that can be found by what it says.
pub trait Fields {
    /// What it is about; none for what is never looked for.
    fn about(&self) -> Option<(Kind, Subject)>;

    /// Calls `each` with every field that is searched.
    fn fields(&self, each: &mut Each<'_>);
}

/// The value of a field that is searched.
trait Searched {
    fn give(&self, field: Field, each: &mut Each<'_>);
}

macro_rules! texts {
    ($($name:ident)*) => {$(
        impl Searched for $name {
            fn give(&self, field: Field, each: &mut Each<'_>) {
                each(field, Value::Text(self.as_str()));
            }
        }
    )*};
}
texts! { Name Reference Text }

impl Searched for Fen {
    fn give(&self, field: Field, each: &mut Each<'_>) {
        each(field, Value::Amount(*self));
    }
}

impl<T: Searched> Searched for Vec<T> {
    fn give(&self, field: Field, each: &mut Each<'_>) {
        self.iter().for_each(|one| one.give(field, each));
    }
}

impl<T: Searched> Searched for Option<T> {
    fn give(&self, field: Field, each: &mut Each<'_>) {
        self.iter().for_each(|one| one.give(field, each));
    }
}

macro_rules! fields {
    ($($module:ident::$name:ident
        $(: $kind:ident $id:ident { $($field:ident $named:ident),* })?;)*) => {$(
        impl Fields for crate::$module::$name {
            fn about(&self) -> Option<(Kind, Subject)> {
                $(return Some((Kind::$kind, self.$id.into()));)?
                #[allow(unreachable_code, reason = "where it is about something")]
                None
            }

            fn fields(&self, each: &mut Each<'_>) {
                $($(self.$named.give(Field::$field, each);)*)?
                let _ = each;
            }
        }
    )*};
}

fields! {
    book::BookOpening;
    book::BookRenaming;
    book::BookClosing;
    book::BookPolicy;
    book::PeriodPreparation;
    book::PeriodSignOff;
    book::PeriodReopening;
    token::TokenGrant;
    token::TokenRevocation;
    log::KeyIntroduction;
    log::SubjectsSeal;
    log::StateRecording;
    import::ImportStart;
    import::ImportCompletion;
    import::ImportReversal;
    organisation::OrganisationRegistration: Organisation organisation { Name name, Code code };
    organisation::OrganisationRenaming: Organisation organisation { Name name };
    overlay::OverlayDefinition: Overlay overlay { Name name };
    overlay::OverlayMembership: Overlay overlay {};
    overlay::OverlayDeparture: Overlay overlay {};
    person::PersonProfile: Subject person {};
    person::PersonRestriction: Subject person { Document document };
    person::RestrictionLifting: Subject person { Document document };
    person::PersonErasure: Subject person { Document document };
    entry::EntryProposal: Entry entry {};
    entry::EntryConfirmation: Entry entry {};
    entry::EntryWithdrawal: Entry entry {};
    fund::FundAnnouncement: Fund fund { Document document, Name name, AmountFen amount_fen,
        FunctionCode function_code, EconomyCode economy_code, PurposeCode purpose_code };
    fund::AuthorityReceipt: Fund fund { Document document, AmountFen amount_fen };
    fund::Allocation: Fund fund { Document document, AmountFen amount_fen };
    fund::Adjustment: Fund fund { Document document, DeltaFen delta_fen };
    fund::Reclaim: Fund fund { Document document, AmountFen amount_fen };
    fund::CarryOver: Fund fund { Document document, AmountFen amount_fen };
    project::ProjectEntry: Project project { Number number, Name name, Content content,
        PlannedFen planned_fen };
    project::ProjectDeclaration: Project project { Number number, Name name, Content content,
        PlannedFen planned_fen };
    project::TownReview: Project project { Document document };
    project::ProjectReview: Project project { Document document };
    project::YearPlan: Project project { Document document };
    project::ProjectApproval: Project project { Document document, BudgetFen budget_fen };
    project::GateCheck: Project project { Basis basis };
    project::ProjectStep: Project project {};
    project::Tender: Project project { Document document, EstimateFen estimate_fen };
    project::Award: Project project { Document document, PriceFen price_fen };
    project::SiteVisit: Project project {};
    project::Replanning: Project project { Document document };
    project::ProjectReason: Project project { Document document };
    project::Acceptance: Project project { Document document };
    project::AcceptanceFailure: Project project { Document document };
    project::SettlementAudit: Project project { Document document, ApprovedFen approved_fen };
    project::FinalAccount: Project project { Document document, CostFen cost_fen };
    project::Handover: Project project { Document document };
    project::CareAssignment: Project project { Document document };
    evidence::EvidenceRegistration: Evidence evidence { Description description };
    evidence::EvidenceWithdrawal: Evidence evidence {};
    milestone::MilestoneDefinition: Milestone milestone { Name name };
    milestone::Progress: Milestone milestone {};
    contract::ContractSigning: Contract contract { Number number, Name name, PriceFen price_fen,
        Document document };
    contract::ContractChange: Contract contract { Document document, DeltaFen delta_fen };
    contract::StageReach: Contract contract {};
    contract::ContractClosing: Contract contract {};
    claim::ClaimSubmission: Claim claim { Number number, Vouchers vouchers, AmountFen amount_fen };
    claim::TechnicalReview: Claim claim {};
    claim::Countersignature: Claim claim {};
    claim::FinanceReview: Claim claim {};
    claim::ClaimApproval: Claim claim { Document document };
    claim::ClaimRejection: Claim claim {};
    claim::ClaimWithdrawal: Claim claim {};
    payment::PaymentInstruction: Payment payment { Voucher voucher, AmountFen amount_fen };
    payment::Settlement: Payment payment { BankReference bank_reference, AmountFen amount_fen };
    payment::PaymentReturn: Payment payment { AmountFen amount_fen };
    payment::Reclassification: Payment payment { Document document, AmountFen amount_fen };
    payment::RecoveryDemand: Payment payment { Document document, AmountFen amount_fen };
    payment::RecoveredMoney: Payment payment { BankReference bank_reference,
        AmountFen amount_fen };
    payment::RecoveryOffset: Payment payment { Document document, AmountFen amount_fen };
    payment::PaymentRecoveryWaiver: Payment payment { AmountFen amount_fen };
    payment::RetentionHold: Payment payment { AmountFen amount_fen };
    payment::RetentionRelease: Payment payment { AmountFen amount_fen };
    payment::Reissue: Payment payment { Voucher voucher };
    account::AccountOpening: Account account { Bank bank, MaskedNumber masked_number };
    account::AccountClosing: Account account {};
    account::CashReceipt: Account account { BankReference bank_reference, AmountFen amount_fen };
    account::CashPayment: Account account { BankReference bank_reference, AmountFen amount_fen };
    account::Interest: Account account { AmountFen amount_fen };
    account::CashTransfer: Account from { BankReference bank_reference, AmountFen amount_fen };
    account::CustodyAgreement: Custody custody { Document document };
    account::CustodyRelease: Custody custody { Claim claim, AmountFen amount_fen };
    contribution::ContributionPledge: Contribution contribution { AmountFen amount_fen };
    contribution::ContributionArrival: Contribution contribution {
        BankReference bank_reference, AmountFen amount_fen };
    contribution::InKind: Contribution contribution { ValueFen value_fen };
    contribution::ContributionResolution: Contribution contribution {};
    bank_line::LineEntry: BankLine line { BankSequence bank_sequence, Counterparty counterparty,
        AmountFen amount_fen };
    bank_line::LineConfirmation: BankLine line {};
    bank_line::LineRevocation: BankLine line {};
    list::ListCompletion: List list {};
    list::ListDropping: List list {};
    receipt::ReceiptConfirmation: Payment payment { AmountFen amount_fen };
    round::RoundOpening: Round round { Name name, Mandate mandate };
    round::Feedback: Round round { Document document };
    round::RoundClosing: Round round {};
    item::ItemDraft: Item item { Number number, Facts facts, Basis basis,
        AmountInvolvedFen amount_involved_fen, RecoveryRequiredFen recovery_required_fen };
    item::ItemStep: Item item {};
    item::ReasonedStep: Item item {};
    item::PlanSubmission: Item item { Document document };
    item::Verification: Item item {};
    item::Measure: Item item {};
    item::MeasureResult: Item item {};
    item::Evidence: Item item {};
    item::EvidenceRetraction: Item item {};
    item::ExtensionRequest: Item item {};
    item::Recovery: Item item { Reference reference, AmountFen amount_fen };
    item::RecoveryWaiver: Item item { AmountFen amount_fen };
    item::Letter: Item item { Number number };
    item::LeadTransfer: Item item {};
    item::ItemMerger: Item item {};
    item::ItemAbandonment: Item item {};
    item::Recusal: Item item {};
    item::HistoricalClosure: Item item { Document document };
    cycle::CycleOpening: Cycle cycle {};
    cycle::CycleMeeting: Cycle cycle { Document document };
    cycle::CycleAccountability: Cycle cycle { Document document };
    cycle::CycleClosing: Cycle cycle {};
    campaign::CampaignPlan: Campaign campaign { Name name, Document document };
    campaign::PopulationFreeze: Campaign campaign {};
    campaign::SeedReveal: Campaign campaign {};
    campaign::LookbackCheck: Campaign campaign {};
    campaign::CampaignClosing: Campaign campaign {};
    pledge::PledgeSigning: Pledge pledge { Document document };
    pledge::PledgeAssessment: Pledge pledge { Document document };
    item::Reassignment: Item item {};
    item::ItemSplit: Item item {};
    item::ItemOverlap: Item item {};
    item::Refutation: Item item { Document document };
    item::LongTermReview: Item item {};
}

macro_rules! openings {
    ($($module:ident::$name:ident $facts:ident $document:ident;)*) => {$(
        /// What is taken over is found like what begins here, and by the document it rests on.
        impl Fields for crate::$module::$name {
            fn about(&self) -> Option<(Kind, Subject)> {
                self.$facts.about()
            }

            fn fields(&self, each: &mut Each<'_>) {
                self.$facts.fields(each);
                self.cut_over.document.give(Field::$document, each);
            }
        }
    )*};
}
openings! {
    fund::FundOpening announcement Basis;
    project::ProjectOpening entry Basis;
    contract::ContractOpening signing Basis;
    item::ItemOpening draft Document;
    account::AccountTakeover opening Document;
    claim::ClaimOpening submission Document;
}

/// A list is found by its numbers and by what its head says.
impl Fields for crate::list::ListStart {
    fn about(&self) -> Option<(Kind, Subject)> {
        Some((Kind::List, self.list.into()))
    }

    fn fields(&self, each: &mut Each<'_>) {
        self.number.give(Field::Number, each);
        self.document.give(Field::Document, each);
        match &self.kind {
            ListKind::Roster(roster) => {
                roster.programme.give(Field::Programme, each);
                roster.period.give(Field::Period, each);
                roster.purpose_code.give(Field::PurposeCode, each);
                roster.total_fen.give(Field::TotalFen, each);
            }
            ListKind::Statement(statement) => {
                statement.closing_fen.give(Field::ClosingFen, each);
            }
            ListKind::Table(table) => table.name.give(Field::Name, each),
        }
    }
}

/// A line of a statement is found as the bank line that it becomes, a figure as the list by its
/// key. An entry is not looked for: it is about a natural person.
impl Fields for crate::list::LineAddition {
    fn about(&self) -> Option<(Kind, Subject)> {
        match &self.content {
            ListLine::Entry(_) => None,
            ListLine::BankLine(entry) => entry.about(),
            ListLine::Figure(_) => Some((Kind::List, self.list.into())),
        }
    }

    fn fields(&self, each: &mut Each<'_>) {
        match &self.content {
            ListLine::Entry(_) => {}
            ListLine::BankLine(entry) => entry.fields(each),
            ListLine::Figure(figure) => figure.key.give(Field::Key, each),
        }
    }
}

/// What puts a record right is about what that record is about.
impl Fields for RecordReversal {
    fn about(&self) -> Option<(Kind, Subject)> {
        self.original.as_deref().and_then(Fields::about)
    }

    fn fields(&self, each: &mut Each<'_>) {
        self.amount_fen.give(Field::AmountFen, each);
    }
}

impl Fields for RecordCorrection {
    fn about(&self) -> Option<(Kind, Subject)> {
        self.original.as_deref().and_then(Fields::about)
    }

    /// The new wording of a field that is searched; the old one is found as before.
    fn fields(&self, each: &mut Each<'_>) {
        let word = self.field.word();
        if let Some(field) = Field::ALL.iter().find(|field| field.word() == word) {
            each(*field, Value::Text(self.to.as_str()));
        }
    }
}
