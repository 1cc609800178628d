//! Values of several values.

use super::{Canon, Out, Unhashable};
use serde::Serialize;
use serde::ser;

/// A list or a struct: one value after the other, and an end.
pub(super) struct List<'a> {
    out: &'a mut Out,
    end: &'static [u8],
}

impl<'a> List<'a> {
    pub(super) fn begin(out: &'a mut Out, letter: u8, end: &'static [u8]) -> List<'a> {
        out.put(&[letter]);
        List { out, end }
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
        value.serialize(Canon { out: self.out })
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Unhashable> {
        self.out.sized(b's', name.as_bytes());
        self.value(value)
    }

    fn close(self) {
        self.out.put(self.end);
    }
}

macro_rules! lists {
    ($($kind:ident $method:ident)*) => {$(
        impl ser::$kind for List<'_> {
            type Ok = ();
            type Error = Unhashable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
                self.value(value)
            }

            fn end(self) -> Result<(), Unhashable> {
                self.close();
                Ok(())
            }
        }
    )*};
}
lists! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! structs {
    ($($kind:ident)*) => {$(
        impl ser::$kind for List<'_> {
            type Ok = ();
            type Error = Unhashable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self, name: &'static str, value: &T,
            ) -> Result<(), Unhashable> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Unhashable> {
                self.close();
                Ok(())
            }
        }
    )*};
}
structs! { SerializeStruct SerializeStructVariant }

/// A map: the hashes of its entries, in their own order. 32 bytes for an entry while it lasts.
pub(super) struct Entries<'a> {
    out: &'a mut Out,
    entry: Out,
    hashes: Vec<[u8; 32]>,
}

impl<'a> Entries<'a> {
    pub(super) fn begin(out: &'a mut Out) -> Entries<'a> {
        Entries {
            out,
            entry: Out::of_entry(),
            hashes: Vec::new(),
        }
    }
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Unhashable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unhashable> {
        key.serialize(Canon {
            out: &mut self.entry,
        })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
        value.serialize(Canon {
            out: &mut self.entry,
        })?;
        self.hashes.push(self.entry.finish());
        Ok(())
    }

    fn end(mut self) -> Result<(), Unhashable> {
        self.hashes.sort_unstable();
        let count = u64::try_from(self.hashes.len()).unwrap_or(u64::MAX);
        self.out.put(b"m");
        self.out.put(&count.to_be_bytes());
        self.hashes.iter().for_each(|hash| self.out.put(hash));
        Ok(())
    }
}
