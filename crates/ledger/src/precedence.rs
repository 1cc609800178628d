//! What is asked of every command before its noun is, and in which order.
//!
//! The order of precedence, from the first refusal to the last:
//!
//! 1. no token, or one of another ledger (`UNAUTHENTICATED`, `FORBIDDEN`);
//! 2. the request or the command cannot be read (`REQUEST_TOO_LARGE`, `BAD_UTF8`, `NESTING`,
//!    `MALFORMED_JSON`, `UNKNOWN_FIELD`, `MISSING_FIELD`, `DUPLICATE_FIELD`, `UNKNOWN_TYPE`,
//!    `BAD_VALUE`, `BAD_AMOUNT`, `BAD_DATE`, `BAD_TEXT`, `PII_IN_CLEAR`): in the order of the text;
//! 3. the ledger is not served (`NEWER_RELEASE`); the command id is known: the first receipt
//!    again, or `IDEMPOTENCY_MISMATCH` (V2); the clock is not trusted (`CLOCK`); a token's or the
//!    log's command in another ledger than `system`, or a business command in it (`FORBIDDEN`); no
//!    such ledger (`NOT_FOUND`);
//! 4. the roles do not allow it, or a person asks for what the log says of itself (`FORBIDDEN`);
//!    the ledger is not open (`LEDGER_NOT_OPEN`);
//! 5. a date after today (`BAD_DATE`, V14);
//! 6. a stale expected version (`CONFLICT`, V1);
//! 7. the noun's integrity rules, in the order of its file: existence (V4), amounts and splits
//!    (V5, V7), the state machine of items (V13), their independence (V15), proof (V16) and
//!    extensions (V17), ratios (V20);
//! 8. money in a period that is signed off (`PERIOD_CLOSED`, V23), and then the noun's policy rules
//!    (`breaches`), in the order of its file: refused in control, alerts in observation;
//! 9. a file that is named and not held, or of another length (`EVIDENCE_FILE_MISSING`,
//!    `BAD_FIELD`);
//! 10. a record longer than 6 KiB (`BODY_TOO_LARGE`).

#[cfg(test)]
mod tests;

use crate::book::BookCommand;
use crate::claim::ClaimCommand;
use crate::context::{Actor, Admission, Context};
use crate::person::PersonCommand;
use crate::project::ProjectCommand;
use crate::rejection::Rejection;
use crate::subjects::Subjects;
use crate::token::Role;
use crate::{Books, Command, Noun};

pub(crate) fn admit(
    books: &Books,
    admission: &Admission<'_>,
    context: &Context,
    command: &Command,
) -> Result<(), Rejection> {
    // To put a record right is to write about what it was about.
    // To confirm is to record what was proposed.
    let noun = if let Command::Record(record) = command {
        record.original().map_or(Noun::Record, crate::Event::noun)
    } else if let Command::Entry(entry) = command {
        entry.asked(books).map_or(Noun::Entry, Command::noun)
    } else if let Command::Project(ProjectCommand::VisitSite(_)) = command {
        // To visit a site is to look at its progress: inspectors do.
        Noun::Milestone
    } else {
        command.noun()
    };
    let proposed = if let Command::Entry(entry) = command {
        entry.asked(books)
    } else {
        None
    };
    let asked = proposed.unwrap_or(command);
    let may = |role: &Role| allows(*role, noun) && allows_step(*role, asked);
    // What the log says of itself no person may ask for, whatever their roles.
    let own = noun != Noun::Log || context.actor == Actor::DEPLOYMENT;
    if !own || !admission.roles.iter().any(may) {
        return Err(Rejection::Forbidden {
            command: command.word(),
        });
    }
    let opening = matches!(command, Command::Ledger(BookCommand::Open(_)));
    let open = books.book.as_ref().is_some_and(|book| !book.closed);
    if !open && !opening {
        return Err(Rejection::LedgerNotOpen);
    }
    if context
        .occurred_on
        .first()
        .is_some_and(|first| first > context.today)
    {
        return Err(Rejection::BadDate {
            field: "occurred_on",
            why: "it lies after today (UTC+08:00)",
            why_zh: "业务日期晚于今天(北京时间)",
        });
    }
    if let Some(expected) = admission.expected_version {
        let actual = if matches!(command, Command::Ledger(_)) {
            books.book.as_ref().map_or(0, |book| book.version)
        } else {
            main_subject(command).map_or(0, |subject| books.version(subject))
        };
        if actual != expected {
            return Err(Rejection::Conflict { expected, actual });
        }
    }
    Ok(())
}

fn main_subject(command: &Command) -> Option<crate::ids::Subject> {
    let mut first = None;
    command.each(&mut |subject| first = first.or(Some(subject)));
    first
}

/// What is allowed of a noun to some of its roles only.
fn allows_step(role: Role, command: &Command) -> bool {
    match command {
        Command::Claim(command) => allows_claim(role, command),
        Command::Subject(command) => allows_subject(role, command),
        Command::Ledger(command) => allows_book(role, command),
        Command::Token(_)
        | Command::Log(_)
        | Command::Organisation(_)
        | Command::Overlay(_)
        | Command::Fund(_)
        | Command::Project(_)
        | Command::Milestone(_)
        | Command::Contract(_)
        | Command::Payment(_)
        | Command::Account(_)
        | Command::Contribution(_)
        | Command::BankLine(_)
        | Command::List(_)
        | Command::Receipt(_)
        | Command::Record(_)
        | Command::Entry(_)
        | Command::Round(_)
        | Command::Item(_)
        | Command::Cycle(_)
        | Command::Campaign(_)
        | Command::Pledge(_)
        | Command::Evidence(_)
        | Command::Import(_) => true,
    }
}

/// Who keeps the accounts answers for the personal data in them, and inspectors for theirs; a unit
/// that is inspected removes no name.
fn allows_subject(role: Role, command: &PersonCommand) -> bool {
    match command {
        PersonCommand::Register(_) | PersonCommand::Amend(_) => true,
        PersonCommand::Restrict(_)
        | PersonCommand::LiftRestriction(_)
        | PersonCommand::Erase(_) => matches!(role, Role::Finance | Role::Inspector),
    }
}

/// Whoever keeps the accounts signs them off; all else of a ledger is its administrator's.
fn allows_book(role: Role, command: &BookCommand) -> bool {
    match command {
        BookCommand::Open(_)
        | BookCommand::Rename(_)
        | BookCommand::Close(_)
        | BookCommand::SetPolicy(_) => role == Role::Administrator,
        BookCommand::PreparePeriod(_)
        | BookCommand::SignOffPeriod(_)
        | BookCommand::ReopenPeriod(_) => role == Role::Finance,
    }
}

/// A counter-signer may hold any office that writes; claims are judged by the finance bureau, and
/// inspectors submit none.
fn allows_claim(role: Role, command: &ClaimCommand) -> bool {
    match command {
        ClaimCommand::Submit(_)
        | ClaimCommand::ReviewTechnically(_)
        | ClaimCommand::Withdraw(_) => {
            matches!(role, Role::Finance | Role::Rectification)
        }
        ClaimCommand::Countersign(_) => {
            matches!(role, Role::Finance | Role::Rectification | Role::Inspector)
        }
        ClaimCommand::ReviewFinances(_)
        | ClaimCommand::Approve(_)
        | ClaimCommand::Reject(_)
        | ClaimCommand::TakeOver(_) => role == Role::Finance,
    }
}

/// Which role may ask what (domain 5.11: an administrator writes no business records).
fn allows(role: Role, noun: Noun) -> bool {
    match noun {
        Noun::Ledger => matches!(role, Role::Administrator | Role::Finance),
        Noun::Token | Noun::Log => role == Role::Administrator,
        Noun::Organisation | Noun::Overlay => !matches!(role, Role::Reader | Role::Witness),
        Noun::Subject
        | Noun::Receipt
        | Noun::Milestone
        | Noun::Claim
        | Noun::Record
        | Noun::Entry
        | Noun::Import => {
            matches!(role, Role::Finance | Role::Rectification | Role::Inspector)
        }
        Noun::Fund | Noun::Payment | Noun::Account | Noun::BankLine | Noun::List => {
            role == Role::Finance
        }
        Noun::Project | Noun::Contract | Noun::Contribution => {
            matches!(role, Role::Finance | Role::Rectification)
        }
        Noun::Round | Noun::Item | Noun::Cycle | Noun::Campaign | Noun::Pledge => {
            matches!(role, Role::Rectification | Role::Inspector)
        }
        Noun::Evidence => crate::evidence::RECORDERS.contains(&role),
    }
}
