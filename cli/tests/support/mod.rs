//! What the tests with processes of their own share.

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
    ballast_cli::port::free_pair().unwrap()
}
