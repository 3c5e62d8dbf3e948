//! `ballast replay`, `ballast calibrate` and `ballast coverage` as people call them, on a made-up
//! history.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ballast_cli::commands::replay::svm::Compiled;
use ballast_cli::places::Places;
use ballast_core_types::basis_points::BasisPoints;
use ballast_market_data::history;
use ballast_market_data::markets::{Markets, Typed, DEFAULT};
use ballast_sim::replay::implied::ImpliedSeries;
use ballast_sim::replay::observations::{observations, Known, Path as Prices};
use ballast_sim::replay::{Native, Observer};

/// 120 days of hours from 2020-02-01, quiet but for a fall by a fifth within the morning of
/// 2020-03-12.
fn made_up(dir: &Path) -> PathBuf {
    const START: i64 = 1_580_515_200;
    const FALL: i64 = 1_583_971_200;
    let (mut rows, mut price, mut bits) = ("unix_time,open,high,low,close\n".to_owned(), 9_000.0f64, 7u64);
    for hour in 0..120 * 24 {
        let time = START + hour * 3_600;
        bits = bits
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let mut step = ((bits >> 40) as f64 / f64::from(1 << 24) - 0.5) * 0.012;
        if (0..6).contains(&((time - FALL) / 3_600)) && time >= FALL {
            step -= 0.04;
        }
        let open = price;
        price *= 1.0 + step;
        let (high, low) = (open.max(price) * 1.001, open.min(price) * 0.999);
        rows += &format!("{time},{open:.2},{high:.2},{low:.2},{price:.2}\n");
    }
    let file = dir.join("btc_made_up.csv");
    fs::write(&file, rows).unwrap();
    file
}

fn ballast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The compiled program and the same code on the host leave the same market behind, look for look:
/// signals, regime and breakers, along the path within each hour, with implied volatility that
/// comes, changes and stays away.
#[test]
fn the_compiled_program_and_the_host_agree_at_every_observation() {
    let dir = tempfile::tempdir().unwrap();
    let candles = history::load(&history::Request::of(&made_up(dir.path())))
        .unwrap()
        .candles;
    let at = |hours: i64| candles[0].unix_time + hours * 3_600;
    let known = Known {
        implied: ImpliedSeries::new(vec![
            (at(50), BasisPoints(6_000)),
            (at(70), BasisPoints(14_000)),
            (at(300), BasisPoints(5_500)),
        ]),
        ..Known::default()
    };
    let observations = observations(&candles[..1_100], Prices::Ohlc, &known);
    for market in ["btc", "eth", "sol"] {
        let typed = Typed::checked_in(market).unwrap();
        let mut native = Native::new(typed.params, typed.initial_variance);
        let mut compiled = Compiled::new(&Places::find().unwrap(), &typed).unwrap();
        let mut levels = Vec::new();
        for observation in &observations {
            let expected = native.observe(observation).unwrap();
            assert_eq!(
                compiled.observe(observation).unwrap(),
                expected,
                "{market} {}",
                observation.time
            );
            levels.push((expected.regime.regime as u8, expected.breakers.tripped.bits()));
        }
        levels.sort_unstable();
        levels.dedup();
        assert!(
            levels.len() > 3,
            "{market}: the run should see more than one state: {levels:?}"
        );
        // The same observation once more moves neither, and is no error.
        let last = &observations[observations.len() - 1];
        let again = native.observe(last).unwrap();
        assert_eq!(compiled.observe(last).unwrap(), again);
        assert_eq!(again.signals.publish_time, last.time);
    }
}

#[test]
fn a_replay_reports_every_step_and_meets_the_fall() {
    let dir = tempfile::tempdir().unwrap();
    let file = made_up(dir.path());
    let file = file.to_str().unwrap();
    let (host, svm, plots) = (
        dir.path().join("host"),
        dir.path().join("svm"),
        dir.path().join("plots"),
    );
    let common = ["replay", "--market", "btc", "--history", file];
    let call = |more: &[&str]| ballast(&[&common[..], more].concat());
    let done = call(&[
        "--on",
        "host",
        "--out",
        host.to_str().unwrap(),
        "--plots",
        plots.to_str().unwrap(),
    ]);
    let printed = text(&done.stdout);
    assert!(done.status.success(), "{printed}{}", text(&done.stderr));
    assert!(printed.contains("  ok   March 2020"), "{printed}");
    assert!(printed.contains("2880 observations"), "{printed}");
    let steps = fs::read_to_string(host.join("steps.csv")).unwrap();
    assert_eq!(steps.lines().count(), 2_881);
    let width = steps.lines().next().unwrap().split(',').count();
    assert!(steps.lines().all(|line| line.split(',').count() == width));
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(host.join("replay.json")).unwrap()).unwrap();
    assert_eq!(summary["met"].as_array().unwrap().len(), 1);
    assert!(summary["alarms"]["crisis_days"].as_u64().unwrap() >= 1, "{summary}");
    let page = fs::read_to_string(host.join("index.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("March 2020") && !page.contains("NaN"));
    for name in ["trigger-delta-btc.svg", "trigger-gamma-btc.svg"] {
        assert!(fs::read_to_string(plots.join(name)).unwrap().contains("<svg"), "{name}");
    }
    // By the compiled program: the same steps to the last digit, over an earlier report of the same
    // kind.
    for _ in 0..2 {
        let done = call(&["--out", svm.to_str().unwrap()]);
        assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
    }
    assert_eq!(fs::read_to_string(svm.join("steps.csv")).unwrap(), steps);
}

#[test]
fn a_calibration_is_a_section_that_replays() {
    let dir = tempfile::tempdir().unwrap();
    let file = made_up(dir.path());
    let file = file.to_str().unwrap();
    let done = ballast(&["calibrate", "--market", "BTC", "--history", file, "--toml"]);
    let section = text(&done.stdout);
    assert!(done.status.success(), "{section}{}", text(&done.stderr));
    Markets::parse(&section)
        .unwrap()
        .get("btc")
        .unwrap()
        .typed("btc")
        .unwrap();
    assert!(section.contains("# ") && section.lines().all(|line| line.chars().count() < 200));
    let params = dir.path().join("markets.toml");
    fs::write(&params, &section).unwrap();
    let out = dir.path().join("report");
    let done = ballast(&[
        "replay",
        "--market",
        "btc",
        "--history",
        file,
        "--on",
        "host",
        "--params",
        params.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
    let printed = text(&ballast(&["calibrate", "--market", "btc", "--history", file]).stdout);
    for part in [
        "what would be set, and why",
        "regime.drawdown",
        "Candidates",
        "March 2020",
        "false",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn bad_input_is_one_clear_line_with_rule_and_value() {
    let dir = tempfile::tempdir().unwrap();
    let good = made_up(dir.path());
    let good = good.to_str().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let broken = |from: &str, to: &str| {
        assert!(DEFAULT.contains(from), "{from}");
        file("broken.toml", &DEFAULT.replacen(from, to, 1))
    };
    let short = file("short.csv", "unix_time,open,high,low,close\n0,1,1,1,1\n3600,1,1,1,1\n");
    let daily: String = (0..3_000).map(|day| format!("{},1,1,1,1\n", day * 86_400)).collect();
    let daily = file("daily.csv", &format!("unix_time,open,high,low,close\n{daily}"));
    let index = file("index.csv", "unix_time,dvol_percent\n1,900\n");
    let out = dir.path().join("out");
    let taken = dir.path().join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("letter.txt"), "mine").unwrap();
    let (out, taken) = (out.to_str().unwrap(), taken.to_str().unwrap());
    let replay = |more: &[&str]| -> Vec<String> {
        let fixed = ["replay", "--on", "host", "--out", out, "--history"];
        fixed.iter().chain(more).map(|word| (*word).to_owned()).collect()
    };
    let cases: Vec<(Vec<String>, &str)> = vec![
        (
            replay(&[good, "--market", "doge"]),
            "no parameters for the market `doge`; there are btc, eth, sol",
        ),
        (replay(&[good, "--market", "b.t"]), "one to twelve letters and digits"),
        (replay(&["none.csv", "--market", "btc"]), "none.csv: cannot be read"),
        (replay(&[&short, "--market", "btc"]), "2 candles are too few"),
        (
            replay(&[good, "--market", "btc", "--from", "2019-01-01"]),
            "covers 2020-02-01 00:00",
        ),
        (
            replay(&[good, "--market", "btc", "--path", "low"]),
            "the path is `low`; it must be `close` or `ohlc`",
        ),
        (replay(&[good, "--market", "btc", "--costs"]), "has no column `volume`"),
        (
            replay(&[good, "--market", "btc", "--implied-index", &index]),
            "line 2, column dvol_percent is `900`: a volatility is within 1 … 500 %",
        ),
        (
            replay(&[
                good,
                "--market",
                "btc",
                "--params",
                &broken("dwell_seconds = 21600", "dwell_seconds = 5"),
            ]),
            "dwell_seconds is 5; 600",
        ),
        (
            ["replay", "--market", "btc", "--costs", "--history", good, "--out", out]
                .map(str::to_owned)
                .to_vec(),
            "--costs needs --on host",
        ),
        (
            [
                "replay",
                "--on",
                "host",
                "--market",
                "btc",
                "--history",
                good,
                "--out",
                taken,
            ]
            .map(str::to_owned)
            .to_vec(),
            "holds `letter.txt`",
        ),
        (
            ["calibrate", "--market", "btc", "--history", &short]
                .map(str::to_owned)
                .to_vec(),
            "2 candles are too few to calibrate on: 2160 are needed",
        ),
        (
            ["calibrate", "--market", "btc", "--history", &daily]
                .map(str::to_owned)
                .to_vec(),
            "rows are 86400 s apart: thresholds are calibrated on hourly candles",
        ),
        (
            ["coverage", "--history", &short].map(str::to_owned).to_vec(),
            "2 candles are too few to show anything: choose --from and --to at least 1128 apart",
        ),
        (
            ["coverage", "--history", &daily].map(str::to_owned).to_vec(),
            "rows are 86400 s apart",
        ),
    ];
    for (arguments, expected) in cases {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let done = ballast(&words);
        let printed = text(&done.stderr);
        assert!(!done.status.success(), "{arguments:?}");
        assert!(printed.contains(expected), "{arguments:?}: {printed}");
    }
    assert!(!Path::new(out).exists(), "a refused replay leaves no report");
}

#[test]
fn the_checked_in_markets_are_whole_and_a_broken_one_names_rule_and_value() {
    let markets = Markets::parse(DEFAULT).unwrap();
    assert_eq!(markets.names().collect::<Vec<_>>(), ["btc", "eth", "sol"]);
    for (from, to, expected) in [
        ("jump_floor = 250", "jump_floor = 0", "jump_floor is 0"),
        ("initial_variance = \"0.39\"", "initial_variance = \"a bit\"", "`a bit`"),
        (
            "initial_variance = \"0.39\"",
            "initial_variance = \"0\"",
            "initial_variance is 0",
        ),
        (
            "worst_day = \"0.16\"",
            "worst_day = \"0.05\"",
            "worst_day is 0.05; it must lie within 0.1 and 1.5",
        ),
        ("sampling = 3600", "sampling = 36000", "Signal(Sampling)"),
        (
            "price_jump = { trip = 74000",
            "price_jump = { trip = 0",
            "20000 … 79000",
        ),
        ("delta = { from = 10000", "delta = { from = 0", "Delta(Zero)"),
        (
            "slow_price_rate_per_hour = \"0.05\"",
            "slow_price_rate_per_hour = \"2\"",
            "slow_price_rate_per_hour is 2",
        ),
    ] {
        assert!(DEFAULT.contains(from), "{from}");
        let changed = DEFAULT.replacen(from, to, 1);
        let error = Markets::parse(&changed)
            .unwrap()
            .get("btc")
            .unwrap()
            .typed("btc")
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
    let unknown = DEFAULT.replacen("[btc]", "[btc]\nlarge = 1", 1);
    assert!(Markets::parse(&unknown).unwrap_err().to_string().contains("large"));
}
