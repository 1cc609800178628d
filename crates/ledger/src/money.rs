//! Money: whole fen in a checked type. There is no other number for money anywhere.

use crate::form::{Bad, Description, Form, Input, Out};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in fen (分), 1/100 yuan; may be negative where a difference is meant.
///
/// Never beyond ±(2^53 − 1), so that JSON carries it exactly; no arithmetic operators, because
/// every sum can overflow and somebody must say what happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(i64);

/// A number that is not an amount of money. Its text is `CODE: English | 中文`, as of every type
/// that refuses a value while it is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("BAD_AMOUNT: {0}")]
pub struct BadAmount(String);

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);
    /// The largest amount that JSON's numbers hold exactly: 2^53 − 1 fen.
    pub const MAX: Fen = Fen((1 << 53) - 1);
    /// The largest amount one command may name: 10^15 fen, ten trillion yuan (rule V5).
    pub const COMMAND_MAX: Fen = Fen(1_000_000_000_000_000);

    /// The amount of `fen`.
    ///
    /// # Errors
    /// Beyond ±(2^53 − 1).
    pub fn new(fen: i64) -> Result<Fen, BadAmount> {
        if fen.unsigned_abs() > Fen::MAX.0.unsigned_abs() {
            return Err(BadAmount(format!(
                "{fen} fen is beyond 2^53 - 1 | {fen} 分超出 2^53 - 1"
            )));
        }
        Ok(Fen(fen))
    }

    /// The number of fen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or nothing beyond the limit.
    #[must_use]
    pub fn plus(self, other: Fen) -> Option<Fen> {
        self.0
            .checked_add(other.0)
            .and_then(|fen| Fen::new(fen).ok())
    }

    /// The difference, or nothing beyond the limit.
    #[must_use]
    pub fn minus(self, other: Fen) -> Option<Fen> {
        self.0
            .checked_sub(other.0)
            .and_then(|fen| Fen::new(fen).ok())
    }

    /// The sum, held at the limit.
    ///
    /// For `apply`, which cannot fail: `decide` has refused what would not fit, so the limit is
    /// reached only by a log that no release of ours wrote.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "an operator would hide the limit"
    )]
    pub fn add(self, other: Fen) -> Fen {
        Fen(self
            .0
            .saturating_add(other.0)
            .clamp(-Fen::MAX.0, Fen::MAX.0))
    }

    /// The difference, held at the limit; see [`Fen::add`].
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "an operator would hide the limit"
    )]
    pub fn sub(self, other: Fen) -> Fen {
        self.add(other.negated())
    }

    /// The amount with the other sign.
    #[must_use]
    pub const fn negated(self) -> Fen {
        Fen(self.0.saturating_neg())
    }

    /// The sum of many, or nothing beyond the limit.
    #[must_use]
    pub fn sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        amounts.into_iter().try_fold(Fen::ZERO, Fen::plus)
    }

    /// True for an amount that a command may name: above nothing, at most [`Fen::COMMAND_MAX`].
    #[must_use]
    pub fn is_payable(self) -> bool {
        self > Fen::ZERO && self <= Fen::COMMAND_MAX
    }
}

/// Yuan with two decimals and no grouping: `10675600.00`.
impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl Serialize for Fen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fen, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Fen;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number of fen without fraction or exponent")
            }
            fn visit_i64<E: de::Error>(self, fen: i64) -> Result<Fen, E> {
                Fen::new(fen).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, fen: u64) -> Result<Fen, E> {
                let fen = i64::try_from(fen).unwrap_or(i64::MAX);
                Fen::new(fen).map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Fen, E> {
                Err(E::custom(BadAmount(format!(
                    "{number} is not a whole number of fen (no fraction, no exponent) | \
                     {number} 不是整数分(不得有小数或指数)"
                ))))
            }
        }
        // Not `deserialize_i64`: serde_json would turn `1e2` into a type error without our words.
        deserializer.deserialize_any(Visitor)
    }
}

impl Form for Fen {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        self.0.write(out);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let fen = i64::read(input)?;
        Fen::new(fen).map_err(|_| input.fail("an amount beyond 2^53 - 1"))
    }

    fn describe(to: &mut Description) {
        to.word("Fen");
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Fen {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::schema::integer("whole fen 分")
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Fen {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_yuan_with_two_decimals() {
        assert_eq!(Fen(1_067_560_000).to_string(), "10675600.00");
        assert_eq!(Fen(-5).to_string(), "-0.05");
    }

    #[test]
    fn stops_at_the_largest_number_json_holds() {
        assert!(Fen::new(9_007_199_254_740_991).is_ok());
        assert!(Fen::new(9_007_199_254_740_992).is_err());
        assert_eq!(Fen::MAX.plus(Fen(1)), None);
        assert_eq!(Fen::MAX.add(Fen(1)), Fen::MAX);
    }

    #[test]
    fn reads_whole_numbers_only() {
        assert_eq!(serde_json::from_str::<Fen>("12").ok(), Some(Fen(12)));
        for wrong in [
            "1.0",
            "1e2",
            "9007199254740992",
            "99999999999999999999",
            "\"1\"",
            "null",
        ] {
            assert!(serde_json::from_str::<Fen>(wrong).is_err(), "{wrong}");
        }
    }
}
