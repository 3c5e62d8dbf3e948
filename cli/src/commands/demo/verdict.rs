//! What a demo says in the end.

use ballast_sim::record::Check;
use std::path::Path;

/// Says each check on a line of its own.
pub fn say(checks: &[Check]) {
    for check in checks {
        println!(
            "{} {}: {}",
            if check.held { "  ok  " } else { "FAILED" },
            check.name,
            check.detail
        );
    }
}

/// Says how long it took, where the page is, and whether everything held.
pub fn conclude(steps: u64, seconds: f64, page: &Path, held: bool) {
    println!("\n{steps} steps in {seconds:.1} s; report: {}", page.display());
    println!(
        "{}",
        if held {
            "Everything held."
        } else {
            "SOMETHING DID NOT HOLD: see the lines marked FAILED above."
        }
    );
}
