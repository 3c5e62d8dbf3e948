//! The report of a made-up run over the built-in scenario. Set `BALLAST_REPORT_DIR` to keep it and
//! look at it.

mod pages;

use std::fs;
use std::path::Path;

use ballast_sim::record::{summarise, Depositor, Ledger, LedgerLine, Mark, Meta, Mode, Side, Step, Summary};
use ballast_sim::report::{check_dir, write, ReportError, FILES};
use ballast_sim::{checks, scenario};
use pages::{colours_without_a_dark_one, entries, foreign_parts, kept_or};
use tempfile::TempDir;

/// Returns a crude vault: constant proportion over a floor, traded when it leaves its band and no
/// breaker stands.
fn run() -> (Summary, Vec<Step>) {
    let (mut cash, mut units, mut slow, mut cost, mut quiet) = (1_000_000.0, 0.0, 7_850.0, 0.0, 9);
    let mut volatility = 0.6;
    let step = |(index, candle): (u32, ballast_market_data::history::Candle)| {
        let (open, price) = (candle.open.to_f64(), candle.close.to_f64());
        slow += (price - slow).clamp(-slow * 0.03, slow * 0.03);
        let hourly = (price / open - 1.0).abs();
        volatility = 0.95 * volatility + 0.05 * hourly * 117.0;
        quiet = if (price / slow - 1.0).abs() > 0.06 {
            0
        } else {
            quiet + 1
        };
        let breaker = quiet < 4;
        let nav = cash + units * price;
        let cap = 2.5 * (nav - 850_000.0_f64).max(0.0);
        let (target, band) = (cap * 0.9, cap * 0.09);
        let away = units * price - target;
        let trades = away.abs() > band && (!breaker || away > 0.0);
        if trades {
            units = target / price;
            cash = nav - target - away.abs() * 0.0008;
            cost += away.abs() * 0.0008;
        }
        Step {
            index,
            unix_time: candle.unix_time,
            price,
            slow_price: slow,
            nav_per_share: (cash + units * price) / 1e6,
            delta: units * price,
            delta_target: target,
            rest_low: target - band,
            rest_high: target + band,
            leverage: units * price / nav,
            cap,
            open: cap * 0.75,
            trend_strength: 0.5,
            floor_per_share: 0.85,
            volatility,
            breaker,
            deposits_allowed: !breaker,
            cranks: u32::from(trades),
            last_keeper: "keeper-1".into(),
            cost,
            keeper_reaction_ms: vec![3.0 + f64::from(index % 5)],
        }
    };
    let steps: Vec<_> = (0..).zip(scenario::candles(scenario::DEFAULT_SEED)).map(step).collect();
    let line = |token: &str, name: &str, side, amount| LedgerLine {
        token: token.into(),
        decimals: 6,
        name: name.into(),
        side,
        amount,
    };
    let ledger = vec![
        line("USDC", "minted to the depositors", Side::Minted, 1_000_000_000_000),
        line(
            "USDC",
            "minted to the venue's counterparty",
            Side::Minted,
            5_000_000_000_000,
        ),
        line("USDC", "Ann", Side::Found, 594_210_337_118),
        line("USDC", "<b>Bo</b> & co", Side::Found, 297_105_168_559),
        line("USDC", "the venue", Side::Found, 5_108_684_494_322),
        line("USDC", "the vault's dust", Side::Found, 1),
        line("shares", "minted for deposits", Side::Minted, 1_000_000_000_000),
        line("shares", "burned at redemption", Side::Found, 1_000_000_000_000),
    ];
    let ledger = Ledger::from(ledger);
    let mut all = checks::books_balance(&ledger);
    all.extend([
        checks::floor_held(&steps),
        checks::delta_in_band(&steps),
        checks::exposure_under_cap(&steps, 0.02),
    ]);
    let marks = scenario::landmarks().into_iter().map(|l| Mark {
        unix_time: steps[l.index].unix_time,
        label: l.name.into(),
    });
    let meta = Meta {
        title: "A vault through three famous falls".into(),
        asset: "BTC".into(),
        mode: Mode::Embedded,
        source: scenario::NAME.into(),
        step_seconds: 3_600,
        checks: all,
        depositors: vec![
            Depositor {
                name: "Ann".into(),
                deposited: 666_666.67,
                received: 594_210.34,
            },
            Depositor {
                name: "<b>Bo</b> & co".into(),
                deposited: 333_333.33,
                received: 297_105.17,
            },
        ],
        ledger,
        marks: marks.collect(),
        wall_seconds: 41.3,
    };
    (summarise(meta, &steps).unwrap(), steps)
}

#[test]
fn a_report_is_whole_self_contained_and_escaped() {
    let temp = TempDir::new().unwrap();
    let dir = kept_or(&temp).join("vault/report");
    let (summary, steps) = run();
    let index = write(&dir, &summary, &steps).unwrap();
    assert_eq!(entries(&dir), FILES);
    let html = fs::read_to_string(index).unwrap();
    assert_eq!(foreign_parts(&html), Vec::<&str>::new());
    assert!(!html.contains("<b>Bo"));
    assert!(html.contains("&lt;b&gt;Bo&lt;") && html.contains("Black Thursday") && html.contains("</html>"));
    let json: Summary = serde_json::from_slice(&fs::read(dir.join("report.json")).unwrap()).unwrap();
    assert_eq!(json, summary);
    assert_eq!(
        fs::read_to_string(dir.join("steps.csv")).unwrap().lines().count(),
        steps.len() + 1
    );
}

#[test]
fn the_dark_theme_knows_every_colour_of_the_plots() {
    let temp = TempDir::new().unwrap();
    let (summary, steps) = run();
    let html = fs::read_to_string(write(&temp.path().join("r"), &summary, &steps).unwrap()).unwrap();
    assert_eq!(colours_without_a_dark_one(&html), Vec::<String>::new());
}

#[test]
fn an_earlier_report_is_replaced_and_nothing_is_left_beside() {
    let temp = TempDir::new().unwrap();
    let dir = temp.path().join("report");
    let (mut summary, steps) = run();
    fs::create_dir(&dir).unwrap();
    write(&dir, &summary, &steps).unwrap();
    summary.meta.title = "second".into();
    write(&dir, &summary, &steps).unwrap();
    assert!(fs::read_to_string(dir.join("index.html"))
        .unwrap()
        .contains("<h1>second</h1>"));
    assert_eq!(entries(temp.path()), ["report"]);
}

#[test]
fn foreign_files_are_left_alone() {
    let temp = TempDir::new().unwrap();
    let (summary, steps) = run();
    for (name, text) in [
        ("notes.txt", "mine"),
        ("index.html", "<p>my own page</p>"),
        ("report.json", "{\"generator\":\"other\"}"),
    ] {
        let dir = temp.path().join(name.replace('.', "-"));
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join(name), text).unwrap();
        let error = write(&dir, &summary, &steps).unwrap_err();
        assert!(matches!(error, ReportError::Foreign { .. }), "{error}");
        assert_eq!(fs::read_to_string(dir.join(name)).unwrap(), text);
        assert_eq!(entries(&dir), [name]);
    }
    let file = temp.path().join("file");
    fs::write(&file, "x").unwrap();
    for dir in [file.as_path(), Path::new("/"), Path::new("..")] {
        assert!(
            matches!(check_dir(dir), Err(ReportError::NotADirectory { .. })),
            "{}",
            dir.display()
        );
    }
    assert!(matches!(
        write(&file.join("under"), &summary, &steps),
        Err(ReportError::Write { .. })
    ));
}
