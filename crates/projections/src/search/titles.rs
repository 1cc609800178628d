//! What something found is called today.

use ledger::Books;
use ledger::fields::Kind;
use ledger::ids::*;
use uuid::Uuid;

/// A name and a number; neither for what has none, or is not in the books.
type Title = (Option<Box<str>>, Option<Box<str>>);

/// The name and the number, code or voucher.
pub(super) fn of(books: &Books, kind: Kind, id: Uuid) -> Title {
    let title = |name: Option<&str>, number: Option<&str>| {
        Some((name.map(Box::from), number.map(Box::from)))
    };
    let title = match kind {
        Kind::Fund => books.funds.get(FundId(id)).and_then(|row| {
            let row = &row.announcement;
            title(Some(row.name.as_str()), Some(row.document.as_str()))
        }),
        Kind::Project => books
            .projects
            .get(ProjectId(id))
            .and_then(|row| title(Some(row.name.as_str()), Some(row.number.as_str()))),
        Kind::Milestone => books
            .milestones
            .get(MilestoneId(id))
            .and_then(|row| title(Some(row.definition.name.as_str()), None)),
        Kind::Contract => books.contracts.get(ContractId(id)).and_then(|row| {
            let row = &row.signing;
            title(Some(row.name.as_str()), Some(row.number.as_str()))
        }),
        Kind::Claim => books
            .claims
            .get(ClaimId(id))
            .and_then(|row| title(None, Some(row.submission.number.as_str()))),
        Kind::Payment => books
            .payments
            .get(PaymentId(id))
            .and_then(|row| title(None, Some(row.voucher.as_str()))),
        Kind::Account => books
            .accounts
            .get(AccountId(id))
            .and_then(|row| title(Some(row.bank.as_str()), Some(row.masked_number.as_str()))),
        Kind::Custody => books
            .custodies
            .get(CustodyId(id))
            .and_then(|row| title(None, Some(row.agreement.document.as_str()))),
        Kind::BankLine => books.bank_lines.get(BankLineId(id)).and_then(|row| {
            let counterparty = row.entry.counterparty.as_ref();
            let name = counterparty.map(|name| name.as_str());
            title(name, Some(row.entry.bank_sequence.as_str()))
        }),
        Kind::List => books.lists.get(ListId(id)).and_then(|row| {
            let name = row.start.kind.name();
            title(name, Some(row.start.number.as_str()))
        }),
        Kind::Round => books
            .rounds
            .get(RoundId(id))
            .and_then(|row| title(Some(row.name.as_str()), Some(row.mandate.as_str()))),
        Kind::Item => books.items.get(ItemId(id)).and_then(|row| {
            title(
                Some(row.draft.facts.as_str()),
                Some(row.draft.number.as_str()),
            )
        }),
        Kind::Organisation => books
            .organisations
            .get(OrganisationId(id))
            .and_then(|row| title(Some(row.name.as_str()), Some(row.code.as_str()))),
        Kind::Overlay => books
            .overlays
            .get(OverlayId(id))
            .and_then(|row| title(Some(row.name.as_str()), None)),
        Kind::Evidence => books
            .evidence
            .get(EvidenceId(id))
            .and_then(|row| title(Some(row.registration.description.as_str()), None)),
        // A person's name is sealed; an entry and a contribution have none.
        Kind::Subject | Kind::Entry | Kind::Contribution => None,
    };
    title.unwrap_or_default()
}
