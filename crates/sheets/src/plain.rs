//! Texts made comparable: full width, spaces and line breaks make no difference.

use unicode_normalization::UnicodeNormalization;

/// Full width made half, compatibility forms made plain, white space at the ends taken away, and
/// what is in between made single spaces.
pub(crate) fn plain(text: &str) -> String {
    let half: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    half.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as it is stored: what a clerk typed, without invisible characters, tabs and line ends of
/// other systems. Full-width punctuation stays: it is how Chinese is written.
pub(crate) fn stored(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let shown: String = line
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| !is_invisible(*c) && !c.is_control())
            .collect();
        shown.trim().to_owned()
    });
    let lines: Vec<_> = lines.collect();
    lines.join("\n").trim().to_owned()
}

/// A number that identifies: half width, without any space.
pub(crate) fn number(text: &str) -> String {
    let half = text.nfkc().filter(|c| !is_invisible(*c));
    half.filter(|c| !c.is_whitespace() && !c.is_control())
        .collect()
}

/// Traditional characters of document numbers, and what they are in the simplified script.
const TRADITIONAL: [(char, char); 13] = [
    ('號', '号'),
    ('財', '财'),
    ('農', '农'),
    ('縣', '县'),
    ('鄉', '乡'),
    ('發', '发'),
    ('雲', '云'),
    ('貧', '贫'),
    ('辦', '办'),
    ('預', '预'),
    ('撥', '拨'),
    ('審', '审'),
    ('計', '计'),
];

/// How numbers are told apart: neither width, case, spaces and dashes make a difference between
/// them, nor the shape of brackets, nor 號 for 号.
#[must_use]
pub fn shape(text: &str) -> String {
    let plain = number(text);
    let shaped = plain.chars().map(|c| match c {
        '〔' | '[' | '【' => '(',
        '〕' | ']' | '】' => ')',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => {
            let simple = TRADITIONAL.iter().find(|(from, _)| *from == other);
            simple.map_or(other, |(_, to)| *to)
        }
    });
    shaped.flat_map(char::to_lowercase).collect()
}

/// True where white space stands within a number: `12 34` is one number, or two in one cell.
pub(crate) fn is_broken(text: &str) -> bool {
    let plain = plain(text);
    let of_number =
        |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let mut parts = plain.split(' ').peekable();
    std::iter::from_fn(|| Some((parts.next()?, parts.peek().copied()))).any(|(part, next)| {
        of_number(part.chars().last()) && of_number(next.and_then(|next| next.chars().next()))
    })
}

/// A heading or a word of a list: as [`number`], without case, stars and closing colons.
pub(crate) fn key(text: &str) -> String {
    let bare = number(text).to_lowercase();
    bare.trim_matches(['*', ':', '、', '.']).to_owned()
}

/// Marks that nobody sees: byte order marks, zero-width joiners, directions.
fn is_invisible(c: char) -> bool {
    let ranges = [
        '\u{200b}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2060}'..='\u{2064}',
    ];
    c == '\u{feff}' || ranges.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_spaces_within_it_is_broken() {
        for broken in ["12 34", "1 234.56", "1, 234", "12\n34", "１２　３４"] {
            assert!(is_broken(broken), "{broken}");
        }
        for whole in ["1234", " 12 ", "- 12", "¥ 12", "12 元", "二 三", ""] {
            assert!(!is_broken(whole), "{whole}");
        }
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for other in [
            "云财农[2018]3号",
            "雲財農［２０１８］３號",
            "云财农（2018） 3号",
            "云财农【2018】3号",
        ] {
            assert_eq!(shape(other), shape("云财农〔2018〕3号"), "{other}");
        }
        assert_eq!(shape("P–1"), shape("p-1"));
        assert_ne!(shape("P-1"), shape("P-11"));
    }

    #[test]
    fn width_spaces_and_line_breaks_make_no_difference() {
        assert_eq!(key(" 支付\n凭证号 * "), "支付凭证号");
        assert_eq!(key("金额（万元）："), "金额(万元)");
        assert_eq!(number(" ２０１８－ 001\u{feff}"), "2018-001");
        assert_eq!(plain("１，２３４．５０　元"), "1,234.50 元");
        assert_eq!(stored(" 一(户)\r\n二\t三 "), "一(户)\n二 三");
    }
}
