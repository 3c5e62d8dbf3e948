//! A market's volatility surface in a world: feeders, what they say, and sound parameters.

use crate::{fixed, User, World};
use anchor_lang::prelude::Pubkey;
use ballast_risk::state::{StoredSlice, Submission, Surface, SurfaceSettings};
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::addresses;
use ballast_sdk::instructions::surface as ix;
use solana_signer::Signer;

use crate::world::{Sent, START};

/// Days from [`START`] to the expiries of the grid: the eight of the surface and two more.
pub const DAYS: [i64; 10] = [7, 14, 30, 60, 90, 120, 180, 365, 548, 730];

/// Expiries of the grid, unix seconds.
pub fn grid() -> Vec<i64> {
    DAYS.iter().map(|days| START + days * 86_400).collect()
}

/// Sound parameters.
pub fn settings() -> SurfaceSettings {
    SurfaceSettings {
        min_interval_seconds: 60,
        max_submission_age_seconds: 600,
        min_time_to_expiry_seconds: 3_600,
        average_tenor_seconds: 2_592_000,
        average_spacing_seconds: 3_600,
        variance_change_per_hour: fixed("0.3"),
        skew_change_per_hour: fixed("0.2"),
        curvature_change_per_hour: fixed("0.5"),
        floor_share: fixed("0.25"),
    }
}

/// A surface without arbitrage on the first eight expiries: one volatility, one skew, φ = 1/√θ as of [`START`].
pub fn smile(volatility: f64, skew: f64) -> Vec<StoredSlice> {
    let slice = |expiry: i64| {
        let theta = 0.36 * (expiry - START) as f64 / 31_536_000.0;
        StoredSlice {
            expiry,
            variance: (volatility * volatility * 2f64.powi(56)) as u64,
            skew: (skew * 2f64.powi(62)) as i64,
            curvature: (theta.sqrt().recip() * 2f64.powi(48)) as u64,
        }
    };
    grid().into_iter().take(8).map(slice).collect()
}

/// A surface that sits on the rule for the call wing from the second expiry on: medians of several such have arbitrage.
pub fn tight_smile(far: f64, skew: f64) -> Vec<StoredSlice> {
    let (near_level, near_skew, near_curvature) = (0.6, -0.2, 3.0);
    let mut slices = smile(near_level, near_skew);
    let theta = |slice: &StoredSlice, level: f64| level * level * (slice.expiry - START) as f64 / 31_536_000.0;
    let wing = theta(&slices[0], near_level) * near_curvature * (1.0 + near_skew);
    for (index, slice) in slices.iter_mut().enumerate() {
        let near = index == 0;
        let (level, skew) = if near { (near_level, near_skew) } else { (far, skew) };
        let growth = 1.0 + 1e-6 * index as f64;
        let curvature = wing / (theta(slice, level) * (1.0 + skew)) * growth;
        slice.variance = (level * level * 2f64.powi(56)) as u64;
        slice.skew = (skew * 2f64.powi(62)) as i64;
        slice.curvature = (curvature * 2f64.powi(48)) as u64;
    }
    slices
}

/// The volatility at the money of a stored slice.
pub fn volatility(slice: &StoredSlice) -> f64 {
    (slice.variance as f64 / 2f64.powi(56)).sqrt()
}

/// A world whose market has a surface.
pub struct SurfaceWorld {
    /// The world.
    pub world: World,
    /// The surface.
    pub key: Pubkey,
    /// Its feeders.
    pub feeders: Vec<User>,
}

impl SurfaceWorld {
    /// With `count` feeders who have opened their accounts, `required` of whom a publication takes.
    pub fn new(count: usize, required: u8) -> Self {
        Self::with(count, required, settings())
    }

    /// As [`Self::new`], with these parameters.
    pub fn with(count: usize, required: u8, settings: SurfaceSettings) -> Self {
        let mut world = World::new();
        let feeders: Vec<User> = (0..count).map(|_| world.user(0)).collect();
        let args = CreateSurfaceArgs {
            settings,
            grid: grid(),
            feeders: feeders.iter().map(|user| user.holder.key).collect(),
            required,
        };
        let market = world.keys.risk_market;
        let create = ix::create(&world.admin.pubkey(), &market, args);
        world.send(&[create], &[]).expect("a surface");
        let key = addresses::surface(&market);
        for feeder in &feeders {
            let open = ix::open_submission(&feeder.holder.key, &key);
            world.send(&[open], &[&feeder.keypair]).expect("a submission account");
        }
        Self { world, key, feeders }
    }

    /// The feeders' addresses.
    pub fn keys(&self) -> Vec<Pubkey> {
        self.feeders.iter().map(|user| user.holder.key).collect()
    }

    /// Lets time pass, and observes the market at an unchanged price, so that its realised variance is one of now.
    pub fn pass_observed(&mut self, seconds: i64, slots: u64) {
        self.world.pass(seconds, slots);
        self.world.set_price("50000", "10");
        self.world.observe().expect("an observation");
    }

    /// A feeder says `slices`.
    pub fn submit(&mut self, feeder: usize, slices: Vec<StoredSlice>) -> Sent {
        let user = &self.feeders[feeder];
        let instruction = ix::submit(&user.holder.key, &self.key, slices);
        self.world.send(&[instruction], &[&user.keypair])
    }

    /// Every feeder says something, in turn.
    pub fn submit_all(&mut self, said: &[Vec<StoredSlice>]) {
        for (feeder, slices) in said.iter().enumerate() {
            self.submit(feeder, slices.clone()).expect("a submission");
        }
    }

    /// Anyone publishes from these feeders' submissions.
    pub fn publish_from(&mut self, feeders: &[Pubkey]) -> Sent {
        let instruction = ix::publish(&self.world.keys.risk_market, feeders);
        self.world.send(&[instruction], &[])
    }

    /// Anyone publishes from all submissions.
    pub fn publish(&mut self) -> Sent {
        let keys = self.keys();
        self.publish_from(&keys)
    }

    /// The surface account.
    pub fn surface(&self) -> Surface {
        self.world
            .raw(&self.key)
            .expect("a surface")
            .surface()
            .expect("a surface")
    }

    /// Whether one of the submissions is exactly these slices.
    pub fn submissions_hold(&self, slices: &[StoredSlice]) -> bool {
        (0..self.feeders.len()).any(|feeder| self.submission(feeder).slices == slices)
    }

    /// A feeder's submission.
    pub fn submission(&self, feeder: usize) -> Submission {
        let key = addresses::submission(&self.key, &self.feeders[feeder].holder.key);
        self.world
            .raw(&key)
            .expect("a submission")
            .submission()
            .expect("a submission")
    }
}
