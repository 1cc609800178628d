//! Which printouts there are, and what may be asked of each.

use crate::column::{Heading, heading};
use jiff::civil::Date;
use ledger::item::LetterKind;
use ledger::project::rules::ProjectState;
use projections::items::ItemFilter;
use projections::trace::PaymentFilter;
use uuid::Uuid;

/// Which printout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// All batches, one line each 资金台账.
    Funds,
    /// What is paid of the budgets, beside what has gone by of the year 支出进度表.
    SpendingProgress,
    /// All projects, one line each 项目台账.
    Projects,
    /// What was found 问题清单.
    Problems,
    /// What is being done about it, a measure a line 任务清单.
    Tasks,
    /// Who answers for it, and by when 责任清单.
    Responsibilities,
    /// How far it has come 整改台账.
    Rectification,
    /// The form by which one item is closed 销号审批表.
    Closing,
    /// A letter about one item 提醒书、督办书、告诫书、问责书.
    Letter(LetterKind),
    /// Where the money of one batch went 资金流向表.
    FundTrace,
    /// The records about one subject, and its evidence with the hashes of the files 取证单.
    Evidence,
}

const ITEMS: &[&str] = &[
    "state",
    "unit",
    "zone",
    "lead",
    "cooperating",
    "person",
    "round",
    "category",
    "severity",
    "overdue",
];

impl Kind {
    /// Every printout.
    pub const ALL: &'static [Kind] = &[
        Kind::Funds,
        Kind::SpendingProgress,
        Kind::Projects,
        Kind::Problems,
        Kind::Tasks,
        Kind::Responsibilities,
        Kind::Rectification,
        Kind::Closing,
        Kind::Letter(LetterKind::Reminder),
        Kind::Letter(LetterKind::Urging),
        Kind::Letter(LetterKind::Warning),
        Kind::Letter(LetterKind::Accountability),
        Kind::FundTrace,
        Kind::Evidence,
    ];

    /// The word in paths and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Funds => "funds",
            Kind::SpendingProgress => "spending-progress",
            Kind::Projects => "projects",
            Kind::Problems => "problem-list",
            Kind::Tasks => "task-list",
            Kind::Responsibilities => "responsibility-list",
            Kind::Rectification => "rectification",
            Kind::Closing => "closing-approval",
            Kind::Letter(LetterKind::Reminder) => "reminder",
            Kind::Letter(LetterKind::Urging) => "urging",
            Kind::Letter(LetterKind::Warning) => "warning",
            Kind::Letter(LetterKind::Accountability) => "accountability",
            Kind::FundTrace => "fund-trace",
            Kind::Evidence => "evidence-sheet",
        }
    }

    /// Its title.
    #[must_use]
    pub const fn title(self) -> Heading {
        match self {
            Kind::Funds => heading("资金台账", "Register of funds"),
            Kind::SpendingProgress => heading("支出进度表", "Progress of spending"),
            Kind::Projects => heading("项目台账", "Register of projects"),
            Kind::Problems => heading("问题清单", "List of problems"),
            Kind::Tasks => heading("任务清单", "List of tasks"),
            Kind::Responsibilities => heading("责任清单", "List of responsibilities"),
            Kind::Rectification => heading("整改台账", "Register of rectification"),
            Kind::Closing => heading("整改事项销号审批表", "Approval of a closing"),
            Kind::Letter(LetterKind::Reminder) => heading("整改提醒书", "Reminder"),
            Kind::Letter(LetterKind::Urging) => heading("整改督办书", "Urging letter"),
            Kind::Letter(LetterKind::Warning) => heading("整改告诫书", "Warning"),
            Kind::Letter(LetterKind::Accountability) => {
                heading("整改问责书", "Letter of accountability")
            }
            Kind::FundTrace => heading("资金流向表", "Trace of a fund"),
            Kind::Evidence => heading("取证单", "Evidence sheet"),
        }
    }

    /// The printout of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Kind> {
        Kind::ALL.iter().find(|kind| kind.word() == word).copied()
    }

    /// Of which one thing it is, where it is of one: `item`, `fund` or `subject`.
    #[must_use]
    pub const fn about(self) -> Option<&'static str> {
        match self {
            Kind::Closing | Kind::Letter(_) => Some("item"),
            Kind::FundTrace => Some("fund"),
            Kind::Evidence => Some("subject"),
            Kind::Funds
            | Kind::SpendingProgress
            | Kind::Projects
            | Kind::Problems
            | Kind::Tasks
            | Kind::Responsibilities
            | Kind::Rectification => None,
        }
    }

    /// To what it can be narrowed. Anything else is refused: a figure that leaves a condition aside
    /// is a wrong figure.
    #[must_use]
    pub const fn narrows(self) -> &'static [&'static str] {
        match self {
            Kind::Funds | Kind::SpendingProgress => &["budget_year"],
            Kind::Projects => &["state"],
            Kind::Problems | Kind::Tasks | Kind::Responsibilities | Kind::Rectification => ITEMS,
            Kind::Letter(_) => &["seq"],
            Kind::FundTrace => &["project", "unit", "from", "until"],
            Kind::Closing | Kind::Evidence => &[],
        }
    }

    /// Printed across: a table of many columns.
    #[must_use]
    pub const fn is_wide(self) -> bool {
        match self {
            Kind::Closing | Kind::Letter(_) => false,
            Kind::Funds
            | Kind::SpendingProgress
            | Kind::Projects
            | Kind::Problems
            | Kind::Tasks
            | Kind::Responsibilities
            | Kind::Rectification
            | Kind::FundTrace
            | Kind::Evidence => true,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Which printout.
    pub kind: Kind,
    /// For which day.
    pub on: Date,
    /// Of which item, batch or subject; see [`Kind::about`].
    pub about: Option<Uuid>,
    /// Which record, of several letters of a kind; the last where it is not said.
    pub seq: Option<u64>,
    /// Which items.
    pub items: ItemFilter,
    /// Which projects.
    pub project_state: Option<ProjectState>,
    /// Batches of which budget year.
    pub budget_year: Option<u32>,
    /// Which payments.
    pub payments: PaymentFilter,
    /// How many rows one table may have: [`crate::ROWS_MAX`], or for a CSV
    /// [`crate::CSV_ROWS_MAX`].
    pub rows_max: usize,
}

impl Asked {
    /// All of a kind on a day.
    #[must_use]
    pub fn all(kind: Kind, on: Date) -> Asked {
        Asked {
            kind,
            on,
            about: None,
            seq: None,
            items: ItemFilter::default(),
            project_state: None,
            budget_year: None,
            payments: PaymentFilter::default(),
            rows_max: crate::ROWS_MAX,
        }
    }
}
