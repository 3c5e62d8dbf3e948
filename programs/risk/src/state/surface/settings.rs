//! A surface's parameters.

use crate::errors::RiskError;
use crate::state::Fixed;
use anchor_lang::prelude::*;
use ballast_core_market::surface_feed::FeedBounds;
use ballast_core_types::I80F48;
use bytemuck::{Pod, Zeroable};

/// A surface's parameters, as stored. See [`FeedBounds`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SurfaceSettings {
    /// Least time between two publications, seconds.
    pub min_interval_seconds: u32,
    /// A submission older than this does not count, seconds.
    pub max_submission_age_seconds: u32,
    /// An expiry nearer than this leaves the surface, seconds.
    pub min_time_to_expiry_seconds: u32,
    /// Time to expiry at which at-the-money volatility is averaged, seconds.
    pub average_tenor_seconds: u32,
    /// Least time between two checkpoints of that average, seconds.
    pub average_spacing_seconds: u32,
    /// Zero.
    pub padding: u32,
    /// How far the logarithm of variance at the money may move in an hour.
    pub variance_change_per_hour: Fixed,
    /// How far ρ may move in an hour.
    pub skew_change_per_hour: Fixed,
    /// How far the logarithm of φσ may move in an hour.
    pub curvature_change_per_hour: Fixed,
}

impl SurfaceSettings {
    /// # Errors
    /// The parameter that is out of its bounds.
    pub fn validate(&self) -> Result<()> {
        let within = |value: u32, least: u32, most: u32| (least..=most).contains(&value);
        let share = |value: Fixed, most: i64| value.get() > I80F48::ZERO && value.get() <= most;
        require!(within(self.min_interval_seconds, 1, 3_600), RiskError::SurfaceInterval);
        require!(
            within(self.max_submission_age_seconds, 10, 86_400),
            RiskError::SurfaceSubmissionAge
        );
        require!(
            within(self.min_time_to_expiry_seconds, 61, 604_800),
            RiskError::SurfaceTimeToExpiry
        );
        require!(
            within(self.average_tenor_seconds, 86_400, 31_536_000) && within(self.average_spacing_seconds, 60, 604_800),
            RiskError::SurfaceAverage
        );
        require!(
            share(self.variance_change_per_hour, 4)
                && share(self.skew_change_per_hour, 1)
                && share(self.curvature_change_per_hour, 4),
            RiskError::SurfaceChangeBound
        );
        Ok(())
    }

    /// As the core wants them.
    pub fn bounds(&self) -> FeedBounds {
        FeedBounds {
            min_interval_seconds: self.min_interval_seconds,
            average_tenor_seconds: self.average_tenor_seconds,
            variance_change_per_hour: self.variance_change_per_hour.ratio(),
            skew_change_per_hour: self.skew_change_per_hour.ratio(),
            curvature_change_per_hour: self.curvature_change_per_hour.ratio(),
        }
    }
}
