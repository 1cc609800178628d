//! A data directory made from a backup, or nothing at all.

use std::fs;
use std::path::{Path, PathBuf};

use chain::Record;

use super::{BackupError, HEADS, INCOMPLETE, REGISTER, copy_part, is_empty, manifest, private_dir};
use crate::error::{OpenError, at};
use crate::{Entry, LedgerHead, Log, disk};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many records.
    pub records: u64,
    /// The last record of every ledger, in the order of their first records.
    pub heads: Vec<LedgerHead>,
}

/// Makes a data directory from a backup: every file by its hash, the whole chain of every ledger,
/// both copies of the records. It stands in its place only when all of it is there and `accept`,
/// which is told what it holds, agrees. Blocks.
///
/// # Errors
/// The target is not empty, the backup is not what its manifest says, or it was not accepted; then
/// nothing is left in the target's place.
pub fn restore(
    from: &Path,
    to: &Path,
    mut each: impl FnMut(&Record),
    accept: impl FnOnce(&Restored, Option<&[u8]>) -> Result<(), String>,
) -> Result<Restored, BackupError> {
    if to.exists() && (!to.is_dir() || !is_empty(to)?) {
        let dir = to.to_path_buf();
        return Err(BackupError::NotEmpty { dir });
    }
    let entries = match manifest::read(from)? {
        Some(entries) if !from.join(INCOMPLETE).exists() => entries,
        Some(_) | None => {
            let dir = from.to_path_buf();
            return Err(BackupError::Incomplete { dir });
        }
    };
    let making = Making::beside(to)?;
    let mut register = None;
    for (name, hash) in &entries {
        let source = from.join(name);
        let target = making.path.join(name);
        if let Some(parent) = target.parent() {
            private_dir(parent)?;
        }
        let copied = copy_part(&source, &target, u64::MAX)?;
        if copied.0 != *hash {
            return Err(BackupError::Damaged { path: source });
        }
        if [REGISTER, HEADS].contains(&name.as_str()) {
            if name == REGISTER {
                register = Some(fs::read(&target).map_err(at(&target))?);
            }
            fs::remove_file(&target).map_err(at(&target))?;
        }
    }
    private_dir(&making.path.join("journal"))?;
    let restored = open(&making.path, &mut each)?;
    if restored.heads != manifest::heads(from)? {
        return Err(BackupError::OtherHeads {
            records: restored.records,
        });
    }
    accept(&restored, register.as_deref()).map_err(BackupError::NotAccepted)?;
    if to.exists() {
        fs::remove_dir(to).map_err(at(to))?;
    }
    fs::rename(&making.path, to).map_err(at(to))?;
    match to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => disk::sync(parent)?,
        None => disk::sync(Path::new("."))?,
    }
    Ok(restored)
}

/// A start, which checks everything and builds sled.
fn open(dir: &Path, each: &mut impl FnMut(&Record)) -> Result<Restored, BackupError> {
    let opened = Log::open(dir, |entry: &Entry| {
        each(&entry.record);
        Ok::<(), std::convert::Infallible>(())
    });
    let (log, _) = match opened {
        Ok(opened) => opened,
        Err(OpenError::Store(error)) => return Err(error.into()),
        Err(OpenError::Each(impossible)) => match impossible {},
    };
    let heads = log.reader().heads();
    let heads = heads.iter().map(|head| LedgerHead {
        id: head.ledger,
        seq: head.seq,
        hash: head.hash,
    });
    Ok(Restored {
        records: log.next_position(),
        heads: heads.collect(),
    })
}

/// A directory that is removed unless it took its place.
struct Making {
    path: PathBuf,
}

impl Making {
    fn beside(to: &Path) -> Result<Making, BackupError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random)
            .map_err(|error| at(to)(std::io::Error::other(error.to_string())))?;
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".restoring-{:016x}", u64::from_be_bytes(random)));
        let path = PathBuf::from(name);
        private_dir(&path)?;
        Ok(Making { path })
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if self.path.exists()
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "a half restored directory stays");
        }
    }
}
