//! The life of a project: its steps with their days and hands, and what each of them said.

use crate::references::{self, Term, UnitReference, term};
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::ids::{PersonId, VisitId};
use ledger::money::Fen;
use ledger::project::rules::{Project, Taken};
use ledger::project::{
    Award, CareAssignment, FinalAccount, Handover, ProjectReview, ProjectReviewKind, Replanning,
    SettlementAudit, SiteVisit, Tender,
};
use ledger::text::{Reference, Text};

/// Everything that was done about a project; lists are in the order of their records.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeView {
    /// Every step: when, and by whom.
    pub steps: Vec<LifeStep>,
    /// Planned dates, and those that took their place.
    pub schedule: ProjectSchedule,
    /// The reviews that it needs or has had, each with how the last one ended.
    pub reviews: Vec<ProjectReviewLine>,
    /// The years in whose plans it stood, with their documents.
    pub year_plans: Vec<YearPlanLine>,
    /// The tenders.
    pub tenders: Vec<TenderLine>,
    /// The awards.
    pub awards: Vec<AwardLine>,
    /// The visits to the site.
    pub visits: Vec<SiteVisitLine>,
    /// The acceptances, passed and failed.
    pub acceptances: Vec<AcceptanceLine>,
    /// The audit of its settlement.
    pub settlement: Option<SettlementAuditLine>,
    /// The final account.
    pub final_account: Option<FinalAccountLine>,
    /// What was handed over.
    pub handovers: Vec<HandoverLine>,
    /// Who keeps it.
    pub keeper: Option<UnitReference>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeStep {
    /// Which one.
    pub step: Term,
    /// When.
    pub on: BusinessDate,
    /// Who did it.
    pub person: PersonId,
    /// For which organisation.
    pub organisation: UnitReference,
    /// The remark, the reason, the opinion, the basis or the finding, whichever the step has.
    pub note: Option<Text>,
    /// The document that it names.
    pub document: Option<Reference>,
}

/// Planned dates beside those that hold now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectSchedule {
    /// When it was to start, as first planned.
    pub planned_start: Option<BusinessDate>,
    /// When it was to be complete, as first planned.
    pub planned_completion: Option<BusinessDate>,
    /// When it is to start, after all new dates.
    pub current_start: Option<BusinessDate>,
    /// When it is to be complete, after all new dates.
    pub current_completion: Option<BusinessDate>,
    /// The new dates.
    pub replannings: Vec<ReplanningLine>,
}

/// New dates.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplanningLine {
    /// Why.
    pub reason: Text,
    /// When it is to start.
    pub starts_on: Option<BusinessDate>,
    /// When it is to be complete.
    pub completes_on: Option<BusinessDate>,
    /// Who approved it.
    pub approver: PersonId,
    /// The document that says so.
    pub document: Option<Reference>,
}

/// A review of a project.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectReviewLine {
    /// Which one.
    pub review: Term,
    /// Its declaration asks for it.
    pub needed: bool,
    /// How the last one ended; nothing where there was none.
    pub result: Option<Term>,
    /// What the reviewers said.
    pub opinion: Option<Text>,
    /// The document that says so.
    pub document: Option<Reference>,
}

/// A year plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearPlanLine {
    /// The year.
    pub year: u32,
    /// The document of the plan.
    pub document: Reference,
}

/// A tender.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenderLine {
    /// How the supplier is chosen.
    pub method: Term,
    /// The estimate.
    pub estimate_fen: Fen,
    /// The document that says so.
    pub document: Option<Reference>,
}

/// An award.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AwardLine {
    /// Who got it.
    pub supplier: UnitReference,
    /// For how much.
    pub price_fen: Fen,
    /// The notice of award.
    pub document: Option<Reference>,
}

/// A visit to the site.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteVisitLine {
    /// The visit.
    pub visit: VisitId,
    /// When.
    pub on: BusinessDate,
    /// Who was there.
    pub visitors: Vec<PersonId>,
    /// What they found.
    pub finding: Text,
}

/// An acceptance.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptanceLine {
    /// When.
    pub on: BusinessDate,
    /// How final; without a level it is final.
    pub level: Option<Term>,
    /// It was passed.
    pub passed: bool,
}

/// The audit of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettlementAuditLine {
    /// What the builder claimed.
    pub claimed_fen: Fen,
    /// What the audit let stand.
    pub approved_fen: Fen,
    /// What it did not 审减.
    pub reduced_fen: Fen,
    /// The audit report.
    pub document: Reference,
}

/// A final account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FinalAccountLine {
    /// What it has cost in all.
    pub cost_fen: Fen,
    /// What the account says is left.
    pub surplus_fen: Fen,
    /// The document that approves it.
    pub document: Reference,
}

/// Something handed over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandoverLine {
    /// What.
    pub asset: Text,
    /// To whom.
    pub to: UnitReference,
    /// The document that says so.
    pub document: Option<Reference>,
}

pub(super) fn life_view(books: &Books, project: &Project) -> LifeView {
    let life = &project.life;
    let award = |award: &Award| AwardLine {
        supplier: references::unit(books, award.supplier),
        price_fen: award.price_fen,
        document: award.document.clone(),
    };
    let handover = |handover: &Handover| HandoverLine {
        asset: handover.asset.clone(),
        to: references::unit(books, handover.to),
        document: handover.document.clone(),
    };
    let keeper = |care: &CareAssignment| references::unit(books, care.keeper);
    let acceptances = life.acceptances.iter();
    LifeView {
        steps: life.steps.iter().map(|taken| step(books, taken)).collect(),
        schedule: schedule(project),
        reviews: reviews(&life.needed_reviews, &life.reviews),
        year_plans: life
            .year_plans
            .iter()
            .map(|plan| YearPlanLine {
                year: plan.year,
                document: plan.document.clone(),
            })
            .collect(),
        tenders: life.tenders.iter().map(tender).collect(),
        awards: life.awards.iter().map(award).collect(),
        visits: life.visits.iter().map(visit).collect(),
        acceptances: acceptances
            .map(|(on, level, passed)| AcceptanceLine {
                on: *on,
                level: level.map(|level| term!(level)),
                passed: *passed,
            })
            .collect(),
        settlement: life.settlement.as_ref().map(settlement),
        final_account: life.final_account.as_ref().map(account),
        handovers: life.handovers.iter().map(handover).collect(),
        keeper: life.care.as_ref().map(keeper),
    }
}

fn step(books: &Books, taken: &Taken) -> LifeStep {
    LifeStep {
        step: term!(taken.step),
        on: taken.on,
        person: taken.by.person,
        organisation: references::unit(books, taken.by.organisation),
        note: taken.note.clone(),
        document: taken.document.clone(),
    }
}

fn schedule(project: &Project) -> ProjectSchedule {
    let (current_start, current_completion) = project.schedule();
    let line = |new: &Replanning| ReplanningLine {
        reason: new.reason.clone(),
        starts_on: new.starts_on,
        completes_on: new.completes_on,
        approver: new.approver,
        document: new.document.clone(),
    };
    ProjectSchedule {
        planned_start: project.life.starts_on,
        planned_completion: project.life.completes_on,
        current_start,
        current_completion,
        replannings: project.life.replannings.iter().map(line).collect(),
    }
}

fn reviews(needed: &[ProjectReviewKind], held: &[ProjectReview]) -> Vec<ProjectReviewLine> {
    let line = |kind: &ProjectReviewKind| {
        let needed = needed.contains(kind);
        let last = held.iter().rev().find(|review| review.review == *kind);
        (needed || last.is_some()).then(|| ProjectReviewLine {
            review: term!(*kind),
            needed,
            result: last.map(|review| term!(review.result)),
            opinion: last.and_then(|review| review.opinion.clone()),
            document: last.map(|review| review.document.clone()),
        })
    };
    ProjectReviewKind::ALL.iter().filter_map(line).collect()
}

fn tender(tender: &Tender) -> TenderLine {
    TenderLine {
        method: term!(tender.method),
        estimate_fen: tender.estimate_fen,
        document: tender.document.clone(),
    }
}

fn visit((on, visit): &(BusinessDate, SiteVisit)) -> SiteVisitLine {
    SiteVisitLine {
        visit: visit.visit,
        on: *on,
        visitors: visit.visitors.clone(),
        finding: visit.finding.clone(),
    }
}

fn settlement(audit: &SettlementAudit) -> SettlementAuditLine {
    SettlementAuditLine {
        claimed_fen: audit.claimed_fen,
        approved_fen: audit.approved_fen,
        reduced_fen: audit.claimed_fen.sub(audit.approved_fen),
        document: audit.document.clone(),
    }
}

fn account(account: &FinalAccount) -> FinalAccountLine {
    FinalAccountLine {
        cost_fen: account.cost_fen,
        surplus_fen: account.surplus_fen,
        document: account.document.clone(),
    }
}
