//! Promised: whoever has signed an earlier step on paper, first or not, is not the other hand of a
//! later one (V12).

use super::*;
use crate::book::{BookCommand, BookPolicy};
use crate::context::Signatory;
use crate::entry::{EntryCommand, EntryConfirmation, EntryProposal};
use crate::ids::EntryId;
use uuid::Uuid;

const ENTRY: EntryId = EntryId(Uuid::from_u128(0x8001));

/// The library entry, signed by persons 1 and 2 of the county; the clerk and the builder record it.
fn entered_on_paper() -> Vec<Ask> {
    let policy = BookPolicy {
        paper_signatures: true,
        recoveries_by_bank_line: false,
        reminder_days: None,
        warning_days: None,
        document: reference(),
    };
    let signed = |number| Signatory {
        person: person(number),
        organisation: unit(COUNTY),
        capacity: name(),
        signed_on: "2018-06-30".parse().unwrap(),
        evidence_sha256: None,
    };
    let proposal = EntryCommand::Propose(EntryProposal {
        entry: ENTRY,
        command: Box::new(enter(|_| ()).command),
        signatories: vec![signed(1), signed(2)],
    });
    let confirmation = EntryCommand::Confirm(EntryConfirmation { entry: ENTRY });
    vec![
        ask(Command::Ledger(BookCommand::SetPolicy(policy))),
        ask(Command::Entry(proposal)),
        ask(Command::Entry(confirmation)).by(BUILDER),
    ]
}

#[test]
fn everybody_who_signed_a_step_is_kept_from_its_counterpart() {
    let approve = || approval(&[1000], 1000);
    let by = |number: u128| Actor {
        person: person(number),
        organisation: unit(COUNTY),
    };
    let rows = [
        approve().by(by(1)),
        approve().by(by(2)),
        approve().by(by(2)).observed(),
        // Who recorded it from paper has decided nothing.
        approve().by(CLERK),
    ];
    check(
        &entered_on_paper(),
        &rows,
        expect![[r#"
        SAME_PERSON:
          the same person may not do both project.enter_library and project.approve
        SAME_PERSON:
          the same person may not do both project.enter_library and project.approve
        project.approved
        alert SAME_PERSON:
          the same person may not do both project.enter_library and project.approve
        project.approved"#]],
    );
}
