//! The price of an exit when no live price is admitted.

use super::Signals;
use crate::admission::Now;
use ballast_core_types::PriceBounds;
use ballast_core_types::{Ratio, SECONDS_PER_HOUR};

/// The age beyond which a haircut does not grow further: it has long reached its maximum.
const OLDEST_SECONDS: i64 = 30 * 86_400;

/// How the price is marked down when no live price is admitted for an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitHaircut {
    /// Haircut at age zero.
    pub base: Ratio,
    /// What each hour of age adds.
    pub per_hour: Ratio,
    /// Where it stops growing; below one.
    pub max: Ratio,
}

/// Returns the bounds an exit is priced with when no live price is admitted: on each side the worse
/// of the last good and the slow price, less (or plus) a haircut that grows with the last good
/// price's age.
///
/// `None` if a value does not fit.
pub fn exit_fallback(signals: &Signals, haircut: &ExitHaircut, now: Now) -> Option<PriceBounds> {
    let age = now
        .unix_time
        .saturating_sub(signals.publish_time)
        .clamp(0, OLDEST_SECONDS);
    let grown = haircut
        .per_hour
        .fixed()
        .checked_mul_int(i128::from(age))?
        .checked_div_int(i128::from(SECONDS_PER_HOUR))?
        .checked_add(haircut.base.fixed())?
        .min(haircut.max.fixed());
    Some(PriceBounds {
        low: signals
            .price
            .min(signals.slow_price)
            .scaled_floor(Ratio::from_fixed(grown.checked_neg()?))?,
        mid: signals.price,
        high: signals
            .price
            .max(signals.slow_price)
            .scaled_ceil(Ratio::from_fixed(grown))?,
    })
}
