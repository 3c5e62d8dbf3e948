//! The settlement: a sample a minute, their average, everybody's positions, everybody's claims.

use super::market::Market;
use super::people::People;
use super::sale::Plan;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::name;
use crate::commands::options::settle::{crank, Due};
use anyhow::anyhow;
use anyhow::bail;
use anyhow::Result;
use ballast_deploy::price::price_of;
use ballast_deploy::steps::Local;
use ballast_options::state::ExpiryOutcome;
use ballast_sim::record::strangle::Sample;

/// Between two samples, seconds.
const SAMPLE_EVERY: i64 = 60;
/// Between two parts of the hedge that are worked off while the expiry is sampled, seconds.
const UNWIND_EVERY: i64 = 300;

/// How an expiry was settled.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// The price, as the program has it.
    pub price: f64,
    /// Samples by the program's count.
    pub count: u32,
    /// The samples as they were published, each with the mean so far.
    pub samples: Vec<Sample>,
}

impl Settled {
    /// Returns the mean of the published samples.
    pub fn mean(&self) -> f64 {
        self.samples.last().map_or(0.0, |sample| sample.mean)
    }

    fn add(&mut self, unix_time: i64, price: f64) {
        let count = self.samples.len() as f64;
        let mean = (self.mean() * count + price) / (count + 1.0);
        self.samples.push(Sample { unix_time, price, mean });
    }
}

/// Settles the expiry, and works the hedge off as the average takes shape.
///
/// # Errors
/// What was refused, or a sample that was not recorded.
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
        let steps = crank(client, &people.liquidator.keypair, false)?;
        if !steps.iter().any(|step| step.due == Due::Sample && step.done) {
            let lines: Vec<String> = steps.iter().map(ToString::to_string).collect();
            bail!("no sample was recorded at {}: {}", name::moment(at), lines.join("; "));
        }
        settled.add(at, price_of(point.price)? as f64 / 1e8);
        // What is settled by an average loses its delta with every sample.
        if (at - plan.window_at) % UNWIND_EVERY == 0 {
            let left = held as f64 * (plan.expiry - at) as f64 / (plan.expiry - plan.window_at) as f64;
            people.hedge.trade_to(client, left.round() as i64, point.price)?;
        }
        at += SAMPLE_EVERY;
    }
    let (_, expiry) = client
        .expiries()?
        .into_iter()
        .next()
        .ok_or_else(|| anyhow!("the expiry is gone"))?;
    if expiry.outcome == ExpiryOutcome::Open {
        bail!("the expiry was not settled at its end");
    }
    settled.price = expiry.price.price().map_or(0.0, |price| price.fixed().to_num());
    settled.count = expiry.sample_count;
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_all_samples() {
        let mut settled = Settled::default();
        assert_eq!(settled.mean(), 0.0);
        for (at, price, mean) in [(0, 100.0, 100.0), (60, 110.0, 105.0), (120, 90.0, 100.0)] {
            settled.add(at, price);
            assert!((settled.mean() - mean).abs() < 1e-12);
        }
        assert_eq!(settled.samples.len(), 3);
    }
}
