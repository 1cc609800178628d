//! What happens to few items: handed on, split, merged into, counted with another.

use super::assignment::FormerlyAssigned;
use crate::date::BusinessDate;
use crate::ids::{ItemId, OrganisationId, PersonId};
use crate::money::Fen;
use crate::rarely::AtFirst;

/// What happens to few items.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Turns {
    /// Who had it before, oldest first.
    pub former: Vec<FormerlyAssigned>,
    /// The units that led before, each once.
    pub former_leads: Vec<OrganisationId>,
    /// The items that go on in its place, after a split.
    pub split_into: Vec<ItemId>,
    /// The item of which it is a part.
    pub split_from: Option<ItemId>,
    /// The item that is counted for both.
    pub counted_with: Option<ItemId>,
    /// The items that are counted with this one, in the order of linking.
    pub counted_for: Vec<ItemId>,
    /// An item that was issued goes on in this one, which is a draft.
    pub carries_issued: bool,
    /// What items brought that were merged into it, to be recovered.
    pub moved_in: Fen,
    /// What went on in others, to be recovered there.
    pub moved_out: Fen,
    /// Who gave money up that was to be recovered, here or in an item that went on in this one.
    pub waivers: Vec<Waiver>,
    /// A closing was once asked for after the due date.
    pub requested_late: bool,
    /// By when a long-term item is reviewed next.
    pub next_review_on: Option<BusinessDate>,
    /// How many reviews have said that it goes on.
    pub reviews: u32,
}

/// Who stands for giving money up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Waiver {
    /// The record.
    pub seq: u64,
    /// Everybody who signed or recorded it.
    pub by: Box<[PersonId]>,
}

impl AtFirst for Turns {
    fn at_first() -> &'static Turns {
        static NONE: Turns = Turns {
            former: Vec::new(),
            former_leads: Vec::new(),
            split_into: Vec::new(),
            split_from: None,
            counted_with: None,
            counted_for: Vec::new(),
            carries_issued: false,
            moved_in: Fen::ZERO,
            moved_out: Fen::ZERO,
            waivers: Vec::new(),
            requested_late: false,
            next_review_on: None,
            reviews: 0,
        };
        &NONE
    }
}
