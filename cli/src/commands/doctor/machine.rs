//! System, processors, memory, disk, clock.

use super::Finding;
use crate::places::Places;
use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const GIGABYTE: u64 = 1 << 30;
/// Free memory that linking the largest program of ours needs.
const MEMORY: u64 = 2 * GIGABYTE;
/// Disk that a build into an empty folder takes, and one that is there already.
const FRESH: u64 = 8 * GIGABYTE;
const AGAIN: u64 = GIGABYTE;

/// Looks at the machine.
pub fn look(places: &Places) -> Vec<Finding> {
    vec![system(), memory(), disk(places), clock(places)]
}

fn system() -> Finding {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or(OS, |name| name.trim_matches('"'));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let found = format!("{name}, {ARCH}, {cores} processors");
    if (OS, ARCH) == ("linux", "x86_64") {
        return Finding::ok("machine", found);
    }
    Finding::warning(
        "machine",
        found,
        "the programs' own toolchain is for x86-64 Linux; Anza's `cargo build-sbf` is used where it is found",
    )
}

fn memory() -> Finding {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let Some(free) = available(&text) else {
        return Finding::warning("memory", "unknown", "see that 2 GB are free while building");
    };
    let found = format!("{} free", gigabytes(free));
    if free >= MEMORY {
        Finding::ok("memory", found)
    } else {
        Finding::warning(
            "memory",
            found,
            "end other programs while building: the largest link needs 2 GB",
        )
    }
}

/// Returns what a new process may have, bytes, of the text of `/proc/meminfo`.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

fn disk(places: &Places) -> Finding {
    let built = places.root.join("target/debug/deps").is_dir();
    let needed = if built { AGAIN } else { FRESH };
    let Ok(found) = rustix::fs::statvfs(&places.root) else {
        return Finding::warning("disk", "unknown", "df -h .");
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let said = format!("{} free under {}", gigabytes(free), places.root.display());
    if free >= needed {
        return Finding::ok("disk", said);
    }
    let mend = format!(
        "make room: building needs {} more",
        gigabytes(needed.saturating_sub(free))
    );
    if built {
        Finding::warning("disk", said, mend)
    } else {
        Finding::wrong("disk", said, mend)
    }
}

/// A clock that is behind this repository's own files is wrong for certain.
fn clock(places: &Places) -> Finding {
    let now = SystemTime::now();
    let said = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let said = i64::try_from(said).unwrap_or_default();
    let said = format!("{} UTC", ballast_market_data::format::utc_minute(said));
    match changed(&places.root.join("Cargo.lock")) {
        Some(written) if now + Duration::from_secs(86_400) < written => Finding::wrong(
            "clock",
            format!("{said}, which is before this clone was made"),
            "sudo timedatectl set-ntp true",
        ),
        _ => Finding::ok("clock", said),
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|found| found.modified()).ok()
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / GIGABYTE as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_read() {
        let text = "MemTotal:       16303000 kB\nMemFree: 1 kB\nMemAvailable:    2097152 kB\n";
        assert_eq!(available(text), Some(2 * GIGABYTE));
        assert_eq!(available("MemTotal: 1 kB"), None);
        assert_eq!(gigabytes(3 * GIGABYTE / 2), "1.5 GB");
    }
}
