//! Four eyes (V12, and the conflict matrix of 5.11: who builds does not accept).

use super::row::Project;
use super::steps::Step;
use crate::context::{Actor, Context};
use crate::ids::{OrganisationId, PersonId};
use crate::project::{GateResult, ProjectEvent};
use crate::rejection::Rejection;

/// Steps that belong into different hands, the earlier one first.
const APART: &[(Step, Step)] = &[
    (Step::Declare, Step::ReviewInTown),
    (Step::Declare, Step::EnterLibrary),
    (Step::ReviewInTown, Step::EnterLibrary),
    (Step::Declare, Step::Review),
    (Step::Declare, Step::Approve),
    (Step::EnterLibrary, Step::Approve),
    (Step::Complete, Step::Accept),
    (Step::Complete, Step::FailAcceptance),
];

/// The hands that should not have met: persons first, then organisations.
pub(super) fn in_one_hand(
    project: &Project,
    context: &Context,
    event: &ProjectEvent,
) -> Option<Rejection> {
    context.hands().find_map(|hand| meets(project, hand, event))
}

fn meets(project: &Project, actor: Actor, event: &ProjectEvent) -> Option<Rejection> {
    let step = Step::behind(event);
    let team: &[PersonId] = match event {
        ProjectEvent::Accepted(facts) => &facts.team,
        ProjectEvent::AcceptanceFailed(facts) => &facts.team,
        // Who approves is not who writes it down.
        ProjectEvent::GateChecked(facts)
            if facts.result == GateResult::NotApplicable
                && facts.approver == Some(actor.person) =>
        {
            return Some(same_person(step, "the approver 批准人"));
        }
        ProjectEvent::Replanned(facts) if facts.approver == actor.person => {
            return Some(same_person(step, "the approver 批准人"));
        }
        ProjectEvent::GateChecked(_)
        | ProjectEvent::Replanned(_)
        | ProjectEvent::EnteredLibrary(_)
        | ProjectEvent::Approved(_)
        | ProjectEvent::Started(_)
        | ProjectEvent::Completed(_)
        | ProjectEvent::Declared(_)
        | ProjectEvent::ReviewedInTown(_)
        | ProjectEvent::Reviewed(_)
        | ProjectEvent::YearPlanned(_)
        | ProjectEvent::Tendered(_)
        | ProjectEvent::Awarded(_)
        | ProjectEvent::SiteVisited(_)
        | ProjectEvent::SettlementAudited(_)
        | ProjectEvent::FinalAccountApproved(_)
        | ProjectEvent::HandedOver(_)
        | ProjectEvent::CareAssigned(_)
        | ProjectEvent::Suspended(_)
        | ProjectEvent::Resumed(_)
        | ProjectEvent::Terminated(_)
        | ProjectEvent::Removed(_)
        | ProjectEvent::TakenOver(_) => &[],
    };
    let hands = std::iter::once(&actor.person).chain(team);
    let met = APART.iter().find(|(first, second)| {
        *second == step && hands.clone().any(|hand| project.took_by(*first, *hand))
    });
    if let Some((first, second)) = met {
        return Some(same_person(*first, second.word()));
    }
    matches!(step, Step::Accept | Step::FailAcceptance)
        .then(|| builder(project, actor.organisation))
        .flatten()
}

fn same_person(first: Step, second: &'static str) -> Rejection {
    let first = first.word();
    Rejection::SamePerson { first, second }
}

/// Neither the implementing unit nor a supplier accepts what it has built.
fn builder(project: &Project, acceptor: OrganisationId) -> Option<Rejection> {
    let first = if acceptor == project.implementing_unit {
        "the implementing unit 实施单位"
    } else if project
        .life
        .awards
        .iter()
        .any(|award| award.supplier == acceptor)
    {
        "the supplier 中标单位"
    } else {
        return None;
    };
    let second = "the acceptor 验收单位";
    Some(Rejection::SameOrganisation { first, second })
}
