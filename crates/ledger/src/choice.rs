//! Closed lists of words: an enum, its JSON word and its Chinese term, written once.

/// Defines an enum of plain words with `ALL`, `word()` (as in JSON) and `zh()`.
#[macro_export]
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal $zh:literal,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Deserialize, $crate::form::Form,
        )]
        pub enum $name {
            $(
                $(#[$variant_doc])*
                #[doc = $zh]
                #[serde(rename = $word)]
                $variant,
            )*
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as JSON has it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The Chinese term.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $($name::$variant => $zh),* }
            }
        }

        // Not derived: where the derive names the type, which no format of ours writes, the
        // Chinese term goes along. So whoever shows a fact to people has it for every word of
        // every list, with no table beside the lists that could lack one.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let place = $name::ALL.iter().position(|word| word == self);
                let place = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
                to.serialize_unit_variant(self.zh(), place, self.word())
            }
        }

        // Not derived: the derive does not see a rename that a macro has written.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::schema::words(&[$(($word, $zh)),*])
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    )*};
}
