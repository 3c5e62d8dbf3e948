//! How much collateral belongs at the venue.

use crate::appraisal::Appraisal;
use crate::exposure::{RemainingCapital, Targets};
use crate::portfolio::Portfolio;
use crate::quarantine::{Case, VENUE};
use ballast_core_types::{scale, value_floor, PriceBounds, Ratio, Shares, Value};

/// A movement between custody and the venue, in quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollateralMove {
    /// From custody to the venue.
    Deposit(u64),
    /// From the venue to custody.
    Withdraw(u64),
}

/// What belongs at the venue.
#[derive(Clone, Copy, Debug)]
pub struct CollateralPolicy {
    /// Collateral / exposure.
    pub ratio: Ratio,
    /// The most there, quote base units: what those who stay own, and the margin of what is still
    /// to be unwound for the others.
    pub most: u64,
    /// Whether others wait for cash: then what is spare is fetched to the last thousandth.
    pub is_awaited: bool,
    /// The most that can be fetched while the position is what it is: a venue refuses what it needs
    /// itself, whoever owns it.
    pub free: u64,
}

/// Returns the movement that brings collateral to its due amount, or `None` if it is within a tenth
/// of it.
///
/// Due is the ratio times the greater of the exposure held and the exposure wanted. Who cranks it
/// has no say in the amount, so anyone may. Outer `None` on overflow.
pub fn due(
    portfolio: &Portfolio,
    bounds: &PriceBounds,
    targets: &Targets,
    policy: &CollateralPolicy,
) -> Option<Option<CollateralMove>> {
    let held = portfolio.delta_if_filled(bounds.mid)?.checked_abs()?;
    let now = portfolio.delta(bounds.mid)?.checked_abs()?;
    let wanted = targets.delta.checked_abs()?;
    let due = policy.ratio.of_ceil(held.max(now).max(wanted))?.positive_part();
    let due = due.min(policy.most);
    let equity = portfolio.venue_equity_low(bounds)?;
    let tolerance = due.checked_div(10)?;
    let spare_tolerance = if policy.is_awaited {
        due.checked_div(1_000)?
    } else {
        tolerance
    };
    let movement = if equity < due.checked_sub(tolerance)? {
        let missing = due.checked_sub(equity)?.min(portfolio.cash);
        (missing > 0).then_some(CollateralMove::Deposit(missing))
    } else if equity > due.checked_add(spare_tolerance)? {
        let spare = equity.checked_sub(due)?.min(policy.free);
        let spare = spare.min(portfolio.position.collateral);
        (spare > 0).then_some(CollateralMove::Withdraw(spare))
    } else {
        None
    };
    Some(movement)
}

impl Appraisal<'_> {
    /// Returns the movement as a venue in quarantine allows it: nothing goes there, and what those
    /// who left are owed is fetched: while a trade is due, no more than leaves the position
    /// carried, since the cap is what the rest would carry and the position comes down first; then
    /// all. Nothing is called back while the last call waits: a venue may let it wait anew. Outer
    /// `None` on overflow.
    fn brought_home(&self, movement: Option<CollateralMove>) -> Option<Option<CollateralMove>> {
        let position = &self.portfolio.position;
        let Some(case) = self.vault.cases.of(VENUE) else {
            let waits = position.queued_withdrawal > 0 && matches!(movement, Some(CollateralMove::Withdraw(_)));
            return Some(movement.filter(|_| !waits));
        };
        let mut missing = self.missing(case)?;
        if self.is_trade_due()? {
            missing = missing.min(self.free_to_fetch()?);
        }
        let spare = match movement {
            Some(CollateralMove::Withdraw(spare)) => spare,
            Some(CollateralMove::Deposit(_)) | None => 0,
        };
        let fetched = spare.max(missing).min(position.collateral);
        let is_due = fetched > 0 && position.queued_withdrawal == 0;
        Some(is_due.then_some(CollateralMove::Withdraw(fetched)))
    }

    /// Returns what still has to come from a venue in quarantine for those who left, quote base
    /// units. `None` on overflow.
    pub(crate) fn missing(&self, case: &Case) -> Option<u64> {
        let position = &self.portfolio.position;
        let value = Portfolio::at_venue_low(position, &self.prices.bounds, self.prices.slow)?;
        case.missing(value, self.vault.ledger.cash)
    }

    fn is_trade_due(&self) -> Option<bool> {
        Some(self.targets()?.reason(self.exposure()?.delta_if_filled).is_some())
    }

    /// Returns the collateral that can be fetched with the position left no more than a fifth
    /// short: a policy asks for more than five quarters of what its venue does. `None` on overflow.
    fn free_to_fetch(&self) -> Option<u64> {
        let (portfolio, bounds) = (&self.portfolio, &self.prices.bounds);
        let held = portfolio.delta_if_filled(bounds.mid)?.checked_abs()?;
        let held = held.max(portfolio.delta(bounds.mid)?.checked_abs()?);
        let whole = self.vault.policy.collateral_ratio.of_ceil(held)?.positive_part();
        let needed = scale::mul_div_ceil(whole, 4, 5)?;
        Some(portfolio.venue_equity_low(bounds)?.saturating_sub(needed))
    }

    /// Returns the movement of collateral that is due. Exposure that may not be taken on now needs
    /// no collateral now. Outer `None` on overflow.
    pub fn collateral_due(&self) -> Option<Option<CollateralMove>> {
        let (portfolio, bounds) = (&self.portfolio, &self.prices.bounds);
        let mut targets = self.targets()?;
        let held = portfolio.delta(bounds.mid)?;
        if !self.permissions.open {
            targets.delta = held;
        }
        let most = targets.open.0.max(held.checked_abs()?.0);
        targets.delta = Value(targets.delta.0.clamp(most.checked_neg()?, most));
        let (leaving, ratio) = (&self.vault.leaving, self.vault.policy.collateral_ratio);
        let is_awaited = leaving.shares > Shares::ZERO;
        let most = if is_awaited {
            let staying = RemainingCapital::of(&self.pool(), leaving.shares, &self.share_mark)?;
            let theirs = value_floor(leaving.within(portfolio.position.lots), bounds.mid)?.checked_abs()?;
            let margin = ratio.of_ceil(theirs)?.positive_part();
            staying.pool.nav.positive_part().checked_add(margin)?
        } else {
            u64::MAX
        };
        let policy = CollateralPolicy {
            ratio,
            most,
            is_awaited,
            free: self.free_to_fetch()?,
        };
        let movement = due(portfolio, bounds, &targets, &policy)?;
        self.brought_home(movement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::{price, ratio};
    use ballast_core_types::{Lots, Position, Value};

    fn of(most: u64, is_awaited: bool) -> CollateralPolicy {
        CollateralPolicy {
            ratio: ratio("0.5"),
            most,
            is_awaited,
            free: u64::MAX,
        }
    }

    #[test]
    fn what_leavers_wait_for_does_not_stay_at_the_venue() {
        let at = PriceBounds {
            low: price("100"),
            mid: price("100"),
            high: price("100"),
        };
        let portfolio = Portfolio {
            position: Position {
                collateral: 1_000,
                lots: Lots(20),
                entry_cost: Value(2_000),
                ..Position::default()
            },
            ..Portfolio::default()
        };
        let targets = Targets {
            delta: Value(2_000),
            band: Value(0),
            least: Value(0),
            cap: Value(9_999),
            open: Value(9_999),
            cushion: Value(0),
            floor: Value(0),
        };
        // Five per cent leave a vault whose policy wants all of it at the venue.
        let moved = |most, is_awaited| due(&portfolio, &at, &targets, &of(most, is_awaited)).unwrap();
        assert_eq!(moved(u64::MAX, false), None);
        assert_eq!(moved(950, false), None);
        assert_eq!(moved(950, true), Some(CollateralMove::Withdraw(50)));
    }

    #[test]
    fn the_table_of_movements() {
        use CollateralMove::*;
        let at = PriceBounds {
            low: price("100"),
            mid: price("100"),
            high: price("100"),
        };
        for (cash, collateral, lots, wanted, expected) in [
            (1_000, 0, 0, 1_000, Some(Deposit(500))),
            (300, 0, 0, 1_000, Some(Deposit(300))),
            (0, 0, 0, 1_000, None),
            (1_000, 460, 10, 1_000, None),
            (1_000, 440, 10, 1_000, Some(Deposit(60))),
            (1_000, 560, 10, 1_000, Some(Withdraw(60))),
            (1_000, 500, 10, 0, None),
            (1_000, 500, 0, 0, Some(Withdraw(500))),
            (1_000, 500, -10, -500, None),
        ] {
            let portfolio = Portfolio {
                cash,
                receivables: 0,
                levy_reserve: 0,
                position: Position {
                    collateral,
                    lots: Lots(lots),
                    entry_cost: Value(lots * 100),
                    ..Position::default()
                },
            };
            let targets = Targets {
                delta: Value(wanted),
                band: Value(0),
                least: Value(0),
                cap: Value(9_999),
                open: Value(9_999),
                cushion: Value(0),
                floor: Value(0),
            };
            assert_eq!(
                due(&portfolio, &at, &targets, &of(u64::MAX, false)),
                Some(expected),
                "{cash} {collateral} {lots} {wanted}"
            );
        }
    }
}
