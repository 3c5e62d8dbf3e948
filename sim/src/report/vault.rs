//! The page of a vault's run: what a depositor reads.

use plotters::prelude::RGBColor;
use serde::Serialize;

use super::page::{row, Figure, Page, Section, Table, Tile, Verdict};
use super::{ReportError, FILES};
use crate::chart::{points, stretches, Band, Chart, Line, Shade, Vertical, AMBER, BLUE, GREEN, RED};
use crate::record::{Depositor, Mode, Step, Summary};
use ballast_market_data::format::{count, decimal, price, signed_percent, utc_day, utc_minute};

const FOOT: &str =
    "Amounts are in quote tokens unless they say otherwise. A replay of prices, on a local chain with a \
                    reference venue: not a promise about any market.";

/// Returns the whole page.
///
/// # Errors
/// [`ReportError::Draw`].
pub(super) fn page(summary: &Summary, steps: &[Step]) -> Result<Page, ReportError> {
    let meta = &summary.meta;
    let mode = match meta.mode {
        Mode::Embedded => "the compiled programs in an embedded chain",
        Mode::Node => "the compiled programs on a local node",
    };
    let period = format!("{} to {} UTC", utc_minute(summary.from), utc_minute(summary.to));
    Ok(Page {
        title: meta.title.clone(),
        subtitle: vec![
            format!("{period} · {} steps · prices: {}", summary.steps, meta.source),
            format!("Run in {} s against {mode}.", decimal(meta.wall_seconds, 1)),
        ],
        verdict: Some(Verdict::of(summary.held, summary.balanced, &meta.checks)),
        tiles: tiles(summary, steps),
        sections: vec![
            Section::story("What happened", story(summary, steps)),
            depositors(&meta.depositors),
            Section::checked(&meta.checks),
            Section::figures("The run, hour by hour", figures(summary, steps)?),
            Section::moments(&meta.marks),
            Section::books(&meta.ledger),
        ],
        files: [FILES[2], FILES[1]],
        foot: FOOT.to_owned(),
        broad: false,
    })
}

fn depositors(all: &[Depositor]) -> Section {
    let one = |d: &Depositor| {
        let change = if d.deposited > 0.0 {
            signed_percent(d.received / d.deposited - 1.0)
        } else {
            "–".to_owned()
        };
        row([d.name.clone(), decimal(d.deposited, 2), decimal(d.received, 2), change])
    };
    let table = Table {
        head: ["Depositor", "Put in", "Got back", "Change"]
            .map(str::to_owned)
            .to_vec(),
        rows: all.iter().map(one).collect(),
        ..Table::default()
    };
    Section::table("The depositors", table)
}

/// Returns the change of the lowest `value` against the first, and when that was.
fn worst_change(steps: &[Step], value: fn(&Step) -> f64) -> (f64, i64) {
    let first = steps.first().map_or(1.0, value);
    let lowest = steps.iter().min_by(|a, b| value(a).total_cmp(&value(b)));
    lowest.map_or((0.0, 0), |s| (value(s) / first - 1.0, s.unix_time))
}

fn change(steps: &[Step], value: fn(&Step) -> f64) -> f64 {
    match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => value(last) / value(first) - 1.0,
        _ => 0.0,
    }
}

fn story(summary: &Summary, steps: &[Step]) -> Vec<String> {
    let asset = &summary.meta.asset;
    let (price_worst, when) = worst_change(steps, |s| s.price);
    let (nav_worst, _) = worst_change(steps, |s| s.nav_per_share);
    let market = format!(
        "From {} to {} the price of {asset} changed by {}; at its lowest, on {} UTC, it stood {} from the start.",
        utc_day(summary.from),
        utc_day(summary.to),
        signed_percent(change(steps, |s| s.price)),
        utc_minute(when),
        signed_percent(price_worst),
    );
    let vault = format!(
        "A share of the vault changed by {}, and by {} at its lowest. It came within {} of its floor{}.",
        signed_percent(change(steps, |s| s.nav_per_share)),
        signed_percent(nav_worst),
        decimal(summary.floor_per_share_min_distance.abs(), 4),
        if summary.floor_per_share_min_distance < 0.0 {
            ", on the wrong side of it"
        } else {
            " and did not cross it"
        },
    );
    let keepers = format!(
        "Keepers brought the book back with {}, for {} quote of trading cost in all. {}",
        count(summary.cranks, "rebalance", "rebalances"),
        decimal(summary.cost, 2),
        match summary.breaker_trips {
            0 => "No breaker tripped.".to_owned(),
            trips => format!(
                "Breakers tripped {} and were active for {}: then deposits are refused and only trades that reduce risk are let through.",
                count(trips, "time", "times"),
                count(summary.steps_with_breaker, "step", "steps")
            ),
        }
    );
    vec![market, vault, keepers]
}

fn tiles(summary: &Summary, steps: &[Step]) -> Vec<Tile> {
    let tile = |label, value, note| Tile { label, value, note };
    vec![
        tile(
            "Value of a share",
            decimal(summary.nav_per_share_end, 4),
            format!("from {}", decimal(summary.nav_per_share_start, 4)),
        ),
        tile(
            "Worst fall of a share",
            signed_percent(worst_change(steps, |s| s.nav_per_share).0),
            format!(
                "{} for {}",
                signed_percent(worst_change(steps, |s| s.price).0),
                summary.meta.asset
            ),
        ),
        tile(
            "Least distance to the floor",
            decimal(summary.floor_per_share_min_distance, 4),
            "quote per share".to_owned(),
        ),
        tile(
            "Furthest from target",
            format!("{} %", decimal(summary.max_abs_delta_over_band * 100.0, 0)),
            "of the half band; 100 % is its edge".to_owned(),
        ),
        tile(
            "Rebalances",
            count(summary.cranks, "", "").trim().to_owned(),
            format!("cost {}", decimal(summary.cost, 2)),
        ),
        tile(
            "Keeper reaction",
            summary
                .keeper_reaction_ms_median
                .map_or("–".to_owned(), |ms| format!("{} ms", decimal(ms, 2))),
            "median, price to signed transaction".to_owned(),
        ),
    ]
}

/// What all charts of a run have in common.
struct Base<'a> {
    summary: &'a Summary,
    steps: &'a [Step],
}

impl Base<'_> {
    fn line(&self, label: &str, colour: RGBColor, value: fn(&Step) -> f64) -> Line {
        Line::new(label, colour, self.steps, |s| s.unix_time, |s| Some(value(s)))
    }

    fn band(&self, label: &str, lower: fn(&Step) -> f64, upper: fn(&Step) -> f64) -> Band {
        let points = |value: fn(&Step) -> f64| points(self.steps, |s| s.unix_time, |s| Some(value(s))).concat();
        Band {
            label: label.to_owned(),
            colour: AMBER,
            lower: points(lower),
            upper: points(upper),
        }
    }

    /// Returns a chart of lines, with the breakers behind them and the moments above.
    fn chart(&self, vertical: Vertical, format: fn(f64) -> String, lines: Vec<Line>) -> Chart {
        let span = (self.summary.from, self.summary.to);
        let found = stretches(self.steps, |s| s.unix_time, |s| s.breaker);
        let last = found.len().saturating_sub(1);
        let tripped = found.into_iter().enumerate().filter(|(_, (.., breaker))| *breaker);
        // The last step lasts until the end.
        let to = |index: usize, to: i64| if index == last { span.1 } else { to };
        let breakers = Shade {
            label: Some("breaker tripped".to_owned()),
            colour: RED,
            density: 0.12,
            stretches: tripped.map(|(index, (from, end, _))| (from, to(index, end))).collect(),
        };
        Chart {
            vertical,
            shades: vec![breakers],
            marks: self.summary.meta.marks.clone(),
            ..Chart::new(span, lines, format)
        }
    }
}

fn figures(summary: &Summary, steps: &[Step]) -> Result<Vec<Figure>, ReportError> {
    let base = Base { summary, steps };
    let all = market(&base).into_iter().chain(exposure(&base)).chain(rest(&base));
    all.map(|(title, text, chart)| Figure::new(title, text, &chart))
        .collect()
}

type Titled = (&'static str, &'static str, Chart);

fn market(base: &Base) -> [Titled; 2] {
    let prices = vec![
        base.line("slow price", AMBER, |s| s.slow_price),
        base.line("price", BLUE, |s| s.price),
    ];
    let shares = vec![
        base.line("floor", RED, |s| s.floor_per_share),
        base.line("share", GREEN, |s| s.nav_per_share),
    ];
    [
        (
            "Price",
            "The market's price, and the slow price that follows it at a limited speed. A return far outside what volatility explains trips the breaker.",
            base.chart(Vertical::Fitted, price, prices),
        ),
        (
            "Value of a share",
            "What one share is worth, and the floor the vault defends. The nearer the floor, the less exposure is allowed.",
            base.chart(Vertical::Fitted, |v| decimal(v, 3), shares),
        ),
    ]
}

fn exposure(base: &Base) -> [Titled; 3] {
    let against_target = vec![
        base.line("target", AMBER, |s| s.delta_target),
        base.line("delta", BLUE, |s| s.delta),
    ];
    let against_cap = vec![
        base.line("may be held", RED, |s| s.cap),
        base.line("may be reached by adding", AMBER, |s| s.open),
        base.line("exposure", BLUE, |s| s.delta.abs()),
    ];
    let leverage = vec![base.line("leverage", BLUE, |s| s.leverage)];
    let band = base.band("no trade due", |s| s.rest_low, |s| s.rest_high);
    [
        (
            "Exposure against its target",
            "Delta in quote: what the vault gains or loses as the price doubles or vanishes. Keepers trade when it leaves the band.",
            Chart {
                band: Some(band),
                ..base.chart(Vertical::Fitted, |v| decimal(v, 0), against_target)
            },
        ),
        (
            "Exposure against its pair of limits",
            "The most exposure that the cushion over the floor allows to hold, and what the market's regime and a trend that turns leave of it for adding. Nothing is sold because of the second.",
            base.chart(Vertical::FromZero, |v| decimal(v, 0), against_cap),
        ),
        (
            "Leverage",
            "Exposure divided by net asset value.",
            base.chart(Vertical::FromZero, |v| format!("{v:.2}×"), leverage),
        ),
    ]
}

fn rest(base: &Base) -> [Titled; 2] {
    let volatility = vec![base.line("volatility", AMBER, |s| s.volatility * 100.0)];
    let cost = vec![base.line("cost", GREEN, |s| s.cost)];
    [
        (
            "Volatility",
            "The volatility that the risk program measures from admitted prices, annualised.",
            base.chart(Vertical::FromZero, |v| format!("{v:.0} %"), volatility),
        ),
        (
            "Trading cost",
            "Spread, impact and fees paid since the start, in quote.",
            base.chart(Vertical::FromZero, |v| decimal(v, 0), cost),
        ),
    ]
}

/// A step as a row: the reactions as their number and the slowest.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    index: u32,
    unix_time: i64,
    price: f64,
    slow_price: f64,
    nav_per_share: f64,
    floor_per_share: f64,
    delta: f64,
    delta_target: f64,
    rest_low: f64,
    rest_high: f64,
    leverage: f64,
    cap: f64,
    open: f64,
    trend_strength: f64,
    volatility: f64,
    breaker: bool,
    deposits_allowed: bool,
    cranks: u32,
    last_keeper: &'a str,
    cost: f64,
    keeper_reactions: usize,
    keeper_reaction_ms_max: Option<f64>,
}

impl<'a> Row<'a> {
    /// Returns the row of a step.
    pub(super) fn of(s: &'a Step) -> Self {
        Self {
            index: s.index,
            unix_time: s.unix_time,
            price: s.price,
            slow_price: s.slow_price,
            nav_per_share: s.nav_per_share,
            floor_per_share: s.floor_per_share,
            delta: s.delta,
            delta_target: s.delta_target,
            rest_low: s.rest_low,
            rest_high: s.rest_high,
            leverage: s.leverage,
            cap: s.cap,
            open: s.open,
            trend_strength: s.trend_strength,
            volatility: s.volatility,
            breaker: s.breaker,
            deposits_allowed: s.deposits_allowed,
            cranks: s.cranks,
            last_keeper: &s.last_keeper,
            cost: s.cost,
            keeper_reactions: s.keeper_reaction_ms.len(),
            keeper_reaction_ms_max: s.keeper_reaction_ms.iter().copied().reduce(f64::max),
        }
    }
}
