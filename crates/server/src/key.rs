//! Key files: a private key as text, which only its owner may read.
//!
//! A key stays outside the data directory: whoever gets a copy of the data must not be able to
//! sign another history.

use crate::identity::random;
use anyhow::{Context, Result, bail, ensure};
use chain::{Cosigner, Policy, Signer, VerifierKey};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The longest key file that is read, in bytes; a key has about 330 with the longest name.
const KEY_FILE_LEN_MAX: u64 = 4096;

/// Permissions that anybody but the owner has.
const OTHERS: u32 = 0o077;

/// Makes the key of a log in a new file, and gives its public half.
///
/// # Errors
/// The name cannot be that of a key, the system gives no random bytes; those of [`write()`].
pub fn make(file: &Path, name: &str) -> Result<VerifierKey> {
    let key = Signer::new(name, &random()?)?;
    write(file, &key.to_text())?;
    Ok(key.verifier().clone())
}

/// Makes the key of a witness in a new file, and gives its public half.
///
/// # Errors
/// Those of [`make`].
pub fn make_witness(file: &Path, name: &str) -> Result<VerifierKey> {
    let key = Cosigner::new(name, &random()?)?;
    write(file, &key.to_text())?;
    Ok(key.verifier().clone())
}

/// Writes a private key into a new file of mode 0600, synced with its directory.
///
/// # Errors
/// The file exists: no key is ever overwritten. It cannot be written.
pub fn write(file: &Path, text: &str) -> Result<()> {
    let mut open = OpenOptions::new();
    let mut new = open
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("cannot make the key file {}", file.display()))?;
    let written = new
        .write_all(format!("{text}\n").as_bytes())
        .and_then(|()| new.sync_all())
        .and_then(|()| File::open(directory(file))?.sync_all());
    if written.is_err() {
        // Half a key would only be in the way of the next try.
        let _ = std::fs::remove_file(file);
    }
    written.with_context(|| format!("cannot write the key file {}", file.display()))
}

/// Reads the key of a log.
///
/// # Errors
/// Those of a file that others may read, or that holds no key of a log.
pub fn signer(file: &Path) -> Result<Signer> {
    let text = read(file)?;
    let key = Signer::from_text(&text);
    key.with_context(|| format!("{} is not the key of a log", file.display()))
}

/// Reads the key of a witness.
///
/// # Errors
/// Those of a file that others may read, or that holds no key of a witness.
pub fn cosigner(file: &Path) -> Result<Cosigner> {
    let text = read(file)?;
    let key = Cosigner::from_text(&text);
    key.with_context(|| format!("{} is not the key of a witness", file.display()))
}

/// Reads a trust policy (C2SP tlog-policy).
///
/// # Errors
/// The file cannot be read, or one of its lines cannot be followed.
pub fn read_policy(file: &Path) -> Result<Policy> {
    let cannot = || format!("cannot use the policy {}", file.display());
    let bytes = std::fs::read(file).with_context(cannot)?;
    Policy::parse(&bytes).with_context(cannot)
}

/// Refuses a key, or a place for the head register, that a copy of the data directory would take
/// along.
///
/// # Errors
/// The file is in the directory, or one of the two cannot be found.
pub fn outside(file: &Path, data: &Path) -> Result<()> {
    let real = |path: &Path| {
        path.canonicalize()
            .with_context(|| format!("cannot find {}", path.display()))
    };
    ensure!(
        !real(file)?.starts_with(real(data)?),
        "密钥和链头登记须放在数据目录之外 · {} is in the data directory {}: keep it elsewhere",
        file.display(),
        data.display()
    );
    Ok(())
}

/// The text of a key file, without its newline.
pub(crate) fn read(file: &Path) -> Result<String> {
    let shown = file.display();
    let cannot = || format!("cannot read the key file {shown}");
    let open = File::open(file);
    ensure!(
        !open
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::NotFound),
        "没有密钥文件 · there is no key file {shown}; make one: fundtrace key new --name NAME {shown}"
    );
    let open = open.with_context(cannot)?;
    // Of the open file, not of the path: what is checked is what is read.
    let about = open.metadata().with_context(cannot)?;
    ensure!(about.is_file(), "{} is not a file", file.display());
    if about.mode() & OTHERS != 0 {
        bail!(
            "密钥文件可被他人读取 · others may read the key file {} (mode {:04o}): chmod 600, and make \
             a new key if somebody has",
            file.display(),
            about.mode() & 0o7777
        );
    }
    let mut text = String::new();
    let mut limited = open.take(KEY_FILE_LEN_MAX);
    limited.read_to_string(&mut text).with_context(cannot)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.to_owned())
}

fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    fn complaint<T>(result: Result<T>) -> String {
        result.err().map(|error| format!("{error:#}")).unwrap()
    }

    #[test]
    fn a_key_comes_back_and_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("log.key");
        let key = Signer::new("log.example/a", &[7; 32]).unwrap();
        write(&file, &key.to_text()).unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o7777, 0o600);
        assert_eq!(signer(&file).unwrap().to_text(), key.to_text());
        assert!(complaint(write(&file, "other")).contains("cannot make the key file"));
        assert_eq!(signer(&file).unwrap().to_text(), key.to_text());
        assert!(complaint(cosigner(&file)).contains("is not the key of a witness"));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("log.key");
        let key = Signer::new("log.example/a", &[7; 32]).unwrap();
        write(&file, &key.to_text()).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601, 0o666] {
            set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            assert!(
                complaint(signer(&file)).contains("others may read"),
                "{mode:o}"
            );
        }
        set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
        assert!(signer(&file).is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("log.key");
        assert!(complaint(signer(&file)).contains("fundtrace key new"));
        assert!(complaint(signer(dir.path())).contains("is not a file"));
        write(&file, &"k".repeat(100_000)).unwrap();
        assert!(complaint(signer(&file)).contains("is not the key of a log"));
    }

    #[test]
    fn a_key_stays_outside_the_data() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let (inside, beside) = (data.join("log.key"), dir.path().join("log.key"));
        write(&inside, "key").unwrap();
        write(&beside, "key").unwrap();
        assert!(complaint(outside(&inside, &data)).contains("keep it elsewhere"));
        assert!(outside(&beside, &data).is_ok());
        let link = dir.path().join("link.key");
        std::os::unix::fs::symlink(&inside, &link).unwrap();
        assert!(complaint(outside(&link, &data)).contains("keep it elsewhere"));
    }
}
