//! What a calibration says: to people, and as a section of the configuration file.

use std::fmt::Write;

use ballast_risk_policy::regime::Indicator;

use super::super::events::hours;
use super::super::markets::{Ladder, Market, Ramp, Settings};
use super::search::{better, FEWEST_IMPLIED, OF_IMPLIED, OF_JUMP, OF_MILDER, OF_PRICE_JUMP};
use super::{Calibration, Quantiles, Reason, Shares, DAY, HOUR, MOST_FALSE_DAYS};

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

fn share(share: f64) -> String {
    format!("{} %", (share * 1e5).round() / 1e3)
}

fn span(seconds: u32) -> String {
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
            "fast, slow, signal: half a day, half a week and a day, so that hourly looks are at most a twelfth of the shortest and scores \
             keep unit variance (docs/estimators.md)",
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
            "signals.min_interval_seconds",
            format!("{} s", signals.min_interval_seconds),
            "a choice: bounds what observing costs; the hourly history says nothing of it",
        ),
        reason(
            "regime.dwell_seconds, regime.longest_gap_seconds",
            format!("{}, gaps count up to {}", span(market.regime.dwell_seconds), span(market.regime.longest_gap_seconds)),
            "a choice: a level comes down after a quiet quarter of a day, a Crisis to Calm in three; hourly looks count wholly",
        ),
        reason(
            "regime.contraction, breakers.liquidity_contraction",
            ladder_text(&market.regime.contraction),
            "no history has order books. A venue's cost of a fixed size is about inverse to its depth, so the levels are depth at two thirds, two \
             fifths and a fifth of its average; the breaker trips with Crisis",
        ),
        reason(
            "exit, clear",
            "four fifths of enter, and of the trip of the vol jump; of the other trips half, of a stale price five eighths".to_owned(),
            "a choice: a reading that hovers at a threshold changes nothing. A jump is an event and not a state, so its breaker clears far lower",
        ),
        reason(
            "breakers.quiet_seconds, breakers.longest_gap_seconds",
            format!("{}, gaps count up to {}", span(market.breakers.price_jump.quiet_seconds), span(market.breakers.longest_gap_seconds)),
            "a choice: four quiet hours. The longest gap may be a quarter of that at most, and an hour is what hourly looks need to count wholly",
        ),
        reason(
            "breakers.wide_confidence, breakers.source_divergence",
            percent(market.breakers.wide_confidence.trip),
            "a choice: no history has confidences or a second source. A calm confidence is a few basis points, and the venue's price band half a percent",
        ),
        reason(
            "breakers.stale_price, breakers.stale_surface",
            span(market.breakers.stale_price.trip),
            "a choice: two missed hours. Somebody who looks each hour never trips it, and admission has tighter ages for each use",
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
    let triggers = &market.triggers;
    let ramp = |ramp: &Ramp| format!("{}…{}", f64::from(ramp.from) / 1e4, f64::from(ramp.to) / 1e4);
    reasons.push(reason(
        "triggers",
        format!(
            "delta {} σ, gamma {}×, vega {}×, liquidity {}×",
            ramp(&triggers.delta),
            ramp(&triggers.gamma),
            ramp(&triggers.vega),
            ramp(&triggers.liquidity)
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

impl Calibration {
    /// What it would set and why, the candidates, and how the one taken meets the falls.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}: what would be set, and why\n", self.name);
        for reason in &self.reasons {
            let _ = writeln!(text, "  {} = {}\n      {}", reason.parameter, reason.value, reason.why);
        }
        let _ = writeln!(text, "\nQuantiles of the indicators (ten-thousandths)");
        let shares = [0.5, 0.8, 0.95, 0.99, 0.995, 0.999, 1.0];
        let heads: String = shares.iter().map(|s| format!("{:>9}", share(*s))).collect();
        let _ = writeln!(text, "  {:<16}{heads}", "");
        for (indicator, quantiles) in &self.quantiles {
            let row: String = shares.iter().map(|s| format!("{:>9}", quantiles.at(*s))).collect();
            let _ = writeln!(text, "  {:<16}{row}", format!("{indicator:?}"));
        }
        self.candidates_text(&mut text);
        self.verdict_text(&mut text);
        text
    }

    fn candidates_text(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\nCandidates: the best of each pair of time constants, and the one taken (*) of {}",
            self.candidates.len()
        );
        let _ = writeln!(
            text,
            "    fast  slow  volatility  drawdown  breaker  falls in time  by Crisis  worst  false: Crisis days a year  trips a year  time in Crisis"
        );
        for (index, c) in self.candidates.iter().enumerate() {
            let pair = self.candidates.iter().filter(|o| o.fast == c.fast && o.slow == c.slow);
            let beaten = pair.clone().any(|other| better(other, c));
            let first = pair.into_iter().find(|other| !better(c, other) && !better(other, c));
            if index != self.taken && (beaten || first.is_some_and(|first| first != c)) {
                continue;
            }
            let _ = writeln!(
                text,
                "  {} {:>4}  {:>4}  {:>10}  {:>8}  {:>7}  {:>13}  {:>9}  {:>5}  {:>25.1}  {:>12.1}  {:>12.1} %",
                if index == self.taken { '*' } else { ' ' },
                span(c.fast),
                span(c.slow),
                share(c.shares.volatility),
                share(c.shares.drawdown),
                share(c.shares.breaker),
                format!("{} of {}", c.in_time.0, c.in_time.1),
                c.by_crisis,
                hours(c.worst),
                c.false_days,
                c.false_trips,
                100.0 * c.in_crisis,
            );
        }
    }

    fn verdict_text(&self, text: &mut String) {
        let _ = writeln!(text, "\nThe falls, hours from the first tenth under the day's open");
        let _ = writeln!(
            text,
            "  {:<34}{:<18}{:>18}{:>10}{:>10}{:>10}",
            "", "at (UTC)", "Crisis or breaker", "Elevated", "Stressed", "Crisis"
        );
        for met in &self.met {
            let [elevated, stressed, crisis] = met.regimes.map(hours);
            let _ = writeln!(
                text,
                "  {:<34}{:<18}{:>18}{elevated:>10}{stressed:>10}{crisis:>10}{}",
                met.fall.name,
                met.fall.when(),
                hours(met.guarded),
                if met.in_time() { "" } else { "  LATE" },
            );
        }
        let alarms = &self.alarms;
        let [calm, elevated, stressed, crisis] = alarms.time_in.map(|share| 100.0 * share);
        let _ = writeln!(
            text,
            "\nTime: Calm {calm:.1} %, Elevated {elevated:.1} %, Stressed {stressed:.1} %, Crisis {crisis:.1} % of {:.1} years",
            alarms.years
        );
        let _ = writeln!(
            text,
            "Crisis on {} days; {} of them false: {:.1} a year (at most {MOST_FALSE_DAYS} asked for)",
            alarms.crisis_days, alarms.false_crisis_days, alarms.false_crisis_days_a_year
        );
        for breaker in alarms.breakers.iter().filter(|breaker| breaker.trips > 0) {
            let _ = writeln!(
                text,
                "Breaker {}: {:.1} trips a year, {:.1} of them false; stands {:.2} % of the time",
                breaker.breaker,
                breaker.trips_a_year,
                breaker.false_trips_a_year,
                100.0 * breaker.time
            );
        }
    }

    /// A commented section for the file of markets.
    #[must_use]
    pub fn toml(&self) -> String {
        let (m, name) = (&self.market, &self.name);
        let why = |parameter: &str| {
            let found = self
                .reasons
                .iter()
                .find(|reason| reason.parameter.split(", ").any(|p| p == parameter));
            found.map_or_else(String::new, |reason| wrapped(&reason.why))
        };
        let mut text = format!("[{name}]\n");
        let mut put = |comment: String, line: String| {
            text += &comment;
            text += &line;
            text.push('\n');
        };
        put(
            why("initial_variance"),
            format!("initial_variance = \"{}\"", m.initial_variance),
        );
        put(why("trading_cost"), format!("trading_cost = {}", m.trading_cost));
        put(
            why("max_surface_age_seconds"),
            format!("max_surface_age_seconds = {}", m.max_surface_age_seconds),
        );
        let s = &m.signals;
        put(String::new(), format!("\n[{name}.signals]"));
        put(
            why("signals.min_interval_seconds"),
            format!("min_interval_seconds = {}", s.min_interval_seconds),
        );
        put(
            why("signals.slow_price_rate_per_hour"),
            format!("slow_price_rate_per_hour = \"{}\"", s.slow_price_rate_per_hour),
        );
        put(
            why("signals.high_fall_per_day"),
            format!("high_fall_per_day = {}", s.high_fall_per_day),
        );
        put(why("signals.jump_floor"), format!("jump_floor = {}", s.jump_floor));
        put(String::new(), format!("\n[{name}.signals.times]"));
        put(
            why("signals.times.sampling"),
            format!("sampling = {}", s.times.sampling),
        );
        put(
            why("signals.times.fast_variance"),
            format!("fast_variance = {}", s.times.fast_variance),
        );
        put(String::new(), format!("slow_variance = {}", s.times.slow_variance));
        put(why("signals.times.moments"), format!("moments = {}", s.times.moments));
        put(why("signals.times.trend"), format!("trend = {:?}", s.times.trend));
        put(
            String::new(),
            format!(
                "\n# Each level: entered at `enter` or above, left under `exit`.\n{}[{name}.regime]",
                why("exit")
            ),
        );
        put(
            why("regime.dwell_seconds"),
            format!("dwell_seconds = {}", m.regime.dwell_seconds),
        );
        put(
            String::new(),
            format!("longest_gap_seconds = {}", m.regime.longest_gap_seconds),
        );
        for (field, ladder) in [
            ("volatility_ratio", &m.regime.volatility_ratio),
            ("volatility", &m.regime.volatility),
            ("implied_ratio", &m.regime.implied_ratio),
            ("jump", &m.regime.jump),
            ("contraction", &m.regime.contraction),
            ("drawdown", &m.regime.drawdown),
        ] {
            put(why(&format!("regime.{field}")), format!("{field} = {}", inline(ladder)));
        }
        put(
            String::new(),
            format!("\n# Each trips at `trip` and is quiet under `clear`.\n[{name}.breakers]"),
        );
        put(
            why("breakers.quiet_seconds"),
            format!("longest_gap_seconds = {}", m.breakers.longest_gap_seconds),
        );
        for (field, settings) in [
            ("price_jump", &m.breakers.price_jump),
            ("volatility_jump", &m.breakers.volatility_jump),
            ("wide_confidence", &m.breakers.wide_confidence),
            ("stale_price", &m.breakers.stale_price),
            ("source_divergence", &m.breakers.source_divergence),
            ("liquidity_contraction", &m.breakers.liquidity_contraction),
            ("stale_surface", &m.breakers.stale_surface),
        ] {
            put(
                why(&format!("breakers.{field}")),
                format!("{field} = {}", settings_inline(settings)),
            );
        }
        put(String::new(), format!("\n{}[{name}.triggers]", why("triggers")));
        for (field, ramp) in [
            ("delta", &m.triggers.delta),
            ("gamma", &m.triggers.gamma),
            ("vega", &m.triggers.vega),
            ("liquidity", &m.triggers.liquidity),
        ] {
            put(String::new(), format!("{field} = {}", ramp_inline(ramp)));
        }
        text
    }
}

fn inline(ladder: &Ladder) -> String {
    let one = |name, t: super::Threshold| format!("{name} = {{ enter = {}, exit = {} }}", t.enter, t.exit);
    format!(
        "{{ {}, {}, {} }}",
        one("elevated", ladder.elevated),
        one("stressed", ladder.stressed),
        one("crisis", ladder.crisis)
    )
}

fn settings_inline(settings: &Settings) -> String {
    format!(
        "{{ trip = {}, clear = {}, quiet_seconds = {} }}",
        settings.trip, settings.clear, settings.quiet_seconds
    )
}

fn ramp_inline(ramp: &Ramp) -> String {
    format!("{{ from = {}, to = {}, floor = {} }}", ramp.from, ramp.to, ramp.floor)
}

/// A comment in lines of at most 118 characters.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), "#".to_owned());
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 118 {
            lines += &line;
            lines.push('\n');
            line = "#".to_owned();
        }
        line.push(' ');
        line += word;
    }
    lines + &line + "\n"
}
