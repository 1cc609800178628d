//! Promised: a token has a role, is issued once and taken back once, and is good until the end of
//! its last day.

use super::*;
use crate::Command;
use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{LedgerId, TokenId};
use crate::testing::*;
use crate::token::{Role, TokenRevocation};
use expect_test::expect;
use uuid::Uuid;

fn token(number: u128) -> TokenId {
    TokenId(Uuid::from_u128(0x5000 | number))
}

fn grant(roles: &[Role]) -> TokenGrant {
    TokenGrant {
        token: token(1),
        person: person(1),
        name: None,
        organisation: unit(COUNTY),
        roles: roles.to_vec(),
        ledgers: Vec::new(),
        secret_hash: Digest([7; 32]),
        expires_on: None,
    }
}

fn issue(roles: &[Role]) -> Ask {
    ask(Command::Token(TokenCommand::Issue(grant(roles))))
}

fn revoke(number: u128) -> Ask {
    ask(Command::Token(TokenCommand::Revoke(TokenRevocation {
        token: token(number),
        reason: text(),
    })))
}

#[test]
fn issues_a_token_once_and_with_a_role() {
    check(
        &[],
        &[issue(&[]), issue(&[Role::Reader])],
        expect![[r#"
        BAD_FIELD roles: a token needs at least one role
        token.issued"#]],
    );
    check(
        &[issue(&[Role::Reader])],
        &[issue(&[])],
        expect!["ALREADY_EXISTS token: #5001 exists already"],
    );
}

#[test]
fn a_witness_reads_all_ledgers_or_is_none() {
    let only_one = |roles: &[Role]| {
        let ledgers = vec![LedgerId(Uuid::from_u128(1))];
        let grant = TokenGrant {
            ledgers,
            ..grant(roles)
        };
        ask(Command::Token(TokenCommand::Issue(grant)))
    };
    let rows = [
        only_one(&[Role::Witness]),
        only_one(&[Role::Reader, Role::Witness]),
        only_one(&[Role::Reader]),
        issue(&[Role::Witness]),
    ];
    check(
        &[],
        &rows,
        expect![[r#"
        BAD_FIELD ledgers: a witness reads the records of all ledgers
        BAD_FIELD ledgers: a witness reads the records of all ledgers
        token.issued
        token.issued"#]],
    );
}

#[test]
fn takes_back_a_known_token_once() {
    let issued = issue(&[Role::Reader]);
    check(
        std::slice::from_ref(&issued),
        &[revoke(2), revoke(1)],
        expect![[r#"
        NOT_FOUND token: #5002 is not known in this ledger
        token.revoked"#]],
    );
    check(
        &[issued, revoke(1)],
        &[revoke(1), issue(&[Role::Reader])],
        expect![[r#"
            BAD_TRANSITION: token.revoke is not possible in state revoked
            ALREADY_EXISTS token: #5001 exists already"#]],
    );
}

#[test]
fn is_good_until_the_end_of_its_last_day() {
    let good = |expires_on: Option<&str>, revoked: bool, today: &str| {
        let token = Token {
            grant: TokenGrant {
                expires_on: expires_on.map(|date| date.parse::<BusinessDate>().unwrap()),
                ..grant(&[Role::Reader])
            },
            revoked,
            version: 1,
        };
        token.is_good(today.parse().unwrap())
    };
    assert!(good(None, false, "9999-12-31"));
    assert!(good(Some("2019-12-31"), false, "2019-12-31"));
    assert!(!good(Some("2019-12-31"), false, "2020-01-01"));
    assert!(good(Some("2020-02"), false, "2020-02-29"));
    assert!(!good(Some("2020-02"), false, "2020-03-01"));
    assert!(good(Some("unknown"), false, "9999-12-31"));
    assert!(!good(None, true, "2019-12-31"));
}

#[test]
fn is_no_longer_good_once_taken_back() {
    let world = World::given(&[issue(&[Role::Reader]), revoke(1)]);
    let row = world.books.tokens.get(token(1)).unwrap();
    assert_eq!((row.revoked, row.version), (true, 2));
    assert!(!row.is_good("2018-07-01".parse().unwrap()));
}
