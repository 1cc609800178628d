//! Which records a batch is made of.

use crate::View;
use hashbrown::HashSet;
use ledger::ids::{ContractId, FundId, PaymentId, Subject};
use ledger::payment::rules::Payment;

/// The records of which the balance and the four ledgers of a batch are made, in their order;
/// nothing for a batch that nobody has announced.
///
/// Those that name the batch; all about its payments, and about the other payments on the same
/// contracts, since a contract names no batch; and of its projects and accounts, which have many
/// other records, only the few that say what they are.
#[must_use]
pub fn records(view: &View, fund: FundId) -> Option<Vec<u64>> {
    view.books.funds.get(fund)?;
    let (books, links) = (&view.books, &view.links);
    let mut seqs: Vec<u32> = view.timeline.of(fund.into()).to_vec();
    let mut all = |subject: Subject| seqs.extend_from_slice(view.timeline.of(subject));
    let projects: HashSet<_> = links.projects_of_fund(fund).iter().copied().collect();
    let contracts = books.contracts.iter();
    let contracts = contracts.filter(|(_, row)| projects.contains(&row.signing.project));
    let contracts: HashSet<ContractId> = contracts.map(|(id, _)| id).collect();
    contracts.iter().for_each(|id| all((*id).into()));
    for (id, claim) in books.claims.iter() {
        if claim.submission.sources.iter().any(|it| it.fund == fund) {
            all(id.into());
        }
    }
    let bears = |payment: &Payment| payment.sources.iter().any(|it| it.fund == fund);
    let rests = |payment: &Payment| {
        let contract = payment.basis.as_ref().and_then(|basis| basis.contract);
        contract.is_some_and(|id| contracts.contains(&id))
    };
    let mine = |id: &PaymentId| {
        let payment = books.payments.get(*id);
        payment.is_some_and(|payment| bears(payment) || rests(payment))
    };
    links
        .payments_near_fund(fund)
        .filter(mine)
        .for_each(|id| all(id.into()));
    let accounts = books.cash.iter().filter(|((_, of), _)| *of == Some(fund));
    let accounts = accounts.map(|((account, _), _)| Subject::from(account));
    let few = projects.iter().map(|id| Subject::from(*id)).chain(accounts);
    let kept = of_words(view, |word| {
        word.starts_with("project.") || word == "account.opened" || word == "account.taken_over"
    });
    for subject in few {
        let named = view.timeline.of(subject).iter();
        seqs.extend(named.filter(|seq| kept.contains(*seq)));
    }
    seqs.sort_unstable();
    seqs.dedup();
    Some(seqs.into_iter().map(u64::from).collect())
}

/// The records with such words.
fn of_words(view: &View, wanted: impl Fn(&str) -> bool) -> HashSet<u32> {
    let counts = view.timeline.word_counts();
    let words = counts.into_iter().map(|(word, _)| word);
    let words = words.filter(|word| wanted(word));
    words
        .flat_map(|word| view.timeline.of_word(word))
        .copied()
        .collect()
}
