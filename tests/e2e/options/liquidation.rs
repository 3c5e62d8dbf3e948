//! Liquidation: begun below maintenance, taken in the smallest sufficient parts, bounded by cap and
//! coverage; then the insurance account.

use ballast_options::events::{InsuranceSold, Liquidated, MarginStatusReport};
use ballast_options::state::SeriesKey;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{events, parties, refused, refused_by_name, Member, CALL, FAR, UNIT, USD};
use ballast_testkit::{ClearingHouseFixture, Sent};

/// Somebody short three calls, and a liquidator with plenty.
struct Failing {
    world: ClearingHouseFixture,
    owner: Member,
    liquidator: Member,
    key: SeriesKey,
}

impl Failing {
    /// Returns a house whose owner has so much cash besides the premium.
    fn new(cash: u64) -> Self {
        let mut world = ClearingHouseFixture::new();
        let (owner, maker) = (world.participant(cash * USD), world.participant(1_000_000 * USD));
        let liquidator = world.participant(1_000_000 * USD);
        let key = world.series(CALL, 52_000, FAR);
        world.trade(&owner, &maker, &key, -3 * UNIT, 1_200).unwrap();
        Self {
            world,
            owner,
            liquidator,
            key,
        }
    }

    /// Moves the price until the liquidation begins.
    fn fail(&mut self) {
        self.world.markets[0].price = fail(&mut self.world, &self.owner);
    }

    /// Begins it once the price has been held for half a minute.
    fn begin(&mut self) -> Sent {
        self.world.hold_half_a_minute();
        begin(&mut self.world, &self.owner)
    }

    /// Ends it once the price has been held for half a minute.
    fn end(&mut self) -> Sent {
        self.world.hold_half_a_minute();
        end(&mut self.world, &self.owner)
    }

    fn take(&mut self, quantity: i64) -> Sent {
        let parties = parties(&self.liquidator, &self.owner);
        let markets = self.world.market_keys();
        let take = ix::liquidate(&self.world.keys, &self.key, &parties, &markets, quantity);
        self.world.submit(take, &self.liquidator.user)
    }

    fn backstop(&mut self) -> Sent {
        let markets = self.world.market_keys();
        let take = ix::backstop(&self.world.keys, &self.owner.account, &markets);
        self.world.crank(take)
    }
}

fn begin(world: &mut ClearingHouseFixture, owner: &Member) -> Sent {
    world.crank(ix::begin_liquidation(&world.keys, &owner.account, &world.market_keys()))
}

fn end(world: &mut ClearingHouseFixture, owner: &Member) -> Sent {
    world.crank(ix::end_liquidation(&world.keys, &owner.account, &world.market_keys()))
}

/// Moves the price until the liquidation begins. Returns where that is.
fn fail(world: &mut ClearingHouseFixture, owner: &Member) -> String {
    let mut price = 50_000;
    loop {
        price += 500;
        world.move_to(&price.to_string());
        world.hold_half_a_minute();
        if begin(world, owner).is_ok() {
            return price.to_string();
        }
        assert!(price < 70_000, "it never fails");
    }
}

/// Equity over the requirement, in parts per million, at most a million.
fn coverage(report: &MarginStatusReport) -> i64 {
    (i128::from(report.equity) * 1_000_000 / i128::from(report.initial.max(1))).min(1_000_000) as i64
}

#[test]
fn r23_nobody_is_liquidated_because_a_price_has_aged() {
    let mut failing = Failing::new(40_000);
    // The highest price at which the account stands, to a unit of the quote token.
    let begins = |failing: &Failing, price: u32, age: i64| {
        let mut world = failing.world.copy();
        world.markets[0].price = price.to_string();
        world.hold_half_a_minute();
        world.pass(age, 1);
        begin(&mut world, &failing.owner).is_ok()
    };
    let (mut stands, mut falls) = (50_000, 50_500);
    while !begins(&failing, falls, 0) {
        (stands, falls) = (falls, falls + 500);
        failing.world.move_to(&stands.to_string());
        assert!(falls < 70_000, "it never fails");
    }
    while falls - stands > 1 {
        let middle = (stands + falls) / 2;
        let half = if begins(&failing, middle, 0) {
            &mut falls
        } else {
            &mut stands
        };
        *half = middle;
    }
    // Ten seconds on the price is some thirty dollars wider for whoever trades, not for this.
    assert!(!begins(&failing, stands, 10));
    // Past that nobody is liquidated at it at all.
    assert!(!begins(&failing, falls, 11));
}

#[test]
fn r22_one_print_neither_begins_a_liquidation_nor_ends_it() {
    let Failing { mut world, owner, .. } = Failing::new(40_000);
    // Beyond what fails after hours, whose moves have widened the scenarios by then.
    let wick = fail(&mut world.copy(), &owner).parse::<u32>().unwrap() + 2_000;
    let wick = wick.to_string();
    let at = |world: &mut ClearingHouseFixture, seconds: i64, price: &str| {
        world.markets[0].price = price.to_owned();
        world.advance(seconds);
    };
    (0..4).for_each(|_| at(&mut world, 30, "50000"));
    // The moment it is there, the average is still the one before it.
    at(&mut world, 20, &wick);
    refused(begin(&mut world, &owner), OptionsError::Healthy);
    // Once it is gone, the account fails at the average alone.
    let mut gone = world.copy();
    at(&mut gone, 45, "50000");
    refused(begin(&mut gone, &owner), OptionsError::Healthy);
    // Held for half a minute, it counts.
    (0..2).for_each(|_| at(&mut world, 15, &wick));
    begin(&mut world, &owner).unwrap();
    // And a moment's recovery ends nothing.
    at(&mut world, 15, "50000");
    refused(end(&mut world, &owner), OptionsError::NotRestored);
    at(&mut world, 45, "50000");
    end(&mut world, &owner).unwrap();
}

#[test]
fn r22_a_print_and_another_half_a_minute_later_make_a_liquidation_that_was_not_yet() {
    let Failing { mut world, owner, .. } = Failing::new(40_000);
    world.markets[0].price = fail(&mut world.copy(), &owner);
    // Nobody observed for an hour.
    world.advance(3_600);
    refused(begin(&mut world, &owner), OptionsError::NoAverage);
    world.advance(29);
    refused(begin(&mut world, &owner), OptionsError::NoAverage);
    world.advance(1);
    begin(&mut world, &owner).unwrap();
}

#[test]
fn r23_a_market_whose_prices_are_too_wide_to_settle_on_shelters_nobody() {
    let mut failing = Failing::new(40_000);
    failing.world.markets[0].confidence = 0.02;
    failing.fail();
    refused(failing.begin(), OptionsError::LiquidationBegun);
}

#[test]
fn a_healthy_account_is_left_alone() {
    let mut failing = Failing::new(60_000);
    refused(failing.begin(), OptionsError::Healthy);
    refused(failing.take(-10_000), OptionsError::LiquidationNotBegun);
    refused(failing.backstop(), OptionsError::LiquidationNotBegun);
}

#[test]
fn parts_are_taken_until_the_target_within_the_cap_and_never_for_the_worse() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    refused(failing.begin(), OptionsError::LiquidationBegun);
    refused(failing.end(), OptionsError::NotRestored);
    refused(failing.take(10_000), OptionsError::NotReducing);
    refused(failing.take(-3 * UNIT - 10_000), OptionsError::NotReducing);
    refused(failing.take(-15_000), OptionsError::Size);
    failing.world.advance(300);
    refused(failing.take(-3 * UNIT), OptionsError::MoreThanNeeded);
    let mut takes = 0;
    loop {
        let taken = failing.take(-100_000);
        if taken.is_err() {
            break refused(taken, OptionsError::MoreThanNeeded);
        }
        let [event] = &events::<Liquidated>(&taken)[..] else {
            panic!()
        };
        // Half the time is gone: half the cap, which is one per cent of the spot.
        assert!(
            event.discount <= event.cap && event.discount >= event.cap / 2,
            "{event:?}"
        );
        assert!(coverage(&event.after) >= coverage(&event.before), "{event:?}");
        assert!(event.payment < 0, "the account pays to be rid of a short position");
        takes += 1;
        assert!(takes < 30);
        failing.world.assert_sound();
    }
    // The last part, in least sizes.
    while failing.take(-10_000).is_ok() {}
    refused(failing.take(-10_000), OptionsError::Restored);
    assert!(takes > 0 && failing.world.held(&failing.owner.account, &failing.key) < 0);
    failing.end().unwrap();
    assert_eq!(failing.world.account(&failing.owner.account).status, 0);
    failing.world.assert_sound();
}

#[test]
fn an_owner_who_brings_money_ends_it() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    let more = 20_000 * USD;
    failing.world.deposit(&failing.owner, more).unwrap();
    refused(failing.take(-10_000), OptionsError::Restored);
    failing.end().unwrap();
    refused(failing.begin(), OptionsError::Healthy);
}

#[test]
fn what_nobody_takes_goes_to_the_insurance_account_and_from_it_to_anyone() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    refused(failing.backstop(), OptionsError::BackstopTooEarly);
    failing.world.advance(1_201);
    failing.backstop().unwrap();
    let owner = failing.owner.account;
    assert_eq!(
        (failing.world.account(&owner).cash, failing.world.account(&owner).status),
        (0, 2)
    );
    refused(failing.world.deposit(&failing.owner, USD), OptionsError::Bankrupt);
    let take = ix::backstop_position(&failing.world.keys, &owner, &failing.key);
    failing.world.crank(take.clone()).unwrap();
    refused(failing.world.crank(take), OptionsError::NotBankrupt);
    let insurance = failing.world.keys.insurance;
    assert_eq!(failing.world.held(&insurance, &failing.key), -3 * UNIT);
    assert_eq!(
        failing.world.account(&owner).status,
        0,
        "an empty account is its owner's again"
    );
    failing.world.assert_sound();

    failing.world.advance(600);
    let markets = failing.world.market_keys();
    let (buyer, account) = (failing.liquidator.user.holder.key, failing.liquidator.account);
    let buy = ix::buy_from_insurance(&failing.world.keys, &failing.key, &buyer, &account, &markets, -UNIT);
    let bought = failing.world.submit(buy, &failing.liquidator.user);
    let [event] = &events::<InsuranceSold>(&bought)[..] else {
        panic!()
    };
    assert_eq!(event.discount, event.cap);
    assert_eq!(failing.world.held(&insurance, &failing.key), -2 * UNIT);
    failing.world.assert_sound();
}

#[test]
fn equity_that_is_gone_is_the_insurance_accounts_at_once() {
    let mut failing = Failing::new(40_000);
    let mut price = 52_000;
    while price < 70_000 {
        price += 2_000;
        failing.world.move_to(&price.to_string());
    }
    failing.begin().unwrap();
    refused(failing.take(-100_000), OptionsError::EquityGone);
    failing.backstop().unwrap();
    failing.world.assert_sound();
}

#[test]
fn nobody_is_liquidated_because_a_source_is_silent() {
    let mut failing = Failing::new(40_000);
    failing.world.pass(1_800, 900);
    failing.world.draw_surfaces();
    refused_by_name(begin(&mut failing.world, &failing.owner), "PriceTooOld");
}

#[test]
fn nothing_is_taken_while_its_settlement_is_averaged() {
    let mut failing = Failing::new(40_000);
    failing.world.advance_to(FAR - 30 * 3_600);
    failing.fail();
    failing.world.advance_to(FAR - 1_801 - 31);
    // It has lapsed by now, and begins anew.
    failing.begin().unwrap();
    failing.take(-10_000).unwrap();
    failing.world.advance(1);
    refused(failing.take(-10_000), OptionsError::Settling);
    failing.world.assert_sound();
}
