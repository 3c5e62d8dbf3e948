//! One market: where its price comes from, what it may be used for, and what has been learned from it.

use crate::errors::RiskError;
use crate::state::{ExitHaircutParams, Fixed, PriceSource, SignalSettings, UseSettings};
use anchor_lang::prelude::*;
use ballast_risk_policy::admission::{PriceUse, Reference, UseLimits};
use ballast_risk_policy::signals::Signals;

/// First seed of a market's address: `["market", creator, name]`.
pub const MARKET_SEED: &[u8] = b"market";
/// Layout written by this program. A reader that does not know a market's version has to refuse it.
pub const MARKET_VERSION: u8 = 1;

/// What a market remembers of its last observation, as stored.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredSignals {
    /// Last observed price; zero before the first.
    pub price: Fixed,
    /// Confidence as a share of the price.
    pub confidence: Fixed,
    /// Publication time, unix seconds.
    pub publish_time: i64,
    /// Chain time of the observation, unix seconds.
    pub observed_at: i64,
    /// Rate-limited slow price; zero before the first.
    pub slow_price: Fixed,
    /// EWMA variance of log returns, per year.
    pub variance: Fixed,
    /// When the price-jump breaker last tripped, unix seconds; `None` if never.
    pub jumped_at: Option<i64>,
    /// How many prices were observed.
    pub observations: u64,
}

/// A market.
#[account]
#[derive(InitSpace, Debug)]
pub struct Market {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Who created it.
    pub creator: Pubkey,
    /// ASCII name, padded with zeros.
    pub name: [u8; 16],
    /// Price source.
    pub source: PriceSource,
    /// Limits for `Trade`, `Nav`, `Exit`, `Settle`, in that order.
    pub uses: [UseSettings; 4],
    /// Signal parameters.
    pub signal_settings: SignalSettings,
    /// How exits are priced when no live price is admitted.
    pub exit_haircut: ExitHaircutParams,
    /// The last observation.
    pub signals: StoredSignals,
    /// Room for what later versions learn.
    pub reserved: [u8; 128],
}

impl Market {
    /// The limits of one use.
    pub fn limits(&self, usage: PriceUse) -> UseLimits {
        let [trade, nav, exit, settle] = &self.uses;
        match usage {
            PriceUse::Trade => trade,
            PriceUse::Nav => nav,
            PriceUse::Exit => exit,
            PriceUse::Settle => settle,
        }
        .limits()
    }

    /// What a new price is compared with.
    pub fn reference(&self) -> Reference {
        Reference {
            publish_time: self.signals.publish_time,
            slow_price: self.signals.slow_price.price(),
        }
    }

    /// The signals, or `None` before the first observation.
    pub fn observed(&self) -> Option<Signals> {
        let stored = &self.signals;
        Some(Signals {
            price: stored.price.price()?,
            confidence: stored.confidence.ratio(),
            publish_time: stored.publish_time,
            observed_at: stored.observed_at,
            slow_price: stored.slow_price.price()?,
            variance: stored.variance.ratio(),
            jumped_at: stored.jumped_at,
        })
    }

    /// Stores the signals of one more observation.
    ///
    /// # Errors
    /// [`RiskError::OutOfRange`] if they break the market's invariants.
    pub fn record(&mut self, signals: &Signals) -> Result<()> {
        self.signals = StoredSignals {
            price: signals.price.into(),
            confidence: signals.confidence.into(),
            publish_time: signals.publish_time,
            observed_at: signals.observed_at,
            slow_price: signals.slow_price.into(),
            variance: signals.variance.into(),
            jumped_at: signals.jumped_at,
            observations: self.signals.observations.saturating_add(1),
        };
        self.check_invariants()
    }

    /// # Errors
    /// [`RiskError::OutOfRange`] if variance is negative, or an observed market has no positive price.
    pub fn check_invariants(&self) -> Result<()> {
        let sound = self.signals.variance.get() >= ballast_risk_math::I80F48::ZERO
            && (self.signals.observations == 0 || self.observed().is_some());
        require!(sound, RiskError::OutOfRange);
        Ok(())
    }
}
