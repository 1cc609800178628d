//! What a form is made of, in words: so that whoever changes a type need not remember a number.

use super::Form;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The description of a type with all that it is made of: names of types, fields and variants in
/// their order. Two releases with one description read each other's forms.
#[derive(Debug, Default)]
pub struct Description {
    text: String,
    known: BTreeSet<&'static str>,
}

impl Description {
    /// Of a type.
    #[must_use]
    pub fn of<T: Form>() -> Description {
        let mut description = Description::default();
        T::describe(&mut description);
        description
    }

    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A type by its name; what it is made of is said the first time.
    pub fn named<T>(&mut self, say: impl FnOnce(&mut Description)) {
        let name = std::any::type_name::<T>();
        self.word(name);
        if self.known.insert(name) {
            self.word("{");
            say(self);
            self.word("}");
        }
    }

    /// A type of which nothing more is to be said than how it is written.
    pub fn word(&mut self, word: &str) {
        self.text.push_str(word);
    }

    /// A field, which comes next.
    pub fn field(&mut self, name: &str) {
        // Never fails on a String.
        let _ = write!(self.text, ",{name}:");
    }

    /// A variant, whose fields come next.
    pub fn variant(&mut self, name: &str) {
        let _ = write!(self.text, "|{name}");
    }
}
