//! The state machine (V13): every state and every command.

use super::super::steps::{Next, Step, next, steps_from};
use super::life::{declare, every_command};
use super::*;

#[test]
fn the_words_of_steps_are_the_words_of_commands() {
    let words: Vec<_> = Step::ALL.iter().map(|step| step.word()).collect();
    assert_eq!(words, ProjectCommand::WORDS);
}

/// Two letters for a state.
fn code(state: ProjectState) -> &'static str {
    match state {
        ProjectState::Declared => "de",
        ProjectState::TownReviewed => "to",
        ProjectState::InLibrary => "li",
        ProjectState::Planned => "pl",
        ProjectState::Approved => "ap",
        ProjectState::Tendered => "te",
        ProjectState::Awarded => "aw",
        ProjectState::Started => "st",
        ProjectState::InProgress => "ip",
        ProjectState::Completed => "co",
        ProjectState::Accepted => "ac",
        ProjectState::Settled => "se",
        ProjectState::FinalAccount => "fa",
        ProjectState::HandedOver => "ha",
        ProjectState::InCare => "ca",
        ProjectState::Suspended => "su",
        ProjectState::Terminated => "TE",
        ProjectState::Removed => "RE",
    }
}

/// `.` refused, `=` stays, `x?` if the review is passed or the acceptance is final, `<-` back to
/// where it was suspended; states that have ended are in capitals.
#[test]
fn the_table_of_every_state_and_every_step() {
    let mut table = format!("{:22}", "");
    for state in ProjectState::ALL {
        table += &format!(" {:2}", code(*state));
    }
    for step in Step::ALL {
        table += &format!("\n{:22}", step.word().trim_start_matches("project."));
        for state in ProjectState::ALL {
            let cell = match next(*state, *step) {
                None => ".".to_owned(),
                Some(Next::Stays) => "=".to_owned(),
                Some(Next::To(to)) => code(to).to_owned(),
                Some(Next::IfPassed(to) | Next::IfFinal(to)) => format!("{}?", code(to)),
                Some(Next::Back) => "<-".to_owned(),
            };
            table += &format!(" {cell:2}");
        }
    }
    let table: Vec<_> = table.lines().map(str::trim_end).collect();
    let expected = expect![[r#"
                               de to li pl ap te aw st ip co ac se fa ha ca su TE RE
        enter_library          .  li .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
        approve                .  .  ap ap .  .  .  .  .  .  .  .  .  .  .  .  .  .
        check_gate             .  .  =  =  =  =  =  =  =  .  .  .  .  .  .  =  .  .
        start                  .  .  .  .  st .  st .  .  .  .  .  .  .  .  .  .  .
        complete               .  .  .  .  .  .  .  co co .  .  .  .  .  .  .  .  .
        accept                 .  .  .  .  .  .  .  .  .  ac? .  .  .  .  .  .  .  .
        declare                .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
        review_in_town         to? .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
        review                 .  .  =  =  .  .  .  .  .  .  .  .  .  .  .  .  .  .
        plan_year              .  .  pl pl .  .  .  .  .  .  .  .  .  .  .  .  .  .
        tender                 .  .  .  .  te te te .  .  .  .  .  .  .  .  .  .  .
        award                  .  .  .  .  .  aw aw .  .  .  .  .  .  .  .  .  .  .
        visit_site             .  .  .  .  .  .  .  ip ip =  =  =  =  =  =  =  .  .
        fail_acceptance        .  .  .  .  .  .  .  .  .  ip .  .  .  .  .  .  .  .
        audit_settlement       .  .  .  .  .  .  .  .  .  .  se .  .  .  .  .  .  .
        approve_final_account  .  .  .  .  .  .  .  .  .  .  .  fa .  .  .  .  .  .
        hand_over              .  .  .  .  .  .  .  .  .  .  .  .  ha ha .  .  .  .
        assign_care            .  .  .  .  .  .  .  .  .  .  .  .  .  ca ca .  .  .
        replan                 .  .  =  =  =  =  =  =  =  .  .  .  .  .  .  =  .  .
        suspend                .  .  .  .  su su su su su .  .  .  .  .  .  .  .  .
        resume                 .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  <- .  .
        terminate              .  .  .  .  TE TE TE TE TE .  .  .  .  .  .  TE .  .
        remove                 RE RE RE RE .  .  .  .  .  .  .  .  .  .  .  .  .  .
        take_over              .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  ."#]];
    expected.assert_eq(&table.join("\n"));
}

#[test]
fn a_project_that_was_given_up_goes_nowhere() {
    for state in ProjectState::ALL {
        assert_eq!(
            steps_from(*state).next().is_none(),
            state.has_ended(),
            "{state}"
        );
    }
}

/// A declared project in a state, as if it had come there.
fn standing(state: ProjectState) -> World {
    let mut world = World::given(&[declare(|_| ())]);
    let row = world.books.projects.get_mut(project(1)).unwrap();
    row.state = state;
    row.before = state.is_aside().then_some(ProjectState::Started);
    world
}

/// The same table as the decisions themselves give it: control refuses what it does not list, and
/// an observation of it is stored and asked about.
#[test]
fn a_step_that_the_table_does_not_list_is_refused_or_asked_about() {
    let commands = every_command();
    assert_eq!(commands.iter().map(Step::of).collect::<Vec<_>>(), Step::ALL);
    for state in ProjectState::ALL {
        let world = standing(*state);
        for command in &commands {
            let step = Step::of(command);
            let listed = next(*state, step).is_some();
            let asked = ask(Command::Project(command.clone())).by(CHIEF);
            let answer = world.decide(&asked);
            if matches!(step, Step::Declare | Step::TakeOver) {
                assert!(matches!(answer, Err(Rejection::AlreadyExists { .. })));
                continue;
            }
            let refused = matches!(answer, Err(Rejection::BadTransition { .. }));
            assert_eq!(refused, !listed, "{step} in {state}: {answer:?}");
            let events = world.decide(&asked.clone().observed()).unwrap();
            let broken = crate::breaches(&world.books, &world.context(&asked), &events[0]);
            let skipped = broken.iter().any(|no| no.alert_code() == "STEP_SKIPPED");
            assert_eq!(skipped, !listed, "{step} in {state}: {broken:?}");
        }
    }
}

/// What an observed step out of turn does: forward, never back, and nothing where it has ended.
#[test]
fn every_event_can_be_applied_in_every_state() {
    let mut lines = Vec::new();
    for command in every_command() {
        let step = Step::of(&command);
        let mut line = format!("{:22}", step.word().trim_start_matches("project."));
        for state in ProjectState::ALL {
            let mut world = standing(*state);
            let reached = world.books.projects.get(project(1)).unwrap().reached();
            let asked = ask(Command::Project(command.clone())).by(CHIEF).observed();
            let event = command.clone().into_event();
            let context = world.context(&asked);
            crate::apply(&mut world.books, &context, &event);
            let row = world.books.projects.get(project(1)).unwrap();
            assert_eq!(row.version, 2);
            assert!(
                row.state.is_aside() == row.before.is_some(),
                "{step} in {state}"
            );
            assert!(
                !state.has_ended() || row.state == *state,
                "{step} in {state}"
            );
            let back = row.reached() < reached;
            let sent_back = next(*state, step).is_some();
            assert!(!back || sent_back, "{step} in {state}");
            let to = if row.state == *state && row.reached() == reached {
                "="
            } else {
                code(row.reached().max(row.state))
            };
            line += &format!(" {to:2}");
        }
        lines.push(line.trim_end().to_owned());
    }
    let expected = expect![[r#"
        enter_library          li li =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        approve                ap ap ap ap =  =  =  =  =  =  =  =  =  =  =  =  =  =
        check_gate             =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        start                  st st st st st st st =  =  =  =  =  =  =  =  =  =  =
        complete               co co co co co co co co co =  =  =  =  =  =  su =  =
        accept                 ac ac ac ac ac ac ac ac ac ac =  =  =  =  =  su =  =
        declare                =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        review_in_town         to =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        review                 =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        plan_year              pl pl pl =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        tender                 te te te te te =  te =  =  =  =  =  =  =  =  =  =  =
        award                  aw aw aw aw aw aw =  =  =  =  =  =  =  =  =  =  =  =
        visit_site             ip ip ip ip ip ip ip ip =  =  =  =  =  =  =  =  =  =
        fail_acceptance        ip ip ip ip ip ip ip ip =  ip =  =  =  =  =  su =  =
        audit_settlement       se se se se se se se se se se se =  =  =  =  su =  =
        approve_final_account  fa fa fa fa fa fa fa fa fa fa fa fa =  =  =  su =  =
        hand_over              ha ha ha ha ha ha ha ha ha ha ha ha ha =  =  su =  =
        assign_care            ca ca ca ca ca ca ca ca ca ca ca ca ca ca =  su =  =
        replan                 =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =
        suspend                su su su su su su su su su su su su su su su =  =  =
        resume                 =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  st =  =
        terminate              TE TE TE TE TE TE TE TE TE TE TE TE TE TE TE TE =  =
        remove                 RE RE RE RE RE RE RE RE RE RE RE RE RE RE RE RE =  =
        take_over              =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  =  ="#]];
    expected.assert_eq(&lines.join("\n"));
    for command in every_command() {
        let mut world = World::new();
        let asked = ask(Command::Project(command.clone()));
        let event = command.into_event();
        let context = world.context(&asked);
        crate::apply(&mut world.books, &context, &event);
    }
}
