//! How much is measured.

use serde::{Deserialize, Serialize};

/// How much of everything a run loads and asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Records of a year that is loaded, opened and verified whole.
    pub records: u64,
    /// Records of the windows at the beginning and at the end of it, whose costs are compared.
    pub window: u64,
    /// Commands of a group in process.
    pub group: u64,
    /// Groups in process, of which every so many are followed by as many of the floor.
    pub groups: u64,
    /// Commands of a list over HTTP.
    pub list: u64,
    /// Lists over HTTP.
    pub lists: u64,
    /// How long each number of connections is measured, in milliseconds.
    pub milliseconds: u64,
    /// Records that are there while single things are asked for.
    pub queried: u64,
    /// Payments of the batch that is traced.
    pub traced: u64,
    /// Items of the task list.
    pub items: u64,
    /// Households.
    pub households: u64,
    /// Syncs of the disk that are timed.
    pub syncs: u64,
}

impl Sizes {
    /// All rows in less than ten minutes on two processors.
    pub const USUAL: Sizes = Sizes {
        records: 1_000_000,
        window: 100_000,
        group: 8_192,
        groups: 96,
        list: 8_000,
        lists: 48,
        milliseconds: 4_000,
        queried: 200_000,
        traced: 100_000,
        items: 10_000,
        households: crate::county::HOUSEHOLDS,
        syncs: 500,
    };

    /// As little as shows that everything works.
    pub const TINY: Sizes = Sizes {
        records: 2_000,
        window: 500,
        group: 64,
        groups: 6,
        list: 50,
        lists: 6,
        milliseconds: 100,
        queried: 500,
        traced: 120,
        items: 30,
        households: 50,
        syncs: 5,
    };
}
