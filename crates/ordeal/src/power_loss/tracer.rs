//! Follows a program and all its threads from system call to system call, by `ptrace`: what
//! `strace` does, without it. Needs no privilege but to be the program's parent.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// A system call that is beginning or ending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) number: i64,
    pub(crate) arguments: [u64; 6],
}

/// What is told of each system call.
pub(crate) trait Watch {
    /// What is remembered of a call until it ends.
    type Begun;

    /// A call begins; `None` if its end is of no interest. `Stop` kills the program before the
    /// call does anything.
    fn begins(&mut self, call: Call, memory: &Memory) -> Result<Next<Self::Begun>>;

    /// A call has ended, with what it answered: negative is an error.
    fn ends(&mut self, begun: Self::Begun, answer: i64) -> Result<()>;
}

/// What to do about a call that begins.
pub(crate) enum Next<B> {
    Ignore,
    Follow(B),
    Kill,
    /// The call does nothing, and answers so.
    Fail(Errno),
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Killed(Signal),
}

/// The memory of the program, while it is stopped.
pub(crate) struct Memory(File, u32);

impl Memory {
    /// Whose it is.
    pub(crate) fn of(&self) -> u32 {
        self.1
    }

    pub(crate) fn bytes(&self, address: u64, len: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(len)?];
        self.0.read_exact_at(&mut bytes, address)?;
        Ok(bytes)
    }

    pub(crate) fn word(&self, address: u64) -> Result<u64> {
        let bytes = self.bytes(address, 8)?;
        Ok(u64::from_ne_bytes(bytes.as_slice().try_into()?))
    }

    /// A text that ends with a zero byte.
    pub(crate) fn text(&self, address: u64) -> Result<String> {
        let mut bytes = Vec::new();
        let mut part = [0; 256];
        loop {
            let read = self.0.read_at(&mut part, address + bytes.len() as u64)?;
            let end = part[..read].iter().position(|byte| *byte == 0);
            bytes.extend_from_slice(&part[..end.unwrap_or(read)]);
            ensure!(read > 0 && bytes.len() < 4_096, "a path without an end");
            if end.is_some() {
                return Ok(String::from_utf8(bytes)?);
            }
        }
    }
}

/// Runs a program to its end, or until it is killed. It must wait for a line on its standard input
/// before it does anything of interest. Only one at a time per thread: it waits for whatever
/// children the thread has.
///
/// # Errors
/// The system does not let it be traced, or the watch fails.
pub(crate) fn trace<W: Watch>(command: &mut Command, watch: &mut W) -> Result<End> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("cannot start the writer")?;
    let leader = Pid::from_raw(i32::try_from(child.id())?);
    let options =
        Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL;
    ptrace::seize(leader, options).context("the system does not let a child be traced")?;
    ptrace::interrupt(leader)?;
    let memory = Memory(File::open(format!("/proc/{leader}/mem"))?, child.id());
    child
        .stdin
        .take()
        .context("it has a standard input")?
        .write_all(b"\n")?;
    let done = follow(leader, &memory, watch);
    if done.is_err() {
        // It is stopped, and nobody will let it go on.
        let _ = kill(leader, Signal::SIGKILL);
    }
    done
}

fn follow<W: Watch>(leader: Pid, memory: &Memory, watch: &mut W) -> Result<End> {
    let mut begun: HashMap<Pid, W::Begun> = HashMap::new();
    let mut failing: HashMap<Pid, Errno> = HashMap::new();
    let mut killed = false;
    loop {
        // Threads that others started are children of this thread too.
        let status = waitpid(None, Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD))?;
        let (stopped, signal) = match status {
            WaitStatus::Exited(pid, code) if pid == leader => {
                return Ok(End::Exited(code));
            }
            WaitStatus::Signaled(pid, signal, _) if pid == leader => {
                return Ok(End::Killed(signal));
            }
            WaitStatus::PtraceSyscall(pid) => {
                let Some(call) = alive(call(pid))?.filter(|_| !killed) else {
                    continue;
                };
                match call {
                    Stop::Begins(call) => match watch.begins(call, memory)? {
                        Next::Ignore => {}
                        Next::Follow(call) => {
                            begun.insert(pid, call);
                        }
                        Next::Kill => {
                            kill(leader, Signal::SIGKILL)?;
                            killed = true;
                        }
                        Next::Fail(errno) => {
                            if alive(skip(pid))?.is_some() {
                                failing.insert(pid, errno);
                            }
                        }
                    },
                    Stop::Ends(answer) => {
                        if let Some(errno) = failing.remove(&pid) {
                            alive(answered(pid, errno))?;
                        }
                        if let Some(call) = begun.remove(&pid) {
                            watch.ends(call, answer)?;
                        }
                    }
                }
                (pid, None)
            }
            WaitStatus::PtraceEvent(pid, ..) => (pid, None),
            WaitStatus::Stopped(pid, signal) => (pid, Some(signal)),
            WaitStatus::Exited(..)
            | WaitStatus::Signaled(..)
            | WaitStatus::Continued(_)
            | WaitStatus::StillAlive => continue,
        };
        alive(ptrace::syscall(stopped, signal))?;
    }
}

enum Stop {
    Begins(Call),
    Ends(i64),
}

#[cfg(target_arch = "x86_64")]
fn call(pid: Pid) -> nix::Result<Stop> {
    let registers = ptrace::getregs(pid)?;
    let begins = ptrace::syscall_info(pid)?.op == nix::libc::PTRACE_SYSCALL_INFO_ENTRY;
    Ok(if begins {
        Stop::Begins(Call {
            number: registers.orig_rax as i64,
            arguments: [
                registers.rdi,
                registers.rsi,
                registers.rdx,
                registers.r10,
                registers.r8,
                registers.r9,
            ],
        })
    } else {
        Stop::Ends(registers.rax as i64)
    })
}

/// Puts a call that does not exist in the place of the one that begins.
#[cfg(target_arch = "x86_64")]
fn skip(pid: Pid) -> nix::Result<()> {
    let mut registers = ptrace::getregs(pid)?;
    registers.orig_rax = u64::MAX;
    ptrace::setregs(pid, registers)
}

/// Makes a call that ends answer an error.
#[cfg(target_arch = "x86_64")]
fn answered(pid: Pid, errno: Errno) -> nix::Result<()> {
    let mut registers = ptrace::getregs(pid)?;
    registers.rax = -(i64::from(errno as i32)) as u64;
    ptrace::setregs(pid, registers)
}

#[cfg(not(target_arch = "x86_64"))]
fn skip(_: Pid) -> nix::Result<()> {
    Err(Errno::ENOSYS)
}

#[cfg(not(target_arch = "x86_64"))]
fn answered(_: Pid, _: Errno) -> nix::Result<()> {
    Err(Errno::ENOSYS)
}

#[cfg(not(target_arch = "x86_64"))]
fn call(_: Pid) -> nix::Result<Stop> {
    // Registers have other names elsewhere, and the calls other numbers.
    Err(Errno::ENOSYS)
}

/// A thread may be gone at any moment, once the program is killed or ends.
fn alive<T>(done: nix::Result<T>) -> Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(Errno::ESRCH) => Ok(None),
        Err(error) => bail!("ptrace: {error}"),
    }
}
