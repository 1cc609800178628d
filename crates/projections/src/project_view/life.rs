//! The life of a project: its steps with their days and hands, and what each of them said.

use crate::references::{self, BeforeBook, Term, UnitReference, term};
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::ids::{PersonId, VisitId};
use ledger::money::Fen;
use ledger::project::rules::steps::Step;
use ledger::project::rules::{Project, Taken};
use ledger::project::{
    AcceptanceLevel, Award, CareAssignment, FinalAccount, Handover, ProjectReviewKind, Replanning,
    SettlementAudit, SiteVisit, Tender, YearPlan,
};
use ledger::text::{Reference, Text};

/// As the books keep an acceptance: its day, its level, and whether it was passed.
type Judged = (BusinessDate, Option<AcceptanceLevel>, bool);

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
    /// Where it was taken over from before the book 建账前: until when, and the document that says
    /// how far it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeStep {
    /// Its record.
    pub seq: u64,
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
    pub reason: Option<Text>,
    /// When it is to start.
    pub starts_on: Option<BusinessDate>,
    /// When it is to be complete.
    pub completes_on: Option<BusinessDate>,
    /// Who approved it.
    pub approver: PersonId,
    /// When.
    pub on: BusinessDate,
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
    /// When that was.
    pub on: Option<BusinessDate>,
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
    /// When.
    pub on: BusinessDate,
    /// The document of the plan.
    pub document: Option<Reference>,
}

/// A tender.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenderLine {
    /// How the supplier is chosen.
    pub method: Term,
    /// The estimate.
    pub estimate_fen: Fen,
    /// When.
    pub on: BusinessDate,
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
    /// When.
    pub on: BusinessDate,
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
    pub finding: Option<Text>,
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
    /// What must be put right, where it was not.
    pub reason: Option<Text>,
    /// The acceptance document.
    pub document: Option<Reference>,
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
    /// When.
    pub on: BusinessDate,
    /// The audit report.
    pub document: Option<Reference>,
}

/// A final account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FinalAccountLine {
    /// What it has cost in all.
    pub cost_fen: Fen,
    /// What the account says is left.
    pub surplus_fen: Fen,
    /// When.
    pub on: BusinessDate,
    /// The document that approves it.
    pub document: Option<Reference>,
}

/// Something handed over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandoverLine {
    /// What.
    pub asset: Text,
    /// To whom.
    pub to: UnitReference,
    /// When.
    pub on: BusinessDate,
    /// The document that says so.
    pub document: Option<Reference>,
}

pub(super) fn life_view(books: &Books, project: &Project) -> LifeView {
    let life = &project.life;
    let year = |(taken, plan): (&Taken, &YearPlan)| YearPlanLine {
        year: plan.year,
        on: taken.on,
        document: taken.document.clone(),
    };
    let award = |(taken, award): (&Taken, &Award)| AwardLine {
        supplier: references::unit(books, award.supplier),
        price_fen: award.price_fen,
        on: taken.on,
        document: taken.document.clone(),
    };
    let handover = |(taken, handover): (&Taken, &Handover)| HandoverLine {
        asset: handover.asset.clone(),
        to: references::unit(books, handover.to),
        on: taken.on,
        document: taken.document.clone(),
    };
    let keeper = |care: &CareAssignment| references::unit(books, care.keeper);
    let last = |step| taken(project, step).last();
    LifeView {
        steps: life.steps.iter().map(|taken| line(books, taken)).collect(),
        schedule: schedule(project),
        reviews: reviews(project),
        year_plans: with(project, Step::PlanYear, &life.year_plans)
            .map(year)
            .collect(),
        tenders: with(project, Step::Tender, &life.tenders)
            .map(tender)
            .collect(),
        awards: with(project, Step::Award, &life.awards)
            .map(award)
            .collect(),
        visits: with(project, Step::VisitSite, &life.visits)
            .map(visit)
            .collect(),
        acceptances: acceptances(project),
        settlement: last(Step::AuditSettlement)
            .zip(life.settlement.as_deref())
            .map(settlement),
        final_account: last(Step::ApproveFinalAccount)
            .zip(life.final_account.as_deref())
            .map(account),
        handovers: with(project, Step::HandOver, &life.handovers)
            .map(handover)
            .collect(),
        keeper: life.care.as_deref().map(keeper),
        opening: life.opening.as_deref().map(BeforeBook::from),
    }
}

/// The records of a step, in their order.
fn taken(project: &Project, step: Step) -> impl Iterator<Item = &Taken> {
    let steps = project.life.steps.iter();
    steps.filter(move |taken| taken.step == step)
}

/// What a step said each time, beside its records: the books keep one for every record.
fn with<'a, T>(
    project: &'a Project,
    step: Step,
    said: &'a [T],
) -> impl Iterator<Item = (&'a Taken, &'a T)> {
    taken(project, step).zip(said)
}

fn acceptances(project: &Project) -> Vec<AcceptanceLine> {
    let judged = |taken: &&Taken| matches!(taken.step, Step::Accept | Step::FailAcceptance);
    let steps = project.life.steps.iter().filter(judged);
    let line = |(taken, (on, level, passed)): (&Taken, &Judged)| AcceptanceLine {
        on: *on,
        level: level.map(|level| term!(level)),
        passed: *passed,
        reason: taken.note.clone(),
        document: taken.document.clone(),
    };
    steps.zip(&project.life.acceptances).map(line).collect()
}

fn line(books: &Books, taken: &Taken) -> LifeStep {
    LifeStep {
        seq: taken.seq,
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
    let line = |(taken, new): (&Taken, &Replanning)| ReplanningLine {
        reason: taken.note.clone(),
        starts_on: new.starts_on,
        completes_on: new.completes_on,
        approver: new.approver,
        on: taken.on,
        document: taken.document.clone(),
    };
    ProjectSchedule {
        planned_start: project.life.starts_on,
        planned_completion: project.life.completes_on,
        current_start,
        current_completion,
        replannings: with(project, Step::Replan, &project.life.replannings)
            .map(line)
            .collect(),
    }
}

fn reviews(project: &Project) -> Vec<ProjectReviewLine> {
    let life = &project.life;
    let line = |kind: &ProjectReviewKind| {
        let needed = life.needed_reviews.contains(kind);
        let held = with(project, Step::Review, &life.reviews);
        let last = held.filter(|(_, review)| review.review == *kind).last();
        (needed || last.is_some()).then(|| ProjectReviewLine {
            review: term!(*kind),
            needed,
            result: last.map(|(_, review)| term!(review.result)),
            on: last.map(|(taken, _)| taken.on),
            opinion: last.and_then(|(taken, _)| taken.note.clone()),
            document: last.and_then(|(taken, _)| taken.document.clone()),
        })
    };
    ProjectReviewKind::ALL.iter().filter_map(line).collect()
}

fn tender((taken, tender): (&Taken, &Tender)) -> TenderLine {
    TenderLine {
        method: term!(tender.method),
        estimate_fen: tender.estimate_fen,
        on: taken.on,
        document: taken.document.clone(),
    }
}

fn visit((taken, (on, visit)): (&Taken, &(BusinessDate, SiteVisit))) -> SiteVisitLine {
    SiteVisitLine {
        visit: visit.visit,
        on: *on,
        visitors: visit.visitors.clone(),
        finding: taken.note.clone(),
    }
}

fn settlement((taken, audit): (&Taken, &SettlementAudit)) -> SettlementAuditLine {
    SettlementAuditLine {
        claimed_fen: audit.claimed_fen,
        approved_fen: audit.approved_fen,
        reduced_fen: audit.claimed_fen.sub(audit.approved_fen),
        on: taken.on,
        document: taken.document.clone(),
    }
}

fn account((taken, account): (&Taken, &FinalAccount)) -> FinalAccountLine {
    FinalAccountLine {
        cost_fen: account.cost_fen,
        surplus_fen: account.surplus_fen,
        on: taken.on,
        document: taken.document.clone(),
    }
}
