//! XLS (BIFF8): its one stream is taken out, checked record by record, and given to the library in
//! a container that we made.
//!
//! The library reserves memory by what `DIMENSIONS` says, and makes a dense range over the furthest
//! cells; in the format rows and columns go to 65,535, so a file of 1 KiB can ask for 100 GiB. So
//! every place is checked before, `DIMENSIONS` is taken out, and so are names and references, which
//! it takes apart without looking at their length. A panic is a damaged file.

mod records;

use super::xlsx::{day, region};
use super::{Content, Rows, Sheet, Workbook, damaged, encrypted};
use crate::refusal::{Code, Refusal};
use calamine::{Data, Reader, SheetType, SheetVisible, Xls};
use records::Survey;
use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, Refusal> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut stream = stream(bytes)?;
        let survey = records::survey(&mut stream)?;
        let container = container(&stream).map_err(|error| damaged(&error))?;
        whole(container, &survey)
    }));
    read.unwrap_or_else(|_| Err(damaged(&"its records contradict each other")))
}

/// The stream of the workbook.
fn stream(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let file = cfb::CompoundFile::open(Cursor::new(bytes));
    let mut file = file.map_err(|error| damaged(&error))?;
    if file.exists("/EncryptedPackage") {
        return Err(encrypted());
    }
    let name = ["/Workbook", "/Book"]
        .into_iter()
        .find(|name| file.is_stream(name));
    let Some(name) = name else {
        return Err(Refusal::of_file(
            Code::FileKind,
            "it is no table: a Word or other old Office file",
            "不是表格,而是 Word 等其他旧版 Office 文件",
        ));
    };
    let stream = file.open_stream(name).map_err(|error| damaged(&error))?;
    let mut taken = Vec::new();
    // No stream is longer than its file.
    let len_max = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let read = stream.take(len_max).read_to_end(&mut taken);
    read.map_err(|error| damaged(&error))?;
    Ok(taken)
}

fn container(stream: &[u8]) -> std::io::Result<Vec<u8>> {
    let memory = Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, memory)?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

fn whole(container: Vec<u8>, survey: &Survey) -> Result<Workbook, Refusal> {
    let book = Xls::new(Cursor::new(container));
    let mut book = book.map_err(|error| damaged(&error))?;
    let epoch_1904 = book.has_1904_epoch();
    let metadata = book.sheets_metadata().to_vec();
    let (mut sheets, mut rows) = (Vec::new(), Rows::new());
    for (index, meta) in metadata.into_iter().enumerate() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let on = |refusal: Refusal| refusal.on(&meta.name);
        let range = book.worksheet_range(&meta.name);
        let range = range.map_err(|error| on(damaged(&error)))?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            rows.count().map_err(on)?;
            let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top);
            let column = u32::try_from(column)
                .unwrap_or(u32::MAX)
                .saturating_add(left);
            if let Some(content) = content(value) {
                let put = rows.put(row.saturating_add(1), column, content);
                put.map_err(on)?;
            }
        }
        let unseen = survey.unseen(index);
        let silent = unseen.filter(|_| !survey.computes);
        for (row, column) in silent.iter().flat_map(|unseen| &unseen.silent) {
            let put = rows.put(row.saturating_add(1), *column, Content::NotComputed);
            put.map_err(on)?;
        }
        let merged = book.merge_cells_by_sheet_name(&meta.name);
        let merged = merged.map_err(|error| on(damaged(&error)))?;
        let mut taken = rows.take();
        for row in &mut taken {
            row.hidden = unseen.is_some_and(|unseen| unseen.rows.contains(&row.number));
        }
        sheets.push(Sheet {
            name: meta.name.as_str().into(),
            hidden: meta.visible != SheetVisible::Visible,
            epoch_1904,
            rows: taken,
            hidden_columns: unseen
                .map(|unseen| unseen.columns.clone())
                .unwrap_or_default(),
            merged: merged.iter().map(|at| region(at.start, at.end)).collect(),
        });
    }
    Ok(Workbook { sheets })
}

fn content(value: &Data) -> Option<Content> {
    Some(match value {
        Data::Empty => return None,
        Data::Int(number) => Content::Number(number.to_string().parse().ok()?),
        Data::Float(number) => Content::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            Content::Text(text.as_str().into())
        }
        Data::Bool(truth) => Content::Truth(*truth),
        Data::DateTime(moment) => day(*moment),
        Data::Error(fault) => Content::Fault(fault.to_string().into()),
    })
}
