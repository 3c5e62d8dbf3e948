//! What a demo says of its checks.

use ballast_sim::record::Check;

/// Each check on a line of its own.
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

/// The last line.
pub const fn sentence(held: bool) -> &'static str {
    if held {
        "Everything held."
    } else {
        "SOMETHING DID NOT HOLD: see the lines marked FAILED above."
    }
}
