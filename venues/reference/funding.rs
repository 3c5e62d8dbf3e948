//! Funding: the crowded side pays. The rate per day is proportional to the skew of open interest,
//! capped, and accrues as quote base units per lot.

use ballast_core_types::{Lots, Price, Ratio, Value, I80F48};

pub const SECONDS_PER_DAY: i128 = 86_400;

/// A market's skew, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// Open interest of longs.
    pub open_long: Lots,
    /// Open interest of shorts.
    pub open_short: Lots,
    /// Most open interest of either side.
    pub max_open_interest: Lots,
    /// Funding a day when one side holds all of it.
    pub scale: Ratio,
    /// Most funding a day.
    pub cap: Ratio,
}

/// Returns `scale · (long − short) / max`, held inside ± `cap`. Positive when longs pay. `None` on
/// overflow.
pub fn rate_per_day(skew: &Skew) -> Option<Ratio> {
    let difference = skew.open_long.0.checked_sub(skew.open_short.0)?;
    let rate = skew
        .scale
        .fixed()
        .checked_mul_int(i128::from(difference))?
        .checked_div_int(i128::from(skew.max_open_interest.0))?;
    let cap = skew.cap.fixed();
    let floor = cap.checked_neg()?;
    Some(Ratio::from_fixed(rate.max(floor).min(cap)))
}

/// Returns the cumulative funding per lot after `seconds` at `rate`; a clock that went back accrues
/// nothing.
pub fn accrued(cumulative: I80F48, rate_per_day: Ratio, seconds: i64, price: Price) -> Option<I80F48> {
    if seconds <= 0 {
        return Some(cumulative);
    }
    let step = rate_per_day
        .fixed()
        .checked_mul_int(i128::from(seconds))?
        .checked_div_int(SECONDS_PER_DAY)?
        .checked_mul(price.fixed())?;
    cumulative.checked_add(step)
}

/// Returns what the holder of `lots` owes since `index` (negative: is due), rounded against the
/// holder.
pub fn owed_ceil(lots: Lots, cumulative: I80F48, index: I80F48) -> Option<Value> {
    let owed = cumulative
        .checked_sub(index)?
        .checked_mul_int(i128::from(lots.0))?
        .checked_ceil()?
        .checked_to_num()?;
    Some(Value(owed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skew(long: i64, short: i64, max: i64) -> Skew {
        Skew {
            open_long: Lots(long),
            open_short: Lots(short),
            max_open_interest: Lots(max),
            scale: ratio("0.5"),
            cap: ratio("0.25"),
        }
    }

    fn ratio(text: &str) -> Ratio {
        Ratio::from_fixed(text.parse().unwrap())
    }

    #[test]
    fn the_rate_follows_the_skew_up_to_its_cap() {
        for (long, short, want) in [
            (0, 0, "0"),
            (50, 50, "0"),
            (30, 20, "0.0625"),
            (20, 30, "-0.0625"),
            (80, 0, "0.25"),
            (0, 80, "-0.25"),
        ] {
            let got = rate_per_day(&skew(long, short, 80)).unwrap();
            assert_eq!(got, ratio(want), "{long} {short}");
        }
        assert_eq!(rate_per_day(&skew(1, 0, 0)), None);
    }

    #[test]
    fn funding_accrues_with_time_and_price() {
        let price = Price::from_fixed(I80F48::from_num(1_000)).unwrap();
        let one = I80F48::ONE;
        assert_eq!(accrued(one, ratio("0.25"), 43_200, price), Some(I80F48::from_num(126)));
        assert_eq!(accrued(one, ratio("0.25"), 0, price), Some(one));
        assert_eq!(accrued(one, ratio("0.25"), -9, price), Some(one));
        assert_eq!(accrued(I80F48::MAX, ratio("0.25"), 43_200, price), None);
    }

    #[test]
    fn what_is_owed_is_rounded_against_the_holder() {
        let zero = I80F48::ZERO;
        let half = I80F48::from_num(0.5);
        for (lots, now, index, want) in [
            (3, half, zero, 2),
            (-3, half, zero, -1),
            (3, zero, half, -1),
            (-3, zero, half, 2),
            (0, half, zero, 0),
        ] {
            assert_eq!(owed_ceil(Lots(lots), now, index), Some(Value(want)));
        }
    }
}
