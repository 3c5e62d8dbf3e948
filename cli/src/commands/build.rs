//! `ballast build`: everything that commands run.

use crate::building::{self, say};
use crate::places::Places;
use anyhow::Result;

/// Builds the programs into target/deploy, and this tool, the keeper, the feeder and the local node
/// into target/debug.
///
/// What is up to date is left as it is.
#[derive(clap::Args)]
pub struct Args {}

/// Builds the programs and the local node. The script has built this tool and the bots already: it
/// could not have called it otherwise.
///
/// # Errors
/// What does not build.
pub fn run(places: &Places) -> Result<()> {
    building::programs(places)?;
    building::node(places)?;
    say("built; try ./ballast demo");
    Ok(())
}
