//! Names, documents and findings of campaigns put right. The lot itself never is.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use crate::Books;
use crate::campaign::CampaignEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;
use std::sync::Arc;

impl Amend for CampaignEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (CampaignEvent::Planned(it), Field::Name) => Some((&mut it.name).into()),
            (CampaignEvent::Planned(it), Field::Document) => Some((&mut it.document).into()),
            (CampaignEvent::Checked(it), Field::Finding) => Some((&mut it.finding).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        use CorrectedField as Field;
        match self {
            CampaignEvent::Planned(it) => {
                let Some(row) = books.campaigns.get_mut(it.campaign) else {
                    return;
                };
                let plan = Arc::make_mut(&mut row.plan);
                match field {
                    Field::Name => put(Some(&mut plan.name), to),
                    Field::Document => put(Some(&mut plan.document), to),
                    _ => {}
                }
            }
            CampaignEvent::Checked(it) if field == Field::Finding => {
                let Some(row) = books.campaigns.get_mut(it.campaign) else {
                    return;
                };
                // An item is checked once in a campaign.
                let mut checks = row.sample.iter_mut().filter(|drawn| drawn.item == it.item);
                let check = checks.find_map(|drawn| drawn.checked.as_mut());
                put(check.map(|check| &mut check.finding), to);
            }
            _ => {}
        }
    }
}
