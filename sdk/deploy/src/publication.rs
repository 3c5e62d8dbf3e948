//! Prices and surfaces of a local network, where nobody else publishes them.

use crate::price::EXPONENT;
use crate::steps::Local;
use anyhow::{Context, Result};
use ballast_risk::state::{MarketParams, SourceKind, StoredSlice};
use ballast_rpc::{Cluster, ClusterError, TestCluster};
use ballast_sdk::instructions::{self, surface};
use ballast_sdk::prices::{self, Publication};
use ballast_sdk::{addresses, Instruction};
use solana_signer::Signer;

/// The quote token is worth one, in units of 10^[`EXPONENT`].
const PAR: i64 = 100_000_000;

/// Publishes at both sources of a local network's market, and the quote token at par.
///
/// # Errors
/// A cluster that cannot be used.
pub fn publish(
    cluster: &mut dyn TestCluster,
    params: &MarketParams,
    publication: &Publication,
) -> Result<(), ClusterError> {
    // The first last: whoever hears of it may act on all.
    let [first, second, quote] = &params.sources;
    let par = Publication {
        feed_id: quote.feed,
        price: PAR,
        confidence: PAR.unsigned_abs() / 10_000,
        exponent: EXPONENT,
        ..*publication
    };
    for (source, publication) in [(quote, &par), (second, publication), (first, publication)] {
        if let (Some(kind), Some(key)) = (source.kind(), prices::local_account_of(source)) {
            cluster.set_account(&match kind {
                SourceKind::SwitchboardOnDemand => prices::switchboard_account(key, publication),
                _ => prices::pull_account(key, publication),
            })?;
        }
    }
    Ok(())
}

impl Local {
    /// Publishes a price, in units of 10^[`EXPONENT`], at both of the market's sources, now. Its
    /// confidence is two basis points.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn publish_price(&self, cluster: &mut dyn TestCluster, price: i64) -> Result<(), ClusterError> {
        let clock = cluster.clock()?;
        let publication = Publication {
            feed_id: self.feed_id,
            price,
            confidence: price.unsigned_abs() / 5_000,
            exponent: EXPONENT,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        };
        publish(cluster, &self.params, &publication)
    }

    /// Returns `observe` of the asset's market.
    pub fn observe(&self) -> Instruction {
        let market = &self.keys.first().risk_market;
        instructions::observe(market, &self.params, &self.feeds)
    }

    /// Observes the market and publishes a surface: these slices, or the configured smile. The
    /// authority is the one feeder.
    ///
    /// # Errors
    /// What the risk program refused.
    pub fn publish_surface(&self, cluster: &mut dyn Cluster, slices: Option<Vec<StoredSlice>>) -> Result<()> {
        let (feeder, market) = (self.authority.pubkey(), self.keys.first().risk_market);
        let key = addresses::surface(&market);
        let now = cluster.clock()?.unix_timestamp;
        let surface = cluster.account(&key)?.surface()?;
        let slices = slices.unwrap_or_else(|| self.config.surface().smile(surface.active(now), now));
        let mut all = vec![self.observe()];
        let submission = addresses::submission(&key, &feeder);
        if cluster.find(&submission)?.is_none() {
            all.push(surface::open_submission(&feeder, &key));
        }
        all.push(surface::submit(&feeder, &key, slices));
        all.push(surface::publish(&market, &[feeder]));
        let sent = cluster.send(&all, &[&self.authority]);
        sent.with_context(|| format!("the surface of {}-USD could not be published", self.asset))
    }

    /// Publishes the first price and surface of a network that has none; one that has a surface is
    /// left as it is.
    ///
    /// # Errors
    /// As [`Self::publish_price`] and [`Self::publish_surface`].
    pub fn publish_first(&self, cluster: &mut dyn TestCluster, say: &mut dyn FnMut(&str)) -> Result<()> {
        let key = addresses::surface(&self.keys.first().risk_market);
        if cluster.account(&key)?.surface()?.publications > 0 {
            say(&format!("the surface of {}-USD is published already", self.asset));
            return Ok(());
        }
        let price = self.config.first_price(&self.asset)?;
        self.publish_price(cluster, price)?;
        self.publish_surface(cluster, None)?;
        say(&format!("first price and surface of {}-USD", self.asset));
        Ok(())
    }
}
