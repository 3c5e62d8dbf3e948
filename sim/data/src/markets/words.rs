//! A broken rule with the value that breaks it.

use super::Market;
use ballast_core_market::breaker::{Breaker, BreakerRule, QUIET_SECONDS};
use ballast_core_market::observation::ObservationRule;
use ballast_core_market::regime::RegimeRule;
use ballast_core_market::signals::SignalRule;

impl Market {
    /// Returns a broken rule with the value that breaks it.
    pub(super) fn in_words(&self, rule: ObservationRule) -> String {
        let value = match rule {
            ObservationRule::Signal(SignalRule::MinInterval) => format!(
                " (min_interval_seconds is {}; 1 … 3600)",
                self.signals.min_interval_seconds
            ),
            ObservationRule::Signal(SignalRule::SlowPriceRate) => format!(
                " (slow_price_rate_per_hour is {}; above 0, at most 1)",
                self.signals.slow_price_rate_per_hour
            ),
            ObservationRule::Signal(SignalRule::HighFall) => {
                format!(" (high_fall_per_day is {}; 1 … 2000)", self.signals.high_fall_per_day)
            }
            ObservationRule::Signal(SignalRule::JumpFloor) => {
                format!(" (jump_floor is {}; 1 … 1000)", self.signals.jump_floor)
            }
            ObservationRule::Signal(_) => format!(" ({:?})", self.signals.times),
            ObservationRule::SurfaceAge => format!(
                " (max_surface_age_seconds is {}; 60 … 86400)",
                self.max_surface_age_seconds
            ),
            ObservationRule::Regime(RegimeRule::Dwell) => {
                format!(" (dwell_seconds is {}; 600 … 2592000)", self.regime.dwell_seconds)
            }
            ObservationRule::Regime(RegimeRule::LongestGap) => format!(
                " (longest_gap_seconds is {}; 1 … a quarter of the dwell, {})",
                self.regime.longest_gap_seconds,
                self.regime.dwell_seconds / 4
            ),
            ObservationRule::Regime(
                RegimeRule::Zero(indicator, _)
                | RegimeRule::Hysteresis(indicator, _)
                | RegimeRule::Order(indicator, _)
                | RegimeRule::TooHigh(indicator),
            ) => format!(
                " ({:?}; Crisis at most {})",
                self.regime.of(indicator),
                indicator.highest().0
            ),
            ObservationRule::Breaker(BreakerRule::LongestGap) => format!(
                " (longest_gap_seconds is {}; 1 … a quarter of the shortest quiet time)",
                self.breakers.longest_gap_seconds
            ),
            ObservationRule::Breaker(
                BreakerRule::Trip(which) | BreakerRule::Clear(which) | BreakerRule::Quiet(which),
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
                " ({}: {settings:?}; trip must be {} … {}, clear above zero and under trip, quiet_seconds {} … {})",
                breaker.name(),
                accepted.start(),
                accepted.end(),
                QUIET_SECONDS.start(),
                QUIET_SECONDS.end()
            )
        })
    }
}
