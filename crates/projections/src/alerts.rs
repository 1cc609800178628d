//! Alerts 疑点: the questions that broken rules raise about observed facts. Never a verdict.

use crate::numbers::narrow;
use crate::timeline::Timeline;
use crate::{Entry, Page};
use jiff::civil::Date;
use ledger::chunks::Chunks;
use ledger::date::BusinessDate;
use ledger::ids::Subject;
use ledger::receipt::{ReceiptEvent, ReceiptResult};
use ledger::subjects::Subjects;
use ledger::{Books, Context, Event, Intake, Rejection};
use uuid::Uuid;

/// An alert as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alert {
    /// `<seq>-<code>-<n>`: the same at every replay.
    pub id: String,
    /// The rule's stable code.
    pub code: &'static str,
    /// The record that broke it.
    pub seq: u64,
    /// What the record is mainly about; none for the ledger itself.
    pub subject: Option<Uuid>,
    /// The field that is in question, where it is one.
    pub field: Option<&'static str>,
    /// The question in English.
    pub text: String,
    /// The question in Chinese.
    pub text_zh: String,
    /// When it happened.
    pub occurred_on: BusinessDate,
    /// When it was recorded, in UTC+08:00.
    pub recorded_on: BusinessDate,
}

/// All alerts of a ledger.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct Alerts {
    raised: Chunks<Raised>,
}

/// An alert without its texts: an import of old records may raise one for every tenth of them.
#[derive(Debug, Clone, serde::Serialize, ledger::form::Form)]
struct Raised {
    seq: u32,
    /// Which one of its record's alerts.
    number: u32,
    subject: Option<Subject>,
    broken: Rejection,
    occurred_on: BusinessDate,
    recorded_on: Date,
}

/// Which alerts are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Only this rule.
    pub code: Option<&'a str>,
    /// Only records that name this subject.
    pub subject: Option<Subject>,
}

impl Alerts {
    /// Judges a record by the books before it.
    pub(crate) fn take_in(&mut self, books: &Books, context: &Context, entry: &Entry<'_>) {
        let event = &entry.fact.event;
        // A control command that broke a rule was refused, and is no record.
        let broken = match context.intake {
            Intake::Observation => ledger::breaches(books, context, event),
            Intake::Control => Vec::new(),
        };
        let asked = disputed(event)
            .into_iter()
            .chain(same_receipt(books, event));
        let broken = broken.into_iter().chain(asked);
        for (number, broken) in (1..).zip(broken) {
            let mut subject = None;
            event.each(&mut |named| subject = subject.or(Some(named)));
            self.raised.push(Raised {
                seq: narrow(entry.seq),
                number,
                subject,
                broken,
                occurred_on: context.occurred_on,
                recorded_on: context.today,
            });
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.raised.len()
    }

    /// True without alerts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raised.is_empty()
    }

    /// A page of the alerts that pass the filter, oldest first.
    #[must_use]
    pub fn list(
        &self,
        timeline: &Timeline,
        filter: Filter<'_>,
        offset: usize,
        limit: usize,
    ) -> Page<Alert> {
        let passing: Vec<&Raised> = match filter.subject {
            Some(subject) => self.of_records(timeline.of(subject), filter.code).collect(),
            None => self
                .raised
                .iter()
                .filter(|raised| raised.is(filter.code))
                .collect(),
        };
        Page::of(&passing, offset, limit, |raised| raised.show())
    }

    /// How many alerts each rule has raised, by code.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let mut counts = std::collections::BTreeMap::<_, usize>::new();
        for raised in self.raised.iter() {
            let count = counts.entry(raised.broken.alert_code()).or_default();
            *count = count.saturating_add(1);
        }
        counts.into_iter().collect()
    }

    fn of_records<'a>(
        &'a self,
        seqs: &'a [u32],
        code: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Raised> {
        let of_record = |seq: &u32| {
            let first = self.raised.partition_point(|raised| raised.seq < *seq);
            let seq = *seq;
            (first..)
                .map_while(|place| self.raised.get(place))
                .take_while(move |raised| raised.seq == seq)
        };
        seqs.iter()
            .flat_map(of_record)
            .filter(move |raised| raised.is(code))
    }
}

/// A payee who says anything but "received" is a question, whoever recorded it.
/// One treasury receipt for money of several items: right or twice the same, no rule can say.
fn same_receipt(books: &Books, event: &Event) -> Option<Rejection> {
    let Event::Item(event) = event else {
        return None;
    };
    ledger::item::rules::same_receipt(books, event)
}

fn disputed(event: &Event) -> Option<Rejection> {
    let Event::Receipt(ReceiptEvent::Confirmed(receipt)) = event else {
        return None;
    };
    let (result, result_zh) = (receipt.result.word(), receipt.result.zh());
    match receipt.result {
        ReceiptResult::Received => None,
        ReceiptResult::NotReceived | ReceiptResult::WrongAmount | ReceiptResult::CollectedBack => {
            Some(Rejection::ReceiptDisputed { result, result_zh })
        }
    }
}

impl Raised {
    fn is(&self, code: Option<&str>) -> bool {
        code.is_none_or(|code| self.broken.alert_code() == code)
    }

    fn show(&self) -> Alert {
        let code = self.broken.alert_code();
        Alert {
            id: format!("{}-{code}-{}", self.seq, self.number),
            code,
            seq: self.seq.into(),
            subject: self.subject.map(|subject| subject.0),
            field: self.broken.field(),
            text: self.broken.to_string(),
            text_zh: self.broken.zh(),
            occurred_on: self.occurred_on,
            recorded_on: BusinessDate::day(self.recorded_on),
        }
    }
}
