//! Progress is a proper fraction of what was defined (V20), and two persons say it (V12).

mod amend;
#[cfg(test)]
mod tests;

use super::{MilestoneCommand, MilestoneDefinition, MilestoneEvent, Progress};
use crate::context::Context;
use crate::fraction::Fraction;
use crate::ids::{MilestoneId, PersonId, ProjectId, VisitId};
use crate::project::rules::{ProjectState, existing as existing_project};
use crate::rejection::Rejection;
use crate::{Books, Event};

/// A milestone as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Milestone {
    /// What was defined.
    pub definition: Box<MilestoneDefinition>,
    /// Done, as last reported.
    pub reported: Option<u64>,
    /// Who reported it.
    pub reported_by: Option<PersonId>,
    /// Done, as last verified by somebody else.
    pub verified: Option<u64>,
    /// The last verification was on the site.
    pub on_site: bool,
    /// The visit that the last verification names.
    pub site_visit: Option<VisitId>,
    /// How many records have been about it.
    pub version: u32,
}

/// The milestone, or the refusal that names the field (V4).
fn existing(books: &Books, milestone: MilestoneId) -> Result<&Milestone, Rejection> {
    let subject = milestone.into();
    let field = "milestone";
    books
        .milestones
        .get(milestone)
        .ok_or(Rejection::NotFound { field, subject })
}

/// Σ weight × verified / total over Σ weight of a project's milestones; nothing where none has been
/// verified, where none has a weight, or where 128 bits cannot hold it.
#[must_use]
pub fn verified_progress(books: &Books, project: ProjectId) -> Option<Fraction> {
    let ids = books.milestones_of.get(project)?.iter();
    let rows: Vec<&Milestone> = ids.filter_map(|id| books.milestones.get(*id)).collect();
    rows.iter().find(|row| row.verified.is_some())?;
    let (mut sum, mut weights) = (Fraction::ZERO, 0u128);
    for row in rows {
        let weight = u128::from(row.definition.weight);
        let done = row.verified.unwrap_or(0).min(row.definition.total);
        let weighed = weight.checked_mul(done.into())?;
        sum = sum.plus(Fraction::new(weighed, row.definition.total.into())?)?;
        weights = weights.checked_add(weight)?;
    }
    sum.over(weights)
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &MilestoneCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        MilestoneCommand::Define(definition) => {
            if books.milestones.contains(definition.milestone) {
                let subject = definition.milestone.into();
                return Err(Rejection::AlreadyExists {
                    field: "milestone",
                    subject,
                });
            }
            existing_project(books, "project", definition.project)?;
            if definition.total == 0 {
                return Err(Rejection::BadRatio {
                    field: "total",
                    why: "the denominator must be above 0",
                    why_zh: "分母必须大于 0",
                });
            }
        }
        MilestoneCommand::Report(progress) | MilestoneCommand::Verify(progress) => {
            let definition = &existing(books, progress.milestone)?.definition;
            fits(definition, progress)?;
            if let Some(visit) = progress.site_visit {
                let project = existing_project(books, "project", definition.project)?;
                project.visit(visit).ok_or(Rejection::NotFound {
                    field: "site_visit",
                    subject: visit.into(),
                })?;
            }
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

/// V20: the same denominator, unit and weighting as defined. More than all of it is a matter of
/// policy: seen on paper, it is a fact about the paper, stored and questioned.
fn fits(definition: &MilestoneDefinition, progress: &Progress) -> Result<(), Rejection> {
    let wrong = |field, why, why_zh| Err(Rejection::BadRatio { field, why, why_zh });
    if progress.total != definition.total {
        return wrong(
            "total",
            "it is not the defined denominator",
            "分母与节点定义不一致",
        );
    }
    if progress.unit != definition.unit {
        return wrong(
            "unit",
            "it is not the defined unit",
            "计量单位与节点定义不一致",
        );
    }
    if progress.weighting != definition.weighting {
        return wrong(
            "weighting",
            "it is not the defined weighting",
            "权重口径与节点定义不一致",
        );
    }
    Ok(())
}

/// The rules in their order: no more than all of it (V20), state (V13), four eyes (V12).
pub(crate) fn breaches(books: &Books, context: &Context, event: &MilestoneEvent) -> Vec<Rejection> {
    let (progress, step) = match event {
        MilestoneEvent::Defined(_) => return Vec::new(),
        MilestoneEvent::Reported(progress) => (progress, "milestone.report"),
        MilestoneEvent::Verified(progress) => (progress, "milestone.verify"),
    };
    let Some(milestone) = books.milestones.get(progress.milestone) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    if progress.done > milestone.definition.total {
        broken.push(Rejection::BadRatio {
            field: "done",
            why: "it is more than the denominator",
            why_zh: "完成数大于总数",
        });
    }
    // Preparation may be done before the project starts; the work itself may not (RR28), nor may
    // either once it is given up.
    let project = books.projects.get(milestone.definition.project);
    let preparing = progress.done == 0 || milestone.definition.preparatory;
    let idle = project.filter(|project| {
        let ready = preparing || project.reached() >= ProjectState::Started;
        !ready || project.state.has_ended()
    });
    if let Some(project) = idle {
        let (state, state_zh) = (project.state.word(), project.state.zh());
        broken.push(Rejection::BadTransition {
            state,
            state_zh,
            step,
        });
    }
    if matches!(event, MilestoneEvent::Verified(_)) {
        match milestone.reported_by {
            None => {
                let (state, state_zh) = ("defined", "尚未填报");
                broken.push(Rejection::BadTransition {
                    state,
                    state_zh,
                    step,
                });
            }
            Some(person) if person == context.hand().person => {
                let (first, second) = ("milestone.report", "milestone.verify");
                broken.push(Rejection::SamePerson { first, second });
            }
            Some(_) => {}
        }
    }
    broken
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &MilestoneEvent) {
    match event {
        MilestoneEvent::Defined(definition) => {
            let milestone = Milestone {
                definition: Box::new(definition.clone()),
                reported: None,
                reported_by: None,
                verified: None,
                on_site: false,
                site_visit: None,
                version: 1,
            };
            books.milestones.put(definition.milestone, milestone);
            let list = books.milestones_of.entry(definition.project);
            list.push(definition.milestone);
        }
        MilestoneEvent::Reported(progress) => {
            if let Some(row) = books.milestones.get_mut(progress.milestone) {
                row.version = row.version.saturating_add(1);
                row.reported = Some(progress.done);
                row.reported_by = Some(context.hand().person);
            }
        }
        MilestoneEvent::Verified(progress) => {
            if let Some(row) = books.milestones.get_mut(progress.milestone) {
                row.version = row.version.saturating_add(1);
                row.verified = Some(progress.done);
                row.on_site = progress.on_site || progress.site_visit.is_some();
                row.site_visit = progress.site_visit;
            }
        }
    }
}
