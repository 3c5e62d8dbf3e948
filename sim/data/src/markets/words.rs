//! A broken rule with the value that breaks it.

use super::Market;
use ballast_core_market::breaker::{Breaker, BreakerParamError, QUIET_SECONDS};
use ballast_core_market::observation::ObservationParamError;
use ballast_core_market::regime::RegimeParamError;
use ballast_core_market::signals::SignalParamError;

impl Market {
    /// Returns a broken rule with the value that breaks it.
    pub(super) fn in_words(&self, rule: ObservationParamError) -> String {
        let value = match rule {
            ObservationParamError::Signal(SignalParamError::SlowPriceRate) => format!(
                " (slow_price_rate_per_hour is {}; above 0, at most 1)",
                self.signals.slow_price_rate_per_hour
            ),
            ObservationParamError::Signal(SignalParamError::HighFall) => {
                format!(" (high_fall_per_day is {}; 1 … 2000)", self.signals.high_fall_per_day)
            }
            ObservationParamError::Signal(SignalParamError::JumpFloor) => {
                format!(" (jump_floor is {}; 1 … 1000)", self.signals.jump_floor)
            }
            ObservationParamError::Signal(_) => format!(" ({:?})", self.signals.times),
            ObservationParamError::SurfaceAge => format!(
                " (max_surface_age_seconds is {}; 60 … 86400)",
                self.max_surface_age_seconds
            ),
            ObservationParamError::Regime(RegimeParamError::Dwell) => {
                format!(" (dwell_seconds is {}; 600 … 2592000)", self.regime.dwell_seconds)
            }
            ObservationParamError::Regime(RegimeParamError::LongestGap) => format!(
                " (longest_gap_seconds is {}; 1 … a quarter of the dwell, {})",
                self.regime.longest_gap_seconds,
                self.regime.dwell_seconds / 4
            ),
            ObservationParamError::Regime(
                RegimeParamError::Zero(indicator, _)
                | RegimeParamError::Hysteresis(indicator, _)
                | RegimeParamError::Order(indicator, _)
                | RegimeParamError::TooHigh(indicator),
            ) => format!(
                " ({:?}; Crisis at most {})",
                self.regime.of(indicator),
                indicator.highest().0
            ),
            ObservationParamError::Breaker(BreakerParamError::LongestGap) => format!(
                " (longest_gap_seconds is {}; 1 … a quarter of the shortest cooldown)",
                self.breakers.longest_gap_seconds
            ),
            ObservationParamError::Breaker(
                BreakerParamError::Trip(which) | BreakerParamError::Reset(which) | BreakerParamError::Cooldown(which),
            ) => self.breaker_in_words(which),
        };
        format!("the rule {rule:?} is broken{value}")
    }
    fn breaker_in_words(&self, breaker: Breaker) -> String {
        let rows = self.breakers.in_order();
        let found = rows.into_iter().find(|(of, _)| *of == breaker);
        found.map_or_else(String::new, |(_, settings)| {
            let accepted = &breaker.rule().trip;
            format!(
                " ({}: {settings:?}; trip must be {} … {}, reset above zero and under trip, cooldown_seconds {} … {})",
                breaker.name(),
                accepted.start(),
                accepted.end(),
                QUIET_SECONDS.start(),
                QUIET_SECONDS.end()
            )
        })
    }
}
