//! Standings for the tests of liquidation.

mod rules;
mod takeovers;
mod takes;

use super::*;
use crate::cash_need::CashNeed;

const fn standing(equity: i64, initial: i64, maintenance: i64) -> Standing {
    Standing {
        equity: Value(equity),
        initial: Value(initial),
        maintenance: Value(maintenance),
        cash: Value(1_000),
        cash_need: CashNeed {
            initial: Value(0),
            maintenance: Value(0),
        },
        debt: Value(0),
    }
}

const fn with_cash(mut of: Standing, cash: i64, initial: i64, maintenance: i64) -> Standing {
    of.cash = Value(cash);
    of.cash_need = CashNeed {
        initial: Value(initial),
        maintenance: Value(maintenance),
    };
    of
}

const fn with_debt(mut of: Standing, debt: i64) -> Standing {
    of.debt = Value(debt);
    of
}
