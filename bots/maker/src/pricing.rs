//! What a maker asks for: the surface's volatility, further away the more they hold already.
//!
//! With *u* the vega after the trade over the vega limit, an option is priced at the surface's
//! volatility times
//!
//! ```text
//! 1 + half spread − skew · u     where the maker sells
//! 1 − half spread − skew · u     where the maker buys
//! ```
//!
//! so that who is long of volatility sells cheaper and buys cheaper, and what brings the inventory
//! back is the better price.

use ballast_core_clearing::trade::Side;
use ballast_core_types::Lots;

/// How a maker prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pricing {
    /// Half the spread, as a share of the volatility: 0 to 0.5.
    pub half_spread: f64,
    /// How far a full inventory moves both sides, as a share of the volatility: 0 to 0.4.
    pub skew: f64,
    /// The vega of all positions on a market, base units per vol point, that is a full inventory.
    pub vega_limit: f64,
    /// The most delta of all options on a market, units of the underlying, whatever hedges it.
    pub delta_limit: f64,
}

/// What a maker holds on a market, or a quote would add to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Base units per vol point.
    pub vega: f64,
    /// Units of the underlying.
    pub delta: f64,
}

impl Inventory {
    /// Returns both together.
    pub fn plus(self, more: Self) -> Self {
        Self {
            vega: self.vega + more.vega,
            delta: self.delta + more.delta,
        }
    }
}

/// How a maker quotes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Prices.
    pub pricing: Pricing,
    /// The most of a leg that one quote has, lots.
    pub max_size: Lots,
    /// For how many slots a quote holds.
    pub slots: u64,
    /// How far the market's price may move before a quote does not hold any more, as a share of it.
    pub spot_band: f64,
}

/// The least and the greatest that a volatility is multiplied by.
const FACTORS: (f64, f64) = (0.1, 1.9);

impl Pricing {
    /// Checks whether a trade that brings an inventory from `before` to `after` keeps within the
    /// limits, or brings what is beyond one nearer.
    ///
    /// # Errors
    /// What would go too far, its value before and after, and its limit.
    pub fn check(&self, before: Inventory, after: Inventory) -> Result<(), (&'static str, [f64; 3])> {
        for (what, before, after, limit) in [
            ("vega", before.vega, after.vega, self.vega_limit),
            ("delta", before.delta, after.delta, self.delta_limit),
        ] {
            if after.abs() > limit && after.abs() >= before.abs() {
                return Err((what, [before, after, limit]));
            }
        }
        Ok(())
    }

    /// Returns what the surface's volatility is multiplied by where the maker does `side` and has
    /// `after` vega then.
    pub fn factor(&self, side: Side, after: f64) -> f64 {
        let inventory = (after / self.vega_limit.max(1.0)).clamp(-1.0, 1.0);
        let spread = match side {
            Side::Sell => self.half_spread,
            Side::Buy => -self.half_spread,
        };
        (1.0 + spread - self.skew * inventory).clamp(FACTORS.0, FACTORS.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICING: Pricing = Pricing {
        half_spread: 0.05,
        skew: 0.04,
        vega_limit: 1_000.0,
        delta_limit: 5.0,
    };

    #[test]
    fn a_maker_leans_against_what_it_holds() {
        for (side, after, expected) in [
            (Side::Sell, 0.0, 1.05),
            (Side::Buy, 0.0, 0.95),
            // Long of volatility: both are cheaper.
            (Side::Sell, 500.0, 1.03),
            (Side::Buy, 500.0, 0.93),
            (Side::Buy, -1_000.0, 0.99),
            (Side::Sell, -9_000.0, 1.09),
        ] {
            let factor = PRICING.factor(side, after);
            assert!((factor - expected).abs() < 1e-12, "{side:?} {after}: {factor}");
        }
        let wild = Pricing {
            half_spread: 0.99,
            ..PRICING
        };
        assert_eq!((wild.factor(Side::Buy, 1e9), wild.factor(Side::Sell, -1e9)), (0.1, 1.9));
    }

    #[test]
    fn a_full_inventory_only_shrinks() {
        let vega = |vega| Inventory { vega, delta: 3.0 };
        let delta = |delta| Inventory { vega: 9e9, delta };
        for (before, after, within) in [
            (vega(0.0), vega(1_000.0), true),
            (vega(0.0), vega(-1_001.0), false),
            (vega(2_000.0), vega(1_500.0), true),
            (vega(2_000.0), vega(2_000.0), false),
            (vega(2_000.0), vega(-1_999.0), true),
            (vega(-1_200.0), vega(1_300.0), false),
            (vega(0.0), Inventory { vega: 0.0, delta: -5.5 }, false),
            (delta(9.0), Inventory { vega: 0.0, delta: 8.0 }, true),
        ] {
            let checked = PRICING.check(before, after);
            assert_eq!(checked.is_ok(), within, "{before:?} {after:?} {checked:?}");
        }
    }
}
