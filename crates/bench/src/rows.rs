//! The benchmarks, a file for each kind.

pub mod append;
pub mod bulk;
pub mod disk;
pub mod lists;
pub mod pages;
pub mod queries;
pub mod single;

use crate::folder::{self, Folder};
use crate::{Place, load};
use anyhow::Result;

/// A directory with a county's year of at least so many records; how many it has, and how many
/// bytes each, header and body.
fn year(place: &Place, name: &str, records: u64) -> Result<(Folder, u64, f64)> {
    let folder = Folder::new(place, name)?;
    let started = folder.set_up(&place.sizes)?;
    let county = folder::county(&place.sizes);
    let source = load::Source {
        turns: &|from, until| county.year(from, until),
        commands_each: crate::county::COMMANDS_A_LOT,
    };
    let lots = records.div_ceil(crate::county::COMMANDS_A_LOT);
    load::load(&started.handle, source, (0, lots), place.sizes.group)?;
    let count = started.handle.reader().next_position();
    let bytes = folder::record_bytes(&started.handle)? as f64 / count as f64;
    folder::stop(started);
    Ok((folder, count, bytes))
}
