//! How much collateral belongs at the venue.

use crate::appraisal::Appraisal;
use crate::exposure::Targets;
use crate::portfolio::Portfolio;
use ballast_core_types::PriceBounds;
use ballast_core_types::Ratio;

/// A movement between custody and the venue, in quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollateralMove {
    /// From custody to the venue.
    Deposit(u64),
    /// From the venue to custody.
    Withdraw(u64),
}

/// Returns the movement that brings collateral to its due amount, or `None` if it is within a tenth
/// of it.
///
/// Due is `ratio` times the greater of the exposure held and the exposure wanted. Who cranks it has
/// no say in the amount, so anyone may. Outer `None` on overflow.
pub fn due(
    portfolio: &Portfolio,
    bounds: &PriceBounds,
    targets: &Targets,
    ratio: Ratio,
) -> Option<Option<CollateralMove>> {
    let held = portfolio.delta_if_filled(bounds.mid)?.checked_abs()?;
    let now = portfolio.delta(bounds.mid)?.checked_abs()?;
    let wanted = targets.delta.checked_abs()?;
    let due = ratio.of_ceil(held.max(now).max(wanted))?.positive_part();
    let equity = portfolio.venue_equity_low(bounds)?;
    let tolerance = due.checked_div(10)?;
    let movement = if equity < due.checked_sub(tolerance)? {
        let missing = due.checked_sub(equity)?.min(portfolio.cash);
        (missing > 0).then_some(CollateralMove::Deposit(missing))
    } else if equity > due.checked_add(tolerance)? {
        let spare = equity.checked_sub(due)?.min(portfolio.position.collateral);
        (spare > 0).then_some(CollateralMove::Withdraw(spare))
    } else {
        None
    };
    Some(movement)
}

impl Appraisal<'_> {
    /// Returns the movement of collateral that is due. Exposure that may not be taken on now needs
    /// no collateral now. Outer `None` on overflow.
    pub fn collateral_due(&self) -> Option<Option<CollateralMove>> {
        let (portfolio, bounds) = (&self.portfolio, &self.prices.bounds);
        let mut targets = self.targets()?;
        if !self.permissions.open {
            targets.delta = portfolio.delta(bounds.mid)?;
        }
        due(portfolio, bounds, &targets, self.vault.policy.collateral_ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::{price, ratio};
    use ballast_core_types::{Lots, Position, Value};

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
                cap: Value(9_999),
                cushion: Value(0),
                floor: Value(0),
            };
            assert_eq!(
                due(&portfolio, &at, &targets, ratio("0.5")),
                Some(expected),
                "{cash} {collateral} {lots} {wanted}"
            );
        }
    }
}
