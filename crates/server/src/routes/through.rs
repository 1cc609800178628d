//! Every answer says through which record it is built.

use ledger::ids::LedgerId;
use projections::View;
use serde::{Deserialize, Serialize};

/// The last record that an answer knows.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Through {
    /// Its place in the ledger.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
    /// Its place in the deployment's log.
    pub position: u64,
}

impl Through {
    /// The head of a view.
    pub fn of(view: &View) -> Option<Through> {
        let head = view.head()?;
        let hash = chain::Hash::from_bytes(head.hash).to_string();
        Some(Through {
            seq: head.seq,
            hash,
            position: head.position,
        })
    }
}

/// An answer, and through which record it is built.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Answer<T> {
    #[schema(value_type = String, format = "uuid")]
    pub(super) ledger: LedgerId,
    pub(super) through: Option<Through>,
    pub(super) data: T,
}

/// What every question about a ledger may say.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Wait until this record is there.
    pub(super) min_seq: Option<u64>,
    /// How many to pass over.
    #[serde(default)]
    pub(super) offset: usize,
    /// How many at the most, up to 1,000.
    limit: Option<usize>,
}

impl super::question::Asked for Ask {
    fn min_seq(&self) -> Option<u64> {
        self.min_seq
    }
}

impl Ask {
    /// How many at the most.
    pub(super) fn limit(&self) -> usize {
        self.limit
            .unwrap_or(100)
            .clamp(1, super::events::PAGE_LEN_MAX)
    }
}
