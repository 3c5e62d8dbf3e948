extern crate std;

use super::*;
use crate::fixtures::AveragedMarket;
use ballast_core_types::fixtures::price;
use proptest::prelude::*;
use std::vec::Vec;

mod residual;

fn between(market: &AveragedMarket, from: i64, to: i64) -> Option<Average> {
    let averages = market.averages().unwrap();
    averages.at(to).sums.average_since(averages.at(from).sums)
}

fn average(text: &str, seconds: u64) -> Option<Average> {
    Some(Average {
        price: price(text),
        seconds,
    })
}

#[test]
fn a_print_counts_until_the_next_and_for_a_minute_at_most() {
    let market = AveragedMarket::default()
        .prints([0], "100")
        .prints([20], "200")
        // Nothing for ten minutes: the price counts for one of them.
        .prints([620], "400")
        .prints([650], "100")
        .wide([1_800]);
    // 20 s at 100, 60 s at 200, 30 s at 400, 60 s at 100: 32,000 over 170.
    let Average { price, seconds } = between(&market, 0, 1_800).unwrap();
    assert_eq!((price.fixed() * 170).round().to_num::<i64>(), 32_000);
    assert_eq!(seconds, 170);
    // What is not of settlement grade counts for nothing, and neither does what comes after it.
    let market = market.prints([1_830, 1_840], "300").wide([1_850, 3_700]);
    assert_eq!(between(&market, 1_800, 3_600), average("300", 20));
}

#[test]
fn a_checkpoint_lies_at_its_half_hour_whenever_it_is_made() {
    for after in [0, 1, 59, 60, 61, 1_799, 1_800, 5_000, 200_000] {
        let market = AveragedMarket::default()
            .prints([0, 1_790], "100")
            .prints([1_800 + after], "900");
        // The price that was held at the half hour, and nothing of the one that was brought.
        assert_eq!(between(&market, 0, 1_800), average("100", 70), "{after}");
        if after >= 1_800 {
            assert_eq!(between(&market, 1_800, 3_600), average("100", 50), "{after}");
        }
    }
}

#[test]
fn half_hours_in_which_nothing_counts_push_none_out() {
    let market = AveragedMarket::default()
        .prints((0..1_800).step_by(60), "100")
        // A week of prints that do not count.
        .wide((1_800..=7 * 86_400).step_by(60));
    assert_eq!(between(&market, 0, 1_800), average("100", 1_800));
    assert_eq!(between(&market, 1_800, 7 * 86_400), None);
    // Nearly two days of ones that do leave it, and no longer.
    let now = 7 * 86_400;
    let market = market.prints((now..=now + 47 * 3_600).step_by(60), "200");
    assert_eq!(market.averages().unwrap().at(1_800).at, 1_800);
    let market = market.prints([now + 47 * 3_600 + 1_800, now + 48 * 3_600], "200");
    assert_eq!(market.averages().unwrap().at(0).at, now + 1_800);
}

#[test]
fn a_window_ends_at_the_first_half_hour_with_enough_in_it() {
    // Three minutes in each half hour.
    let times = (600..14_400).step_by(1_800).flat_map(|at| [at, at + 60, at + 120]);
    let market = AveragedMarket::default().prints([0], "100").prints(times, "100");
    let begins = market.averages().unwrap().at(0).sums;
    let ends = |seconds, until| {
        let averages = market.averages().unwrap();
        averages.first_with(seconds, begins, 1_800, until).map(|end| end.at)
    };
    assert_eq!(ends(240, 9_000), Some(1_800));
    assert_eq!(ends(241, 9_000), Some(3_600));
    assert_eq!(ends(600, 9_000), Some(5_400));
    assert_eq!(ends(960, 9_000), Some(9_000));
    assert_eq!(ends(961, 9_000), None);
}

#[test]
fn the_last_of_it_before_a_moment_is_found_however_long_ago() {
    let market = AveragedMarket::default()
        .prints((0..1_800).step_by(60), "100")
        .prints((1_800..=2_100).step_by(60), "200")
        .wide([2_101])
        .wide((1..=96).map(|hour| 3_600 * hour));
    let averages = market.averages().unwrap();
    let expiry = 96 * 3_600;
    assert_eq!(averages.last_before(expiry, 301), average("200", 301));
    let both = averages.last_before(expiry, 302).unwrap();
    assert_eq!(both.seconds, 2_101);
    assert_eq!(averages.last_before(expiry, 600), Some(both));
    // All there is, if it is less.
    assert_eq!(averages.last_before(expiry, 9_999), Some(both));
    assert_eq!(averages.last_before(0, 600), None);
}

#[test]
fn a_print_and_another_half_a_minute_later_make_an_average_of_late() {
    let mut market = AveragedMarket::default();
    let mut at = |time, text| {
        market.print(time, price(text), true);
        market.of_late()
    };
    assert_eq!(at(0, "100"), None);
    assert_eq!(at(29, "200"), None);
    // The first has been held for 29 seconds and the second for one.
    assert_eq!(at(30, "300").map(|average| average.seconds), Some(30));
    assert_eq!(at(45, "300").map(|average| average.seconds), Some(45));
    // Of what was held a while ago nothing is of late.
    assert_eq!(at(200, "400"), None);
    assert_eq!(at(229, "400"), None);
    assert_eq!(at(230, "500"), average("400", 30));
    // However wide they are, prints count.
    let market = market.wide([260, 300]);
    assert_eq!(market.of_late(), average("1", 40));
}

#[test]
fn observed_all_the_time_an_average_of_late_is_of_half_a_minute_to_three_quarters() {
    let mut market = AveragedMarket::default();
    for second in 0..600 {
        market.print(second, price("100"), true);
        let seconds = market.of_late().map(|average| average.seconds);
        if second >= 30 {
            assert!((30..=45).contains(&seconds.unwrap()), "{second}");
        }
    }
}

fn sequence() -> impl Strategy<Value = Vec<(i64, Option<u32>)>> {
    let gap = prop_oneof![6 => 1i64..30, 3 => 30i64..200, 1 => 1_000i64..9_000];
    proptest::collection::vec((gap, proptest::option::weighted(0.8, 1u32..1_000_000)), 1..300)
}

proptest! {
    /// Second by second, the sums are those of the price held in it. Every half hour that the ring
    /// reaches has them exactly, whatever came when.
    #[test]
    fn sums_are_those_of_each_second(prints in sequence(), start in -4_000i64..4_000) {
        let mut market = AveragedMarket::default();
        let (mut at, mut seconds) = (start, Vec::<u64>::new());
        let mut before: Option<(i64, Option<u32>)> = None;
        for (gap, value) in prints {
            if let Some((since, held)) = before {
                at += gap;
                for second in since..at {
                    seconds.push(if second < since + 60 { held.map_or(0, u64::from) } else { 0 });
                }
            }
            let price = Price::from_fixed(I80F48::from_num(value.unwrap_or(1))).unwrap();
            market.print(at, price, value.is_some());
            before = Some((at, value));
        }
        let averages = market.averages().unwrap();
        let last = half_hour_at_or_before(at);
        let ends = (0..96).map(|index| last - 1_800 * index);
        for (earlier, later) in ends.map(|end| (end - 1_800, end)).take_while(|(earlier, _)| *earlier >= start) {
            let of = &seconds[(earlier - start) as usize..(later - start) as usize];
            let count = of.iter().filter(|value| **value > 0).count() as u64;
            let found = averages.at(later).sums.average_since(averages.at(earlier).sums);
            prop_assert_eq!(found.map_or(0, |average| average.seconds), count);
            if let Some(average) = found {
                let sum = I80F48::from_num(of.iter().sum::<u64>());
                prop_assert_eq!(average.price.fixed(), sum / i128::from(count));
            }
        }
    }

    /// One more observation in between, of the price that is held, changes no sum; one of another
    /// price moves it by its distance times what it is held for.
    #[test]
    fn who_observes_once_more_moves_the_sums_by_what_is_held(times in proptest::collection::btree_set(0i64..1_700, 2..40), extra in 0i64..1_700, value in 1u32..1_000) {
        let times: Vec<i64> = times.into_iter().collect();
        let plain = AveragedMarket::default().prints(times.iter().copied(), "500");
        let mut more = AveragedMarket::default();
        let his = Price::from_fixed(I80F48::from_num(value)).unwrap();
        let mut all: Vec<(i64, Price)> = times.iter().map(|time| (*time, price("500"))).collect();
        if !times.contains(&extra) {
            all.push((extra, his));
        }
        all.sort_by_key(|(time, _)| *time);
        for (time, value) in &all {
            more.print(*time, *value, true);
        }
        let (plain, more) = (plain.wide([1_800]), more.wide([1_800]));
        let sum = |market: &AveragedMarket| market.averages().unwrap().at(1_800).sums.price_seconds;
        let next = times.iter().copied().find(|time| *time > extra).unwrap_or(1_800);
        let held = (next - extra).min(60);
        let most = I80F48::from_num(held) * I80F48::from_num((i64::from(value) - 500).abs().max(i64::from(value)));
        prop_assert!((sum(&more) - sum(&plain)).abs() <= most);
    }
}
