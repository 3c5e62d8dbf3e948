//! What a calibration says as a section of the configuration file.

use super::Calibration;
use ballast_market_data::markets::{Ladder, Ramp, Settings};

impl Calibration {
    /// Returns a commented section for the file of markets.
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
        put(why("worst_day"), format!("worst_day = \"{}\"", m.worst_day));
        put(why("trading_cost"), format!("trading_cost = {}", m.trading_cost));
        put(
            why("max_surface_age_seconds"),
            format!("max_surface_age_seconds = {}", m.max_surface_age_seconds),
        );
        let s = &m.signals;
        put(String::new(), format!("\n[{name}.signals]"));
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
            format!("\n# Each trips at `trip` and cools down under `reset`.\n[{name}.breakers]"),
        );
        put(
            why("breakers.cooldown_seconds"),
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
            ("quote_off_par", &m.breakers.quote_off_par),
        ] {
            put(
                why(&format!("breakers.{field}")),
                format!("{field} = {}", settings_inline(settings)),
            );
        }
        put(
            String::new(),
            format!("\n{}[{name}.limit_multipliers]", why("limit_multipliers")),
        );
        for (field, ramp) in [
            ("delta", &m.limit_multipliers.delta),
            ("gamma", &m.limit_multipliers.gamma),
            ("vega", &m.limit_multipliers.vega),
            ("liquidity", &m.limit_multipliers.liquidity),
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
        "{{ trip = {}, reset = {}, cooldown_seconds = {} }}",
        settings.trip, settings.reset, settings.cooldown_seconds
    )
}

fn ramp_inline(ramp: &Ramp) -> String {
    format!("{{ from = {}, to = {}, floor = {} }}", ramp.from, ramp.to, ramp.floor)
}

/// Returns a comment in lines of at most 118 characters.
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
