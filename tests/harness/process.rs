//! The real binary as a child of the test.

use super::key_for;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};

/// The real binary.
pub const BINARY: &str = env!("CARGO_BIN_EXE_fundtrace");

/// The same, or another build of it that is to be measured: `target/release/fundtrace`.
fn binary() -> String {
    std::env::var("FUNDTRACE_BINARY").unwrap_or_else(|_| BINARY.to_owned())
}

/// The real binary, serving a directory.
pub struct Process {
    child: Child,
    pub server: String,
}

impl Process {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(dir: &Path) -> Process {
        key_for(dir);
        Process::of(&["serve", "--data", dir.to_str().unwrap()])
    }

    /// The same at an address.
    pub fn at(dir: &Path, address: &str) -> Process {
        key_for(dir);
        Process::listen(&["serve", "--data", dir.to_str().unwrap()], address)
    }

    /// The same of any command that listens.
    pub fn of(args: &[&str]) -> Process {
        Process::listen(args, "127.0.0.1:0")
    }

    /// The same, and what it says on standard error reaches nobody: the pipe has no reader.
    pub fn unheard(args: &[&str]) -> Process {
        let mut program = Program::new(binary());
        program.args(args).args(["--listen", "127.0.0.1:0"]);
        let mut child = program
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        Process::heard(child)
    }

    fn listen(args: &[&str], address: &str) -> Process {
        let child = Program::new(binary())
            .args(args)
            .args(["--listen", address])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Process::heard(child)
    }

    fn heard(mut child: Child) -> Process {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the server ended").unwrap();
        let (_, rest) = line
            .split_once("http://")
            .expect("no address in its first line");
        let server = format!("http://{}", rest.split_whitespace().next().unwrap());
        Process { child, server }
    }

    /// Ends it as a power failure would, as far as one process can.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Killed already, or a test that failed: either way nothing may stay behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the binary to its end.
pub fn run(args: &[&str], input: &str) -> std::process::Output {
    let mut child = Program::new(binary())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_bytes().to_vec();
    let writer = std::thread::spawn(move || {
        // The program may end without reading all of it.
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Runs the binary to its end, and what it says reaches nobody: the pipe has no reader.
pub fn run_unheard(args: &[&str]) -> std::process::ExitStatus {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut program = Program::new(binary());
    program.args(args).stdin(Stdio::null());
    program.stdout(writer.try_clone().unwrap()).stderr(writer);
    program.status().unwrap()
}

/// So much address space is enough to check a small package, in KiB: thirty megabytes of brackets
/// take twice as much as values.
pub const MEMORY_KIB: u32 = 3 << 19;

/// Runs the binary to its end, with so many KiB of address space and no more.
pub fn run_within(kib: u32, args: &[&str]) -> std::process::Output {
    Program::new("sh")
        .args(["-c", &format!("ulimit -v {kib} && exec \"$@\""), "sh"])
        .arg(binary())
        .args(args)
        .output()
        .unwrap()
}
