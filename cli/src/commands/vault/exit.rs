//! `ballast vault exit`: a holder's part of what is liquid, in any state of anything.

use super::client::{stretch, words, VaultClient};
use super::Common;
use anyhow::{bail, Result};
use ballast_core_types::{scale, Shares, UnixTime};
use ballast_core_vault::advance::{advance, Liquid};
use ballast_core_vault::batch::{BatchError, GRACE_SECONDS};
use ballast_sdk::addresses;
use ballast_sdk::instructions::batches::claim;
use ballast_sdk::instructions::exit_liquid;
use ballast_vault::state::{RequestBatch, Ticket};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Takes the part of all that is liquid that is due to redemptions which have waited for an hour
///
/// No price, no breaker and no venue is asked, and anyone may do it for anyone: shares that are not
/// paid for so stay their holder's, to be priced later.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Tickets of this holder (default: of who signs)
    #[arg(long, value_name = "ADDRESS")]
    holder: Option<String>,
}

/// Advances and claims.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let signer = common.signer()?;
    let holder = common.holder(args.holder.as_deref())?;
    let tickets = client.tickets(&holder)?;
    let mut lines = Vec::new();
    for (ticket, batch) in tickets.iter().filter(|(ticket, _)| ticket.is_redemption()) {
        lines.push(one(client, ticket, batch, &signer)?);
    }
    if lines.is_empty() {
        bail!("{holder} has no redemption that waits; ask to leave first: vault redeem all");
    }
    Ok(lines.join("\n"))
}

fn one(client: &mut VaultClient, ticket: &Ticket, batch: &RequestBatch, signer: &Keypair) -> Result<String> {
    let keys = client.reader.keys;
    let account = client.cluster.account(&keys.vault)?.vault()?;
    let minted = Shares(client.cluster.account(&keys.share_mint)?.mint()?.supply);
    let now = UnixTime(client.cluster.clock()?.unix_timestamp);
    // Another ticket of this command may have been in the same batch.
    let batch_key = addresses::batch(&keys.vault, batch.number);
    let before = client.cluster.account(&batch_key)?.batch()?;
    let totals = before.totals.get();
    let liquid = Liquid {
        vault: &account.state(),
        minted,
        number: batch.number,
        now,
    };
    match advance(&totals, &liquid) {
        Ok(_) => client.send(&[exit_liquid(&keys, batch.number)], signer)?,
        Err(BatchError::NothingToAdvance) => {}
        Err(BatchError::GraceNotOver) => {
            let left = GRACE_SECONDS.saturating_sub(now.seconds_since(totals.opened_at));
            return Ok(format!(
                "ticket {}: its hour is over in {}; until then it is paid as its batch is priced",
                ticket.number,
                stretch(left)
            ));
        }
        Err(error) => bail!("{}", words(error)),
    }
    let vault = client.cluster.account(&keys.vault)?.vault()?;
    let after = client.cluster.account(&batch_key)?.batch()?.collected(&vault);
    let Some(instruction) = claim(&keys, ticket, &after, &signer.pubkey()) else {
        let says = if after.totals.get().redemptions.is_final {
            "it has had its part of all that is liquid; the rest stays a claim".to_owned()
        } else {
            format!(
                "nothing is advanced to who asked for a price; take it back: vault cancel {}",
                ticket.number
            )
        };
        return Ok(format!("ticket {}: {says}", ticket.number));
    };
    let due = ticket.request().claim(&after.totals.get());
    client.send(&[instruction], signer)?;
    let (left, total) = (after.totals.shares_left, after.totals.shares_total);
    let left = scale::mul_div_floor(left, ticket.amount, total).unwrap_or(0);
    Ok(if due.is_returned {
        format!(
            "ticket {}: {} shares went back: nobody could give it the price it asked for",
            ticket.number,
            client.show(due.shares.0)
        )
    } else {
        format!(
            "ticket {}: {} paid; {} shares of it stay to be priced",
            ticket.number,
            client.show(due.quote),
            client.show(left)
        )
    })
}
