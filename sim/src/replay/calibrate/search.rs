//! Candidates, and the one that is taken.

use std::cmp::Ordering;
use std::io;

use ballast_core_market::breaker::{Breaker, BreakerStates, MARKET};
use ballast_core_market::regime::{Indicator, RegimeState};

use super::super::alarms::alarms;
use super::super::events::{falls, met, IN_TIME};
use super::super::run::run;
use super::super::{Native, PriceObservation, Step};
use super::quantiles::rounded;
use super::shares::{Shares, FEWEST_IMPLIED, OF_IMPLIED, OF_JUMP, OF_MILDER, OF_PRICE_JUMP};
use super::{ladder, quantiles_of, reasons, CalibrateError, Quantiles, Reason, DAY, HOUR, MAX_FALSE_DAYS};
use ballast_market_data::history::Candle;
use ballast_market_data::markets::{Ladder, Market, Typed};

/// Hours after a fall that selection gives a candidate: one less than the bar.
const SPARE: i64 = 1;
/// False Crisis days a year that selection gives it: two less than the bar.
const BUDGET: f64 = MAX_FALSE_DAYS - 2.0;

/// Time constants of the fast variance.
const FAST: [u32; 3] = [6 * HOUR, 8 * HOUR, 12 * HOUR];
/// Of the slow variance.
const SLOW: [u32; 3] = [10 * DAY, 20 * DAY, 30 * DAY];
/// One that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Time constant of the fast variance, seconds.
    pub fast: u32,
    /// Of the slow one.
    pub slow: u32,
    /// What its thresholds are read off at.
    pub shares: Shares,
    /// Falls met in time, of all.
    pub in_time: (usize, usize),
    /// Falls met in time by Crisis itself, without a breaker's help.
    pub by_crisis: usize,
    /// Hours from the worst met fall to Crisis or a breaker; `None` if one was not met within two
    /// days.
    pub worst: Option<i64>,
    /// False Crisis days a year.
    pub false_days: f64,
    /// False trips a year of the breakers of price and volatility.
    pub false_trips: f64,
    /// Share of time in Crisis.
    pub in_crisis: f64,
}

impl Candidate {
    fn fits(&self) -> bool {
        let in_time = self.in_time.0 == self.in_time.1 && self.worst.is_none_or(|worst| worst <= SPARE);
        in_time && self.false_days <= BUDGET
    }

    /// Returns all that was for nothing, a year.
    fn false_alarms(&self) -> f64 {
        self.false_days + self.false_trips
    }
}

pub(super) struct Found {
    pub market: Market,
    pub reasons: Vec<Reason>,
    pub candidates: Vec<Candidate>,
    pub taken: usize,
}

pub(super) fn search(
    name: &str,
    base: &Market,
    candles: &[Candle],
    observations: &[PriceObservation],
    progress: &mut impl FnMut(usize, usize) -> io::Result<()>,
) -> Result<Found, CalibrateError> {
    let mut candidates = Vec::new();
    let mut best: Option<(usize, Market, Vec<Reason>)> = None;
    let total = FAST.len() * SLOW.len() * Shares::all().count();
    for (fast, slow) in FAST
        .into_iter()
        .flat_map(|fast| SLOW.into_iter().map(move |slow| (fast, slow)))
    {
        let mut timed = base.clone();
        timed.signals.times.fast_variance = fast;
        timed.signals.times.slow_variance = slow;
        let typed = timed.typed(name)?;
        let mut native = Native::new(typed.params, typed.initial_variance);
        let steps = run(&mut native, observations, &typed, |_, _| Ok(())).map_err(CalibrateError::Run)?;
        let quantiles = quantiles_of(&steps);
        for shares in Shares::all() {
            let (market, reasons) = with_ladders(&timed, &quantiles, &shares);
            let judged = judged(&steps, &market.typed(name)?);
            let candidate = measure(candles, &judged, [fast, slow], shares);
            let taken = best.as_ref().map(|(index, ..)| &candidates[*index]);
            if taken.is_none_or(|taken| better(&candidate, taken)) {
                best = Some((candidates.len(), market, reasons));
            }
            candidates.push(candidate);
            progress(candidates.len(), total).map_err(|error| CalibrateError::Run(error.into()))?;
        }
    }
    // There is always a candidate, so there is a best one.
    let (taken, market, reasons) = best.unwrap_or((0, base.clone(), Vec::new()));
    Ok(Found {
        market,
        reasons,
        candidates,
        taken,
    })
}

/// Returns whether `a` is to be taken rather than `b`: it fits and `b` does not; both fit and it
/// meets more falls by Crisis itself, or as many and asks for Crisis more readily; or neither fits
/// and it meets more falls at all, or as many with fewer false alarms.
///
/// The false days that the bar allows are spent rather than saved: thresholds that only just meet
/// the falls of a history do not meet those that come after it (docs/guides/replay.md has the
/// figures).
pub(super) fn better(a: &Candidate, b: &Candidate) -> bool {
    let order = match (a.fits(), b.fits()) {
        (true, true) => a.by_crisis.cmp(&b.by_crisis).then(a.in_crisis.total_cmp(&b.in_crisis)),
        (false, false) => {
            let alarms = b.false_alarms().total_cmp(&a.false_alarms());
            a.in_time.0.cmp(&b.in_time.0).then(alarms)
        }
        (a, b) => a.cmp(&b),
    };
    order == Ordering::Greater
}

/// With ladders and trips read off the quantiles.
fn with_ladders(timed: &Market, quantiles: &[(Indicator, Quantiles)], shares: &Shares) -> (Market, Vec<Reason>) {
    let mut market = timed.clone();
    let find = |indicator| quantiles.iter().find(|(of, _)| *of == indicator).map(|(_, q)| q);
    let [elevated, stressed] = OF_MILDER;
    if let Some(ratio) = find(Indicator::VolatilityRatio) {
        market.regime.volatility_ratio = of(
            ratio,
            [elevated, stressed, shares.volatility],
            500,
            11_000,
            Indicator::VolatilityRatio,
        );
        let trip = rounded(ratio.at(1.0 - shares.breaker), 500).clamp(15_000, 50_000);
        market.breakers.volatility_jump.trip = trip;
        market.breakers.volatility_jump.reset = trip / 5 * 4;
        market.limit_multipliers.gamma.from = market.regime.volatility_ratio.elevated.enter;
        market.limit_multipliers.gamma.to = trip;
    }
    if let Some(volatility) = find(Indicator::Volatility) {
        market.regime.volatility = of(
            volatility,
            [elevated, stressed, shares.volatility],
            500,
            1_000,
            Indicator::Volatility,
        );
    }
    if let Some(drawdown) = find(Indicator::Drawdown) {
        market.regime.drawdown = of(
            drawdown,
            [elevated, stressed, shares.drawdown],
            50,
            timed.signals.high_fall_per_day,
            Indicator::Drawdown,
        );
    }
    if let Some(jump) = find(Indicator::Jump) {
        market.regime.jump = of(jump, OF_JUMP, 1_000, 30_000, Indicator::Jump);
        let trip = rounded(jump.at(1.0 - OF_PRICE_JUMP), 1_000).clamp(40_000, 79_000);
        market.breakers.price_jump.trip = trip;
        market.breakers.price_jump.reset = trip / 2;
    }
    if let Some(implied) = find(Indicator::ImpliedRatio).filter(|implied| implied.count() >= FEWEST_IMPLIED) {
        market.regime.implied_ratio = of(implied, OF_IMPLIED, 500, 12_000, Indicator::ImpliedRatio);
    }
    let reasons = reasons::reasons_of_ladders(&market, quantiles, shares);
    (market, reasons)
}

/// Returns a ladder whose levels are asked for in these shares of time; each step at least a tenth
/// above the last, and within `lowest` and what the indicator accepts.
fn of(quantiles: &Quantiles, shares: [f64; 3], to: u32, lowest: u32, indicator: Indicator) -> Ladder {
    let read = shares.map(|share| rounded(quantiles.at(1.0 - share), to));
    let over = |value: u32| (value + value / 10).div_ceil(to) * to;
    let under = |value: u32| value / 11 * 10 / to * to;
    let crisis = read[2].clamp(over(over(lowest)), indicator.highest().0);
    let stressed = read[1].clamp(over(lowest), under(crisis));
    let elevated = read[0].clamp(lowest, under(stressed));
    ladder([elevated, stressed, crisis])
}

/// Returns the same steps with the regime and the breakers that follow prices judged by other
/// thresholds: signals do not depend on them.
fn judged(steps: &[Step], typed: &Typed) -> Vec<Step> {
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let (regime_params, breaker_params) = (&typed.params.regime, &typed.params.breakers);
    let (mut regime, mut breakers) = (RegimeState::new(first.time), BreakerStates::new(first.time));
    let mut judged = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        // The first observation of a market only begins it.
        if index > 0 {
            regime = regime.update(&step.indicators, step.time, regime_params);
            let readings = MARKET.readings(|breaker| match breaker {
                Breaker::PriceJump => Some(step.indicators.jump.0),
                Breaker::VolatilityJump => Some(step.indicators.volatility_ratio.0),
                _ => None,
            });
            breakers = MARKET.observe(&breakers, &readings, breaker_params, step.time);
        }
        judged.push(Step {
            regime: regime.regime,
            breakers: breakers.tripped,
            ..*step
        });
    }
    judged
}

fn measure(candles: &[Candle], steps: &[Step], [fast, slow]: [u32; 2], shares: Shares) -> Candidate {
    let met: Vec<_> = falls(candles).iter().filter_map(|fall| met(fall, steps)).collect();
    let alarms = alarms(candles, steps);
    let worst = met.iter().map(|met| met.guarded).reduce(|a, b| Some(a?.max(b?)));
    Candidate {
        fast,
        slow,
        shares,
        in_time: (met.iter().filter(|met| met.in_time()).count(), met.len()),
        by_crisis: met
            .iter()
            .filter(|met| met.regimes[2].is_some_and(|hours| hours <= IN_TIME))
            .count(),
        worst: worst.flatten(),
        false_days: alarms.false_crisis_days_a_year,
        false_trips: alarms.breakers.iter().map(|breaker| breaker.false_trips_a_year).sum(),
        in_crisis: alarms.time_in[3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(in_time: usize, worst: i64, false_days: f64) -> Candidate {
        Candidate {
            fast: 0,
            slow: 0,
            shares: Shares {
                volatility: 0.0,
                drawdown: 0.0,
                breaker: 0.0,
            },
            in_time: (in_time, 6),
            by_crisis: 3,
            worst: Some(worst),
            false_days,
            false_trips: 1.0,
            in_crisis: 0.0,
        }
    }

    #[test]
    fn falls_come_first_then_readiness_within_the_bar() {
        let fits = candidate(6, 1, 9.0);
        assert!(fits.fits());
        let readier = |of: Candidate| Candidate { in_crisis: 0.1, ..of };
        for (other, expected) in [
            (candidate(6, 1, 8.0), false),
            (readier(candidate(6, 1, 9.9)), true),
            // Two hours is in time, but leaves nothing to spare; more false days than the bar; a
            // fall missed.
            (readier(candidate(6, 2, 1.0)), false),
            (readier(candidate(6, 0, 10.1)), false),
            (readier(candidate(5, 0, 0.0)), false),
        ] {
            assert_eq!(better(&other, &fits), expected, "{other:?}");
        }
        let by_crisis = Candidate {
            by_crisis: 4,
            ..candidate(6, 1, 9.9)
        };
        assert!(better(&by_crisis, &readier(fits.clone())));
        assert!(better(&candidate(5, 9, 30.0), &candidate(4, 0, 1.0)));
        assert!(better(&candidate(5, 9, 29.0), &candidate(5, 0, 30.0)));
        assert!(!better(&fits, &fits));
    }

    #[test]
    fn a_ladder_rises_and_stays_inside_what_is_accepted() {
        let calm = Quantiles::new(vec![0; 1_000]).unwrap();
        let wild = Quantiles::new(vec![u32::MAX / 2; 1_000]).unwrap();
        for (quantiles, indicator) in [
            (&calm, Indicator::Jump),
            (&wild, Indicator::Jump),
            (&wild, Indicator::Drawdown),
        ] {
            let got = of(quantiles, [0.2, 0.05, 0.01], 50, 1_000, indicator);
            assert!(got.elevated.enter < got.stressed.enter && got.stressed.enter < got.crisis.enter);
            assert!(got.elevated.enter >= 1_000 && got.crisis.enter <= indicator.highest().0);
            assert!(got.elevated.exit < got.elevated.enter && got.elevated.exit < got.stressed.exit);
        }
    }
}
