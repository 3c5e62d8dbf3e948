//! A book of sixteen options over the whole grid of scenarios: its weights, the revaluation, and
//! the tail.

use crate::meter::metered;
use crate::wire::{Arguments, Outcome, Status};
use ballast_core_math::black_scholes::Inputs;
use ballast_core_math::scenarios::{
    revalue, tail_risk, Grid, Leg, OptionLeg, TailRisk, PRICE_SHOCKS, VOLATILITY_SHOCKS,
};
use ballast_core_types::{Lots, Price};
use fixed::types::{I2F62, I7F57};

/// Log returns of the price.
const PRICES: [I7F57; PRICE_SHOCKS] = [
    I7F57::lit("-0.6"),
    I7F57::lit("-0.35"),
    I7F57::lit("-0.2"),
    I7F57::lit("-0.1"),
    I7F57::ZERO,
    I7F57::lit("0.1"),
    I7F57::lit("0.2"),
    I7F57::lit("0.35"),
    I7F57::lit("0.6"),
];
/// Relative changes of the volatility, and how probable each is.
const VOLATILITIES: [I2F62; VOLATILITY_SHOCKS] = [I2F62::lit("-0.25"), I2F62::ZERO, I2F62::lit("0.5")];
const PROBABILITIES: [I2F62; VOLATILITY_SHOCKS] = [I2F62::lit("0.25"), I2F62::lit("0.5"), I2F62::lit("0.25")];
const DEVIATION: I7F57 = I7F57::lit("0.08");
const TERM_CAP: u8 = 3;
/// Lots of each option, long and short by turns.
const LOTS: i64 = 1_000_000;

/// Losses of a book: every option on the spot of the first. Nothing is left out of the measurement
/// but the reading of the book.
#[inline(never)]
pub fn scenarios(rows: &[Arguments]) -> Outcome {
    let price = rows
        .first()
        .and_then(|row| Price::from_fixed(row.inputs().spot.0.to_fixed()?));
    let Some(price) = price else {
        return Outcome::new(Status::Refused, 0);
    };
    let lots = [LOTS, LOTS.wrapping_neg()].into_iter().cycle();
    let legs: Vec<Leg> = rows
        .iter()
        .zip(lots)
        .map(|(row, lots)| leg(&row.inputs(), Lots(lots)))
        .collect();
    let book = (price, legs);
    match metered(&book, |(price, legs)| whole(*price, legs)) {
        (Some(tail), units) => {
            Outcome::new(Status::Done, units).with_words(&[tail.worst_loss.0 as u64, tail.expected_shortfall.0 as u64])
        }
        (None, units) => Outcome::new(Status::Refused, units),
    }
}

fn whole(price: Price, legs: &[Leg]) -> Option<TailRisk> {
    let grid = Grid::new(PRICES, VOLATILITIES, PROBABILITIES, DEVIATION, TERM_CAP).ok()?;
    let losses = revalue(price, legs, &grid).ok()?;
    Some(tail_risk(&losses, &grid))
}

fn leg(inputs: &Inputs, quantity: Lots) -> Leg {
    Leg::Option(OptionLeg {
        quantity,
        kind: inputs.kind,
        strike: inputs.strike,
        volatility: inputs.volatility,
        time: inputs.time,
        rate: inputs.rate,
        carry: inputs.carry,
    })
}
