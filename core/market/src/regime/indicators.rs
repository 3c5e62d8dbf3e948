//! What a regime is judged by. Each indicator is a ratio that is larger the worse things are.

use ballast_core_math::estimators::{EwmaVariance, Score};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, I80F48, SECONDS_PER_DAY};

/// The indicators, in the order parameters and messages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// Fast volatility over slow volatility.
    VolatilityRatio,
    /// Fast volatility, a year.
    Volatility,
    /// Implied over realised (slow) volatility.
    ImpliedRatio,
    /// |return| in standard deviations.
    Jump,
    /// Cost of a standard size over its slow average.
    Contraction,
    /// Fall of the price from its slow high.
    Drawdown,
}

impl Indicator {
    /// Every indicator.
    pub const ALL: [Self; 6] = [
        Self::VolatilityRatio,
        Self::Volatility,
        Self::ImpliedRatio,
        Self::Jump,
        Self::Contraction,
        Self::Drawdown,
    ];

    /// Returns what people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VolatilityRatio => "volatility ratio",
            Self::Volatility => "volatility",
            Self::ImpliedRatio => "implied ratio",
            Self::Jump => "jump",
            Self::Contraction => "contraction",
            Self::Drawdown => "drawdown",
        }
    }

    /// Returns the largest threshold for Crisis that is accepted. A guard that begins later than
    /// this would be none.
    pub const fn highest(self) -> BasisPoints {
        BasisPoints(match self {
            Self::VolatilityRatio | Self::ImpliedRatio => 50_000,
            Self::Volatility => 30_000,
            // Scores saturate at 8: a threshold up there would never be reached.
            Self::Jump => 79_000,
            Self::Contraction => 200_000,
            Self::Drawdown => 5_000,
        })
    }
}

/// Readings of one moment.
///
/// What is missing never makes a regime milder:
///
/// | Missing | Counts as |
/// |---|---|
/// | `implied_ratio`, `contraction`, never seen yet | no trouble: the market has no surface, or no depth, that could tell |
/// | `implied_ratio`, `contraction`, seen before | the last reading, and at least as bad as the threshold of Elevated, until it is back |
///
/// The other four follow from prices, without which there is no observation at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indicators {
    /// See [`Indicator::VolatilityRatio`].
    pub volatility_ratio: BasisPoints,
    /// See [`Indicator::Volatility`].
    pub volatility: BasisPoints,
    /// See [`Indicator::ImpliedRatio`].
    pub implied_ratio: Option<BasisPoints>,
    /// See [`Indicator::Jump`].
    pub jump: BasisPoints,
    /// See [`Indicator::Contraction`].
    pub contraction: Option<BasisPoints>,
    /// See [`Indicator::Drawdown`].
    pub drawdown: BasisPoints,
}

/// The signals that indicators are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeSignals {
    /// Variance a year with the short time constant.
    pub fast_variance: EwmaVariance,
    /// Variance a year with the long one.
    pub slow_variance: EwmaVariance,
    /// The latest return in standard deviations.
    pub jump: Score,
    /// At-the-money volatility a year, from a surface that is not stale.
    pub implied_volatility: Option<BasisPoints>,
    /// Cost of a standard size over its slow average, if a venue quotes it.
    pub contraction: Option<BasisPoints>,
    /// The price, or its rate-limited version.
    pub price: Price,
    /// Its slow high: [`slow_high`].
    pub high: Price,
}

impl Indicators {
    /// Returns the indicators; each is rounded up, so that rounding can only tighten.
    pub fn of(signals: &RegimeSignals) -> Self {
        let fast = signals.fast_variance.volatility_basis_points_ceil();
        let slow = signals.slow_variance.volatility_basis_points_ceil();
        let over_slow = |volatility: BasisPoints| BasisPoints::quotient_ceil(volatility.0.into(), slow.0.into());
        Self {
            volatility_ratio: over_slow(fast),
            volatility: fast,
            implied_ratio: signals.implied_volatility.map(over_slow),
            jump: signals.jump.basis_points_ceil(),
            contraction: signals.contraction,
            drawdown: BasisPoints::fall(signals.high, signals.price),
        }
    }

    /// Returns one of them.
    pub const fn get(&self, indicator: Indicator) -> Option<BasisPoints> {
        match indicator {
            Indicator::VolatilityRatio => Some(self.volatility_ratio),
            Indicator::Volatility => Some(self.volatility),
            Indicator::ImpliedRatio => self.implied_ratio,
            Indicator::Jump => Some(self.jump),
            Indicator::Contraction => self.contraction,
            Indicator::Drawdown => Some(self.drawdown),
        }
    }
}

/// A fall of all of itself for a day, in basis points and seconds.
const FULL_DAYS: i128 = 10_000 * SECONDS_PER_DAY as i128;

/// Returns the slow high after `elapsed` seconds: it rises with the price at once and falls by
/// `fall_per_day` of itself a day, not compounded within one observation, and never below the
/// price.
///
/// Fed with the slow price rather than the price itself, a single false print cannot make a high to
/// fall from.
pub fn slow_high(high: Price, price: Price, elapsed: u32, fall_per_day: BasisPoints) -> Price {
    let days = u64::from(fall_per_day.0).wrapping_mul(u64::from(elapsed));
    let lower = || {
        let share = I80F48::from_num(days).checked_div_int(FULL_DAYS)?;
        // A share of one or more leaves no positive price.
        let fall = high.fixed().checked_mul(share.min(I80F48::ONE))?;
        Price::from_fixed(high.fixed().checked_sub(fall)?)
    };
    lower().map_or(price, |lowered| lowered.max(price))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::{price, ratio};

    fn variance(text: &str) -> EwmaVariance {
        EwmaVariance::from_annual(ratio(text)).unwrap()
    }

    #[test]
    fn indicators_are_what_they_say() {
        let got = Indicators::of(&RegimeSignals {
            fast_variance: variance("1"),
            slow_variance: variance("0.25"),
            jump: Score::default(),
            implied_volatility: Some(BasisPoints(7_500)),
            contraction: Some(BasisPoints(30_000)),
            price: price("80"),
            high: price("100"),
        });
        assert_eq!(
            got,
            Indicators {
                volatility_ratio: BasisPoints(20_000),
                volatility: BasisPoints(10_000),
                implied_ratio: Some(BasisPoints(15_000)),
                jump: BasisPoints::ZERO,
                contraction: Some(BasisPoints(30_000)),
                drawdown: BasisPoints(2_000),
            }
        );
    }

    #[test]
    fn nothing_to_compare_with_is_the_worst() {
        let got = Indicators::of(&RegimeSignals {
            fast_variance: variance("1"),
            slow_variance: variance("0"),
            jump: Score::default(),
            implied_volatility: Some(BasisPoints(7_500)),
            contraction: None,
            price: price("80"),
            high: price("70"),
        });
        assert_eq!(got.volatility_ratio, BasisPoints::MAX);
        assert_eq!(got.implied_ratio, Some(BasisPoints::MAX));
        assert_eq!(got.contraction, None);
        assert_eq!(got.drawdown, BasisPoints::ZERO);
    }

    #[test]
    fn the_high_follows_up_at_once_and_down_slowly() {
        for (high, now, elapsed, expected) in [
            ("100", "120", 0, "120"),
            ("100", "50", 86_400, "90"),
            ("100", "50", 43_200, "95"),
            ("100", "97", 86_400, "97"),
            ("100", "50", u32::MAX, "50"),
            ("100000000000000000000000", "50", u32::MAX, "50"),
            ("100000000000000000000000", "50", 86_400, "90000000000000000000000"),
        ] {
            let got = slow_high(price(high), price(now), elapsed, BasisPoints(1_000));
            let error = BasisPoints::divergence(got, price(expected));
            assert!(error <= BasisPoints(1), "{high} {now} {elapsed}: {got:?}");
        }
    }
}
