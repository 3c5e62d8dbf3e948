//! Reads the tree itself, for the tests that hold its rules. They link nothing of Solana's, and
//! take no time.

mod manifest;
mod modules;
mod source;
mod tree;

pub use manifest::Manifest;
pub use modules::Modules;
pub use source::production_code;
pub use tree::Tree;

/// Fails with every finding on a line of its own, if there is one.
///
/// # Panics
/// If `findings` is not empty.
pub fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
