//! What a vault may have at most, given how bad things are.
//!
//! limit = base × regime factor × liquidity factor, and for delta, gamma and vega × the multiplier
//! of each ([`limit_multipliers`]). A cause counts once: gamma's multiplier answers to volatility
//! as the regime does, so of the two the smaller is taken; likewise vega's and the liquidity
//! factor. No factor is above one, so a limit is never above its base.

use crate::limit_multipliers::{self, Factor, LimitMultiplierParamError, LimitMultiplierParams, Side};
use ballast_core_market::regime::Regime;
use ballast_core_math::estimators::Score;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::Value;

/// What is limited, and against what. All but [`LimitKind::OrderSize`] are shares of net asset
/// value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// Dollar delta that gains when the price rises.
    DeltaLong,
    /// Dollar delta that gains when it falls, as a positive number.
    DeltaShort,
    /// |dollar gamma|: change of dollar delta for a move of 1 %.
    Gamma,
    /// |vega|: change of value for one point of volatility.
    Vega,
    /// |dollar delta| in the worst cell of the scenario grid.
    ShockedDelta,
    /// Expected shortfall at 99 %.
    ExpectedShortfall,
    /// Gross exposure.
    Leverage,
    /// What stands at one venue.
    VenueShare,
    /// The value of one order, as a share of the depth it meets.
    OrderSize,
    /// The value traded in a window.
    Turnover,
}

impl LimitKind {
    /// Every kind, in the order of [`LimitParams::base`].
    pub const ALL: [Self; 10] = [
        Self::DeltaLong,
        Self::DeltaShort,
        Self::Gamma,
        Self::Vega,
        Self::ShockedDelta,
        Self::ExpectedShortfall,
        Self::Leverage,
        Self::VenueShare,
        Self::OrderSize,
        Self::Turnover,
    ];

    /// Returns the largest base that is accepted.
    pub const fn highest_base(self) -> BasisPoints {
        BasisPoints(match self {
            Self::DeltaLong | Self::DeltaShort => 30_000,
            Self::Vega => 500,
            Self::Gamma | Self::ExpectedShortfall => 5_000,
            Self::ShockedDelta | Self::Leverage => 50_000,
            Self::VenueShare | Self::OrderSize => 10_000,
            Self::Turnover => 100_000,
        })
    }

    /// Returns the least regime factor that is accepted. What bounds the way out may shrink but not
    /// vanish: a book could not be reduced without orders, turnover, and collateral at the venue
    /// that holds it.
    pub const fn lowest_factor(self) -> Factor {
        match self {
            Self::VenueShare | Self::OrderSize | Self::Turnover => TENTH,
            _ => Factor::ZERO,
        }
    }
}

const TENTH: Factor = match Factor::new(1_000) {
    Some(tenth) => tenth,
    None => Factor::ONE,
};

/// A limit's factor in each regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeFactors {
    /// In [`Regime::Calm`].
    pub calm: Factor,
    /// In [`Regime::Elevated`].
    pub elevated: Factor,
    /// In [`Regime::Stressed`].
    pub stressed: Factor,
    /// In [`Regime::Crisis`].
    pub crisis: Factor,
}

impl RegimeFactors {
    /// Returns the factor in a regime.
    pub const fn of(&self, regime: Regime) -> Factor {
        match regime {
            Regime::Calm => self.calm,
            Regime::Elevated => self.elevated,
            Regime::Stressed => self.stressed,
            Regime::Crisis => self.crisis,
        }
    }
}

/// One limit before any signal is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// The limit when nothing is wrong.
    pub base: BasisPoints,
    /// What is left of it in each regime.
    pub regime: RegimeFactors,
}

/// The limits a vault is run with. Only [`LimitParams::validate`]d ones mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitParams {
    /// In the order of [`LimitKind::ALL`].
    pub base: [Base; 10],
    /// The ramps of the liquidity factor and of the three multipliers.
    pub limit_multipliers: LimitMultiplierParams,
}

/// The rule a set of parameters breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitParamError {
    /// A base is zero.
    Zero(LimitKind),
    /// A base is above [`LimitKind::highest_base`].
    TooHigh(LimitKind),
    /// A worse regime has a larger factor.
    Order(LimitKind),
    /// A factor is zero in Calm, or below [`LimitKind::lowest_factor`].
    Factor(LimitKind),
    /// A ramp.
    Multiplier(LimitMultiplierParamError),
}

impl LimitParams {
    /// Refuses what would not limit, or would limit the way out to nothing.
    ///
    /// # Errors
    /// The first [`LimitParamError`] that is broken.
    pub fn validate(&self) -> Result<(), LimitParamError> {
        for (kind, Base { base, regime }) in LimitKind::ALL.into_iter().zip(&self.base) {
            if *base == BasisPoints::ZERO {
                return Err(LimitParamError::Zero(kind));
            }
            if *base > kind.highest_base() {
                return Err(LimitParamError::TooHigh(kind));
            }
            if regime.calm < regime.elevated || regime.elevated < regime.stressed || regime.stressed < regime.crisis {
                return Err(LimitParamError::Order(kind));
            }
            if regime.calm == Factor::ZERO || regime.crisis < kind.lowest_factor() {
                return Err(LimitParamError::Factor(kind));
            }
        }
        self.limit_multipliers.validate().map_err(LimitParamError::Multiplier)
    }
}

/// What limits answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The market's regime.
    pub regime: Regime,
    /// Acceleration of the trend, in standard deviations; `None` (no variance) is the worst.
    pub acceleration: Option<Score>,
    /// Fast over slow volatility.
    pub volatility_ratio: BasisPoints,
    /// Cost of a standard size over its slow average; `None` (no depth seen) is the worst.
    pub contraction: Option<BasisPoints>,
}

/// A limit as a share of what it is measured against, in billionths: 0 … 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u64);

/// One, in [`Share`]'s unit.
const BILLION: u64 = 1_000_000_000;

impl Share {
    /// In billionths.
    pub const fn billionths(self) -> u64 {
        self.0
    }

    /// Returns the share of `reference`, rounded down; nothing if that is negative. `None` on
    /// overflow.
    pub fn of_floor(self, reference: Value) -> Option<Value> {
        let reference = reference.positive_part();
        // In two halves, so that 64 bits suffice: the rest is below 10⁹ and the share at most 10¹⁰.
        let (whole, rest) = (reference.checked_div(BILLION)?, reference.checked_rem(BILLION)?);
        let of_rest = rest.checked_mul(self.0)?.checked_div(BILLION)?;
        Value::from_amount(whole.checked_mul(self.0)?.checked_add(of_rest)?)
    }
}

/// Every limit at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits([Share; 10]);

impl Limits {
    /// Returns the limits under `conditions`, rounded down to a billionth. `None` if parameters
    /// were not validated and do not fit.
    pub fn of(params: &LimitParams, conditions: &Conditions) -> Option<Self> {
        let liquidity = limit_multipliers::liquidity(conditions.contraction, &params.limit_multipliers.liquidity);
        let mut shares = [Share(0); 10];
        for ((kind, base), share) in LimitKind::ALL.into_iter().zip(&params.base).zip(&mut shares) {
            let regime = base.regime.of(conditions.regime);
            let [regime, liquidity, multiplier] = factors(kind, regime, liquidity, params, conditions);
            *share = product(base.base, [regime, liquidity, multiplier])?;
        }
        Some(Self(shares))
    }

    /// Returns one of them.
    pub const fn get(&self, kind: LimitKind) -> Share {
        let [delta_long, delta_short, gamma, vega, shocked_delta, expected_shortfall, leverage, venue_share, order_size, turnover] =
            self.0;
        match kind {
            LimitKind::DeltaLong => delta_long,
            LimitKind::DeltaShort => delta_short,
            LimitKind::Gamma => gamma,
            LimitKind::Vega => vega,
            LimitKind::ShockedDelta => shocked_delta,
            LimitKind::ExpectedShortfall => expected_shortfall,
            LimitKind::Leverage => leverage,
            LimitKind::VenueShare => venue_share,
            LimitKind::OrderSize => order_size,
            LimitKind::Turnover => turnover,
        }
    }
}

/// Returns the three factors of a limit: regime, liquidity, and limit multiplier.
fn factors(
    kind: LimitKind,
    regime: Factor,
    liquidity: Factor,
    params: &LimitParams,
    conditions: &Conditions,
) -> [Factor; 3] {
    let ramps = &params.limit_multipliers;
    match kind {
        LimitKind::DeltaLong => [
            regime,
            liquidity,
            limit_multipliers::delta(conditions.acceleration, Side::Long, &ramps.delta),
        ],
        LimitKind::DeltaShort => [
            regime,
            liquidity,
            limit_multipliers::delta(conditions.acceleration, Side::Short, &ramps.delta),
        ],
        LimitKind::Gamma => {
            let multiplier = limit_multipliers::gamma(conditions.volatility_ratio, &ramps.gamma);
            [regime.min(multiplier), liquidity, Factor::ONE]
        }
        LimitKind::Vega => {
            let multiplier = limit_multipliers::vega(conditions.contraction, &ramps.vega);
            [regime, liquidity.min(multiplier), Factor::ONE]
        }
        _ => [regime, liquidity, Factor::ONE],
    }
}

/// base × the factors, exactly, and then rounded down once. `None` for a base above ten times its
/// reference.
fn product(base: BasisPoints, factors: [Factor; 3]) -> Option<Share> {
    // Ten-thousandths four times over: at most 10⁵ · 10¹² < 2⁵⁷.
    if base > BasisPoints(100_000) {
        return None;
    }
    let mut exact = u64::from(base.0);
    for factor in factors {
        exact = exact.checked_mul(u64::from(factor.basis_points()))?;
    }
    exact.checked_div(10_000_000).map(Share)
}

#[cfg(test)]
mod tests;
