//! The domain saying no: one variant per rule, with what a person needs to put it right.

mod words;

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::Subject;
use crate::money::Fen;
use crate::project::rules::steps::Step;

/// Who must react to a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub enum Kind {
    /// The command can never be right as it stands.
    Invalid,
    /// It names something that does not exist here.
    NotFound,
    /// The caller may not do this.
    Forbidden,
    /// It does not fit the books as they are now.
    Conflict,
}

/// What sets the limit of what may be paid on a contract by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub enum CapBasis {
    /// The stages that have been reached.
    Stage,
    /// The stage that a claim names.
    NamedStage,
    /// The stage that is named has not been reached.
    StageOpen,
    /// The verified progress with the allowed advance.
    Progress,
}

/// A command refused; or, for an observed fact, a rule that it broke.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub enum Rejection {
    /// The bearer's roles do not allow this command.
    Forbidden {
        /// The command's word.
        command: &'static str,
    },
    /// The ledger has been closed, or has not been opened.
    LedgerNotOpen,
    /// The subject has moved on since the caller looked (V1).
    Conflict {
        /// What the caller believes.
        expected: u32,
        /// What it is.
        actual: u32,
    },
    /// A named subject does not exist in this ledger (V4).
    NotFound {
        /// The field that names it.
        field: &'static str,
        /// What it names.
        subject: Subject,
    },
    /// The subject exists already.
    AlreadyExists {
        /// The field that names it.
        field: &'static str,
        /// What it names.
        subject: Subject,
    },
    /// An amount that no command may name (V5).
    BadAmount {
        /// The field.
        field: &'static str,
        /// What it says.
        amount: Fen,
    },
    /// Parts that do not add up to the total (V7).
    SplitMismatch {
        /// The field of the parts.
        field: &'static str,
        /// What they add up to.
        parts: Fen,
        /// What they should add up to.
        total: Fen,
    },
    /// A date that cannot be, or that is out of order (V14).
    BadDate {
        /// The field.
        field: &'static str,
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// A step that the state does not allow (V13). For an observed fact: STEP_SKIPPED.
    BadTransition {
        /// The state as it is.
        state: &'static str,
        /// The state in Chinese.
        state_zh: &'static str,
        /// The step asked for.
        step: &'static str,
    },
    /// A field that this command needs, or may not have, in this case.
    BadField {
        /// The field.
        field: &'static str,
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// Accounts about somebody must still be kept, and their data with them.
    RetentionRunning {
        /// The last day on which they must be kept.
        until: jiff::civil::Date,
    },
    /// More authority passed on than there is (V6).
    OverAllocated {
        /// How much there is.
        available: Fen,
        /// How much was asked for.
        asked: Fen,
    },
    /// More spent than the budget has left (V10).
    Insufficient {
        /// The field that names the batch.
        field: &'static str,
        /// The batch or budget.
        subject: Subject,
        /// How much there is.
        available: Fen,
        /// How much was asked for.
        asked: Fen,
    },
    /// More settled than instructed, or more returned than settled (V8).
    OverPaid {
        /// How much is open.
        open: Fen,
        /// How much was stated.
        stated: Fen,
    },
    /// More claimed or paid than the contract's price with its approved changes (V9).
    OverContract {
        /// The price.
        price: Fen,
        /// What would be claimed or paid in all.
        asked: Fen,
    },
    /// More claimed or paid than the stages or the progress allow by now (V9).
    StageCap {
        /// What sets the limit.
        basis: CapBasis,
        /// How much may be claimed or paid in all.
        allowed: Fen,
        /// What would be.
        asked: Fen,
    },
    /// A claim that not everybody has signed who must (V11).
    CountersignMissing {
        /// Who has not: capacity and organisation.
        missing: Vec<String>,
    },
    /// A source of money or fund word not in use in that year.
    NotInForce {
        /// The word.
        word: &'static str,
        /// The year.
        year: u32,
    },
    /// Money with a day in a period that is signed off (V23).
    PeriodClosed {
        /// The last day that is signed off.
        through: jiff::civil::Date,
    },
    /// Two steps that different persons must do (V12).
    SamePerson {
        /// The earlier step.
        first: &'static str,
        /// The later step.
        second: &'static str,
    },
    /// Two steps that different organisations must do (V12).
    SameOrganisation {
        /// The earlier role.
        first: &'static str,
        /// The later role.
        second: &'static str,
    },
    /// A project that may not start, or not be approved, yet (V18).
    GateMissing {
        /// The step asked for.
        step: Step,
        /// What is missing, in the field's words.
        missing: Vec<&'static str>,
    },
    /// Progress that is no proper fraction, or of another unit or weighting (V20).
    BadRatio {
        /// The field.
        field: &'static str,
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// Somebody judges their own case (V15).
    NotIndependent {
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// A closing without proof (V16).
    EvidenceMissing {
        /// The measure without evidence; none if there is no measure at all.
        measure: Option<Subject>,
    },
    /// A closing before a measure is finished (V16).
    MeasureUnfinished {
        /// The measure without a result.
        measure: Subject,
    },
    /// A closing before the money is back (V16).
    RecoveryOpen {
        /// What must come back.
        required: Fen,
        /// What has come back.
        received: Fen,
        /// What an authority has given up.
        waived: Fen,
    },
    /// A common item whose cases are open, or which has no institutional measure.
    CommonItemOpen {
        /// How many of its cases are open.
        open: usize,
        /// An institutional measure with evidence is missing.
        institution_missing: bool,
    },
    /// An extension that may not be asked for or granted (V17).
    ExtensionRefused {
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// A letter out of the order of the ladder.
    LetterOrder {
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// A month closed without one of its legs (RR43).
    CycleLegMissing {
        /// The leg.
        leg: &'static str,
        /// The leg in Chinese.
        leg_zh: &'static str,
        /// The month.
        month: BusinessDate,
    },
    /// A look back that does not fit its lot (V25).
    BadSample {
        /// The field.
        field: &'static str,
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// A bank line, or what it would be matched with, that is in another live match (V24).
    AlreadyMatched {
        /// The field that names it.
        field: &'static str,
        /// The bank line of the other match.
        subject: Subject,
    },
    /// A line of a list that is not the next one.
    LineGap {
        /// Its number.
        number: u32,
        /// The number of the next one.
        next: u32,
    },
    /// A line of a list that is there already, with the same content: nothing need be done.
    LineRecorded {
        /// Its number.
        number: u32,
        /// The number of the next one.
        next: u32,
    },
    /// A line of a list of which the number is there already, with other content.
    LineDiffers {
        /// Its number.
        number: u32,
    },
    /// A list that is not what its head says (V19, 5.10).
    ListDiffers {
        /// What of the head.
        field: &'static str,
        /// What it says: lines, or fen.
        stated: i64,
        /// What the lines come to.
        found: i64,
    },
    /// A list of which the lines are others than those that its head meant.
    ListDigest {
        /// The digest that the head states.
        stated: Digest,
        /// The digest over the lines.
        found: Digest,
    },
    /// A second entry of somebody for a programme and a period (V19).
    DuplicateEntry {
        /// Who.
        subject: Subject,
        /// The line's number.
        number: u32,
        /// The list of the first entry.
        earlier_list: Subject,
        /// Its line there.
        earlier_line: u32,
    },
    /// A record that may not be reversed or corrected as asked (V22).
    BadReversal {
        /// The field.
        field: &'static str,
        /// What is wrong, in English.
        why: &'static str,
        /// What is wrong, in Chinese.
        why_zh: &'static str,
    },
    /// A reversal of what something else rests on (V22).
    RestedOn {
        /// What rests on it; the first few.
        dependents: Vec<Subject>,
    },
    /// A party that this ledger does not know, in an observed fact.
    UnknownParty {
        /// The field.
        field: &'static str,
        /// The party.
        subject: Subject,
    },
    /// A payee who says that the money did not arrive, or not all, or was taken back.
    ReceiptDisputed {
        /// What they said.
        result: &'static str,
        /// In Chinese.
        result_zh: &'static str,
    },
}

impl Rejection {
    /// The stable code: part of the API.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Rejection::Forbidden { .. } => "FORBIDDEN",
            Rejection::LedgerNotOpen => "LEDGER_NOT_OPEN",
            Rejection::Conflict { .. } => "CONFLICT",
            Rejection::NotFound { .. } => "NOT_FOUND",
            Rejection::AlreadyExists { .. } => "ALREADY_EXISTS",
            Rejection::BadAmount { .. } => "BAD_AMOUNT",
            Rejection::SplitMismatch { .. } => "SPLIT_MISMATCH",
            Rejection::BadDate { .. } => "BAD_DATE",
            Rejection::BadTransition { .. } => "BAD_TRANSITION",
            Rejection::BadField { .. } => "BAD_FIELD",
            Rejection::RetentionRunning { .. } => "RETENTION_RUNNING",
            Rejection::OverAllocated { .. } => "OVER_ALLOCATED",
            Rejection::Insufficient { .. } => "INSUFFICIENT",
            Rejection::OverPaid { .. } => "OVER_PAID",
            Rejection::OverContract { .. } => "OVER_CONTRACT",
            Rejection::StageCap { .. } => "STAGE_CAP",
            Rejection::CountersignMissing { .. } => "COUNTERSIGN_MISSING",
            Rejection::NotInForce { .. } => "NOT_IN_FORCE",
            Rejection::PeriodClosed { .. } => "PERIOD_CLOSED",
            Rejection::SamePerson { .. } => "SAME_PERSON",
            Rejection::SameOrganisation { .. } => "SAME_ORG",
            Rejection::GateMissing { .. } => "GATE_MISSING",
            Rejection::BadRatio { .. } => "BAD_RATIO",
            Rejection::NotIndependent { .. } => "NOT_INDEPENDENT",
            Rejection::EvidenceMissing { .. } => "EVIDENCE_MISSING",
            Rejection::MeasureUnfinished { .. } => "MEASURE_UNFINISHED",
            Rejection::RecoveryOpen { .. } => "RECOVERY_OPEN",
            Rejection::CommonItemOpen { .. } => "COMMON_ITEM_OPEN",
            Rejection::ExtensionRefused { .. } => "EXTENSION_REFUSED",
            Rejection::LetterOrder { .. } => "LETTER_ORDER",
            Rejection::CycleLegMissing { .. } => "CYCLE_LEG_MISSING",
            Rejection::BadSample { .. } => "BAD_SAMPLE",
            Rejection::AlreadyMatched { .. } => "ALREADY_MATCHED",
            Rejection::LineGap { .. } => "LINE_GAP",
            Rejection::LineRecorded { .. } => "LINE_RECORDED",
            Rejection::LineDiffers { .. } => "LINE_DIFFERS",
            Rejection::ListDiffers { .. } | Rejection::ListDigest { .. } => "LIST_DIFFERS",
            Rejection::DuplicateEntry { .. } => "DUPLICATE_ENTRY",
            Rejection::BadReversal { .. } | Rejection::RestedOn { .. } => "BAD_REVERSAL",
            Rejection::UnknownParty { .. } => "UNKNOWN_PARTY",
            Rejection::ReceiptDisputed { .. } => "RECEIPT_DISPUTED",
        }
    }

    /// The code of the alert that an observed fact raises by breaking this rule.
    #[must_use]
    pub const fn alert_code(&self) -> &'static str {
        if matches!(self, Rejection::BadTransition { .. }) {
            "STEP_SKIPPED"
        } else {
            self.code()
        }
    }

    /// The field of the command that is wrong, where it is one field.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Rejection::NotFound { field, .. }
            | Rejection::AlreadyExists { field, .. }
            | Rejection::BadAmount { field, .. }
            | Rejection::SplitMismatch { field, .. }
            | Rejection::BadDate { field, .. }
            | Rejection::BadField { field, .. }
            | Rejection::Insufficient { field, .. }
            | Rejection::BadRatio { field, .. }
            | Rejection::BadSample { field, .. }
            | Rejection::AlreadyMatched { field, .. }
            | Rejection::ListDiffers { field, .. }
            | Rejection::BadReversal { field, .. }
            | Rejection::UnknownParty { field, .. } => Some(field),
            Rejection::Conflict { .. } => Some("expected_version"),
            Rejection::OverAllocated { .. } | Rejection::OverPaid { .. } => Some("amount_fen"),
            Rejection::NotInForce { .. } => Some("source_kind"),
            Rejection::PeriodClosed { .. } => Some("occurred_on"),
            Rejection::RestedOn { .. } => Some("seq"),
            Rejection::LineGap { .. } | Rejection::LineRecorded { .. } => Some("line_number"),
            Rejection::LineDiffers { .. } => Some("content"),
            Rejection::ListDigest { .. } => Some("digest"),
            Rejection::DuplicateEntry { .. } => Some("subject"),
            Rejection::Forbidden { .. }
            | Rejection::LedgerNotOpen
            | Rejection::BadTransition { .. }
            | Rejection::RetentionRunning { .. }
            | Rejection::OverContract { .. }
            | Rejection::StageCap { .. }
            | Rejection::CountersignMissing { .. }
            | Rejection::SamePerson { .. }
            | Rejection::SameOrganisation { .. }
            | Rejection::GateMissing { .. }
            | Rejection::NotIndependent { .. }
            | Rejection::EvidenceMissing { .. }
            | Rejection::MeasureUnfinished { .. }
            | Rejection::RecoveryOpen { .. }
            | Rejection::CommonItemOpen { .. }
            | Rejection::ExtensionRefused { .. }
            | Rejection::LetterOrder { .. }
            | Rejection::CycleLegMissing { .. }
            | Rejection::ReceiptDisputed { .. } => None,
        }
    }

    /// Who must react.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Rejection::Forbidden { .. } => Kind::Forbidden,
            Rejection::NotFound { .. } => Kind::NotFound,
            Rejection::BadAmount { .. }
            | Rejection::SplitMismatch { .. }
            | Rejection::BadDate { .. }
            | Rejection::BadField { .. }
            | Rejection::BadRatio { .. } => Kind::Invalid,
            Rejection::LedgerNotOpen
            | Rejection::Conflict { .. }
            | Rejection::AlreadyExists { .. }
            | Rejection::BadTransition { .. }
            | Rejection::RetentionRunning { .. }
            | Rejection::OverAllocated { .. }
            | Rejection::Insufficient { .. }
            | Rejection::OverPaid { .. }
            | Rejection::OverContract { .. }
            | Rejection::StageCap { .. }
            | Rejection::CountersignMissing { .. }
            | Rejection::NotInForce { .. }
            | Rejection::PeriodClosed { .. }
            | Rejection::SamePerson { .. }
            | Rejection::SameOrganisation { .. }
            | Rejection::GateMissing { .. }
            | Rejection::NotIndependent { .. }
            | Rejection::EvidenceMissing { .. }
            | Rejection::MeasureUnfinished { .. }
            | Rejection::RecoveryOpen { .. }
            | Rejection::CommonItemOpen { .. }
            | Rejection::ExtensionRefused { .. }
            | Rejection::LetterOrder { .. }
            | Rejection::CycleLegMissing { .. }
            | Rejection::BadSample { .. }
            | Rejection::AlreadyMatched { .. }
            | Rejection::LineGap { .. }
            | Rejection::LineRecorded { .. }
            | Rejection::LineDiffers { .. }
            | Rejection::ListDiffers { .. }
            | Rejection::ListDigest { .. }
            | Rejection::DuplicateEntry { .. }
            | Rejection::BadReversal { .. }
            | Rejection::RestedOn { .. }
            | Rejection::UnknownParty { .. }
            | Rejection::ReceiptDisputed { .. } => Kind::Conflict,
        }
    }
}
