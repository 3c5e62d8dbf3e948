//! How much may leave at a price in a day: a bucket that fills by what is paid out net of what
//! comes in, and drains evenly.
//!
//! A price that is wrong, for whatever reason, is paid no faster than this. It binds priced payouts
//! alone: an hour after asking, the advance of what is liquid comes to everybody all the same. The
//! bucket is a share of the greatest value that the vault had since it was empty and nobody waited:
//! everybody is out after ⌈1 / share⌉ days at the latest, where a share of what is left each day
//! would let nobody be the last, and where all may leave in a day nobody ever waits. Nobody's small
//! request makes it drain more slowly.

use ballast_core_types::{scale, Ratio, UnixTime, Value};

/// In which a full bucket drains, seconds.
pub const OUTFLOW_SECONDS: u64 = 86_400;

/// What has left at a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outflow {
    /// Paid and not drained, quote base units.
    pub level: u64,
    /// When that was.
    pub at: UnixTime,
    /// Greatest low net asset value since it was empty and nobody waited, quote base units.
    pub base: u64,
}

impl Outflow {
    /// Returns what is left of it now, in a vault worth `nav`, of which `share` may leave in a day.
    /// `None` on overflow.
    pub fn drained(&self, share: Ratio, nav: Value, now: UnixTime, does_anybody_wait: bool) -> Option<Self> {
        let base = self.base.max(nav.positive_part());
        let elapsed = u64::try_from(now.seconds_since(self.at)).unwrap_or(0);
        let drained = scale::mul_div_floor(bucket(base, share)?, elapsed.min(OUTFLOW_SECONDS), OUTFLOW_SECONDS)?;
        let level = self.level.saturating_sub(drained);
        let begins_anew = level == 0 && !does_anybody_wait;
        Some(Self {
            level,
            at: now,
            base: if begins_anew { nav.positive_part() } else { base },
        })
    }

    /// Returns what may leave beside what comes in. `None` on overflow.
    pub fn room(&self, share: Ratio) -> Option<u64> {
        Some(bucket(self.base, share)?.saturating_sub(self.level))
    }

    /// Returns it after `amount` has left. `None` on overflow.
    pub fn with_paid(self, amount: u64) -> Option<Self> {
        let level = self.level.checked_add(amount)?;
        Some(Self { level, ..self })
    }
}

fn bucket(base: u64, share: Ratio) -> Option<u64> {
    Some(share.of_floor(Value::from_amount(base)?)?.positive_part())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::ratio;

    #[test]
    fn a_quarter_a_day_lets_everybody_out_in_four_days() {
        let share = ratio("0.25");
        let (mut outflow, mut left, mut hours) = (Outflow::default(), 1_000_000u64, 0);
        while left > 0 {
            let now = UnixTime(hours * 3_600);
            outflow = outflow.drained(share, Value(left as i64), now, hours > 0).unwrap();
            let pays = outflow.room(share).unwrap().min(left);
            left -= pays;
            outflow = outflow.with_paid(pays).unwrap();
            if hours == 0 {
                assert_eq!(left, 750_000);
            }
            hours += 1;
        }
        // The first quarter at once, and the rest as it drains.
        assert!((72..=73).contains(&(hours - 1)), "{hours}");
        let after = outflow
            .drained(share, Value(5), UnixTime((hours + 24) * 3_600), false)
            .unwrap();
        assert_eq!((after.level, after.base), (0, 5));
    }

    #[test]
    fn where_all_may_leave_in_a_day_nobody_ever_waits() {
        let (mut outflow, mut left) = (Outflow::default(), 1_000_000);
        for (hour, leaves) in [(0, 600_000), (1, 100_000), (2, 299_999), (30, 1)] {
            let now = UnixTime(hour * 3_600);
            outflow = outflow.drained(Ratio::ONE, Value(left), now, false).unwrap();
            assert!(outflow.room(Ratio::ONE).unwrap() >= leaves, "{outflow:?}");
            outflow = outflow.with_paid(leaves).unwrap();
            left -= leaves as i64;
        }
    }

    #[test]
    fn whoever_pays_often_drains_it_no_more_slowly() {
        let share = ratio("0.5");
        let full = Outflow::default()
            .drained(share, Value(86_400_000), UnixTime(0), false)
            .unwrap();
        let full = full.with_paid(43_200_000).unwrap();
        assert_eq!(full.room(share), Some(0));
        let mut often = full;
        for minute in 1..=60 {
            let drained = often
                .drained(share, Value(43_200_000), UnixTime(minute * 60), true)
                .unwrap();
            often = drained.with_paid(1).unwrap();
        }
        let once = full.drained(share, Value(43_200_000), UnixTime(3_600), true).unwrap();
        assert_eq!(once.level, 43_200_000 - 1_800_000);
        assert_eq!(often.level, once.level + 60);
        // A clock that goes backwards drains nothing, and a day all of it.
        assert_eq!(
            full.drained(share, Value(1), UnixTime(-9), true).unwrap().level,
            full.level
        );
        assert_eq!(full.drained(share, Value(1), UnixTime(86_400), true).unwrap().level, 0);
    }
}
