//! Every family stands as many trials as a change must pass; `cargo xtask ordeal` runs more.

use std::path::PathBuf;

use ordeal::trial::How;
use ordeal::{Row, Tools, families, table};

/// One after the other: each keeps all processors busy by itself.
#[test]
fn the_log_stands_the_ordeal() {
    let tools = Tools {
        program: PathBuf::from(env!("CARGO_BIN_EXE_ordeal")),
    };
    let families = families();
    let here = families
        .iter()
        .filter(|family| matches!(family.how, How::Trials(_)));
    let rows: Vec<Row> = here
        .flat_map(|family| family.run(&tools, 1, family.in_ci).unwrap())
        .collect();
    println!("{}", table::markdown(&rows));
    assert!(rows.iter().all(Row::passes), "{}", table::failures(&rows));
}
