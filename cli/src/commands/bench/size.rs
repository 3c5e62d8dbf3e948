//! By how many bytes a tier makes a program longer.

use super::summary::Summary;
use std::path::Path;

/// Returns the difference between programs that do the same, with and without a set. Anza's tools
/// do not build these: then there is nothing to say.
pub fn measure(programs: &Path) -> Vec<Summary> {
    let bytes = |name: &str| {
        std::fs::metadata(programs.join("sizes").join(format!("size_{name}.so")))
            .map(|file| file.len())
            .ok()
    };
    let Some(none) = bytes("none") else {
        return Vec::new();
    };
    let grown = |tier| {
        let difference = bytes(tier)?.checked_sub(none)?;
        Summary::of("bsm_set", tier, "bytes", vec![difference as f64], 0)
    };
    ["fast", "precise"].into_iter().filter_map(grown).collect()
}
