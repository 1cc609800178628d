//! Which subjects a record is about: the published function behind timelines and versions.

use crate::ids::*;

/// Something that names subjects.
pub trait Subjects {
    /// Calls `each` with every subject, the one it is mainly about first. May repeat one.
    fn each(&self, each: &mut dyn FnMut(Subject));
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl Subjects for $name {
            fn each(&self, each: &mut dyn FnMut(Subject)) {
                each(Subject(self.0));
            }
        }
    )*};
}
ids! {
    OrganisationId
    OverlayId
    PersonId
    FundId
    ProjectId
    MilestoneId
    ContractId
    ClaimId
    VisitId
    PaymentId
    AccountId
    MovementId
    CustodyId
    ContributionId
    BankLineId
    ListId
    RoundId
    ItemId
    CycleId
    CampaignId
    PledgeId
    MeasureId
    EntryId
    EvidenceId
    ImportId
    TokenId
}

impl Subjects for Subject {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        each(*self);
    }
}

impl<T: Subjects> Subjects for Box<T> {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        self.as_ref().each(each);
    }
}

impl<T: Subjects> Subjects for Option<T> {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        self.iter().for_each(|one| one.each(each));
    }
}

impl<T: Subjects> Subjects for Vec<T> {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        self.iter().for_each(|one| one.each(each));
    }
}

impl Subjects for crate::fund::Holder {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        match self {
            crate::fund::Holder::Organisation(id) => id.each(each),
            crate::fund::Holder::Project(id) => id.each(each),
        }
    }
}

impl Subjects for crate::bank_line::MatchTarget {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        match self {
            crate::bank_line::MatchTarget::Payment(id) => id.each(each),
            crate::bank_line::MatchTarget::Movement(id) => id.each(each),
            crate::bank_line::MatchTarget::Recovery(it) => it.each(each),
        }
    }
}

impl Subjects for crate::list::ListKind {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        match self {
            crate::list::ListKind::Roster(it) => it.each(each),
            crate::list::ListKind::Statement(it) => it.each(each),
            crate::list::ListKind::Table(it) => it.each(each),
        }
    }
}

impl Subjects for crate::list::ListLine {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        match self {
            crate::list::ListLine::Entry(it) => it.each(each),
            crate::list::ListLine::BankLine(it) => it.each(each),
            crate::list::ListLine::Figure(it) => it.each(each),
        }
    }
}

impl Subjects for crate::payment::Payee {
    fn each(&self, each: &mut dyn FnMut(Subject)) {
        match self {
            crate::payment::Payee::Subject(id) => id.each(each),
            crate::payment::Payee::Organisation(id) => id.each(each),
        }
    }
}

macro_rules! subjects {
    ($($module:ident::$name:ident { $($field:ident),* })*) => {$(
        impl Subjects for crate::$module::$name {
            fn each(&self, each: &mut dyn FnMut(Subject)) {
                $(self.$field.each(each);)*
                let _ = each;
            }
        }
    )*};
}

subjects! {
    book::BookOpening {  }
    book::Predecessor {  }
    book::BookRenaming {  }
    book::BookClosing {  }
    book::BookPolicy {  }
    book::PeriodPreparation {  }
    book::PeriodSignOff {  }
    book::PeriodReopening {  }
    token::TokenGrant { token, person, organisation }
    token::TokenRevocation { token }
    log::KeyIntroduction {  }
    log::SubjectsSeal {  }
    log::StateRecording {  }
    organisation::OrganisationRegistration { organisation, parent }
    organisation::OrganisationRenaming { organisation }
    overlay::OverlayDefinition { overlay, commander }
    overlay::OverlayMembership { overlay, organisation }
    overlay::OverlayDeparture { overlay, organisation }
    person::PersonProfile { person }
    person::PersonRestriction { person }
    person::RestrictionLifting { person }
    person::PersonErasure { person }
    fund::FundAnnouncement { fund, issuer, receiver }
    fund::FundOpening { announcement, lines, spent, carried }
    fund::OpeningLine { from, to }
    fund::OpeningSpending { project }
    fund::OpeningCarry { holder }
    fund::AuthorityReceipt { fund }
    fund::Allocation { fund, from, to }
    fund::Adjustment { fund }
    fund::Reclaim { fund, from, to }
    fund::CarryOver { fund, holder }
    project::PlannedSource {  }
    project::ProjectEntry { project, implementing_unit, area }
    project::ProjectOpening { entry }
    project::ProjectApproval { project }
    project::GateCheck { project, approver }
    project::ProjectStep { project }
    project::Acceptance { project, team }
    project::ProjectDeclaration { project, village, implementing_unit }
    project::TownReview { project }
    project::ProjectReview { project }
    project::YearPlan { project }
    project::Tender { project }
    project::Award { project, supplier }
    project::SiteVisit { project, visit, visitors }
    project::AcceptanceFailure { project, team }
    project::SettlementAudit { project }
    project::FinalAccount { project }
    project::Handover { project, to }
    project::CareAssignment { project, keeper }
    project::Replanning { project, approver }
    project::ProjectReason { project }
    milestone::MilestoneDefinition { milestone, project }
    milestone::Progress { milestone, site_visit }
    contract::ContractSigning { contract, project, supplier }
    contract::ContractOpening { signing }
    contract::ContractChange { contract }
    contract::StageReach { contract }
    contract::ContractClosing { contract }
    claim::Countersigner { organisation }
    claim::ClaimSubmission { claim, project, contract, sources, payee, countersigners, custodian }
    claim::ClaimOpening { submission }
    claim::TechnicalReview { claim }
    claim::Countersignature { claim }
    claim::FinanceReview { claim }
    claim::ClaimApproval { claim }
    claim::ClaimRejection { claim }
    claim::ClaimWithdrawal { claim }
    payment::SourceShare { fund }
    payment::PaymentInstruction { payment, project, payee, sources, contract, claim }
    payment::Settlement { payment }
    payment::PaymentReturn { payment }
    payment::Reissue { of, payment }
    payment::Reclassification { payment, from, to }
    payment::RecoveryDemand { payment }
    payment::RecoveredMoney { payment }
    payment::RecoveryOffset { payment, against }
    payment::PaymentRecoveryWaiver { payment }
    payment::RetentionHold { payment }
    payment::RetentionRelease { payment, by }
    account::AccountOpening { account, owner }
    account::AccountTakeover { opening, balances }
    account::OpeningBalance { fund }
    account::AccountClosing { account }
    account::CashReceipt { account, movement, fund, from, payment }
    account::CashPayment { account, movement, fund, payment }
    account::Interest { account, movement, fund }
    account::CashTransfer { from, to, movement, fund }
    account::CustodyAgreement { custody, account, principal, custodian }
    account::CustodyRelease { custody }
    contribution::ContributionPledge { contribution, project, party }
    contribution::ContributionArrival { contribution, account }
    contribution::InKind { contribution, verified_by }
    contribution::ContributionResolution { contribution }
    bank_line::LineEntry { line, account }
    bank_line::RecoveryTarget { item }
    bank_line::LineConfirmation { line, target }
    bank_line::LineRevocation { line }
    list::ListStart { list, kind }
    list::Roster { fund }
    list::Statement { account }
    list::FigureTable { organisation }
    list::RosterEntry { subject }
    list::Figure {  }
    list::LineAddition { list, content }
    list::ListCompletion { list }
    list::ListDropping { list }
    receipt::ReceiptConfirmation { payment, subject, visitor }
    entry::EntryConfirmation { entry }
    entry::EntryWithdrawal { entry }
    import::ImportStart { import }
    import::ImportCompletion { import }
    import::ImportReversal { import }
    record::RecordReversal { subject, original }
    record::RecordCorrection { subject, original }
    round::RoundOpening { round, inspecting_body, closing_body, related_round }
    round::Feedback { round, receivers }
    round::RoundClosing { round }
    item::ItemDraft { item, round, parent, responsible_unit, responsible_person, lead_unit,
        cooperating_units }
    item::ItemOpening { draft }
    item::ItemStep { item }
    item::ReasonedStep { item }
    item::PlanSubmission { item }
    item::Verification { item }
    item::Measure { item, measure, owner_unit, owner_person }
    item::MeasureResult { item, measure }
    item::Evidence { item, measure }
    item::EvidenceRetraction { item }
    item::ExtensionRequest { item }
    item::Recovery { item, payment, overpaid }
    item::RecoveryWaiver { item }
    item::Letter { item, receiver_unit, receiver_person }
    item::LeadTransfer { item, lead_unit }
    item::ItemMerger { item, into }
    item::ItemAbandonment { item }
    item::Recusal { item, person }
    item::HistoricalClosure { item }
    cycle::CycleOpening { cycle, unit }
    cycle::CycleMeeting { cycle }
    cycle::CycleAccountability { cycle, item, person }
    cycle::CycleClosing { cycle }
    campaign::CampaignPlan { campaign, body, within, round }
    campaign::PopulationFreeze { campaign }
    campaign::SeedReveal { campaign }
    campaign::LookbackCheck { campaign, item }
    campaign::CampaignClosing { campaign }
    pledge::PledgeSigning { pledge, from_unit, from_person, to_unit, to_person }
    pledge::PledgeAssessment { pledge }
    item::Reassignment { item, responsible_unit, responsible_person, lead_unit, cooperating_units }
    item::ItemSplit { item, into }
    item::ItemOverlap { item, with }
    item::Refutation { item }
    item::LongTermReview { item }
    evidence::EvidenceRegistration { evidence, subject, captured_by }
    evidence::EvidenceWithdrawal { evidence }
}
