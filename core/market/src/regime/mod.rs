//! How bad things are: up at once, down one level at a time.
//!
//! Each indicator has a threshold for each level. The regime is at least the worst level that any
//! of them asks for, from the moment it does. It comes down by one level after a dwell during which
//! every indicator stayed under the level's exit threshold, which is lower than the one it was
//! entered by; the next level down takes a dwell of its own. Only time that somebody watched counts
//! ([`Cooldown`]).

mod indicators;
mod params;

pub use indicators::{slow_high, Indicator, Indicators, RegimeSignals};
pub use params::{Ladder, RegimeParamError, RegimeParams, Threshold, DWELL_SECONDS};

use crate::cooldown::{observed, Cooldown};
use ballast_core_types::basis_points::BasisPoints;

/// The state of a market, from mild to bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Regime {
    /// Nothing unusual.
    #[default]
    Calm = 0,
    /// More than usual.
    Elevated = 1,
    /// Markets work, at a price.
    Stressed = 2,
    /// Get out of the way.
    Crisis = 3,
}

impl Regime {
    /// Every level, mild to bad.
    pub const ALL: [Self; 4] = [Self::Calm, Self::Elevated, Self::Stressed, Self::Crisis];

    /// Returns the level one milder; Calm stays.
    pub const fn milder(self) -> Self {
        match self {
            Self::Calm | Self::Elevated => Self::Calm,
            Self::Stressed => Self::Elevated,
            Self::Crisis => Self::Stressed,
        }
    }

    /// Returns what was stored, as `self as u8`; `None` for what never is.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Calm),
            1 => Some(Self::Elevated),
            2 => Some(Self::Stressed),
            3 => Some(Self::Crisis),
            _ => None,
        }
    }
}

/// A market's regime and what is needed to carry it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeState {
    /// The level.
    pub regime: Regime,
    /// Since when it is this one, unix seconds.
    pub since: i64,
    /// When it was last observed, unix seconds.
    pub updated_at: i64,
    /// How long every indicator has stayed under the exit thresholds of the level.
    pub cooldown: Cooldown,
    /// The last implied ratio seen, if ever.
    pub implied_ratio: Option<BasisPoints>,
    /// The last contraction seen, if ever.
    pub contraction: Option<BasisPoints>,
}

impl RegimeState {
    /// Returns the state of a new market: Elevated, because nothing has been seen that speaks for
    /// Calm.
    pub const fn new(now: i64) -> Self {
        Self {
            regime: Regime::Elevated,
            since: now,
            updated_at: now,
            cooldown: Cooldown::NONE,
            implied_ratio: None,
            contraction: None,
        }
    }

    /// After one more observation, at unix time `now`.
    pub fn update(self, indicators: &Indicators, now: i64, params: &RegimeParams) -> Self {
        let seen = Indicators {
            implied_ratio: held(indicators.implied_ratio, self.implied_ratio, &params.implied_ratio),
            contraction: held(indicators.contraction, self.contraction, &params.contraction),
            ..*indicators
        };
        let kept = Self {
            updated_at: self.updated_at.max(now),
            implied_ratio: indicators.implied_ratio.or(self.implied_ratio),
            contraction: indicators.contraction.or(self.contraction),
            ..self
        };
        let asked = asked(&seen, params);
        if asked > self.regime {
            return Self {
                regime: asked,
                since: now,
                cooldown: Cooldown::NONE,
                ..kept
            };
        }
        if self.regime == Regime::Calm || !under_exits(&seen, self.regime, params) {
            return Self {
                cooldown: Cooldown::NONE,
                ..kept
            };
        }
        let cooldown = self
            .cooldown
            .longer(observed(self.updated_at, now, params.longest_gap_seconds));
        if cooldown.lasted(params.dwell_seconds) {
            return Self {
                regime: self.regime.milder(),
                since: now,
                cooldown: Cooldown::NONE,
                ..kept
            };
        }
        Self { cooldown, ..kept }
    }

    /// Forgets that implied volatility or depth was ever seen, for a market whose source of it is
    /// gone for good. This loosens: it is for time-locked governance.
    pub const fn without(self, indicator: Indicator) -> Self {
        match indicator {
            Indicator::ImpliedRatio => Self {
                implied_ratio: None,
                ..self
            },
            Indicator::Contraction => Self {
                contraction: None,
                ..self
            },
            _ => self,
        }
    }
}

/// Returns the reading; if it is missing but was seen before, the last one, and at least what asks
/// for Elevated.
fn held(now: Option<BasisPoints>, before: Option<BasisPoints>, ladder: &Ladder) -> Option<BasisPoints> {
    now.or(before.map(|last| last.max(ladder.elevated.enter)))
}

/// Returns the worst level any indicator asks for.
fn asked(indicators: &Indicators, params: &RegimeParams) -> Regime {
    let mut worst = Regime::Calm;
    for indicator in Indicator::ALL {
        if let Some(reading) = indicators.get(indicator) {
            worst = worst.max(params.ladder(indicator).asks_for(reading));
        }
    }
    worst
}

/// Returns whether every indicator is under its exit threshold of `level`.
fn under_exits(indicators: &Indicators, level: Regime, params: &RegimeParams) -> bool {
    Indicator::ALL.into_iter().all(
        |indicator| match (indicators.get(indicator), params.ladder(indicator).of(level)) {
            (Some(reading), Some(threshold)) => reading < threshold.exit,
            _ => true,
        },
    )
}

#[cfg(test)]
mod tests;
