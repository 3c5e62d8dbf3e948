//! The summary and the checks, from steps made by hand.

use ballast_sim::checks;
use ballast_sim::record::{summarise, Ledger, LedgerLine, Meta, Mode, RecordError, Side, Step, OFF_BAND_WITHOUT_BAND};

fn meta(ledger: Vec<LedgerLine>) -> Meta {
    let ledger = Ledger::from(ledger);
    Meta {
        title: "t".into(),
        asset: "BTC".into(),
        mode: Mode::Embedded,
        source: "s".into(),
        step_seconds: 3_600,
        checks: checks::books_balance(&ledger),
        depositors: vec![],
        ledger,
        marks: vec![],
        wall_seconds: 1.0,
    }
}

fn line(token: &str, side: Side, amount: u64) -> LedgerLine {
    LedgerLine {
        token: token.into(),
        decimals: 6,
        name: "x".into(),
        side,
        amount,
    }
}

fn step(index: u32, delta: f64, breaker: bool, reactions: &[f64]) -> Step {
    Step {
        index,
        unix_time: i64::from(index) * 3_600,
        price: 100.0,
        nav_per_share: 1.0 - f64::from(index) * 0.01,
        delta,
        delta_target: 100.0,
        rest_low: 90.0,
        rest_high: 110.0,
        cap: 120.0,
        floor_per_share: 0.9,
        breaker,
        cranks: 2,
        cost: f64::from(index),
        keeper_reaction_ms: reactions.to_vec(),
        ..Step::default()
    }
}

fn balanced() -> Vec<LedgerLine> {
    vec![
        line("USDC", Side::Minted, u64::MAX),
        line("USDC", Side::Minted, 5),
        line("USDC", Side::Found, 4),
        line("USDC", Side::Found, u64::MAX),
        line("USDC", Side::Found, 1),
    ]
}

#[test]
fn the_summary_follows_from_the_steps() {
    let steps = [
        step(0, 100.0, false, &[3.0, 1.0]),
        step(1, 95.0, true, &[]),
        step(2, 108.0, true, &[9.0]),
        step(3, 101.0, false, &[5.0]),
        step(4, 100.0, true, &[]),
    ];
    let s = summarise(meta(balanced()), &steps).unwrap();
    assert!(s.balanced && s.held);
    assert_eq!(
        (s.steps, s.cranks, s.breaker_trips, s.steps_with_breaker),
        (5, 10, 2, 3)
    );
    assert_eq!((s.from, s.to), (0, 5 * 3_600));
    assert!((s.max_abs_delta_over_band - 0.8).abs() < 1e-12);
    assert!((s.floor_per_share_min_distance - 0.06).abs() < 1e-12);
    assert!((s.nav_per_share_end - 0.96).abs() < 1e-12);
    assert_eq!(s.keeper_reaction_ms_median, Some(4.0));
    let json = serde_json::to_value(&s).unwrap();
    for field in [
        "balanced",
        "steps",
        "cranks",
        "breaker_trips",
        "max_abs_delta_over_band",
        "nav_per_share_start",
        "nav_per_share_end",
        "floor_per_share_min_distance",
        "keeper_reaction_ms_median",
        "title",
        "mode",
        "ledger",
        "checks",
    ] {
        assert!(json.get(field).is_some(), "{field}");
    }
    assert_eq!(serde_json::from_value::<ballast_sim::record::Summary>(json).unwrap(), s);
}

#[test]
fn books_off_by_one_base_unit_do_not_balance() {
    for ledger in [
        vec![],
        vec![line("USDC", Side::Minted, 10), line("USDC", Side::Found, 9)],
        vec![line("USDC", Side::Minted, 10), line("SHARE", Side::Found, 10)],
        [balanced(), vec![line("SHARE", Side::Found, 1)]].concat(),
    ] {
        let s = summarise(meta(ledger), &[step(0, 100.0, false, &[])]).unwrap();
        assert!(!s.balanced && !s.held);
        assert!(s.meta.checks.iter().any(|c| !c.held));
        assert_eq!(s.keeper_reaction_ms_median, None);
    }
}

#[test]
fn a_failed_check_is_seen() {
    let mut meta = meta(balanced());
    meta.checks.push(checks::delta_in_band(&[step(0, 111.0, false, &[])]));
    let s = summarise(meta, &[step(0, 111.0, false, &[])]).unwrap();
    assert!(s.balanced && !s.held);
}

#[test]
fn checks_hold_and_fail_where_they_should() {
    let within = step(0, 110.0, false, &[]);
    let beyond = step(1, 121.0, false, &[]);
    let tripped = step(2, 50.0, true, &[]);
    let sunk = step(11, 100.0, false, &[]);
    for (check, held) in [
        (checks::delta_in_band(&[within.clone(), tripped]), true),
        (checks::delta_in_band(&[within.clone(), beyond.clone()]), false),
        (checks::delta_in_band(&[]), false),
        (checks::exposure_under_cap(std::slice::from_ref(&within), 0.0), true),
        (
            checks::exposure_under_cap(&[within.clone(), beyond.clone()], 0.0),
            false,
        ),
        (checks::exposure_under_cap(&[within.clone(), beyond], 0.01), true),
        (checks::floor_held(std::slice::from_ref(&within)), true),
        (checks::floor_held(&[within, sunk]), false),
        (checks::floor_held(&[]), false),
    ] {
        assert_eq!(check.held, held, "{check:?}");
    }
}

#[test]
fn a_missing_band_and_a_missing_number_are_not_hidden() {
    let mut bandless = step(0, 100.0, false, &[]);
    (bandless.rest_low, bandless.rest_high) = (100.0, 100.0);
    let on_target = summarise(meta(balanced()), &[bandless.clone()]).unwrap();
    assert!(on_target.max_abs_delta_over_band.abs() < f64::EPSILON);
    bandless.delta = 99.0;
    let off_target = summarise(meta(balanced()), &[bandless.clone()]).unwrap();
    assert!((off_target.max_abs_delta_over_band - OFF_BAND_WITHOUT_BAND).abs() < f64::EPSILON);
    bandless.leverage = f64::NAN;
    let expected = RecordError::NotFinite {
        place: "step 0".into(),
        field: "leverage",
    };
    assert_eq!(summarise(meta(balanced()), &[bandless]), Err(expected));
    assert_eq!(summarise(meta(balanced()), &[]), Err(RecordError::NoSteps));
}
