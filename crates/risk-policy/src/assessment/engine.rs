//! The whole assessment: marks, Greeks, scenarios, margin.

use super::leg::{BookLeg, Contract};
use super::margin::{relieved, MarginParams};
use super::mark::{MarketGreeks, Marking};
use super::market::MarketInputs;
use super::scenario::ScenarioParams;
use super::AssessRefusal;
use ballast_risk_math::scenarios::{
    add_losses, combined, idiosyncratic_share, tail_risk, Cell, Grid, Leg, Losses, TailRisk,
};
use ballast_risk_math::{Price, Value};

/// Most legs of a book.
pub const MAX_LEGS: usize = 32;
/// Most markets of a book.
pub const MAX_MARKETS: usize = 4;

/// What a book is worth, how it moves, and what it needs. Amounts are base units of the quote token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// What the book is worth on its adverse side, rounded down.
    pub value: Value,
    /// The part of it that is long options: never negative.
    pub long_options: Value,
    /// The largest loss of any scenario.
    pub worst_loss: Value,
    /// The scenario of that loss; of several markets, of the factor they share.
    pub worst_cell: Cell,
    /// The mean loss over the worst 1 % of the scenarios' probability.
    pub expected_shortfall: Value,
    /// What the book has to be worth, cash included, for positions to be opened.
    pub initial_margin: Value,
    /// What it has to be worth, cash included, lest it be liquidated.
    pub maintenance_margin: Value,
    /// Greeks of each market, in the order of the markets.
    pub greeks: [MarketGreeks; MAX_MARKETS],
}

/// What the long options of a book lose, and what the rest does.
#[derive(Clone, Copy, Default)]
struct Parts {
    long_options: Losses,
    rest: Losses,
}

/// Tails of the book, and of what is left of it without its long options.
#[derive(Clone, Copy, Default)]
struct Tails {
    whole: TailRisk,
    rest: TailRisk,
}

/// Which parts a book has: a part that is not there has no tail to work out.
#[derive(Clone, Copy, Default)]
struct Present {
    long_options: bool,
    rest: bool,
}

/// Assesses a book at the unix time `now`.
///
/// `room` is memory to work in, for the legs of one market at a time: [`MAX_LEGS`] of them are always enough.
///
/// # Errors
/// [`AssessRefusal`]: the first rule that a leg or a market breaks.
pub fn assess(
    legs: &[BookLeg],
    markets: &[MarketInputs],
    scenarios: &ScenarioParams,
    margin: &MarginParams,
    now: i64,
    room: &mut [Leg],
) -> Result<Assessment, AssessRefusal> {
    if legs.len() > MAX_LEGS {
        return Err(AssessRefusal::TooManyLegs);
    }
    if markets.is_empty() || markets.len() > MAX_MARKETS {
        return Err(AssessRefusal::MarketCount);
    }
    if legs.iter().any(|leg| leg.market >= markets.len()) {
        return Err(AssessRefusal::UnknownMarket);
    }
    let mut result = Assessment::default();
    let mut present = Present::default();
    let mut shared = Parts::default();
    let mut own = [Tails::default(); MAX_MARKETS];
    let mut first_grid = None;
    for (((index, market), greeks), own) in markets.iter().enumerate().zip(&mut result.greeks).zip(&mut own) {
        let here = legs.iter().filter(|leg| leg.market == index);
        let marks = mark_all(here, market, now, greeks, room)?;
        add_value(&mut result.value, marks.value)?;
        add_value(&mut result.long_options, marks.long_options)?;
        present.long_options |= !marks.long.is_empty();
        present.rest |= !marks.rest.is_empty();
        let grid = scenarios.grid(market.deviation)?;
        if markets.len() == 1 {
            // One market is its own factor.
            revalue(&marks, market.bounds.mid, [(&grid, &mut shared)])?;
        } else {
            *own = shared_and_own(&marks, market, &grid, &mut shared)?;
        }
        // Every grid's cells are the same multiples of its own deviation, and so are equally probable.
        first_grid.get_or_insert(grid);
    }
    let grid = first_grid.ok_or(AssessRefusal::MarketCount)?;
    let shared = tails(&shared, &grid, present)?;
    finish(&mut result, &shared, &own, margin, present, markets.len() > 1).ok_or(AssessRefusal::TooLarge)?;
    Ok(result)
}

/// The marked legs of one market.
struct Marks<'a> {
    value: Value,
    long_options: Value,
    long: &'a [Leg],
    rest: &'a [Leg],
}

impl Marks<'_> {
    fn present(&self) -> Present {
        Present {
            long_options: !self.long.is_empty(),
            rest: !self.rest.is_empty(),
        }
    }
}

/// Marks the legs of one market; long options fill the room from its front, the others from its back.
#[inline(never)]
fn mark_all<'a, 'b>(
    legs: impl Iterator<Item = &'b BookLeg>,
    market: &MarketInputs,
    now: i64,
    greeks: &mut MarketGreeks,
    room: &'a mut [Leg],
) -> Result<Marks<'a>, AssessRefusal> {
    let marking = Marking::new(market, now)?;
    let (mut value, mut long_options) = (Value::ZERO, Value::ZERO);
    let (mut front, mut back) = (0usize, room.len());
    for leg in legs {
        if front >= back {
            return Err(AssessRefusal::TooManyLegs);
        }
        let marked = marking.mark(leg, greeks)?;
        add_value(&mut value, marked.value)?;
        let is_long_option = matches!(leg.contract, Contract::Option { .. }) && leg.quantity.0 >= 0;
        let place = if is_long_option {
            add_value(&mut long_options, marked.value)?;
            front = front.wrapping_add(1);
            front.wrapping_sub(1)
        } else {
            back = back.wrapping_sub(1);
            back
        };
        *room.get_mut(place).ok_or(AssessRefusal::TooManyLegs)? = marked.leg;
    }
    *greeks = greeks.per_unit();
    Ok(Marks {
        value,
        long_options,
        long: room.get(..front).unwrap_or_default(),
        rest: room.get(back..).unwrap_or_default(),
    })
}

/// Adds what one of several markets loses by the factor they share, and works out the tails of its own moves.
#[inline(never)]
fn shared_and_own(
    marks: &Marks,
    market: &MarketInputs,
    grid: &Grid,
    shared: &mut Parts,
) -> Result<Tails, AssessRefusal> {
    let rest = idiosyncratic_share(market.loading).ok_or(AssessRefusal::Loading)?;
    let factor = grid.shared(market.loading).ok_or(AssessRefusal::Loading)?;
    let alone = grid.shared(rest).ok_or(AssessRefusal::Loading)?;
    let mut own = Parts::default();
    revalue(marks, market.bounds.mid, [(&factor, shared), (&alone, &mut own)])?;
    tails(&own, &alone, marks.present())
}

/// Adds what the legs of one market lose in each cell of its grids.
#[inline(never)]
fn revalue<const N: usize>(
    marks: &Marks,
    spot: Price,
    mut sums: [(&Grid, &mut Parts); N],
) -> Result<(), AssessRefusal> {
    if !marks.long.is_empty() {
        add_losses(
            &mut sums.each_mut().map(|(grid, parts)| (*grid, &mut parts.long_options)),
            spot,
            marks.long,
        )?;
    }
    if !marks.rest.is_empty() {
        add_losses(
            &mut sums.each_mut().map(|(grid, parts)| (*grid, &mut parts.rest)),
            spot,
            marks.rest,
        )?;
    }
    Ok(())
}

/// The tails of the whole and of the rest.
#[inline(never)]
fn tails(parts: &Parts, grid: &Grid, present: Present) -> Result<Tails, AssessRefusal> {
    let tail = |losses: &Losses| tail_risk(losses, grid).ok_or(AssessRefusal::TooLarge);
    let rest = if present.rest {
        tail(&parts.rest)?
    } else {
        TailRisk::default()
    };
    let whole = if present.long_options {
        tail(
            &parts
                .long_options
                .checked_add(&parts.rest)
                .ok_or(AssessRefusal::TooLarge)?,
        )?
    } else {
        rest
    };
    Ok(Tails { whole, rest })
}

#[inline(never)]
fn finish(
    result: &mut Assessment,
    shared: &Tails,
    own: &[Tails; MAX_MARKETS],
    margin: &MarginParams,
    present: Present,
    several: bool,
) -> Option<()> {
    // One market is its own factor: there is nothing to combine.
    let combine = |shared: &TailRisk, own: &[TailRisk; MAX_MARKETS]| {
        if several {
            combined(shared, own)
        } else {
            Some(*shared)
        }
    };
    let whole = combine(&shared.whole, &own.map(|tails| tails.whole))?;
    result.worst_loss = whole.worst_loss;
    result.worst_cell = whole.worst_cell;
    result.expected_shortfall = whole.expected_shortfall;
    result.initial_margin = margin.initial(&whole)?;
    result.maintenance_margin = margin.maintenance(&whole)?;
    if present.long_options {
        let rest = combine(&shared.rest, &own.map(|tails| tails.rest))?;
        let long = result.long_options;
        result.initial_margin = relieved(result.initial_margin, long, margin.initial(&rest)?)?;
        result.maintenance_margin = relieved(result.maintenance_margin, long, margin.maintenance(&rest)?)?;
    }
    Some(())
}

fn add_value(sum: &mut Value, more: Value) -> Result<(), AssessRefusal> {
    *sum = sum.checked_add(more).ok_or(AssessRefusal::TooLarge)?;
    Ok(())
}
