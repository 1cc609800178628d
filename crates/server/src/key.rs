//! Key files: the private key of a log or of a witness, one line of text, for its owner alone.

use crate::identity::random;
use anyhow::Context;
use chain::{Cosigner, KeyError, Signer};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// A key's line is some 350 bytes with the longest name.
const LEN_MAX: u64 = 4096;

/// Makes the key of a log in a new file, and answers its public half as text.
///
/// # Errors
/// The name cannot be that of a key, or the file exists or cannot be written.
pub fn create(path: &Path, name: &str) -> anyhow::Result<String> {
    let signer = Signer::new(name, &random()?)?;
    write(path, &signer.to_text())?;
    Ok(signer.verifier().to_string())
}

/// [`create`] for the key of a witness.
///
/// # Errors
/// Those of [`create`].
pub fn create_witness(path: &Path, name: &str) -> anyhow::Result<String> {
    let cosigner = Cosigner::new(name, &random()?)?;
    write(path, &cosigner.to_text())?;
    Ok(cosigner.verifier().to_string())
}

/// Reads the key of a log.
///
/// # Errors
/// There is no such file, others may read it, or it is no log's key.
pub fn read(path: &Path) -> anyhow::Result<Signer> {
    read_as(path, Signer::from_text)
}

/// Reads the key of a witness.
///
/// # Errors
/// Those of [`read`].
pub fn read_witness(path: &Path) -> anyhow::Result<Cosigner> {
    read_as(path, Cosigner::from_text)
}

/// The public half of a key of either kind, as text.
///
/// # Errors
/// Those of [`read`].
pub fn public(path: &Path) -> anyhow::Result<String> {
    read_as(path, |text| match Signer::from_text(text) {
        Err(KeyError::OtherKind { .. }) => {
            Cosigner::from_text(text).map(|key| key.verifier().to_string())
        }
        key => key.map(|key| key.verifier().to_string()),
    })
}

fn read_as<K>(path: &Path, key: impl Fn(&str) -> Result<K, KeyError>) -> anyhow::Result<K> {
    let shown = path.display();
    let mut file = File::open(path).with_context(|| {
        format!(
            "没有密钥 · no key at {shown}; make one with: fundtrace key new --name NAME {shown}"
        )
    })?;
    let metadata = file.metadata()?;
    anyhow::ensure!(
        metadata.mode() & 0o077 == 0,
        "密钥文件可被他人读取 · others may read the key {shown}: chmod 600 {shown}"
    );
    anyhow::ensure!(
        metadata.len() <= LEN_MAX,
        "{shown} is no key: it is too long"
    );
    let mut text = String::new();
    file.read_to_string(&mut text)
        .with_context(|| format!("{shown} is no key"))?;
    key(text.trim_end()).with_context(|| format!("{shown} is no key of this kind"))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("无法新建密钥文件 · cannot make {}", path.display()))?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    match path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        Some(parent) => File::open(parent)?.sync_all()?,
        None => File::open(".")?.sync_all()?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_its_owners_alone_and_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.key");
        let vkey = create(&path, "county.example/log").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read(&path).unwrap().verifier().to_string(), vkey);
        assert_eq!(public(&path).unwrap(), vkey);
        assert!(create(&path, "county.example/log").is_err());
        assert!(read_witness(&path).is_err(), "a log's key is no witness's");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_witness_has_a_key_of_its_own_kind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("witness.key");
        let vkey = create_witness(&path, "witness.example").unwrap();
        assert_eq!(public(&path).unwrap(), vkey);
        assert_eq!(read_witness(&path).unwrap().verifier().to_string(), vkey);
        assert!(read(&path).is_err());
        assert!(create_witness(&dir.path().join("no"), "two words").is_err());
        let missing = read(&dir.path().join("missing")).unwrap_err().to_string();
        assert!(missing.contains("fundtrace key new"), "{missing}");
    }
}
