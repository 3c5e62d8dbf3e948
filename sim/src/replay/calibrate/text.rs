//! What a calibration says to people.

use std::fmt::Write;

use super::super::events::hours;
use super::reasons::{share, span};
use super::search::better;
use super::{Calibration, MAX_FALSE_DAYS};

impl Calibration {
    /// Returns what it would set and why, the candidates, and how the one taken meets the falls.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}: what would be set, and why\n", self.name);
        for reason in &self.reasons {
            let _ = writeln!(text, "  {} = {}\n      {}", reason.parameter, reason.value, reason.why);
        }
        let _ = writeln!(text, "\nQuantiles of the indicators (basis points)");
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
            "Crisis on {} days; {} of them false: {:.1} a year (at most {MAX_FALSE_DAYS} asked for)",
            alarms.crisis_days, alarms.false_crisis_days, alarms.false_crisis_days_a_year
        );
        for breaker in alarms.breakers.iter().filter(|breaker| breaker.trips > 0) {
            let _ = writeln!(
                text,
                "Breaker {}: {:.1} trips a year, {:.1} of them false; active {:.2} % of the time",
                breaker.breaker,
                breaker.trips_a_year,
                breaker.false_trips_a_year,
                100.0 * breaker.time
            );
        }
    }
}
