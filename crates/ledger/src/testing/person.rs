//! Persons of whom nothing is known but their number.

use super::person;
use crate::person::PersonProfile;

pub(crate) fn profile(number: u128) -> PersonProfile {
    PersonProfile {
        person: person(number),
        kind: None,
        name: None,
        identity_number: None,
        mobile: None,
        bank_card: None,
        address: None,
        remark: None,
    }
}
