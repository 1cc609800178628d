//! Ascending numbers in little room.
//!
//! A ledger of a million records has some hundred thousand subjects, and most of them are named
//! by one to three records: a payment by its instruction, its settlement and its receipt. Those
//! fit into 16 bytes without an allocation.

use ledger::form::{Bad, Description, Form, Input, Out};

/// A list of ascending numbers.
#[derive(Debug, Clone, Default)]
pub struct Numbers(Room);

#[derive(Debug, Clone)]
enum Room {
    Few([u32; 3], Len),
    // Boxed once more on purpose: 8 bytes here instead of 24.
    #[expect(clippy::box_collection, reason = "three in four lists are few")]
    Many(Box<Vec<u32>>),
}

/// How many of the three are taken. Four values, so that it shares its byte with the tag.
#[derive(Debug, Clone, Copy)]
enum Len {
    Zero,
    One,
    Two,
    Three,
}

impl Default for Room {
    fn default() -> Room {
        Room::Few([0; 3], Len::Zero)
    }
}

impl serde::Serialize for Numbers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_slice())
    }
}

/// As any other list.
impl Form for Numbers {
    fn write(&self, out: &mut Out<'_>) {
        let all = self.as_slice();
        out.length(all.len());
        all.iter().for_each(|number| number.write(out));
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let room = match input.length()? {
            0 => Room::default(),
            1 => Room::Few([Form::read(input)?, 0, 0], Len::One),
            2 => Room::Few([Form::read(input)?, Form::read(input)?, 0], Len::Two),
            3 => {
                let [one, two] = Form::read(input)?;
                Room::Few([one, two, Form::read(input)?], Len::Three)
            }
            len => {
                let mut all = Vec::with_capacity(input.room::<u32>(len));
                for _ in 0..len {
                    all.push(Form::read(input)?);
                }
                Room::Many(Box::new(all))
            }
        };
        let numbers = Numbers(room);
        if !numbers
            .as_slice()
            .is_sorted_by(|before, after| before < after)
        {
            return Err(input.fail("numbers that do not ascend"));
        }
        Ok(numbers)
    }

    fn describe(to: &mut Description) {
        Vec::<u32>::describe(to);
    }
}

impl Numbers {
    /// The numbers, smallest first.
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        match &self.0 {
            Room::Few(_, Len::Zero) => &[],
            Room::Few([one, _, _], Len::One) => std::slice::from_ref(one),
            Room::Few(three, Len::Two) => three.split_at(2).0,
            Room::Few(three, Len::Three) => three,
            Room::Many(all) => all,
        }
    }

    /// Adds a number; one that is not larger than the last is left out, so that a record that
    /// names a subject twice counts once.
    pub fn push(&mut self, number: u32) {
        if self.as_slice().last().is_some_and(|last| *last >= number) {
            return;
        }
        self.0 = match std::mem::take(&mut self.0) {
            Room::Few(_, Len::Zero) => Room::Few([number, 0, 0], Len::One),
            Room::Few([a, ..], Len::One) => Room::Few([a, number, 0], Len::Two),
            Room::Few([a, b, _], Len::Two) => Room::Few([a, b, number], Len::Three),
            Room::Few([a, b, c], Len::Three) => Room::Many(Box::new(vec![a, b, c, number])),
            Room::Many(mut all) => {
                push_close(&mut all, number);
                Room::Many(all)
            }
        };
    }
}

/// Positions in a log and in lists, as [`Numbers`] hold them. A ledger ends long before 2^32
/// records: at a thousand a second that is 50 days of writing, and 500 GB.
pub(crate) fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Adds a number to a list that may become long: a `Vec` would double, and of a list of millions
/// half might be empty; this one has at most an eighth too much.
pub(crate) fn push_close(list: &mut Vec<u32>, number: u32) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 8).max(4));
    }
    list.push(number);
}

/// The place after the last one of a list.
pub(crate) fn next_place<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// What stands at a place of a list.
pub(crate) fn at<T>(list: &[T], place: u32) -> Option<&T> {
    list.get(usize::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_number_once_in_16_bytes() {
        assert_eq!(std::mem::size_of::<Numbers>(), 16);
        let mut numbers = Numbers::default();
        for len in 0..9u32 {
            assert_eq!(numbers.as_slice(), (0..len).collect::<Vec<_>>());
            numbers.push(len);
            numbers.push(len);
        }
    }
}
