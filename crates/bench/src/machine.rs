//! The machine, and what a process takes of it. Says neither its name nor where anything lies.

use std::path::Path;
use std::time::Duration;

/// The machine in one line: processor, cores, memory, file system, kernel.
#[must_use]
pub fn told(dir: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = read("/proc/cpuinfo");
    let cpu = field(&cpu, "model name").unwrap_or("unknown").to_owned();
    let memory = field(&read("/proc/meminfo"), "MemTotal").and_then(number);
    let gib = memory.unwrap_or_default() as f64 / f64::from(1 << 20);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{cpu}, {cores} cores, {gib:.0} GiB, {} on a {}, Linux {}",
        file_system(dir),
        device(dir),
        kernel.trim()
    )
}

/// The load of the machine over the last minute, before we add to it.
#[must_use]
pub fn load() -> f64 {
    let load = read("/proc/loadavg");
    let first = load.split_whitespace().next();
    first.and_then(|it| it.parse().ok()).unwrap_or_default()
}

/// Resident memory of a process in bytes; of this one for `self`.
#[must_use]
pub fn rss(process: &str) -> u64 {
    let status = read(&format!("/proc/{process}/status"));
    field(&status, "VmRSS").and_then(number).unwrap_or_default() * 1024
}

/// Of its resident memory, what is its own and not a file's, in bytes.
#[must_use]
pub fn anonymous(process: &str) -> u64 {
    let status = read(&format!("/proc/{process}/status"));
    field(&status, "RssAnon")
        .and_then(number)
        .unwrap_or_default()
        * 1024
}

/// Processor time of a process so far.
#[must_use]
pub fn busy(process: &str) -> Duration {
    busy_of(&read(&format!("/proc/{process}/stat")))
}

/// Processor time of the calling thread so far.
#[must_use]
pub fn busy_here() -> Duration {
    busy_of(&read("/proc/thread-self/stat"))
}

fn busy_of(stat: &str) -> Duration {
    // The name, which may hold spaces, ends with the last parenthesis; utime and stime are the
    // 12th and 13th after it, in ticks of 10 ms on every Linux.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|it| it.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// The line of the mount that holds a directory: device and file system.
fn mount(dir: &Path) -> Option<(String, String)> {
    let dir = dir.canonicalize().ok()?;
    let mounts = read("/proc/self/mounts");
    let lines = mounts.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?, words.next()?))
    });
    let holding = lines.filter(|(_, at, _)| dir.starts_with(at));
    let (device, _, kind) = holding.max_by_key(|(_, at, _)| at.len())?;
    Some((device.to_owned(), kind.to_owned()))
}

fn file_system(dir: &Path) -> String {
    mount(dir).map_or("unknown".to_owned(), |(_, kind)| kind)
}

/// What sort of disk it is, as far as its driver says.
fn device(dir: &Path) -> &'static str {
    let name = mount(dir).map(|(device, _)| device).unwrap_or_default();
    let name = name.trim_start_matches("/dev/");
    if name.starts_with("vd") {
        "virtual disk (virtio)"
    } else if name.starts_with("nvme") {
        "NVMe disk"
    } else if name.starts_with("sd") {
        "SCSI or SATA disk"
    } else {
        "device of another kind"
    }
}
