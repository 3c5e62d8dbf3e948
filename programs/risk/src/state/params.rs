//! A market's parameters as stored: one bundle, validated whole. Zero never switches a guard off.
//!
//! Every struct here is plain data without padding, so that its bytes in an account and in an
//! instruction are the same.

use crate::errors::RiskError;
use crate::state::{ClockSettings, Fixed, GradeSettings, ObservationSettings, PriceSource, VenueSource};
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
    /// The price source; the second one that confirms it, and the quote token's own, if there are
    /// such.
    pub sources: [PriceSource; 3],
    /// Venues that quote the standard size; those not used come last and are zeros.
    pub venues: [VenueSource; MAX_VENUES],
    /// Zero.
    pub padding: [u8; 11],
    /// Limits for `Trade`, `Nav`, `Exit`, `Margin`, in that order.
    pub uses: [UseSettings; 4],
    /// Which prices count in the averages that expiries settle at.
    pub settlement: GradeSettings,
    /// How exits are priced while the first source is silent.
    pub exit_haircut: ExitHaircutParams,
    /// How the chain's time is read.
    pub clock: ClockSettings,
    /// Signals, regime and breakers.
    pub observation: ObservationSettings,
}

/// Limits of one use, as stored. See [`UseLimits`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct UseSettings {
    /// Seconds.
    pub max_age_seconds: u32,
    /// Distance from the second source over the lower price, basis points.
    pub max_divergence: u32,
    /// 1 if the use is refused unless both sources have agreed of late, 0 if not.
    pub requires_second: u32,
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
        for (limits, usage) in self.uses.iter().zip(PriceUse::ALL) {
            limits.validate(usage)?;
        }
        self.settlement.validate()?;
        self.exit_haircut.validate()?;
        self.clock.validate()?;
        self.observation.validate()
    }

    fn validate_sources(&self) -> Result<()> {
        let [first, second, quote] = &self.sources;
        first.validate()?;
        if !second.is_none() {
            second.validate()?;
            require!(first != second, RiskError::SecondSource);
        }
        if !quote.is_none() {
            quote.validate()?;
            require!(quote != first && quote != second, RiskError::QuoteSource);
        }
        let [trade, nav, exit, margin] = &self.uses;
        let required = [trade, nav, exit, margin].map(|limits| limits.requires_second);
        let most = required
            .iter()
            .fold(self.settlement.requires_second, |most, flag| most.max(*flag));
        // Nobody's exit may hang on a second source that died.
        let sound = most <= 1 && exit.requires_second == 0 && (most == 0 || !second.is_none());
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
        let [_, second, _] = &self.sources;
        (!second.is_none()).then_some(second)
    }

    /// Returns the quote token's own source, if there is one.
    pub fn quote_source(&self) -> Option<&PriceSource> {
        let [_, _, quote] = &self.sources;
        (!quote.is_none()).then_some(quote)
    }

    /// Returns the venues in use.
    pub fn venues(&self) -> &[VenueSource] {
        let count = self.venues.iter().take_while(|venue| !venue.is_none()).count();
        self.venues.get(..count).unwrap_or_default()
    }

    /// Returns the limits of one use.
    pub fn limits(&self, usage: PriceUse) -> UseLimits {
        let [trade, nav, exit, margin] = &self.uses;
        let settings = match usage {
            PriceUse::Trade => trade,
            PriceUse::Nav => nav,
            PriceUse::Exit => exit,
            PriceUse::Margin => margin,
        };
        UseLimits {
            max_age_seconds: settings.max_age_seconds,
            max_confidence: settings.max_confidence.ratio(),
            max_deviation: settings.max_deviation.ratio(),
            max_divergence: BasisPoints(settings.max_divergence),
            requires_second: settings.requires_second != 0,
        }
    }
}

impl UseSettings {
    /// # Errors
    /// The parameter that is out of its bounds.
    pub fn validate(&self, usage: PriceUse) -> Result<()> {
        let permitted = 1..=usage.oldest_permitted();
        require!(permitted.contains(&self.max_age_seconds), RiskError::MaxAge);
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
