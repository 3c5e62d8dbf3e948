//! What somebody gains who decides when a market is observed, with the checked-in parameters: the
//! bounds of docs/concepts/signals.md.
//!
//! The real series are read from the folder in `BALLAST_HISTORY`, or from `../shared/history`
//! beside the workspace; without them the same tests run on the synthetic path alone.

mod support;

use ballast_core_market::breaker::Breaker;
use ballast_market_data::history::Candle;
use ballast_market_data::markets::Typed;
use ballast_market_data::price::PriceE8;
use ballast_sim::replay::observations::{observations, Known, Path};
use ballast_sim::replay::run::run;
use ballast_sim::replay::{Native, PriceObservation, Step};

/// Hours that the slow variance warms up in before anything is compared: thirty days.
const WARM_UP: i64 = 30 * 86_400;

fn observed(observations: &[PriceObservation], typed: &Typed) -> Vec<Step> {
    let mut native = Native::new(typed.params, typed.initial_variance);
    run(&mut native, observations, typed, |_, _| Ok(())).unwrap()
}

fn hourly(candles: &[Candle]) -> Vec<PriceObservation> {
    observations(candles, Path::Close, &Known::default())
}

/// What became of a variance, against the honest one at the same time.
#[derive(Clone, Copy, Debug)]
struct Pushed {
    /// Least, median and largest quotient of the variances over the history.
    least: f64,
    median: f64,
    most: f64,
    /// The furthest that volatility was from the honest one, in points of volatility a year.
    points: f64,
}

/// Returns the fast and the slow variance of `steps` against those of `honest` at the last honest
/// observation no later.
fn pushed(steps: &[Step], honest: &[Step]) -> [Pushed; 2] {
    let start = honest[0].time + WARM_UP;
    let volatilities: [fn(&Step) -> f64; 2] = [|step| step.fast_volatility, |step| step.slow_volatility];
    volatilities.map(|volatility| {
        let (mut ratios, mut points) = (Vec::new(), 0.0f64);
        for step in steps.iter().filter(|step| step.time >= start) {
            let at = honest.partition_point(|other| other.time <= step.time);
            let (got, expected) = (volatility(step), volatility(&honest[at - 1]));
            ratios.push((got / expected).powi(2));
            points = points.max(100.0 * (got - expected).abs());
        }
        ratios.sort_by(f64::total_cmp);
        Pushed {
            least: ratios[0],
            median: ratios[ratios.len() / 2],
            most: ratios[ratios.len() - 1],
            points,
        }
    })
}

fn say(name: &str, what: &str, [fast, slow]: [Pushed; 2]) {
    let one = |p: Pushed| format!("{:.3} {:.3} {:.3} ({:.1} points)", p.least, p.median, p.most, p.points);
    println!("{name}: {what}: fast {}, slow {}", one(fast), one(slow));
}

#[test]
fn observations_between_those_of_others_move_no_variance() {
    for (name, market, candles) in support::all() {
        let typed = Typed::checked_in(market).unwrap();
        let honest = observed(&hourly(&candles), &typed);
        let mut busy = observations(&candles, Path::Ohlc, &Known::default());
        busy.retain(|observation| observation.time >= honest[0].time);
        let at_hours: Vec<Step> = observed(&busy, &typed)
            .into_iter()
            .filter(|step| step.time % 3_600 == 0)
            .collect();
        let got = pushed(&at_hours, &honest);
        say(name, "three observations more in each hour, at its extremes", got);
        for pushed in got {
            // A return cut in four is rounded four times.
            assert!(
                (pushed.least - 1.0).abs() < 1e-6 && (pushed.most - 1.0).abs() < 1e-6,
                "{name}: {pushed:?}"
            );
        }
    }
}

/// Returns each hourly price replaced by the one within `band` (a share) of it that makes the
/// return since the last observation largest or smallest. They are the first at every hour, so that
/// the honest observation comes too soon after theirs.
fn front_run(honest: &[PriceObservation], band: f64, most: bool) -> Vec<PriceObservation> {
    let mut before = honest[0].price.to_f64();
    honest
        .iter()
        .map(|observation| {
            let price = observation.price.to_f64();
            let (low, high) = (price * (1.0 - band), price * (1.0 + band));
            let chosen = if most {
                if (high / before).ln().abs() > (low / before).ln().abs() {
                    high
                } else {
                    low
                }
            } else {
                before.clamp(low, high)
            };
            before = chosen;
            PriceObservation {
                price: PriceE8::from_raw((chosen * 1e8).round() as i64).unwrap(),
                ..*observation
            }
        })
        .collect()
}

#[test]
fn choosing_inside_the_confidence_band_is_bounded() {
    for (name, market, candles) in support::all() {
        let typed = Typed::checked_in(market).unwrap();
        let observations = hourly(&candles);
        let honest = observed(&observations, &typed);
        // Medians of the fast and the slow variance, and the slow one at its worst, as
        // docs/concepts/signals.md states them.
        for (bp, fast, slow, worst) in [
            (2, [0.93, 1.08], [0.95, 1.06], [0.88, 1.17]),
            (5, [0.85, 1.21], [0.89, 1.15], [0.74, 1.50]),
            (10, [0.74, 1.48], [0.81, 1.33], [0.57, 2.40]),
        ] {
            let band = f64::from(bp) / 1e4;
            // Minkowski: each return moves by at most twice the band, so the root of their mean
            // square does too.
            let most_points = 100.0 * 2.0 * band * 8_760f64.sqrt();
            for push_up in [false, true] {
                let got = pushed(&observed(&front_run(&observations, band, push_up), &typed), &honest);
                say(name, &format!("{bp} bp, {}", if push_up { "up" } else { "down" }), got);
                for (got, [least, most]) in got.into_iter().zip([fast, slow]) {
                    assert!((least..most).contains(&got.median), "{name} {bp}: {got:?}");
                    assert!(got.points < most_points, "{name} {bp}: {got:?}");
                    assert_eq!(got.median > 1.0, push_up, "{name} {bp}: {got:?}");
                }
                let slow = got[1];
                assert!(slow.least > worst[0] && slow.most < worst[1], "{name} {bp}: {slow:?}");
            }
        }
    }
}

/// Returns the observations of somebody who is alone and, of the coming `choice` hours, each time
/// waits for the one that moved most (or least) for its time. They know the future; nobody does.
fn waiting(honest: &[PriceObservation], choice: usize, most: bool) -> Vec<PriceObservation> {
    let (mut at, mut chosen) = (0, vec![honest[0]]);
    while at + choice < honest.len() {
        let from = honest[at];
        let move_per_time = |to: &usize| {
            let to = honest[*to];
            let square = (to.price.to_f64() / from.price.to_f64()).ln().powi(2) / (to.time - from.time) as f64;
            if most {
                -square
            } else {
                square
            }
        };
        at = (at + 1..=at + choice)
            .min_by(|a, b| move_per_time(a).total_cmp(&move_per_time(b)))
            .unwrap();
        chosen.push(honest[at]);
    }
    chosen
}

#[test]
fn being_alone_and_waiting_is_bounded() {
    for (name, market, candles) in support::all() {
        let typed = Typed::checked_in(market).unwrap();
        let observations = hourly(&candles);
        let honest = observed(&observations, &typed);
        // Medians of the fast and the slow variance, and both at their worst, as
        // docs/concepts/signals.md states them.
        for (choice, medians, worst) in [
            (2, [[0.64, 1.20], [0.66, 1.23]], [[0.005, 8.7], [0.24, 1.50]]),
            (6, [[0.33, 1.57], [0.43, 1.75]], [[0.0, 12.0], [0.06, 2.45]]),
        ] {
            for push_up in [false, true] {
                let got = pushed(&observed(&waiting(&observations, choice, push_up), &typed), &honest);
                say(
                    name,
                    &format!("alone, up to {choice} h, {}", if push_up { "up" } else { "down" }),
                    got,
                );
                for ((got, [least, most]), worst) in got.into_iter().zip(medians).zip(worst) {
                    assert!((least..most).contains(&got.median), "{name} {choice}: {got:?}");
                    assert_eq!(got.median > 1.0, push_up, "{name} {choice}: {got:?}");
                    assert!(
                        got.least >= worst[0] && got.most <= worst[1],
                        "{name} {choice}: {got:?}"
                    );
                }
            }
        }
    }
}

/// Whoever is alone and waits as long as that has an active breaker at every observation after the
/// wait: what they pushed permits nobody to add risk.
#[test]
fn waiting_two_hours_trips_the_breaker_of_a_stale_price() {
    for (name, market, candles) in support::all() {
        let observations = waiting(&hourly(&candles), 6, false);
        let steps = observed(&observations, &Typed::checked_in(market).unwrap());
        let mut waits = 0;
        for (pair, step) in observations.windows(2).zip(&steps[1..]) {
            if pair[1].time - pair[0].time >= 7_200 {
                waits += 1;
                assert!(step.breakers.has(Breaker::StalePrice), "{name} {}", step.time);
            }
        }
        assert!(waits > 1_000, "{name}: {waits}");
    }
}
