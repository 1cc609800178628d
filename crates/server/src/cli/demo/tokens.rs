//! The tokens of the demonstration's people, kept beside its data so that a second start has them.

use super::script::{Person, Script};
use crate::cli::token::{Grant, issue};
use crate::identity::TokenKey;
use anyhow::Context;
use ledger::ids::{LedgerId, OrganisationId, PersonId};
use ledger::personal::PersonalText;
use sequencer::Handle;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// The file with the tokens: whoever can read it can do everything here, so only its owner can.
const FILE: &str = "demo-tokens.json";

/// Tokens by the keys of their bearers.
pub(super) struct Tokens(BTreeMap<String, String>);

impl Tokens {
    /// The token of a person.
    pub(super) fn of(&self, key: &str) -> anyhow::Result<&str> {
        let token = self.0.get(key).map(String::as_str);
        token.with_context(|| format!("nobody is called {key} in people.json"))
    }
}

/// Reads the tokens, and issues those that are missing.
pub(super) fn ready(handle: &Handle, dir: &Path, script: &Script) -> anyhow::Result<Tokens> {
    let path = dir.join(FILE);
    let mut tokens: BTreeMap<String, String> = match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .with_context(|| format!("{} is no list of tokens", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error).context(path.display().to_string()),
    };
    // The server made it when it started.
    let key = TokenKey::open(dir, true)?;
    let before = tokens.len();
    for person in &script.people {
        if !tokens.contains_key(&person.key) {
            let (token, _) = issue(handle, &key, grant(person, script)?)?;
            tokens.insert(person.key.clone(), token);
        }
    }
    if tokens.len() > before {
        keep(dir, &path, &tokens).with_context(|| path.display().to_string())?;
    }
    Ok(Tokens(tokens))
}

fn grant(person: &Person, script: &Script) -> anyhow::Result<Grant> {
    let ledgers = person.ledgers.iter().map(|key| {
        let book = script.books.iter().find(|book| book.key == key);
        book.map(|book| book.id)
            .with_context(|| format!("no ledger is called {key}"))
    });
    let ledgers: Vec<LedgerId> = ledgers.collect::<anyhow::Result<_>>()?;
    let name = PersonalText::clear(person.name.clone());
    Ok(Grant {
        person: PersonId(person.person),
        name: Some(name.map_err(|error| anyhow::anyhow!("{}: {error}", person.key))?),
        organisation: OrganisationId(person.organisation),
        roles: person.roles.clone(),
        ledgers,
        expires_on: None,
    })
}

/// Written aside and renamed, so that there is never half a file.
fn keep(dir: &Path, path: &Path, tokens: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let aside = dir.join(format!("{FILE}.new"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    serde_json::to_writer_pretty(&mut file, tokens)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&aside, path)?;
    Ok(())
}
