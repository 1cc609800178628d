//! A fact as JSON in which every word of a closed list brings its Chinese term along, as the
//! answers of queries have it: `{"word": …, "zh": …}`.
//!
//! The term comes from the list itself: `choices!` hands it to serde where other enums name their
//! type. So no list can lack a term here, and no table has to be kept beside them.

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Map, Value, json};

/// The fact.
pub(super) fn said<T: Serialize + ?Sized>(fact: &T) -> Value {
    fact.serialize(Said).unwrap_or(Value::Null)
}

struct Said;

/// A list, or the fields of a struct, within a variant's name if they are a variant's.
struct Parts<T> {
    variant: Option<&'static str>,
    parts: T,
    key: Option<String>,
}

impl<T: Into<Value>> Parts<T> {
    fn end(self) -> Value {
        within(self.variant, self.parts.into())
    }
}

fn within(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(variant) => Value::Object(Map::from_iter([(variant.to_owned(), value)])),
        None => value,
    }
}

fn list(variant: Option<&'static str>) -> Parts<Vec<Value>> {
    Parts {
        variant,
        parts: Vec::new(),
        key: None,
    }
}

fn fields(variant: Option<&'static str>) -> Parts<Map<String, Value>> {
    Parts {
        variant,
        parts: Map::new(),
        key: None,
    }
}

macro_rules! plain {
    ($($name:ident: $kind:ty),* $(,)?) => {$(
        fn $name(self, value: $kind) -> Result<Value, Error> {
            Ok(Value::from(value))
        }
    )*};
}

impl Serializer for Said {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Parts<Vec<Value>>;
    type SerializeTuple = Parts<Vec<Value>>;
    type SerializeTupleStruct = Parts<Vec<Value>>;
    type SerializeTupleVariant = Parts<Vec<Value>>;
    type SerializeMap = Parts<Map<String, Value>>;
    type SerializeStruct = Parts<Map<String, Value>>;
    type SerializeStructVariant = Parts<Map<String, Value>>;

    plain! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_str: &str,
        serialize_bytes: &[u8],
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        Ok(Value::String(value.to_string()))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        zh: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<Value, Error> {
        // A type's name is ASCII: then it is an enum that is no list of words.
        Ok(if zh.is_ascii() {
            Value::from(word)
        } else {
            json!({"word": word, "zh": zh})
        })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Ok(within(Some(variant), value.serialize(Said)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<Vec<Value>>, Error> {
        Ok(list(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<Vec<Value>>, Error> {
        Ok(list(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<Vec<Value>>, Error> {
        Ok(list(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<Vec<Value>>, Error> {
        Ok(list(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<Map<String, Value>>, Error> {
        Ok(fields(None))
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<Map<String, Value>>, Error> {
        Ok(fields(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<Map<String, Value>>, Error> {
        Ok(fields(Some(variant)))
    }
}

macro_rules! lists {
    ($($kind:ident: $push:ident),*) => {$(
        impl $kind for Parts<Vec<Value>> {
            type Ok = Value;
            type Error = Error;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.parts.push(value.serialize(Said)?);
                Ok(())
            }

            fn end(self) -> Result<Value, Error> {
                Ok(Parts::end(self))
            }
        }
    )*};
}
lists! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
}

macro_rules! structs {
    ($($kind:ident),*) => {$(
        impl $kind for Parts<Map<String, Value>> {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.parts.insert(key.to_owned(), value.serialize(Said)?);
                Ok(())
            }

            fn end(self) -> Result<Value, Error> {
                Ok(Parts::end(self))
            }
        }
    )*};
}
structs! {
    SerializeStruct,
    SerializeStructVariant
}

impl SerializeMap for Parts<Map<String, Value>> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let key = key.serialize(Said)?;
        let key = key.as_str().ok_or_else(|| Error::custom("a key is text"))?;
        self.key = Some(key.to_owned());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.parts.insert(key, value.serialize(Said)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Parts::end(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::payment::PaymentKind;
    use std::collections::BTreeMap;

    #[test]
    fn every_word_of_a_list_brings_its_chinese_term() {
        for word in PaymentKind::ALL {
            let expected = json!({"word": word.word(), "zh": word.zh()});
            assert_eq!(said(word), expected);
        }
    }

    #[test]
    fn all_else_is_as_json_has_it() {
        let plain = json!({"a": [1, null, "b"], "c": {"d": true, "e": -5}});
        assert_eq!(said(&plain), plain);
        let tuple = (1_u8, BTreeMap::from([("k", Some(2_u64))]), Ok::<_, ()>("x"));
        assert_eq!(said(&tuple), serde_json::to_value(&tuple).unwrap());
    }
}
