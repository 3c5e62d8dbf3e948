//! Where the book should be, how far it may stray, and what it may never exceed.

use crate::places::{PerMarket, MAX_MARKETS};
use ballast_core_types::{scale, Value};

/// Where the book should be in one market. All in quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketTarget {
    /// D*, the target dollar delta.
    pub delta: Value,
    /// Half-width of the band around it.
    pub band: Value,
    /// Greatest sum of |D| over all markets that may be reached by adding to this one.
    pub open: Value,
    /// Greatest |D| in this market alone, where there is such a bound: what collateral carries to
    /// which no more goes.
    pub cap: Option<Value>,
}

/// Where the book should be, how far it may stray, and what it may never exceed. All in quote base
/// units.
///
/// The cap on the sum of |D| over all markets is a pair of limits. *Hold* lies a little above it:
/// beyond, a reduction is due, which lands on the cap. *Open* is what a market's regime and trend
/// leave of it: nothing is added to that market beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// Those of each market, in its place. The sum of |D*| is within the cap.
    pub markets: [Option<MarketTarget>; MAX_MARKETS],
    /// The least that is worth a trade.
    pub least: Value,
    /// Greatest sum of |D|.
    pub cap: Value,
    /// Net asset value less the floor.
    pub cushion: Value,
    /// The floor.
    pub floor: Value,
}

/// Why a trade is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The sum of |D| is above what may be held.
    Breach,
    /// D of a market is outside its band by at least what is worth a trade.
    Drift,
}

/// Returns the sum of |D| over all markets; the most stands for what does not fit.
#[inline(never)]
pub fn gross(deltas: &PerMarket) -> Value {
    let sum = deltas
        .iter()
        .fold(0i64, |sum, delta| sum.saturating_add(magnitude(*delta)));
    Value(sum)
}

/// |value|; the largest stands for the one that does not fit.
const fn magnitude(value: Value) -> i64 {
    value.0.saturating_abs()
}

/// Returns a little more than a cap: by a quarter of a band or a tenth of itself, whichever is
/// less. A tenth is what a venue in quarantine is asked to carry beside.
const fn held(cap: Value, band: i64) -> i64 {
    let (quarter, tenth) = (band >> 2, cap.0 / 10);
    cap.0.saturating_add(if quarter < tenth { quarter } else { tenth })
}

/// Returns D with |D| smaller by so much.
const fn cut(delta: Value, by: i64) -> Value {
    Value(delta.0.saturating_sub(by.saturating_mul(delta.0.signum())))
}

impl MarketTarget {
    /// Returns |D − D*|.
    pub const fn distance(&self, delta: Value) -> u64 {
        delta.0.abs_diff(self.delta.0)
    }

    /// Returns by how much |D| is above what may be held in this market alone.
    fn excess(&self, delta: Value) -> i64 {
        let hold = self.cap.map_or(i64::MAX, |cap| held(cap, self.band.0));
        magnitude(delta).saturating_sub(hold).max(0)
    }

    /// Returns by how much |D| is above the cap of this market alone; nothing without one.
    fn above(&self, delta: Value) -> i64 {
        self.cap.map_or(0, |cap| magnitude(delta).saturating_sub(cap.0))
    }

    /// Returns by how much |D| is above what it can be reduced to: the target, if it is on the same
    /// side.
    fn reducible(&self, delta: Value) -> i64 {
        let same_side = self.delta.0.saturating_mul(delta.0.signum()).max(0);
        magnitude(delta).saturating_sub(same_side).max(0)
    }

    /// Returns the edge of the band on the side of D, never beyond the cap.
    fn band_edge(&self, delta: Value, cap: Value) -> Value {
        let edge = if delta > self.delta {
            self.delta.0.saturating_add(self.band.0)
        } else {
            self.delta.0.saturating_sub(self.band.0)
        };
        Value(edge.clamp(cap.0.saturating_neg(), cap.0))
    }

    /// Returns what lies so much further in than `edge`, and never past the target.
    fn inwards(&self, delta: Value, edge: Value, more: Value) -> Value {
        Value(if delta > self.delta {
            edge.0.saturating_sub(more.0).max(self.delta.0)
        } else {
            edge.0.saturating_add(more.0).min(self.delta.0)
        })
    }

    /// Returns whether D has drifted: it is outside its band by at least what is worth a trade.
    fn has_drifted(&self, delta: Value, least: Value) -> bool {
        let far = self.band.0.saturating_add(least.0.max(1));
        self.distance(delta) >= far.unsigned_abs()
    }
}

impl Targets {
    /// Returns those of a market; `None` if there is none at that place.
    pub fn of(&self, market: usize) -> Option<&MarketTarget> {
        self.markets.get(market)?.as_ref()
    }

    fn each<'a>(&'a self, deltas: &'a PerMarket) -> impl Iterator<Item = (&'a MarketTarget, Value)> {
        let placed = self.markets.iter().zip(deltas);
        placed.filter_map(|(target, delta)| Some((target.as_ref()?, *delta)))
    }

    /// Returns the targets with |D| of one market bounded by itself.
    pub fn capped(mut self, market: usize, cap: Value) -> Self {
        if let Some(target) = self.markets.get_mut(market).and_then(Option::as_mut) {
            let cap = cap.max(Value::ZERO);
            target.cap = Some(cap);
            target.open = target.open.min(cap);
            target.delta = Value(target.delta.0.clamp(cap.0.saturating_neg(), cap.0));
        }
        self
    }

    /// Returns the most that the sum of |D| may be at rest.
    pub fn hold(&self) -> Value {
        let bands = self.markets.iter().flatten();
        let bands = bands.fold(0i64, |sum, target| sum.saturating_add(target.band.0));
        Value(held(self.cap, bands))
    }

    /// Returns B: by how much the sum of |D| is above what may be held, with what |D| of a market
    /// is above its own bound.
    #[inline(never)]
    pub fn excess(&self, deltas: &PerMarket) -> Value {
        let whole = gross(deltas).0.saturating_sub(self.hold().0).max(0);
        let own = self.each(deltas).map(|(target, delta)| target.excess(delta));
        Value(own.fold(whole, i64::saturating_add))
    }

    /// Returns by how much the sum of |D| is above the cap, with what |D| of a market is above its
    /// own.
    #[inline(never)]
    pub fn above(&self, deltas: &PerMarket) -> Value {
        let whole = gross(deltas).0.saturating_sub(self.cap.0).max(0);
        let own = self.each(deltas).map(|(target, delta)| target.above(delta).max(0));
        Value(own.fold(whole, i64::saturating_add))
    }

    /// Returns why a trade is due; `None` if none is.
    #[inline(never)]
    pub fn reason(&self, deltas: &PerMarket) -> Option<Reason> {
        if self.excess(deltas) > Value::ZERO {
            return Some(Reason::Breach);
        }
        let drifted = self
            .each(deltas)
            .any(|(target, delta)| target.has_drifted(delta, self.least));
        drifted.then_some(Reason::Drift)
    }

    /// Returns whether a trade in a market is due for a reason.
    pub fn is_due(&self, reason: Reason, market: usize, deltas: &PerMarket) -> bool {
        let Some((target, delta)) = self.of(market).zip(deltas.get(market)) else {
            return false;
        };
        match reason {
            Reason::Breach => self.most_cut(target, *delta, deltas) > 0,
            Reason::Drift => target.has_drifted(*delta, self.least),
        }
    }

    /// Returns the most by which |D| of a market falls in a breach: what the sum, or the market by
    /// itself, is above its cap. That of a market whose target is further out falls by less: what
    /// is wanted of all of them fits the cap, so that what is more than wanted is enough.
    fn most_cut(&self, target: &MarketTarget, delta: Value, deltas: &PerMarket) -> i64 {
        let whole = gross(deltas).0.saturating_sub(self.cap.0);
        whole.max(target.above(delta)).min(target.reducible(delta)).max(0)
    }

    /// Returns how far |D| of a market may be brought by adding to it: what may be opened, less what
    /// is held of the others; less than nothing where those are beyond it.
    pub fn room(&self, market: usize, deltas: &PerMarket) -> Option<Value> {
        let others = gross(deltas).0.saturating_sub(magnitude(*deltas.get(market)?));
        Some(Value(self.of(market)?.open.0.saturating_sub(others)))
    }

    /// Returns where a trade in a market goes: in a breach, what is more than wanted of each is cut
    /// alike until the sum is at the cap; a drift goes to the edge of the band on its side.
    pub fn edge(&self, reason: Reason, market: usize, deltas: &PerMarket) -> Option<Value> {
        let (target, delta) = (self.of(market)?, *deltas.get(market)?);
        Some(match reason {
            Reason::Breach => {
                let reducible = target.reducible(delta);
                let all = self.each(deltas).map(|(target, delta)| target.reducible(delta));
                let all = all.fold(0i64, i64::saturating_add);
                let above = gross(deltas).0.saturating_sub(self.cap.0).max(0);
                let parts = [reducible, above, all].map(i64::unsigned_abs);
                let share = scale::mul_div_ceil(parts[0], parts[1], parts[2].max(1)).unwrap_or(u64::MAX);
                let share = i64::try_from(share).unwrap_or(i64::MAX);
                cut(delta, share.max(target.above(delta)).min(reducible).max(0))
            }
            Reason::Drift => target.band_edge(delta, self.cap),
        })
    }

    /// Returns how near to its target a trade may bring D of a market at most: prices move until it
    /// lands.
    #[inline(never)]
    pub fn nearest(&self, reason: Reason, market: usize, deltas: &PerMarket) -> Option<Value> {
        let (target, delta) = (self.of(market)?, *deltas.get(market)?);
        let edge = match reason {
            Reason::Breach => cut(delta, self.most_cut(target, delta, deltas)),
            Reason::Drift => target.band_edge(delta, self.cap),
        };
        Some(target.inwards(delta, edge, self.least))
    }

    /// Returns the dollars that trades may at most bring the book nearer to its targets.
    #[inline(never)]
    pub fn outside(&self, deltas: &PerMarket) -> Value {
        let (mut drifts, mut distances) = (0i64, 0i64);
        for (target, delta) in self.each(deltas) {
            let distance = i64::try_from(target.distance(delta)).unwrap_or(i64::MAX);
            let beyond = distance.saturating_sub(target.band.0).saturating_add(self.least.0);
            drifts = drifts.saturating_add(beyond.clamp(0, distance));
            distances = distances.saturating_add(distance);
        }
        let above = gross(deltas).0.saturating_sub(self.cap.0);
        let cut = above.saturating_add(self.least.0).min(distances);
        Value(drifts.max(cut).max(0))
    }

    /// Returns the least and the greatest D of a market, the others being as they are, at which no
    /// trade is both due and permitted: beyond the band, but for what may not be added.
    pub fn rest(&self, market: usize, deltas: &PerMarket) -> Option<[Value; 2]> {
        let (target, delta) = (self.of(market)?, *deltas.get(market)?);
        let others = gross(deltas).0.saturating_sub(magnitude(delta));
        let open = self.room(market, deltas)?.0.saturating_sub(self.least.0);
        let far = target.band.0.saturating_add(self.least.0);
        let hold = self.hold().0.saturating_sub(others).max(0);
        let [mut low, mut high] = [target.delta.0.saturating_sub(far), target.delta.0.saturating_add(far)];
        if target.delta > Value::ZERO {
            low = low.min(open);
        }
        if target.delta < Value::ZERO {
            high = high.max(open.saturating_neg());
        }
        Some([low, high].map(|edge| Value(edge.clamp(hold.saturating_neg(), hold))))
    }
}

/// Targets of tests.
#[cfg(test)]
pub(crate) mod fixtures {
    use super::*;
    use core::array::from_fn;

    /// Returns what is wanted of a market: D*, half of the band, and what may be opened.
    pub(crate) fn market(delta: i64, band: i64, open: i64) -> MarketTarget {
        MarketTarget {
            delta: Value(delta),
            band: Value(band),
            open: Value(open),
            cap: None,
        }
    }

    /// Returns targets of markets under a cap.
    pub(crate) fn of_markets(markets: &[MarketTarget], least: i64, cap: i64) -> Targets {
        Targets {
            markets: from_fn(|place| markets.get(place).copied()),
            least: Value(least),
            cap: Value(cap),
            cushion: Value(0),
            floor: Value(0),
        }
    }

    /// Returns D of the first markets.
    pub(crate) fn deltas(held: &[i64]) -> PerMarket {
        from_fn(|place| Value(held.get(place).copied().unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests;
