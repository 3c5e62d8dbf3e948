//! Liquidating: it begins when it is allowed, and the largest part that the rules accept is taken
//! as the discount grows.

use super::people::Person;
use crate::commands::options::amount::show;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::margin::report;
use anyhow::Result;
use ballast_options::state::StoredPosition;
use ballast_rpc::ClusterError;
use ballast_sdk::instructions::options::{self as ix, Parties};
use ballast_sdk::Instruction;
use solana_signer::Signer;

/// Parts of a position that are tried, from all of it on.
const PARTS: [i64; 10] = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64];

/// What a liquidation came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Liquidated {
    /// Begun.
    pub begun: u32,
    /// Takes.
    pub takes: u32,
    /// Positions that the insurance fund took over.
    pub absorbed: u32,
}

/// Sends an instruction. Returns whether it landed: a program's refusal is no error.
fn lands(client: &mut OptionsClient, instruction: Instruction, by: &Person) -> Result<bool> {
    match client.send(&[instruction], &[&by.keypair]) {
        Ok(()) => Ok(true),
        Err(error) => match error.downcast_ref::<ClusterError>() {
            Some(ClusterError::Refused(_)) => Ok(false),
            _ => Err(error),
        },
    }
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
    let begun = lands(client, begin, by)?;
    count.begun += u32::from(begun);
    Ok(begun)
}

/// Takes once, if anything can be taken now. Returns what was taken, in words.
///
/// # Errors
/// A cluster that cannot be used.
pub fn take(
    client: &mut OptionsClient,
    failing: &Person,
    by: &Person,
    count: &mut Liquidated,
) -> Result<Option<String>> {
    let (key, account) = failing.margin(client)?;
    let (_, taker) = by.margin(client)?;
    let mut positions: Vec<StoredPosition> = account.positions().to_vec();
    positions.sort_by_key(|position| std::cmp::Reverse(position.quantity.unsigned_abs()));
    for position in positions {
        let market = position.series.market;
        let markets = client.markets_of(&[&account, &taker], Some(market));
        let least = client
            .house
            .listing(market)
            .map_or(1, |listing| listing.settings.min_size);
        for part in PARTS {
            let quantity = position.quantity / part / least * least;
            if quantity == 0 {
                break;
            }
            let parties = Parties {
                owner: by.keypair.pubkey(),
                taker: by.account,
                maker: key,
            };
            let take = ix::liquidate(&client.keys, &position.series, &parties, &markets, quantity);
            if lands(client, take, by)? {
                count.takes += 1;
                let size = show(i128::from(quantity), client.decimals());
                return Ok(Some(format!(
                    "{} takes {size} {}",
                    by.name,
                    client.name(&position.series)
                )));
            }
        }
    }
    Ok(None)
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
    Ok(!lands(client, end, by)?)
}

/// Lets the insurance fund take over what nobody took. Returns how many positions.
///
/// # Errors
/// A cluster that cannot be used.
pub fn backstop(client: &mut OptionsClient, failing: &Person, by: &Person, count: &mut Liquidated) -> Result<u32> {
    let (key, account) = failing.margin(client)?;
    let markets = client.markets_of(&[&account], None);
    let over = ix::backstop(&client.keys, &key, &markets);
    if !lands(client, over, by)? {
        return Ok(0);
    }
    let mut positions = 0;
    for position in account.positions().to_vec() {
        let over = ix::backstop_position(&client.keys, &key, &position.series);
        positions += u32::from(lands(client, over, by)?);
    }
    count.absorbed += positions;
    Ok(positions)
}
