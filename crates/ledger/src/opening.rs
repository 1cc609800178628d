//! What was there before the book 期初、建账前: taken over from a document, by two persons, as the first
//! record of its subject. A trace ends there.

use crate::context::Context;
use crate::date::BusinessDate;
use crate::money::Fen;
use crate::rejection::Rejection;
use crate::text::Reference;

/// From which day on the book is kept, and what the figures before it rest on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CutOver {
    /// The last day that the figures cover 建账日.
    pub on: BusinessDate,
    /// The document that they are taken from 期初依据.
    pub document: Reference,
}

impl CutOver {
    /// Nothing is dated before the days that an opening covers: its figures count it already (V14).
    pub(crate) fn before(&self, context: &Context) -> Option<Rejection> {
        let early = context.occurred_on.is_certainly_before(self.on);
        early.then_some(Rejection::BadDate {
            field: "occurred_on",
            why: "it lies before the cut-over day: the opening's figures count it already",
            why_zh: "业务日期早于建账日:期初数据已包含",
        })
    }
}

/// Refuses an opening that one person records alone, or that covers days to come.
///
/// # Errors
/// `BAD_FIELD` or `BAD_DATE`.
pub(crate) fn by_two(context: &Context, cut_over: &CutOver) -> Result<(), Rejection> {
    if context.proposed_by.is_none() {
        return Err(Rejection::BadField {
            field: "cut_over",
            why: "an opening is recorded by one person and confirmed by another: propose it as an \
                  entry",
            why_zh: "期初数据须由一人录入、另一人复核:请先办理双人录入",
        });
    }
    if cut_over
        .on
        .first()
        .is_some_and(|first| first > context.today)
    {
        return Err(Rejection::BadDate {
            field: "cut_over",
            why: "it lies after today (UTC+08:00)",
            why_zh: "建账日晚于今天(北京时间)",
        });
    }
    Ok(())
}

/// Refuses a cumulative figure that nobody can state; 0 where nothing had happened (V5).
///
/// # Errors
/// `BAD_AMOUNT`.
pub(crate) fn cumulative(field: &'static str, amount: Fen) -> Result<(), Rejection> {
    if amount < Fen::ZERO || amount > Fen::COMMAND_MAX {
        return Err(Rejection::BadAmount { field, amount });
    }
    Ok(())
}
