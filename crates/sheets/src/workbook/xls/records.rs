//! The records of an XLS stream, walked before the library may: [MS-XLS] 2.1.4, each 2 bytes of
//! type and 2 of length, little-endian, then its data.
//!
//! | record | type | looked at |
//! |---|---|---|
//! | BOF, EOF | 0809, 000A | where a sheet begins and ends |
//! | FILEPASS | 002F | encrypted |
//! | BOUNDSHEET | 0085 | position of the sheet, bytes 0–3: must be a BOF |
//! | ROW | 0208 | row 0–1, height 6–7 without its highest bit: 0 unseen, flags 12–15: 0x20 hidden |
//! | COLINFO | 007D | first 0–1, last 2–3, width 4–5: 0 unseen, flags 8–9: 0x01 hidden |
//! | FORMULA | 0006 | value 6–13: 12–13 of FFFF and 6 of 3 is an empty text, or no value at all |
//! | RECALCID | 01C1 | whoever wrote it computes |
//! | cells | 0006 0203 0204 0205 00D6 00FD 027E 00BD | row 0–1, column 2–3 |
//! | DIMENSIONS, NAME, EXTERNSHEET | 0200 0018 0017 | taken out: made records of no meaning |

use super::super::{damaged, encrypted, too_large};
use crate::limits::{COLUMNS_MAX, PLACES_MAX, SHEETS_MAX};
use crate::refusal::Refusal;
use std::collections::{BTreeMap, BTreeSet};

/// Rows from 1 and columns from 0 that are hidden.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    pub(super) rows: BTreeSet<u32>,
    pub(super) columns: BTreeSet<u32>,
    /// Formulas that say nothing: an empty text, or, where nobody computed them, no value.
    pub(super) silent: Vec<(u32, u32)>,
    /// The furthest cell, as rows and columns counted from 1.
    reach: (u64, u64),
}

#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Where sheets begin, in the order of the workbook.
    sheets: Vec<usize>,
    /// Where anything begins, whether or not the workbook names it, and what is there.
    begun: BTreeMap<usize, Unseen>,
    /// Whoever wrote the file computes its formulas.
    pub(super) computes: bool,
}

/// A record that means nothing to the library.
const MEANINGLESS: [u8; 2] = 0x7ffe_u16.to_le_bytes();

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Walks the stream, and takes out of it what the library must not see.
pub(super) fn survey(stream: &mut [u8]) -> Result<Survey, Refusal> {
    let mut survey = Survey::default();
    let (mut at, mut open) = (0_usize, Vec::new());
    while let (Some(kind), Some(len)) = (u16_at(stream, at), u16_at(stream, at.saturating_add(2))) {
        let from = at.saturating_add(4);
        let to = from.saturating_add(usize::from(len));
        let Some(data) = stream.get(from..to) else {
            return Err(damaged(&"a record is cut off"));
        };
        match kind {
            0x0809 => {
                open.push(at);
                survey.begun.insert(at, Unseen::default());
            }
            0x000a => drop(open.pop()),
            0x01c1 => survey.computes = true,
            0x002f if u16_at(data, 0) != Some(0) => return Err(encrypted()),
            0x0085 => {
                let place = u32_at(data, 0).and_then(|place| usize::try_from(place).ok());
                survey.sheets.push(place.unwrap_or(usize::MAX));
            }
            _ => {
                if let Some(unseen) = open.last().and_then(|at| survey.begun.get_mut(at)) {
                    unseen.take(kind, data)?;
                }
            }
        }
        if matches!(kind, 0x0200 | 0x0018 | 0x0017)
            && let Some(bytes) = stream.get_mut(at..from.saturating_sub(2))
        {
            bytes.copy_from_slice(&MEANINGLESS);
        }
        at = to;
    }
    survey.checked()
}

impl Survey {
    /// What is hidden on a sheet, by its number from 0.
    pub(super) fn unseen(&self, index: usize) -> Option<&Unseen> {
        self.begun.get(self.sheets.get(index)?)
    }

    /// Refuses sheets that begin where none does, and places beyond what memory is given for.
    fn checked(self) -> Result<Survey, Refusal> {
        if self.sheets.len() > SHEETS_MAX {
            return Err(too_large(
                &format!("it has more than {SHEETS_MAX} sheets"),
                &format!("工作表超过 {SHEETS_MAX} 张"),
            ));
        }
        let distinct: BTreeSet<_> = self.sheets.iter().collect();
        let sound = |place: &usize| self.begun.contains_key(place);
        if distinct.len() != self.sheets.len() || !self.sheets.iter().all(sound) {
            return Err(damaged(&"a sheet does not begin where the workbook says"));
        }
        let places = self.begun.values().map(|unseen| unseen.reach);
        let places = places.map(|(rows, columns)| rows.saturating_mul(columns));
        if places.fold(0, u64::saturating_add) > PLACES_MAX {
            return Err(too_large(
                "its cells lie too far apart; save it as XLSX",
                "单元格分布范围过大,请另存为 XLSX",
            ));
        }
        Ok(self)
    }
}

impl Unseen {
    fn take(&mut self, kind: u16, data: &[u8]) -> Result<(), Refusal> {
        let short = || damaged(&"a record is too short");
        match kind {
            0x0208 => {
                let row = u16_at(data, 0).ok_or_else(short)?;
                let flags = u32_at(data, 12).ok_or_else(short)?;
                let height = u16_at(data, 6).ok_or_else(short)?;
                if flags & 0x20 != 0 || height & 0x7fff == 0 {
                    self.rows.insert(u32::from(row).saturating_add(1));
                }
            }
            0x007d => {
                let first = u16_at(data, 0).ok_or_else(short)?;
                let last = u16_at(data, 2).ok_or_else(short)?;
                let flags = u16_at(data, 8).ok_or_else(short)?;
                let width = u16_at(data, 4).ok_or_else(short)?;
                if flags & 1 != 0 || width == 0 {
                    let last = u32::from(last).min(COLUMNS_MAX);
                    self.columns.extend(u32::from(first)..=last);
                }
            }
            // The last of these holds many cells of a row, as many as its length allows.
            0x0006 | 0x0203 | 0x0204 | 0x0205 | 0x00d6 | 0x00fd | 0x027e | 0x00bd => {
                let row = u16_at(data, 0).ok_or_else(short)?;
                let first = u16_at(data, 2).ok_or_else(short)?;
                let more = if kind == 0x00bd { data.len() / 6 } else { 0 };
                let last = u64::from(first).saturating_add(u64::try_from(more).unwrap_or_default());
                if last > u64::from(COLUMNS_MAX) {
                    return Err(too_large(
                        "a cell lies beyond the columns of the format",
                        "单元格列号超出格式范围",
                    ));
                }
                let empty = (data.get(6).copied(), u16_at(data, 12)) == (Some(3), Some(u16::MAX));
                if kind == 0x0006 && empty {
                    self.silent.push((u32::from(row), u32::from(first)));
                }
                let (rows, columns) = self.reach;
                let rows = rows.max(u64::from(row).saturating_add(1));
                self.reach = (rows, columns.max(last.saturating_add(1)));
            }
            _ => {}
        }
        Ok(())
    }
}
