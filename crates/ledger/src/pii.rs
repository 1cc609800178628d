//! Personal numbers in clear text (rule V21): resident identity numbers (GB 11643-1999), bank
//! cards (Luhn, ISO/IEC 7812) and mobile numbers.
//!
//! Each is tested by its check digit where it has one, so that amounts and document numbers pass.
//! Full-width digits count as digits; single spaces and hyphens between digits are passed over.

/// What a run of digits looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 公民身份号码
    IdentityNumber,
    /// 银行卡号
    BankCard,
    /// 手机号码
    Mobile,
}

impl Kind {
    /// In Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Kind::IdentityNumber => "公民身份号码",
            Kind::BankCard => "银行卡号",
            Kind::Mobile => "手机号码",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::IdentityNumber => "an identity number",
            Kind::BankCard => "a bank card number",
            Kind::Mobile => "a mobile number",
        })
    }
}

/// The first personal number in `text`.
#[must_use]
pub fn find(text: &str) -> Option<Kind> {
    // Fewer than eleven digits hold nothing: the common case, without an allocation.
    if text.chars().filter(|c| digit(*c).is_some()).count() < 11 {
        return None;
    }
    let mut run = Vec::with_capacity(24);
    let mut gap = false;
    for c in text.chars().chain(std::iter::once('。')) {
        match (digit(c), c) {
            (Some(value), _) => {
                run.push(value);
                gap = false;
            }
            // The check digit of an identity number may be X.
            (None, 'X' | 'x' | '\u{FF38}' | '\u{FF58}') if run.len() == 17 => run.push(10),
            (None, ' ' | '-' | '\u{3000}') if !run.is_empty() && !gap => gap = true,
            (None, _) => {
                if let Some(kind) = classify(&run) {
                    return Some(kind);
                }
                run.clear();
                gap = false;
            }
        }
    }
    None
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '\u{FF10}'..='\u{FF19}' => u32::from(c).checked_sub(0xFF10),
        _ => None,
    }
}

fn classify(run: &[u32]) -> Option<Kind> {
    if is_identity_number(run) {
        return Some(Kind::IdentityNumber);
    }
    if is_bank_card(run) {
        return Some(Kind::BankCard);
    }
    let mobile = match run {
        [8, 6, rest @ ..] if rest.len() == 11 => rest,
        other => other,
    };
    match mobile {
        [1, 3..=9, ..] if mobile.len() == 11 => Some(Kind::Mobile),
        _ => None,
    }
}

/// 18 digits, a date of birth inside, and the check digit of ISO 7064 MOD 11-2.
fn is_identity_number(run: &[u32]) -> bool {
    const WEIGHTS: [u32; 18] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let [_, _, _, _, _, _, c, e, _, _, m1, m2, d1, d2, ..] = run else {
        return false;
    };
    if run.len() != 18 || !matches!((c, e), (1, 8 | 9) | (2, 0)) {
        return false;
    }
    let two = |tens: &u32, ones: &u32| tens.saturating_mul(10).saturating_add(*ones);
    if !(1..=12).contains(&two(m1, m2)) || !(1..=31).contains(&two(d1, d2)) {
        return false;
    }
    let sum: u32 = run
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit.saturating_mul(weight))
        .sum();
    sum % 11 == 1
}

fn is_bank_card(run: &[u32]) -> bool {
    let plausible = matches!(run, [3..=6, ..]) && (16..=19).contains(&run.len());
    if !plausible || run.contains(&10) {
        return false;
    }
    let sum: u32 = run
        .iter()
        .rev()
        .enumerate()
        .map(
            |(place, digit)| match (place % 2, digit.saturating_mul(2)) {
                (0, _) => *digit,
                (_, twice) if twice > 9 => twice.saturating_sub(9),
                (_, twice) => twice,
            },
        )
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Invented numbers that fit their check digits.
    #[test]
    fn finds_each_kind_in_its_disguises() {
        for (text, kind) in [
            ("身份证11010519491231002X。", Kind::IdentityNumber),
            ("11010519491231002X", Kind::IdentityNumber),
            ("110105 19491231 002x", Kind::IdentityNumber),
            ("卡号6222 0200 0000 0000 000", Kind::BankCard),
            ("电话13800138000", Kind::Mobile),
            ("+86-138-0013-8000", Kind::Mobile),
        ] {
            assert_eq!(find(text), Some(kind), "{text}");
        }
    }

    #[test]
    fn stays_silent_on_amounts_numbers_and_near_misses() {
        for text in [
            "11010519491231002 1",
            "1067560000分",
            "财农〔2021〕19号",
            "6222020000000000001",
            "12345678901",
            "2018-07-28 2018-09-28",
            "拨付4000000000分,余30000000分",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
