//! The simulation finds what it is for: with a defect built in, a seed fails. And a seed is a
//! world: the same things happen again.

use std::panic::catch_unwind;

use ordeal::sim::{DEFECTS, run};

#[test]
fn every_defect_that_is_built_in_is_found() {
    // The panics are what is looked for.
    std::panic::set_hook(Box::new(|_| ()));
    for defect in DEFECTS {
        let found = (1..=400).find(|seed| catch_unwind(|| run(*seed, Some(defect))).is_err());
        println!("{defect:?}: seed {found:?}");
        assert!(found.is_some(), "{defect:?} was not found");
    }
}

#[test]
fn the_same_seed_gives_the_same_world_twice() {
    let hash = |seed| run(seed, None).1;
    for seed in [1, 7, 188] {
        assert_eq!(hash(seed), hash(seed), "seed {seed}");
    }
    assert_ne!(hash(1), hash(7));
}
