//! The report of a replay on the host. Set `BALLAST_REPORT_DIR` to a folder to keep it there and
//! look at it.

mod pages;
mod support;

use std::fs;

use ballast_market_data::markets::Typed;
use ballast_sim::replay::observations::{observations, Known, Path};
use ballast_sim::replay::page::{check_dir, write, Summary, FILES};
use ballast_sim::replay::run::run;
use ballast_sim::replay::{alarms, events, Native};
use ballast_sim::report::ReportError;
use pages::{colours_without_a_dark_one, entries, foreign_parts, kept_or};
use tempfile::TempDir;

#[test]
fn a_replays_page_is_whole_self_contained_and_replaced() {
    let temp = TempDir::new().unwrap();
    let dir = kept_or(&temp).join("replay/report");
    let (name, market, candles) = support::all().swap_remove(0);
    let candles = &candles[..3_000];
    let typed = Typed::checked_in(market).unwrap();
    let observations = observations(candles, Path::Close, &Known::default());
    let steps = run(
        &mut Native::new(typed.params, typed.initial_variance),
        &observations,
        &typed,
        |_, _| Ok(()),
    )
    .unwrap();
    let falls = events::falls(candles);
    let summary = Summary {
        market: market.to_owned(),
        source: format!("<{name}>"),
        observer: "this process".to_owned(),
        observations: steps.len(),
        span: (steps[0].time, steps[steps.len() - 1].time),
        seconds: 1.5,
        met: falls.iter().filter_map(|fall| events::met(fall, &steps)).collect(),
        alarms: alarms::alarms(candles, &steps),
    };
    for _ in 0..2 {
        write(&dir, &summary, &steps).unwrap();
    }
    assert_eq!(entries(&dir), FILES);
    let html = fs::read_to_string(dir.join("index.html")).unwrap();
    assert_eq!(foreign_parts(&html), Vec::<&str>::new());
    assert_eq!(colours_without_a_dark_one(&html), Vec::<String>::new());
    for part in [
        "BTC observed",
        "&lt;synthetic&gt;",
        "Alarms",
        "The years",
        "Price and regime",
        "Breakers",
        "</html>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(
        fs::read_to_string(dir.join("steps.csv")).unwrap().lines().count(),
        steps.len() + 1
    );
}

#[test]
fn what_is_no_replay_is_left_alone() {
    let temp = TempDir::new().unwrap();
    for (name, text) in [
        ("notes.txt", "mine"),
        ("index.html", "<p>my own page</p>"),
        ("replay.json", "{}"),
    ] {
        let dir = temp.path().join(name.replace('.', "-"));
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join(name), text).unwrap();
        assert!(matches!(check_dir(&dir), Err(ReportError::Foreign { .. })), "{name}");
    }
    assert!(check_dir(&temp.path().join("none yet")).is_ok());
}
