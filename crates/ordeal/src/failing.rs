//! A disk that is full or fails, in everything but the append: mending, repair, backup, restore,
//! snapshots, keys, register, tree, subjects, evidence files, witnesses.
//!
//! A program does one of these, and is followed by `ptrace`; one of its system calls that write or
//! sync in its directory does nothing and answers `ENOSPC` or `EIO`, as a disk does. So every place
//! is one, whether somebody thought of it or not. A seed is an act, a call and an error; how many
//! calls there are is counted first.

mod acts;
mod judged;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};
use nix::errno::Errno;
use nix::libc;

use crate::power_loss::tracer::{Call, End, Memory, Next, Watch, trace};
use crate::trial::How;
use crate::{Family, Outcome, Tools, Trial};

pub use acts::act;
use acts::{ACTS, Act};

/// The first argument that makes this crate's program act.
pub const ARGUMENT: &str = "act-for-the-ordeal";

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "full-elsewhere",
    what: "ENOSPC or EIO at each call that writes or syncs, in mending, repair, backup, restore, \
           snapshots, keys, register, tree, subjects, evidence files, witnesses",
    in_ci: SITES_MAX,
    full: SITES_MAX * 20,
    repaired_percent_min: 100,
    how: How::Trials(prepare),
};

/// At least as many as there are sites; beyond them they are taken again.
const SITES_MAX: u64 = 500;

/// One act, and how many of its calls can fail.
struct Site {
    act: &'static Act,
    calls: u64,
}

fn prepare(tools: &Tools) -> Result<Trial> {
    let scene = judged::Scene::make()?;
    let program = tools.program.clone();
    let mut sites = Vec::new();
    for act in &ACTS {
        let dir = scene.set(act)?;
        let (end, calls) = run(&program, act, dir.path(), None)?;
        ensure!(end == End::Exited(0), "{}: {end:?}", act.name);
        ensure!(calls > 0, "{} writes nothing", act.name);
        sites.push(Site { act, calls });
    }
    let all: u64 = sites.iter().map(|site| site.calls).sum();
    ensure!(all <= SITES_MAX, "{all} sites: raise SITES_MAX");
    Ok(Box::new(move |seed| {
        // Each site has the other error in the next round.
        let errno = [Errno::ENOSPC, Errno::EIO][((seed + seed / all) % 2) as usize];
        let mut left = seed % all;
        let site = sites.iter().find(|site| {
            let here = left < site.calls;
            left -= if here { 0 } else { site.calls };
            here
        });
        let act = site.expect("fewer than all").act;
        let dir = scene.set(act).expect("a directory");
        let (end, _) = run(&program, act, dir.path(), Some((left, errno))).expect("followed");
        let what = format!("{} at call {left} with {errno}", act.name);
        let done = match end {
            End::Exited(0) => None,
            End::Exited(code) if code >= acts::REFUSED => Some((code - acts::REFUSED) as u64),
            End::Exited(_) | End::Killed(_) => {
                return Outcome::Failed(format!("{what}: no clean end: {end:?}"));
            }
        };
        told(&what, scene.judge(act, dir.path(), done))
    }))
}

/// Says where it was.
fn told(what: &str, outcome: Outcome) -> Outcome {
    let with = |why: String| format!("{what}: {why}");
    match outcome {
        Outcome::Unharmed => Outcome::Unharmed,
        Outcome::Repaired => Outcome::Repaired,
        Outcome::Detected => Outcome::Detected,
        Outcome::Lost(why) => Outcome::Lost(with(why)),
        Outcome::Silent(why) => Outcome::Silent(with(why)),
        Outcome::Failed(why) => Outcome::Failed(with(why)),
    }
}

/// Lets the program act; one call fails, if so. How it ended, and how many calls there were.
fn run(program: &Path, act: &Act, dir: &Path, fails: Option<(u64, Errno)>) -> Result<(End, u64)> {
    let root = dir.canonicalize()?;
    let mut command = Command::new(program);
    command.args([ARGUMENT, act.name]).arg(&root);
    if std::env::var_os("FUNDTRACE_ORDEAL_TRACE").is_none() {
        command.stderr(std::process::Stdio::null());
    }
    let mut calls = Calls {
        root,
        leader: None,
        seen: 0,
        fails,
    };
    // In a thread of its own, because it waits for whatever children its thread has.
    let end = thread::scope(|scope| {
        let traced = scope.spawn(|| trace(&mut command, &mut calls)).join();
        traced.unwrap_or_else(|_| bail!("the watch panicked"))
    });
    Ok((end.context(act.name)?, calls.seen))
}

/// Counts the calls that write or sync below a directory, and makes one fail.
struct Calls {
    root: PathBuf,
    leader: Option<u32>,
    seen: u64,
    fails: Option<(u64, Errno)>,
}

impl Calls {
    fn is_ours(&mut self, call: Call, memory: &Memory) -> Result<bool> {
        let [a, b, c, ..] = call.arguments;
        let path = match call.number {
            libc::SYS_write
            | libc::SYS_pwrite64
            | libc::SYS_writev
            | libc::SYS_pwritev
            | libc::SYS_pwritev2
            | libc::SYS_fsync
            | libc::SYS_fdatasync
            | libc::SYS_sync_file_range
            | libc::SYS_fallocate
            | libc::SYS_ftruncate
            | libc::SYS_sendfile => self.descriptor(a, memory),
            libc::SYS_copy_file_range => self.descriptor(c, memory),
            libc::SYS_openat if c & libc::O_CREAT as u64 != 0 => memory.text(b)?.into(),
            libc::SYS_renameat
            | libc::SYS_renameat2
            | libc::SYS_mkdirat
            | libc::SYS_unlinkat
            | libc::SYS_linkat => memory.text(b)?.into(),
            libc::SYS_rename
            | libc::SYS_mkdir
            | libc::SYS_unlink
            | libc::SYS_rmdir
            | libc::SYS_link => memory.text(a)?.into(),
            _ => return Ok(false),
        };
        Ok(path.starts_with(&self.root))
    }

    /// What a descriptor of the program stands for.
    fn descriptor(&mut self, descriptor: u64, memory: &Memory) -> PathBuf {
        let leader = *self.leader.get_or_insert(memory.of());
        fs::read_link(format!("/proc/{leader}/fd/{descriptor}")).unwrap_or_default()
    }
}

impl Watch for Calls {
    type Begun = ();

    fn begins(&mut self, call: Call, memory: &Memory) -> Result<Next<()>> {
        if !self.is_ours(call, memory)? {
            return Ok(Next::Ignore);
        }
        let number = self.seen;
        self.seen += 1;
        let is_sync = matches!(call.number, libc::SYS_fsync | libc::SYS_fdatasync);
        Ok(match self.fails {
            Some((at, _)) if at == number && is_sync => Next::Fail(Errno::EIO),
            Some((at, errno)) if at == number => Next::Fail(errno),
            Some(_) | None => Next::Ignore,
        })
    }

    fn ends(&mut self, (): (), _: i64) -> Result<()> {
        Ok(())
    }
}
