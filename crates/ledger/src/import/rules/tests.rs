//! Promised: an import is begun and completed once, says no more rows than its file has, and is
//! taken back as often as something of it is left.

use super::*;
use crate::Command;
use crate::digest::Digest;
use crate::import::{ImportCompletion, ImportReversal};
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

fn import() -> ImportId {
    ImportId(Uuid::from_u128(0x8001))
}

fn begin(change: impl FnOnce(&mut ImportStart)) -> Ask {
    let mut start = ImportStart {
        import: import(),
        kind: reference(),
        file_sha256: Digest([7; 32]),
        mapping_sha256: None,
        rows: 3,
        new_rows: 1,
        changed_rows: 1,
        refused_rows: 1,
    };
    change(&mut start);
    ask(Command::Import(ImportCommand::Begin(start)))
}

fn complete(recorded_rows: u32) -> Ask {
    ask(Command::Import(ImportCommand::Complete(ImportCompletion {
        import: import(),
        recorded_rows,
        refused_rows: 0,
    })))
}

fn reverse(kept: u32) -> Ask {
    ask(Command::Import(ImportCommand::Reverse(ImportReversal {
        import: import(),
        undone: 1,
        kept,
        reason: text(),
    })))
}

#[test]
fn an_import_has_no_more_rows_than_its_file() {
    check(
        &[],
        &[begin(|it| it.refused_rows = 2), begin(|_| ())],
        expect![[r#"
            BAD_FIELD rows:
              there are fewer rows than are said to be new, other or refused
            import.begun"#]],
    );
    check(
        &[begin(|_| ())],
        &[complete(4), complete(3)],
        expect![[r#"
        BAD_FIELD rows:
          there are fewer rows than are said to be new, other or refused
        import.completed"#]],
    );
}

#[test]
fn an_import_is_begun_and_completed_once() {
    check(
        &[],
        &[complete(1), reverse(0)],
        expect![[r#"
        NOT_FOUND import: #8001 is not known in this ledger
        NOT_FOUND import: #8001 is not known in this ledger"#]],
    );
    check(
        &[begin(|_| ())],
        &[begin(|_| ()), complete(1)],
        expect![[r#"
        ALREADY_EXISTS import: #8001 exists already
        import.completed"#]],
    );
    check(
        &[begin(|_| ()), complete(1)],
        &[complete(1)],
        expect!["BAD_TRANSITION: import.complete is not possible in state completed"],
    );
}

#[test]
fn an_import_is_taken_back_while_something_of_it_is_left() {
    let done = [begin(|_| ()), complete(1)];
    check(&done, &[reverse(0)], expect!["import.reversed"]);
    check(
        &and(&done, [reverse(1)]),
        &[reverse(0)],
        expect!["import.reversed"],
    );
    check(
        &and(&done, [reverse(0)]),
        &[reverse(0)],
        expect!["BAD_TRANSITION: import.reverse is not possible in state reversed"],
    );
    check(&[begin(|_| ())], &[reverse(1)], expect!["import.reversed"]);
}

#[test]
fn an_import_that_was_taken_back_is_not_completed() {
    check(
        &[begin(|_| ()), reverse(0)],
        &[complete(1)],
        expect!["BAD_TRANSITION: import.complete is not possible in state reversed"],
    );
}
