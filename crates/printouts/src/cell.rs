//! What stands in a cell.

use crate::printout::Names;
use ledger::date::BusinessDate;
use ledger::ids::PersonId;
use ledger::money::Fen;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text as it is; never a formula.
    Text(String),
    /// An amount.
    Amount(Fen),
    /// A number of things, or the place of a record.
    Count(u64),
    /// A date, exact or not.
    Date(BusinessDate),
    /// A share; nothing of nothing is shown as nothing.
    Ratio {
        /// What is counted.
        numerator: i128,
        /// Of how much.
        denominator: i128,
    },
    /// Persons, by their names where they may be shown, else by their identifiers.
    Persons(Vec<PersonId>),
}

impl Cell {
    /// Text, or nothing.
    pub(crate) fn text(text: Option<impl ToString>) -> Cell {
        let text = text.map(|text| text.to_string());
        text.filter(|text| !text.is_empty())
            .map_or(Cell::Empty, Cell::Text)
    }

    /// A date, or nothing.
    pub(crate) fn date(date: Option<BusinessDate>) -> Cell {
        date.map_or(Cell::Empty, Cell::Date)
    }

    /// A number, or nothing.
    pub(crate) fn count(count: Option<u64>) -> Cell {
        count.map_or(Cell::Empty, Cell::Count)
    }

    /// A number of things in memory.
    pub(crate) fn len(len: usize) -> Cell {
        Cell::count(u64::try_from(len).ok())
    }

    /// Yes or no.
    pub(crate) fn yes(yes: bool) -> Cell {
        Cell::Text(if yes { "是" } else { "否" }.to_owned())
    }

    /// A share of money.
    pub(crate) fn share(part: Fen, whole: Fen) -> Cell {
        Cell::Ratio {
            numerator: part.get().into(),
            denominator: whole.get().into(),
        }
    }

    /// As it is read: amounts in yuan without grouping, shares in per cent.
    pub(crate) fn show(&self, names: &Names) -> String {
        self.shown(names, |person| person.to_string())
    }

    /// The same where room is scarce: an identifier by its beginning and its end.
    pub(crate) fn show_short(&self, names: &Names) -> String {
        self.shown(names, |person| {
            let id = person.to_string();
            let ends = id.get(..8).zip(id.get(32..));
            ends.map_or_else(|| id.clone(), |(begin, end)| format!("{begin}…{end}"))
        })
    }

    fn shown(&self, names: &Names, unnamed: fn(&PersonId) -> String) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Amount(amount) => amount.to_string(),
            Cell::Count(count) => count.to_string(),
            Cell::Date(date) => date.to_string(),
            Cell::Ratio {
                numerator,
                denominator,
            } => hundredths(*numerator, *denominator)
                .map(|of| format!("{}%", decimal(of)))
                .unwrap_or_default(),
            Cell::Persons(persons) => {
                let name = |person: &PersonId| {
                    let name = names.get(person).cloned();
                    name.unwrap_or_else(|| unnamed(person))
                };
                persons.iter().map(name).collect::<Vec<_>>().join("、")
            }
        }
    }

    /// The whole fen, beside the yuan.
    pub(crate) fn fen(&self) -> Option<i64> {
        match self {
            Cell::Amount(amount) => Some(amount.get()),
            Cell::Empty
            | Cell::Text(_)
            | Cell::Count(_)
            | Cell::Date(_)
            | Cell::Ratio { .. }
            | Cell::Persons(_) => None,
        }
    }
}

/// A share in hundredths of a per cent, rounded half away from zero; nothing of nothing.
pub(crate) fn hundredths(numerator: i128, denominator: i128) -> Option<i128> {
    let doubled = numerator.unsigned_abs().checked_mul(20_000)?;
    let whole = denominator.unsigned_abs();
    let rounded = doubled
        .checked_add(whole)?
        .checked_div(whole.checked_mul(2)?)?;
    let rounded = i128::try_from(rounded).ok()?;
    let negative = (numerator < 0) != (denominator < 0);
    Some(if negative {
        rounded.saturating_neg()
    } else {
        rounded
    })
}

/// Hundredths with a point: `6667` is `66.67`.
fn decimal(hundredths: i128) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let of = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", of / 100, of % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_once_and_exactly() {
        let shown = |numerator, denominator| {
            Cell::Ratio {
                numerator,
                denominator,
            }
            .show(&Names::default())
        };
        assert_eq!(shown(2, 3), "66.67%");
        assert_eq!(shown(8, 15), "53.33%");
        assert_eq!(shown(1, 80_000), "0.00%");
        assert_eq!(shown(1, 20_000), "0.01%");
        assert_eq!(shown(-2, 3), "-66.67%");
        assert_eq!(
            shown(9_007_199_254_740_991, 9_007_199_254_740_991),
            "100.00%"
        );
        assert_eq!(shown(1, 0), "");
    }
}
