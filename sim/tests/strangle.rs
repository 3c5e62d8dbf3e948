//! The report of a made-up strangle. Set `BALLAST_REPORT_DIR` to a folder to keep it there and look
//! at it.

mod pages;

use std::fs;

use ballast_sim::checks;
use ballast_sim::record::strangle::{summarise, Averaged, Meta, Participant, Step, Summary};
use ballast_sim::record::{Ledger, Mark, RecordError, Token};
use ballast_sim::report::{write_strangle, FILES};
use pages::{colours_without_a_dark_one, entries, foreign_parts, kept_or};
use tempfile::TempDir;

const USDC: Token = Token {
    name: "USDC",
    decimals: 6,
};
const START: i64 = 1_772_409_600;
const EXPIRY: i64 = START + 104 * 3_600;
const SIZE: f64 = 10.0;
const STRIKES: [f64; 2] = [76_000.0, 84_000.0];

/// Two quiet days, and a fall.
fn price(hour: f64) -> f64 {
    let fall = ((hour - 56.0) / 24.0).clamp(0.0, 1.0);
    80_000.0 - 9_000.0 * fall + 500.0 * (hour / 3.0).sin()
}

/// Returns what a put and a call are worth at a price, crudely, and their delta.
fn options(price: f64, left: f64) -> ([f64; 2], f64) {
    let width = 3_000.0 * left.sqrt() + 1.0;
    let worth = |inside: f64| inside.max(0.0) + width * (-(inside / width).abs()).exp().ln_1p();
    let share = |inside: f64| 1.0 / (1.0 + (-inside / width).exp());
    let (put, call) = (STRIKES[0] - price, price - STRIKES[1]);
    ([worth(put), worth(call)], share(call) - share(put))
}

fn steps(premium: f64) -> Vec<Step> {
    let (mut hedge, mut cash) = (0.0, 0.0);
    let step = |hour: u32| {
        let price = price(f64::from(hour));
        let ([put, call], delta) = options(price, 1.0 - f64::from(hour) / 104.0);
        let (hedge_before, delta) = (hedge, -SIZE * delta);
        if f64::abs(hedge_before + delta) > 0.02 * SIZE {
            cash -= (-delta - hedge) * price;
            hedge = -delta;
        }
        let (options, hedge_worth) = (-SIZE * (put + call), cash + hedge * price);
        let result = premium + options + hedge_worth;
        Step {
            unix_time: START + 3_600 * i64::from(hour),
            price,
            options,
            cash: 400_000.0 + premium,
            equity: 400_000.0 + premium + 1.02 * options,
            initial: 160_000.0 - options,
            maintenance: 120_000.0 - options,
            delta,
            hedge,
            hedge_worth,
            result,
            put: -SIZE * put,
            call: -SIZE * call,
            hedge_before,
            maker: 800_000.0 - premium - options,
            writer: 800_000.0 + result,
            liquidator: 800_000.0,
            ..Step::default()
        }
    };
    (0..=104).map(step).collect()
}

fn run() -> (Summary, Vec<Step>) {
    let ([put, call], _) = options(price(0.0), 1.0);
    let premium = SIZE * (put + call);
    let steps = steps(premium);
    let mut settlement: Vec<Averaged> = Vec::new();
    for minute in 0..=30 {
        let unix_time = EXPIRY - 1_800 + 60 * minute;
        let price = price((unix_time - START) as f64 / 3_600.0);
        let sum: f64 = settlement.iter().map(|averaged| averaged.price).sum();
        let mean = if minute == 0 { price } else { sum / minute as f64 };
        settlement.push(Averaged { unix_time, price, mean });
    }
    let mut ledger = Ledger::default();
    ledger.minted(USDC, "minted for the writer", 800_000_000_000);
    ledger.found(USDC, "writer's <wallet>", 800_000_000_000);
    let person = |name: &str, left: f64| Participant {
        name: name.into(),
        minted: 800_000.0,
        left,
    };
    let last = steps.last().unwrap();
    let mark = |hours: f64, label: &str| Mark {
        unix_time: START + (3_600.0 * hours) as i64,
        label: label.into(),
    };
    let meta = Meta {
        title: "A strangle <made up>".into(),
        asset: "BTC".into(),
        prices: "made up".into(),
        surfaces: "the configured smile".into(),
        series: vec!["BTC-6MAR26-76000-P".into(), "BTC-6MAR26-84000-C".into()],
        strikes: STRIKES.to_vec(),
        size: SIZE,
        band: 0.02 * SIZE,
        premium,
        expiry: EXPIRY,
        settled_at: settlement.last().unwrap().mean,
        averaged_seconds: 1_800,
        settlement,
        surfaces_published: [190, 12, 1],
        liquidation: [1, 2],
        people: vec![
            person("maker", last.maker),
            person("writer", last.writer),
            person("liquidator", 800_000.0),
        ],
        checks: checks::books_balance(&ledger),
        ledger,
        marks: vec![
            mark(0.0, "sell 10 BTC-6MAR26-76000-P for 14,210.55"),
            mark(0.01, "sell 10 BTC-6MAR26-84000-C for 12,911.20"),
            mark(77.0, "a liquidation begins"),
            mark(77.05, "liquidator takes 12.50 % of everything after 3 min"),
            mark(77.1, "liquidator takes 4.00 % of everything after 6 min"),
            mark(77.2, "the liquidation is over"),
            mark(104.0, "settled at 71,044.10"),
        ],
        wall_seconds: 12.3,
    };
    (summarise(meta, &steps).unwrap(), steps)
}

#[test]
fn the_page_is_whole_self_contained_and_escaped() {
    let temp = TempDir::new().unwrap();
    let dir = kept_or(&temp).join("strangle/report");
    let (summary, steps) = run();
    let index = write_strangle(&dir, &summary, &steps).unwrap();
    assert_eq!(entries(&dir), FILES);
    let html = fs::read_to_string(index).unwrap();
    assert_eq!(foreign_parts(&html), Vec::<&str>::new());
    assert_eq!(colours_without_a_dark_one(&html), Vec::<String>::new());
    for part in [
        "A strangle &lt;made up&gt;",
        "Price and strikes",
        "The options against their premium",
        "Net delta, before and after hedging",
        "margin",
        "Equity of each",
        "The settlement",
        "Who made what",
        "What was checked",
        "liquidator takes 4.00 %",
        "put&#x27;s strike",
        "</html>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let json: Summary = serde_json::from_slice(&fs::read(dir.join("report.json")).unwrap()).unwrap();
    assert_eq!(json, summary);
    let rows = fs::read_to_string(dir.join("steps.csv")).unwrap();
    assert_eq!(rows.lines().count(), steps.len() + 1);
}

#[test]
fn the_summary_follows_from_the_steps() {
    let (summary, steps) = run();
    assert!(summary.balanced && summary.held);
    assert_eq!((summary.steps, summary.from, summary.to), (105, START, EXPIRY));
    // The hedge is never off by more than its band after a step.
    assert!(summary.max_abs_net_delta <= 0.02 * SIZE && summary.max_abs_net_delta > 0.0);
    let ratio = |step: &Step| step.equity / step.maintenance;
    let least = steps.iter().map(ratio).fold(f64::INFINITY, f64::min);
    assert_eq!(summary.min_margin_ratio, Some(least));
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(
        (&json["premium"], &json["averaged_seconds"]),
        (&summary.meta.premium.into(), &1_800.into())
    );
}

#[test]
fn nothing_and_what_is_not_finite_have_no_summary() {
    let (summary, mut steps) = run();
    assert_eq!(summarise(summary.meta.clone(), &[]), Err(RecordError::NoSteps));
    steps[3].hedge = f64::NAN;
    let failed = summarise(summary.meta, &steps).unwrap_err();
    assert!(
        matches!(failed, RecordError::NotFinite { field: "hedge", .. }),
        "{failed}"
    );
}
