//! What one recorder takes over from before the book and another one confirms.

use super::*;
use crate::entry::{EntryCommand, EntryConfirmation, EntryProposal};
use crate::opening::CutOver;

/// The figures of the year before.
pub(crate) fn cut_over() -> CutOver {
    CutOver {
        on: "2017-12-31".parse().unwrap(),
        document: Reference::new("县财〔2018〕期初").unwrap(),
    }
}

/// The clerk proposes it.
pub(crate) fn proposed(number: u128, of: &Ask) -> Ask {
    let proposal = EntryProposal {
        entry: EntryId(Uuid::from_u128(0x8000 | number)),
        command: Box::new(of.command.clone()),
        signatories: Vec::new(),
    };
    Ask {
        command: Command::Entry(EntryCommand::Propose(proposal)),
        ..of.clone()
    }
}

/// The chief confirms what the clerk has proposed.
pub(crate) fn by_two(number: u128, of: &Ask) -> [Ask; 2] {
    let proposal = proposed(number, of);
    let confirmation = EntryConfirmation {
        entry: EntryId(Uuid::from_u128(0x8000 | number)),
    };
    let confirm = Ask {
        command: Command::Entry(EntryCommand::Confirm(confirmation)),
        ..of.clone()
    };
    [proposal, confirm.by(CHIEF)]
}

/// Given these commands, when two persons record each of those alone, then these are the answers:
/// of the confirmation, or the refusal of the proposal.
pub(crate) fn check_openings(given: &[Ask], when: &[Ask], then: Expect) {
    let answer = |of: &Ask| {
        let mut world = World::given(given);
        let [proposal, confirmation] = by_two(77, of);
        let proposed = world.answer(&proposal);
        if proposed == "entry.proposed" {
            let confirmed = world.answer(&confirmation);
            confirmed.replace("entry.confirmed\n", "")
        } else {
            proposed
        }
    };
    let answers: Vec<String> = when.iter().map(answer).collect();
    then.assert_eq(&answers.join("\n"));
}
