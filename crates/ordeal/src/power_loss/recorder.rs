//! From system calls to what they did to a directory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};
use nix::libc;
use nix::sys::signal::Signal;

use crate::disk::{Disk, Inode, Node, Op, ROOT, What};
use crate::power_loss::recording::Recording;
use crate::power_loss::tracer::{Call, End, Memory, Next, Watch, trace};
use crate::writer::ACKNOWLEDGED;

/// Records one program after another that work on one directory.
#[derive(Debug)]
pub struct Recorder {
    root: PathBuf,
    recording: Recording,
    /// By descriptor, a place in `opened`.
    descriptors: HashMap<u64, usize>,
    opened: Vec<Opened>,
    /// Calls that change something and have not ended.
    under_way: usize,
    /// The program is killed once so many records are acknowledged and so many more calls that
    /// change something have begun.
    kill: Option<(usize, usize)>,
}

#[derive(Debug)]
struct Opened {
    inode: Inode,
    path: PathBuf,
    offset: usize,
    append: bool,
}

/// A call that is under way.
#[derive(Debug)]
pub(crate) struct Begun {
    entered: u64,
    call: Call,
    /// One or two.
    paths: Vec<PathBuf>,
    data: Vec<u8>,
}

impl Recorder {
    /// For an empty directory, named by its real path.
    #[must_use]
    pub fn new(root: &Path) -> Recorder {
        Recorder {
            root: root.to_path_buf(),
            recording: Recording {
                ops: Vec::new(),
                acknowledged: Vec::new(),
                disk: Disk(vec![Node::Dir(std::collections::BTreeMap::new())]),
                paths: vec![String::new()],
                end: 0,
            },
            descriptors: HashMap::new(),
            opened: Vec::new(),
            under_way: 0,
            kill: None,
        }
    }

    /// Runs a program that reads one line before it begins. If `kill` says so, it is killed once
    /// it has acknowledged so many records and begun so many more changes.
    ///
    /// # Errors
    /// It failed, it cannot be traced, or it did something to the directory that was not seen.
    pub fn run(&mut self, command: &mut Command, kill: Option<(usize, usize)>) -> Result<()> {
        self.descriptors.clear();
        self.under_way = 0;
        self.kill = kill;
        // In a thread of its own, because it waits for whatever children its thread has.
        let end = thread::scope(|scope| {
            let traced = scope.spawn(|| trace(command, self)).join();
            traced.unwrap_or_else(|_| bail!("the recorder panicked"))
        })?;
        let expected = match end {
            End::Exited(code) => code == 0,
            End::Killed(signal) => kill.is_some() && signal == Signal::SIGKILL,
        };
        ensure!(expected, "the writer ended otherwise: {end:?}");
        self.recording
            .disk
            .check(&self.root)
            .context("something was done that the recorder did not see")
    }

    /// Changes a file while no program runs, on the disk and in the recording: at once and surely.
    ///
    /// # Errors
    /// There is no such file.
    pub fn damage(&mut self, path: &str, edit: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let at = self.root.join(path);
        let mut data = fs::read(&at)?;
        edit(&mut data);
        fs::write(&at, &data)?;
        let (dir, name) = self.place(&at).context("inside")?;
        let inode = self.recording.disk.find(dir, &name).context("recorded")?;
        for what in [
            What::SetLen(data.len()),
            What::Write { offset: 0, data },
            What::Sync,
        ] {
            let entered = self.tick();
            self.done(entered, inode, what);
        }
        Ok(())
    }

    /// What was recorded.
    #[must_use]
    pub fn finish(self) -> Recording {
        self.recording
    }

    fn tick(&mut self) -> u64 {
        self.recording.end += 1;
        self.recording.end
    }

    /// The directory and the name of a path, if it is inside the recorded directory.
    fn place(&self, path: &Path) -> Option<(Inode, String)> {
        let inside = path.strip_prefix(&self.root).ok()?;
        let name = inside.file_name()?.to_str()?.to_owned();
        let dirs = inside.parent()?.iter();
        let disk = &self.recording.disk;
        let dir = dirs.into_iter().try_fold(ROOT, |dir, name| {
            disk.find(dir, name.to_str().unwrap_or_default())
        })?;
        Some((dir, name))
    }

    /// The inode of a path.
    fn inode(&self, path: &Path) -> Option<Inode> {
        if path == self.root {
            return Some(ROOT);
        }
        let (dir, name) = self.place(path)?;
        self.recording.disk.find(dir, &name)
    }

    fn opened(&mut self, descriptor: u64) -> Option<&mut Opened> {
        let at = *self.descriptors.get(&descriptor)?;
        self.opened.get_mut(at)
    }

    /// Writes down what has been done.
    fn done(&mut self, entered: u64, inode: Inode, what: What) {
        let exited = self.tick();
        self.recording.disk.apply(inode, &what);
        self.recording.ops.push(Op {
            entered,
            exited,
            inode,
            what,
        });
    }

    /// A new file or directory with a name.
    fn made(&mut self, entered: u64, path: &Path, node: Node) -> Result<Inode> {
        let (dir, name) = self.place(path).context("a name in a known directory")?;
        let inode = self.recording.disk.0.len();
        self.recording.disk.0.push(node);
        let below = path.strip_prefix(&self.root)?;
        self.recording.paths.push(below.display().to_string());
        self.done(entered, dir, What::Name { name, inode });
        Ok(inode)
    }

    /// The paths that a call names, made absolute.
    fn paths(&mut self, call: Call, memory: &Memory) -> Result<Vec<PathBuf>> {
        let Call { number, arguments } = call;
        let [a, b, c, d, ..] = arguments;
        let (first, second) = match number {
            libc::SYS_openat | libc::SYS_mkdirat | libc::SYS_unlinkat => (Some((a, b)), None),
            libc::SYS_renameat | libc::SYS_renameat2 | libc::SYS_linkat => {
                (Some((a, b)), Some((c, d)))
            }
            libc::SYS_open
            | libc::SYS_creat
            | libc::SYS_mkdir
            | libc::SYS_rmdir
            | libc::SYS_unlink
            | libc::SYS_truncate => (Some((u64::MAX, a)), None),
            libc::SYS_rename | libc::SYS_link => (Some((u64::MAX, a)), Some((u64::MAX, b))),
            _ => (None, None),
        };
        let mut paths = Vec::new();
        for (dir, address) in [first, second].into_iter().flatten() {
            let path = PathBuf::from(memory.text(address)?);
            // A path that is neither absolute nor below a directory of ours is not ours: the
            // writer is given an absolute one.
            let base = self.opened(dir).map(|opened| opened.path.clone());
            paths.push(base.unwrap_or_default().join(path));
        }
        Ok(paths)
    }

    /// What a call is about to write.
    fn data(&mut self, call: Call, memory: &Memory) -> Result<Vec<u8>> {
        let Call { number, arguments } = call;
        let [descriptor, address, count, ..] = arguments;
        match number {
            libc::SYS_write | libc::SYS_pwrite64 => {
                let ours = self.opened(descriptor).is_some() || descriptor == 1;
                let len = if ours { count } else { 0 };
                memory.bytes(address, len)
            }
            libc::SYS_writev | libc::SYS_pwritev | libc::SYS_pwritev2
                if self.opened(descriptor).is_some() =>
            {
                let mut data = Vec::new();
                for at in 0..count {
                    let part = address + at * 16;
                    let (from, len) = (memory.word(part)?, memory.word(part + 8)?);
                    data.extend(memory.bytes(from, len)?);
                }
                Ok(data)
            }
            _ => Ok(Vec::new()),
        }
    }
}

impl Watch for Recorder {
    type Begun = Begun;

    fn begins(&mut self, call: Call, memory: &Memory) -> Result<Next<Begun>> {
        let Call { number, arguments } = call;
        let [descriptor, ..] = arguments;
        if number == libc::SYS_mmap {
            let [_, _, protection, flags, descriptor, _] = arguments.map(|word| word as i64);
            let writes = protection & i64::from(libc::PROT_WRITE) != 0
                && flags & i64::from(libc::MAP_SHARED) != 0;
            let ours = self.opened(descriptor as u64).is_some();
            ensure!(!(writes && ours), "it writes through a mapping: not seen");
        }
        ensure!(
            number != libc::SYS_io_uring_setup && number != libc::SYS_sync,
            "call {number} is not understood"
        );
        let paths = self.paths(call, memory)?;
        let named = paths.iter().any(|path| path.starts_with(&self.root));
        let is_acknowledgement = number == libc::SYS_write && descriptor == 1;
        if !named && !is_acknowledgement && self.opened(descriptor).is_none() {
            return Ok(Next::Ignore);
        }
        let data = self.data(call, memory)?;
        let entered = self.tick();
        if is_acknowledgement {
            let text = String::from_utf8_lossy(&data);
            if let Some(count) = text.trim_end().strip_prefix(ACKNOWLEDGED) {
                self.recording.acknowledged.push((entered, count.parse()?));
            }
            return Ok(Next::Ignore);
        }
        if changes(number) {
            if let Some((acknowledged, more)) = &mut self.kill
                && self.recording.acknowledged(entered) >= *acknowledged
            {
                *more = more.saturating_sub(1);
                if *more == 0 && self.under_way == 0 {
                    return Ok(Next::Kill);
                }
            }
            self.under_way += 1;
        }
        Ok(Next::Follow(Begun {
            entered,
            call,
            paths,
            data,
        }))
    }

    fn ends(&mut self, begun: Begun, answer: i64) -> Result<()> {
        if changes(begun.call.number) {
            self.under_way -= 1;
        }
        let Ok(answer) = usize::try_from(answer) else {
            return Ok(());
        };
        self.effect(begun, answer)
    }
}

/// Whether a call can change files or names.
fn changes(number: i64) -> bool {
    !matches!(
        number,
        libc::SYS_read
            | libc::SYS_pread64
            | libc::SYS_readv
            | libc::SYS_preadv
            | libc::SYS_lseek
            | libc::SYS_close
            | libc::SYS_fstat
            | libc::SYS_newfstatat
            | libc::SYS_statx
            | libc::SYS_getdents64
            | libc::SYS_fcntl
            | libc::SYS_flock
            | libc::SYS_mmap
            | libc::SYS_ioctl
    )
}

mod effect;
