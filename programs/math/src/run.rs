//! What each operation is.

use crate::meter::metered;
use crate::wire::{Arguments, Operation, Outcome, Status, Tier};
use ballast_risk_math::I80F48;
use solmath::{BsFull, SolMathError};

/// Runs one row.
#[inline(never)]
pub fn run(operation: Operation, tier: Tier, row: &Arguments) -> Outcome {
    let _ = tier;
    match operation {
        Operation::FixedMultiply => fixed(row, |(left, right)| left.checked_mul(*right)),
        Operation::FixedDivide => fixed(row, |(left, right)| left.checked_div(*right)),
        Operation::SolmathFull => solmath_set(row, |a| solmath::bs_full(a.0, a.1, a.2, a.3, a.4)),
        Operation::SolmathFullHp => solmath_set(row, |a| solmath::bs_full_hp(a.0, a.1, a.2, a.3, a.4)),
        _ => Outcome::new(Status::Refused, 0),
    }
}

fn fixed(row: &Arguments, work: impl FnOnce(&(I80F48, I80F48)) -> Option<I80F48>) -> Outcome {
    let operands = (
        I80F48::from_bits(row.wide(0) as i128),
        I80F48::from_bits(row.wide(1) as i128),
    );
    let (result, units) = metered(&operands, work);
    match result {
        Some(value) => {
            let bits = value.to_bits();
            Outcome::new(Status::Done, units).with_words(&[bits as u64, (bits >> 64) as u64])
        }
        None => Outcome::new(Status::Refused, units),
    }
}

type Five = (u128, u128, u128, u128, u128);

/// Spot, strike, rate, volatility and time, each times 10¹²: the units of that crate.
fn solmath_set(row: &Arguments, work: impl FnOnce(&Five) -> Result<BsFull, SolMathError>) -> Outcome {
    let arguments = (row.wide(0), row.wide(1), row.wide(2), row.wide(3), row.wide(4));
    match metered(&arguments, work) {
        (Ok(set), units) => Outcome::new(Status::Done, units).with_words(&[set.call as u64, set.put as u64]),
        (Err(_), units) => Outcome::new(Status::Refused, units),
    }
}
