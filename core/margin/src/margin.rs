//! From the tail of a book to the margin it needs.

use ballast_core_math::scenarios::TailRisk;
use ballast_core_types::{Ratio, Value, I80F48};

/// How much of each measure of the tail a margin is. Validated as one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarginParams {
    /// Share of the worst loss that opening a position takes: above the maintenance share, at most
    /// 2.
    pub initial_share: Ratio,
    /// Multiple of the 99 % expected shortfall that opening a position takes: as the share.
    pub initial_shortfall: Ratio,
    /// Share of the worst loss below which a book may be liquidated: above 0, at most 1.
    pub maintenance_share: Ratio,
    /// Multiple of the shortfall below which a book may be liquidated: above 0, at most 1.
    pub maintenance_shortfall: Ratio,
}

const fn percent(value: i128) -> Ratio {
    Ratio::from_fixed(I80F48::from_bits((value << 48) / 100))
}

/// The parameters in force; `docs/reference/assess.md` gives their reasons.
pub const MARGIN: MarginParams = MarginParams {
    initial_share: percent(100),
    initial_shortfall: percent(135),
    maintenance_share: percent(70),
    maintenance_shortfall: percent(100),
};

impl MarginParams {
    /// Returns whether every parameter is in its range, and the initial margin above the
    /// maintenance margin.
    pub fn is_valid(&self) -> bool {
        let pair = |initial: Ratio, maintenance: Ratio| {
            maintenance > Ratio::ZERO
                && maintenance <= Ratio::ONE
                && initial > maintenance
                && initial.fixed() <= I80F48::from_bits(2 << 48)
        };
        pair(self.initial_share, self.maintenance_share) && pair(self.initial_shortfall, self.maintenance_shortfall)
    }

    /// Returns the requirement to open: max(share × worst loss, multiple × shortfall), not below
    /// zero, rounded up.
    pub(super) fn initial(&self, tail: &TailRisk) -> Value {
        requirement(tail, self.initial_share, self.initial_shortfall)
    }

    /// Returns the requirement to keep, likewise.
    pub(super) fn maintenance(&self, tail: &TailRisk) -> Value {
        requirement(tail, self.maintenance_share, self.maintenance_shortfall)
    }
}

fn requirement(tail: &TailRisk, share: Ratio, multiple: Ratio) -> Value {
    // A gain that does not fit needs nothing, a loss that does not fit everything.
    let of = |ratio: Ratio, loss: Value| {
        let most = if loss < Value::ZERO {
            Value::ZERO
        } else {
            Value(i64::MAX)
        };
        ratio.of_ceil(loss).unwrap_or(most)
    };
    let of_worst = of(share, tail.worst_loss);
    let of_shortfall = of(multiple, tail.expected_shortfall);
    of_worst.max(of_shortfall).max(Value::ZERO)
}

/// Returns the requirement of a book that holds long options: whoever holds them may let them go,
/// so the book never needs more than what they are worth and what the rest needs. A book of nothing
/// but long options is paid for by its own value.
pub(super) fn relieved(whole: Value, long_options: Value, rest: Value) -> Value {
    whole.min(long_options.saturating_add(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_math::scenarios::Cell;

    const fn tail(worst: i64, shortfall: i64) -> TailRisk {
        TailRisk {
            worst_loss: Value(worst),
            worst_cell: Cell {
                price: 0,
                volatility: 0,
            },
            expected_shortfall: Value(shortfall),
        }
    }

    #[test]
    fn the_larger_measure_counts_and_gains_need_nothing() {
        for (worst, shortfall, initial, maintenance) in [
            (1_000, 600, 1_000, 700),
            (1_000, 900, 1_215, 900),
            (1_001, 0, 1_001, 701),
            (-5, -9, 0, 0),
            (0, 0, 0, 0),
            (i64::MAX, i64::MAX, i64::MAX, i64::MAX),
            (-i64::MAX, -i64::MAX, 0, 0),
        ] {
            let tail = tail(worst, shortfall);
            assert_eq!(MARGIN.initial(&tail), Value(initial), "{tail:?}");
            assert_eq!(MARGIN.maintenance(&tail), Value(maintenance), "{tail:?}");
        }
    }

    #[test]
    fn parameters_are_one_bundle() {
        assert!(MARGIN.is_valid());
        for change in [
            (|p: &mut MarginParams| p.initial_share = percent(70)) as fn(&mut MarginParams),
            |p| p.initial_share = percent(201),
            |p| p.initial_shortfall = percent(100),
            |p| p.maintenance_share = percent(101),
            |p| p.maintenance_share = Ratio::ZERO,
            |p| p.maintenance_shortfall = Ratio::ZERO,
            |p| p.maintenance_shortfall = percent(-1),
        ] {
            let mut params = MARGIN;
            change(&mut params);
            assert!(!params.is_valid(), "{params:?}");
        }
    }

    #[test]
    fn long_options_can_be_let_go() {
        assert_eq!(relieved(Value(10), Value(4), Value(3)), Value(7));
        assert_eq!(relieved(Value(5), Value(4), Value(3)), Value(5));
        assert_eq!(relieved(Value(5), Value(i64::MAX), Value(3)), Value(5));
    }
}
