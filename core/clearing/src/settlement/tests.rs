use super::*;
use crate::fixtures::EXPIRY;
use ballast_core_market::fixtures::AveragedMarket;
use ballast_core_types::fixtures::price;
use ballast_core_types::I80F48;
use proptest::prelude::*;

const START: i64 = EXPIRY - WINDOW_SECONDS;

fn advance(market: &AveragedMarket, settlement: &mut Settlement, now: i64) -> Result<(), SettlementError> {
    settlement.advance(&market.averages().unwrap(), now)
}

/// One call, at the time of the newest print.
fn settled(market: &AveragedMarket) -> Settlement {
    let mut settlement = Settlement::new(EXPIRY);
    let _ = advance(market, &mut settlement, market.held.unwrap().since);
    settlement
}

fn every(seconds: usize, from: i64, until: i64) -> impl Iterator<Item = i64> {
    (from..until).step_by(seconds)
}

fn window(text: &str, ends_at: i64, seconds: u64) -> Option<Outcome> {
    Some(Outcome {
        price: price(text),
        basis: Basis::Window { ends_at, seconds },
    })
}

fn before(text: &str) -> Option<Outcome> {
    Some(Outcome {
        price: price(text),
        basis: Basis::BeforeExpiry,
    })
}

#[test]
fn the_window_is_the_half_hour_before_the_expiry() {
    let market = AveragedMarket::default()
        .prints(every(60, START - 1_800, START), "100")
        .prints(every(60, START, EXPIRY), "200");
    let mut settlement = Settlement::new(EXPIRY);
    // Before a print of the expiry, or later, nothing is known for good.
    assert_eq!(advance(&market, &mut settlement, EXPIRY - 1), Ok(()));
    assert_eq!(
        settlement.begins.map(|begins| (begins.at, begins.sums.seconds)),
        Some((START, 1_800))
    );
    assert_eq!(
        advance(&market, &mut settlement, EXPIRY + 600),
        Err(SettlementError::TooEarly { until: EXPIRY })
    );
    let market = market.prints([EXPIRY + 5], "900");
    assert_eq!(advance(&market, &mut settlement, EXPIRY + 5), Ok(()));
    assert_eq!(settlement.outcome, window("200", EXPIRY, 1_800));
    assert_eq!(
        advance(&market, &mut settlement, EXPIRY + 9),
        Err(SettlementError::Settled)
    );
    // In one call it is the same.
    assert_eq!(settled(&market), settlement);
}

#[test]
fn before_the_window_there_is_nothing_to_copy() {
    let market = AveragedMarket::default().prints([START - 60, START - 1], "100");
    let mut settlement = Settlement::new(EXPIRY);
    let early = Err(SettlementError::TooEarly { until: START });
    assert_eq!(advance(&market, &mut settlement, START + 60), early);
    assert_eq!(settlement, Settlement::new(EXPIRY));
}

#[test]
fn the_end_moves_on_by_half_hours_until_ten_minutes_count() {
    let nine = || AveragedMarket::default().prints(every(60, EXPIRY - 540, EXPIRY), "100");
    let mut settlement = Settlement::new(EXPIRY);
    let market = nine().wide([EXPIRY]);
    assert_eq!(advance(&market, &mut settlement, EXPIRY), Ok(()));
    assert_eq!((settlement.outcome, settlement.before), (None, Some(price("100"))));
    let little = |seconds| {
        Err(SettlementError::TooLittle {
            seconds,
            final_at: EXPIRY + LONGEST_SECONDS,
        })
    };
    assert_eq!(advance(&market, &mut settlement, EXPIRY), little(540));
    // Enough, but the half hour is not over.
    let market = market
        .prints([EXPIRY + 900, EXPIRY + 960], "300")
        .wide([EXPIRY + 1_100]);
    assert_eq!(advance(&market, &mut settlement, EXPIRY + 1_100), little(660));
    let market = market.wide([EXPIRY + 1_800]);
    assert_eq!(advance(&market, &mut settlement, EXPIRY + 1_800), Ok(()));
    let outcome = settlement.outcome.unwrap();
    assert_eq!(
        outcome.basis,
        Basis::Window {
            ends_at: EXPIRY + 1_800,
            seconds: 660
        }
    );
    assert_eq!(
        (outcome.price.fixed() * 660).round(),
        I80F48::from_num(540 * 100 + 120 * 300)
    );
    // Who calls days later finds the same end.
    let market = market.prints(every(60, EXPIRY + 3_600, EXPIRY + 20 * 3_600), "900");
    assert_eq!(settled(&market).outcome, Some(outcome));
}

#[test]
fn after_a_week_what_counted_before_the_expiry_decides() {
    let market = || AveragedMarket::default().prints(every(60, EXPIRY - 7_200, EXPIRY - 3_600), "100");
    // The source dies for good, and nobody prints anything ever again.
    let mut settlement = Settlement::new(EXPIRY);
    let dead = market();
    assert_eq!(
        advance(&dead, &mut settlement, EXPIRY + LONGEST_SECONDS - 1),
        Err(SettlementError::TooEarly { until: START })
    );
    assert_eq!(advance(&dead, &mut settlement, EXPIRY + LONGEST_SECONDS), Ok(()));
    assert_eq!(settlement.outcome, before("100"));
    // It is back after six days, and wide.
    let wide = market().wide(every(3_600, EXPIRY + 6 * 86_400, EXPIRY + LONGEST_SECONDS));
    assert_eq!(settled(&wide).outcome, None);
    let wide = wide.wide([EXPIRY + LONGEST_SECONDS]);
    assert_eq!(settled(&wide).outcome, before("100"));
    // Ten minutes that count in the last half hour of the week are still the window's.
    let late = EXPIRY + LONGEST_SECONDS;
    let back = market()
        .prints(every(60, late - 600, late), "300")
        .prints([late], "900");
    assert_eq!(settled(&back).outcome, window("300", late, 600));
    let too_late = market()
        .prints(every(60, late - 540, late), "300")
        .prints([late, late + 60], "900");
    assert_eq!(settled(&too_late).outcome, before("100"));
}

#[test]
fn the_window_of_a_market_that_fell_silent_in_it_ends_at_the_expiry() {
    let market = AveragedMarket::default().prints(every(60, START, EXPIRY - 1_140), "100");
    let mut settlement = Settlement::new(EXPIRY);
    advance(&market, &mut settlement, EXPIRY + LONGEST_SECONDS).unwrap();
    assert_eq!(settlement.outcome, window("100", EXPIRY, 660));
}

#[test]
fn without_any_time_that_counted_the_first_that_does_decides() {
    let market = AveragedMarket::default().wide([START - 3_600, EXPIRY, EXPIRY + LONGEST_SECONDS]);
    assert_eq!(settled(&market).outcome, None);
    let market = market.prints([EXPIRY + LONGEST_SECONDS + 60], "700");
    let market = market.wide([EXPIRY + LONGEST_SECONDS + 61, EXPIRY + LONGEST_SECONDS + 1_800]);
    assert_eq!(
        settled(&market).outcome,
        window("700", EXPIRY + LONGEST_SECONDS + 1_800, 1)
    );
}

proptest! {
    /// Whoever calls, whenever and however often: the price is the same as if somebody had called
    /// once the end had come, so long as somebody called within the ring's two days.
    #[test]
    fn the_price_is_nobodys_choice(
        gaps in proptest::collection::vec(prop_oneof![8 => 1i64..120, 1 => 600i64..20_000], 10..400),
        values in proptest::collection::vec(proptest::option::weighted(0.7, 1u32..1_000), 400),
        calls in proptest::collection::vec(any::<bool>(), 400),
    ) {
        let mut market = AveragedMarket::default();
        let mut settlement = Settlement::new(EXPIRY);
        let mut at = START - 900;
        let mut settled_at = None;
        for ((gap, value), call) in gaps.iter().zip(&values).zip(&calls) {
            at += gap;
            let price = Price::from_fixed(I80F48::from_num(value.unwrap_or(1))).unwrap();
            market.print(at, price, value.is_some());
            if *call {
                let before = settlement;
                match advance(&market, &mut settlement, at) {
                    Ok(()) => prop_assert_ne!(before, settlement),
                    Err(_) => prop_assert_eq!(before, settlement),
                }
            }
            let once = settled(&market).outcome;
            prop_assert!(settlement.outcome.is_none() || settlement.outcome == once);
            prop_assert!(settled_at.is_none() || settled_at == once);
            settled_at = once;
        }
    }

    /// Whatever the market does, the expiry settles: at the latest when a week has passed.
    #[test]
    fn an_expiry_settles_in_any_case(
        gaps in proptest::collection::vec(1i64..30_000, 1..120),
        values in proptest::collection::vec(proptest::option::weighted(0.3, 1u32..1_000), 120),
        begins in -200_000i64..0,
    ) {
        let mut market = AveragedMarket::default().prints([EXPIRY + begins - 60], "1").wide([EXPIRY + begins]);
        let mut settlement = Settlement::new(EXPIRY);
        let mut at = EXPIRY + begins;
        for (gap, value) in gaps.iter().zip(&values) {
            at += gap;
            let price = Price::from_fixed(I80F48::from_num(value.unwrap_or(1))).unwrap();
            market.print(at, price, value.is_some());
            let _ = advance(&market, &mut settlement, at);
        }
        let _ = advance(&market, &mut settlement, at.max(EXPIRY + LONGEST_SECONDS));
        prop_assert!(settlement.outcome.is_some(), "{settlement:?}");
    }
}
