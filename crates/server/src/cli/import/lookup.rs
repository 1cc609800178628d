//! Which subject a number or a name in a row means.

use super::server::Server;
use serde_json::Value;
use std::collections::HashMap;

/// A row's word for something that is not found, or is found twice.
pub(super) type Trouble = (&'static str, String, String);

/// Subjects of one sort by what they are called.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, Vec<String>>);

impl Names {
    pub(super) fn put(&mut self, name: &str, id: &str) {
        let ids = self.0.entry(alike(name)).or_default();
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }

    /// The one subject that is called so.
    pub(super) fn one(&self, name: &str, what: (&str, &str)) -> Result<&str, Trouble> {
        let (en, zh) = what;
        match self.0.get(&alike(name)).map(Vec::as_slice) {
            Some([one]) => Ok(one),
            Some([_, _, ..]) => Err((
                "AMBIGUOUS",
                format!("there are several {en} called “{name}”; use the code"),
                format!("有多个{zh}叫“{name}”,请改填代码"),
            )),
            _ => Err((
                "NOT_FOUND",
                format!("there is no {en} “{name}” in this ledger; import it first"),
                format!("账本中没有{zh}“{name}”,请先导入或登记"),
            )),
        }
    }
}

/// Width, spaces and the shape of brackets make no difference between names.
fn alike(name: &str) -> String {
    let plain = name
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '(' | '〔' | '[' | '【' => '(',
            ')' | '〕' | ']' | '】' => ')',
            '\u{ff01}'..='\u{ff5e}' => {
                let half = u32::from(c).saturating_sub(0xfee0);
                char::from_u32(half).unwrap_or(c)
            }
            other => other,
        });
    let plain: String = plain.collect();
    plain.to_lowercase().replace('[', "(").replace(']', ")")
}

/// Everything that rows may name.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// Units by name and by code.
    pub(super) units: Names,
    pub(super) projects: Names,
    pub(super) funds: Names,
    pub(super) rounds: Names,
    pub(super) contracts: Names,
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

impl Lookup {
    /// Asks for what rows of a kind may name.
    pub(super) fn ask(server: &Server, kind: &str) -> anyhow::Result<Lookup> {
        let mut lookup = Lookup::default();
        fill(
            server,
            "organisations",
            &mut lookup.units,
            "/organisation",
            &["/name", "/code"],
        )?;
        match kind {
            "payments" => {
                fill(
                    server,
                    "projects",
                    &mut lookup.projects,
                    "/project/project",
                    &["/project/number"],
                )?;
                fill(
                    server,
                    "funds",
                    &mut lookup.funds,
                    "/fund/fund",
                    &["/fund/document"],
                )?;
                for event in server.events("contract.signed")? {
                    let both = (text(&event, "/data/number"), text(&event, "/data/contract"));
                    if let (Some(number), Some(id)) = both {
                        lookup.contracts.put(number, id);
                    }
                }
            }
            "items" => {
                fill(
                    server,
                    "rounds",
                    &mut lookup.rounds,
                    "/round/round",
                    &["/round/name"],
                )?;
            }
            _ => {}
        }
        Ok(lookup)
    }
}

fn fill(
    server: &Server,
    list: &str,
    names: &mut Names,
    id: &str,
    called: &[&str],
) -> anyhow::Result<()> {
    for entry in server.list(list)? {
        let Some(id) = text(&entry, id) else { continue };
        for name in called.iter().filter_map(|pointer| text(&entry, pointer)) {
            names.put(name, id);
        }
    }
    Ok(())
}
