//! `ballast test`: every test.

use crate::building::{self, say, timed};
use crate::places::Places;
use crate::toolchain::{cargo, programs_by, set_up, tool, Sbf};
use anyhow::{anyhow, Result};
use std::thread;
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
    // What the tests run comes first. A program is linked on one core for minutes: the tests are
    // compiled on the other one.
    beside(|| building::programs(places), || compile(places))?;
    let part = if args.quick {
        run_tests(places)?;
        ", without the check of reproducible bytes"
    } else {
        beside(|| reproducible(places), || run_tests(places))?;
        ""
    };
    say(&format!("PASSED: every test{part}, in {} s", start.elapsed().as_secs()));
    Ok(())
}

/// Does two things at the same time.
///
/// # Errors
/// What the second failed of, else what the first did.
fn beside(first: impl FnOnce() -> Result<()> + Send, second: impl FnOnce() -> Result<()>) -> Result<()> {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        let first = first.join().map_err(|_| anyhow!("a part of the work panicked"))?;
        second.and(first)
    })
}

fn compile(places: &Places) -> Result<()> {
    timed(
        "compiling the tests",
        cargo(&places.root).args(["test", "--locked", "-q", "--workspace", "--no-run"]),
    )?;
    building::node(places)
}

fn run_tests(places: &Places) -> Result<()> {
    timed(
        "tests of the workspace",
        // All that fails is said at once.
        cargo(&places.root).args(["test", "--locked", "-q", "--workspace", "--no-fail-fast"]),
    )
}

fn reproducible(places: &Places) -> Result<()> {
    // That check is about this toolchain, also where Anza's built the programs.
    if programs_by() == Sbf::Anza {
        set_up(places)?;
    }
    timed(
        "check that two copies build the same program bytes",
        &mut tool(places, "check-reproducible"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_either_part_is_one_of_both() {
        let fails = |what: &'static str| move || Err(anyhow!(what));
        let words = |result: Result<()>| result.unwrap_err().to_string();
        assert!(beside(|| Ok(()), || Ok(())).is_ok());
        assert_eq!(words(beside(fails("one"), || Ok(()))), "one");
        assert_eq!(words(beside(|| Ok(()), fails("two"))), "two");
        assert_eq!(words(beside(fails("one"), fails("two"))), "two");
    }
}
