//! `ballast build`: everything that commands run.

use crate::building::{self, say};
use crate::places::Places;
use anyhow::Result;

/// Builds the programs into target/deploy, and this tool, the keeper and the feeder into
/// target/debug.
///
/// What is up to date is left as it is.
#[derive(clap::Args)]
pub struct Args {
    /// Also build the local node, into tools/localnet/target; the first time takes some ten minutes
    #[arg(long)]
    node: bool,
}

/// Builds what the command asks for.
///
/// # Errors
/// What does not build.
pub fn run(args: &Args, places: &Places) -> Result<()> {
    everything(places, args.node)
}

/// Builds the programs, and the local node if it is wanted. The script has built this tool and the
/// bots already: it could not have called it otherwise.
///
/// # Errors
/// What does not build.
pub fn everything(places: &Places, with_node: bool) -> Result<()> {
    building::programs(places)?;
    if with_node {
        building::node(places)?;
    }
    say("built; try ./ballast demo");
    Ok(())
}
