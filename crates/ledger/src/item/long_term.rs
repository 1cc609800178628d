//! Long-term rectification 持续整改: looked at again cycle by cycle. A review is due from the day of
//! the approval on, until one has named the day of the next.

use crate::date::BusinessDate;
use crate::ids::ItemId;
use crate::text::Text;

/// Says of a review that the item goes on 继续整改. One that is ready is put up for closing by
/// `item.review_long_term`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LongTermReview {
    /// The item.
    pub item: ItemId,
    /// What was found.
    pub finding: Text,
    /// The day by which it is reviewed next: an exact day after this review.
    pub next_review_on: BusinessDate,
}
