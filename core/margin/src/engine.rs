//! The whole assessment: marks, Greeks, scenarios, margin.

use super::leg::{BookLeg, Contract};
use super::margin::{relieved, MarginParams};
use super::mark::{Asked, MarketGreeks, Marking, Moves};
use super::market::MarketInputs;
use super::marks::AtPrices;
use super::scenario::ScenarioParams;
use super::AssessError;
use ballast_core_math::scenarios::{combined, idiosyncratic_share, tail_risk, Cell, Grid, Losses, TailRisk};
use ballast_core_types::{Lots, Value};

/// Most legs of a book.
pub const MAX_LEGS: usize = 32;
/// Most markets of a book.
pub const MAX_MARKETS: usize = 4;

/// What a book is worth, how it moves, and what it needs. Amounts are base units of the quote
/// token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// What the book is worth at the price of each market's interval, middle and ends, that is
    /// worst for its legs there together; rounded down.
    pub value: Value,
    /// What long options add to it: never negative.
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

/// What a book on one market is worth and the tails of what it may lose, without Greeks: what a
/// margin is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookRisk {
    /// What the book is worth at the worst price for all its legs together, rounded down.
    pub value: Value,
    /// What long options add to it: never negative.
    pub long_options: Value,
    /// What both sides of a trade would call fair; zero where it was not asked.
    pub fair: Value,
    /// The tail of the whole book.
    pub whole: TailRisk,
    /// The tail of what is left of it without its long options.
    pub rest: TailRisk,
}

/// What a book has to be worth, cash included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// For positions to be opened.
    pub initial: Value,
    /// Lest it be liquidated.
    pub maintenance: Value,
}

impl BookRisk {
    /// Returns the requirement of the book, with what somebody charges for it besides: `whole` for
    /// the whole of it, `rest` for what is left of it without its long options, which can be let
    /// go. A number that does not fit is the most there is.
    pub fn requirement(&self, margin: &MarginParams, whole: Requirement, rest: Requirement) -> Requirement {
        let relieved = |of_whole: Value, of_rest: Value| relieved(of_whole, self.long_options, of_rest);
        Requirement {
            initial: relieved(
                margin.initial(&self.whole).saturating_add(whole.initial),
                margin.initial(&self.rest).saturating_add(rest.initial),
            ),
            maintenance: relieved(
                margin.maintenance(&self.whole).saturating_add(whole.maintenance),
                margin.maintenance(&self.rest).saturating_add(rest.maintenance),
            ),
        }
    }
}

/// Assesses a book at the unix time `now`.
///
/// # Errors
/// [`AssessError`]: the first rule that a leg or a market breaks.
pub fn assess(
    legs: &[BookLeg],
    markets: &[MarketInputs],
    scenarios: &ScenarioParams,
    margin: &MarginParams,
    now: i64,
) -> Result<Assessment, AssessError> {
    let mut greeks = [MarketGreeks::default(); MAX_MARKETS];
    let inputs = RiskInputs {
        legs,
        markets,
        scenarios,
        now,
    };
    let risk = run(&inputs, &mut greeks)?;
    let requirement = risk.requirement(margin, Requirement::default(), Requirement::default());
    Ok(Assessment {
        value: risk.value,
        long_options: risk.long_options,
        worst_loss: risk.whole.worst_loss,
        worst_cell: risk.whole.worst_cell,
        expected_shortfall: risk.whole.expected_shortfall,
        initial_margin: requirement.initial,
        maintenance_margin: requirement.maintenance,
        greeks,
    })
}

/// As [`assess`], of a book on one market, without Greeks, and with the requirement left to be
/// worked out.
///
/// With a slow price the book is worth no more than at that price; scenarios still start from the
/// published one. [`BookLeg::market`] is of no account.
///
/// # Errors
/// As [`assess`].
#[inline(never)]
pub fn book_risk(
    legs: &[BookLeg],
    market: &MarketInputs,
    asked: Asked,
    scenarios: &ScenarioParams,
    now: i64,
) -> Result<BookRisk, AssessError> {
    if legs.len() > MAX_LEGS {
        return Err(AssessError::TooManyLegs);
    }
    let marking = Marking::new(market, asked, now);
    let grid = scenarios.grid(&market.moves)?;
    let mut parts = Parts::default();
    let marks = mark_all(legs.iter(), &marking, None, &mut [(&grid, &mut parts)])?;
    let Tails { whole, rest } = tails(&parts, &grid, marks.present);
    Ok(BookRisk {
        value: marks.value,
        long_options: marks.long_options,
        fair: marks.fair,
        whole,
        rest,
    })
}

/// Returns what one leg is worth at the worst price of the interval, in base units, rounded down.
/// [`BookLeg::market`] is of no account.
///
/// # Errors
/// [`AssessError`]: the first rule that the leg or the market breaks.
pub fn mark(leg: &BookLeg, market: &MarketInputs, now: i64) -> Result<Value, AssessError> {
    let marking = Marking::new(market, Asked::default(), now);
    Ok(marking.mark(leg, None, &mut Moves::Linear(Lots::ZERO))?.worst())
}

/// What the risk of a book is worked out from.
struct RiskInputs<'a> {
    legs: &'a [BookLeg],
    markets: &'a [MarketInputs<'a>],
    scenarios: &'a ScenarioParams,
    now: i64,
}

// A frame of its own: a caller that has anything else in its own would exceed the virtual machine's
// 4 KiB.
#[inline(never)]
fn run(inputs: &RiskInputs, greeks: &mut [MarketGreeks; MAX_MARKETS]) -> Result<BookRisk, AssessError> {
    let RiskInputs {
        legs,
        markets,
        scenarios,
        now,
    } = *inputs;
    if legs.len() > MAX_LEGS {
        return Err(AssessError::TooManyLegs);
    }
    if markets.is_empty() || markets.len() > MAX_MARKETS {
        return Err(AssessError::MarketCount);
    }
    if legs.iter().any(|leg| leg.market >= markets.len()) {
        return Err(AssessError::UnknownMarket);
    }
    let mut result = BookRisk::default();
    let mut present = Present::default();
    let mut shared = Parts::default();
    let mut own = [Tails::default(); MAX_MARKETS];
    let mut first_grid = None;
    for (((index, market), own), greeks) in markets.iter().enumerate().zip(&mut own).zip(greeks) {
        let here = legs.iter().filter(|leg| leg.market == index);
        let marking = Marking::new(market, Asked::default(), now);
        let grid = scenarios.grid(&market.moves)?;
        let marks = if markets.len() == 1 {
            // One market is its own factor.
            mark_all(here, &marking, Some(greeks), &mut [(&grid, &mut shared)])?
        } else {
            let (marks, tails) = shared_and_own(here, &marking, greeks, &grid, &mut shared)?;
            *own = tails;
            marks
        };
        add_value(&mut result.value, marks.value);
        add_value(&mut result.long_options, marks.long_options);
        present.long_options |= marks.present.long_options;
        present.rest |= marks.present.rest;
        // Every grid's cells are the same multiples of its own deviation, and so are equally
        // probable.
        first_grid.get_or_insert(grid);
    }
    let grid = first_grid.ok_or(AssessError::MarketCount)?;
    let shared = tails(&shared, &grid, present);
    finish(&mut result, &shared, &own, present, markets.len() > 1);
    Ok(result)
}

/// What the legs of one market are worth together.
struct Marks {
    value: Value,
    long_options: Value,
    fair: Value,
    present: Present,
}

/// Marks the legs of one market, one after the other, and adds what each loses in the cells of each
/// grid to its part there.
#[inline(never)]
fn mark_all<'b>(
    legs: impl Iterator<Item = &'b BookLeg>,
    marking: &Marking,
    mut greeks: Option<&mut MarketGreeks>,
    sums: &mut [(&Grid, &mut Parts)],
) -> Result<Marks, AssessError> {
    let (mut whole, mut rest) = (AtPrices::default(), AtPrices::default());
    let mut present = Present::default();
    let mut moves = Moves::Linear(Lots::ZERO);
    for leg in legs {
        let at_prices = marking.mark(leg, greeks.as_deref_mut(), &mut moves)?;
        whole.add(&at_prices);
        let is_long_option = matches!(leg.contract, Contract::Option { .. }) && leg.quantity.0 >= 0;
        if is_long_option {
            present.long_options = true;
        } else {
            present.rest = true;
            rest.add(&at_prices);
        }
        for (grid, parts) in sums.iter_mut() {
            let losses = if is_long_option {
                &mut parts.long_options
            } else {
                &mut parts.rest
            };
            match &moves {
                Moves::Linear(quantity) => losses.add_linear(grid, *quantity, marking.market.bounds.mid),
                Moves::Option(option) => losses.add_option(grid, option),
            }
        }
    }
    if let Some(greeks) = greeks {
        *greeks = greeks.per_unit();
    }
    // At the price that is worst for the rest, the long options are worth this at least: it never
    // goes below zero but by what the fast tier takes off.
    let (value, of_rest) = (whole.worst(), rest.worst());
    Ok(Marks {
        value,
        long_options: value.saturating_sub(of_rest).max(Value::ZERO),
        fair: whole.fair,
        present,
    })
}

/// Marks the legs of one of several markets, adds what they lose by the factor that the markets
/// share, and works out the tails of their market's own moves.
#[inline(never)]
fn shared_and_own<'b>(
    legs: impl Iterator<Item = &'b BookLeg>,
    marking: &Marking,
    greeks: &mut MarketGreeks,
    grid: &Grid,
    shared: &mut Parts,
) -> Result<(Marks, Tails), AssessError> {
    let loading = marking.market.loading;
    let rest = idiosyncratic_share(loading).ok_or(AssessError::Loading)?;
    let factor = grid.shared(loading).ok_or(AssessError::Loading)?;
    let alone = grid.shared(rest).ok_or(AssessError::Loading)?;
    let mut own = Parts::default();
    let marks = mark_all(
        legs,
        marking,
        Some(greeks),
        &mut [(&factor, shared), (&alone, &mut own)],
    )?;
    let tails = tails(&own, &alone, marks.present);
    Ok((marks, tails))
}

/// Returns the tails of the whole and of the rest.
#[inline(never)]
fn tails(parts: &Parts, grid: &Grid, present: Present) -> Tails {
    let rest = if present.rest {
        tail_risk(&parts.rest, grid)
    } else {
        TailRisk::default()
    };
    let whole = if present.long_options {
        tail_risk(&parts.long_options.plus(&parts.rest), grid)
    } else {
        rest
    };
    Tails { whole, rest }
}

#[inline(never)]
fn finish(result: &mut BookRisk, shared: &Tails, own: &[Tails; MAX_MARKETS], present: Present, several: bool) {
    // One market is its own factor: there is nothing to combine.
    let combine = |shared: &TailRisk, own: &[TailRisk; MAX_MARKETS]| {
        if several {
            combined(shared, own)
        } else {
            *shared
        }
    };
    result.whole = combine(&shared.whole, &own.map(|tails| tails.whole));
    result.rest = if present.long_options {
        combine(&shared.rest, &own.map(|tails| tails.rest))
    } else {
        result.whole
    };
}

fn add_value(sum: &mut Value, more: Value) {
    *sum = sum.saturating_add(more);
}
