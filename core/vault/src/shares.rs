//! Share arithmetic: who rounds which way, and what a first depositor cannot steal.
//!
//! The pool is treated as if it always held [`VIRTUAL`] more assets and as many more shares. A
//! price manipulated through the first few shares would mostly enrich those virtual shares, which
//! nobody owns (OpenZeppelin's ERC-4626 defence).

use ballast_core_types::{scale, Ratio, Shares, UnixTime, Value, I80F48};

/// What a share was worth when it was last marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareMark {
    /// Low net asset value per share.
    pub value: Ratio,
    /// When that was.
    pub at: UnixTime,
    /// The highest of these values yet.
    pub high_water: Ratio,
}

/// Virtual assets (quote base units) and virtual shares (share base units).
pub const VIRTUAL: u64 = 1_000_000;

/// Shares for a deposit of `amount` when the book is worth `nav`; rounded down, against the
/// depositor.
///
/// `None` if nothing would be minted or a value does not fit.
pub fn shares_for_deposit_floor(amount: u64, nav: Value, supply: Shares) -> Option<Shares> {
    let assets = nav.positive_part().checked_add(VIRTUAL)?;
    let shares = scale::mul_div_floor(amount, with_virtual(supply)?, assets)?;
    (shares > 0).then_some(Shares(shares))
}

/// Returns the supply with the virtual shares.
fn with_virtual(supply: Shares) -> Option<u64> {
    supply.0.checked_add(VIRTUAL)
}

/// Returns what `shares` are worth when the book is worth `nav`; rounded down, against the
/// redeemer.
pub fn assets_for_shares_floor(shares: Shares, nav: Value, supply: Shares) -> Option<u64> {
    let assets = nav.positive_part().checked_add(VIRTUAL)?;
    scale::mul_div_floor(shares.0, assets, with_virtual(supply)?)
}

/// Net asset value of one share, virtual part included; rounded toward zero.
pub fn nav_per_share(nav: Value, supply: Shares) -> Option<Ratio> {
    let assets = nav.positive_part().checked_add(VIRTUAL)?;
    let shares = with_virtual(supply)?;
    I80F48::from_num(assets)
        .checked_div_int(i128::from(shares))
        .map(Ratio::from_fixed)
}

/// Returns the net asset value at which one of `supply` shares is worth `per_share`; rounded toward
/// −∞.
pub fn nav_at_share_price_floor(per_share: Ratio, supply: Shares) -> Option<Value> {
    let shares = Value::from_amount(with_virtual(supply)?)?;
    per_share.of_floor(shares)?.checked_sub(Value::from_amount(VIRTUAL)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_deposit_is_one_to_one() {
        assert_eq!(
            shares_for_deposit_floor(5_000_000, Value(0), Shares(0)),
            Some(Shares(5_000_000))
        );
        assert_eq!(nav_per_share(Value(0), Shares(0)), Some(Ratio::ONE));
    }

    #[test]
    fn dust_mints_nothing_rather_than_being_kept() {
        assert_eq!(shares_for_deposit_floor(1, Value(10_000_000), Shares(1_000_000)), None);
    }

    proptest! {
        #[test]
        fn r13_a_round_trip_never_gains(
            amount in 1u64..1_000_000_000_000, nav in 0i64..1_000_000_000_000_000, supply in 0u64..1_000_000_000_000_000
        ) {
            let supply = Shares(supply);
            if let Some(shares) = shares_for_deposit_floor(amount, Value(nav), supply) {
                let back = assets_for_shares_floor(shares, Value(nav + amount as i64), Shares(supply.0 + shares.0)).unwrap();
                prop_assert!(back <= amount);
            }
        }

        #[test]
        fn a_first_depositor_cannot_profit_from_inflation(gift in 0u64..1_000_000_000_000, first in 1u64..1_000_000, second in 1u64..1_000_000_000_000) {
            // The attacker deposits, makes the pool richer by `gift` at its own cost, the victim
            // deposits, the attacker leaves.
            let attacker = shares_for_deposit_floor(first, Value(0), Shares(0)).unwrap();
            let nav = (first + gift) as i64;
            let victim = shares_for_deposit_floor(second, Value(nav), attacker).unwrap_or(Shares(0));
            let paid = if victim > Shares(0) { second } else { 0 };
            let out = assets_for_shares_floor(attacker, Value(nav + paid as i64), Shares(attacker.0 + victim.0)).unwrap();
            prop_assert!(out <= first + gift);
        }
    }
}
