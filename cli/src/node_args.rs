//! What every command that talks to a node takes: the node, and the key that signs.

use crate::building::say;
use anyhow::{anyhow, Result};
use ballast_rpc::args::keypair;
use solana_keypair::Keypair;
use std::path::PathBuf;

/// Options of whatever talks to a node.
#[derive(clap::Args, Debug)]
pub struct NodeArgs {
    /// The node's JSON-RPC address; several in order of preference, with commas
    #[arg(
        long,
        visible_alias = "rpc",
        alias = "url",
        env = "BALLAST_RPC_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8899",
        global = true
    )]
    pub rpc_url: String,

    /// Keypair that signs and pays, as solana-keygen writes it
    #[arg(long, env = "BALLAST_KEYPAIR", value_name = "FILE", global = true)]
    pub keypair: Option<PathBuf>,
}

impl NodeArgs {
    /// Returns who signs.
    ///
    /// # Errors
    /// If no keypair is given, or the file is none.
    pub fn signer(&self) -> Result<Keypair> {
        let path = self.keypair.as_deref();
        let path = path.ok_or_else(|| anyhow!("--keypair: this needs a keypair; give its file"))?;
        Ok(keypair(path, &self.rpc_url)?.warned(say))
    }
}
