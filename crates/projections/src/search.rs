//! Search: from a number, a name or an amount to what it is about.
//!
//! [`Search`] holds what [`ledger::fields`] gives of every record, made comparable by
//! [`plain`](mod@plain); [`find`] looks through it. Personal text is not in it: that is sealed, and
//! has no way into `ledger::fields`.

pub mod amount;
pub mod index;
pub mod plain;
pub mod query;
mod titles;

pub use index::Search;
pub use query::{BadQuery, Query};

use crate::View;
use crate::page::Page;
use crate::references::{Term, term};
use hashbrown::HashMap;
use index::Piece;
use ledger::Books;
use ledger::fields::{Field, Kind};
use ledger::ids::BankLineId;
use ledger::money::Fen;
use query::Wanted;
use std::cmp::Ordering;
use uuid::Uuid;

/// How many subjects one question may find, so that a question for everything neither fills the
/// memory nor holds the writer up: twenty times the longest page.
pub const FOUND_MAX: usize = 20_000;

/// How many different places are shown in which one subject was found.
const MATCHES_MAX: usize = 8;

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    /// What it is: `fund`, `payment`.
    pub kind: Term,
    /// Which one.
    pub id: Uuid,
    /// Its present name.
    pub name: Option<Box<str>>,
    /// Its number, code or voucher.
    pub number: Option<Box<str>>,
    /// How well it fits.
    pub rank: Rank,
    /// Where it was found, best first.
    pub matches: Vec<Match>,
}

/// A place in which something was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Match {
    /// The field of the record.
    pub field: Term,
    /// What stands there, if it is text.
    pub text: Option<Box<str>>,
    /// The amount of the same record.
    pub amount_fen: Option<Fen>,
    /// The first record that says so.
    pub seq: u64,
    /// How many records say so.
    pub records: usize,
}

/// How well something fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// It is what was asked for, whole: a number, a name, an amount.
    Exact,
    /// What was asked for is a part of it that cuts no number in two.
    Whole,
    /// What was asked for is any part of it.
    Part,
}

/// What was found in one ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// A page of it: exact ones first, then by kind, then the oldest.
    #[serde(flatten)]
    pub page: Page<Hit>,
    /// False where there is more than [`FOUND_MAX`]: then only the first of them, and every exact
    /// one, are counted and shown, and a longer question finds the others.
    pub complete: bool,
}

/// What something is, and what it is called today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titled {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its number, code or voucher.
    pub number: Option<Box<str>>,
}

/// What bears an identifier; nothing where it has neither name nor number, as a person, whose name
/// is sealed.
#[must_use]
pub fn titled(books: &Books, id: Uuid) -> Option<Titled> {
    Kind::ALL.iter().find_map(|kind| {
        let (name, number) = titles::of(books, *kind, id);
        let kind = *kind;
        let named = name.is_some() || number.is_some();
        named.then_some(Titled { kind, name, number })
    })
}

/// What a ledger holds of what is asked for.
#[must_use]
pub fn find(view: &View, query: &Query, offset: usize, limit: usize) -> Found {
    let (mut found, complete) = gather(&view.search, query);
    found.retain(|(subject, candidate)| counts(view, *subject, candidate));
    let page = Page::of(&found, offset, limit, |(subject, candidate)| {
        show(view, *subject, candidate)
    });
    Found { page, complete }
}

/// False for a line of a bank statement that is not complete, or that the bank had said before: it
/// is no bank line.
fn counts(view: &View, subject: u32, candidate: &Candidate<'_>) -> bool {
    let id = view.timeline.names.id(subject);
    candidate.kind != Kind::BankLine
        || id.is_some_and(|id| view.books.bank_lines.contains(BankLineId(id)))
}

impl Hit {
    /// How answers of several ledgers are put together: exact ones first, then by kind. Among
    /// equals the ledgers keep their order, and each its own: one's seq says nothing of another's.
    #[must_use]
    pub fn in_order(&self, other: &Hit) -> Ordering {
        let kind = |hit: &Hit| {
            Kind::ALL
                .iter()
                .position(|kind| kind.word() == hit.kind.word)
        };
        let key = |hit: &Hit| (hit.rank, kind(hit));
        key(self).cmp(&key(other))
    }
}

/// A subject that may be part of the answer.
struct Candidate<'a> {
    kind: Kind,
    rank: Rank,
    /// How many of the things asked for were found at it, in their order.
    steps: usize,
    places: Vec<Place<'a>>,
}

/// Where it was found.
struct Place<'a> {
    rank: Rank,
    field: Field,
    piece: Option<Piece<'a>>,
    amount: Option<Fen>,
    seq: u32,
    records: usize,
}

impl Place<'_> {
    fn says_the_same(&self, other: &Place<'_>) -> bool {
        let same = match (self.piece, other.piece) {
            (Some(mine), Some(theirs)) => mine.plain() == theirs.plain(),
            (None, None) => self.amount == other.amount,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same && self.field == other.field
    }
}

impl<'a> Candidate<'a> {
    fn note(&mut self, place: Place<'a>) {
        self.rank = self.rank.min(place.rank);
        if let Some(same) = self.places.iter_mut().find(|it| it.says_the_same(&place)) {
            same.records = same.records.saturating_add(1);
        } else if self.places.len() < MATCHES_MAX {
            self.places.push(place);
        }
    }
}

/// By the numbers of subjects.
type Candidates<'a> = HashMap<u32, Candidate<'a>>;

/// Takes note of a place at a subject.
type Note<'n, 'a> = dyn FnMut(u32, Kind, Place<'a>) + 'n;

/// One thing that must be found at a subject.
#[derive(Clone, Copy)]
enum Step<'q> {
    Wanted(&'q Wanted),
    Amounts(Fen, Fen),
}

/// The answer in its order, and whether it is all of it.
fn gather<'a>(search: &'a Search, query: &Query) -> (Vec<(u32, Candidate<'a>)>, bool) {
    let range = query.amounts.map(|(min, max)| Step::Amounts(min, max));
    let one = |wanted| vec![Step::Wanted(wanted)];
    // What was typed as it stands, or else every word of it.
    let mut ways: Vec<Vec<Step<'_>>> = query.whole.iter().map(one).collect();
    if query.words.len() > 1 {
        ways.push(query.words.iter().map(Step::Wanted).collect());
    }
    if ways.is_empty() {
        ways.push(Vec::new());
    }
    let mut found: Candidates<'a> = HashMap::new();
    let mut complete = true;
    for mut way in ways {
        way.extend(range);
        let (more, all) = take_steps(search, query.kind, way);
        complete &= all;
        for (subject, candidate) in more {
            found.entry(subject).or_insert(candidate);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    for (_, candidate) in &mut found {
        candidate
            .places
            .sort_by_key(|place| (place.rank, place.seq, place.field));
    }
    found.sort_by_key(|(subject, it)| {
        let seq = it.places.first().map(|it| it.seq);
        (it.rank, it.kind, seq, *subject)
    });
    (found, complete)
}

/// The subjects at which every step finds something.
fn take_steps<'a>(
    search: &'a Search,
    kind: Option<Kind>,
    mut steps: Vec<Step<'_>>,
) -> (Candidates<'a>, bool) {
    if steps.len() > 1 {
        // The rarest first: what is left out of a first step that finds too much is lost.
        steps.sort_by_cached_key(|step| count(search, kind, step));
    }
    let mut found: Candidates<'a> = HashMap::new();
    let mut complete = true;
    for (number, step) in steps.iter().enumerate() {
        let mut note = |subject: u32, of: Kind, place: Place<'a>| {
            if kind.is_some_and(|kind| kind != of) {
                return;
            }
            if number == 0 && found.len() >= FOUND_MAX && place.rank != Rank::Exact {
                complete = false;
                return;
            }
            let candidate = match number {
                0 => Some(found.entry(subject).or_insert_with(|| Candidate {
                    kind: of,
                    rank: place.rank,
                    steps: 0,
                    places: Vec::new(),
                })),
                _ => found.get_mut(&subject).filter(|it| it.steps >= number),
            };
            if let Some(candidate) = candidate {
                candidate.steps = number.saturating_add(1);
                candidate.note(place);
            }
        };
        take_step(search, step, &mut note);
    }
    found.retain(|_, candidate| candidate.steps == steps.len());
    (found, complete)
}

/// How much a step finds at subjects of a kind.
fn count(search: &Search, kind: Option<Kind>, step: &Step<'_>) -> usize {
    let mut count = 0usize;
    let mut note = |of: Kind| {
        if kind.is_none_or(|kind| kind == of) {
            count = count.saturating_add(1);
        }
    };
    let amounts = match step {
        Step::Wanted(wanted) => {
            search.each_piece(&wanted.plain, &mut |piece| note(piece.row().kind));
            wanted.amount.map(|fen| (fen, fen))
        }
        Step::Amounts(min, max) => Some((*min, *max)),
    };
    if let Some((min, max)) = amounts {
        look_for_amounts(search, min, max, &mut |_, of, _| note(of));
    }
    count
}

fn take_step<'a>(search: &'a Search, step: &Step<'_>, note: &mut Note<'_, 'a>) {
    match step {
        Step::Wanted(wanted) => {
            look_for_text(search, &wanted.plain, note);
            if let Some(fen) = wanted.amount {
                look_for_amounts(search, fen, fen, note);
            }
        }
        Step::Amounts(min, max) => look_for_amounts(search, *min, *max, note),
    }
}

fn look_for_text<'a>(search: &'a Search, plain: &str, note: &mut Note<'_, 'a>) {
    search.each_piece(plain, &mut |piece| {
        let row = piece.row();
        let place = Place {
            rank: rank(piece.plain(), plain),
            field: piece.field(),
            piece: Some(piece),
            amount: row.amount(),
            seq: row.seq,
            records: 1,
        };
        note(row.subject, row.kind, place);
    });
}

/// Amounts without regard to their sign: whoever looks for 500.00 means the adjustment by
/// -500.00 too.
fn look_for_amounts<'a>(search: &'a Search, min: Fen, max: Fen, note: &mut Note<'_, 'a>) {
    let range = min.get().unsigned_abs()..=max.get().unsigned_abs();
    let rank = if min == max { Rank::Exact } else { Rank::Whole };
    for row in search.rows() {
        if let (Some(amount), Some(field)) = (row.amount(), row.amount_field)
            && range.contains(&amount.get().unsigned_abs())
        {
            let place = Place {
                rank,
                field,
                piece: None,
                amount: Some(amount),
                seq: row.seq,
                records: 1,
            };
            note(row.subject, row.kind, place);
        }
    }
}

/// How `part` fits into `text`, which holds it.
fn rank(text: &str, part: &str) -> Rank {
    if text == part {
        return Rank::Exact;
    }
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (first, last) = (part.chars().next(), part.chars().next_back());
    let cuts = |at: usize| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let after = rest.strip_prefix(part).unwrap_or_default();
        (digit(first) && digit(before.chars().next_back()))
            || (digit(last) && digit(after.chars().next()))
    };
    if text.match_indices(part).all(|(at, _)| cuts(at)) {
        Rank::Part
    } else {
        Rank::Whole
    }
}

fn show(view: &View, subject: u32, candidate: &Candidate<'_>) -> Hit {
    let kind = candidate.kind;
    let id = view.timeline.names.id(subject).unwrap_or_default();
    let (name, number) = titles::of(&view.books, kind, id);
    let matches = candidate.places.iter().map(|place| Match {
        field: term!(place.field),
        text: place.piece.map(|piece| piece.shown().into()),
        amount_fen: place.amount,
        seq: place.seq.into(),
        records: place.records,
    });
    Hit {
        kind: term!(kind),
        id,
        name,
        number,
        rank: candidate.rank,
        matches: matches.collect(),
    }
}
