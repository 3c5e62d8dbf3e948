//! Liquidating: it begins when it is allowed; a minute later the share that suffices is taken into
//! an account that holds cash alone, and moved from there to the liquidator's own.

use super::people::{whole, Person};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::keep::lands;
use crate::commands::options::liquidate::{bring_home, offer, terms_of};
use crate::commands::options::margin::report;
use anyhow::{Context, Result};
use ballast_core_clearing::liquidation::Share;
use ballast_sdk::instructions::options::{self as ix, Parties};
use solana_signer::Signer;

/// What a liquidation came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Liquidated {
    /// Begun.
    pub begun: u32,
    /// Takes.
    pub takes: u32,
}

/// Begins the liquidation of an account that fails. Returns whether it was one.
///
/// # Errors
/// A cluster that cannot be used.
pub fn begin(client: &mut OptionsClient, failing: &Person, by: &Person, count: &mut Liquidated) -> Result<bool> {
    let (key, account) = failing.margin(client)?;
    if account.positions().is_empty() || !report(client, &key, &account)?.liquidatable {
        return Ok(false);
    }
    let markets = client.markets_of(&[&account], None);
    let begin = ix::begin_liquidation(&client.keys, &key, &markets);
    let begun = lands(client, begin, &by.keypair)?;
    count.begun += u32::from(begun);
    Ok(begun)
}

/// Takes what suffices, if anything can be taken now. Returns what was taken, in words.
///
/// # Errors
/// A cluster that cannot be used; a position that cannot be moved to the liquidator's own account.
pub fn take(
    client: &mut OptionsClient,
    failing: &Person,
    by: &mut Person,
    count: &mut Liquidated,
) -> Result<Option<String>> {
    let (key, account) = failing.margin(client)?;
    if account.positions().is_empty() {
        return Ok(None);
    }
    let Ok(take) = offer(client, &account, Share::WHOLE)?.take else {
        return Ok(None);
    };
    let desk = by.desk(client)?;
    let markets = client.markets_of(&[&account], None);
    let parties = Parties {
        owner: by.keypair.pubkey(),
        taker: desk,
        maker: key,
    };
    if !lands(
        client,
        ix::liquidate(&client.keys, &parties, &markets, &terms_of(&take)),
        &by.keypair,
    )? {
        return Ok(None);
    }
    count.takes += 1;
    bring_home(client, &by.keypair, parties.taker, by.account)
        .with_context(|| format!("{} could not bring home what was taken", by.name))?;
    Ok(Some(format!(
        "{} takes {:.2} % of everything, {:.2} under its fair value",
        by.name,
        take.share.0 as f64 / 1e7,
        whole(take.discount.0)
    )))
}

/// Asks the house to end a liquidation whose target is reached. Returns whether it goes on.
///
/// # Errors
/// A cluster that cannot be used.
pub fn goes_on(client: &mut OptionsClient, failing: &Person, by: &Person) -> Result<bool> {
    let (key, account) = failing.margin(client)?;
    if account.status == 0 {
        return Ok(false);
    }
    let markets = client.markets_of(&[&account], None);
    let end = ix::end_liquidation(&client.keys, &key, &markets);
    Ok(!lands(client, end, &by.keypair)?)
}
