//! What the tests with processes of their own share.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// Returns the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the local node, if it and the compiled program of this name are built; otherwise it is
/// said aloud what is missing.
pub fn node_with(program: &str) -> Option<PathBuf> {
    let node = root().join("target/debug/ballast-localnet");
    let program = root().join("target/deploy").join(program);
    (is_built(&node) && is_built(&program)).then_some(node)
}

/// Returns whether a file is there; otherwise it is said aloud.
pub fn is_built(needed: &Path) -> bool {
    if !needed.is_file() {
        eprintln!("SKIPPED: {} is not built; ./ballast test builds it", needed.display());
    }
    needed.is_file()
}

/// Returns a port whose neighbour is free too.
pub fn port() -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}
