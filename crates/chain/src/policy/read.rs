//! Reading a policy, line by line.

use std::collections::{HashMap, HashSet};

use super::{
    Group, LineFault, Member, POLICY_LEN_MAX, Policy, PolicyError, PolicyLog, PolicyWitness,
};
use crate::text::from_decimal;
use crate::{KeyError, KeyKind, VerifierKey};

/// The most logs, witnesses and groups; C2SP tlog-policy wants at least 32 of each.
const EACH_MAX: usize = 1024;

pub(super) fn policy(bytes: &[u8]) -> Result<Policy, PolicyError> {
    if bytes.len() > POLICY_LEN_MAX {
        return Err(PolicyError::TooLong { len: bytes.len() });
    }
    let mut reader = Reader::default();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line_no = at.saturating_add(1);
        reader
            .line(line)
            .map_err(|why| PolicyError::Line { line: line_no, why })?;
    }
    Ok(Policy {
        logs: reader.logs,
        witnesses: reader.witnesses,
        groups: reader.groups,
        quorum: reader.quorum.ok_or(PolicyError::NoQuorum)?,
    })
}

#[derive(Default)]
struct Reader<'t> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// The inner one is what `none` says.
    quorum: Option<Option<Member>>,
    names: HashMap<&'t [u8], Member>,
    /// Names that are a member of some group, which they may be once.
    members: HashSet<&'t [u8]>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: &'t [u8]) -> Result<(), LineFault> {
        if line
            .iter()
            .any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f)
        {
            return Err(LineFault::Control);
        }
        let space = |byte: &u8| *byte == b' ' || *byte == b'\t';
        let words: Vec<&[u8]> = line.split(space).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            _ => Err(LineFault::Words),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), LineFault> {
        let key = read_key(key, KeyKind::Log)?;
        if self.logs.iter().any(|log| log.key.key() == key.key()) {
            return Err(LineFault::DuplicateKey);
        }
        room(self.logs.len())?;
        let url = url.map(read_url);
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn witness(&mut self, name: &'t [u8], key: &[u8], url: Option<&[u8]>) -> Result<(), LineFault> {
        let key = read_key(key, KeyKind::Witness)?;
        let mut known = self.witnesses.iter();
        if known.any(|witness| witness.key.key() == key.key()) {
            return Err(LineFault::DuplicateKey);
        }
        room(self.witnesses.len())?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: name.to_owned(),
            key,
            url: url.map(read_url),
        });
        Ok(())
    }

    fn group(
        &mut self,
        name: &'t [u8],
        threshold: &[u8],
        names: &[&'t [u8]],
    ) -> Result<(), LineFault> {
        room(self.groups.len())?;
        let threshold = match threshold {
            b"all" => Some(names.len()),
            b"any" => Some(1),
            number => std::str::from_utf8(number)
                .ok()
                .and_then(from_decimal)
                .and_then(|number| usize::try_from(number).ok()),
        };
        let fits = |threshold: &usize| (1..=names.len()).contains(threshold);
        let threshold = threshold.filter(fits).ok_or(LineFault::Threshold)?;
        let mut members = Vec::new();
        for name in names {
            members.push(*self.names.get(name).ok_or(LineFault::UnknownName)?);
            if !self.members.insert(name) {
                return Err(LineFault::DuplicateMember);
            }
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), LineFault> {
        if self.quorum.is_some() {
            return Err(LineFault::DuplicateQuorum);
        }
        let quorum = match name {
            b"none" => None,
            name => Some(*self.names.get(name).ok_or(LineFault::UnknownName)?),
        };
        self.quorum = Some(quorum);
        Ok(())
    }

    fn define(&mut self, name: &'t [u8], member: Member) -> Result<(), LineFault> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(LineFault::DuplicateName);
        }
        self.names.insert(name, member);
        Ok(())
    }
}

fn read_key(key: &[u8], needed: KeyKind) -> Result<VerifierKey, LineFault> {
    let text = std::str::from_utf8(key).map_err(|_| LineFault::Key(KeyError::Form))?;
    let key: VerifierKey = text.parse().map_err(LineFault::Key)?;
    if key.kind() != needed {
        let (found, needed) = (key.kind().byte(), needed.byte());
        return Err(LineFault::Key(KeyError::OtherKind { found, needed }));
    }
    Ok(key)
}

/// A policy may hold any octets here; what is not UTF-8 leads nowhere anyway.
fn read_url(url: &[u8]) -> String {
    String::from_utf8_lossy(url).into_owned()
}

fn room(count: usize) -> Result<(), LineFault> {
    if count < EACH_MAX {
        Ok(())
    } else {
        Err(LineFault::TooMany)
    }
}
