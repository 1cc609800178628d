//! Identifiers by short numbers: a subject is named by many records and in many lists, and its 16
//! bytes are kept once.

use ledger::chunks::Chunks;
use ledger::form::{Bad, Description, Form, Input, Out};
use ledger::places::{Places, fingerprint};
use uuid::Uuid;

/// The identifiers that records name, each by its place in the order of their first naming.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(crate) struct Names {
    ids: Chunks<Uuid>,
    /// Follows from the identifiers.
    #[serde(skip)]
    places: Places,
}

impl Names {
    /// The number of an identifier; a new one for one that is new.
    pub(crate) fn number(&mut self, id: Uuid) -> u32 {
        let fingerprint = fingerprint(&id);
        if let Some(number) = self.find_by(fingerprint, id) {
            return number;
        }
        let number = self.ids.next_place();
        self.places.insert(fingerprint, number);
        self.ids.push(id);
        number
    }

    /// The number of an identifier that was named.
    pub(crate) fn find(&self, id: Uuid) -> Option<u32> {
        self.find_by(fingerprint(&id), id)
    }

    fn find_by(&self, fingerprint: u32, id: Uuid) -> Option<u32> {
        let is_it = |number| self.ids.get(number) == Some(&id);
        self.places.find(fingerprint, is_it)
    }

    /// The identifier of a number.
    pub(crate) fn id(&self, number: u32) -> Option<Uuid> {
        self.ids.get(number).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_one_number_and_a_number_one_identifier() {
        let mut names = Names::default();
        let id = |number: u32| Uuid::from_u128(u128::from(number) << 96);
        for _ in 0..2 {
            assert!((0..1_000).all(|number| names.number(id(number)) == number));
        }
        assert!((0..1_000).all(|number| names.id(number) == Some(id(number))));
        assert!((0..1_000).all(|number| names.find(id(number)) == Some(number)));
        assert_eq!((names.find(id(1_000)), names.id(1_000)), (None, None));
    }
}

/// The identifiers in their order.
impl Form for Names {
    fn write(&self, out: &mut Out<'_>) {
        self.ids.write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let mut fingerprints = Vec::new();
        let ids = Chunks::read_each(input, |id| fingerprints.push(fingerprint(id)))?;
        match Places::of(&fingerprints, |a, b| ids.get(a) == ids.get(b)) {
            Some(places) => Ok(Names { ids, places }),
            None => Err(input.fail("a subject that has two numbers")),
        }
    }

    fn describe(to: &mut Description) {
        Chunks::<Uuid>::describe(to);
    }
}
