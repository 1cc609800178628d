//! What others signed on paper is not recorded by the unit that it judges.

use super::*;
use crate::context::Signatory;

/// As the clerk records it, signed by somebody of the county.
fn recorded(world: &World, on: &'static str, command: ItemCommand) -> String {
    let ask = ask(CLERK, on, command);
    let mut context = ask.context();
    context.signatories = [Signatory {
        person: MAYOR.person,
        organisation: MAYOR.organisation,
        capacity: Name::new("副县长").unwrap(),
        signed_on: context.occurred_on,
        evidence_sha256: None,
    }]
    .into();
    match super::super::decide(&world.books, &context, &ask.command) {
        Ok(events) => events.iter().map(Event::word).collect(),
        Err(no) => refusal(&no),
    }
}

#[test]
fn the_units_clerk_records_no_merger_and_no_answer_to_its_request() {
    let other = [
        draft(|draft| draft.item = item(2)),
        ask(INSPECTOR, "2018-08-21", {
            let item = item(2);
            ItemCommand::Issue(ItemStep { item, remark: None })
        }),
        ask(CLERK, "2018-09-01", extend_to("2018-10-31")),
    ];
    let world = World::given(&and(at_work(), other));
    let refused = "NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it";
    for command in [
        merge_into(2),
        step(ItemCommand::GrantExtension),
        because(ItemCommand::RefuseExtension),
        because(ItemCommand::Suspend),
    ] {
        assert_eq!(recorded(&world, "2018-09-02", command), refused);
    }
    // What the unit does itself it may record.
    let progress = because(ItemCommand::NoteProgress);
    assert_eq!(
        recorded(&world, "2018-09-02", progress),
        "item.progress_noted"
    );
}
