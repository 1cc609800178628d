//! A counter-signature on paper, recorded by two others: the cadre who signed stands for it.

use super::*;
use crate::Command;
use crate::book::{BookCommand, BookPolicy};
use crate::context::Signatory;
use crate::entry::*;
use crate::ids::EntryId;

fn entry() -> EntryId {
    EntryId(uuid::Uuid::from_u128(0x8001))
}

fn propose(of: &Ask, organisation: u128) -> Ask {
    let signatory = Signatory {
        person: person(1),
        organisation: unit(organisation),
        capacity: capacity(),
        signed_on: "2018-06-30".parse().unwrap(),
        evidence_sha256: None,
    };
    ask(Command::Entry(EntryCommand::Propose(EntryProposal {
        entry: entry(),
        command: Box::new(of.command.clone()),
        signatories: vec![signatory],
    })))
}

fn confirm() -> Ask {
    let entry = entry();
    let confirmation = EntryConfirmation { entry };
    ask(Command::Entry(EntryCommand::Confirm(confirmation))).by(CHIEF)
}

#[test]
fn a_signature_on_paper_cures_the_claim() {
    let allowed = ask(Command::Ledger(BookCommand::SetPolicy(BookPolicy {
        paper_signatures: true,
        recoveries_by_bank_line: false,
        reminder_days: None,
        warning_days: None,
        document: reference(),
    })));
    let given = and(&reviewed(), [allowed]);
    let mut world = World::given(&given);
    let steps = [
        review_finances(),
        propose(&countersign(), BUREAU),
        propose(&countersign(), COUNTY),
        propose(&countersign(), PREFECTURE).by(BUILDER),
        propose(&countersign(), PREFECTURE),
        confirm().by(BUILDER),
        confirm(),
        review_finances(),
        approve_claim(),
    ];
    let answers: Vec<_> = steps.iter().map(|step| world.answer(step)).collect();
    expect![[r#"
        COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)
        SAME_ORG:
          the same organisation may not be both the submitter 报账单位 and a counter-signer 会签单位
        BAD_FIELD capacity:
          no signature in this capacity and for this organisation is missing
        SAME_PERSON:
          the same person may not do both claim.submit and claim.countersign
        entry.proposed
        SAME_PERSON:
          the same person may not do both claim.submit and claim.countersign
        entry.confirmed
        claim.countersigned
        claim.finances_reviewed
        claim.approved"#]]
    .assert_eq(&answers.join("\n"));
    let signature = row(&world).signatures.first().unwrap();
    assert_eq!(signature.by.person, person(1));
    assert_eq!(signature.fills, Some(0));
}
