//! What batches are for (B13): the share of each purpose 用途 in what was received, as exact
//! numerator and denominator.
//!
//! A batch has one purpose; a purpose like 产业 is one of these codes. Beside each stands what of its
//! batches went into fees, whatever the batch is for.

use crate::View;
use crate::fees::{self, Fees};
use crate::references::{Term, term, total};
use ledger::fund::SourceKind;
use ledger::fund::rules::Fund;
use ledger::ids::FundId;
use ledger::money::Fen;
use ledger::text::Reference;
use std::collections::BTreeMap;

/// The share of one purpose.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PurposeShare {
    /// The purpose code 用途.
    pub purpose_code: Reference,
    /// How many batches have it.
    pub funds: usize,
    /// What their documents announce.
    pub announced_fen: Fen,
    /// The numerator: what of them has arrived, less what the top took back.
    pub received_fen: Fen,
    /// The denominator: the same of all batches that pass the filter.
    pub of_fen: Fen,
    /// The same by where the money comes from.
    pub sources: Vec<SourceReceived>,
    /// What of it went into management and preliminary work.
    pub fees: Fees,
}

/// What arrived of one source.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceReceived {
    /// The source.
    pub source_kind: Term,
    /// What has arrived, less what the top took back.
    pub received_fen: Fen,
}

/// B13: the purposes of the batches of a budget year, or of all, in the order of their codes.
#[must_use]
pub fn purposes(view: &View, budget_year: Option<u32>) -> Vec<PurposeShare> {
    let mut groups: BTreeMap<&Reference, Vec<(FundId, &Fund)>> = BTreeMap::new();
    for (id, fund) in view.books.funds.iter() {
        let announcement = &fund.announcement;
        if budget_year.is_none_or(|year| year == announcement.budget_year) {
            let group = groups.entry(&announcement.purpose_code).or_default();
            group.push((id, fund));
        }
    }
    let net = |(_, fund): &(FundId, &Fund)| fund.received.sub(fund.reclaimed_from_top);
    let of_fen = total(groups.values().flatten().map(net));
    let borne = |(id, _): &(FundId, &Fund)| {
        let sums = view.links.sums.of(*id);
        sums.map(|sums| sums.fees).unwrap_or_default()
    };
    let show = |(code, funds): (&Reference, Vec<(FundId, &Fund)>)| PurposeShare {
        purpose_code: code.clone(),
        funds: funds.len(),
        announced_fen: total(funds.iter().map(|(_, it)| it.announcement.amount_fen)),
        received_fen: total(funds.iter().map(net)),
        of_fen,
        sources: sources(&funds),
        fees: {
            let parts: Vec<_> = funds.iter().map(borne).collect();
            fees::sum(&parts, total(funds.iter().map(net)))
        },
    };
    groups.into_iter().map(show).collect()
}

fn sources(funds: &[(FundId, &Fund)]) -> Vec<SourceReceived> {
    let mut kinds: BTreeMap<SourceKind, Vec<Fen>> = BTreeMap::new();
    for (_, fund) in funds {
        let net = fund.received.sub(fund.reclaimed_from_top);
        let kind = kinds.entry(fund.announcement.source_kind);
        kind.or_default().push(net);
    }
    let show = |(kind, parts): (SourceKind, Vec<Fen>)| SourceReceived {
        source_kind: term!(kind),
        received_fen: total(parts),
    };
    kinds.into_iter().map(show).collect()
}
