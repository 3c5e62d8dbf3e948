//! The insurance fund's part of what is missing on the expiries of one moment.

use super::{refusal, step, Due, Step};
use crate::commands::options::amount;
use crate::commands::options::client::OptionsClient;
use anyhow::Result;
use ballast_core_clearing::payout::shortfall::PATIENCE_SECONDS;
use ballast_options::state::Expiry;
use ballast_sdk::instructions::options as ix;
use solana_keypair::Keypair;
use std::collections::BTreeSet;

/// Has the fund put in its part of every moment on which something is missing, where none of its
/// expiries is waited for any more. Returns whether it did anywhere.
pub(super) fn cover(client: &mut OptionsClient, signer: &Keypair, steps: &mut Vec<Step>) -> Result<bool> {
    let (all, now) = (client.expiries()?, client.cluster.clock()?.unix_timestamp);
    let markets = u8::try_from(client.house.listings().len())?;
    let mut any = false;
    for moment in coverable(all.iter().map(|(_, expiry)| expiry), now) {
        let cover = ix::cover_expiries(&client.keys, markets, moment);
        let refused = client.send(&[cover], &[signer]).err().map(refusal).transpose()?;
        let is_lacking = |expiry: &Expiry| expiry.expiry == moment && lacks(expiry);
        for (key, expiry) in all.iter().filter(|(_, expiry)| is_lacking(expiry)) {
            let words = match &refused {
                Some(words) => words.clone(),
                None => put_in(&client.cluster.account(key)?.expiry()?, client.decimals()),
            };
            steps.push(step(client, expiry, Due::Cover, refused.is_none(), words));
        }
        any |= refused.is_none();
    }
    Ok(any)
}

fn put_in(after: &Expiry, decimals: u8) -> String {
    let [put, missing] = [after.covered, after.book().missing()].map(|units| amount::show(i128::from(units), decimals));
    format!("the insurance fund put in {put} of {missing} that are missing")
}

/// Returns whether something is missing on a settled expiry, and the fund's part not there yet.
pub(crate) fn lacks(expiry: &Expiry) -> bool {
    let book = expiry.book();
    expiry.is_settled() && book.is_closed() && !book.is_covered && book.missing() > 0
}

/// Returns the moments whose expiries can be covered.
fn coverable<'a>(all: impl Iterator<Item = &'a Expiry> + Clone, now: i64) -> BTreeSet<i64> {
    let moments: BTreeSet<i64> = all
        .clone()
        .filter(|expiry| lacks(expiry))
        .map(|expiry| expiry.expiry)
        .collect();
    let waits = |moment: &i64| {
        let mut others = all.clone().filter(|expiry| expiry.expiry == *moment);
        now < moment.saturating_add(PATIENCE_SECONDS) && others.any(|expiry| !expiry.book().is_closed())
    };
    moments.into_iter().filter(|moment| !waits(moment)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{expiry, AT};
    use super::*;
    use ballast_options::state::ExpiryOutcome;

    #[test]
    fn the_fund_puts_in_its_part_once_no_other_expiry_of_the_moment_is_waited_for() {
        let mut lacking = expiry();
        (lacking.outcome, lacking.open_long, lacking.open_short) = (ExpiryOutcome::Window, 0, 0);
        (lacking.claimed, lacking.collected) = (7, 5);
        let mut other = expiry();
        (other.market, other.outcome) = (1, ExpiryOutcome::Open);
        let moments = |all: &[&Expiry], now| coverable(all.iter().copied(), now).into_iter().collect::<Vec<_>>();
        assert_eq!(moments(&[&lacking], AT + 1), [AT]);
        assert_eq!(moments(&[&lacking, &other], AT + PATIENCE_SECONDS - 1), [0i64; 0]);
        assert_eq!(moments(&[&lacking, &other], AT + PATIENCE_SECONDS), [AT]);
        other.expiry += 86_400;
        assert_eq!(moments(&[&lacking, &other], AT + 1), [AT]);
        for whole in [
            Expiry {
                is_covered: true,
                ..lacking.clone()
            },
            Expiry {
                collected: 7,
                ..lacking.clone()
            },
            Expiry {
                outcome: ExpiryOutcome::Open,
                ..lacking.clone()
            },
        ] {
            assert_eq!(moments(&[&whole], AT + 1), [0i64; 0]);
        }
    }
}
