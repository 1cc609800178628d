//! The texts of the values in a JSON text: of one, of a list, or of values one behind the other.

use serde::de::IgnoredAny;

/// The text of each value, none of which is kept. A list stands for its elements. It ends after
/// what is no JSON.
#[derive(Debug)]
pub(crate) struct Texts<'a> {
    rest: &'a [u8],
    place: Place,
}

/// Where reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of lists.
    Outside,
    /// Behind the bracket of a list.
    Begun,
    /// Behind an element of a list.
    Within,
}

impl<'a> Texts<'a> {
    /// The values of a text.
    pub(crate) fn of(text: &'a [u8]) -> Texts<'a> {
        Texts {
            rest: text,
            place: Place::Outside,
        }
    }

    fn next_text(&mut self) -> Result<Option<&'a [u8]>, String> {
        loop {
            self.rest = self.rest.trim_ascii_start();
            let Some((first, behind)) = self.rest.split_first() else {
                return match self.place {
                    Place::Outside => Ok(None),
                    Place::Begun | Place::Within => Err("a list without its end".to_owned()),
                };
            };
            match (self.place, first) {
                (Place::Outside, b'[') => (self.rest, self.place) = (behind, Place::Begun),
                (Place::Begun | Place::Within, b']') => {
                    (self.rest, self.place) = (behind, Place::Outside);
                }
                (Place::Within, b',') => {
                    self.rest = behind;
                    return self.value().map(Some);
                }
                (Place::Within, _) => return Err("no comma between two of a list".to_owned()),
                (Place::Begun, _) => {
                    self.place = Place::Within;
                    return self.value().map(Some);
                }
                (Place::Outside, _) => return self.value().map(Some),
            }
        }
    }

    /// The next value, which is passed over.
    fn value(&mut self) -> Result<&'a [u8], String> {
        self.rest = self.rest.trim_ascii_start();
        let reader = serde_json::Deserializer::from_slice(self.rest);
        let mut values = reader.into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(IgnoredAny)) => {
                let (text, behind) = self
                    .rest
                    .split_at_checked(values.byte_offset())
                    .unwrap_or((self.rest, &[]));
                self.rest = behind;
                Ok(text)
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Err("a list without its end".to_owned()),
        }
    }
}

impl<'a> Iterator for Texts<'a> {
    type Item = Result<&'a [u8], String>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_text();
        if next.is_err() {
            (self.rest, self.place) = (&[], Place::Outside);
        }
        next.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values, with a fault in the place of the rest.
    fn texts(text: &str) -> Vec<String> {
        let show = |text: Result<&[u8], String>| match text {
            Ok(text) => String::from_utf8(text.to_vec()).unwrap(),
            Err(_) => "fault".to_owned(),
        };
        Texts::of(text.as_bytes()).map(show).collect()
    }

    #[test]
    fn one_a_list_and_lines_are_read_alike() {
        for (text, values) in [
            ("", &[][..]),
            ("[]", &[]),
            (r#" {"a": [1]} "#, &[r#"{"a": [1]}"#]),
            ("{}\n{}\n", &["{}", "{}"]),
            ("[1, [2], {}] [3]{}", &["1", "[2]", "{}", "3", "{}"]),
            ("[1 2]", &["1", "fault"]),
            ("[1,]", &["1", "fault"]),
            ("[,1]", &["fault"]),
            ("[1", &["1", "fault"]),
            ("]", &["fault"]),
            ("{", &["fault"]),
        ] {
            assert_eq!(texts(text), values, "{text}");
        }
    }
}
