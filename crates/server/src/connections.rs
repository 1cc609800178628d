//! Connections: how many this process may have, and how long one may keep the server waiting.

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use prometheus_client::metrics::gauge::Gauge;
use socket2::{SockRef, TcpKeepalive};
use std::any::Any;
use std::path::Path;
use std::time::Duration;

/// Open connections that a server takes at the most, idle ones included.
pub const CONNECTIONS_MAX: usize = 8192;

/// Files of a server beside its connections: the journal, sled, tiles, uploads and downloads.
const FILES: usize = 512;

/// How long what was sent may stay unread before the connection is closed. A client that reads a
/// byte a second opens its window so seldom that it counts as one that reads nothing.
const UNREAD_MAX: Duration = Duration::from_secs(30);

/// When a silent connection is asked whether somebody is still there.
const SILENCE: Duration = Duration::from_mins(1);

/// How many files this process may have open; nothing where the system does not say.
#[must_use]
pub fn files_max() -> Option<usize> {
    let limits = std::fs::read_to_string(Path::new("/proc/self/limits")).ok()?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    let soft = line.split_whitespace().nth(3)?;
    if soft == "unlimited" {
        return None;
    }
    soft.parse().ok()
}

/// How many connections there may be under a limit on open files, and what an operator should know
/// about it. More would be accepted than the process has files for.
#[must_use]
pub fn most(files_max: Option<usize>) -> (usize, Option<String>) {
    let wanted = CONNECTIONS_MAX.saturating_add(FILES);
    match files_max {
        Some(files) if files < wanted => {
            let fit = files.saturating_sub(FILES).max(files / 2).max(1);
            let warning = format!(
                "打开文件数上限为 {files},仅接受 {fit} 个连接;请设为 {wanted} 以上(ulimit -n 或 \
                 LimitNOFILE)· the limit on open files is {files}, so only {fit} connections are \
                 taken; set it to {wanted} or more (ulimit -n, LimitNOFILE)"
            );
            (fit, Some(warning))
        }
        Some(_) | None => (CONNECTIONS_MAX, None),
    }
}

/// Counts a connection as long as it is open.
struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What is done to every connection when it is accepted.
pub(crate) fn accepted(open: &Gauge, stream: &dyn Any, extensions: &mut Extensions) {
    open.inc();
    extensions.insert(Open(open.clone()));
    let Some(stream) = stream.downcast_ref::<TcpStream>() else {
        return;
    };
    let socket = SockRef::from(stream);
    let kept = TcpKeepalive::new().with_time(SILENCE);
    let set = socket
        .set_tcp_user_timeout(Some(UNREAD_MAX))
        .and_then(|()| socket.set_tcp_keepalive(&kept));
    if let Err(error) = set {
        tracing::warn!(%error, "a slow reader of this connection will not be cut off");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_connections_than_files() {
        assert_eq!(most(None), (CONNECTIONS_MAX, None));
        assert_eq!(most(Some(16_384)), (CONNECTIONS_MAX, None));
        for files in [1, 64, 256, 1024, 4096, 8703] {
            let (fit, warning) = most(Some(files));
            assert!(fit >= 1 && fit <= files, "{files}: {fit}");
            assert!(warning.unwrap().contains(&files.to_string()));
        }
    }
}
