//! Whether a trade is permitted to one of its sides, by where that side stands before and after.
//!
//! Who passes the initial check may trade. Who trades further from the fair value than it costs to
//! close what is traded is checked at conservative marks: a gain that only exists at the price of
//! the moment is not handed over to another account at a foolish price. And who does not pass may
//! reduce: near the fair value, if equity then covers more of the requirement and no more cash is
//! lacking. So nobody is kept in a position by what they lack.

use super::charges::spread_charge;
use super::margin::{MarginError, MarginStatus, Marks};
use super::params::ChargeParams;
use super::trade::Side;
use ballast_core_types::{Lots, Price, Value};

/// How a side of a trade is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideTerms {
    /// Whether it loses no more by the price than it costs to close what is traded.
    pub is_near_fair: bool,
    /// Whether the trade brings its position in each series nearer to zero.
    pub reduces: bool,
}

impl SideTerms {
    /// Returns the marks at which the side is checked after the trade.
    pub const fn marks(&self) -> Marks {
        if self.is_near_fair {
            Marks::Adverse
        } else {
            Marks::Conservative
        }
    }

    /// Returns whether a status before the trade can matter: the side reduces, near the fair value.
    pub const fn may_reduce(&self) -> bool {
        self.is_near_fair && self.reduces
    }
}

/// A leg of a trade as its price is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JudgedLeg {
    /// How much, positive.
    pub quantity: Lots,
    /// What that is worth, base units.
    pub fair: Value,
    /// What is paid for it, base units.
    pub premium: u64,
    /// What the taker does.
    pub taker: Side,
}

/// Returns whether the taker and whether the maker lose no more by the prices of all legs together
/// than the spread charges of them: the sum of max(floor, |q|·S·spread), each no more than the leg
/// is worth, or costs.
pub fn are_near_fair(legs: &[JudgedLeg], spot: Price, charges: &ChargeParams) -> [bool; 2] {
    let (mut taker_loss, mut allowed) = (0i128, 0i128);
    for leg in legs {
        let paid = i128::from(leg.premium).saturating_sub(i128::from(leg.fair.0));
        let loss = match leg.taker {
            Side::Buy => paid,
            Side::Sell => paid.saturating_neg(),
        };
        let spread = spread_charge(leg.quantity.0.unsigned_abs(), spot, charges);
        let spread = spread.unwrap_or(charges.spread_floor);
        // A leg that is worth nothing, at no price, excuses nothing of another.
        let at_stake = leg.fair.positive_part().max(leg.premium);
        let spread = spread.min(at_stake);
        taker_loss = taker_loss.saturating_add(loss);
        allowed = allowed.saturating_add(i128::from(spread));
    }
    [taker_loss <= allowed, taker_loss.saturating_neg() <= allowed]
}

/// Returns whether a side that does not pass the initial check is better off after a trade: equity
/// covers more of the initial requirement, and no more cash is lacking.
pub fn is_relieved(before: &MarginStatus, after: &MarginStatus) -> bool {
    let lacks = |status: &MarginStatus| {
        let need = status.cash_need.initial.saturating_add(status.debt);
        need.saturating_sub(status.cash).max(Value::ZERO)
    };
    // Cross-multiplied, a ratio of two positive numbers: products of 63 bits fit 127.
    let product = |a: Value, b: Value| i128::from(a.0).wrapping_mul(i128::from(b.0));
    let (equity, equity_before) = (after.paid_equity(), before.paid_equity());
    let covers_more = equity >= after.initial
        || (equity_before < before.initial
            && before.initial > Value::ZERO
            && after.initial > Value::ZERO
            && product(equity, before.initial) > product(equity_before, after.initial));
    covers_more && lacks(after) <= lacks(before)
}

/// Holds a side to its margin after a trade: `after` at [`SideTerms::marks`]; `before`, at adverse
/// marks, is asked only where it can matter.
///
/// # Errors
/// The [`MarginError`] of the initial check; what `before` fails with.
pub fn check_side<E: From<MarginError>>(
    terms: &SideTerms,
    after: &MarginStatus,
    before: impl FnOnce() -> Result<MarginStatus, E>,
) -> Result<(), E> {
    let Err(refusal) = after.check_initial() else {
        return Ok(());
    };
    if terms.may_reduce() && is_relieved(&before()?, after) {
        return Ok(());
    }
    Err(refusal.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cash_need::CashNeed;
    use crate::fixtures::LISTING;
    use ballast_core_types::fixtures::price;

    fn status(equity: i64, initial: i64, cash: i64, need: i64) -> MarginStatus {
        MarginStatus {
            equity: Value(equity),
            initial: Value(initial),
            cash: Value(cash),
            cash_need: CashNeed {
                initial: Value(need),
                maintenance: Value::ZERO,
            },
            ..MarginStatus::default()
        }
    }

    #[test]
    fn near_is_within_the_spread_charge_for_who_loses() {
        // 20 basis points of a unit at 50,000 are 100, the floor a tenth.
        let unit = Lots(1_000_000);
        let near = |legs: &[JudgedLeg]| are_near_fair(legs, price("50000"), &LISTING.charges);
        let leg = |taker, fair: i64, premium: u64| JudgedLeg {
            quantity: unit,
            fair: Value(fair * 1_000_000),
            premium: premium * 1_000_000,
            taker,
        };
        for (side, fair, premium, expected) in [
            (Side::Buy, 1_000, 1_100, [true, true]),
            (Side::Buy, 1_000, 1_101, [false, true]),
            (Side::Buy, 1_000, 1, [true, false]),
            (Side::Sell, 1_000, 900, [true, true]),
            (Side::Sell, 1_000, 899, [false, true]),
            (Side::Sell, 1_000, 9_000, [true, false]),
        ] {
            assert_eq!(
                near(&[leg(side, fair, premium)]),
                expected,
                "{side:?} {fair:?} {premium}"
            );
        }
        // One leg may cost too much what another costs too little.
        let legs = [leg(Side::Buy, 1_000, 1_500), leg(Side::Sell, 500, 800)];
        assert_eq!(near(&legs), [true, true]);
        assert_eq!(
            near(&[leg(Side::Buy, 1_000, 1_500), leg(Side::Sell, 500, 799)]),
            [false, true]
        );
        // Far options for nothing do not excuse what is paid too much for another.
        let far = leg(Side::Sell, 0, 0);
        let dear = leg(Side::Buy, 5, 300);
        assert_eq!(near(&[dear, far, far, far]), [false, true]);
        let dust = |premium| {
            near(&[JudgedLeg {
                quantity: Lots(1),
                fair: Value(0),
                premium,
                taker: Side::Buy,
            }])
        };
        assert_eq!((dust(100_000), dust(100_001)), ([true, true], [false, true]));
    }

    #[test]
    fn who_does_not_pass_may_reduce_near_fair_if_it_helps() {
        let reduce = SideTerms {
            is_near_fair: true,
            reduces: true,
        };
        let open = SideTerms {
            reduces: false,
            ..reduce
        };
        let foolish = SideTerms {
            is_near_fair: false,
            ..reduce
        };
        let before = status(50, 100, 40, 30);
        for (terms, after, permitted) in [
            (open, status(100, 100, 30, 30), true),
            (open, status(60, 100, 40, 30), false),
            (reduce, status(45, 80, 30, 20), true),
            // No better a cover, and a cash need that is not met any more.
            (reduce, status(40, 80, 40, 20), false),
            (reduce, status(45, 80, 10, 20), false),
            (foolish, status(45, 80, 30, 20), false),
            (foolish, status(80, 80, 30, 20), true),
        ] {
            let checked: Result<(), MarginError> = check_side(&terms, &after, || Ok(before));
            assert_eq!(checked.is_ok(), permitted, "{terms:?} {after:?}");
        }
        assert_eq!((foolish.marks(), open.marks()), (Marks::Conservative, Marks::Adverse));
        // Below nothing a ratio says nothing of a requirement that is gone.
        assert!(!is_relieved(&status(-5, 100, 0, 0), &status(-5, 0, 0, 0)));
    }
}
