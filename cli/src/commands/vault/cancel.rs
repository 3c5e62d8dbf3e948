//! `ballast vault cancel`: a request that nobody could price is taken back.

use super::client::VaultClient;
use super::Common;
use anyhow::Result;
use ballast_sdk::instructions::batches;
use solana_signer::Signer;

/// Takes a request back that nobody could price for ten minutes
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Number of the ticket
    ticket: u64,
}

/// Takes it back.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let signer = common.signer()?;
    let ticket = client.ticket(&signer.pubkey(), args.ticket)?;
    client.send(&[batches::cancel(&client.reader.keys, &ticket)], &signer)?;
    let unit = if ticket.is_redemption { " shares" } else { "" };
    Ok(format!(
        "ticket {}: {}{unit} went back",
        ticket.number,
        client.show(ticket.amount)
    ))
}
