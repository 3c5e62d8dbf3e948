//! What a demo says in the end.

use anyhow::Result;
use ballast_sim::json;
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

/// Prints all of it as one JSON object.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn print_json(checks: &[Check], steps: u64, seconds: f64, page: &Path, held: bool) -> Result<()> {
    let mut value = json::demo(checks, held, steps, seconds);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("report".to_owned(), page.display().to_string().into());
    }
    println!("{}", serde_json::to_string_pretty(&value)?);
    Ok(())
}
