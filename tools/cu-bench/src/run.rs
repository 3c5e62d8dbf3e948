//! What each operation is.

use crate::meter::metered;
use crate::surface::surface;
use crate::wire::{Arguments, Operation, Outcome, Status, Tier};
use ballast_core_math::black_scholes::{
    self, DomainError, Greeks, HigherGreeks, Inputs, QuotedOption, Volatility, Years,
};
use ballast_core_math::surface::LogMoneyness;
use ballast_core_math::{kernels, Magnitude, Scaled};
use ballast_core_types::I80F48;
use fixed::types::{I2F62, I7F57};
use solmath::{BsFull, SolMathError};

/// Runs one row.
#[inline(never)]
pub fn run(operation: Operation, tier: Tier, row: &Arguments) -> Outcome {
    match operation {
        Operation::FixedMultiply => fixed(row, |(left, right)| left.checked_mul(*right)),
        Operation::FixedDivide => fixed(row, |(left, right)| left.checked_div(*right)),
        Operation::SolmathFull => solmath_set(row, |a| solmath::bs_full(a.0, a.1, a.2, a.3, a.4)),
        Operation::SolmathFullHp => solmath_set(row, |a| solmath::bs_full_hp(a.0, a.1, a.2, a.3, a.4)),
        Operation::ImpliedVolatility => {
            let Inputs {
                kind,
                spot,
                strike,
                rate,
                carry,
                volatility: Volatility(price),
                time,
            } = row.inputs();
            let quote = QuotedOption {
                kind,
                spot,
                strike,
                rate,
                carry,
                time,
                price,
            };
            match metered(&quote, black_scholes::implied_volatility) {
                (Ok(volatility), units) => magnitude(volatility.0, units),
                (Err(_), units) => Outcome::new(Status::Refused, units),
            }
        }
        _ => match tier {
            Tier::Fast => fast(operation, row),
            Tier::Precise => precise(operation, row),
        },
    }
}

/// The operations that both tiers have. Nothing but the function itself is inside a measurement.
macro_rules! tier {
    ($name:ident) => {
        #[inline(never)]
        fn $name(operation: Operation, row: &Arguments) -> Outcome {
            use ballast_core_math::surface::$name as slices;
            use black_scholes::$name as options;
            use kernels::$name as kernel;
            let argument = I7F57::from_bits(row.0[0] as i64);
            match operation {
                Operation::Ln => {
                    let (value, units) = metered(&row.magnitude(0), |x| kernel::ln(*x));
                    bits(value.map(I7F57::to_bits), units)
                }
                Operation::Exp => {
                    let (value, units) = metered(&argument, |x| kernel::exp(*x));
                    magnitude(value, units)
                }
                Operation::Sqrt => {
                    let (value, units) = metered(&row.magnitude(0), |x| kernel::sqrt(*x));
                    magnitude(value, units)
                }
                Operation::NormPdf => {
                    let (value, units) = metered(&argument, |x| kernel::norm_pdf(*x));
                    bits(Some(value.to_bits()), units)
                }
                Operation::NormCdf => {
                    let (value, units) = metered(&argument, |x| kernel::norm_cdf(*x));
                    bits(Some(value.to_bits()), units)
                }
                Operation::NormInv => {
                    let (value, units) = metered(&I2F62::from_bits(row.0[0] as i64), |p| kernel::norm_inv(*p));
                    bits(value.map(I7F57::to_bits), units)
                }
                Operation::Price => {
                    let (answer, units) = metered(&row.inputs(), options::price);
                    option(answer, units, |price, outcome| outcome.with_scaled(&[price]))
                }
                Operation::Greeks => {
                    let (answer, units) = metered(&row.inputs(), options::greeks);
                    option(answer, units, |greeks, outcome| {
                        outcome.with_scaled(&first(&greeks))
                    })
                }
                Operation::HigherGreeks => {
                    let (answer, units) = metered(&row.inputs(), options::greeks_and_higher);
                    option(answer, units, |(greeks, higher), outcome| {
                        let [price, delta, gamma, vega, theta, rho] = first(&greeks);
                        let HigherGreeks { vanna, volga, charm } = higher;
                        outcome.with_scaled(&[price, delta, gamma, vega, theta, rho, vanna, volga, charm])
                    })
                }
                Operation::SurfacePoint => {
                    let Ok(surface) = surface() else {
                        return Outcome::new(Status::Refused, 0);
                    };
                    let point = (surface, LogMoneyness(argument), Years(row.magnitude(1)));
                    match metered(&point, |(surface, k, time)| {
                        slices::volatility(surface, *k, *time)
                    }) {
                        (Ok(volatility), units) => magnitude(volatility.0, units),
                        (Err(_), units) => Outcome::new(Status::Refused, units),
                    }
                }
                _ => Outcome::new(Status::Refused, 0),
            }
        }
    };
}
tier!(fast);
tier!(precise);

const fn first(greeks: &Greeks) -> [Scaled; 6] {
    [
        greeks.price,
        greeks.delta,
        greeks.gamma,
        greeks.vega,
        greeks.theta,
        greeks.rho,
    ]
}

fn bits(value: Option<i64>, units: u32) -> Outcome {
    match value {
        Some(bits) => Outcome::new(Status::Done, units).with_words(&[bits as u64]),
        None => Outcome::new(Status::Refused, units),
    }
}

fn magnitude(value: Magnitude, units: u32) -> Outcome {
    Outcome::new(Status::Done, units).with_words(&[value.mantissa(), i64::from(value.exponent()) as u64])
}

fn option<T>(answer: Result<T, DomainError>, units: u32, write: impl FnOnce(T, Outcome) -> Outcome) -> Outcome {
    match answer {
        Ok(value) => write(value, Outcome::new(Status::Done, units)),
        Err(error) => Outcome::new(Status::Outside(error), units),
    }
}

fn fixed(row: &Arguments, work: impl FnOnce(&(I80F48, I80F48)) -> Option<I80F48>) -> Outcome {
    let operands = (
        I80F48::from_bits(row.wide(0) as i128),
        I80F48::from_bits(row.wide(1) as i128),
    );
    match metered(&operands, work) {
        (Some(value), units) => {
            let bits = value.to_bits();
            Outcome::new(Status::Done, units).with_words(&[bits as u64, (bits >> 64) as u64])
        }
        (None, units) => Outcome::new(Status::Refused, units),
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
