//! Orders, margin, funding, liquidation and withdrawals of the reference venue.

use anchor_lang::AnchorDeserialize;
use ballast_reference_venue::state::MarketParams;
use ballast_reference_venue::{FillReceipt, PerpError};
use ballast_testkit::venue::*;
use ballast_testkit::{fixed, VenueFixture};

const MILLION: u64 = 1_000_000_000_000;

#[test]
fn a_fill_is_reported_as_return_data_and_costs_little() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    let sent = world.order(&user, 1_000_000).unwrap();
    let receipt = FillReceipt::deserialize(&mut sent.return_data.data.as_slice()).unwrap();
    assert_eq!((receipt.lots, receipt.pending), (1_000_000, false));
    assert!(receipt.fee > 0 && receipt.price.get() > fixed("100").get());
    world.advance(10, 1);
    let sent_again = world.order(&user, -400_000).unwrap();
    println!(
        "place_order: {} CU to open, {} CU to reduce",
        sent.compute_units_consumed, sent_again.compute_units_consumed
    );
    assert!(sent.compute_units_consumed < 45_000, "{}", sent.compute_units_consumed);
    assert!(
        sent_again.compute_units_consumed < 45_000,
        "{}",
        sent_again.compute_units_consumed
    );
}

#[test]
fn each_rule_of_an_order_has_its_own_error() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000);
    refused(world.order(&user, 0), PerpError::ZeroLots);
    refused(world.order_at(&user, 1, "0", false), PerpError::InvalidLimitPrice);
    refused(world.order_at(&user, 1, "-1", false), PerpError::InvalidLimitPrice);
    refused(world.order_at(&user, 1, "100", false), PerpError::BeyondLimitPrice);
    refused(world.order_at(&user, -1, "100", false), PerpError::BeyondLimitPrice);
    refused(
        world.order_at(&user, 1, "200", true),
        PerpError::ReduceOnlyWouldIncrease,
    );
    refused(world.order(&user, 1_000_000_001), PerpError::OpenInterestLimit);
    refused(world.order(&user, -1_000_000_001), PerpError::OpenInterestLimit);
    refused(world.order(&user, i64::MIN), PerpError::OrderBeyondDepth);
    refused(world.order(&user, 101_000_000), PerpError::InsufficientInitialMargin);
    world.order(&user, 10_000_000).unwrap();
    refused(
        world.order_at(&user, -10_000_001, "1", true),
        PerpError::ReduceOnlyWouldIncrease,
    );
    refused(
        world.order_at(&user, 1, "200", true),
        PerpError::ReduceOnlyWouldIncrease,
    );
    world.order_at(&user, -10_000_000, "1", true).unwrap();
    assert_eq!(world.account(&user).lots, 0);
    assert_eq!(world.state().open_long_lots, 0);
}

#[test]
fn a_bad_market_is_refused_parameter_by_parameter() {
    let mut world = VenueFixture::without_market();
    let good = params();
    let table = [
        (
            MarketParams {
                half_spread: fixed("-0.1"),
                ..good
            },
            PerpError::InvalidHalfSpread,
        ),
        (
            MarketParams {
                half_spread: fixed("0.2"),
                ..good
            },
            PerpError::InvalidHalfSpread,
        ),
        (
            MarketParams {
                depth_one_percent: 0,
                ..good
            },
            PerpError::InvalidDepth,
        ),
        (
            MarketParams {
                depth_one_percent: u64::MAX,
                ..good
            },
            PerpError::InvalidDepth,
        ),
        (
            MarketParams {
                taker_fee: fixed("0.06"),
                ..good
            },
            PerpError::InvalidTakerFee,
        ),
        (
            MarketParams {
                maintenance_margin: fixed("0"),
                ..good
            },
            PerpError::InvalidMargins,
        ),
        (
            MarketParams {
                maintenance_margin: fixed("0.1"),
                ..good
            },
            PerpError::InvalidMargins,
        ),
        (
            MarketParams {
                initial_margin: fixed("1.1"),
                ..good
            },
            PerpError::InvalidMargins,
        ),
        (
            MarketParams {
                liquidation_fee: fixed("0.05"),
                ..good
            },
            PerpError::InvalidLiquidationFee,
        ),
        (
            MarketParams {
                funding_cap_per_day: fixed("-1"),
                ..good
            },
            PerpError::InvalidFunding,
        ),
        (
            MarketParams {
                funding_scale_per_day: fixed("2"),
                ..good
            },
            PerpError::InvalidFunding,
        ),
        (
            MarketParams {
                max_open_interest_lots: 0,
                ..good
            },
            PerpError::InvalidOpenInterestLimit,
        ),
    ];
    for (params, rule) in table {
        refused(world.create_market(params), rule);
    }
    let sent = world.create_market(good).unwrap();
    assert!(sent
        .logs
        .iter()
        .any(|line| line.contains("LOCAL NETWORKS AND TESTS ONLY")));
    assert!(world.state().network_notice.starts_with(b"LOCAL NETWORKS ONLY"));
    assert!(world.create_market(good).is_err(), "a market is created once");
}

#[test]
fn r1_unrealised_profit_cannot_be_withdrawn() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000);
    world.order(&user, 50_000_000).unwrap();
    world.push_price("180", "0");
    let collateral = world.account(&user).collateral;
    refused(world.withdraw(&user, collateral), PerpError::WithdrawalBelowMargin);
    refused(world.withdraw(&user, 101_000_000), PerpError::WithdrawalBelowMargin);
    world.withdraw(&user, 90_000_000).unwrap();
    refused(world.withdraw(&user, 0), PerpError::ZeroAmount);
    refused(world.deposit(&user, 0), PerpError::ZeroAmount);
}

#[test]
fn the_crowded_side_pays_funding() {
    let mut world = VenueFixture::new();
    let user = world.trader(MILLION);
    world.order(&user, 100_000_000).unwrap();
    let before = (world.account(&user).collateral, world.state().insurance_fund);
    world.advance(86_400, 100);
    world.withdraw(&user, 1).unwrap();
    // a tenth of the permitted interest at 10 % a day: 1 % of a notional of 10,000
    let paid = before.0 - 1 - world.account(&user).collateral;
    assert!((99_999_990..=100_000_010).contains(&paid), "{paid}");
    assert_eq!(world.state().insurance_fund, before.1 + paid);
}

#[test]
fn a_position_under_water_is_closed_for_a_fee() {
    let mut world = VenueFixture::new();
    let (user, keeper) = (world.trader(1_100_000_000), world.wallet(0));
    refused(world.liquidate(&keeper, &user), PerpError::NoPosition);
    world.order(&user, 100_000_000).unwrap();
    refused(world.liquidate(&keeper, &user), PerpError::NotLiquidatable);
    world.push_price("93", "0");
    let sent = world.liquidate(&keeper, &user).unwrap();
    println!("liquidate: {} CU", sent.compute_units_consumed);
    assert_eq!(world.account(&user).lots, 0);
    assert_eq!(world.state().open_long_lots, 0);
    let fee = world.tokens(&keeper.tokens);
    assert!((92_900_000..=93_000_001).contains(&fee), "{fee}");
    let left = world.account(&user).collateral;
    world.withdraw(&user, left).unwrap();
}

#[test]
fn a_loss_beyond_collateral_leaves_zero_and_no_more() {
    let mut world = VenueFixture::new();
    let (user, keeper) = (world.trader(1_100_000_000), world.wallet(0));
    world.order(&user, -100_000_000).unwrap();
    world.push_price("150", "0");
    world.liquidate(&keeper, &user).unwrap();
    assert_eq!((world.account(&user).collateral, world.tokens(&keeper.tokens)), (0, 0));
    let state = world.state();
    assert_eq!(state.insurance_fund, world.tokens(&world.venue_vault));
}
