//! What trading costs.

use super::sample;
use anchor_lang::prelude::Clock;
use anyhow::Result;
use ballast_sdk::prices;
use ballast_sdk::prices::Publication;
use ballast_sdk::snapshot::Snapshot;

/// The cost of a vault's trades, quote.
///
/// Deposits and payouts only move money between vault and depositors. So all that is missing at an
/// unchanged price was paid for trading.
#[derive(Default)]
pub struct Cost {
    /// The cost so far.
    pub total: f64,
    /// What vault and depositors would have together, less what was minted for them, had the keeper
    /// done nothing.
    wealth: f64,
    /// The vault when the keeper last came to rest.
    rested: Option<Snapshot>,
}

impl Cost {
    /// Revalues the vault as it rests at a price that is about to be published.
    ///
    /// # Errors
    /// A number that does not fit.
    pub fn reprice(&mut self, clock: Clock, publication: &Publication) -> Result<()> {
        let Some(rested) = &self.rested else {
            return Ok(());
        };
        let mut repriced = Snapshot {
            clock,
            ..rested.clone()
        };
        let market = &mut repriced.first;
        market.published.first = prices::pull_account(market.feeds.first, publication);
        let repriced = repriced.observed();
        self.wealth += sample::nav(&repriced)? - sample::nav(rested)?;
        Ok(())
    }

    /// Books what the keeper's trades cost. `outside` is what depositors have beside the vault,
    /// less what was minted for them.
    ///
    /// # Errors
    /// A number that does not fit.
    pub fn rest(&mut self, snapshot: Snapshot, outside: f64) -> Result<()> {
        let wealth = sample::nav(&snapshot)? + outside;
        self.total += self.wealth - wealth;
        (self.wealth, self.rested) = (wealth, Some(snapshot));
        Ok(())
    }
}
