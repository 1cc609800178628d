//! The second copy during a replay: sled, asked by position and believed in nothing.

use chain::{Broken, Hash, LedgerId, Record};

use crate::Error;
use crate::disk::{narrow, wide};
use crate::entry::{Decoder, Raw, Recent};
use crate::error::{BadRecord, Copy, Reason};
use crate::pages::{Page, Pages};

/// How often sled may fail before it is only asked for what the journal lacks: each failure may
/// be a panic that is printed, and after the first sled is built anew in any case.
const FAILURES_MAX: u32 = 256;

/// A record of one copy as it was found, or what its bytes say it is and what is wrong.
pub(crate) struct Found {
    pub(crate) record: Result<Record, Reason>,
    pub(crate) claimed: Option<(LedgerId, u64)>,
}

impl Found {
    pub(crate) fn bad(reason: Reason) -> Found {
        Found {
            record: Err(reason),
            claimed: None,
        }
    }

    pub(crate) fn of(raw: &Raw<'_>) -> Found {
        let record = raw.record(Vec::new()).map_err(Reason::from);
        Found {
            record,
            claimed: Some((raw.ledger, raw.seq)),
        }
    }

    pub(crate) fn of_page(page: &Page) -> Vec<Found> {
        let entries = page.entries().map(|raw| match raw {
            Ok(raw) => Found::of(&raw),
            Err(_) => Found::bad(Reason::Malformed),
        });
        entries.collect()
    }
}

/// sled's side of the log.
pub(crate) struct Second<'a> {
    pages: Option<&'a Pages>,
    /// Where its last page begins, and the position after its last record.
    last: u64,
    end: u64,
    /// The page asked for last, decoded and checked.
    page: (u64, Vec<Found>),
    failures: u32,
    /// What is wrong with it, if anything was found.
    pub(crate) bad: Option<BadRecord>,
}

impl<'a> Second<'a> {
    /// Reads the last page.
    pub(crate) fn of(pages: &'a Pages) -> Second<'a> {
        let mut second = Second::new(Some(pages), 0);
        match pages.last() {
            Ok(None) => {}
            Ok(Some(page)) => {
                let found = Found::of_page(&page);
                let sound = found
                    .iter()
                    .take_while(|found| found.record.is_ok())
                    .count();
                second.last = page.first;
                second.end = page.first.saturating_add(wide(sound));
                if let Some(Found {
                    record: Err(reason),
                    claimed,
                }) = found.get(sound)
                {
                    second.fault(second.end, reason.clone(), *claimed);
                }
                second.page = (page.first, found);
            }
            Err(error) => second.fault(0, Reason::Unreadable(error.to_string()), None),
        }
        second
    }

    /// A sled that is known to go up to a position.
    pub(crate) fn asked(pages: &'a Pages, end: u64) -> Second<'a> {
        Second::new(Some(pages), end)
    }

    fn new(pages: Option<&'a Pages>, end: u64) -> Second<'a> {
        Second {
            pages,
            last: 0,
            end,
            page: (0, Vec::new()),
            failures: 0,
            bad: None,
        }
    }

    /// A sled that could not be opened.
    pub(crate) fn unreadable(reason: &str) -> Second<'a> {
        let mut second = Second::new(None, 0);
        second.fault(0, Reason::Unreadable(reason.to_owned()), None);
        second
    }

    /// The position after its last record; below it sled should have everything.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Whether a position is in its last page.
    pub(crate) fn ends_with(&self, position: u64) -> bool {
        (self.last..self.end).contains(&position)
    }

    /// sled itself, unless it is bad.
    pub(crate) fn pages(&self) -> Option<&'a Pages> {
        self.pages.filter(|_| self.is_good())
    }

    /// It may be read, and written to.
    pub(crate) fn is_good(&self) -> bool {
        self.bad.is_none()
    }

    /// What was found wrong first, in words.
    pub(crate) fn reason(&self) -> Option<String> {
        self.bad.as_ref().map(ToString::to_string)
    }

    /// Notes that sled's copy must be built anew.
    pub(crate) fn fault(
        &mut self,
        position: u64,
        reason: Reason,
        claimed: Option<(LedgerId, u64)>,
    ) {
        let (ledger, seq) = claimed.unzip();
        self.bad.get_or_insert(BadRecord {
            copy: Copy::Sled,
            position,
            ledger,
            seq,
            reason,
        });
    }

    /// Whether it still answers to questions that are not needed.
    pub(crate) fn answers(&self) -> bool {
        self.pages.is_some() && self.failures < FAILURES_MAX
    }

    /// What sled has at a position; nothing where it has none.
    pub(crate) fn at(&mut self, position: u64) -> Option<&Found> {
        if self.in_page(position).is_none() {
            let found = match self.pages?.holding(position) {
                Ok(page) => page.map(|page| (page.first, Found::of_page(&page))),
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    let reason = Reason::Unreadable(error.to_string());
                    Some((position, vec![Found::bad(reason)]))
                }
            };
            self.page = found?;
        }
        self.page.1.get(self.in_page(position)?)
    }

    fn in_page(&self, position: u64) -> Option<usize> {
        let place = narrow(position.checked_sub(self.page.0)?);
        (place < self.page.1.len()).then_some(place)
    }

    /// Compares with the journal's record, which is sound; true if sled holds another one that is
    /// sound too and that `fits` its ledger. What is only wrong in sled is noted as its fault.
    pub(crate) fn contradicts(
        &mut self,
        position: u64,
        hash: &Hash,
        claimed: (LedgerId, u64),
        fits: impl FnOnce(&Record) -> Result<(), Broken>,
    ) -> bool {
        let reason = match self.at(position).map(|found| &found.record) {
            Some(Ok(other)) if other.hash == *hash => return false,
            Some(Ok(other)) => match fits(other) {
                Ok(()) => return true,
                Err(broken) => broken.into(),
            },
            Some(Err(reason)) => reason.clone(),
            None => Reason::Missing,
        };
        self.fault(position, reason, Some(claimed));
        false
    }
}

/// sled's records in the order of position, from the first on, as they were read.
pub(crate) struct InOrder<'a> {
    /// Nothing where sled could not be opened.
    pages: Option<&'a mut dyn Iterator<Item = Result<Page, Error>>>,
    page: Option<Page>,
    /// How many bytes of the page's entries are left, and what the next of them may name.
    left: usize,
    recent: Recent,
    /// What ended it before its end.
    bad: Option<Reason>,
}

impl<'a> InOrder<'a> {
    pub(crate) fn new(pages: &'a mut dyn Iterator<Item = Result<Page, Error>>) -> InOrder<'a> {
        InOrder {
            pages: Some(pages),
            ..InOrder::absent()
        }
    }

    /// For a sled that could not be opened: it has nothing, and is not blamed for it.
    pub(crate) fn absent() -> InOrder<'a> {
        InOrder {
            pages: None,
            page: None,
            left: 0,
            recent: Recent::default(),
            bad: None,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.pages.is_none()
    }

    /// Whether it has nothing at a position, which is the next.
    pub(crate) fn has_ended(&mut self, position: u64) -> bool {
        self.turn(position).is_none()
    }

    /// What it has at a position, which is the one after the last asked for; nothing after the
    /// last. After something bad nothing more is to be asked.
    pub(crate) fn next(&mut self, position: u64) -> Option<Result<Raw<'_>, Reason>> {
        if let Err(reason) = self.turn(position)? {
            return Some(Err(reason));
        }
        let bytes = self.page.as_ref()?.bytes();
        let from = bytes.len().saturating_sub(self.left);
        let rest = bytes.get(from..).unwrap_or_default();
        let mut entries = Decoder::resume(rest, std::mem::take(&mut self.recent));
        let raw = entries.next();
        (self.left, self.recent) = entries.pause();
        Some(match raw {
            Some(Ok(raw)) => Ok(raw),
            Some(Err(_)) | None => Err(Reason::Malformed),
        })
    }

    /// Turns to the page of the next position, if the page before is read to its end.
    fn turn(&mut self, position: u64) -> Option<Result<(), Reason>> {
        if let Some(reason) = &self.bad {
            return Some(Err(reason.clone()));
        }
        if self.left > 0 {
            return Some(Ok(()));
        }
        let page = match self.pages.as_mut()?.next()? {
            Err(error) => Err(Reason::Unreadable(error.to_string())),
            Ok(page) if page.first > position => Err(Reason::Missing),
            Ok(page) if page.first < position => Err(Reason::Differ),
            Ok(page) if page.bytes().is_empty() => Err(Reason::Malformed),
            Ok(page) => Ok(page),
        };
        Some(match page {
            Ok(page) => {
                self.left = page.bytes().len();
                self.recent = Recent::default();
                self.page = Some(page);
                Ok(())
            }
            Err(reason) => {
                self.bad = Some(reason.clone());
                Err(reason)
            }
        })
    }
}
