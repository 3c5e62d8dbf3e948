//! Who holds a port of this machine, and which ones are free.

use anyhow::{anyhow, bail, Result};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};

/// The state of a listening socket in `/proc/net/tcp`.
const LISTENS: &str = "0A";
/// The local node's name, as the system cuts it.
const NODE: &str = "ballast-localne";

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub process: u32,
    /// Its name.
    pub name: String,
}

/// Where ports are looked for: below those that a system gives to connections that go out (32,768
/// and up on Linux), which could take one between its being found free and its being listened on.
const LOOKED_AT: Range<u16> = 12_000..32_000;

/// Returns the first of two free ports in a row, another pair at each call.
///
/// # Errors
/// There is none.
pub fn free_pair() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let pairs = LOOKED_AT.len() / 2;
    // Processes that look at the same time begin in different places.
    let begin = (std::process::id() as usize).wrapping_mul(97);
    for _ in 0..pairs {
        let pair = (begin + usize::from(NEXT.fetch_add(1, Ordering::Relaxed))) % pairs;
        let port = LOOKED_AT.start + 2 * u16::try_from(pair)?;
        let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if is_free(port) && is_free(port + 1) {
            return Ok(port);
        }
    }
    Err(anyhow!(
        "this machine has no two free ports in a row; name one with --port"
    ))
}

/// Finds a port free.
///
/// # Errors
/// Who holds it, and what to do.
pub fn free(port: u16) -> Result<()> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Err(error) = TcpListener::bind(address) else {
        return Ok(());
    };
    match holder(port) {
        Some(Holder { process, name }) if name == NODE => bail!(
            "port {port} is held by a local node of ours, process {process}: end it with `kill {process}`, \
             or choose another port with --port"
        ),
        Some(Holder { process, name }) => {
            bail!("port {port} is held by {name}, process {process}: stop it, or choose another port with --port")
        }
        None => bail!("port {port} cannot be listened on ({error}): choose another with --port"),
    }
}

/// Returns who listens on a port, as far as this user may know.
pub fn holder(port: u16) -> Option<Holder> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let socket = tables.iter().find_map(|table| socket_of(table, port))?;
    let wanted = format!("socket:[{socket}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let numbered = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    for process in numbered {
        let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else {
            continue;
        };
        let holds = |entry: fs::DirEntry| fs::read_link(entry.path()).is_ok_and(|to| to.as_os_str() == wanted.as_str());
        if files.flatten().any(holds) {
            let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            let name = name.trim().to_owned();
            return Some(Holder { process, name });
        }
    }
    None
}

/// Returns the number of the socket that listens on a port, out of the kernel's table.
fn socket_of(table: &str, port: u16) -> Option<&str> {
    let wanted = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&wanted) && *fields.get(3)? == LISTENS;
        listens.then(|| fields.get(9).copied())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_differ() {
        let pairs: Vec<u16> = (0..5).map(|_| free_pair().unwrap()).collect();
        for (nth, port) in pairs.iter().enumerate() {
            assert!(LOOKED_AT.contains(port) && LOOKED_AT.contains(&(port + 1)));
            assert!(!pairs[..nth].contains(port), "{pairs:?}");
        }
    }

    #[test]
    fn the_holder_of_a_port_is_named() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(holder(port).unwrap().process, std::process::id());
        let error = free(port).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(listener);
        assert_eq!(holder(port), None);
        free(port).unwrap();
    }
}
