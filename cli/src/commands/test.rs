//! `ballast test`: every test.

use crate::building::{self, say, timed};
use crate::places::Places;
use crate::toolchain::{cargo, programs_by, set_up, tool, Sbf};
use anyhow::Result;
use std::time::Instant;

/// Builds everything and runs every test.
///
/// The workspace's tests, those on the local node among them, and the check that two copies of the
/// repository give the same program bytes. The last line says how it ended; the exit status is zero
/// only if everything passed.
#[derive(clap::Args)]
pub struct Args {
    /// Leave out the check of reproducible bytes
    #[arg(long)]
    quick: bool,
}

/// Runs the tests.
///
/// # Errors
/// What does not build, or which part failed.
pub fn run(args: &Args, places: &Places) -> Result<()> {
    let start = Instant::now();
    // What the tests run comes first.
    building::programs(places)?;
    building::node(places)?;
    let mut tests = cargo(&places.root);
    timed(
        "tests of the workspace",
        tests.args(["test", "--locked", "-q", "--workspace"]),
    )?;
    if args.quick {
        let seconds = start.elapsed().as_secs();
        say(&format!(
            "PASSED, without the check of reproducible bytes, in {seconds} s"
        ));
        return Ok(());
    }
    // That check is about this toolchain, also where Anza's built the programs.
    if programs_by() == Sbf::Anza {
        set_up(places)?;
    }
    timed(
        "check that two copies build the same program bytes",
        &mut tool(places, "check-reproducible"),
    )?;
    say(&format!("PASSED: every test, in {} s", start.elapsed().as_secs()));
    Ok(())
}
