//! Standings for the tests of liquidation.

mod backstops;
mod rules;
mod takes;

use super::*;
use crate::cash_need::CashNeed;

const fn margin_status(equity: i64, initial: i64, maintenance: i64) -> MarginStatus {
    MarginStatus {
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

const fn with_cash(mut of: MarginStatus, cash: i64, initial: i64, maintenance: i64) -> MarginStatus {
    of.cash = Value(cash);
    of.cash_need = CashNeed {
        initial: Value(initial),
        maintenance: Value(maintenance),
    };
    of
}

const fn with_debt(mut of: MarginStatus, debt: i64) -> MarginStatus {
    of.debt = Value(debt);
    of
}
