//! Auctions: a price that moves, parts and all, cancelled or over.

use ballast_options::events::{AuctionClosed, Traded};
use ballast_options::state::SeriesKey;
use ballast_options::{OpenAuctionArgs, OptionsError};
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{events, parties, refused, Member, CALL, FAR, UNIT, USD};
use ballast_testkit::{ClearingHouseFixture, Sent};

const SELL: u8 = 2;
const BUY: u8 = 1;

struct Desk {
    world: ClearingHouseFixture,
    owner: Member,
    taker: Member,
    key: SeriesKey,
}

/// Half an underlying for ten minutes, from 600 down to 300.
fn offer() -> OpenAuctionArgs {
    OpenAuctionArgs {
        number: 1,
        side: SELL,
        quantity: UNIT / 2,
        start_price: 600 * USD,
        end_price: 300 * USD,
        delay_seconds: 0,
        seconds: 600,
    }
}

impl Desk {
    fn new() -> Self {
        let mut world = ClearingHouseFixture::new();
        let (owner, taker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
        let key = world.series(CALL, 55_000, FAR);
        Self {
            world,
            owner,
            taker,
            key,
        }
    }

    fn open(&mut self, args: OpenAuctionArgs) -> Sent {
        let owner = self.owner.user.holder.key;
        let open = ix::open_auction(&self.world.keys, &owner, &self.owner.account, &self.key, args);
        self.world.submit(open, &self.owner.user)
    }

    fn take(&mut self, quantity: i64, limit: u64) -> Sent {
        let parties = parties(&self.taker, &self.owner);
        let markets = self.world.market_keys();
        let trade = ix::TradeAccounts {
            house: &self.world.keys,
            parties: &parties,
            markets: &markets,
        };
        let take = ix::AuctionTake {
            number: 1,
            quantity,
            limit_price: limit * USD,
        };
        let take = ix::take_auction(&trade, &self.key, take);
        self.world.submit(take, &self.taker.user)
    }

    fn cancel(&mut self, by_owner: bool) -> Sent {
        let (who, payer) = if by_owner {
            (&self.owner, self.owner.user.holder.key)
        } else {
            (&self.taker, self.owner.user.holder.key)
        };
        let cancel = ix::cancel_auction(&who.user.holder.key, &self.owner.account, 1, &payer);
        self.world.submit(cancel, &who.user)
    }
}

#[test]
fn a_sellers_price_falls_and_parts_are_taken() {
    let mut desk = Desk::new();
    desk.open(offer()).unwrap();
    assert_eq!(events::<Traded>(&desk.take(100_000, 600))[0].price, 600 * USD);
    desk.world.advance(200);
    refused(desk.take(100_000, 499), OptionsError::AuctionLimit);
    let second = events::<Traded>(&desk.take(100_000, 500)).remove(0);
    assert_eq!((second.price, second.premium), (500 * USD, 50 * USD));
    assert_eq!((second.buyer, second.seller), (desk.taker.account, desk.owner.account));
    refused(desk.take(310_000, 600), OptionsError::AuctionLeft);
    refused(desk.take(15_000, 600), OptionsError::Size);
    desk.world.advance(400);
    assert_eq!(events::<Traded>(&desk.take(300_000, 300))[0].price, 300 * USD);
    // All is taken: anyone gives the rent back.
    assert_eq!(events::<AuctionClosed>(&desk.cancel(false))[0].left, 0);
    assert_eq!(desk.world.held(&desk.taker.account, &desk.key), UNIT / 2);
    desk.world.assert_sound();
}

#[test]
fn a_buyers_price_rises() {
    let mut desk = Desk::new();
    let asked = OpenAuctionArgs {
        side: BUY,
        start_price: 100 * USD,
        end_price: 400 * USD,
        ..offer()
    };
    desk.open(asked).unwrap();
    desk.world.advance(300);
    refused(desk.take(-100_000, 251), OptionsError::AuctionLimit);
    let sold = events::<Traded>(&desk.take(-100_000, 250)).remove(0);
    assert_eq!((sold.price, sold.buyer), (250 * USD, desk.owner.account));
    assert_eq!(sold.quantity, 100_000);
    desk.world.assert_sound();
}

#[test]
fn an_auction_swapped_for_its_opposite_is_not_the_one_that_was_meant() {
    let mut desk = Desk::new();
    desk.open(offer()).unwrap();
    // The taker means to buy at 600 and no more. Before that lands the owner asks to buy at 600
    // under the same number.
    desk.cancel(true).unwrap();
    let asked = OpenAuctionArgs {
        side: BUY,
        start_price: 600 * USD,
        end_price: 600 * USD,
        ..offer()
    };
    desk.open(asked).unwrap();
    refused(desk.take(100_000, 600), OptionsError::AuctionSide);
    refused(desk.take(0, 600), OptionsError::AuctionSide);
    refused(desk.take(i64::MIN, 600), OptionsError::AuctionSide);
    desk.take(-100_000, 600).unwrap();
    desk.world.assert_sound();
}

#[test]
fn each_rule_of_an_offer_is_refused_by_name() {
    use OptionsError::*;
    type Change = fn(&mut OpenAuctionArgs);
    let changes: [(Change, OptionsError); 7] = [
        (|args| args.side = 0, SideForm),
        (|args| args.quantity = 0, Size),
        (|args| args.quantity = 10_001, Size),
        (|args| args.end_price = 601 * USD, AuctionDirection),
        (|args| args.seconds = 0, AuctionDuration),
        (|args| args.seconds = 604_801, AuctionDuration),
        (|args| args.delay_seconds = 9 * 86_400 + 10 * 3_600, AuctionAfterExpiry),
    ];
    let mut desk = Desk::new();
    for (change, rule) in changes {
        let mut args = offer();
        change(&mut args);
        refused(desk.open(args), rule);
    }
}

#[test]
fn before_and_after_its_time_nothing_is_taken_and_only_the_owner_cancels_early() {
    let mut desk = Desk::new();
    let later = OpenAuctionArgs {
        delay_seconds: 100,
        ..offer()
    };
    desk.open(later).unwrap();
    refused(desk.take(100_000, 600), OptionsError::AuctionNotBegun);
    refused(desk.cancel(false), OptionsError::AuctionNotOver);
    desk.world.advance(701);
    refused(desk.take(100_000, 600), OptionsError::AuctionOver);
    assert_eq!(events::<AuctionClosed>(&desk.cancel(false))[0].left, UNIT / 2);
    let auction = addresses::auction(&desk.owner.account, 1);
    assert!(desk.world.raw(&auction).is_none());
    desk.open(offer()).unwrap();
    desk.cancel(true).unwrap();
    assert!(desk.world.raw(&auction).is_none());
}

#[test]
fn nothing_is_locked_but_the_owners_margin_is_checked_at_each_take() {
    let mut desk = Desk::new();
    desk.open(offer()).unwrap();
    desk.world.withdraw(&desk.owner, 99_990 * USD).unwrap();
    refused(desk.take(500_000, 600), OptionsError::InitialMargin);
    desk.world.deposit(&desk.owner, 90_000 * USD).unwrap();
    desk.take(500_000, 600).unwrap();
    desk.world.assert_sound();
}
