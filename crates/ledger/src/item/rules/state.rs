//! An item as it stands, and what each event makes of it.

use super::Received;
use super::deadline::due_base;
use super::letters::SentLetter;
use super::steps::{Next, State, Step, next};
use super::turns::{Turns, Waiver};
use crate::context::{Actor, Context};
use crate::date::{BusinessDate, Precision};
use crate::ids::{ItemId, MeasureId, OrganisationId, PersonId};
use crate::item::{ExtensionRequest, ItemDraft, ItemEvent, VerificationMode};
use crate::money::Fen;
use crate::opening::CutOver;
use crate::rarely::Rarely;
use jiff::civil::Date;
use std::sync::Arc;

pub use super::measure::{EvidenceFile, MeasureDone, MeasureState};

/// An item as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Item {
    /// What was drafted; shared, so that a trial's undo copies no texts.
    pub draft: Arc<ItemDraft>,
    /// The unit that leads now.
    pub lead_unit: Option<OrganisationId>,
    /// Where it stands.
    pub state: State,
    /// Since when; for a closing taken over from paper, the day that the paper says.
    pub state_since: BusinessDate,
    /// When it was issued; the day of recording where nobody knows.
    pub issued_on: Option<BusinessDate>,
    /// The due date by its issue; see [`Item::due`].
    pub due_base: Option<Date>,
    /// The extensions granted, oldest first.
    pub extensions: Vec<Extension>,
    /// The extension asked for and not answered.
    pub pending: Option<Box<PendingExtension>>,
    /// The days of suspensions before the book.
    pub suspended_days: u32,
    /// When the clock stood still and went on again, oldest first: so that a past day is judged by
    /// what had been until then.
    pub stops: Vec<Stop>,
    /// The suspension that is not over.
    pub suspension: Option<Suspension>,
    /// Who submitted the present plan.
    pub plan_by: Option<PersonId>,
    /// Who approved it.
    pub approvals: Vec<Actor>,
    /// The measures, oldest first.
    pub measures: Vec<MeasureState>,
    /// The closure now asked for and verified.
    pub attempt: Option<Box<Attempt>>,
    /// Every closing with its names, oldest first; those that a reopening undid too.
    pub closings: Vec<Closing>,
    /// How many times a look back reopened it.
    pub reopen_count: u32,
    /// The persons who may not judge it.
    pub recused: Vec<PersonId>,
    /// The money demanded back, all demands together.
    pub demanded: Fen,
    /// The money received back; more than was required is a surplus.
    pub received: Fen,
    /// The money received back, record by record, so that a bank line can be matched with each.
    pub recoveries: Vec<Received>,
    /// The money given up.
    pub waived: Fen,
    /// The letters sent, oldest record first.
    pub letters: Vec<SentLetter>,
    /// The cases of a common item.
    pub children: Vec<ItemId>,
    /// The item that goes on in its place.
    pub merged_into: Option<ItemId>,
    /// What happens to few items.
    pub turns: Rarely<Turns>,
    /// Until when it was taken over from before the book, and on what that rests.
    pub opening: Option<Box<CutOver>>,
    /// How many records have been mainly about it.
    pub version: u32,
}

/// An extension that was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Extension {
    /// The due date that it names.
    pub due_on: Date,
    /// The days for which the clock had stood still when it was asked for: they are in the date it
    /// names.
    pub stopped_days: u32,
    /// When it was granted, and never before it was asked for: until then the date before it
    /// stands. Nobody knows of one from before the book.
    pub granted_on: Option<Date>,
}

/// An extension that somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct PendingExtension {
    /// What would be granted.
    pub extension: Extension,
    /// Who asked.
    pub by: PersonId,
}

/// The clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Suspension {
    /// From this day on.
    pub since: Date,
    /// The state to which it returns.
    pub from: State,
}

/// The clock stood still, and goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Stop {
    /// From this day on.
    pub since: Date,
    /// Until this day.
    pub until: Date,
    /// Others looked at what the unit had done; else it was suspended.
    pub review: bool,
}

/// A closure asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Attempt {
    /// Who asked.
    pub requester: PersonId,
    /// On which day: the unit's clock stands still from then on.
    pub since: Date,
    /// Who verified, first to last.
    pub verifications: Vec<VerifiedBy>,
}

/// One verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct VerifiedBy {
    /// By whom.
    pub by: Actor,
    /// On site or on paper.
    pub mode: VerificationMode,
}

/// A closing with the names of those who answer for it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Closing {
    /// Who asked for it.
    pub requester: PersonId,
    /// Who verified.
    pub verifiers: Vec<PersonId>,
    /// Who closed.
    pub closer: PersonId,
    /// On which day it was asked for: what the unit is late by is judged by this one.
    pub requested_on: Date,
    /// On which day.
    pub closed_on: Date,
    /// The due date on the day on which it was asked for.
    pub due_on: Option<Date>,
    /// How many looks back found it good.
    pub lookbacks_passed: u32,
}

impl Item {
    pub(super) fn drafted(draft: &ItemDraft, context: &Context) -> Item {
        Item {
            draft: Arc::new(draft.clone()),
            lead_unit: draft.lead_unit,
            state: State::Drafted,
            state_since: context.occurred_on,
            issued_on: None,
            due_base: None,
            extensions: Vec::new(),
            pending: None,
            suspended_days: 0,
            stops: Vec::new(),
            suspension: None,
            plan_by: None,
            approvals: Vec::new(),
            measures: Vec::new(),
            attempt: None,
            closings: Vec::new(),
            reopen_count: 0,
            recused: Vec::new(),
            demanded: Fen::ZERO,
            received: Fen::ZERO,
            recoveries: Vec::new(),
            waived: Fen::ZERO,
            letters: Vec::new(),
            children: Vec::new(),
            merged_into: None,
            turns: Rarely::default(),
            opening: None,
            version: 1,
        }
    }

    /// A measure of this item.
    #[must_use]
    pub fn measure(&self, measure: MeasureId) -> Option<&MeasureState> {
        self.measures.iter().find(|row| row.measure == measure)
    }

    fn measure_mut(&mut self, measure: MeasureId) -> Option<&mut MeasureState> {
        self.measures.iter_mut().find(|row| row.measure == measure)
    }

    /// Takes an event: the state by the table, and what the step itself leaves behind.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per event, read straight down"
    )]
    pub(super) fn apply(
        &mut self,
        context: &Context,
        feedback_on: Option<BusinessDate>,
        event: &ItemEvent,
    ) {
        self.version = self.version.saturating_add(1);
        let before = self.state;
        // Read before the event leaves anything behind that it counts.
        let after = self.state_after(Step::behind(event));
        if after != before {
            self.state = after;
            self.state_since = context.occurred_on;
        }
        match event {
            // A second draft of an item: refused, and not in any log of ours.
            ItemEvent::Drafted(_) | ItemEvent::TakenOver(_) => {}
            ItemEvent::Issued(_) => {
                let known = context.occurred_on.precision() != Precision::Unknown;
                let today = BusinessDate::day(context.today);
                self.issued_on = Some(if known { context.occurred_on } else { today });
                self.due_base = Some(due_base(&self.draft, feedback_on, context.day()));
            }
            ItemEvent::PlanSubmitted(_) => self.plan_by = Some(context.hand().person),
            ItemEvent::PlanReturned(_) => {
                self.plan_by = None;
                self.approvals.clear();
            }
            ItemEvent::PlanApproved(_) => self.approvals.push(context.hand()),
            ItemEvent::ClosureRequested(_) | ItemEvent::LongTermReviewed(_) => {
                self.ask_closure(context);
            }
            ItemEvent::Verified(verification) => {
                let verified = VerifiedBy {
                    by: context.hand(),
                    mode: verification.mode,
                };
                if let Some(attempt) = &mut self.attempt {
                    attempt.verifications.push(verified);
                }
            }
            ItemEvent::ReturnedForRework(_) => {
                self.answered(context.day());
            }
            // A unit does not stop its clock by asking and taking it back.
            ItemEvent::ClosureRequestWithdrawn(_) => self.attempt = None,
            ItemEvent::Closed(_) => self.close(context),
            ItemEvent::LookbackPassed(_) => {
                if let Some(closing) = self.closings.last_mut() {
                    closing.lookbacks_passed = closing.lookbacks_passed.saturating_add(1);
                }
            }
            ItemEvent::LookbackFailed(_) => {
                self.reopen_count = self.reopen_count.saturating_add(1);
            }
            ItemEvent::Suspended(_) => {
                self.suspension = Some(Suspension {
                    since: context.day(),
                    from: before,
                });
            }
            ItemEvent::Resumed(_) => {
                if let Some(suspension) = self.suspension.take() {
                    self.stopped(suspension.since, context.day(), false);
                }
            }
            ItemEvent::MeasureAdded(it) => {
                self.measures.push(MeasureState::added(context.seq, it));
            }
            ItemEvent::MeasureChanged(it) => {
                if let Some(row) = self.measure_mut(it.measure) {
                    row.changed(context.seq, it);
                }
            }
            ItemEvent::MeasureFinished(it) => {
                if let Some(row) = self.measure_mut(it.measure) {
                    row.done = Some(MeasureDone {
                        result: it.result.clone(),
                        on: context.occurred_on,
                        seq: context.seq,
                    });
                }
            }
            ItemEvent::EvidenceAdded(added) => {
                let (sha256, captured_on) = (added.sha256, added.captured_on);
                if let Some(row) = self.measure_mut(added.measure) {
                    row.evidence.push(EvidenceFile {
                        sha256,
                        captured_on,
                    });
                }
            }
            // The same file may prove several measures; none of them keeps it.
            ItemEvent::EvidenceRetracted(retraction) => {
                for row in &mut self.measures {
                    row.evidence.retain(|file| file.sha256 != retraction.sha256);
                }
            }
            ItemEvent::ExtensionRequested(request) => self.ask_extension(context, request),
            ItemEvent::ExtensionGranted(_) => self.extended(context.day()),
            ItemEvent::ExtensionRefused(_) => self.pending = None,
            ItemEvent::LetterSent(letter) => {
                let sent = SentLetter::of(self, context, letter);
                self.letters.push(sent);
            }
            ItemEvent::RecoveryDemanded(it) => self.demanded = self.demanded.add(it.amount_fen),
            ItemEvent::RecoveryReceived(it) => {
                self.received = self.received.add(it.amount_fen);
                self.recoveries.push(Received {
                    seq: context.seq,
                    amount: it.amount_fen,
                    by: context.hands().map(|hand| hand.person).collect(),
                    way: it.way,
                    reference: it.reference.clone(),
                    matched: false,
                });
            }
            ItemEvent::RecoveryWaived(it) => {
                self.waived = self.waived.add(it.amount_fen);
                self.turns.waivers.push(Waiver {
                    seq: context.seq,
                    by: context.hands().map(|hand| hand.person).collect(),
                });
            }
            ItemEvent::LongTermApproved(_) => self.turns.next_review_on = None,
            ItemEvent::LongTermContinued(it) => {
                self.turns.next_review_on = Some(it.next_review_on);
                self.turns.reviews = self.turns.reviews.saturating_add(1);
            }
            ItemEvent::Reassigned(it) => self.reassigned(context, it),
            ItemEvent::LeadTransferred(it) => self.led_by(Some(it.lead_unit)),
            ItemEvent::RecusalDeclared(recusal) => self.recused.push(recusal.person),
            ItemEvent::ClosureImported(closure) => self.state_since = closure.closed_on,
            // What concerns other items too is in `division`.
            ItemEvent::Merged(_)
            | ItemEvent::Split(_)
            | ItemEvent::OverlapLinked(_)
            | ItemEvent::OverlapUnlinked(_)
            // Nothing but their state, or their place in the log.
            | ItemEvent::Acknowledged(_)
            | ItemEvent::ObjectionUpheld(_)
            | ItemEvent::Refuted(_)
            | ItemEvent::ClosedNotImplemented(_)
            | ItemEvent::Discarded(_)
            | ItemEvent::ProgressNoted(_) => {}
        }
    }

    /// The state after `step`. One that the table does not list moves nothing; no log of ours
    /// holds such a step.
    fn state_after(&self, step: Step) -> State {
        match next(self.state, step) {
            None | Some(Next::Stays) => self.state,
            Some(Next::To(state)) => state,
            Some(Next::AfterTwo(state)) => {
                let verified = || self.attempt.as_ref().map_or(0, |it| it.verifications.len());
                let earlier = if step == Step::Verify {
                    verified()
                } else {
                    self.approvals.len()
                };
                if earlier > 0 { state } else { self.state }
            }
            Some(Next::Back) => self
                .suspension
                .map_or(self.state, |suspension| suspension.from),
        }
    }

    fn ask_extension(&mut self, context: &Context, request: &ExtensionRequest) {
        let stopped_days = self.stopped_days(context.day());
        self.pending = request.due_on.last().map(|due_on| {
            let extension = Extension {
                due_on,
                stopped_days,
                granted_on: Some(context.day()),
            };
            Box::new(PendingExtension {
                extension,
                by: context.hand().person,
            })
        });
    }

    fn extended(&mut self, day: Date) {
        let granted = self.pending.take().map(|pending| Extension {
            granted_on: pending.extension.granted_on.max(Some(day)),
            ..pending.extension
        });
        self.extensions.extend(granted);
    }

    /// Stops the clock. One that is late is late for ever, whatever is granted afterwards.
    fn ask_closure(&mut self, context: &Context) {
        let since = context.day();
        if self.overdue_days(since) > 0 {
            self.turns.requested_late = true;
        }
        self.attempt = Some(Box::new(Attempt {
            requester: context.hand().person,
            since,
            verifications: Vec::new(),
        }));
    }

    /// The days since the closing was asked for were not the unit's; the clock goes on.
    fn answered(&mut self, day: Date) -> Option<Box<Attempt>> {
        let attempt = self.attempt.take()?;
        self.stopped(attempt.since, day, true);
        Some(attempt)
    }

    fn close(&mut self, context: &Context) {
        // An answer would come too late.
        self.pending = None;
        // The clock has stood still since then.
        let asked = self.attempt.as_ref();
        let due_on = asked.and_then(|attempt| self.due(attempt.since));
        if let Some(attempt) = self.answered(context.day()) {
            self.closings.push(Closing {
                requester: attempt.requester,
                verifiers: attempt
                    .verifications
                    .iter()
                    .map(|it| it.by.person)
                    .collect(),
                closer: context.hand().person,
                requested_on: attempt.since,
                closed_on: context.day(),
                due_on,
                lookbacks_passed: 0,
            });
        }
    }
}
