//! How much exposure the vault wants, and how much it may have at most.

use crate::directional::{DirectionalPolicy, Outlooks};
use crate::limit_multipliers::{Factor, Side};
use crate::places::MAX_MARKETS;
use crate::shares::{Pool, ShareMark};
use crate::targets::{MarketTarget, Targets};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{scale, Ratio, Shares, Value, I80F48};

/// The exposure a vault is created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExposurePolicy {
    /// What is wanted of each market. They fill the first places.
    pub directional: [Option<DirectionalPolicy>; MAX_MARKETS],
    /// Half-width of the band around a market's target, as a share of its base.
    pub band: Ratio,
    /// The least that is worth a trade, as a share of net asset value.
    pub least_trade: Ratio,
    /// Floor per share as a share of the high of a share's net asset value.
    pub floor: Ratio,
    /// How far that high falls in a day, as a share of itself.
    pub high_fall_per_day: Ratio,
    /// m: exposure is at most m times the cushion over the floor (constant-proportion portfolio
    /// insurance; Black & Jones 1987).
    pub multiplier: Ratio,
    /// Exposure is at most this many times net asset value, whatever the cushion.
    pub max_leverage: Ratio,
}

impl ExposurePolicy {
    /// Returns the markets that are wanted, each with its place.
    pub fn markets(&self) -> impl Iterator<Item = (usize, &DirectionalPolicy)> {
        let placed = self.directional.iter().enumerate();
        placed.map_while(|(place, policy)| Some((place, policy.as_ref()?)))
    }
}

/// The part of the vault that stays: holders who have asked to leave are not exposed on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemainingCapital {
    /// The shares that stay, and their low net asset value.
    pub pool: Pool,
    /// High of a share's net asset value.
    pub high_water: Ratio,
}

impl RemainingCapital {
    /// Returns the remaining part of a vault at its low net asset value, `leaving` of whose shares
    /// wait to be redeemed, by the mark of its share.
    ///
    /// `None` on overflow or if more leave than exist.
    pub fn of(pool: &Pool, leaving: Shares, mark: &ShareMark) -> Option<Self> {
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
            high_water: mark.high_water,
        })
    }
}

/// What is wanted of one market, as shares of net asset value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Want {
    weight: Ratio,
    base: Ratio,
    /// What of the cap may be filled by opening.
    opening: Factor,
}

/// What is wanted of each market, whatever there is of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wants([Option<Want>; MAX_MARKETS]);

impl Wants {
    /// Returns what is wanted, by what each market says of the days ahead, after a fall of a share
    /// by `fallen` from its high. `None` if one says nothing.
    pub fn of(policy: &ExposurePolicy, outlooks: &Outlooks, fallen: BasisPoints) -> Option<Self> {
        let mut wants = [None; MAX_MARKETS];
        for (((_, directional), outlook), want) in policy.markets().zip(outlooks).zip(&mut wants) {
            let (base, outlook) = (directional.base, outlook.as_ref()?);
            let side = if base < Ratio::ZERO { Side::Short } else { Side::Long };
            *want = Some(Want {
                weight: directional.weight(outlook, fallen),
                base,
                opening: outlook.opening(side),
            });
        }
        Some(Self(wants))
    }
}

/// What bounds the exposure to all markets together, quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Greatest sum of |D|.
    pub cap: Value,
    /// Net asset value less the floor.
    pub cushion: Value,
    /// The floor.
    pub floor: Value,
}

impl Cap {
    /// Returns that of what stays. What does not fit counts as the most, so that no size of a vault
    /// makes this fail; `None` if its shares do not fit.
    pub fn of(policy: &ExposurePolicy, staying: &RemainingCapital) -> Option<Self> {
        let floor_per_share = Ratio::from_fixed(staying.high_water.fixed().checked_mul(policy.floor.fixed())?);
        let nav = staying.pool.nav;
        let floor = staying.pool.nav_at_share_price_floor(floor_per_share)?.max(Value::ZERO);
        let cushion = nav.checked_sub(floor)?.max(Value::ZERO);
        Some(Self {
            cap: times(policy.multiplier, cushion).min(times(policy.max_leverage, nav)),
            cushion,
            floor,
        })
    }
}

/// Returns the targets of what stays. What does not fit counts as the most, so that no size of a
/// vault makes this fail; `None` if its shares do not fit.
///
/// One cap bounds the exposure to all markets together. Where more is wanted, all of it is scaled
/// down alike.
pub fn targets(policy: &ExposurePolicy, wants: &Wants, staying: &RemainingCapital) -> Option<Targets> {
    let Cap { cap, cushion, floor } = Cap::of(policy, staying)?;
    let nav = staying.pool.nav;
    let wanted = |want: &Want| {
        let base = times(want.base, nav);
        MarketTarget {
            delta: times(want.weight, nav),
            band: times(policy.band, Value(base.0.saturating_abs())),
            open: want.opening.of_floor(cap),
            cap: None,
        }
    };
    let targets = Targets {
        markets: wants.0.map(|want| want.as_ref().map(wanted)),
        least: times(policy.least_trade, nav),
        cap,
        cushion,
        floor,
    };
    Some(targets.scaled())
}

/// Returns a share of a value; the most stands for what does not fit.
#[inline(never)]
fn times(ratio: Ratio, value: Value) -> Value {
    let most = Value(if ratio.fixed() < I80F48::ZERO {
        i64::MIN + 1
    } else {
        i64::MAX
    });
    ratio.of_floor(value).unwrap_or(most)
}

impl Targets {
    /// Returns the targets with what is wanted of each market scaled down, where all of it together
    /// is above the cap.
    fn scaled(mut self) -> Self {
        let cap = self.cap.positive_part();
        let wanted = self.markets.iter().flatten();
        let wanted = wanted.fold(0u64, |sum, target| sum.saturating_add(target.delta.0.unsigned_abs()));
        if wanted <= cap {
            return self;
        }
        for target in self.markets.iter_mut().flatten() {
            let size = scale::mul_div_floor(target.delta.0.unsigned_abs(), cap, wanted).unwrap_or(0);
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            target.delta = Value(size.saturating_mul(target.delta.0.signum()));
        }
        self
    }
}

#[cfg(test)]
mod tests;
