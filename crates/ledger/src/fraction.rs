//! Exact fractions of whole numbers: progress is never a float.

use serde::Serializer;

/// A fraction in lowest terms; in JSON both numbers are decimal texts, because they may be
/// larger than JSON's numbers can say exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fraction {
    #[serde(serialize_with = "text")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    numerator: u128,
    #[serde(serialize_with = "text")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    denominator: u128,
}

fn text<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl Fraction {
    /// Nothing of something.
    pub const ZERO: Fraction = Fraction {
        numerator: 0,
        denominator: 1,
    };

    /// The fraction in lowest terms; nothing over zero.
    #[must_use]
    pub fn new(numerator: u128, denominator: u128) -> Option<Fraction> {
        let divisor = common_divisor(numerator, denominator);
        let whole = |number: u128| number.checked_div(divisor);
        match denominator {
            0 => None,
            _ => Some(Fraction {
                numerator: whole(numerator)?,
                denominator: whole(denominator)?,
            }),
        }
    }

    /// The upper number.
    #[must_use]
    pub const fn numerator(self) -> u128 {
        self.numerator
    }

    /// The lower number, never zero.
    #[must_use]
    pub const fn denominator(self) -> u128 {
        self.denominator
    }

    /// The sum, or nothing where it cannot be written with 128 bits.
    #[must_use]
    pub fn plus(self, other: Fraction) -> Option<Fraction> {
        let divisor = common_divisor(self.denominator, other.denominator);
        let (mine, theirs) = (
            other.denominator.checked_div(divisor)?,
            self.denominator.checked_div(divisor)?,
        );
        let left = self.numerator.checked_mul(mine)?;
        let right = other.numerator.checked_mul(theirs)?;
        Fraction::new(
            left.checked_add(right)?,
            self.denominator.checked_mul(mine)?,
        )
    }

    /// The fraction shared out over `parts`.
    #[must_use]
    pub fn over(self, parts: u128) -> Option<Fraction> {
        let divisor = common_divisor(self.numerator, parts);
        let rest = parts.checked_div(divisor)?;
        Fraction::new(
            self.numerator.checked_div(divisor)?,
            self.denominator.checked_mul(rest)?,
        )
    }
}

fn common_divisor(a: u128, b: u128) -> u128 {
    match a.checked_rem(b) {
        None => a,
        Some(rest) => common_divisor(b, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_and_shares_out_in_lowest_terms() {
        let half = Fraction::new(500, 1000).unwrap();
        let third = Fraction::new(1, 3).unwrap();
        assert_eq!(half.plus(third), Fraction::new(5, 6));
        assert_eq!(half.plus(third).unwrap().over(10), Fraction::new(1, 12));
        assert_eq!(Fraction::ZERO.over(7), Some(Fraction::ZERO));
        assert_eq!(Fraction::new(1, 0), None);
        assert_eq!(half.over(0), None);
    }

    #[test]
    fn says_nothing_rather_than_something_wrong() {
        let tiny = Fraction::new(1, u128::MAX).unwrap();
        assert_eq!(tiny.plus(Fraction::new(1, u128::MAX - 1).unwrap()), None);
    }
}
