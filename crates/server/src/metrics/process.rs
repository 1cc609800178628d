//! What the system says of this process, under the names that every Prometheus knows.

use crate::connections::files_max;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

pub(super) fn register(registry: &mut Registry, started: f64) {
    registry.register(
        "process_start_time_seconds",
        "When the process started, UTC",
        ConstGauge::new(started),
    );
    if let Some(bytes) = resident() {
        registry.register(
            "process_resident_memory_bytes",
            "Resident memory",
            ConstGauge::new(bytes),
        );
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        registry.register(
            "process_open_fds",
            "Open files and connections",
            ConstGauge::new(open.count()),
        );
    }
    if let Some(max) = files_max() {
        registry.register(
            "process_max_fds",
            "The limit on open files and connections",
            ConstGauge::new(max),
        );
    }
}

/// Bytes of memory that are not somebody else's.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    kib.checked_mul(1024)
}
