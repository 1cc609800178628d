//! Text made comparable: whoever has a number in front of them types it in their own way.
//!
//! Full width, brackets of every form, dashes, spaces, capitals and traditional characters make no
//! difference; a year is a year with brackets or with 年; and 号 may be left out after a number.
//! Everything is done character by character or within one number, so that a part of a text stays
//! a part of it.

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// `text` in the one form in which texts are compared.
#[must_use]
pub fn plain(text: &str) -> String {
    if text.is_ascii() {
        return ascii(text);
    }
    let letters: Vec<char> = text.nfkc().filter_map(letter).flat_map(lower).collect();
    let mut plain = years(&letters);
    plain.make_ascii_lowercase();
    plain.retain(|c| c != GAP);
    let number = plain.strip_suffix('号');
    if number.is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit() || c == ')')) {
        plain.pop();
    }
    plain
}

/// The same for a text without anything but ASCII, as numbers of vouchers are: byte by byte, and
/// there are neither years nor 号 in it.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    plain.extend(text.bytes().filter_map(|byte| match byte {
        b'[' | b'{' | b'<' => Some('('),
        b']' | b'}' | b'>' => Some(')'),
        // White space and what nobody sees.
        0..=b' ' | 0x7f => None,
        byte => Some(char::from(byte.to_ascii_lowercase())),
    }));
    plain
}

/// Stands for white space until it is known where a year ends.
const GAP: char = '\u{0}';

/// A character in its plainest form; none for what nobody sees.
fn letter(c: char) -> Option<char> {
    match c {
        // Zero width, soft hyphen, byte order mark.
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' | '\u{feff}' => None,
        '〔' | '[' | '【' | '{' | '〖' | '〘' | '〚' | '〈' | '《' | '⟨' | '「' | '『' | '<' => {
            Some('(')
        }
        '〕' | ']' | '】' | '}' | '〗' | '〙' | '〛' | '〉' | '》' | '⟩' | '」' | '』' | '>' => {
            Some(')')
        }
        // Hyphens, dashes and the minus sign. The character 一 is none of them.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' => Some('-'),
        '\u{2022}' | '\u{2027}' | '\u{30fb}' | '\u{22c5}' => Some('·'),
        c if c.is_whitespace() => Some(GAP),
        // No text has one; a question may.
        c if c.is_control() => None,
        c if c < FIRST_IDEOGRAPH => Some(c),
        c => Some(simplified(c)),
    }
}

fn lower(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase()
}

/// 〇 and the characters before it have no simplified form.
const FIRST_IDEOGRAPH: char = '\u{3400}';

/// The simplified form of a character by itself.
///
/// Not of a word: a word's form depends on what stands beside it, as in 乾隆 and 乾燥, and then a
/// part of a name would no longer be found in it.
fn simplified(c: char) -> char {
    let place = SIMPLIFIED.binary_search_by_key(&c, |(from, _)| *from);
    let pair = place.ok().and_then(|place| SIMPLIFIED.get(place));
    pair.map_or(c, |(_, to)| *to)
}

/// Every character that has a simplified form, with it, in ascending order: some 4,100 pairs,
/// asked from the library once. It reads no file; its dictionaries are part of the program.
static SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    // Without it texts are found as they were typed, which no test would let pass.
    let Ok(converter) = OpenCC::from_config(BuiltinConfig::T2s) else {
        return Vec::new();
    };
    // The blocks of ideographs in which the dictionaries have characters.
    let blocks = ('\u{3400}'..='\u{9fff}').chain('\u{20000}'..='\u{323af}');
    let convert = |from: char| {
        let converted = converter.convert(from.encode_utf8(&mut [0; 4]));
        let mut chars = converted.chars();
        let to = chars.next().filter(|to| *to != from)?;
        chars.next().is_none().then_some(to)
    };
    blocks
        .filter_map(|from| {
            let to = convert(from)?;
            // A rare form may lead to another one first.
            Some((from, convert(to).unwrap_or(to)))
        })
        .collect()
});

/// Writes years in one way, `(2018)`: 〔2018〕, (2018年), 2018年, and 2018 between a word and a
/// number, as in 云财农 2018 第 5 号.
fn years(letters: &[char]) -> String {
    let mut written = String::with_capacity(letters.len());
    let mut rest = letters;
    let mut before = GAP;
    while let Some((first, others)) = rest.split_first() {
        match year(before, rest) {
            Some((digits, after)) => {
                written.push('(');
                written.extend(digits);
                written.push(')');
                (before, rest) = (')', after);
            }
            None => {
                written.push(*first);
                if *first != GAP {
                    before = *first;
                }
                rest = others;
            }
        }
    }
    written
}

/// The digits of the year with which `text` begins, and what comes after it, if it is one.
fn year(before: char, text: &[char]) -> Option<(&[char], &[char])> {
    let inner = text.strip_prefix(&['(']).map(gapless);
    let (digits, after) = inner.unwrap_or(text).split_at_checked(4)?;
    let is_year = matches!(digits, ['1', '9', _, _] | ['2', '0', _, _])
        && digits.iter().all(char::is_ascii_digit)
        && !before.is_ascii_digit()
        && !after.first().is_some_and(char::is_ascii_digit);
    if !is_year {
        return None;
    }
    let (close, tight) = (gapless(after), after);
    let named = close.strip_prefix(&['年']);
    let rest = if inner.is_some() {
        gapless(named.unwrap_or(close)).strip_prefix(&[')'])?
    } else if let Some(rest) = named {
        rest
    } else {
        // 云财农2018-5号, 云财农 2018 5号, 云财农2018第5号: a word, a year, a mark, a number.
        let rest = gapless(tight.strip_prefix(&['-']).unwrap_or(close));
        let marked = rest.len() < tight.len() || rest.first() == Some(&'第');
        let number = rest.strip_prefix(&['第']).unwrap_or(rest);
        let counts = number.first().is_some_and(char::is_ascii_digit);
        (marked && counts && is_ideograph(before)).then_some(rest)?
    };
    let rest = gapless(rest);
    let number = rest.strip_prefix(&['第']).map(gapless);
    let number = number.filter(|number| number.first().is_some_and(char::is_ascii_digit));
    Some((digits, number.unwrap_or(rest)))
}

/// What comes after white space.
fn gapless(text: &[char]) -> &[char] {
    let gaps = text.iter().take_while(|c| **c == GAP).count();
    text.split_at(gaps).1
}

fn is_ideograph(c: char) -> bool {
    c >= FIRST_IDEOGRAPH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_every_way_of_typing_it() {
        for typed in [
            "云财农〔2018〕5号",
            "云财农[2018]5号",
            "云财农(2018)5号",
            "云财农（2018）5号",
            "云财农【2018】5号",
            "云财农﹝2018﹞5号",
            "云财农［２０１８］５号",
            "云财农「2018」5号",
            "云财农{2018}5号",
            "云财农〔2018年〕5号",
            "云财农2018年5号",
            "云财农2018年第5号",
            "云财农〔2018〕第5号",
            "云财农2018-5号",
            "云财农2018第5号",
            "云财农 2018 5 号",
            " 云财农 〔 2018 〕 5 号 ",
            "云财农\u{3000}〔2018〕\u{200b}5号",
            "云财农〔2018〕5",
            "雲財農〔2018〕5號",
            "雲財農（２０１８年）第５號",
        ] {
            assert_eq!(plain(typed), "云财农(2018)5", "{typed}");
        }
    }

    #[test]
    fn each_step_by_itself() {
        for (typed, written) in [
            // Only what is a year becomes one.
            ("PZ-2018-0001", "pz-2018-0001"),
            ("QS2018-5", "qs2018-5"),
            ("20185", "20185"),
            ("12018年", "12018年"),
            ("2018年度扶贫资金", "(2018)度扶贫资金"),
            ("〔1999〕3号", "(1999)3"),
            ("〔3018〕3号", "(3018)3"),
            ("(一期)工程", "(一期)工程"),
            ("2018", "2018"),
            ("(2018", "(2018"),
            // 号 goes only after a number.
            ("某某商号", "某某商号"),
            ("号", "号"),
            ("2号楼", "2号楼"),
            ("第5号", "第5"),
            // Dashes, dots, capitals, widths.
            ("pz–1—2−3－4‑5", "pz-1-2-3-4-5"),
            ("甲・乙•丙", "甲·乙·丙"),
            ("ＡＢＣ abc ÀÉ", "abcabcàé"),
            ("①㈡", "1(二)"),
            ("91530300MA6K0000X1", "91530300ma6k0000x1"),
            // Characters, one by one; the words that a converter knows do not count.
            ("後來乾隆發髮裡裏臺", "后来干隆发发里里台"),
            ("審計縣鄉鎮驗資產業", "审计县乡镇验资产业"),
            ("", ""),
            ("\u{0} \u{feff}", ""),
        ] {
            assert_eq!(plain(typed), written, "{typed}");
        }
    }

    #[test]
    fn what_is_ascii_goes_a_shorter_way_to_the_same_form() {
        for byte in 0..128_u8 {
            let text = format!("pz{}0Z", char::from(byte));
            let letters: Vec<char> = text.nfkc().filter_map(letter).flat_map(lower).collect();
            let long: String = letters.into_iter().filter(|c| *c != GAP).collect();
            assert_eq!(plain(&text), long, "{byte:#x}");
        }
    }

    #[test]
    fn what_is_plain_stays_as_it_is() {
        for text in [
            "雲財農〔2018〕第5號",
            "PZ—0001",
            "〔2018年〕",
            "甲 2019年 乙",
        ] {
            let once = plain(text);
            assert_eq!(plain(&once), once);
        }
    }

    #[test]
    fn the_dictionary_is_there() {
        assert!(SIMPLIFIED.len() > 4_000);
        assert!(SIMPLIFIED.is_sorted());
        assert!(
            SIMPLIFIED
                .iter()
                .all(|(_, to)| simplified(*to) == *to || *to == '\u{0}')
        );
    }
}
