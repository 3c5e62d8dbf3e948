//! `ballast vault cancel`: a request that nobody could price is taken back.

use super::client::VaultClient;
use super::{operator, Common};
use anyhow::Result;
use ballast_rpc::args::address;
use ballast_sdk::instructions::batches;
use solana_signer::Signer;

/// Takes a request back that nobody could price for ten minutes
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Number of the ticket
    ticket: u64,

    /// A ticket of this holder, who has made who signs their operator (default: who signs)
    #[arg(long, value_name = "ADDRESS")]
    holder: Option<String>,

    /// Send it to this token account instead of where it came from: the holder may, and their
    /// operator to another of the holder's
    #[arg(long, value_name = "TOKEN-ACCOUNT")]
    to: Option<String>,
}

/// Takes it back.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let signer = common.signer()?;
    let holder = common.holder(args.holder.as_deref())?;
    operator::check(&holder, &signer.pubkey(), client)?;
    let ticket = client.ticket(&holder, args.ticket)?;
    let to = args.to.as_deref().map(|text| address(text, "--to")).transpose()?;
    let to = to.unwrap_or(ticket.return_to);
    let cancel = batches::cancel_by(&signer.pubkey(), &client.reader.keys, &ticket, &to);
    client.send(&[cancel], &signer)?;
    let unit = if ticket.is_redemption() { " shares" } else { "" };
    Ok(format!(
        "ticket {}: {}{unit} went back to {to}",
        ticket.number,
        client.show(ticket.amount)
    ))
}
