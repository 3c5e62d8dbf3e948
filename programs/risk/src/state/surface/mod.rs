//! A market's volatility surface: what its feeders say, and what was published from it.
//!
//! Both accounts have one size and fixed offsets (`docs/reference/accounts-surface.md`), so that
//! any language can read them.

mod feeders;
mod settings;

pub use feeders::{Feeder, FeederSet, FEEDER_DELAY, FEEDER_WINDOW};
pub use settings::SurfaceSettings;

use crate::errors::RiskError;
use anchor_lang::prelude::*;
use ballast_core_market::surface_feed::{self, FeedSlice, FeedSurface, MAX_SLICES};
use ballast_core_math::estimators::{Checkpoint, Gwav, CHECKPOINTS};
use ballast_core_math::surface as essvi;
use bytemuck::{Pod, Zeroable};

/// First seed of a surface's address: `["surface", market]`.
pub const SURFACE_SEED: &[u8] = b"surface";
/// First seed of a submission's address: `["submission", surface, feeder]`.
pub const SUBMISSION_SEED: &[u8] = b"submission";
/// Layout written by this program, of both accounts. A reader that does not know the version has to
/// refuse it.
pub const SURFACE_VERSION: u8 = 2;
/// Most feeders of a surface.
pub const MAX_FEEDERS: usize = 16;
/// Most expiries a grid holds: the eight of the surface, and those that follow them.
pub const MAX_GRID: usize = 16;
/// Least time between two expiries of a grid, seconds.
const MIN_GAP: i64 = 3_600;

/// One expiry, as stored: an eSSVI slice whose level is a rate, so that it stays true while time
/// passes.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredSlice {
    /// Expiry, unix seconds.
    pub expiry: i64,
    /// Variance at the money per year, σ², with 56 fraction bits. Total variance at a time t is
    /// this × (expiry − t).
    pub variance: u64,
    /// Skew ρ, with 62 fraction bits.
    pub skew: i64,
    /// Curvature φ, with 48 fraction bits.
    pub curvature: u64,
}

/// A moment and ∫ ln σ dt up to it, as stored. See [`Checkpoint`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredCheckpoint {
    /// Unix seconds.
    pub time: i64,
    /// Seconds of ln σ, with 32 fraction bits; wraps.
    pub integral: i64,
}

/// The geometric average of at-the-money volatility, as stored. See [`Gwav`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredGwav {
    /// ln σ since the last publication, with 32 fraction bits.
    pub level: i64,
    /// The last publication.
    pub last: StoredCheckpoint,
    /// Checkpoints, the newest first.
    pub checkpoints: [StoredCheckpoint; CHECKPOINTS],
    /// How many of them are in use; none before the first publication.
    pub used: u64,
}

/// A market's volatility surface. The first `slice_count` slices are what was last published.
#[account(zero_copy)]
#[derive(Debug)]
#[repr(C)]
pub struct Surface {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Slices published; none before the first publication.
    pub slice_count: u8,
    /// Expiries in the grid.
    pub grid_count: u8,
    /// Zero.
    pub padding: [u8; 4],
    /// The market.
    pub market: Pubkey,
    /// Who proposes feeders and lists expiries: the market's creator.
    pub authority: Pubkey,
    /// When it was last published, unix seconds; zero before the first publication.
    pub published_at: i64,
    /// How often it was published.
    pub publications: u64,
    /// What was published, by expiry.
    pub slices: [StoredSlice; MAX_SLICES],
    /// Average of at-the-money volatility.
    pub average: StoredGwav,
    /// Parameters.
    pub settings: SurfaceSettings,
    /// Expiries, unix seconds, increasing; the first eight that are far enough ahead are the
    /// surface's.
    pub grid: [i64; MAX_GRID],
    /// Those whose submissions count.
    pub feeders: FeederSet,
    /// Those who take their places once `since` has come; none if nothing is proposed.
    pub proposed: FeederSet,
    /// Room for what later versions hold.
    pub reserved: [u64; 8],
}

/// Bytes of a surface's account.
pub const SURFACE_BYTES: usize = 8 + core::mem::size_of::<Surface>();

/// What one feeder last said.
#[account]
#[derive(InitSpace, Debug)]
pub struct Submission {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Slices in use; none before the first submission.
    pub slice_count: u8,
    /// Zero.
    pub padding: [u8; 5],
    /// The surface.
    pub surface: Pubkey,
    /// The feeder.
    pub feeder: Pubkey,
    /// Chain time of the submission, unix seconds.
    pub submitted_at: i64,
    /// The slices, by expiry.
    pub slices: [StoredSlice; MAX_SLICES],
}

impl From<StoredSlice> for FeedSlice {
    fn from(stored: StoredSlice) -> Self {
        Self::from_bits(stored.expiry, stored.variance, stored.skew, stored.curvature)
    }
}

impl From<FeedSlice> for StoredSlice {
    fn from(slice: FeedSlice) -> Self {
        Self {
            expiry: slice.expiry,
            variance: slice.variance.to_bits(),
            skew: slice.skew.to_bits(),
            curvature: slice.curvature.to_bits(),
        }
    }
}

impl From<Checkpoint> for StoredCheckpoint {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            time: checkpoint.time,
            integral: checkpoint.integral,
        }
    }
}

impl From<StoredCheckpoint> for Checkpoint {
    fn from(stored: StoredCheckpoint) -> Self {
        Self {
            time: stored.time,
            integral: stored.integral,
        }
    }
}

impl From<Gwav> for StoredGwav {
    fn from(gwav: Gwav) -> Self {
        let (level, last, checkpoints, used) = gwav.parts();
        Self {
            level,
            last: last.into(),
            checkpoints: checkpoints.map(Into::into),
            used: u64::from(used),
        }
    }
}

impl StoredGwav {
    /// Returns the average; `None` before the first publication.
    pub fn get(&self) -> Option<Gwav> {
        Gwav::from_parts(
            self.level,
            self.last.into(),
            self.checkpoints.map(Into::into),
            u8::try_from(self.used).ok()?,
        )
    }
}

impl Surface {
    /// Returns the surface in an account's data, in place: for readers that are handed a bare
    /// account. They have to check its owner.
    ///
    /// # Errors
    /// [`RiskError::SurfaceVersion`] if it is no surface of this version.
    pub fn in_place(data: &[u8]) -> Result<&Self> {
        let body = data.strip_prefix(Self::DISCRIMINATOR);
        let surface = body.and_then(|body| bytemuck::try_from_bytes::<Self>(body).ok());
        let surface = surface.ok_or(RiskError::SurfaceVersion)?;
        surface.check_version()?;
        Ok(surface)
    }

    /// Refuses a surface of another layout.
    ///
    /// # Errors
    /// [`RiskError::SurfaceVersion`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == SURFACE_VERSION, RiskError::SurfaceVersion);
        Ok(())
    }

    /// Puts the proposed feeders in force.
    ///
    /// # Errors
    /// [`RiskError::FeedersNotProposed`], also a week after they could have been;
    /// [`RiskError::FeedersNotDue`].
    pub fn apply_feeders(&mut self, now: i64) -> Result<()> {
        let lapses_at = self.proposed.since.saturating_add(FEEDER_WINDOW);
        require!(
            self.proposed.count > 0 && now < lapses_at,
            RiskError::FeedersNotProposed
        );
        require!(now >= self.proposed.since, RiskError::FeedersNotDue);
        self.feeders = self.proposed;
        self.proposed = FeederSet::none();
        Ok(())
    }

    /// Returns the grid's expiries, unix seconds.
    pub fn grid(&self) -> &[i64] {
        self.grid.get(..usize::from(self.grid_count)).unwrap_or_default()
    }

    /// Returns the expiries that a submission has to be about at `now`, unix seconds.
    pub fn active(&self, now: i64) -> &[i64] {
        surface_feed::active(self.grid(), now, self.settings.min_time_to_expiry_seconds)
    }

    /// Returns the published slices as the core wants them.
    pub fn feed(&self) -> FeedSurface {
        FeedSurface::from_padded(self.slices.map(FeedSlice::from), usize::from(self.slice_count))
    }

    /// Lists the expiries. Once there was a publication, those that a submission is about now stay,
    /// and others come behind them: who could exchange one could make all submissions useless at
    /// any moment, and so stop the surface.
    ///
    /// # Errors
    /// [`RiskError::SurfaceGrid`] unless there are 1 to 16, in order, an hour or more apart, far
    /// enough ahead and within five years, the first of them those of now.
    pub fn set_grid(&mut self, grid: &[i64], now: i64) -> Result<()> {
        let count = u8::try_from(grid.len()).map_err(|_| RiskError::SurfaceGrid)?;
        let least = now.saturating_add(i64::from(self.settings.min_time_to_expiry_seconds));
        let most = now.saturating_add(surface_feed::MAX_TIME_TO_EXPIRY);
        let apart = grid
            .iter()
            .zip(grid.iter().skip(1))
            .all(|(before, after)| after.saturating_sub(*before) >= MIN_GAP);
        let ahead = grid.iter().all(|expiry| (least..=most).contains(expiry));
        let next = surface_feed::active(grid, now, self.settings.min_time_to_expiry_seconds);
        let kept = self.slice_count == 0 || next.starts_with(self.active(now));
        let sound = (1..=MAX_GRID).contains(&grid.len()) && apart && ahead && kept;
        require!(sound, RiskError::SurfaceGrid);
        self.grid = [0; MAX_GRID];
        for (place, expiry) in self.grid.iter_mut().zip(grid) {
            *place = *expiry;
        }
        self.grid_count = count;
        Ok(())
    }

    /// Returns the published slices, as stored, by expiry. They are as old as `published_at`:
    /// prefer [`Self::live`].
    pub fn published(&self) -> &[StoredSlice] {
        self.slices.get(..usize::from(self.slice_count)).unwrap_or_default()
    }

    /// Returns the surface as it stands at `now`, if it was published no more than `max_age`
    /// seconds ago: each slice's times and total variances count from `now`, and expiries that have
    /// passed are left out. About 5,000 compute units.
    ///
    /// # Errors
    /// [`RiskError::SurfaceStale`] if it is older, was never published, or all its expiries have
    /// passed; [`RiskError::SurfaceVersion`] for another layout.
    pub fn live(&self, now: i64, max_age: u32) -> Result<essvi::Surface> {
        self.check_version()?;
        let age = now.saturating_sub(self.published_at);
        let fresh = self.slice_count > 0 && (0..=i64::from(max_age)).contains(&age);
        require!(fresh, RiskError::SurfaceStale);
        self.last(now).ok_or_else(|| RiskError::SurfaceStale.into())
    }

    /// Returns the surface as it was last published, however long ago, its times counted from
    /// `now`. `None` if it never was, or all its expiries have passed.
    pub fn last(&self, now: i64) -> Option<essvi::Surface> {
        let slices = self.published().iter().map(|slice| FeedSlice::from(*slice));
        surface_feed::at(slices, now)
    }
}
