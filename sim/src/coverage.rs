//! How often a day's loss of short options was more than their margin: the engine's own requirement
//! in every hour of a history, against what the position lost in the next 24.
//!
//! No history of hourly option quotes exists, so implied volatility is a stand-in: the root of the
//! mean of the variances of one, five and twenty days, flat over strikes and expiries. It moves
//! with the day, as quotes do.

pub(crate) mod hours;
mod text;

pub use text::table;

use ballast_core_margin::{
    book_risk, horizon_volatility, mark, Asked, AssessError, BookLeg, Contract, Decimal, MarketInputs, PriceMoves,
    Requirement, ScenarioParams, VolatilitySource, MARGIN, SCENARIOS,
};
use ballast_core_math::black_scholes::Kind;
use ballast_core_math::surface::Surface;
use ballast_core_types::{Lots, PriceBounds, Ratio, I80F48};
use ballast_market_data::history::Candle;
use fixed::types::{I2F62, I7F57};
use hours::{hours, Hour};
use serde::Serialize;

/// Hours of a day.
const DAY: usize = 24;
/// Hours before the first that is looked at: variances begin somewhere.
pub const WARM_UP: usize = 45 * DAY;
/// One of the underlying, in lots.
const UNIT: i64 = 1_000_000;

/// What is short: a put and a call, each so many deviations until expiry away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Short {
    /// Its name.
    pub name: &'static str,
    /// Deviations of the price until expiry.
    pub away: f64,
    /// Days to expiry.
    pub days: f64,
}

/// The positions that are looked at.
pub const SHORTS: [Short; 9] = {
    const fn short(name: &'static str, away: f64, days: f64) -> Short {
        Short { name, away, days }
    }
    [
        short("straddle", 0.0, 1.5),
        short("straddle", 0.0, 7.0),
        short("straddle", 0.0, 30.0),
        short("strangle at 2 deviations", 2.0, 1.5),
        short("strangle at 2 deviations", 2.0, 7.0),
        short("strangle at 2 deviations", 2.0, 30.0),
        short("strangle at 3 deviations", 3.0, 1.5),
        short("strangle at 3 deviations", 3.0, 7.0),
        short("strangle at 3 deviations", 3.0, 30.0),
    ]
};

/// Which part of the rules counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rules {
    /// All of them.
    All,
    /// Without the worst day of a year and the far moves.
    GridAlone,
}

/// How a position's margin covered its losses.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// The position.
    pub short: Short,
    /// The rules.
    pub rules: Rules,
    /// Hours that were looked at.
    pub hours: usize,
    /// Median of the initial margin, a share of the price.
    pub median_initial: f64,
    /// Hours after which a day's loss was more than the initial margin.
    pub above_initial: usize,
    /// The same of the maintenance margin.
    pub above_maintenance: usize,
    /// Largest loss less initial margin, a share of the price, and the hour it began in, unix
    /// seconds.
    pub worst: (f64, i64),
    /// Largest loss less maintenance margin.
    pub worst_of_maintenance: f64,
}

/// Returns the coverage of each of [`SHORTS`], by all rules and by the grid alone, on hourly
/// candles, [`WARM_UP`] and a day of them at least.
///
/// # Errors
/// [`AssessError`], of a price that no option can be on.
pub fn coverage(candles: &[Candle]) -> Result<Vec<Coverage>, AssessError> {
    let hours = hours(candles);
    let mut all = Vec::new();
    for short in SHORTS {
        for rules in [Rules::All, Rules::GridAlone] {
            all.push(of_short(&hours, short, rules)?);
        }
    }
    Ok(all)
}

fn of_short(hours: &[Hour], short: Short, rules: Rules) -> Result<Coverage, AssessError> {
    let mut initials = Vec::new();
    let mut found = Coverage {
        short,
        rules,
        hours: 0,
        median_initial: 0.0,
        above_initial: 0,
        above_maintenance: 0,
        worst: (f64::MIN, 0),
        worst_of_maintenance: f64::MIN,
    };
    for (hour, later) in hours.iter().zip(hours.iter().skip(DAY)).skip(WARM_UP) {
        let Outcome { requirement, loss } = outcome(hour, later, short, rules)?;
        let of_price = |value: i64| value as f64 / (hour.price * UNIT as f64);
        initials.push(of_price(requirement.initial.0));
        found.above_initial += usize::from(loss > requirement.initial.0);
        found.above_maintenance += usize::from(loss > requirement.maintenance.0);
        let excess = of_price(loss - requirement.initial.0);
        if excess > found.worst.0 {
            found.worst = (excess, hour.unix_time);
        }
        found.worst_of_maintenance = found
            .worst_of_maintenance
            .max(of_price(loss - requirement.maintenance.0));
    }
    found.hours = initials.len();
    initials.sort_by(f64::total_cmp);
    found.median_initial = initials.get(initials.len() / 2).copied().unwrap_or_default();
    Ok(found)
}

/// What a position needed, and what it lost in a day.
struct Outcome {
    requirement: Requirement,
    loss: i64,
}

fn outcome(hour: &Hour, later: &Hour, short: Short, rules: Rules) -> Result<Outcome, AssessError> {
    let legs = legs(hour, short);
    let (surface, surface_later) = (hour.surface(), later.surface());
    let inputs = inputs(hour, &surface, rules);
    let scenarios = match rules {
        Rules::All => SCENARIOS,
        Rules::GridAlone => ScenarioParams {
            far_share: I2F62::ZERO,
            ..SCENARIOS
        },
    };
    let risk = book_risk(&legs, &inputs, Asked::default(), &scenarios, hour.unix_time)?;
    let requirement = risk.requirement(&MARGIN, Requirement::default(), Requirement::default());
    let fair = self::inputs(later, &surface_later, rules).neutral();
    let mut worth = 0;
    for leg in &legs {
        worth += mark(leg, &fair, later.unix_time)?.0;
    }
    Ok(Outcome {
        requirement,
        loss: risk.value.0 - worth,
    })
}

fn legs(hour: &Hour, short: Short) -> [BookLeg; 2] {
    let deviation = hour.implied * (short.days / 365.0).sqrt();
    let leg = |kind, sign: f64| BookLeg {
        market: 0,
        contract: Contract::Option {
            kind,
            strike: decimal(hour.price * (sign * short.away * deviation).exp()),
            expiry: hour.unix_time + (short.days * 86_400.0) as i64,
        },
        quantity: Lots(-UNIT),
    };
    [leg(Kind::Put, -1.0), leg(Kind::Call, 1.0)]
}

/// Six significant digits.
fn decimal(value: f64) -> Decimal {
    let places = (5 - value.log10().floor() as i32).clamp(0, 9);
    Decimal {
        digits: (value * 10f64.powi(places)).round() as u32,
        places: places as u8,
    }
}

fn inputs<'a>(hour: &Hour, surface: &'a Surface, rules: Rules) -> MarketInputs<'a> {
    let bounds = PriceBounds {
        low: hour.price_fixed,
        mid: hour.price_fixed,
        high: hour.price_fixed,
    };
    let ratio = |value: f64| Ratio::from_fixed(I80F48::from_num(value));
    let moves = PriceMoves {
        horizon_volatility: horizon_volatility(ratio(hour.larger_variance), Some(surface)),
        worst_day: match rules {
            Rules::All => I7F57::from_num(hour.worst_day.min(4.0)),
            Rules::GridAlone => I7F57::ZERO,
        },
    };
    MarketInputs::read(
        bounds,
        Some(VolatilitySource::Surface(surface)),
        moves,
        ratio(hour.slow_variance),
    )
}

#[cfg(test)]
mod tests;
