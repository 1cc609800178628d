//! The state machine (V13): every state and every step.

use super::*;

#[test]
fn the_words_of_steps_are_the_words_of_commands() {
    let words: Vec<_> = Step::ALL.iter().map(|step| step.word()).collect();
    assert_eq!(words, ItemCommand::WORDS);
}

#[test]
fn an_item_is_open_exactly_where_it_may_be_merged() {
    for state in State::ALL {
        let merged = next(*state, Step::Merge) == Some(Next::To(State::Merged));
        assert_eq!(is_open(*state), merged, "{state}");
    }
}

/// Two letters for a state.
fn code(state: State) -> &'static str {
    match state {
        State::Drafted => "dr",
        State::Issued => "is",
        State::Acknowledged => "ac",
        State::PlanSubmitted => "pl",
        State::InProgress => "ip",
        State::ClosureRequested => "cr",
        State::Verified => "ve",
        State::Closed => "CL",
        State::LongTerm => "lt",
        State::Suspended => "su",
        State::NotSubstantiated => "NS",
        State::Merged => "ME",
        State::ClosedNotImplemented => "NI",
        State::HistoricallyClosed => "HC",
        State::Split => "SP",
        State::Discarded => "DI",
    }
}

/// `.` refused, `=` stays, `x2` with the second one, `<-` back to where it was suspended; states
/// that have ended are in capitals.
#[test]
fn the_table_of_every_state_and_every_step() {
    let mut table = format!("{:22}", "");
    for state in State::ALL {
        table += &format!(" {:3}", code(*state));
    }
    for step in Step::ALL {
        table += &format!("\n{:22}", step.word().trim_start_matches("item."));
        for state in State::ALL {
            let cell = match next(*state, *step) {
                None => ".".to_owned(),
                Some(Next::Stays) => "=".to_owned(),
                Some(Next::To(to)) => code(to).to_owned(),
                Some(Next::AfterTwo(to)) => format!("{}2", code(to)),
                Some(Next::Back) => "<-".to_owned(),
            };
            table += &format!(" {cell:3}");
        }
    }
    let table: Vec<_> = table.lines().map(str::trim_end).collect();
    expect![[r#"
                               dr  is  ac  pl  ip  cr  ve  CL  lt  su  NS  ME  NI  HC  SP  DI
        draft                  .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        issue                  is  .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        acknowledge            .   ac  .   .   .   .   .   .   .   .   .   .   .   .   .   .
        submit_plan            .   .   pl  .   .   .   .   .   .   .   .   .   .   .   .   .
        return_plan            .   .   .   ac  .   .   .   .   .   .   .   .   .   .   .   .
        approve_plan           .   .   .   ip2 .   .   .   .   .   .   .   .   .   .   .   .
        request_closure        .   .   .   .   cr  .   .   .   .   .   .   .   .   .   .   .
        return_for_rework      .   .   .   .   .   ip  ip  .   .   .   .   .   .   .   .   .
        verify                 .   .   .   .   .   ve2 .   .   .   .   .   .   .   .   .   .
        close                  .   .   .   .   .   .   CL  .   .   .   .   .   .   .   .   .
        pass_lookback          .   .   .   .   .   .   .   =   .   .   .   .   .   .   .   .
        fail_lookback          .   .   .   .   .   .   .   ip  .   .   .   .   .   .   .   .
        approve_long_term      .   .   .   .   lt  .   .   .   .   .   .   .   .   .   .   .
        review_long_term       .   .   .   .   .   .   .   .   cr  .   .   .   .   .   .   .
        suspend                .   .   .   .   su  .   .   .   su  .   .   .   .   .   .   .
        resume                 .   .   .   .   .   .   .   .   .   <-  .   .   .   .   .   .
        uphold_objection       .   NS  NS  .   .   .   .   .   .   .   .   .   .   .   .   .
        merge                  ME  ME  ME  ME  ME  ME  ME  .   ME  ME  .   .   .   .   .   .
        close_not_implemented  NI  NI  NI  NI  NI  NI  NI  .   NI  NI  .   .   .   .   .   .
        add_measure            =   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        change_measure         =   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        finish_measure         .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        add_evidence           .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        retract_evidence       .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        note_progress          .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        request_extension      .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        grant_extension        .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        refuse_extension       .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        send_letter            .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        demand_recovery        .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        receive_recovery       .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        waive_recovery         .   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        transfer_lead          =   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        declare_recusal        =   =   =   =   =   =   =   .   =   =   .   .   .   .   .   .
        import_closure         HC  HC  .   .   .   .   .   .   .   .   .   .   .   .   .   .
        take_over              .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        reassign               =   =   =   =   =   .   .   .   =   =   .   .   .   .   .   .
        split                  SP  SP  SP  SP  SP  .   .   .   SP  SP  .   .   .   .   .   .
        link_overlap           =   =   =   =   =   =   =   =   =   =   .   .   =   .   .   .
        unlink_overlap         =   =   =   =   =   =   =   =   =   =   .   .   =   .   .   .
        refute                 .   .   .   NS  NS  NS  .   .   NS  NS  .   .   .   .   .   .
        withdraw_closure_request .   .   .   .   .   ip  .   .   .   .   .   .   .   .   .   .
        continue_long_term     .   .   .   .   .   .   .   .   =   .   .   .   .   .   .   .
        discard                DI  .   .   .   .   .   .   .   .   .   .   .   .   .   .   ."#]]
    .assert_eq(&table.join("\n"));
}

/// One command of each kind, all of which name what exists.
pub(super) fn every_command() -> Vec<ItemCommand> {
    let letter = Letter {
        item: item(1),
        kind: LetterKind::Urging,
        number: reference(),
        last_day: None,
        receiver_unit: None,
        receiver_person: None,
        content: None,
    };
    vec![
        ItemCommand::Draft(a_draft()),
        step(ItemCommand::Issue),
        step(ItemCommand::Acknowledge),
        submit_plan(),
        because(ItemCommand::ReturnPlan),
        step(ItemCommand::ApprovePlan),
        step(ItemCommand::RequestClosure),
        because(ItemCommand::ReturnForRework),
        on_site(),
        step(ItemCommand::Close),
        step(ItemCommand::PassLookback),
        because(ItemCommand::FailLookback),
        because(ItemCommand::ApproveLongTerm),
        step(ItemCommand::ReviewLongTerm),
        because(ItemCommand::Suspend),
        step(ItemCommand::Resume),
        because(ItemCommand::UpholdObjection),
        merge_into(2),
        give_up(),
        add_measure(2),
        ItemCommand::ChangeMeasure(a_measure(1, MeasureKind::Ordinary)),
        finish_measure(1),
        add_evidence(1, "2018-08-20"),
        retract_evidence(1),
        because(ItemCommand::NoteProgress),
        extend_to("2018-12-31"),
        step(ItemCommand::GrantExtension),
        because(ItemCommand::RefuseExtension),
        ItemCommand::SendLetter(letter),
        recovery(ItemCommand::DemandRecovery, 1),
        came_back(1),
        waive(1),
        transfer_lead(FINANCE),
        recuse(FIRST),
        import_closure("2018-11-30"),
        super::opening::take_over(|_| ()).command,
        reassign(|_| ()),
        split_into(&[2, 3]),
        overlap(ItemCommand::LinkOverlap, 1, 2),
        overlap(ItemCommand::UnlinkOverlap, 1, 2),
        refute("2018-08-20"),
        because(ItemCommand::WithdrawClosureRequest),
        continue_until("2019-12-31"),
        because(ItemCommand::Discard),
    ]
}

/// The same table as the decisions themselves give it, in both intakes.
#[test]
fn a_step_that_the_table_does_not_list_is_always_refused() {
    let commands = every_command();
    assert_eq!(commands.iter().map(Step::of).collect::<Vec<_>>(), Step::ALL);
    let others = [2, 3].map(|number| draft(|draft| draft.item = item(number)));
    let mut world = World::given(&and(at_work(), others));
    for state in State::ALL {
        world.books.items.get_mut(item(1)).unwrap().state = *state;
        for command in &commands {
            // The draft and the opening ask whether there is an item and not how it stands.
            if let ItemCommand::Draft(_) | ItemCommand::TakeOver(_) = command {
                continue;
            }
            let listed = next(*state, Step::of(command)).is_some();
            let asked = ask(FIRST, "2018-12-01", command.clone());
            for asked in [asked.clone(), asked.observed()] {
                let answer = world.decide(&asked);
                let refused = matches!(answer, Err(Rejection::BadTransition { .. }));
                assert_eq!(
                    refused,
                    !listed,
                    "{} in {state}: {answer:?}",
                    command.word()
                );
            }
        }
    }
}

/// What the log says is taken in, even if no release of ours could have written it.
#[test]
fn every_event_can_be_applied_in_every_state() {
    for state in State::ALL {
        for command in every_command() {
            let mut world = World::given(&happy());
            world.books.items.get_mut(item(1)).unwrap().state = *state;
            let asked = ask(FIRST, "unknown", command);
            let event = asked.command.clone().into_event();
            apply_any(&mut world.books, &asked.context(), &event);
            let due = world.item().due(day("2018-12-01"));
            assert_eq!(due.is_some(), world.item().due_base.is_some());
        }
    }
    for command in every_command() {
        let mut world = World::new();
        apply_any(
            &mut world.books,
            &happy()[0].context(),
            &command.into_event(),
        );
    }
}
