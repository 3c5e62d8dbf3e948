//! The page of a strangle's run: what its writer reads.

use plotters::prelude::RGBColor;

use super::page::{row, Figure, Page, Section, Table, Tile, Verdict};
use super::{ReportError, FILES};
use crate::chart::{points, Band, Chart, Level, Line, Shade, Vertical, AMBER, BLUE, GREEN, RED};
use crate::record::strangle::{Averaged, Meta, Participant, Step, Summary};
use ballast_market_data::format::{count, decimal, price, signed_percent, utc_minute};

const FOOT: &str =
    "Amounts are in quote tokens, sizes in units of the underlying. A run on a local chain with a reference \
                    venue: not a promise about any market.";

/// Returns the whole page.
///
/// # Errors
/// [`ReportError::Draw`].
pub(super) fn page(summary: &Summary, steps: &[Step]) -> Result<Page, ReportError> {
    let meta = &summary.meta;
    let period = format!("{} to {} UTC", utc_minute(summary.from), utc_minute(summary.to));
    Ok(Page {
        title: meta.title.clone(),
        subtitle: vec![
            format!("{period} · {} steps · prices: {}", summary.steps, meta.prices),
            format!("Surfaces: {}.", meta.surfaces),
            format!(
                "Run in {} s against the compiled programs in an embedded chain.",
                decimal(meta.wall_seconds, 1)
            ),
        ],
        verdict: Some(Verdict::of(summary.held, summary.balanced, &meta.checks)),
        tiles: tiles(summary, steps),
        sections: vec![
            Section::story("What happened", story(summary)),
            people(&meta.people),
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

fn people(all: &[Participant]) -> Section {
    let one = |p: &Participant| {
        let made = p.left - p.minted;
        let share = if p.minted > 0.0 {
            signed_percent(made / p.minted)
        } else {
            "–".to_owned()
        };
        row([
            p.name.clone(),
            decimal(p.minted, 2),
            decimal(p.left, 2),
            decimal(made, 2),
            share,
        ])
    };
    let table = Table {
        head: ["Who", "Had", "Has", "Result", "Of what they had"]
            .map(str::to_owned)
            .to_vec(),
        rows: all.iter().map(one).collect(),
        ..Table::default()
    };
    Section::table("Who made what", table)
}

fn story(summary: &Summary) -> Vec<String> {
    let meta = &summary.meta;
    let sale = format!(
        "The writer sold {} of each of {} to a maker, on quotes signed off the chain, for {} of premium.",
        decimal(meta.size, 1),
        meta.series.join(" and "),
        decimal(meta.premium, 2)
    );
    let hedge = format!(
        "Every hour the perpetual was brought to minus the options' delta if it was off by more than {}. After that the two were off by {} at most.",
        decimal(meta.band, 2),
        decimal(summary.max_abs_net_delta, 3)
    );
    let [begun, takes] = meta.liquidation;
    let margin = match begun {
        0 => "The writer's equity never fell under the maintenance margin.".to_owned(),
        _ => format!(
            "The writer's equity fell under the maintenance margin {}: {} by the liquidator, each a share of everything the writer held.",
            count(u64::from(begun), "time", "times"),
            count(u64::from(takes), "take", "takes")
        ),
    };
    let settlement = format!(
        "At {} UTC the expiry settled at {}, the average over time of {}.",
        utc_minute(meta.expiry),
        decimal(meta.settled_at, 2),
        count(meta.averaged_seconds / 60, "minute", "minutes")
    );
    vec![sale, hedge, margin, settlement]
}

fn tiles(summary: &Summary, steps: &[Step]) -> Vec<Tile> {
    let meta = &summary.meta;
    let tile = |label, value, note| Tile { label, value, note };
    let writer = meta.people.iter().find(|person| person.name == "writer");
    let made = writer.map_or(0.0, |writer| writer.left - writer.minted);
    let worst = steps.iter().map(|step| step.result).fold(0.0, f64::min);
    let [whole, partial, refused] = meta.surfaces_published;
    vec![
        tile(
            "The writer's result",
            decimal(made, 2),
            format!("at worst {}", decimal(worst, 2)),
        ),
        tile(
            "Premium",
            decimal(meta.premium, 2),
            format!("for {} of each option", decimal(meta.size, 1)),
        ),
        tile(
            "Settlement",
            price(meta.settled_at),
            format!(
                "strikes {}",
                meta.strikes.iter().map(|k| price(*k)).collect::<Vec<_>>().join(" and ")
            ),
        ),
        tile(
            "Least equity over maintenance",
            summary
                .min_margin_ratio
                .map_or("–".to_owned(), |r| format!("{}×", decimal(r, 2))),
            "at the ends of steps; under 1× a liquidation may begin".to_owned(),
        ),
        tile(
            "Furthest from neutral",
            decimal(summary.max_abs_net_delta, 3),
            format!("units after hedging; the band is {}", decimal(meta.band, 2)),
        ),
        tile(
            "Surfaces",
            whole.to_string(),
            format!("{partial} in part, {refused} refused"),
        ),
    ]
}

/// What all charts of a run have in common.
struct Base<'a> {
    summary: &'a Summary,
    steps: &'a [Step],
}

impl Base<'_> {
    fn line(&self, label: &str, colour: RGBColor, value: impl Fn(&Step) -> f64) -> Line {
        Line::new(label, colour, self.steps, |s| s.unix_time, |s| Some(value(s)))
    }

    /// Returns a chart of lines, with the time of settlement behind them and the moments above.
    fn chart(&self, format: fn(f64) -> String, lines: Vec<Line>) -> Chart {
        let span = (self.summary.from, self.summary.to.max(self.summary.from + 1));
        let sampled = Shade {
            label: Some("what settles it".to_owned()),
            colour: GREEN,
            density: 0.25,
            stretches: window(&self.summary.meta).into_iter().collect(),
        };
        Chart {
            shades: vec![sampled],
            marks: self.summary.meta.marks.clone(),
            ..Chart::new(span, lines, format)
        }
    }
}

/// Returns the half hour that settled the options.
fn window(meta: &Meta) -> Option<(i64, i64)> {
    Some((meta.settlement.first()?.unix_time, meta.settlement.last()?.unix_time))
}

fn level(label: &str, colour: RGBColor, value: f64) -> Level {
    Level {
        label: label.to_owned(),
        colour,
        value,
    }
}

fn figures(summary: &Summary, steps: &[Step]) -> Result<Vec<Figure>, ReportError> {
    let base = Base { summary, steps };
    let mut all = vec![
        prices(&base),
        options(&base),
        delta(&base),
        margin(&base),
        results(&base),
    ];
    all.extend(settlement(&summary.meta));
    all.into_iter()
        .map(|(title, text, chart)| Figure::new(title, text, &chart))
        .collect()
}

type Titled = (&'static str, &'static str, Chart);

fn prices(base: &Base) -> Titled {
    let meta = &base.summary.meta;
    let strikes = ["put's strike", "call's strike"].into_iter().zip(&meta.strikes);
    let mut levels: Vec<Level> = strikes.map(|(label, strike)| level(label, AMBER, *strike)).collect();
    levels.push(level("settlement", GREEN, meta.settled_at));
    (
        "Price and strikes",
        "The price of the underlying, the strikes of the two options, and the average that settled them.",
        Chart {
            levels,
            ..base.chart(price, vec![base.line("price", BLUE, |s| s.price)])
        },
    )
}

fn options(base: &Base) -> Titled {
    let lines = vec![
        base.line("put", AMBER, |s| -s.put),
        base.line("call", GREEN, |s| -s.call),
        base.line("both", BLUE, |s| -s.options),
    ];
    (
        "The options against their premium",
        "What it would cost the writer to buy the options back, at the published price and the surface's volatility. Under the premium the writer has gained on them.",
        Chart {
            levels: vec![level("premium", RED, base.summary.meta.premium)],
            vertical: Vertical::FromZero,
            ..base.chart(|v| decimal(v, 0), lines)
        },
    )
}

fn delta(base: &Base) -> Titled {
    let lines = vec![
        base.line("before hedging", AMBER, Step::net_before),
        base.line("after hedging", BLUE, Step::net_after),
    ];
    let half = base.summary.meta.band;
    let edge = |value: f64| points(base.steps, |s| s.unix_time, |_| Some(value)).concat();
    (
        "Net delta, before and after hedging",
        "Delta of options and perpetual together, in units of the underlying. It is traded back when it leaves the band; in the half hour that settles the options the hedge is worked off.",
        Chart {
            band: Some(Band {
                label: "band".to_owned(),
                colour: AMBER,
                lower: edge(-half),
                upper: edge(half),
            }),
            ..base.chart(|v| decimal(v, 2), lines)
        },
    )
}

fn margin(base: &Base) -> Titled {
    let lines = vec![
        base.line("initial", AMBER, |s| s.initial),
        base.line("maintenance", RED, |s| s.maintenance),
        base.line("equity", BLUE, |s| s.equity),
    ];
    (
        "The writer's margin",
        "Equity as the clearing house counts it, with the options at adverse marks. Under the initial margin nothing may be opened; under maintenance a liquidation may begin.",
        Chart {
            vertical: Vertical::FromZero,
            ..base.chart(|v| decimal(v, 0), lines)
        },
    )
}

fn results(base: &Base) -> Titled {
    let had = |name: &str| {
        let person = base.summary.meta.people.iter().find(|person| person.name == name);
        person.map_or(0.0, |person| person.minted)
    };
    let (maker, writer, liquidator) = (had("maker"), had("writer"), had("liquidator"));
    let lines = vec![
        base.line("liquidator", AMBER, move |s| s.liquidator - liquidator),
        base.line("maker", GREEN, move |s| s.maker - maker),
        base.line("writer", BLUE, move |s| s.writer - writer),
    ];
    (
        "Equity of each, less what they had",
        "Wallet and margin account with the options at the published price and the surface's volatility, the writer's hedge included.",
        base.chart(|v| decimal(v, 0), lines),
    )
}

/// Charts the half hour that settled the options; nothing if there was no price in it.
fn settlement(meta: &Meta) -> Option<Titled> {
    let (from, to) = window(meta)?;
    let line = |label: &str, colour, value: fn(&Averaged) -> f64| {
        Line::new(label, colour, &meta.settlement, |s| s.unix_time, |s| Some(value(s)))
    };
    let lines = vec![
        line("price", BLUE, |s| s.price),
        line("average so far", AMBER, |s| s.mean),
    ];
    let chart = Chart {
        levels: vec![level("settlement", GREEN, meta.settled_at)],
        ..Chart::new((from, to.max(from + 1)), lines, |v| decimal(v, 2))
    };
    Some((
        "The settlement",
        "The prices of the half hour before the expiry, observed each minute, and their average over time.",
        chart,
    ))
}
