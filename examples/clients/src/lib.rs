//! What the examples share: a node, and the vault on it that they are told of.

use anyhow::Result;
use ballast_rpc::vault::VaultReader;
use ballast_rpc::BlockingRpc;
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::Pubkey;

/// Reads a vault and everything around it. On a local network a Pyth feed has one account;
/// elsewhere any update of the feed will do.
///
/// # Errors
/// The account that is missing, foreign or of another layout.
pub fn snapshot(rpc: &mut BlockingRpc, vault: &Pubkey) -> Result<Snapshot> {
    Ok(VaultReader::find(rpc, vault, None)?.snapshot(rpc)?)
}
