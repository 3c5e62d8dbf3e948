//! The evaluation itself. A status word comes before every group of results: 0 where there are
//! some, another for each reason to refuse, and then no results follow.

use ballast_core_math::black_scholes::{
    self, DomainError, Greeks, HigherGreeks, ImpliedVolatilityError, Inputs, Kind, QuotedOption, Volatility,
};
use ballast_core_math::scenarios::{revalue, student, tail_risk, Leg, OptionLeg};
use ballast_core_math::surface::{self, LogMoneyness, PointError, Surface};
use ballast_core_math::{kernels, Magnitude, Scaled};
use ballast_core_types::{Lots, Price};
use fixed::types::{I2F62, I7F57};

use crate::market;
use crate::row::{Operation, Row};

/// Why a group has no results, where the function itself does not say.
const REFUSED: u64 = 1;
/// Status words of errors begin here, by the order of the errors' variants.
const ERRORS: u64 = 16;

/// The words that a row gives.
#[derive(Clone, Copy, Debug)]
pub struct Results {
    words: [u64; Self::CAPACITY],
    count: usize,
}

impl Results {
    /// The most words that a row gives: both tiers' Greeks.
    pub const CAPACITY: usize = 38;

    const fn new() -> Self {
        Self {
            words: [0; Self::CAPACITY],
            count: 0,
        }
    }

    /// Returns the words.
    pub fn words(&self) -> &[u64] {
        &self.words[..self.count]
    }

    fn push(&mut self, word: u64) {
        self.words[self.count] = word;
        self.count += 1;
    }

    fn push_magnitude(&mut self, value: Magnitude) {
        self.push(value.mantissa());
        self.push(i64::from(value.exponent()) as u64);
    }

    fn push_scaled(&mut self, value: Scaled) {
        self.push(value.mantissa as u64);
        self.push(i64::from(value.exponent) as u64);
    }

    fn push_bits(&mut self, value: Option<i64>) {
        match value {
            Some(bits) => {
                self.push(0);
                self.push(bits as u64);
            }
            None => self.push(REFUSED),
        }
    }
}

/// Returns what the row's operation gives.
pub fn evaluate(row: &Row) -> Results {
    let mut results = Results::new();
    if try_evaluate(row, &mut results).is_none() {
        results.push(REFUSED);
    }
    results
}

/// `None` if there is no such operation, or an argument cannot be made of its words.
fn try_evaluate(row: &Row, results: &mut Results) -> Option<()> {
    match row.operation()? {
        Operation::Greeks => {
            let inputs = row.inputs()?;
            push_greeks(results, black_scholes::fast::greeks_and_higher(&inputs));
            push_greeks(results, black_scholes::precise::greeks_and_higher(&inputs));
        }
        Operation::ImpliedVolatility => {
            let option = quoted(&row.inputs()?);
            push_volatility(results, black_scholes::implied_volatility(&option), implied_error);
        }
        Operation::SurfacePoint => {
            let inputs = row.inputs()?;
            let surface = market::surface().ok()?;
            let log_moneyness = log_moneyness(&inputs)?;
            let point = |tier: fn(&Surface, LogMoneyness, _) -> _| tier(&surface, log_moneyness, inputs.time);
            let error = |error: PointError| error as u64;
            push_volatility(results, point(surface::fast::volatility), error);
            push_volatility(results, point(surface::precise::volatility), error);
        }
        Operation::Scenarios => scenarios(&row.inputs()?, results)?,
        Operation::Student => results.push(student::distribution(I7F57::from_bits(row.bits())).to_bits() as u64),
        kernel => {
            kernels_fast(kernel, row, results)?;
            kernels_precise(kernel, row, results)?;
        }
    }
    Some(())
}

/// The kernels of a tier.
macro_rules! kernels {
    ($name:ident, $tier:ident) => {
        #[inline(never)]
        fn $name(operation: Operation, row: &Row, results: &mut Results) -> Option<()> {
            use kernels::$tier as tier;
            let argument = I7F57::from_bits(row.bits());
            match operation {
                Operation::Ln => results.push_bits(tier::ln(row.magnitude(1)?).map(I7F57::to_bits)),
                Operation::Exp => results.push_magnitude(tier::exp(argument)),
                Operation::Sqrt => results.push_magnitude(tier::sqrt(row.magnitude(1)?)),
                Operation::NormPdf => results.push(tier::norm_pdf(argument).to_bits() as u64),
                Operation::NormCdf => results.push(tier::norm_cdf(argument).to_bits() as u64),
                Operation::NormInv => {
                    results.push_bits(tier::norm_inv(I2F62::from_bits(row.bits())).map(I7F57::to_bits))
                }
                _ => return None,
            }
            Some(())
        }
    };
}
kernels!(kernels_fast, fast);
kernels!(kernels_precise, precise);

fn push_greeks(results: &mut Results, answer: Result<(Greeks, HigherGreeks), DomainError>) {
    let (first, higher) = match answer {
        Ok(greeks) => greeks,
        Err(error) => return results.push(ERRORS + error as u64),
    };
    results.push(0);
    for value in [
        first.price,
        first.delta,
        first.gamma,
        first.vega,
        first.theta,
        first.rho,
        higher.vanna,
        higher.volga,
        higher.charm,
    ] {
        results.push_scaled(value);
    }
}

fn push_volatility<E>(results: &mut Results, answer: Result<Volatility, E>, word: impl FnOnce(E) -> u64) {
    match answer {
        Ok(volatility) => {
            results.push(0);
            results.push_magnitude(volatility.0);
        }
        Err(error) => results.push(ERRORS + word(error)),
    }
}

fn quoted(inputs: &Inputs) -> QuotedOption {
    QuotedOption {
        kind: inputs.kind,
        spot: inputs.spot,
        strike: inputs.strike,
        rate: inputs.rate,
        carry: inputs.carry,
        time: inputs.time,
        price: inputs.volatility.0,
    }
}

fn implied_error(error: ImpliedVolatilityError) -> u64 {
    match error {
        ImpliedVolatilityError::TooLow => 0,
        ImpliedVolatilityError::TooHigh => 1,
        ImpliedVolatilityError::Volatility => 2,
        ImpliedVolatilityError::Domain(error) => 3 + error as u64,
    }
}

/// ln(K/S).
fn log_moneyness(inputs: &Inputs) -> Option<LogMoneyness> {
    let strike = kernels::precise::ln(inputs.strike.0)?;
    let spot = kernels::precise::ln(inputs.spot.0)?;
    Some(LogMoneyness(strike.checked_sub(spot)?))
}

/// 27 losses, the worst cell and the tail of: the option, short two of its mirror image, and the
/// underlying against them.
fn scenarios(inputs: &Inputs, results: &mut Results) -> Option<()> {
    let spot = Price::from_fixed(inputs.spot.0.to_fixed()?)?;
    let option = |quantity, kind| {
        Leg::Option(OptionLeg {
            quantity: Lots(quantity),
            kind,
            strike: inputs.strike,
            volatility: inputs.volatility,
            time: inputs.time,
            rate: inputs.rate,
            carry: inputs.carry,
        })
    };
    let mirrored = match inputs.kind {
        Kind::Call => Kind::Put,
        Kind::Put => Kind::Call,
    };
    let legs = [
        option(3_000_000, inputs.kind),
        option(-2_000_000, mirrored),
        Leg::Linear(Lots(-1_234_567)),
    ];
    let grid = market::grid().ok()?;
    let losses = match revalue(spot, &legs, &grid) {
        Ok(losses) => losses,
        Err(error) => {
            results.push(ERRORS + 1 + error as u64);
            return Some(());
        }
    };
    let tail = tail_risk(&losses, &grid);
    results.push(0);
    for loss in losses.cells().iter().flatten() {
        results.push(*loss as u64);
    }
    results.push(tail.worst_loss.0 as u64);
    results.push(tail.worst_cell.price as u64);
    results.push(tail.worst_cell.volatility as u64);
    results.push(tail.expected_shortfall.0 as u64);
    Some(())
}
