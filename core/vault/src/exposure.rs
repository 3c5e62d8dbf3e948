//! How much exposure the vault wants, and how much it may have at most.

use crate::directional::{drawdown, DirectionalPolicy, Outlook};
use crate::limit_multipliers::Side;
use crate::shares::{Pool, ShareMark};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, Shares, Value, I80F48};

/// The exposure a vault is created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExposurePolicy {
    /// What is wanted of the market.
    pub directional: DirectionalPolicy,
    /// Half-width of the band around the target, as a share of the base.
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

/// The part of the vault that stays: holders who have asked to leave are not exposed on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemainingCapital {
    /// The shares that stay, and their low net asset value.
    pub pool: Pool,
    /// High of a share's net asset value.
    pub high_water: Ratio,
    /// How far a share has fallen from it.
    pub fallen: BasisPoints,
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
            fallen: drawdown(mark.value, mark.high_water),
        })
    }
}

/// Where the book should be, how far it may stray, and what it may never exceed. All in quote base
/// units.
///
/// The cap is a pair of limits. *Hold* lies a little above it: beyond, a reduction is due, which
/// lands on the cap. *Open* is what regime and trend leave of it: nothing is added
/// beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// D*, the target dollar delta, within ± cap.
    pub delta: Value,
    /// Half-width of the band around it.
    pub band: Value,
    /// The least that is worth a trade.
    pub least: Value,
    /// Greatest |D|.
    pub cap: Value,
    /// Greatest |D| that may be reached by adding to it.
    pub open: Value,
    /// Net asset value less the floor.
    pub cushion: Value,
    /// The floor.
    pub floor: Value,
}

/// Why a trade is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// |D| is above what may be held.
    Breach,
    /// D is outside its band by at least what is worth a trade.
    Drift,
}

impl Targets {
    /// Returns the targets under a cap of at most `cap`.
    pub fn capped(mut self, cap: Value) -> Self {
        self.cap = self.cap.min(cap).max(Value::ZERO);
        self.open = self.open.min(self.cap);
        let cap = self.cap.0;
        self.delta = Value(self.delta.0.clamp(cap.saturating_neg(), cap));
        self
    }

    /// Returns the most that |D| may be at rest: above the cap by a quarter of the band or a tenth of
    /// itself, whichever is less. A tenth is what a venue in quarantine is asked to carry beside.
    pub fn hold(&self) -> Value {
        let room = (self.band.0 >> 2).min(self.cap.0.checked_div(10).unwrap_or(0));
        Value(self.cap.0.saturating_add(room))
    }

    /// Returns by how much |D| is above what may be held.
    pub fn excess(&self, delta: Value) -> Value {
        Value(magnitude(delta).saturating_sub(self.hold().0).max(0))
    }

    /// Returns why a trade is due at D; `None` if none is.
    pub fn reason(&self, delta: Value) -> Option<Reason> {
        if self.excess(delta) > Value::ZERO {
            return Some(Reason::Breach);
        }
        let far = self.band.0.saturating_add(self.least.0.max(1));
        (self.distance(delta) >= far.unsigned_abs()).then_some(Reason::Drift)
    }

    /// Returns where a trade from D goes, and no further: a breach to the cap, a drift to the edge
    /// of the band on its side.
    pub fn edge(&self, delta: Value) -> Value {
        if self.excess(delta) > Value::ZERO {
            return Value(self.cap.0.saturating_mul(delta.0.signum()));
        }
        self.band_edge(delta)
    }

    /// Returns how near to its target a trade from D may bring it at most: prices move until it
    /// lands.
    pub fn nearest(&self, delta: Value) -> Value {
        self.inwards(delta, self.edge(delta))
    }

    /// Returns the dollars that trades may at most bring D nearer to its target.
    pub fn outside(&self, delta: Value) -> Value {
        let nearest = self.inwards(delta, self.band_edge(delta)).0;
        Value(if delta > self.delta {
            delta.0.saturating_sub(nearest).max(0)
        } else {
            nearest.saturating_sub(delta.0).max(0)
        })
    }

    /// Returns the edge of the band on the side of D, never beyond the cap.
    fn band_edge(&self, delta: Value) -> Value {
        let cap = self.cap.0;
        let edge = if delta > self.delta {
            self.delta.0.saturating_add(self.band.0)
        } else {
            self.delta.0.saturating_sub(self.band.0)
        };
        Value(edge.clamp(cap.saturating_neg(), cap))
    }

    /// Returns what lies the least trade further in than `edge`, and never past the target.
    fn inwards(&self, delta: Value, edge: Value) -> Value {
        Value(if delta > self.delta {
            edge.0.saturating_sub(self.least.0).max(self.delta.0)
        } else {
            edge.0.saturating_add(self.least.0).min(self.delta.0)
        })
    }

    /// Returns the least and the greatest D at which no trade is both due and permitted: beyond
    /// the band, but for what may not be added.
    pub fn rest(&self) -> [Value; 2] {
        let far = self.band.0.saturating_add(self.least.0);
        let (hold, open) = (self.hold().0, self.open.0.saturating_sub(self.least.0));
        let [mut low, mut high] = [self.delta.0.saturating_sub(far), self.delta.0.saturating_add(far)];
        if self.delta > Value::ZERO {
            low = low.min(open);
        }
        if self.delta < Value::ZERO {
            high = high.max(open.saturating_neg());
        }
        [low, high].map(|edge| Value(edge.clamp(hold.saturating_neg(), hold)))
    }

    /// Returns |D − D*|.
    pub const fn distance(&self, delta: Value) -> u64 {
        delta.0.abs_diff(self.delta.0)
    }
}

/// |value|; the largest stands for the one that does not fit.
const fn magnitude(value: Value) -> i64 {
    value.0.saturating_abs()
}

/// Returns the targets of what stays. What does not fit counts as the most, so that no size of a
/// vault makes this fail; `None` if its shares do not fit.
pub fn targets(policy: &ExposurePolicy, outlook: &Outlook, staying: &RemainingCapital) -> Option<Targets> {
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
    let base = times(policy.directional.base, nav);
    let delta = times(policy.directional.weight(outlook, staying.fallen), nav);
    let side = if base < Value::ZERO { Side::Short } else { Side::Long };
    let wanted = Targets {
        delta,
        band: times(policy.band, Value(magnitude(base))),
        least: times(policy.least_trade, nav),
        cap,
        open: outlook.opening(side).of_floor(cap),
        cushion,
        floor,
    };
    Some(wanted.capped(cap))
}

#[cfg(test)]
mod tests;
