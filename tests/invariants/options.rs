//! A random sequence through the compiled program: after each step every token is accounted for.
//! The long one is in `core/clearing`, on the functions alone; this one is about what lies between
//! them and the accounts.

use ballast_options::state::SeriesKey;
use ballast_sdk::instructions::options::{self as ix, TakeTerms};
use ballast_sdk::Pubkey;
use ballast_testkit::clearing_house::{parties, Member, CALL, FAR, NEAR, PUT, USD};
use ballast_testkit::ClearingHouseFixture;

/// Steele, Lea and Flood's SplitMix64: 2014, "Fast splittable pseudorandom number generators".
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

struct Run {
    world: ClearingHouseFixture,
    participants: Vec<Member>,
    /// Each takes once: they hold cash alone.
    liquidators: Vec<Member>,
    series: Vec<SeriesKey>,
    dice: Dice,
    price: f64,
    /// How often each kind of step succeeded.
    done: [u32; 6],
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut world = ClearingHouseFixture::new();
        let participants = [15_000, 25_000, 40_000, 80_000, 400_000].map(|cash| world.participant(cash * USD));
        let liquidators = (0..12).map(|_| world.participant(300_000 * USD)).collect();
        let mut series = Vec::new();
        for moment in [NEAR, FAR] {
            for strike in [46_000, 50_000, 54_000] {
                series.push(world.series(CALL, strike, moment));
                series.push(world.series(PUT, strike, moment));
            }
        }
        let giver = world.wallet(5_000 * USD);
        let fund = ix::fund_insurance(&world.keys, &giver.holder.key, &giver.holder.quote, 2_000 * USD);
        world.submit(fund, &giver).unwrap();
        Self {
            world,
            participants: participants.into(),
            liquidators,
            series,
            dice: Dice(seed),
            price: 50_000.0,
            done: [0; 6],
        }
    }

    fn step(&mut self) {
        let (first, other) = (self.dice.roll(5) as usize, 1 + self.dice.roll(4) as usize);
        let second = (first + other) % 5;
        let key = self.series[self.dice.roll(self.series.len() as u64) as usize];
        let size = 10_000 * (1 + self.dice.roll(400) as i64);
        let (a, b) = (&self.participants[first], &self.participants[second]);
        match self.dice.roll(10) {
            0..=3 => {
                // About what it is worth, so that trades do not only give money away.
                let strike = f64::from(key.digits);
                let intrinsic = if key.kind == CALL {
                    self.price - strike
                } else {
                    strike - self.price
                };
                let price = (intrinsic.max(0.0) + 200.0 + self.dice.roll(1_000) as f64) as u64;
                let quantity = if self.dice.roll(2) == 0 { size } else { -size };
                let done = self.world.trade(a, b, &key, quantity, price).is_ok();
                self.done[0] += u32::from(done);
            }
            4 => {
                let done = self.world.withdraw(a, (1 + self.dice.roll(20_000)) * USD).is_ok();
                self.done[1] += u32::from(done);
            }
            5 => {
                let done = self.world.deposit(a, (1 + self.dice.roll(2_000)) * USD).is_ok();
                self.done[2] += u32::from(done);
            }
            6..=8 => self.liquidate(),
            _ => {
                let swing = self.dice.roll(8_001) as f64 / 100_000.0 - 0.04;
                self.price = (self.price * (1.0 + swing)).clamp(35_000.0, 70_000.0);
                let jump = if self.dice.roll(12) == 0 { 0.93 } else { 1.0 };
                self.price *= jump;
                self.world.markets[0].price = format!("{:.2}", self.price);
                self.world.markets[0].volatility = 0.4 + 0.1 * self.dice.roll(6) as f64;
                self.world.advance(600 + self.dice.roll(1_800) as i64);
            }
        }
        self.world.assert_sound();
    }

    /// Somebody begins whatever liquidation is due, and another takes a share.
    fn liquidate(&mut self) {
        let markets = self.world.market_keys();
        self.world.hold_half_a_minute();
        for index in 0..self.participants.len() {
            let owner = &self.participants[index];
            let begin = ix::begin_liquidation(&self.world.keys, &owner.account, &markets);
            self.done[3] += u32::from(self.world.crank(begin).is_ok());
            if self.world.account(&owner.account).status != 1 {
                continue;
            }
            let terms = TakeTerms {
                share: [1_000_000_000, 200_000_000][self.dice.roll(2) as usize],
                max_payment: i64::MAX,
            };
            for liquidator in &self.liquidators {
                let owner = &self.participants[index];
                let take = ix::liquidate(&self.world.keys, &parties(liquidator, owner), &markets, &terms);
                if self.world.submit(take, &liquidator.user).is_ok() {
                    self.done[4] += 1;
                    break;
                }
            }
        }
    }

    fn settle(&mut self, moment: i64) {
        self.world.settle_price(moment);
        let market = |key: &Pubkey, world: &ClearingHouseFixture| {
            world
                .account(key)
                .positions()
                .iter()
                .any(|position| position.series.expiry == moment)
        };
        let holders: Vec<_> = self.world.accounts.clone();
        for holder in holders
            .iter()
            .filter(|key| market(key, &self.world))
            .copied()
            .collect::<Vec<_>>()
        {
            self.world.settle(moment, &[holder]).expect("a settlement");
            self.world.assert_sound();
            self.done[5] += 1;
        }
        let claims = |key: &Pubkey, world: &ClearingHouseFixture| {
            world.account(key).claims().iter().any(|claim| claim.expiry == moment)
        };
        for holder in holders
            .iter()
            .filter(|key| claims(key, &self.world))
            .copied()
            .collect::<Vec<_>>()
        {
            self.world.pay(moment, &[holder]).expect("a payment");
            self.world.assert_sound();
        }
        // What losers could not pay: the fund's part, and then the rest of every claim.
        if self.world.expiry(moment).book().missing() > 0 {
            self.world.cover(moment).expect("the fund's part");
            self.world.assert_sound();
            let left = holders.iter().filter(|key| claims(key, &self.world));
            for holder in left.copied().collect::<Vec<_>>() {
                self.world.pay(moment, &[holder]).expect("the rest");
                self.world.assert_sound();
            }
        }
        let expiry = self.world.expiry(moment);
        assert!(expiry.book().is_done(), "{:?}", expiry.book());
        assert_eq!(expiry.collected + expiry.covered, expiry.paid);
    }
}

#[test]
fn two_hundred_random_steps_and_two_settlements_conserve_every_base_unit() {
    let mut run = Run::new(5);
    for _ in 0..120 {
        run.step();
    }
    run.settle(NEAR);
    run.series.retain(|key| key.expiry == FAR);
    for _ in 0..80 {
        run.step();
    }
    run.settle(FAR);
    let ledger = run.world.house().ledger;
    let cash: u64 = run.world.accounts.iter().map(|key| run.world.account(key).cash).sum();
    assert_eq!(ledger, cash);
    // The run has done what it is about.
    let [trades, withdrawals, deposits, begun, taken, settled] = run.done;
    let enough = trades > 20 && withdrawals > 3 && deposits > 5 && begun > 0 && taken > 0 && settled > 4;
    assert!(enough, "{:?}", run.done);
}
