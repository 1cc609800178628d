//! Who has counter-signed, and who has not (V11, V12).

use super::{Claim, Signature};
use crate::Books;
use crate::claim::{Countersignature, Countersigner};
use crate::context::{Actor, Context};
use crate::rejection::Rejection;

impl Claim {
    /// Those who must counter-sign and have not; none of a claim from before the book, whose
    /// signatures stand on the document of its opening.
    pub fn missing(&self) -> impl Iterator<Item = &Countersigner> {
        let filled = |place: usize| self.signatures.iter().any(|it| it.fills == Some(place));
        let required = self.submission.countersigners.iter().enumerate();
        required
            .filter(move |(place, _)| self.opening.is_none() && !filled(*place))
            .map(|(_, countersigner)| countersigner)
    }

    /// True for whoever has signed in the name of a countersigner.
    fn stands(&self, actor: &Actor) -> bool {
        let theirs = |it: &Signature| it.by.person == actor.person && it.fills.is_some();
        self.signatures.iter().any(theirs)
    }

    /// The place of the countersigner in whose name `actor` may sign: the first one missing in this
    /// capacity and organisation. None for the submitter, for the submitter's organisation, and for
    /// whoever stands for another one already.
    pub(super) fn place(&self, actor: &Actor, signature: &Countersignature) -> Option<usize> {
        let own = self.submitted_by.person == actor.person
            || self.submitted_by.organisation == actor.organisation;
        if own || self.stands(actor) {
            return None;
        }
        let filled = |place: usize| self.signatures.iter().any(|it| it.fills == Some(place));
        let mut required = self.submission.countersigners.iter().enumerate();
        let meant = |countersigner: &Countersigner| {
            countersigner.capacity == signature.capacity
                && countersigner.organisation == actor.organisation
        };
        required
            .find(|(place, countersigner)| meant(countersigner) && !filled(*place))
            .map(|(place, _)| place)
    }
}

/// V11: every required counter-signature is there.
pub(crate) fn countersign_missing(books: &Books, claim: &Claim) -> Option<Rejection> {
    let name = |countersigner: &Countersigner| {
        let unit = countersigner.organisation;
        let row = books.organisations.get(unit);
        let unit = row.map_or_else(|| unit.to_string(), |row| row.name.to_string());
        format!("{}({unit})", countersigner.capacity)
    };
    let missing: Vec<_> = claim.missing().map(name).collect();
    (!missing.is_empty()).then_some(Rejection::CountersignMissing { missing })
}

/// V12: a counter-signer is neither the submitter nor of their organisation, signs once, and is one
/// of those who were named.
pub(super) fn unfit(
    claim: &Claim,
    context: &Context,
    signature: &Countersignature,
) -> Vec<Rejection> {
    let (actor, second) = (context.hand(), "claim.countersign");
    let mut broken = Vec::new();
    // From paper, neither the cadre who signed nor whoever records it is the submitter.
    let submits = |hand: Actor| hand.person == claim.submitted_by.person;
    if submits(actor) || submits(context.actor) {
        let first = "claim.submit";
        broken.push(Rejection::SamePerson { first, second });
    }
    if claim.stands(&actor) {
        let first = second;
        broken.push(Rejection::SamePerson { first, second });
    }
    if actor.organisation == claim.submitted_by.organisation {
        broken.push(SAME_UNIT);
    }
    if broken.is_empty() && claim.place(&actor, signature).is_none() {
        broken.push(Rejection::BadField {
            field: "capacity",
            why: "no signature in this capacity and for this organisation is missing",
            why_zh: "不需要本单位以此身份会签,或已会签",
        });
    }
    broken
}

/// Counter-signers come from other organisations than the submitter's.
pub(super) const SAME_UNIT: Rejection = Rejection::SameOrganisation {
    first: "the submitter 报账单位",
    second: "a counter-signer 会签单位",
};
