//! A market's parameters as stored: one bundle, validated whole. Zero never switches a guard off.
//!
//! Every struct here is plain data without padding, so that its bytes in an account and in an
//! instruction are the same.

use crate::errors::RiskError;
use crate::state::{Fixed, ObservationSettings, PriceSource, VenueSource};
use anchor_lang::prelude::*;
use ballast_core_market::admission::{PriceUse, UseLimits};
use ballast_core_market::signals::ExitHaircut;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, Value, I80F48};
use bytemuck::{Pod, Zeroable};

/// Venues whose liquidity a market may be told by.
pub const MAX_VENUES: usize = 2;

/// Everything that is chosen about a market.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct MarketParams {
    /// The size whose cost measures liquidity, base units of the quote token.
    pub standard_order: u64,
    /// The price source, and the second one that confirms it, if there is one.
    pub sources: [PriceSource; 2],
    /// Venues that quote the standard size; those not used come last and are zeros.
    pub venues: [VenueSource; MAX_VENUES],
    /// For `Trade`, `Nav`, `Exit`, `Settle`: 1 if the use is refused without a fresh price of the
    /// second source, 0 if not.
    pub requires_second: [u8; 4],
    /// Limits for `Trade`, `Nav`, `Exit`, `Settle`, in that order.
    pub uses: [UseSettings; 4],
    /// How exits are priced when no live price is admitted.
    pub exit_haircut: ExitHaircutParams,
    /// Signals, regime and breakers.
    pub observation: ObservationSettings,
}

/// Limits of one use, as stored. See [`UseLimits`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct UseSettings {
    /// Seconds.
    pub max_age_seconds: u32,
    /// Slots.
    pub max_age_slots: u32,
    /// Distance from the second source over the lower price, basis points.
    pub max_divergence: u32,
    /// Share of the price.
    pub max_confidence: Fixed,
    /// Share of the slow price.
    pub max_deviation: Fixed,
}

/// Exit haircut, as stored. See [`ExitHaircut`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
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

impl MarketParams {
    /// Checks the whole bundle.
    ///
    /// # Errors
    /// The first parameter that is out of its bounds.
    pub fn validate(&self) -> Result<()> {
        self.validate_sources()?;
        require!(
            self.standard_order > 0 && Value::from_amount(self.standard_order).is_some(),
            RiskError::StandardOrder
        );
        for limits in &self.uses {
            limits.validate()?;
        }
        self.exit_haircut.validate()?;
        self.observation.validate()
    }

    fn validate_sources(&self) -> Result<()> {
        let [first, second] = &self.sources;
        first.validate()?;
        if !second.is_none() {
            second.validate()?;
            require!(first != second, RiskError::SecondSource);
        }
        let [_, _, exit, _] = self.requires_second;
        // Nobody's exit may hang on a second source that died.
        let sound = self.requires_second.iter().all(|required| *required <= 1)
            && exit == 0
            && (self.requires_second == [0; 4] || !second.is_none());
        require!(sound, RiskError::RequiresSecond);
        let used = self.venues();
        require!(
            self.venues.iter().skip(used.len()).all(VenueSource::is_none),
            RiskError::VenueSource
        );
        used.iter().try_for_each(VenueSource::validate)?;
        let [first, second] = &self.venues;
        require!(
            first.is_none() || first.account != second.account,
            RiskError::VenueSource
        );
        Ok(())
    }

    /// Returns the second source, if there is one.
    pub fn second_source(&self) -> Option<&PriceSource> {
        let [_, second] = &self.sources;
        (!second.is_none()).then_some(second)
    }

    /// Returns the venues in use.
    pub fn venues(&self) -> &[VenueSource] {
        let count = self.venues.iter().take_while(|venue| !venue.is_none()).count();
        self.venues.get(..count).unwrap_or_default()
    }

    /// Returns the limits of one use.
    pub fn limits(&self, usage: PriceUse) -> UseLimits {
        let ([trade, nav, exit, settle], [for_trade, for_nav, for_exit, for_settle]) =
            (&self.uses, self.requires_second);
        let (settings, requires_second) = match usage {
            PriceUse::Trade => (trade, for_trade),
            PriceUse::Nav => (nav, for_nav),
            PriceUse::Exit => (exit, for_exit),
            PriceUse::Settle => (settle, for_settle),
        };
        UseLimits {
            max_age_seconds: settings.max_age_seconds,
            max_age_slots: settings.max_age_slots,
            max_confidence: settings.max_confidence.ratio(),
            max_deviation: settings.max_deviation.ratio(),
            max_divergence: BasisPoints(settings.max_divergence),
            requires_second: requires_second != 0,
        }
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
        require!((1..=2_000).contains(&self.max_divergence), RiskError::MaxDivergence);
        Ok(())
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

    /// As the core wants it.
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
