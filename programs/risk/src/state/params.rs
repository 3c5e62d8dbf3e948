//! A market's parameters as stored, and the bounds each has to keep.
//!
//! The bounds are hard-coded maxima: whoever creates a market chooses inside them. Zero never switches a guard off.

use crate::errors::RiskError;
use crate::state::Fixed;
use anchor_lang::prelude::*;
use ballast_risk_math::{Ratio, I80F48};
use ballast_risk_policy::admission::UseLimits;
use ballast_risk_policy::signals::{ExitHaircut, SignalParams};

/// Which format a price source speaks.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Pyth pull: any `PriceUpdateV2` of the receiver program with the right feed id, fully verified.
    PythPull,
    /// Pyth's legacy push account: one account, owned by one oracle program.
    PythPush,
    /// A Switchboard On-Demand pull feed: one account, owned by the Switchboard program.
    SwitchboardOnDemand,
}

/// Where a market's price comes from.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceSource {
    /// Format.
    pub kind: SourceKind,
    /// The program that has to own the price account.
    pub owner: Pubkey,
    /// Feed id of a pull source; address of the price account of the others.
    pub feed: [u8; 32],
}

/// Limits of one use, as stored. See [`UseLimits`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseSettings {
    /// Seconds.
    pub max_age_seconds: u32,
    /// Slots.
    pub max_age_slots: u32,
    /// Share of the price.
    pub max_confidence: Fixed,
    /// Share of the slow price.
    pub max_deviation: Fixed,
}

/// Signal parameters, as stored. See [`SignalParams`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSettings {
    /// Seconds.
    pub min_interval_seconds: u32,
    /// Seconds.
    pub variance_time_constant_seconds: u32,
    /// Share of the slow price an hour.
    pub slow_price_rate_per_hour: Fixed,
    /// Standard deviations.
    pub jump_threshold: Fixed,
    /// Log return.
    pub jump_floor: Fixed,
    /// Seconds.
    pub jump_quiet_seconds: u32,
}

/// Exit haircut, as stored. See [`ExitHaircut`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitHaircutParams {
    /// Share of the price.
    pub base: Fixed,
    /// Share of the price an hour.
    pub per_hour: Fixed,
    /// Share of the price.
    pub max: Fixed,
}

const fn percent(value: i64) -> I80F48 {
    I80F48::from_bits(((value as i128) << 48) / 100)
}

/// In (0, most].
fn positive_up_to(value: Fixed, most: I80F48) -> bool {
    value.get() > I80F48::ZERO && value.get() <= most
}

impl PriceSource {
    /// # Errors
    /// [`RiskError::PriceSource`] if the owner or the feed is all zeros.
    pub fn validate(&self) -> Result<()> {
        let named = self.owner != Pubkey::default() && self.feed != [0; 32];
        require!(named, RiskError::PriceSource);
        Ok(())
    }
}

impl UseSettings {
    /// # Errors
    /// The parameter that is out of its bounds.
    pub fn validate(&self) -> Result<()> {
        require!((1..=86_400).contains(&self.max_age_seconds), RiskError::MaxAge);
        require!((1..=1_000_000).contains(&self.max_age_slots), RiskError::MaxAgeSlots);
        require!(
            positive_up_to(self.max_confidence, percent(10)),
            RiskError::MaxConfidence
        );
        require!(positive_up_to(self.max_deviation, percent(90)), RiskError::MaxDeviation);
        Ok(())
    }

    /// As the policy crate wants them.
    pub fn limits(&self) -> UseLimits {
        UseLimits {
            max_age_seconds: self.max_age_seconds,
            max_age_slots: self.max_age_slots,
            max_confidence: self.max_confidence.ratio(),
            max_deviation: self.max_deviation.ratio(),
        }
    }
}

impl SignalSettings {
    /// # Errors
    /// The parameter that is out of its bounds.
    pub fn validate(&self) -> Result<()> {
        require!((1..=3_600).contains(&self.min_interval_seconds), RiskError::MinInterval);
        require!(
            (60..=2_592_000).contains(&self.variance_time_constant_seconds),
            RiskError::VarianceTimeConstant
        );
        require!(
            positive_up_to(self.slow_price_rate_per_hour, I80F48::ONE),
            RiskError::SlowPriceRate
        );
        let threshold = self.jump_threshold.get();
        require!(
            threshold >= I80F48::ONE && threshold <= percent(5_000),
            RiskError::JumpThreshold
        );
        require!(positive_up_to(self.jump_floor, percent(50)), RiskError::JumpFloor);
        require!((60..=604_800).contains(&self.jump_quiet_seconds), RiskError::JumpQuiet);
        Ok(())
    }

    /// As the policy crate wants them.
    pub fn params(&self) -> SignalParams {
        SignalParams {
            min_interval_seconds: self.min_interval_seconds,
            variance_time_constant_seconds: self.variance_time_constant_seconds,
            slow_price_rate_per_hour: self.slow_price_rate_per_hour.ratio(),
            jump_threshold: self.jump_threshold.ratio(),
            jump_floor: self.jump_floor.ratio(),
            jump_quiet_seconds: self.jump_quiet_seconds,
        }
    }
}

impl ExitHaircutParams {
    /// # Errors
    /// [`RiskError::ExitHaircut`].
    pub fn validate(&self) -> Result<()> {
        let sound = positive_up_to(self.max, percent(50))
            && positive_up_to(self.base, self.max.get())
            && positive_up_to(self.per_hour, percent(50));
        require!(sound, RiskError::ExitHaircut);
        Ok(())
    }

    /// As the policy crate wants it.
    pub fn haircut(&self) -> ExitHaircut {
        ExitHaircut {
            base: self.base.ratio(),
            per_hour: self.per_hour.ratio(),
            max: self.max.ratio(),
        }
    }
}

/// # Errors
/// [`RiskError::InitialVariance`] outside [0.0001, 25] a year.
pub fn validate_initial_variance(variance: Ratio) -> Result<()> {
    let allowed = I80F48::from_bits((1 << 48) / 10_000)..=percent(2_500);
    require!(allowed.contains(&variance.fixed()), RiskError::InitialVariance);
    Ok(())
}
