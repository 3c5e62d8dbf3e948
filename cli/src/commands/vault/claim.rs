//! `ballast vault claim`: what is due to a holder's tickets.

use super::client::VaultClient;
use super::{operator, Common};
use anyhow::{bail, Result};
use ballast_core_vault::batch::ticket::Claim as Due;
use ballast_rpc::args::address;
use ballast_sdk::instructions::batches::{claim, claim_by};
use ballast_vault::state::Ticket;
use solana_signer::Signer;

/// Sends what is due to tickets: shares, quote tokens, or what went back
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Tickets of this holder, for whom anyone may claim (default: who signs)
    #[arg(long, value_name = "ADDRESS")]
    holder: Option<String>,

    /// The one with this number (default: all)
    #[arg(long, value_name = "NUMBER")]
    ticket: Option<u64>,

    /// Send it to this token account instead of the one the ticket names: the holder may, and their
    /// operator to another of the holder's
    #[arg(long, value_name = "ADDRESS", requires = "ticket")]
    to: Option<String>,
}

impl Args {
    /// Returns the claim of all tickets of a holder, or of who signs.
    pub fn of(holder: Option<String>) -> Self {
        Self {
            holder,
            ticket: None,
            to: None,
        }
    }
}

/// Claims what is due.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let signer = common.signer()?;
    let holder = common.holder(args.holder.as_deref())?;
    let to = args.to.as_deref().map(|text| address(text, "--to")).transpose()?;
    if to.is_some() {
        operator::check(&holder, &signer.pubkey(), client)?;
    }
    let keys = client.reader.keys;
    let (mut lines, mut refused, mut is_found) = (Vec::new(), Vec::new(), false);
    for (ticket, batch) in client.tickets(&holder)? {
        if args.ticket.is_some_and(|number| number != ticket.number) {
            continue;
        }
        is_found = true;
        let due = ticket.request().claim(&batch.totals.get());
        let Some(to_where_it_says) = claim(&keys, &ticket, &batch, &signer.pubkey()) else {
            continue;
        };
        let instruction = match to {
            Some(to) => {
                let from = if due.shares.0 > 0 { keys.escrow } else { keys.custody };
                claim_by(&signer.pubkey(), &keys, &ticket, [from, to])
            }
            None => to_where_it_says,
        };
        match client.send(&[instruction], &signer) {
            Ok(()) => lines.push(paid(client, &ticket, &due)),
            // One that is refused keeps no other from being paid.
            Err(error) => refused.push(format!("ticket {}: {error:#}", ticket.number)),
        }
    }
    if !refused.is_empty() {
        lines.append(&mut refused);
        bail!("{}", lines.join("; "));
    }
    if let (true, Some(number)) = (!is_found, args.ticket) {
        bail!("{holder} has no open ticket {number}");
    }
    if lines.is_empty() {
        return Ok("nothing is due; vault status says what is waited for".to_owned());
    }
    Ok(lines.join("\n"))
}

/// Returns what a claim pays, in words.
fn paid(client: &VaultClient, ticket: &Ticket, due: &Due) -> String {
    let what = if due.shares.0 > 0 {
        format!("{} shares", client.show(due.shares.0))
    } else {
        client.show(due.quote)
    };
    let back = if due.is_returned { " went back" } else { " paid" };
    let rest = if due.ends {
        ""
    } else {
        "; more comes as it is unwound, or from a venue in quarantine"
    };
    format!("ticket {}: {what}{back}{rest}", ticket.number)
}
