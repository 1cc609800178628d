//! The form in which a state is kept outside of memory: bytes that are read back faster than the
//! records are applied again.
//!
//! It is a copy of what the log says and nothing more: whoever reads one that is of another
//! [`Description`] throws it away and applies the records. So nothing here is ever migrated.
//!
//! | value | written as |
//! |---|---|
//! | number | its bytes, little-endian; `usize` as 8 |
//! | bool, nothing or something | 0 or 1, then the value |
//! | length | one byte up to 254; or 255 and 8 bytes |
//! | text, list, map | its length and its bytes, values or entries |
//! | struct | its fields in their order |
//! | enum | the place of the variant in one byte, and its fields |
//! | word of the program, `&'static str` | its number; 0 and the text where it comes first |
//!
//! Bytes may be anybody's: reading never panics, and never makes room for more than is there.

mod description;
mod input;
mod leaves;
mod lists;
mod output;
#[cfg(test)]
mod tests;
mod words;

pub use ::form::Form;
pub use description::Description;
pub use input::{Bad, BadForm, Input};
pub use output::Out;

/// A value that has a form.
pub trait Form: Sized {
    /// Writes it.
    fn write(&self, out: &mut Out<'_>);

    /// Reads one.
    ///
    /// # Errors
    /// What is there is no such value; `input` knows why.
    fn read(input: &mut Input<'_>) -> Result<Self, Bad>;

    /// Says what it is made of, so that a change of it is a change of the description.
    fn describe(to: &mut Description);
}
