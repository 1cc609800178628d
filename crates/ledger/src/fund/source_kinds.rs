//! From when to when each source of money is a word in use.
//!
//! A published line is never edited: a new meaning is a new line with its first year.

use super::SourceKind;

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTerm {
    /// The source.
    pub kind: SourceKind,
    /// What it was called.
    pub term: &'static str,
    /// First budget year.
    pub from_year: u32,
    /// Last budget year; none while it is in use.
    pub to_year: Option<u32>,
    /// Where the years are from.
    pub basis: &'static str,
}

const fn line(
    kind: SourceKind,
    term: &'static str,
    from_year: u32,
    to_year: Option<u32>,
    basis: &'static str,
) -> SourceTerm {
    SourceTerm {
        kind,
        term,
        from_year,
        to_year,
        basis,
    }
}

/// Levels of government have always paid; their lines begin with the tax-sharing system.
const TAX_SHARING: &str = "分税制财政管理体制, from 1994";

/// The table, in the order of [`SourceKind::ALL`].
pub const SOURCE_TERMS: &[SourceTerm] = &[
    line(SourceKind::Central, "中央财政资金", 1994, None, TAX_SHARING),
    line(
        SourceKind::Province,
        "省级财政资金",
        1994,
        None,
        TAX_SHARING,
    ),
    line(
        SourceKind::Prefecture,
        "州市级财政资金",
        1994,
        None,
        TAX_SHARING,
    ),
    line(SourceKind::County, "县级财政资金", 1994, None, TAX_SHARING),
    line(SourceKind::Sector, "行业部门资金", 1994, None, TAX_SHARING),
    line(
        SourceKind::EastWest,
        "东西扶贫协作资金",
        1996,
        Some(2020),
        "co-operation of eastern with western provinces, from 1996 to the end of 2020",
    ),
    line(
        SourceKind::EastWest,
        "东西部协作资金",
        2021,
        None,
        "its continuation from 2021",
    ),
    line(
        SourceKind::Partner,
        "挂包单位资金",
        1994,
        Some(2020),
        "partner units until 2020",
    ),
    line(
        SourceKind::Partner,
        "定点帮扶资金",
        2021,
        None,
        "their continuation from 2021",
    ),
    line(
        SourceKind::Donation,
        "社会捐赠资金",
        1994,
        None,
        "donations have no first year",
    ),
    line(
        SourceKind::SelfRaised,
        "群众自筹资金",
        1994,
        None,
        "contributions have no first year",
    ),
    line(
        SourceKind::Loan,
        "贷款资金",
        1994,
        None,
        "policy banks were founded in 1994",
    ),
    line(
        SourceKind::Bond,
        "地方政府债券资金",
        2015,
        None,
        "local governments may borrow only by bonds since the Budget Law in force from 2015",
    ),
];

/// What a source is called in a budget year; nothing if it is not in use.
#[must_use]
pub fn term(kind: SourceKind, year: u32) -> Option<&'static SourceTerm> {
    SOURCE_TERMS.iter().find(|line| {
        line.kind == kind && line.from_year <= year && line.to_year.is_none_or(|last| year <= last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_in_the_table_and_has_one_term_a_year() {
        for kind in SourceKind::ALL {
            for year in 2015..=2030 {
                let terms = SOURCE_TERMS.iter().filter(|line| {
                    line.kind == *kind
                        && (line.from_year..=line.to_year.unwrap_or(u32::MAX)).contains(&year)
                });
                assert_eq!(terms.count(), 1, "{kind} in {year}");
            }
        }
    }

    #[test]
    fn a_bond_of_2014_is_not_in_force() {
        assert_eq!(term(SourceKind::Bond, 2014), None);
        assert!(term(SourceKind::Bond, 2015).is_some());
    }
}
