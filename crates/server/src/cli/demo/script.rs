//! What the demonstration says, and who says it: the files of `crates/server/demo/`.

use super::many;
use anyhow::Context;
use ledger::ids::LedgerId;
use ledger::token::Role;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;
use uuid::Uuid;

/// The county of 002, segment F, with the invented story beside it.
pub(super) const COUNTY: LedgerId =
    LedgerId(Uuid::from_u128(0x0002_0006_0000_8000_8000_0000_0000_0000));
/// 001: a round with 161 items, and a self-check with 165.
pub(super) const ROUNDS: LedgerId =
    LedgerId(Uuid::from_u128(0x0001_0000_0000_8000_8000_0000_0000_0000));
/// 003: eight zones over sixteen towns.
const ZONES: LedgerId = LedgerId(Uuid::from_u128(0x0003_0000_0000_8000_8000_0000_0000_0000));
/// 002, segment L: 150 relocation sites.
pub(super) const CITY: LedgerId =
    LedgerId(Uuid::from_u128(0x0002_000c_0000_8000_8000_0000_0000_0000));

/// The files that lines name as evidence; we have drawn them.
pub(super) const FILES: &[(&str, &[u8])] =
    &[("road.png", include_bytes!("../../../demo/road.png"))];

/// The bearer of the read-only token.
pub(super) const VIEWER: &str = "viewer";

/// A command, who asks it, and with which code it is to be refused, if it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Key of a person.
    #[serde(rename = "as")]
    pub(super) by: String,
    /// Code of the expected refusal.
    #[serde(default)]
    pub(super) expect: Option<String>,
    /// A file of [`FILES`] that is uploaded before it.
    #[serde(default)]
    pub(super) file: Option<String>,
    /// As the API takes it.
    pub(super) command: Box<RawValue>,
}

/// A person, all invented, and what their token allows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    /// Key in the lines.
    pub(super) key: String,
    /// Invented.
    pub(super) name: String,
    /// What they do, for the reader of the file.
    #[serde(rename = "duty")]
    pub(super) _duty: String,
    /// Their id.
    pub(super) person: Uuid,
    /// For whom they act.
    pub(super) organisation: Uuid,
    /// What they may do.
    pub(super) roles: Vec<Role>,
    /// Keys of the ledgers that are open to them; none means all.
    pub(super) ledgers: Vec<String>,
}

/// A ledger and the lines that fill it.
pub(super) struct Book {
    /// Key in the people's file.
    pub(super) key: &'static str,
    /// Which one.
    pub(super) id: LedgerId,
    /// From the first to the last.
    pub(super) lines: Vec<Line>,
}

/// A figure of a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    id: String,
    /// Document and line.
    #[serde(rename = "source")]
    _source: String,
    /// What was counted.
    #[serde(rename = "what")]
    _what: String,
    value: String,
    unit: String,
}

/// The figures, by their ids.
pub(super) struct Figures(HashMap<String, Figure>);

impl Figures {
    fn read() -> anyhow::Result<Figures> {
        let text = include_str!("../../../demo/figures.csv");
        let mut figures = HashMap::new();
        for figure in csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Figure>() {
            let figure = figure.context("figures.csv")?;
            figures.insert(figure.id.clone(), figure);
        }
        Ok(Figures(figures))
    }

    fn find(&self, id: &str) -> anyhow::Result<&Figure> {
        self.0
            .get(id)
            .with_context(|| format!("figures.csv has no {id}"))
    }

    /// A day.
    pub(super) fn day(&self, id: &str) -> anyhow::Result<&str> {
        let figure = self.find(id)?;
        anyhow::ensure!(figure.unit == "date", "{id} is no date");
        Ok(&figure.value)
    }

    /// A count or an amount in fen.
    pub(super) fn number(&self, id: &str) -> anyhow::Result<u64> {
        let figure = self.find(id)?;
        figure
            .value
            .parse()
            .with_context(|| format!("{id} is no number"))
    }
}

/// Everything.
pub(super) struct Script {
    /// In the order in which they are loaded.
    pub(super) books: Vec<Book>,
    /// Who says it.
    pub(super) people: Vec<Person>,
    /// What the documents say.
    pub(super) figures: Figures,
}

impl Script {
    /// Reads the files that are part of the program.
    ///
    /// # Errors
    /// One of them is not as it should be; a test sees to it that they are.
    pub(super) fn read() -> anyhow::Result<Script> {
        let figures = Figures::read()?;
        let people = serde_json::from_str(include_str!("../../../demo/people.json"))?;
        let mut rounds = lines(include_str!("../../../demo/001_rounds.ndjson"))?;
        rounds.extend(many::items(&figures)?);
        let mut city = lines(include_str!("../../../demo/002l_city.ndjson"))?;
        city.extend(many::sites(&figures)?);
        let county = lines(include_str!("../../../demo/002f_county.ndjson"))?;
        let zones = lines(include_str!("../../../demo/003_zones.ndjson"))?;
        let books = vec![
            Book {
                key: "county",
                id: COUNTY,
                lines: county,
            },
            Book {
                key: "rounds",
                id: ROUNDS,
                lines: rounds,
            },
            Book {
                key: "zones",
                id: ZONES,
                lines: zones,
            },
            Book {
                key: "city",
                id: CITY,
                lines: city,
            },
        ];
        Ok(Script {
            books,
            people,
            figures,
        })
    }
}

fn lines(text: &str) -> anyhow::Result<Vec<Line>> {
    let line = |(number, text): (usize, &str)| {
        serde_json::from_str(text).with_context(|| format!("line {}", number.saturating_add(1)))
    };
    text.lines().enumerate().map(line).collect()
}
