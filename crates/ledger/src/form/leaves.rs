//! The forms of single values.

use super::{Bad, Description, Form, Input, Out};
use jiff::civil::Date;
use uuid::Uuid;

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl Form for $number {
            #[inline]
            fn write(&self, out: &mut Out<'_>) {
                out.put(&self.to_le_bytes());
            }

            #[inline]
            fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
                input.array().map($number::from_le_bytes)
            }

            fn describe(to: &mut Description) {
                to.word(stringify!($number));
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 }

impl Form for usize {
    fn write(&self, out: &mut Out<'_>) {
        u64::try_from(*self).unwrap_or(u64::MAX).write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let number = usize::try_from(u64::read(input)?);
        number.map_err(|_| input.fail("a number beyond this machine"))
    }

    fn describe(to: &mut Description) {
        to.word("usize");
    }
}

impl Form for bool {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        out.put(&[u8::from(*self)]);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(input.fail("neither yes nor no")),
        }
    }

    fn describe(to: &mut Description) {
        to.word("bool");
    }
}

impl<const N: usize> Form for [u8; N] {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        out.put(self);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        input.array()
    }

    fn describe(to: &mut Description) {
        to.word(std::any::type_name::<Self>());
    }
}

impl Form for [u32; 2] {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        self.iter().for_each(|it| it.write(out));
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Ok([u32::read(input)?, u32::read(input)?])
    }

    fn describe(to: &mut Description) {
        to.word("[u32; 2]");
    }
}

impl Form for Uuid {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        out.put(self.as_bytes());
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        input.array().map(Uuid::from_bytes)
    }

    fn describe(to: &mut Description) {
        to.word("uuid");
    }
}

/// Year, month and day.
impl Form for Date {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        let [low, high] = self.year().to_le_bytes();
        let [month] = self.month().to_le_bytes();
        let [day] = self.day().to_le_bytes();
        out.put(&[low, high, month, day]);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let [low, high, month, day] = input.array()?;
        let year = i16::from_le_bytes([low, high]);
        let date = Date::new(year, i8::from_le_bytes([month]), i8::from_le_bytes([day]));
        date.map_err(|_| input.fail("a day that no calendar has"))
    }

    fn describe(to: &mut Description) {
        to.word("date");
    }
}

impl Form for Box<str> {
    fn write(&self, out: &mut Out<'_>) {
        out.length(self.len());
        out.put(self.as_bytes());
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let len = input.length()?;
        let text = std::str::from_utf8(input.bytes(len)?).map(Box::from);
        text.map_err(|_| input.fail("text that is not UTF-8"))
    }

    fn describe(to: &mut Description) {
        to.word("text");
    }
}

impl Form for String {
    fn write(&self, out: &mut Out<'_>) {
        out.length(self.len());
        out.put(self.as_bytes());
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Box::<str>::read(input).map(String::from)
    }

    fn describe(to: &mut Description) {
        to.word("text");
    }
}

/// A word that the program says: a field, a rule, a reason.
impl Form for &'static str {
    fn write(&self, out: &mut Out<'_>) {
        out.word(self);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        input.word()
    }

    fn describe(to: &mut Description) {
        to.word("word");
    }
}

impl<T: Form> Form for Option<T> {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        match self {
            None => out.put(&[0]),
            Some(value) => {
                out.put(&[1]);
                value.write(out);
            }
        }
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        match input.byte()? {
            0 => Ok(None),
            1 => T::read(input).map(Some),
            _ => Err(input.fail("neither nothing nor something")),
        }
    }

    fn describe(to: &mut Description) {
        to.word("option<");
        T::describe(to);
        to.word(">");
    }
}

macro_rules! tuples {
    ($($($part:ident $place:tt)*;)*) => {$(
        impl<$($part: Form),*> Form for ($($part,)*) {
            #[inline]
            fn write(&self, out: &mut Out<'_>) {
                $(self.$place.write(out);)*
            }

            #[inline]
            fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
                Ok(($($part::read(input)?,)*))
            }

            fn describe(to: &mut Description) {
                to.word("(");
                $(to.field(stringify!($place)); $part::describe(to);)*
                to.word(")");
            }
        }
    )*};
}

tuples! { A 0 B 1; A 0 B 1 C 2; }
