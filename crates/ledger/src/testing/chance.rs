//! xorshift64*: chance that can be repeated.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn seeded(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
    pub(crate) fn number(&mut self, end: u64) -> u128 {
        u128::from(self.below(end)) + 1
    }
    pub(crate) fn amount(&mut self, end: u64) -> i64 {
        i64::try_from(self.below(end)).unwrap() + 1
    }
}
