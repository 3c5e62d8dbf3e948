//! Share arithmetic: who rounds which way, and what a first depositor cannot steal.
//!
//! The pool is treated as if it always held a thousandth of a quote token more, and had as many
//! more share units. A price manipulated through the first few shares would mostly enrich those
//! virtual shares, which nobody owns (OpenZeppelin's ERC-4626 defence). What a gain leaves with
//! them, or a loss gives to who leaves first, is about that much: it has to be next to nothing of a
//! dear token as well. Nobody can give to the pool, since its ledger alone counts.

use ballast_core_types::{scale, Ratio, Shares, UnixTime, Value, I80F48};

/// What a share was worth when it was last marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareMark {
    /// Low net asset value per share.
    pub value: Ratio,
    /// When that was.
    pub at: UnixTime,
    /// High of these values, which falls by a little every day.
    pub high_water: Ratio,
}

/// The decimals that a quote token may have: fewer are too coarse for the rounding of a share's
/// price, more leave too little room for amounts.
pub const DECIMALS: core::ops::RangeInclusive<u8> = 6..=9;

/// Returns the base units of one whole token of so many decimals; `None` outside [`DECIMALS`].
pub fn unit_of(decimals: u8) -> Option<u64> {
    if !DECIMALS.contains(&decimals) {
        return None;
    }
    10u64.checked_pow(u32::from(decimals))
}

/// Returns the virtual assets, and as many virtual shares, of a pool in a token of `unit` base
/// units.
pub const fn virtual_part(unit: u64) -> u64 {
    unit / 1_000
}

/// A pool, as the price of its shares sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Net asset value, quote base units.
    pub nav: Value,
    /// Share supply.
    pub supply: Shares,
    /// Base units of one whole quote token, and of one whole share.
    pub unit: u64,
}

impl Pool {
    /// Returns the virtual assets, and as many virtual shares.
    pub const fn virtual_part(&self) -> u64 {
        virtual_part(self.unit)
    }

    /// Returns the same shares of another net asset value.
    #[must_use]
    pub const fn worth(self, nav: Value) -> Self {
        Self { nav, ..self }
    }

    /// Returns the net asset value, zero at least, with the virtual assets; `None` on overflow.
    fn assets(&self) -> Option<u64> {
        self.nav.positive_part().checked_add(self.virtual_part())
    }

    /// Returns the supply with the virtual shares; `None` on overflow.
    pub fn shares_with_virtual(&self) -> Option<u64> {
        self.supply.0.checked_add(self.virtual_part())
    }

    /// Returns the shares for a deposit of `amount`; rounded down, against the depositor.
    ///
    /// `None` if nothing would be minted or a value does not fit.
    pub fn shares_for_deposit_floor(&self, amount: u64) -> Option<Shares> {
        let shares = scale::mul_div_floor(amount, self.shares_with_virtual()?, self.assets()?)?;
        (shares > 0).then_some(Shares(shares))
    }

    /// Returns what `shares` are worth; rounded down, against the redeemer. `None` if a value does
    /// not fit.
    pub fn assets_for_shares_floor(&self, shares: Shares) -> Option<u64> {
        scale::mul_div_floor(shares.0, self.assets()?, self.shares_with_virtual()?)
    }

    /// Returns the net asset value of one share, virtual part included; rounded toward zero. `None`
    /// if a value does not fit.
    pub fn nav_per_share(&self) -> Option<Ratio> {
        I80F48::from_num(self.assets()?)
            .checked_div_int(i128::from(self.shares_with_virtual()?))
            .map(Ratio::from_fixed)
    }

    /// Returns the net asset value at which one of these shares is worth `per_share`; rounded
    /// toward −∞. `None` if a value does not fit.
    pub fn nav_at_share_price_floor(&self, per_share: Ratio) -> Option<Value> {
        let shares = Value::from_amount(self.shares_with_virtual()?)?;
        per_share
            .of_floor(shares)?
            .checked_sub(Value::from_amount(self.virtual_part())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pool(decimals: u8, nav: i64, supply: u64) -> Pool {
        Pool {
            nav: Value(nav),
            supply: Shares(supply),
            unit: unit_of(decimals).unwrap(),
        }
    }

    #[test]
    fn six_to_nine_decimals_are_taken() {
        for decimals in 0..=u8::MAX {
            assert_eq!(unit_of(decimals).is_some(), (6..=9).contains(&decimals), "{decimals}");
        }
        assert_eq!(unit_of(9), Some(1_000_000_000));
    }

    #[test]
    fn the_first_deposit_is_one_to_one() {
        for decimals in DECIMALS {
            let empty = pool(decimals, 0, 0);
            assert_eq!(empty.shares_for_deposit_floor(5_000_000), Some(Shares(5_000_000)));
            assert_eq!(empty.nav_per_share(), Some(Ratio::ONE));
        }
    }

    #[test]
    fn dust_mints_nothing_rather_than_being_kept() {
        assert_eq!(pool(6, 10_000_000, 1_000_000).shares_for_deposit_floor(1), None);
        assert_eq!(pool(9, 10_000_000_000, 1_000_000_000).shares_for_deposit_floor(5), None);
    }

    proptest! {
        #[test]
        fn r13_a_round_trip_never_gains(
            decimals in DECIMALS, amount in 1u64..1_000_000_000_000, nav in 0i64..1_000_000_000_000_000, supply in 0u64..1_000_000_000_000_000
        ) {
            let before = pool(decimals, nav, supply);
            if let Some(shares) = before.shares_for_deposit_floor(amount) {
                let after = pool(decimals, nav + amount as i64, supply + shares.0);
                prop_assert!(after.assets_for_shares_floor(shares).unwrap() <= amount);
            }
        }

        #[test]
        fn a_first_depositor_cannot_profit_from_inflation(
            decimals in DECIMALS, gift in 0u64..1_000_000_000_000, first in 1u64..1_000_000, second in 1u64..1_000_000_000_000
        ) {
            // The attacker deposits, makes the pool richer by `gift` at its own cost, the victim
            // deposits, the attacker leaves.
            let attacker = pool(decimals, 0, 0).shares_for_deposit_floor(first).unwrap();
            let nav = (first + gift) as i64;
            let victim = pool(decimals, nav, attacker.0).shares_for_deposit_floor(second).unwrap_or(Shares(0));
            let paid = if victim > Shares(0) { second } else { 0 };
            let whole = pool(decimals, nav + paid as i64, attacker.0 + victim.0);
            prop_assert!(whole.assets_for_shares_floor(attacker).unwrap() <= first + gift);
        }

        /// What the victim of such a gift may lose by rounding is one share unit, which has a
        /// thousandth of the gift behind it at most: so much lies in the pool beside the first few
        /// shares.
        #[test]
        fn whoever_comes_after_a_gift_loses_a_thousandth_of_it_to_rounding(
            decimals in DECIMALS, whole in 1u64..100_000, first in 1u64..1_000_000, second in 200_000_000u64..1_000_000_000
        ) {
            let unit = unit_of(decimals).unwrap();
            let gift = whole * unit;
            let attacker = pool(decimals, 0, 0).shares_for_deposit_floor(first).unwrap();
            let nav = (first + gift) as i64;
            let victim = pool(decimals, nav, attacker.0).shares_for_deposit_floor(second).unwrap();
            let after = pool(decimals, nav + second as i64, attacker.0 + victim.0);
            let lost = second - after.assets_for_shares_floor(victim).unwrap();
            prop_assert!(lost <= 1_000 * whole + 2, "{lost}");
        }
    }
}
