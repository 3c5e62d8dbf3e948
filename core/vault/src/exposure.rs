//! How much exposure the vault wants, and how much it may have at most.

use crate::shares::Pool;
use ballast_core_types::{Ratio, Shares, Value, I80F48};

/// The exposure a vault is created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExposurePolicy {
    /// Target dollar delta as a share of net asset value; negative is short.
    pub target: Ratio,
    /// Half-width of the band around the target, as a share of net asset value.
    pub band: Ratio,
    /// Floor per share as a share of the highest net asset value per share yet.
    pub floor: Ratio,
    /// m: exposure is at most m times the cushion over the floor (constant-proportion portfolio
    /// insurance; Black & Jones 1987).
    pub multiplier: Ratio,
    /// Exposure is at most this many times net asset value, whatever the cushion.
    pub max_leverage: Ratio,
}

/// The part of the vault that stays: holders who have asked to leave are not exposed on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemainingCapital {
    /// The shares that stay, and their low net asset value.
    pub pool: Pool,
    /// Highest net asset value per share yet.
    pub high_water: Ratio,
}

impl RemainingCapital {
    /// Returns the remaining part of a vault at its low net asset value, `leaving` of whose shares
    /// wait to be redeemed.
    ///
    /// `None` on overflow or if more leave than exist.
    pub fn of(pool: &Pool, leaving: Shares, high_water: Ratio) -> Option<Self> {
        let due = pool.assets_for_shares_floor(leaving)?;
        let supply = pool.supply.checked_sub(leaving)?;
        // Where nobody stays, nothing is exposed: what the virtual shares own is left over, not
        // invested.
        let nav = if supply == Shares::ZERO {
            Value::ZERO
        } else {
            pool.nav.checked_sub(Value::from_amount(due)?)?.max(Value::ZERO)
        };
        Some(Self {
            pool: Pool { nav, supply, ..*pool },
            high_water,
        })
    }
}

/// Where the book should be, how far it may stray, and what it may never exceed. All in quote base
/// units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// D*, the target dollar delta.
    pub delta: Value,
    /// Half-width of the band around it.
    pub band: Value,
    /// The least that is worth a trade.
    pub least: Value,
    /// Greatest |D|.
    pub cap: Value,
    /// Net asset value less the floor.
    pub cushion: Value,
    /// The floor.
    pub floor: Value,
}

impl Targets {
    /// Returns the targets under a cap of at most `cap`. `None` on overflow.
    pub fn capped(mut self, cap: Value) -> Option<Self> {
        self.cap = self.cap.min(cap);
        let reachable = self.cap.checked_sub(self.band)?.max(Value::ZERO);
        self.delta = Value(self.delta.0.clamp(reachable.0.checked_neg()?, reachable.0));
        Some(self)
    }

    /// Returns how far D may be from its target at rest: trades go to this edge and no further. It
    /// is the band, or what the cap leaves of it.
    pub fn edge(&self) -> Value {
        self.band.min(self.cap)
    }

    /// Returns the most that |D| may be at rest: above it a reduction is due, which lands on the cap.
    pub fn hold(&self) -> Value {
        match self.cap {
            Value::ZERO => Value::ZERO,
            Value(cap) => Value(cap.saturating_add(self.least.0)),
        }
    }

    /// Returns how near to its target a trade may bring D at most: prices move until it lands.
    pub fn nearest(&self) -> Value {
        Value(self.edge().0.saturating_sub(self.least.0).max(0))
    }

    /// Returns the distance from the target at which a trade is due.
    pub fn trigger(&self) -> Value {
        match self.edge() {
            Value::ZERO => Value(1),
            Value(edge) => Value(edge.saturating_add(self.least.0.max(1))),
        }
    }
}

/// Returns the targets of a vault; a trade of less than `min_improvement` of the band is not worth
/// it. What does not fit counts as the most, so that no size of a vault makes this fail; `None` if
/// its shares do not fit.
pub fn targets(policy: &ExposurePolicy, min_improvement: Ratio, staying: &RemainingCapital) -> Option<Targets> {
    let floor_per_share = Ratio::from_fixed(staying.high_water.fixed().checked_mul(policy.floor.fixed())?);
    let nav = staying.pool.nav;
    let floor = staying.pool.nav_at_share_price_floor(floor_per_share)?.max(Value::ZERO);
    let cushion = nav.checked_sub(floor)?.max(Value::ZERO);
    let times = |ratio: Ratio, value: Value| {
        let most = Value(if ratio.fixed() < I80F48::ZERO {
            i64::MIN + 1
        } else {
            i64::MAX
        });
        ratio.of_floor(value).unwrap_or(most)
    };
    let cap = times(policy.multiplier, cushion).min(times(policy.max_leverage, nav));
    let band = times(policy.band, nav);
    // The whole band lies under the cap, so that resting at the band's edge is not a breach.
    let wanted = Targets {
        delta: times(policy.target, nav),
        band,
        least: times(min_improvement, band),
        cap,
        cushion,
        floor,
    };
    wanted.capped(cap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::ratio;

    fn policy() -> ExposurePolicy {
        ExposurePolicy {
            target: ratio("0.5"),
            band: ratio("0.0625"),
            floor: ratio("0.75"),
            multiplier: ratio("4"),
            max_leverage: ratio("1.5"),
        }
    }

    // With the virtual million, 15 million shares at one each make a round sixteen.
    fn pool(nav: i64) -> Pool {
        Pool {
            nav: Value(nav),
            supply: Shares(15_000_000),
            unit: 1_000_000_000,
        }
    }

    fn staying(nav: i64) -> RemainingCapital {
        RemainingCapital {
            pool: pool(nav),
            high_water: Ratio::ONE,
        }
    }

    #[test]
    fn exposure_follows_the_target_until_the_cushion_binds() {
        // Floor: 0.75 × 16 − 1 = 11 million.
        for (nav, delta, cap, cushion) in [
            (15_000_000, 7_500_000, 16_000_000, 4_000_000),
            (20_000_000, 10_000_000, 30_000_000, 9_000_000),
            (12_000_000, 3_250_000, 4_000_000, 1_000_000),
            (11_100_000, 0, 400_000, 100_000),
            (11_000_000, 0, 0, 0),
            (5_000_000, 0, 0, 0),
            (0, 0, 0, 0),
        ] {
            let got = targets(&policy(), ratio("0.125"), &staying(nav)).unwrap();
            assert_eq!((got.delta.0, got.cap.0, got.cushion.0), (delta, cap, cushion), "{nav}");
        }
    }

    #[test]
    fn trades_go_to_the_edge_and_wait_for_the_least() {
        let at = |nav| targets(&policy(), ratio("0.125"), &staying(nav)).unwrap();
        let calm = at(16_000_000);
        assert_eq!(
            (calm.edge().0, calm.nearest().0, calm.trigger().0),
            (1_000_000, 875_000, 1_125_000)
        );
        assert_eq!(calm.hold().0, calm.cap.0 + 125_000);
        // Where the cap leaves less than the band, it is the edge; with none, all has to go.
        let thin = at(11_100_000);
        assert_eq!((thin.delta.0, thin.edge().0), (0, 400_000));
        let none = at(11_000_000);
        assert_eq!((none.edge().0, none.nearest().0, none.trigger().0), (0, 0, 1));
        assert_eq!(none.hold().0, 0);
    }

    #[test]
    fn a_short_target_is_the_mirror_image() {
        let short = ExposurePolicy {
            target: ratio("-0.5"),
            ..policy()
        };
        assert_eq!(
            targets(&short, ratio("0.125"), &staying(15_000_000)).unwrap().delta,
            Value(-7_500_000)
        );
        assert_eq!(
            targets(&short, ratio("0.125"), &staying(12_000_000)).unwrap().delta,
            Value(-3_250_000)
        );
    }

    #[test]
    fn no_size_of_a_vault_makes_its_targets_fail() {
        let most = ExposurePolicy {
            target: ratio("-3"),
            band: ratio("0.5"),
            floor: ratio("0.1"),
            multiplier: ratio("20"),
            max_leverage: ratio("5"),
        };
        for nav in [0, 1, i64::MAX / 20, i64::MAX / 3, i64::MAX - 1_000_000] {
            let got = targets(&most, Ratio::ONE, &staying(nav)).unwrap();
            assert!(
                got.delta.0 <= 0 && got.delta.0 >= -got.cap.0 && got.band.0 >= 0,
                "{nav}: {got:?}"
            );
            // What does not fit is the most, not nothing.
            if nav >= i64::MAX / 3 {
                assert_eq!((got.cap.0, got.delta.0), (i64::MAX, -(i64::MAX - got.band.0)), "{nav}");
            }
        }
    }

    #[test]
    fn those_who_leave_take_their_exposure_with_them() {
        let left = |leaving| RemainingCapital::of(&pool(15_000_000), Shares(leaving), Ratio::ONE).map(|left| left.pool);
        assert_eq!(left(0), Some(pool(15_000_000)));
        let half = left(7_500_000).unwrap();
        assert_eq!((half.nav, half.supply), (Value(7_500_000), Shares(7_500_000)));
        let nobody = left(15_000_000).unwrap();
        assert_eq!((nobody.nav, nobody.supply), (Value(0), Shares(0)));
        assert_eq!(left(15_000_001), None);
    }
}
