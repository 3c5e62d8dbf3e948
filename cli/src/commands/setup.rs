//! `ballast setup`: what building needs.

use crate::building::timed;
use crate::commands::build;
use crate::places::Places;
use crate::toolchain::tool;
use anyhow::Result;

/// Installs what building needs, then builds.
///
/// Debian packages and the programs' toolchain, from package registries only. Needs root or sudo
/// for apt-get. A second run finds everything done and takes seconds.
#[derive(clap::Args)]
pub struct Args {}

/// Installs and builds.
///
/// # Errors
/// What cannot be installed or does not build.
pub fn run(places: &Places) -> Result<()> {
    timed("installing what building needs", &mut tool(places, "setup"))?;
    build::run(places)
}
