//! Compute units of everything the compiled program measures.

use super::accuracy::tier_name;
use super::summary::Summary;
use super::vectors::Vector;
use crate::math_program::MathProgram;
use anyhow::Result;
use ballast_core_math::black_scholes::{precise as options, Inputs, Rate, Strike};
use ballast_core_math::kernels::precise;
use ballast_core_math::Magnitude;
use ballast_core_types::I80F48;
use ballast_cu_bench::wire::{Arguments, Status, BOOK};
use ballast_cu_bench::{Operation, Tier};
use ballast_terminal::Progress;
use fixed::types::I7F57;

/// One thing to measure: its name, and the arguments that an option gives it, if it gives any.
type Measure = (&'static str, Operation, fn(&Inputs) -> Option<Arguments>);

/// What both tiers have.
const TIERED: [Measure; 10] = [
    ("ln", Operation::Ln, ratio),
    ("exp", Operation::Exp, log_moneyness),
    ("sqrt", Operation::Sqrt, |option| {
        Some(Arguments::from_magnitude(option.time.0))
    }),
    ("norm_pdf", Operation::NormPdf, score),
    ("norm_cdf", Operation::NormCdf, score),
    ("norm_inv", Operation::NormInv, probability),
    ("bsm_price", Operation::Price, whole),
    ("bsm_set", Operation::Greeks, whole),
    ("bsm_set_higher", Operation::HigherGreeks, whole),
    ("surface_point", Operation::SurfacePoint, point),
];

/// What only the precise tier has.
const PRECISE: [Measure; 1] = [("implied_vol", Operation::ImpliedVolatility, quote)];

/// What has no tiers.
const SINGLE: [Measure; 4] = [
    ("solmath_bs_full", Operation::SolmathFull, for_solmath),
    ("solmath_bs_full_hp", Operation::SolmathFullHp, for_solmath),
    ("i80f48_mul", Operation::FixedMultiply, |option| {
        fixed(option.spot.0, option.volatility.0)
    }),
    ("i80f48_div", Operation::FixedDivide, |option| {
        fixed(option.spot.0, option.strike.0)
    }),
];

/// Measures everything over the options of the vectors.
///
/// # Errors
/// If the program fails.
pub fn measure(program: &mut MathProgram, vectors: &[Vector]) -> Result<Vec<Summary>> {
    let mut rows = Vec::new();
    let bar = Progress::of((2 * TIERED.len() + PRECISE.len()) as u64, "functions");
    for (name, operation, arguments) in TIERED {
        for tier in [Tier::Fast, Tier::Precise] {
            bar.step();
            rows.extend(one(
                program,
                vectors,
                name,
                tier_name(tier),
                (operation, tier),
                arguments,
            )?);
        }
    }
    rows.extend(books(program, vectors)?);
    for (name, operation, arguments) in PRECISE {
        bar.step();
        let tier = Tier::Precise;
        rows.extend(one(
            program,
            vectors,
            name,
            tier_name(tier),
            (operation, tier),
            arguments,
        )?);
    }
    for (name, operation, arguments) in SINGLE {
        rows.extend(one(program, vectors, name, "-", (operation, Tier::Precise), arguments)?);
    }
    Ok(rows)
}

fn one(
    program: &mut MathProgram,
    vectors: &[Vector],
    name: &'static str,
    tier: &'static str,
    (operation, set): (Operation, Tier),
    arguments: fn(&Inputs) -> Option<Arguments>,
) -> Result<Option<Summary>> {
    let rows: Vec<Arguments> = vectors.iter().filter_map(|vector| arguments(&vector.inputs)).collect();
    let outcomes = program.run(operation, set, &rows)?;
    let done = outcomes.iter().filter(|outcome| outcome.status == Status::Done);
    let values: Vec<f64> = done.map(|outcome| f64::from(outcome.compute_units)).collect();
    let refused = vectors.len() - values.len();
    Ok(Summary::of(name, tier, "CU", values, refused))
}

/// Books of sixteen options that follow each other in the table, all moved to the spot of the
/// first.
fn books(program: &mut MathProgram, vectors: &[Vector]) -> Result<Option<Summary>> {
    let books = vectors.chunks_exact(BOOK).filter_map(|book| {
        let spot = book.first()?.inputs.spot;
        let moved = |vector: &Vector| {
            let strike = Strike(scaled(relative_strike(&vector.inputs)?, spot.0)?);
            Some(Arguments::from_inputs(&Inputs {
                spot,
                strike,
                ..vector.inputs
            }))
        };
        book.iter().map(moved).collect::<Option<Vec<_>>>()
    });
    let rows: Vec<Arguments> = books.flatten().collect();
    let outcomes = program.run(Operation::Scenarios, Tier::Fast, &rows)?;
    let done = outcomes
        .iter()
        .step_by(BOOK)
        .filter(|outcome| outcome.status == Status::Done);
    let values: Vec<f64> = done.map(|outcome| f64::from(outcome.compute_units)).collect();
    let refused = vectors.len() / BOOK - values.len();
    Ok(Summary::of(
        "scenarios_27x16",
        tier_name(Tier::Fast),
        "CU",
        values,
        refused,
    ))
}

fn whole(option: &Inputs) -> Option<Arguments> {
    Some(Arguments::from_inputs(option))
}

/// Returns the option with its own price.
fn quote(option: &Inputs) -> Option<Arguments> {
    let price = options::price(option).ok()?;
    let price = Magnitude::from_parts(u64::try_from(price.mantissa).ok()?, price.exponent)?;
    Some(Arguments::from_quote(option, price))
}

/// ln(K/S) and the option's time.
fn point(option: &Inputs) -> Option<Arguments> {
    Some(Arguments::from_point(logarithm(option)?.to_bits(), option.time.0))
}

fn ratio(option: &Inputs) -> Option<Arguments> {
    Some(Arguments::from_magnitude(relative_strike(option)?))
}

/// left × right, within 64 bits.
fn scaled(left: Magnitude, right: Magnitude) -> Option<Magnitude> {
    let high = (u128::from(left.mantissa()) * u128::from(right.mantissa())) >> 64;
    Magnitude::from_parts(high as u64, left.exponent() + right.exponent() - 62)
}

/// K/S, within 64 bits.
fn relative_strike(option: &Inputs) -> Option<Magnitude> {
    let (spot, strike) = (option.spot.0, option.strike.0);
    let mantissa = (u128::from(strike.mantissa()) << 63).checked_div(u128::from(spot.mantissa()))?;
    let exponent = strike.exponent().checked_sub(spot.exponent())?.checked_sub(63)?;
    // The quotient may have 65 bits.
    Magnitude::from_parts(u64::try_from(mantissa >> 1).ok()?, exponent + 1)
}

/// ln(K/S) in 57 bits.
fn logarithm(option: &Inputs) -> Option<I7F57> {
    precise::ln(option.strike.0)?.checked_sub(precise::ln(option.spot.0)?)
}

fn log_moneyness(option: &Inputs) -> Option<Arguments> {
    Some(Arguments::from_bits(logarithm(option)?.to_bits()))
}

/// d₁. Only its compute units matter: sums, products and roots of doubles are the same on every
/// machine.
fn first_score(option: &Inputs) -> Option<I7F57> {
    let number = |value: Magnitude| ballast_core_math::Scaled::from(value).to_f64();
    let (sigma, time) = (number(option.volatility.0), number(option.time.0));
    let Rate(rate) = option.rate;
    let Rate(carry) = option.carry;
    let drift = rate.to_num::<f64>() - carry.to_num::<f64>() + sigma * sigma / 2.0;
    let score = (drift * time - logarithm(option)?.to_num::<f64>()) / (sigma * time.sqrt());
    I7F57::checked_from_num(score.clamp(-40.0, 40.0))
}

fn score(option: &Inputs) -> Option<Arguments> {
    Some(Arguments::from_bits(first_score(option)?.to_bits()))
}

/// Φ(d₁).
fn probability(option: &Inputs) -> Option<Arguments> {
    Some(Arguments::from_bits(precise::norm_cdf(first_score(option)?).to_bits()))
}

fn fixed(left: Magnitude, right: Magnitude) -> Option<Arguments> {
    Some(Arguments::from_fixed(
        left.to_fixed()?,
        right.to_fixed().filter(|value| *value != I80F48::ZERO)?,
    ))
}

/// Numbers times 10¹². It has no carry, which is left out, and no negative rate: options with one
/// are too.
fn for_solmath(option: &Inputs) -> Option<Arguments> {
    let scaled = |value: Magnitude| {
        // At most 104 bits.
        let wide = u128::from(value.mantissa()) * 1_000_000_000_000;
        let shift = 63 - value.exponent();
        u32::try_from(shift).ok().and_then(|shift| wide.checked_shr(shift))
    };
    let Rate(rate) = option.rate;
    let rate = u128::try_from((i128::from(rate.to_bits()) * 1_000_000_000_000) >> 62).ok()?;
    Some(Arguments::from_wide(&[
        scaled(option.spot.0)?,
        scaled(option.strike.0)?,
        rate,
        scaled(option.volatility.0)?,
        scaled(option.time.0)?,
    ]))
}
