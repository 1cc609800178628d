//! Which columns a kind of table has, and what each means: data, in TOML, so that a county whose
//! system says “支付令编号” where another says “支付凭证号” needs no release.

use crate::amount::Unit;
use crate::plain::key;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A kind of table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What it is: `payments`.
    pub kind: String,
    /// The same in Chinese, for people.
    pub title: String,
    /// The field by whose content a row is known again.
    pub number: String,
    /// Other fields without which the number alone names nothing: one document may give money to
    /// several receivers.
    #[serde(default, rename = "with")]
    pub number_with: Vec<String>,
    /// The fields in which rows of one number may be different: each such row is a part of it, as
    /// the batches that bear a claim are. Parts are told apart by the first of these fields that
    /// is no amount, and by all others that are none.
    #[serde(default)]
    pub parts: Vec<String>,
    /// The amount that says, where it is negative, that money came back.
    #[serde(default)]
    pub back: Option<String>,
    /// The kind whose fields come before these.
    #[serde(default)]
    pub base: Option<String>,
    /// Fields of the base that it does not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// In what amounts are counted, where neither the table nor whoever imports it says so.
    #[serde(default)]
    pub unit: Option<UnitWord>,
    /// What the notes sheet of the empty form says besides.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The columns, in the order of the form.
    #[serde(rename = "field", default)]
    pub fields: Vec<Field>,
}

/// A unit of amounts, as TOML says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum UnitWord {
    /// 元
    #[serde(rename = "元")]
    Yuan,
    /// 万元
    #[serde(rename = "万元")]
    TenThousand,
}

impl From<UnitWord> for Unit {
    fn from(word: UnitWord) -> Unit {
        match word {
            UnitWord::Yuan => Unit::Yuan,
            UnitWord::TenThousand => Unit::TenThousand,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// By which the importer knows it: `voucher`.
    pub name: String,
    /// Its heading in the empty form.
    pub title: String,
    /// Other headings of the same meaning. Width, spaces, line breaks and a unit in brackets make
    /// no difference; of a heading in two rows the lower one counts, or both together.
    #[serde(default)]
    pub headings: Vec<String>,
    /// What stands in its cells.
    pub form: Form,
    /// The column must be there, and no cell of it empty.
    #[serde(default)]
    pub required: bool,
    /// What an empty cell, or a column that is not there, means.
    #[serde(default)]
    pub default: Option<String>,
    /// For `form = "word"`: each word with all that tables write for it.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// What the notes sheet says of it.
    #[serde(default)]
    pub note: Option<String>,
}

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A document, voucher or project number, at most 80 characters.
    Number,
    /// Several of them in one cell, at most 500 characters.
    Numbers,
    /// A name of a unit or a project, at most 120 characters.
    Name,
    /// Free text, at most 500 characters.
    Text,
    /// An amount.
    Amount,
    /// A date.
    Date,
    /// A whole number from 0.
    Count,
    /// A word of a list.
    Word,
    /// A share, from 0 to 100 per cent, in hundredths of a per cent.
    Percent,
}

/// A mapping that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadMapping {
    /// Not TOML of this shape.
    #[error("the mapping is not TOML of the expected shape | 对照表不是合格的 TOML")]
    Shape(#[from] toml::de::Error),
    /// It contradicts itself.
    #[error("{0}")]
    Contradiction(String),
}

const BUILT_IN: [(&str, &str); 13] = [
    ("organisations", include_str!("mappings/organisations.toml")),
    ("funds", include_str!("mappings/funds.toml")),
    ("projects", include_str!("mappings/projects.toml")),
    ("contracts", include_str!("mappings/contracts.toml")),
    ("claims", include_str!("mappings/claims.toml")),
    ("payments", include_str!("mappings/payments.toml")),
    ("items", include_str!("mappings/items.toml")),
    (
        "opening_accounts",
        include_str!("mappings/opening_accounts.toml"),
    ),
    (
        "opening_projects",
        include_str!("mappings/opening_projects.toml"),
    ),
    ("opening_funds", include_str!("mappings/opening_funds.toml")),
    (
        "opening_contracts",
        include_str!("mappings/opening_contracts.toml"),
    ),
    (
        "opening_claims",
        include_str!("mappings/opening_claims.toml"),
    ),
    ("opening_items", include_str!("mappings/opening_items.toml")),
];

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// It is no TOML of this shape, or contradicts itself.
    pub fn parse(toml: &str) -> Result<Mapping, BadMapping> {
        let mut mapping: Mapping = toml::from_str(toml)?;
        if let Some(kind) = &mapping.base {
            let base = BUILT_IN.iter().find(|(name, _)| name == kind);
            let unknown = || BadMapping::Contradiction(format!("`base` is no kind: `{kind}`"));
            let (_, toml) = base.ok_or_else(unknown)?;
            let base: Mapping = toml::from_str(toml)?;
            let there = |name: &&String| base.fields.iter().any(|field| field.name == **name);
            if let Some(name) = mapping.without.iter().find(|name| !there(name)) {
                return Err(BadMapping::Contradiction(format!(
                    "`without` names no field of `{kind}`: `{name}` | without 所列不是“{kind}”的字段"
                )));
            }
            let own = std::mem::take(&mut mapping.fields);
            // What it says of a field of the base, it says in its place.
            let kept = base.fields.into_iter();
            let said = |field: &Field| own.iter().any(|it| it.name == field.name);
            let kept = kept.filter(|field| !said(field) && !mapping.without.contains(&field.name));
            mapping.fields = kept.chain(own.iter().cloned()).collect();
        }
        mapping.check().map_err(BadMapping::Contradiction)?;
        Ok(mapping)
    }

    /// The mapping of a kind that this release brings along.
    #[must_use]
    pub fn built_in(kind: &str) -> Option<Mapping> {
        Mapping::all().find(|mapping| mapping.kind == kind).cloned()
    }

    /// Those that this release brings along: read once.
    pub(crate) fn all() -> impl Iterator<Item = &'static Mapping> {
        static ALL: LazyLock<Vec<Mapping>> = LazyLock::new(|| {
            let parsed = BUILT_IN.iter().map(|(_, toml)| Mapping::parse(toml));
            parsed.filter_map(Result::ok).collect()
        });
        ALL.iter()
    }

    /// The kinds that this release brings along.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// Where a field is among the fields.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    fn check(&self) -> Result<(), String> {
        let number = self.fields.iter().find(|field| field.name == self.number);
        if number.is_none_or(|field| !field.required) {
            let name = &self.number;
            return Err(format!(
                "`number` must name a required field, not `{name}` | number 必须指向必填字段"
            ));
        }
        let others = self.number_with.iter().chain(&self.parts).chain(&self.back);
        for name in others {
            if self.position(name).is_none() {
                return Err(format!("there is no field `{name}` | 没有字段“{name}”"));
            }
        }
        let (mut names, mut headings) = (BTreeSet::new(), BTreeSet::new());
        for field in &self.fields {
            let name = &field.name;
            if !names.insert(name) {
                return Err(format!("two fields are called `{name}` | 字段“{name}”重复"));
            }
            for heading in field.keys() {
                if !headings.insert(heading.clone()) {
                    return Err(format!(
                        "two columns have the heading `{heading}` | 表头“{heading}”重复"
                    ));
                }
            }
            if (field.form == Form::Word) == field.words.is_empty() {
                return Err(format!(
                    "`words` belong to `form = \"word\"` and to no other: `{name}` | \
                     “{name}”的 words 与 form 不符"
                ));
            }
            let unknown =
                |word: &String| field.form == Form::Word && !field.words.contains_key(word);
            if field.default.as_ref().is_some_and(unknown) {
                return Err(format!(
                    "the default of `{name}` is none of its words | “{name}”的默认值不在词表中"
                ));
            }
        }
        Ok(())
    }
}

impl Field {
    /// All its headings, made comparable.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        let headings = std::iter::once(&self.title).chain(&self.headings);
        headings.map(|heading| heading_key(heading).0).collect()
    }

    /// The word of its list that a cell means: by the word itself, or by what tables write for it.
    pub(crate) fn word(&self, text: &str) -> Option<&str> {
        let said = key(text);
        let means = |(word, spellings): &(&String, &Vec<String>)| {
            key(word) == said || spellings.iter().any(|spelling| key(spelling) == said)
        };
        self.words.iter().find(means).map(|(word, _)| word.as_str())
    }
}

/// A heading made comparable, and the unit that it says: `金额(万元)` is `金额`, in ten thousands.
pub(crate) fn heading_key(heading: &str) -> (String, Option<Unit>) {
    let key = key(heading);
    let units = [
        ("(万元)", Unit::TenThousand),
        ("(单位:万元)", Unit::TenThousand),
        ("[万元]", Unit::TenThousand),
        ("(元)", Unit::Yuan),
        ("(单位:元)", Unit::Yuan),
        ("[元]", Unit::Yuan),
        ("(人民币元)", Unit::Yuan),
    ];
    for (mark, unit) in units {
        if let Some(bare) = key.strip_suffix(mark) {
            return (bare.trim_end_matches([':', '*']).to_owned(), Some(unit));
        }
    }
    (key, None)
}
