//! The settlement: an observation a minute, their average over time, everybody's positions,
//! everybody's claims.

use super::market::Market;
use super::people::People;
use super::sale::Plan;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::name;
use crate::commands::options::settle::crank;
use anyhow::anyhow;
use anyhow::bail;
use anyhow::Result;
use ballast_deploy::price::price_of;
use ballast_deploy::steps::Local;
use ballast_sim::record::strangle::Averaged;

/// Between two observations, seconds: a price counts for no longer.
const OBSERVE_EVERY: i64 = 60;
/// Between two parts of the hedge that are worked off in the window, seconds.
const UNWIND_EVERY: i64 = 300;

/// How an expiry was settled.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// The price, as the program has it.
    pub price: f64,
    /// How much of the window counted, by the program, seconds.
    pub seconds: u64,
    /// The prices that were observed, each with the average over time up to it.
    pub prices: Vec<Averaged>,
}

impl Settled {
    /// Returns the average of the published prices, each for as long as it was held.
    pub fn mean(&self) -> f64 {
        self.prices.last().map_or(0.0, |last| last.mean)
    }

    fn add(&mut self, unix_time: i64, price: f64) {
        let (first, last) = (self.prices.first(), self.prices.last());
        let mean = match (first, last) {
            (Some(first), Some(last)) if unix_time > first.unix_time => {
                let (before, held) = (last.unix_time - first.unix_time, unix_time - last.unix_time);
                (last.mean * before as f64 + last.price * held as f64) / (before + held) as f64
            }
            _ => price,
        };
        self.prices.push(Averaged { unix_time, price, mean });
    }
}

/// Settles the expiry, and works the hedge off as the average takes shape.
///
/// # Errors
/// What was refused.
pub fn settle(
    client: &mut OptionsClient,
    local: &Local,
    market: &mut Market,
    people: &People,
    plan: &Plan,
) -> Result<Settled> {
    let mut settled = Settled::default();
    let held = people.hedge.trader(client)?.lots;
    let mut at = plan.window_at;
    while at <= plan.expiry {
        let point = market.at(at);
        market.publish(client, local, point)?;
        if let Some(refused) = crank(client, &people.liquidator.keypair, false, None)?
            .iter()
            .find(|step| !step.done)
        {
            bail!("{} UTC: {refused}", name::moment(at));
        }
        settled.add(at, price_of(point.price)? as f64 / 1e8);
        // What is settled by an average loses its delta as time passes.
        if (at - plan.window_at) % UNWIND_EVERY == 0 {
            let left = held as f64 * (plan.expiry - at) as f64 / (plan.expiry - plan.window_at) as f64;
            people.hedge.trade_to(client, left.round() as i64, point.price)?;
        }
        at += OBSERVE_EVERY;
    }
    let (_, expiry) = client
        .expiries()?
        .into_iter()
        .next()
        .ok_or_else(|| anyhow!("the expiry is gone"))?;
    if !expiry.is_settled() {
        bail!("the expiry was not settled at its end");
    }
    settled.price = expiry.price.price().map_or(0.0, |price| price.fixed().to_num());
    settled.seconds = expiry.averaged_seconds;
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_each_price_for_as_long_as_it_was_held() {
        let mut settled = Settled::default();
        assert_eq!(settled.mean(), 0.0);
        for (at, price, mean) in [
            (0, 100.0, 100.0),
            (60, 110.0, 100.0),
            (120, 90.0, 105.0),
            (240, 9.0, 97.5),
        ] {
            settled.add(at, price);
            assert!((settled.mean() - mean).abs() < 1e-12);
        }
        assert_eq!(settled.prices.len(), 4);
    }
}
