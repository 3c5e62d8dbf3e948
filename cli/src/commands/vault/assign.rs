//! `ballast vault assign`: a ticket becomes somebody else's.

use super::client::VaultClient;
use super::Common;
use anyhow::Result;
use ballast_rpc::args::address;
use ballast_rpc::tokens;
use ballast_sdk::instructions::batches;
use solana_signer::Signer;

/// Makes a ticket somebody else's, with all that it has coming
///
/// What waits for a venue in quarantine can be sold so, without waiting for it. Their wallets are
/// opened if they have none; nothing can be taken back.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Number of the ticket
    ticket: u64,

    /// Whose it is from now on
    #[arg(long, value_name = "ADDRESS")]
    to: String,
}

/// Assigns it.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let (signer, to) = (common.signer()?, address(&args.to, "--to")?);
    let ticket = client.ticket(&signer.pubkey(), args.ticket)?;
    let (keys, holder) = (client.reader.keys, client.holder(&to));
    let wallet = |token| tokens::open_wallet(&signer.pubkey(), &to, &token);
    let instructions = [
        wallet(keys.quote()),
        wallet(keys.shares()),
        batches::assign(&keys, &ticket, &holder),
    ];
    client.send(&instructions, &signer)?;
    Ok(format!("ticket {}: it is {to}'s now, and pays there", ticket.number))
}
