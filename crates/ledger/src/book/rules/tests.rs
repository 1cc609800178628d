//! Promised: a ledger is opened once, by an administrator, renamed at will and closed for good.
//! That a closed one takes nothing more is shown in `precedence/tests.rs`, on every command.

use super::*;
use crate::Command;
use crate::book::{BookClosing, BookRenaming};
use crate::testing::*;
use crate::text::Name;
use crate::token::Role;
use expect_test::expect;

fn rename(to: &str) -> Ask {
    let name = Name::new(to).unwrap();
    ask(Command::Ledger(BookCommand::Rename(BookRenaming { name })))
}

fn close() -> Ask {
    ask(Command::Ledger(BookCommand::Close(BookClosing {
        successor: None,
        reason: text(),
    })))
}

#[test]
fn opens_a_ledger_once() {
    check(
        &[],
        &[open_ledger(), open_ledger().observed()],
        expect![[r#"
            BAD_TRANSITION: ledger.open is not possible in state open
            BAD_TRANSITION: ledger.open is not possible in state open"#]],
    );
}

#[test]
fn a_closed_ledger_is_not_opened_again() {
    check(
        &[close()],
        &[open_ledger(), close(), rename("某市")],
        expect![[r#"
            BAD_TRANSITION: ledger.open is not possible in state closed
            LEDGER_NOT_OPEN: the ledger is not open
            LEDGER_NOT_OPEN: the ledger is not open"#]],
    );
}

#[test]
fn only_an_administrator_opens_renames_and_closes() {
    let asks = [open_ledger(), rename("某市"), close()];
    let rows: Vec<_> = Role::ALL
        .iter()
        .flat_map(|role| asks.iter().map(|ask| ask.clone().with_roles(&[*role])))
        .collect();
    check(
        &[],
        &rows,
        expect![[r#"
        BAD_TRANSITION: ledger.open is not possible in state open
        ledger.renamed
        ledger.closed
        FORBIDDEN: none of the token's roles allows ledger.open
        FORBIDDEN: none of the token's roles allows ledger.rename
        FORBIDDEN: none of the token's roles allows ledger.close
        FORBIDDEN: none of the token's roles allows ledger.open
        FORBIDDEN: none of the token's roles allows ledger.rename
        FORBIDDEN: none of the token's roles allows ledger.close
        FORBIDDEN: none of the token's roles allows ledger.open
        FORBIDDEN: none of the token's roles allows ledger.rename
        FORBIDDEN: none of the token's roles allows ledger.close
        FORBIDDEN: none of the token's roles allows ledger.open
        FORBIDDEN: none of the token's roles allows ledger.rename
        FORBIDDEN: none of the token's roles allows ledger.close
        FORBIDDEN: none of the token's roles allows ledger.open
        FORBIDDEN: none of the token's roles allows ledger.rename
        FORBIDDEN: none of the token's roles allows ledger.close"#]],
    );
}

#[test]
fn a_new_name_leaves_the_area_and_counts_as_a_version() {
    let world = World::given(&[rename("某市"), close()]);
    let book = world.books.book.unwrap();
    assert_eq!((book.name.as_str(), book.version), ("某市", 3));
    assert_eq!((book.area, book.closed), (reference(), true));
}
