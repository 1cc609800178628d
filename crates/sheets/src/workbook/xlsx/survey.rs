//! What an XLSX is like before the library may read it: every part inflated once and counted, no
//! document types, believable counts; and which rows and columns nobody sees.

use super::super::{damaged, encrypted, too_large};
use crate::limits::{
    COLUMNS_MAX, INFLATED_LEN_MAX, INFLATED_RATIO_FROM, INFLATED_RATIO_MAX, PARTS_MAX, SHEETS_MAX,
    TEXTS_MAX,
};
use crate::refusal::{Code, Refusal};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;

/// Rows from 1 and columns from 0 that are hidden.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    pub(super) rows: BTreeSet<u32>,
    pub(super) columns: BTreeSet<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Survey {
    /// By the name of the part.
    unseen: BTreeMap<String, Unseen>,
    /// The sheets' names, and by which relation each finds its part.
    sheets: Vec<(String, String)>,
    /// The parts of relations.
    targets: BTreeMap<String, String>,
}

impl Survey {
    /// What is hidden on a sheet.
    pub(super) fn unseen(&self, sheet: &str) -> Option<&Unseen> {
        let (_, relation) = self.sheets.iter().find(|(name, _)| name == sheet)?;
        let target = self.targets.get(relation)?.trim_start_matches('/');
        let target = target.strip_prefix("xl/").unwrap_or(target).to_lowercase();
        self.unseen.get(&target)
    }

    fn sheet(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let both = (attribute(tag, "name"), attribute(tag, "id"));
        if let (Some(name), Some(relation)) = both {
            self.sheets.push((name, relation));
        }
        if self.sheets.len() > SHEETS_MAX {
            return Err(too_large(
                &format!("it has more than {SHEETS_MAX} sheets"),
                &format!("工作表超过 {SHEETS_MAX} 张"),
            ));
        }
        Ok(())
    }
}

/// Surveys a file.
pub(super) fn of(bytes: &[u8]) -> Result<Survey, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > PARTS_MAX {
        return Err(too_large(
            &format!("it has more than {PARTS_MAX} parts"),
            &format!("内部部件超过 {PARTS_MAX} 个"),
        ));
    }
    let (mut survey, mut left, mut is_workbook) = (Survey::default(), INFLATED_LEN_MAX, false);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| damaged(&error))?;
        if part.encrypted() {
            return Err(encrypted());
        }
        let name = part.name().map_err(|error| damaged(&error))?.to_lowercase();
        let packed = part.compressed_size();
        let is_xml = [".xml", ".rels", ".vml"]
            .iter()
            .any(|end| name.ends_with(end));
        let mut counted = BufReader::new(Counted {
            of: part,
            read: 0,
            left: &mut left,
            packed,
        });
        let told = if is_xml {
            xml(&name, &mut counted, &mut survey)
        } else {
            let copied = std::io::copy(&mut counted, &mut std::io::sink());
            copied.map(|_| ()).map_err(|error| damaged(&error))
        };
        if counted.get_ref().is_bomb() {
            return Err(bomb());
        }
        told?;
        is_workbook |= name.ends_with("workbook.xml");
    }
    if is_workbook {
        Ok(survey)
    } else {
        Err(Refusal::of_file(
            Code::FileKind,
            "it is a ZIP archive and no XLSX; unpack it first",
            "是压缩包而不是 XLSX 表格,请先解压",
        ))
    }
}

fn bomb() -> Refusal {
    Refusal::of_file(
        Code::Bomb,
        "it inflates to far more than a table of its size has",
        "解压后体积异常(疑似压缩炸弹),不予读取",
    )
}

/// Counts what a part inflates to, and ends it where that is no longer believable.
struct Counted<'a, R> {
    of: R,
    read: u64,
    left: &'a mut u64,
    packed: u64,
}

impl<R> Counted<'_, R> {
    fn is_bomb(&self) -> bool {
        let ratio_max = self.packed.saturating_mul(INFLATED_RATIO_MAX);
        *self.left == 0 || (self.read > INFLATED_RATIO_FROM && self.read > ratio_max)
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.is_bomb() {
            return Err(std::io::Error::other("inflates to too much"));
        }
        let len = self.of.read(buf)?;
        let counted = u64::try_from(len).unwrap_or(u64::MAX);
        self.read = self.read.saturating_add(counted);
        *self.left = self.left.saturating_sub(counted);
        Ok(len)
    }
}

/// Reads a part of XML to its end.
fn xml(name: &str, part: impl std::io::BufRead, survey: &mut Survey) -> Result<(), Refusal> {
    let bare = name.strip_prefix("xl/").unwrap_or(name);
    let is_sheet = bare.starts_with("worksheets/") && name.ends_with(".xml");
    let mut reader = Reader::from_reader(part);
    let (mut buf, mut unseen, mut row) = (Vec::new(), Unseen::default(), 0_u32);
    loop {
        buf.clear();
        let event = reader.read_event_into(&mut buf);
        let tag = match event.map_err(|error| damaged(&error))? {
            Event::Eof => break,
            Event::DocType(_) => {
                return Err(Refusal::of_file(
                    Code::DocumentType,
                    "a part of it has a document type, which no spreadsheet writes",
                    "内部 XML 含 DOCTYPE 声明,不是正常的表格文件",
                ));
            }
            Event::Start(tag) | Event::Empty(tag) => tag,
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => continue,
        };
        match tag.local_name().as_ref() {
            "sst" => texts(&tag)?,
            "row" if is_sheet => {
                let stated = attribute(&tag, "r").and_then(|r| r.parse().ok());
                row = stated.unwrap_or_else(|| row.saturating_add(1));
                if is_on(&tag, "hidden") || is_nothing(&tag, "ht") {
                    unseen.rows.insert(row);
                }
            }
            "col" if is_sheet && (is_on(&tag, "hidden") || is_nothing(&tag, "width")) => {
                unseen.columns.extend(columns(&tag));
            }
            "sheet" if bare == "workbook.xml" => survey.sheet(&tag)?,
            "Relationship" if bare == "_rels/workbook.xml.rels" => {
                let both = (attribute(&tag, "Id"), attribute(&tag, "Target"));
                if let (Some(id), Some(target)) = both {
                    survey.targets.insert(id, target);
                }
            }
            _ => {}
        }
    }
    if is_sheet {
        survey.unseen.insert(bare.to_owned(), unseen);
    }
    Ok(())
}

/// The library reserves memory for as many texts as the file says.
fn texts(tag: &BytesStart<'_>) -> Result<(), Refusal> {
    let count = attribute(tag, "uniqueCount").and_then(|count| count.parse::<u64>().ok());
    if count.is_some_and(|count| count > TEXTS_MAX) {
        return Err(too_large(
            &format!("it says it has more than {TEXTS_MAX} different texts"),
            &format!("声明的文本数超过 {TEXTS_MAX}"),
        ));
    }
    Ok(())
}

/// An attribute by its local name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(
        found
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()?
            .into_owned(),
    )
}

fn is_on(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"))
}

/// A width or a height of nothing: whatever it is called, nobody sees it.
fn is_nothing(tag: &BytesStart<'_>, name: &str) -> bool {
    let size = attribute(tag, name).and_then(|size| size.parse::<f64>().ok());
    size.is_some_and(|size| size <= 0.0)
}

/// The columns of a `col`, from 0, as far as columns are read.
fn columns(tag: &BytesStart<'_>) -> std::ops::Range<u32> {
    let at = |name| attribute(tag, name).and_then(|text| text.parse::<u32>().ok());
    let (min, max) = (at("min").unwrap_or(1), at("max").unwrap_or(0));
    min.saturating_sub(1)..max.min(COLUMNS_MAX)
}
