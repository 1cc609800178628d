//! What waits for a second person: by what it is about, and what it would begin.

use super::lookup::{fund_key, item_key, shape};
use ledger::account::AccountEvent;
use ledger::claim::ClaimEvent;
use ledger::contract::ContractEvent;
use ledger::entry::EntryProposal;
use ledger::entry::rules::EntryState;
use ledger::fund::FundEvent;
use ledger::item::ItemEvent;
use ledger::organisation::OrganisationEvent;
use ledger::payment::PaymentEvent;
use ledger::project::ProjectEvent;
use ledger::subjects::Subjects;
use ledger::{Books, Event};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What waits for a second person, by what it is about.
#[derive(Debug, Default)]
pub(super) struct Pending(HashMap<Uuid, Vec<Arc<EntryProposal>>>);

impl Pending {
    /// What the books have of it.
    pub(super) fn of(books: &Books) -> Pending {
        let mut pending = Pending::default();
        for row in books.entries.values() {
            if row.state == EntryState::Proposed {
                row.proposal.command.each(&mut |subject| {
                    let proposals = pending.0.entry(subject.0).or_default();
                    proposals.push(Arc::clone(&row.proposal));
                });
            }
        }
        pending
    }

    /// What is proposed about a subject.
    pub(super) fn about(&self, subject: Uuid) -> &[Arc<EntryProposal>] {
        let proposals = self.0.get(&subject);
        proposals.map(Vec::as_slice).unwrap_or_default()
    }

    /// With what a subject would begin once that is confirmed.
    pub(super) fn beginning(&self, subject: Uuid) -> Option<Event> {
        let events = self.about(subject).iter();
        let mut events = events.map(|it| it.command.clone().into_event());
        events.find(|event| begins(event, subject).is_some())
    }

    /// The subjects of a kind of table that would begin once that is confirmed, with the number
    /// under which each would be known.
    pub(super) fn numbers(&self, kind: &str) -> Vec<(String, Uuid)> {
        let kind = kind.trim_start_matches("opening_");
        let numbers = self.0.keys().filter_map(|subject| {
            let (of, number) = begins(&self.beginning(*subject)?, *subject)?;
            (of == kind).then_some((number, *subject))
        });
        numbers.collect()
    }
}

/// The kind of table that brings such a subject, and its number there, if this record would be the
/// first of it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the records with which what tables bring begins, and no others"
)]
fn begins(event: &Event, subject: Uuid) -> Option<(&'static str, String)> {
    let (begun, kind, number) = match event {
        Event::Organisation(OrganisationEvent::Registered(it)) => {
            let number = shape(it.code.as_str());
            (it.organisation.0, "organisations", number)
        }
        Event::Fund(FundEvent::Announced(it)) => {
            let number = fund_key(it.document.as_str(), it.receiver);
            (it.fund.0, "funds", number)
        }
        Event::Project(ProjectEvent::EnteredLibrary(it)) => {
            (it.project.0, "projects", shape(it.number.as_str()))
        }
        Event::Contract(ContractEvent::Signed(it)) => {
            (it.contract.0, "contracts", shape(it.number.as_str()))
        }
        Event::Claim(ClaimEvent::Submitted(it)) => {
            (it.claim.0, "claims", shape(it.number.as_str()))
        }
        Event::Item(ItemEvent::Drafted(it)) => {
            let number = item_key(it.number.as_str(), it.round);
            (it.item.0, "items", number)
        }
        Event::Account(AccountEvent::Opened(it)) => {
            let number = format!("{}\n{}", shape(it.masked_number.as_str()), it.owner);
            (it.account.0, "accounts", number)
        }
        Event::Account(AccountEvent::TakenOver(it)) => {
            let opened = Event::Account(AccountEvent::Opened(it.opening.clone()));
            return begins(&opened, subject);
        }
        Event::Payment(PaymentEvent::Instructed(it)) => {
            (it.payment.0, "payments", shape(it.voucher.as_str()))
        }
        other => return begins(&super::compare::drafted(other)?, subject),
    };
    (begun == subject).then_some((kind, number))
}
