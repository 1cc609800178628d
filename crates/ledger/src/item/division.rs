//! Items that are really several, or that are really one: split, merged, overlapping.

use crate::ids::ItemId;
use crate::text::Text;

/// Merges an item into another one 并案. What is still to be recovered of it goes with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemMerger {
    /// The item that ends.
    pub item: ItemId,
    /// The item that goes on.
    pub into: ItemId,
    /// Why.
    pub reason: Text,
}

/// Splits an item into several 拆分, which have been drafted before: of the same round and the same
/// common item. Together they concern the money that it concerns, and must recover what of it is
/// still to be recovered; what has come back or was given up stays with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemSplit {
    /// The item that ends.
    pub item: ItemId,
    /// The drafts that go on in its place; 2 to 100.
    pub into: Vec<ItemId>,
    /// Why.
    pub reason: Text,
}

/// Says that two items are about the same problem 交叉重复, found twice: both are put right and
/// closed, but only one is counted, in rates and in sums. Taken back in the same words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemOverlap {
    /// The item that is not counted from now on.
    pub item: ItemId,
    /// The item that is counted for both; itself counted with no other.
    pub with: ItemId,
    /// Why.
    pub reason: Text,
}
