//! `index.html`: what a depositor reads.

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::charts::{draw, Line, Plot, AMBER, BLUE, GREEN, NARROW, RED, WIDE};
use super::ReportError;
use crate::record::{books, Mode, Side, Step, Summary};
use ballast_market_data::format::{count, decimal, price, signed_percent, token_amount, utc_day, utc_minute};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

#[derive(Serialize)]
struct Page<'a> {
    summary: &'a Summary,
    style: &'static str,
    period: String,
    mode: &'static str,
    wall: String,
    failed: Vec<&'a str>,
    story: Vec<String>,
    tiles: Vec<Tile>,
    depositors: Vec<[String; 4]>,
    figures: Vec<Figure>,
    books: Vec<BookView>,
}

#[derive(Serialize)]
struct Tile {
    label: &'static str,
    value: String,
    note: String,
}

#[derive(Serialize)]
struct Figure {
    title: &'static str,
    text: &'static str,
    legend: Vec<(String, String, bool)>,
    wide: String,
    narrow: String,
}

#[derive(Serialize)]
struct BookView {
    token: String,
    balances: bool,
    rows: Vec<[String; 3]>,
    total: [String; 2],
}

/// The whole page as text.
pub(super) fn render(summary: &Summary, steps: &[Step]) -> Result<String, ReportError> {
    let draw_error = |error: &dyn std::fmt::Display| ReportError::Draw {
        message: error.to_string(),
    };
    let mut figures = Vec::new();
    for (title, text, plot) in plots() {
        let svg = |size| draw(&plot, steps, summary.to, &summary.meta.marks, size).map_err(|e| draw_error(&e));
        let css = |c: plotters::style::RGBColor| format!("#{:02X}{:02X}{:02X}", c.0, c.1, c.2);
        let lines = plot.lines.iter().map(|l| (l.label.to_owned(), css(l.colour), false));
        let band = plot
            .band
            .iter()
            .map(|(label, colour, ..)| ((*label).to_owned(), css(*colour), true));
        let mut legend: Vec<_> = lines.chain(band).collect();
        if summary.steps_with_breaker > 0 {
            legend.push(("breaker tripped".to_owned(), css(RED), true));
        }
        figures.push(Figure {
            title,
            text,
            legend,
            wide: svg(WIDE)?,
            narrow: svg(NARROW)?,
        });
    }
    let page = Page {
        summary,
        style: STYLE,
        period: format!("{} to {} UTC", utc_minute(summary.from), utc_minute(summary.to)),
        mode: match summary.meta.mode {
            Mode::Embedded => "the compiled programs in an embedded chain",
            Mode::Node => "the compiled programs on a local node",
        },
        wall: decimal(summary.meta.wall_seconds, 1),
        failed: summary
            .meta
            .checks
            .iter()
            .filter(|c| !c.held)
            .map(|c| c.name.as_str())
            .collect(),
        story: story(summary, steps),
        tiles: tiles(summary, steps),
        depositors: summary.meta.depositors.iter().map(depositor).collect(),
        figures,
        books: book_views(summary),
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .render_named_str("page.html", TEMPLATE, page)
        .map_err(|e| draw_error(&e))
}

fn depositor(d: &crate::record::Depositor) -> [String; 4] {
    let change = if d.deposited > 0.0 {
        signed_percent(d.received / d.deposited - 1.0)
    } else {
        "–".to_owned()
    };
    [d.name.clone(), decimal(d.deposited, 2), decimal(d.received, 2), change]
}

fn book_views(summary: &Summary) -> Vec<BookView> {
    let ledger = &summary.meta.ledger;
    let view = |book: crate::record::Book| {
        let amount = |units: u128| {
            u64::try_from(units).map_or_else(|_| format!("{units} base units"), |u| token_amount(u, book.decimals))
        };
        let row = |line: &crate::record::LedgerLine| {
            let amount = token_amount(line.amount, book.decimals);
            match line.side {
                Side::Minted => [line.name.clone(), amount, String::new()],
                Side::Found => [line.name.clone(), String::new(), amount],
            }
        };
        BookView {
            rows: ledger.iter().filter(|l| l.token == book.token).map(row).collect(),
            total: [amount(book.minted), amount(book.found)],
            balances: book.balances(),
            token: book.token,
        }
    };
    books(ledger).unwrap_or_default().into_iter().map(view).collect()
}

/// Change of the lowest `value` against the first.
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
                "Breakers tripped {} and stood for {}: then deposits are refused and only trades that reduce risk are let through.",
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

fn plots() -> Vec<(&'static str, &'static str, Plot)> {
    let line = |label, colour, value| Line { label, colour, value };
    let plot = |lines, from_zero, format| Plot {
        lines,
        band: None,
        from_zero,
        format,
    };
    vec![
        (
            "Price",
            "The market's price, and the slow price that follows it at a limited speed. A return far outside what volatility explains trips the breaker.",
            plot(vec![line("slow price", AMBER, |s: &Step| s.slow_price), line("price", BLUE, |s| s.price)], false, price as fn(f64) -> String),
        ),
        (
            "Value of a share",
            "What one share is worth, and the floor the vault defends. The nearer the floor, the less exposure is allowed.",
            plot(vec![line("floor", RED, |s| s.floor_per_share), line("share", GREEN, |s| s.nav_per_share)], false, |v| decimal(v, 3)),
        ),
        (
            "Exposure against its target",
            "Delta in quote: what the vault gains or loses as the price doubles or vanishes. Keepers trade when it leaves the band.",
            Plot {
                lines: vec![line("target", AMBER, |s| s.delta_target), line("delta", BLUE, |s| s.delta)],
                band: Some(("band", AMBER, |s| s.delta_target - s.band, |s| s.delta_target + s.band)),
                from_zero: false,
                format: |v| decimal(v, 0),
            },
        ),
        (
            "Exposure against its cap",
            "The most exposure that the cushion over the floor allows. The cap falls with the share's value and rises with it.",
            plot(vec![line("cap", RED, |s| s.cap), line("exposure", BLUE, |s| s.delta.abs())], true, |v| decimal(v, 0)),
        ),
        ("Leverage", "Exposure divided by net asset value.", plot(vec![line("leverage", BLUE, |s| s.leverage)], true, |v| format!("{v:.2}×"))),
        (
            "Volatility",
            "The volatility that the risk program measures from admitted prices, annualised.",
            plot(vec![line("volatility", AMBER, |s| s.volatility * 100.0)], true, |v| format!("{v:.0} %")),
        ),
        ("Trading cost", "Spread, impact and fees paid since the start, in quote.", plot(vec![line("cost", GREEN, |s| s.cost)], true, |v| decimal(v, 0))),
    ]
}
