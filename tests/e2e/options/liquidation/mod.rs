//! Liquidation: begun below maintenance at two prices, taken by share of everything, and below zero
//! paid for by the insurance fund.

use ballast_options::events::Liquidated;
use ballast_options::state::SeriesKey;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options::{self as ix, TakeTerms};
use ballast_testkit::clearing_house::{
    events, house_settings, listing, parties, refused, Member, CALL, FAR, NEAR, PUT, UNIT, USD,
};
use ballast_testkit::{ClearingHouseFixture, Sent};

mod beginning;
mod shelter;
mod takes;

/// Everything, in billionths.
const WHOLE: u64 = 1_000_000_000;

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
        Self::at(ClearingHouseFixture::new(), cash)
    }

    /// The same at another house.
    fn at(mut world: ClearingHouseFixture, cash: u64) -> Self {
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
        fail(&mut self.world, &self.owner);
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

    fn take(&mut self, share: u64) -> Sent {
        let markets = self.world.market_keys();
        take(&mut self.world, &self.liquidator, &self.owner, &markets, share)
    }

    fn held(&self, member: &Member) -> i64 {
        self.world.held(&member.account, &self.key)
    }
}

/// Takes a share, at whatever it costs.
fn take(
    world: &mut ClearingHouseFixture,
    by: &Member,
    failing: &Member,
    markets: &[ix::MarketKeys],
    share: u64,
) -> Sent {
    let terms = TakeTerms {
        share,
        max_payment: i64::MAX,
    };
    let take = ix::liquidate(&world.keys, &parties(by, failing), markets, &terms);
    world.submit(take, &by.user)
}

fn taken(sent: &Sent) -> Liquidated {
    let [event] = <[Liquidated; 1]>::try_from(events::<Liquidated>(sent)).expect("one take");
    event
}

fn begin(world: &mut ClearingHouseFixture, owner: &Member) -> Sent {
    world.crank(ix::begin_liquidation(&world.keys, &owner.account, &world.market_keys()))
}

fn end(world: &mut ClearingHouseFixture, owner: &Member) -> Sent {
    world.crank(ix::end_liquidation(&world.keys, &owner.account, &world.market_keys()))
}

/// Moves the price until the liquidation begins. Returns where that is.
fn fail(world: &mut ClearingHouseFixture, owner: &Member) -> u32 {
    let markets = world.market_keys();
    world.raise_until_begun(&owner.account, &markets)
}
