//! Text: bounded, printable, and free of personal numbers where it stands in the clear.

use crate::pii;
use serde::{Deserialize, Deserializer, Serialize, de};

/// A text that may not be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("BAD_TEXT: it is empty | 内容为空")]
    Empty,
    /// Longer than the field allows.
    #[error(
        "BAD_TEXT: {chars} characters, at most {chars_max} are allowed | \
         共 {chars} 个字符,最多 {chars_max} 个"
    )]
    TooLong {
        /// How many there are.
        chars: usize,
        /// How many may be.
        chars_max: usize,
    },
    /// A control character.
    #[error("BAD_TEXT: it holds the control character U+{0:04X} | 含有控制字符 U+{0:04X}")]
    Control(u32),
    /// A personal number in a field that everybody may read (rule V21).
    #[error(
        "PII_IN_CLEAR: it holds what looks like {0}; personal data belongs into a subject's \
         sealed fields | 含有疑似{zh},个人信息只能填入人员(户)的加密字段", zh = .0.zh()
    )]
    Personal(pii::Kind),
}

fn check(text: &str, chars_max: usize) -> Result<(), BadText> {
    if text.trim().is_empty() {
        return Err(BadText::Empty);
    }
    let chars = text.chars().count();
    if chars > chars_max {
        return Err(BadText::TooLong { chars, chars_max });
    }
    match text.chars().find(|c| c.is_control() && *c != '\n') {
        Some(control) => Err(BadText::Control(control.into())),
        None => Ok(()),
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident at most $max:literal, $personal:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text, if it may be stored.
            ///
            /// # Errors
            /// Empty, too long, control characters, or a personal number in the clear.
            pub fn new(text: impl Into<Box<str>>) -> Result<$name, BadText> {
                let text = text.into();
                check(&text, $max)?;
                let found: Option<pii::Kind> = $personal(&text);
                match found {
                    Some(kind) => Err(BadText::Personal(kind)),
                    None => Ok($name(text)),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                $name::new(text.as_ref()).map_err(de::Error::custom)
            }
        }

        /// Checked as if it came from a client.
        impl crate::form::Form for $name {
            fn write(&self, out: &mut crate::form::Out<'_>) {
                self.0.write(out);
            }

            fn read(input: &mut crate::form::Input<'_>) -> Result<Self, crate::form::Bad> {
                $name::new(<Box<str>>::read(input)?)
                    .map_err(|_| input.fail(concat!("no text for a ", stringify!($name))))
            }

            fn describe(to: &mut crate::form::Description) {
                to.word(stringify!($name));
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::schema::string(concat!("text of at most ", $max, " characters"))
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

texts! {
    /// Free text 说明, at most 500 characters, in the clear: no personal numbers.
    Text at most 500, pii::find;
    /// The name 名称 of an organisation, a project or a fund; never of a natural person.
    Name at most 120, pii::find;
    /// A document, voucher, project or account number 文号/凭证号/项目编码, at most 80 characters.
    ///
    /// Exempt from the search for personal numbers: an organisation's account or credit code may
    /// look like one.
    Reference at most 80, |_: &str| None;
    /// What a correction puts in place of another text, at most 500 characters. The field that it
    /// goes into judges it again, personal numbers included.
    Wording at most 500, |_: &str| None;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_empty_long_and_control() {
        assert_eq!(Text::new(" "), Err(BadText::Empty));
        assert_eq!(
            Name::new("村".repeat(121)),
            Err(BadText::TooLong {
                chars: 121,
                chars_max: 120
            })
        );
        assert!(Name::new("村".repeat(120)).is_ok());
        assert_eq!(Text::new("a\u{7}"), Err(BadText::Control(7)));
    }

    #[test]
    fn a_number_field_may_look_like_a_card() {
        assert!(Reference::new("6222020000000000000").is_ok());
        assert!(Text::new("6222020000000000000").is_err());
    }
}
