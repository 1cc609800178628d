//! The hash of a state: one value, one hash, whatever order a map happens to have.
//!
//! What serde says of a value is written down as below and hashed with BLAKE3. No value is the
//! beginning of another, so no two lists of values are the same bytes.
//!
//! | value | written as |
//! |---|---|
//! | bool, unit, none | one letter: `t`, `f`, `u`, `n` |
//! | some | `o` and the value |
//! | integer of any width | `i` and 16 bytes, big-endian |
//! | text, bytes, character | `s` or `b`, the length in 8 bytes, big-endian, and the bytes |
//! | list | `[`, the values, `]` |
//! | struct | `{`, each field's name as text and its value, `}` |
//! | word of an enum | `v` and its name as text; then the value, if it has one |
//! | map | `m`, the number of entries in 8 bytes, the hash of each entry in ascending order |
//!
//! The hash of an entry is BLAKE3 of its key and its value.

mod compound;

use compound::{Entries, List};
use serde::Serialize;
use serde::ser::{self, Serializer};

/// The context of the hash of a state.
const CONTEXT: &str = "fundtrace v1 state";

/// The hash of a value.
///
/// # Errors
/// The value holds a binary fraction, or refuses to be serialized.
pub(crate) fn hash<T: Serialize + ?Sized>(value: &T) -> Result<[u8; 32], Unhashable> {
    let mut out = Out {
        hasher: blake3::Hasher::new_derive_key(CONTEXT),
        buffer: Vec::with_capacity(BUFFER_LEN),
    };
    value.serialize(Canon { out: &mut out })?;
    Ok(out.finish())
}

/// A value of which there is no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a state cannot be hashed: {0}")]
pub struct Unhashable(String);

impl ser::Error for Unhashable {
    fn custom<T: std::fmt::Display>(message: T) -> Unhashable {
        Unhashable(message.to_string())
    }
}

/// Many small writes become few large ones: BLAKE3 hashes 16 chunks of 1 KiB side by side.
const BUFFER_LEN: usize = 16 << 10;

/// What is hashed.
struct Out {
    hasher: blake3::Hasher,
    buffer: Vec<u8>,
}

impl Out {
    /// For an entry of a map: as a rule some hundred bytes.
    fn of_entry() -> Out {
        Out {
            hasher: blake3::Hasher::new(),
            buffer: Vec::new(),
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.buffer.len().saturating_add(bytes.len()) > BUFFER_LEN {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
        if bytes.len() > BUFFER_LEN {
            self.hasher.update(bytes);
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    fn sized(&mut self, letter: u8, bytes: &[u8]) {
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.put(&[letter]);
        self.put(&len.to_be_bytes());
        self.put(bytes);
    }

    fn finish(&mut self) -> [u8; 32] {
        self.hasher.update(&self.buffer);
        let hash = *self.hasher.finalize().as_bytes();
        self.hasher.reset();
        self.buffer.clear();
        hash
    }
}

/// Writes one value.
struct Canon<'a> {
    out: &'a mut Out,
}

macro_rules! integers {
    ($($method:ident $type:ty)*) => {$(
        fn $method(self, value: $type) -> Result<(), Unhashable> {
            self.serialize_i128(i128::from(value))
        }
    )*};
}

impl<'a> Serializer for Canon<'a> {
    type Ok = ();
    type Error = Unhashable;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = List<'a>;
    type SerializeStructVariant = List<'a>;

    /// Identifiers in 16 bytes, not in 36 characters.
    fn is_human_readable(&self) -> bool {
        false
    }

    integers! {
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64
    }

    fn serialize_i128(self, value: i128) -> Result<(), Unhashable> {
        self.out.put(b"i");
        self.out.put(&value.to_be_bytes());
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unhashable> {
        self.out.put(if value { b"t" } else { b"f" });
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Result<(), Unhashable> {
        Err(Unhashable("it holds a binary fraction".to_owned()))
    }

    fn serialize_f64(self, _: f64) -> Result<(), Unhashable> {
        Err(Unhashable("it holds a binary fraction".to_owned()))
    }

    fn serialize_char(self, value: char) -> Result<(), Unhashable> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unhashable> {
        self.out.sized(b's', value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unhashable> {
        self.out.sized(b'b', value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unhashable> {
        self.out.put(b"n");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unhashable> {
        self.out.put(b"o");
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unhashable> {
        self.out.put(b"u");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unhashable> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unhashable> {
        self.out.sized(b'v', variant.as_bytes());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unhashable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unhashable> {
        // Another letter than a word without a value: what follows belongs to it.
        self.out.sized(b'w', variant.as_bytes());
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Unhashable> {
        Ok(List::begin(self.out, b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Unhashable> {
        Ok(List::begin(self.out, b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Unhashable> {
        Ok(List::begin(self.out, b'[', b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Unhashable> {
        self.out.sized(b'w', variant.as_bytes());
        Ok(List::begin(self.out, b'[', b"]"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a>, Unhashable> {
        Ok(Entries::begin(self.out))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Unhashable> {
        Ok(List::begin(self.out, b'{', b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Unhashable> {
        self.out.sized(b'w', variant.as_bytes());
        Ok(List::begin(self.out, b'{', b"}"))
    }
}

#[cfg(test)]
mod tests;
