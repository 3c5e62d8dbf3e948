//! Why each parameter is what it is.

use ballast_core_market::regime::Indicator;

use super::shares::{Shares, FEWEST_IMPLIED, OF_IMPLIED, OF_JUMP, OF_MILDER, OF_PRICE_JUMP};
use super::{Quantiles, Reason, DAY, HOUR};
use ballast_market_data::markets::{Ladder, Market, Ramp};

fn reason(parameter: &'static str, value: String, why: impl Into<String>) -> Reason {
    Reason {
        parameter,
        value,
        why: why.into(),
    }
}

fn percent(basis_points: u32) -> String {
    format!("{} %", f64::from(basis_points) / 100.0)
}

pub(super) fn share(share: f64) -> String {
    format!("{} %", (share * 1e5).round() / 1e3)
}

pub(super) fn span(seconds: u32) -> String {
    if seconds.is_multiple_of(DAY) && seconds > DAY {
        format!("{} d", seconds / DAY)
    } else if seconds.is_multiple_of(HOUR) {
        format!("{} h", seconds / HOUR)
    } else {
        format!("{} min", seconds / 60)
    }
}

/// Of what does not depend on the search.
pub(super) fn reasons_of_base(market: &Market, size: &impl Fn(f64) -> u32, daily: f64) -> Vec<Reason> {
    let signals = &market.signals;
    vec![
        reason(
            "initial_variance",
            format!("{} a year", market.initial_variance),
            "mean of the squared hourly returns of the whole history: what a market is until it has been watched",
        ),
        reason(
            "worst_day",
            format!("{} up or down", market.worst_day),
            "largest log move of 24 hours in the last year of the history, rounded up: what margin holds for the market's first year",
        ),
        reason(
            "trading_cost",
            span(market.trading_cost),
            "a choice: no history has order books. A day is long against a contraction of hours, and short enough that a venue which stays dearer \
             becomes the usual within days",
        ),
        reason(
            "max_surface_age_seconds",
            span(market.max_surface_age_seconds),
            "a choice, and that of breakers.stale_surface: an older surface says nothing of implied volatility, and whoever knew it before stays at least \
             Elevated",
        ),
        reason(
            "signals.times.sampling",
            span(signals.times.sampling),
            "history is hourly, and with steps of an hour whoever observes more often learns the same variance: thresholds that are \
             calibrated on hours hold for any keeper, and extra observations inside a step change nothing",
        ),
        reason(
            "signals.times.moments",
            span(signals.times.moments),
            "480 hourly steps: fourth moments need many; not shorter than the variances",
        ),
        reason(
            "signals.times.trend",
            signals.times.trend.map(span).join(", "),
            "fast, slow, signal: half a day, half a week and a day, so that hourly observations are at most a twelfth of the shortest and scores \
             keep unit variance (docs/internals/estimators.md)",
        ),
        reason(
            "signals.slow_price_rate_per_hour",
            signals.slow_price_rate_per_hour.clone(),
            format!(
                "99.9 % of hourly moves are within {}, rounded up to a whole percent: the slow price keeps up with all but 9 hours a year, and \
                 a false print moves it no further",
                percent(size(0.999))
            ),
        ),
        reason(
            "signals.high_fall_per_day",
            percent(signals.high_fall_per_day),
            format!(
                "one daily standard deviation ({daily:.0} bp) a day: a high is forgotten about as fast as prices wander, so that drawdown means \
                 a fall of days and not a bear market"
            ),
        ),
        reason(
            "signals.jump_floor",
            percent(signals.jump_floor),
            format!("99 % of hourly moves are within {}: what happens twice in a week is no jump, however calm it was", percent(size(0.99))),
        ),
        reason(
            "regime.dwell_seconds, regime.longest_gap_seconds",
            format!("{}, gaps count up to {}", span(market.regime.dwell_seconds), span(market.regime.longest_gap_seconds)),
            "a choice: a level comes down after a quarter of a day below it, a Crisis to Calm in three; hourly observations count wholly",
        ),
        reason(
            "regime.contraction, breakers.liquidity_contraction",
            ladder_text(&market.regime.contraction),
            "no history has order books. A venue's cost of a fixed size is about inverse to its depth, so the levels are depth at two thirds, two \
             fifths and a fifth of its average; the breaker trips with Crisis",
        ),
        reason(
            "exit, reset",
            "four fifths of enter, and of the trip of the vol jump; of the other trips half, of a stale price five eighths".to_owned(),
            "a choice: a reading that hovers at a threshold changes nothing. A jump is an event and not a state, so its breaker resets far lower",
        ),
        reason(
            "breakers.cooldown_seconds, breakers.longest_gap_seconds",
            format!("{}, gaps count up to {}", span(market.breakers.price_jump.cooldown_seconds), span(market.breakers.longest_gap_seconds)),
            "a choice: a cooldown of four hours. The longest gap may be a quarter of that at most, and an hour is what hourly observations need to count wholly",
        ),
        reason(
            "breakers.wide_confidence, breakers.source_divergence",
            percent(market.breakers.wide_confidence.trip),
            "a choice: no history has confidences or a second source. A calm confidence is a few basis points, and the venue's price band half a percent",
        ),
        reason(
            "breakers.stale_price, breakers.stale_surface",
            span(market.breakers.stale_price.trip),
            "a choice: two missed hours. Somebody who observes each hour never trips it, and admission has tighter ages for each use",
        ),
        reason(
            "breakers.quote_off_par",
            percent(market.breakers.quote_off_par.trip),
            "a choice: dollar tokens stay within a few basis points; one that is a hundred off has lost somebody's trust",
        ),
    ]
}

/// Of the ladders.
pub(super) fn reasons_of_ladders(
    market: &Market,
    quantiles: &[(Indicator, Quantiles)],
    shares: &Shares,
) -> Vec<Reason> {
    let [elevated, stressed] = OF_MILDER.map(share);
    let times = &market.signals.times;
    let mut reasons = vec![
        reason(
            "signals.times.fast_variance, signals.times.slow_variance",
            format!("{}, {}", span(times.fast_variance), span(times.slow_variance)),
            "of the pairs tried, that of the candidate taken: it meets every fall in time and, within the false Crisis days that are allowed, asks for Crisis \
             most readily",
        ),
        reason(
            "regime.volatility_ratio",
            ladder_text(&market.regime.volatility_ratio),
            format!("reached {elevated}, {stressed} and {} of the time", share(shares.volatility)),
        ),
        reason(
            "regime.volatility",
            ladder_text(&market.regime.volatility),
            format!(
                "reached {elevated}, {stressed} and {} of the time; Crisis is accepted up to 300 %",
                share(shares.volatility)
            ),
        ),
        reason(
            "regime.drawdown",
            ladder_text(&market.regime.drawdown),
            format!(
                "reached {elevated}, {stressed} and {} of the time, but nothing is asked for under one daily standard deviation",
                share(shares.drawdown)
            ),
        ),
        reason(
            "regime.jump",
            ladder_text(&market.regime.jump),
            format!(
                "reached {}, {} and {} of hours; accepted up to 7.9 σ",
                share(OF_JUMP[0]),
                share(OF_JUMP[1]),
                share(OF_JUMP[2])
            ),
        ),
        reason(
            "breakers.volatility_jump",
            format!("{}×", f64::from(market.breakers.volatility_jump.trip) / 1e4),
            format!("the ratio is there {} of the time", share(shares.breaker)),
        ),
        reason(
            "breakers.price_jump",
            format!("{} σ", f64::from(market.breakers.price_jump.trip) / 1e4),
            format!("{} of hours move so far", share(OF_PRICE_JUMP)),
        ),
    ];
    let limit_multipliers = &market.limit_multipliers;
    let ramp = |ramp: &Ramp| format!("{}…{}", f64::from(ramp.from) / 1e4, f64::from(ramp.to) / 1e4);
    reasons.push(reason(
        "limit_multipliers",
        format!(
            "delta {} σ, gamma {}×, vega {}×, liquidity {}×",
            ramp(&limit_multipliers.delta),
            ramp(&limit_multipliers.gamma),
            ramp(&limit_multipliers.vega),
            ramp(&limit_multipliers.liquidity)
        ),
        "suggested ramps for a vault's limits, which the market does not store: delta from one to three standard deviations of acceleration \
         against it; gamma from what asks for Elevated to what trips the breaker; vega before, and liquidity around, the levels of contraction",
    ));
    let implied = quantiles.iter().find(|(of, _)| *of == Indicator::ImpliedRatio);
    let why = match implied {
        Some((_, implied)) if implied.count() >= FEWEST_IMPLIED => format!(
            "reached {}, {} and {} of the {} hours whose implied volatility is known; rarer than the others, as the ratio stands high more often \
             because nothing moves than because something is feared",
            share(OF_IMPLIED[0]),
            share(OF_IMPLIED[1]),
            share(OF_IMPLIED[2]),
            implied.count()
        ),
        seen => format!(
            "what BTC gave from three years of a daily index: {} hours of implied volatility are known of this market, and {FEWEST_IMPLIED} are asked \
             for to read thresholds off",
            seen.map_or(0, |(_, implied)| implied.count())
        ),
    };
    reasons.push(reason(
        "regime.implied_ratio",
        ladder_text(&market.regime.implied_ratio),
        why,
    ));
    reasons
}

fn ladder_text(ladder: &Ladder) -> String {
    let one = |enter: u32| format!("{}", f64::from(enter) / 1e4);
    format!(
        "{} / {} / {}",
        one(ladder.elevated.enter),
        one(ladder.stressed.enter),
        one(ladder.crisis.enter)
    )
}
