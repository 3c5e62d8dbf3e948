//! `ballast vault crank`: a keeper's work by hand.

use super::client::VaultClient;
use super::Common;
use crate::chain::crank_by;
use anyhow::Result;
use ballast_sdk::action::CrankAction;
use ballast_sdk::crank::Terms;
use solana_signer::Signer;

/// Does what a keeper would do now: prices batches, trades, marks. Anyone may
///
/// Whoever waits needs no keeper: with this, claim and exit they can do all of it themselves.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Say what is due, and send nothing
    #[arg(long)]
    dry_run: bool,
}

/// Cranks until nothing is due.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let done = if args.dry_run {
        let due = client.reader.snapshot(client.cluster)?.plan();
        let names: Vec<&str> = due.iter().map(CrankAction::name).collect();
        Some(names.join(", "))
            .filter(|names| !names.is_empty())
            .map(|names| format!("due: {names}"))
    } else {
        let signer = common.signer()?;
        // What the vault pays goes to whoever sends it, if they have an account for it.
        let wallet = client.holder(&signer.pubkey()).quote;
        let terms = Terms {
            pay_to: client.balance(&wallet)?.map(|_| wallet),
            ..Terms::default()
        };
        let done = crank_by(client.cluster, &client.reader, &signer, terms)?;
        Some(done.join("\n")).filter(|done| !done.is_empty())
    };
    Ok(done.unwrap_or("nothing is due".to_owned()))
}
