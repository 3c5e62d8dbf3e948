//! The surfaces that the demo publishes: the configured smile, or what real option chains are
//! fitted to.

use crate::reading;
use anyhow::{anyhow, Context, Result};
use ballast_deploy::steps::Local;
use ballast_files::moment::TimeUnit;
use ballast_market_data::chains::{self, Snapshot};
use ballast_risk::state::StoredSlice;
use ballast_rpc::{Cluster, ClusterError};
use ballast_sdk::surface::submission::{prepare, Chain, Terms};
use std::path::Path;

/// How old a snapshot of a chain may be: they are taken once a day.
const OLDEST_CHAIN: u32 = 172_800;
/// How far the last fitted expiry may be extended.
const EXTRAPOLATION: f64 = 2.0;
/// Shares of the way from the published surface to the new one that are tried in turn: a
/// publication moves by no more than its bounds.
const STEPS: [f64; 4] = [1.0, 0.5, 0.2, 0.05];

/// Where surfaces come from.
pub struct Source {
    chains: Vec<Snapshot>,
    asset: String,
    /// Whether no row of the file was left out.
    pub whole: bool,
}

/// What became of the publications.
#[derive(Clone, Copy, Debug, Default)]
pub struct Published {
    /// Published whole.
    pub whole: u32,
    /// Published a part of the way, for the bound on change.
    pub partial: u32,
    /// Not published.
    pub refused: u32,
}

impl Source {
    /// Returns the built-in smile, or reads a file of chains.
    ///
    /// # Errors
    /// If the file cannot be read, or has nothing of the asset.
    pub fn load(file: Option<&Path>, asset: &str, unit: Option<TimeUnit>) -> Result<Self> {
        let mut whole = true;
        let mut chains = match file {
            None => Vec::new(),
            Some(file) => {
                let all = chains::load(file, unit).context("--chains")?;
                reading::say(&file.display().to_string(), &all.notes, &all.left_out);
                whole = all.left_out.is_empty();
                let of_asset = |snapshot: &Snapshot| snapshot.currency == asset;
                let ours: Vec<Snapshot> = all.snapshots.into_iter().filter(of_asset).collect();
                if ours.is_empty() {
                    return Err(anyhow!("--chains: {} has no chain of {asset}", file.display()));
                }
                ours
            }
        };
        chains.sort_by_key(|snapshot| snapshot.unix_time);
        Ok(Self {
            chains,
            asset: asset.to_owned(),
            whole,
        })
    }

    /// Says what it is, for the report.
    pub fn describe(&self) -> String {
        match self.chains.len() {
            0 => "the configured smile".to_owned(),
            count => format!("fitted to {count} {} option chains", self.asset),
        }
    }

    /// Fits the slices of a moment on these expiries; nothing means the configured smile.
    fn slices(&self, expiries: &[i64], now: i64) -> Option<Result<Vec<StoredSlice>>> {
        // The first also serves the hours before it: the day's first publication needs one.
        let before = self.chains.iter().rev().find(|snapshot| snapshot.unix_time <= now);
        let snapshot = before.or(self.chains.first())?;
        let terms = Terms {
            max_chain_age: OLDEST_CHAIN,
            as_of_now: snapshot.unix_time > now,
            max_extrapolation: EXTRAPOLATION,
        };
        let chain = Chain {
            unix_time: snapshot.unix_time,
            expiries: &snapshot.expiries,
        };
        let submitted = prepare(chain, expiries, now, &terms).map_err(|refusal| anyhow!("{refusal}"));
        Some(submitted.map(|submitted| submitted.slices.iter().map(|slice| (*slice).into()).collect()))
    }

    /// Observes the market and publishes what the source has for now, as far as the bounds on
    /// change allow.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn publish(&self, local: &Local, cluster: &mut dyn Cluster, count: &mut Published) -> Result<()> {
        let now = cluster.clock()?.unix_timestamp;
        let seen = cluster.account(&local.listed().surface)?.surface()?;
        let expiries = seen.active(now).to_vec();
        let target = match self.slices(&expiries, now) {
            Some(Ok(slices)) => slices,
            Some(Err(_)) if seen.publications > 0 => seen.published().to_vec(),
            Some(Err(error)) => return Err(error.context("--chains: the first surface")),
            None => local.config.surface().smile(&expiries, now),
        };
        for step in STEPS {
            let slices = target
                .iter()
                .map(|slice| blend(seen.published(), slice, step))
                .collect();
            match local.publish_surface(cluster, Some(slices)) {
                Ok(()) if step == 1.0 => count.whole += 1,
                Ok(()) => count.partial += 1,
                Err(error) => match error.downcast_ref::<ClusterError>() {
                    Some(ClusterError::Refused(_)) => continue,
                    _ => return Err(error),
                },
            }
            return Ok(());
        }
        count.refused += 1;
        Ok(())
    }
}

/// Goes a share of the way from what is published for that expiry to a new slice.
fn blend(published: &[StoredSlice], new: &StoredSlice, share: f64) -> StoredSlice {
    let Some(old) = published.iter().find(|old| old.expiry == new.expiry && share < 1.0) else {
        return *new;
    };
    let between = |old: f64, new: f64| old + share * (new - old);
    StoredSlice {
        expiry: new.expiry,
        variance: between(old.variance as f64, new.variance as f64) as u64,
        skew: between(old.skew as f64, new.skew as f64) as i64,
        curvature: between(old.curvature as f64, new.curvature as f64) as u64,
    }
}
