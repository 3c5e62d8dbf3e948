use super::*;
use ballast_market_data::price::PriceE8;

/// Hourly candles that swing by a share up and down, with one fall.
fn candles(count: usize, falls_at: usize, fall: f64) -> Vec<Candle> {
    let mut price = 50_000.0f64;
    let mut all = Vec::new();
    for index in 0..count {
        price *= if index % 2 == 0 { 1.003 } else { 1.0 / 1.003 };
        if index == falls_at {
            price *= fall;
        }
        let close = PriceE8::from_raw((price * 1e8) as i64).unwrap();
        all.push(Candle {
            unix_time: 1_700_000_000 + index as i64 * 3_600,
            open: close,
            high: close,
            low: close,
            close,
        });
    }
    all
}

fn of(all: &[Coverage], name: &str, days: f64, rules: Rules) -> Coverage {
    let found = all
        .iter()
        .find(|row| row.short.name == name && row.short.days == days && row.rules == rules);
    found.unwrap().clone()
}

#[test]
fn a_fall_is_above_the_margin_of_the_hours_before_it_and_never_of_those_after() {
    let falls_at = WARM_UP + 100;
    let all = coverage(&candles(WARM_UP + 60 * DAY, falls_at, 0.6)).unwrap();
    assert_eq!(all.len(), 2 * SHORTS.len());
    for row in &all {
        assert_eq!(row.hours, 59 * DAY);
        assert!(
            row.above_initial <= DAY && row.above_maintenance >= row.above_initial,
            "{row:?}"
        );
    }
    let straddle = of(&all, "straddle", 7.0, Rules::All);
    assert_eq!(straddle.above_initial, DAY, "of the hours a day before it");
    let began = 1_700_000_000 + falls_at as i64 * 3_600;
    assert!(
        (0..=86_400).contains(&(began + 3_600 - straddle.worst.1)),
        "{straddle:?}"
    );
}

#[test]
fn a_second_fall_within_a_year_is_covered_by_the_first() {
    let mut history = candles(WARM_UP + 120 * DAY, WARM_UP / 2, 0.65);
    let later = WARM_UP + 90 * DAY;
    for candle in &mut history[later..] {
        candle.close = PriceE8::from_raw((candle.close.to_f64() * 0.68 * 1e8) as i64).unwrap();
    }
    let all = coverage(&history).unwrap();
    let [with, without] = [Rules::All, Rules::GridAlone].map(|rules| of(&all, "straddle", 7.0, rules));
    assert_eq!(with.above_initial, 0, "{with:?}");
    assert!(without.above_initial > 0, "{without:?}");
    assert!(with.median_initial > without.median_initial);
    let text = table(&all);
    assert_eq!(text.lines().count(), 2 + 2 * SHORTS.len());
    assert!(text.contains("| straddle | 7 | all |"), "{text}");
}

#[test]
fn a_strike_has_six_digits() {
    for (value, digits, places) in [
        (50_000.4, 500_004, 1),
        (0.123_456_7, 123_457, 6),
        (1_234_567.0, 1_234_567, 0),
    ] {
        assert_eq!(decimal(value), Decimal { digits, places }, "{value}");
    }
}
