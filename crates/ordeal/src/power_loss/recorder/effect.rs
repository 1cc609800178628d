//! What a system call did, once it has ended well. A call that is missing here and changes
//! something is noticed: the recorder compares its disk with the real one at the end.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use nix::libc;

use super::{Begun, Opened, Recorder};
use crate::disk::{Inode, Node, What};

impl Recorder {
    pub(super) fn effect(&mut self, begun: Begun, answer: usize) -> Result<()> {
        let [descriptor, second, third, fourth, ..] = begun.call.arguments;
        match begun.call.number {
            libc::SYS_openat => self.open(&begun, third, answer),
            libc::SYS_open => self.open(&begun, second, answer),
            libc::SYS_creat => self.open(&begun, (libc::O_CREAT | libc::O_TRUNC) as u64, answer),
            libc::SYS_close => {
                self.descriptors.remove(&descriptor);
                Ok(())
            }
            libc::SYS_dup | libc::SYS_dup2 | libc::SYS_dup3 => self.twin(descriptor, answer),
            libc::SYS_fcntl if is_dup(second) => self.twin(descriptor, answer),
            libc::SYS_lseek => self.place_of(descriptor, |_| answer),
            libc::SYS_read | libc::SYS_readv => self.place_of(descriptor, |at| at + answer),
            libc::SYS_write | libc::SYS_writev => self.write(&begun, None, answer),
            libc::SYS_pwrite64 | libc::SYS_pwritev | libc::SYS_pwritev2 => {
                self.write(&begun, Some(fourth as usize), answer)
            }
            libc::SYS_copy_file_range => self.copy(&begun, descriptor, third, answer),
            libc::SYS_sendfile => self.copy(&begun, second, descriptor, answer),
            libc::SYS_ftruncate => self.on(&begun, What::SetLen(second as usize)),
            libc::SYS_fsync | libc::SYS_fdatasync => self.on(&begun, What::Sync),
            libc::SYS_fallocate | libc::SYS_truncate | libc::SYS_syncfs => {
                bail!("call {} is not understood", begun.call.number)
            }
            libc::SYS_mkdir | libc::SYS_mkdirat => self
                .made(begun.entered, &begun.paths[0], Node::Dir(BTreeMap::new()))
                .map(|_| ()),
            libc::SYS_unlink | libc::SYS_unlinkat | libc::SYS_rmdir => {
                let (dir, name) = self.place(&begun.paths[0]).context("a name to remove")?;
                self.done(begun.entered, dir, What::Unname { name });
                Ok(())
            }
            libc::SYS_rename | libc::SYS_renameat | libc::SYS_renameat2 => self.rename(&begun),
            libc::SYS_link | libc::SYS_linkat => {
                let inode = self.inode(&begun.paths[0]).context("a file to link")?;
                let (dir, name) = self.place(&begun.paths[1]).context("a new name")?;
                self.done(begun.entered, dir, What::Name { name, inode });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, begun: &Begun, flags: u64, descriptor: usize) -> Result<()> {
        let path = &begun.paths[0];
        let has = |flag: libc::c_int| flags & flag as u64 == flag as u64;
        let inode = match self.inode(path) {
            Some(inode) => {
                if has(libc::O_TRUNC) && !self.recording.disk.file(inode).is_empty() {
                    self.done(begun.entered, inode, What::SetLen(0));
                }
                inode
            }
            None if has(libc::O_CREAT) => self.made(begun.entered, path, Node::File(Vec::new()))?,
            None => bail!("{} was there and not known", path.display()),
        };
        self.descriptors
            .insert(descriptor as u64, self.opened.len());
        self.opened.push(Opened {
            inode,
            path: path.clone(),
            offset: 0,
            append: has(libc::O_APPEND),
        });
        Ok(())
    }

    /// Two descriptors with one place in the file.
    fn twin(&mut self, descriptor: u64, answer: usize) -> Result<()> {
        let opened = *self.descriptors.get(&descriptor).context("open")?;
        self.descriptors.insert(answer as u64, opened);
        Ok(())
    }

    fn place_of(&mut self, descriptor: u64, to: impl FnOnce(usize) -> usize) -> Result<()> {
        let opened = self.opened(descriptor).context("open")?;
        opened.offset = to(opened.offset);
        Ok(())
    }

    fn on(&mut self, begun: &Begun, what: What) -> Result<()> {
        let [descriptor, ..] = begun.call.arguments;
        let inode = self.opened(descriptor).context("open")?.inode;
        self.done(begun.entered, inode, what);
        Ok(())
    }

    fn write(&mut self, begun: &Begun, at: Option<usize>, written: usize) -> Result<()> {
        let [descriptor, ..] = begun.call.arguments;
        let data = begun.data.get(..written).context("as much as was given")?;
        self.put(begun.entered, descriptor, at, data.to_vec())
    }

    fn put(
        &mut self,
        entered: u64,
        descriptor: u64,
        at: Option<usize>,
        data: Vec<u8>,
    ) -> Result<()> {
        let opened = self.opened(descriptor).context("open")?;
        let (inode, append, place) = (opened.inode, opened.append, opened.offset);
        let end = self.recording.disk.file(inode).len();
        // On Linux what is opened for appending is appended to, wherever it is said to go.
        let offset = if append { end } else { at.unwrap_or(place) };
        if at.is_none() {
            self.place_of(descriptor, |_| offset + data.len())?;
        }
        self.done(entered, inode, What::Write { offset, data });
        Ok(())
    }

    /// A copy inside the kernel, from where the one file is read to where the other is written.
    fn copy(&mut self, begun: &Begun, from: u64, to: u64, copied: usize) -> Result<()> {
        let offsets = match begun.call.number {
            libc::SYS_copy_file_range => [begun.call.arguments[1], begun.call.arguments[3]],
            _ => [begun.call.arguments[2], 0],
        };
        ensure!(offsets == [0, 0], "a copy with offsets is not understood");
        let source = self.opened(from).context("copied from elsewhere")?;
        let (inode, at) = (source.inode, source.offset);
        let bytes = self.recording.disk.file(inode).get(at..at + copied);
        let data = bytes.context("as much as was there")?.to_vec();
        self.place_of(from, |at| at + copied)?;
        self.put(begun.entered, to, None, data)
    }

    fn rename(&mut self, begun: &Begun) -> Result<()> {
        let place = |path| self.place(path).context("a name to change");
        let ((dir, from), (to_dir, to)): ((Inode, String), (Inode, String)) =
            (place(&begun.paths[0])?, place(&begun.paths[1])?);
        ensure!(
            dir == to_dir,
            "a move between directories is not understood"
        );
        self.done(begun.entered, dir, What::Rename { from, to });
        Ok(())
    }
}

fn is_dup(command: u64) -> bool {
    command == libc::F_DUPFD as u64 || command == libc::F_DUPFD_CLOEXEC as u64
}
