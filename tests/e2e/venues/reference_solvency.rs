//! Random traders, prices and faults: the venue never owes more than it holds, no token is made or
//! lost, and at the end everybody's account is what the tokens say.

use ballast_reference_venue::state::Faults;
use ballast_testkit::venue::*;
use ballast_testkit::{fixed, VenueFixture};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn whatever_traders_do_the_venue_stays_solvent() {
    for seed in 1..=8 {
        run(0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed));
    }
}

fn run(seed: u64) {
    let mut dice = Dice(seed);
    let mut world = VenueFixture::new();
    let users: Vec<VenueUser> = (0..4).map(|_| world.trader(2_000_000_000)).collect();
    let all_tokens = total(&world, &users);
    let (mut price, mut accepted) = (100u64, 0);
    for _ in 0..150 {
        let user = &users[dice.roll(4) as usize];
        let other = &users[dice.roll(4) as usize];
        let sent = match dice.roll(10) {
            0..=2 => {
                let lots = dice.roll(60_000_000) as i64 - 30_000_000;
                world.order(user, lots)
            }
            3 => {
                let lots = -world.account(user).lots;
                world.order_at(user, lots, if lots > 0 { "100000" } else { "0.01" }, true)
            }
            4 => world.withdraw(user, dice.roll(1_000_000_000) + 1),
            5 => {
                let amount = world.tokens(&user.tokens);
                world.deposit(user, amount)
            }
            6 => world.liquidate(other, user),
            7 => world.fulfil(user),
            8 => world.collect(user),
            _ => {
                let switch = dice.roll(8);
                world.faults(Faults {
                    delayed: switch == 0,
                    withdrawal_delay_seconds: if switch == 1 { 60 } else { 0 },
                    partial_fill: fixed(if switch == 2 { "0.3" } else { "0" }),
                    ..Default::default()
                });
                world.advance(dice.roll(50_000) as i64, 5);
                price = (price * (80 + dice.roll(41)) / 100).clamp(20, 180);
                world.push_price(&price.to_string(), "0.05");
                continue;
            }
        };
        accepted += u32::from(sent.is_ok());
        check(&world, &users);
        assert_eq!(total(&world, &users), all_tokens, "tokens are conserved");
    }
    assert!(accepted > 30, "the walk did something: {accepted}");
}

fn total(world: &VenueFixture, users: &[VenueUser]) -> u64 {
    let wallets: u64 = users.iter().map(|user| world.tokens(&user.tokens)).sum();
    wallets + world.tokens(&world.venue_vault)
}

fn check(world: &VenueFixture, users: &[VenueUser]) {
    let market = world.state();
    let accounts: Vec<_> = users.iter().map(|user| world.account(user)).collect();
    let owed = market.total_collateral + market.total_queued + market.insurance_fund;
    assert_eq!(owed, world.tokens(&world.venue_vault), "nobody donated, so it is exact");
    let collateral: u64 = accounts.iter().map(|account| account.collateral).sum();
    let queued: u64 = accounts.iter().map(|account| account.queued_withdrawal).sum();
    let long: i64 = accounts.iter().map(|account| account.lots.max(0)).sum();
    let short: i64 = accounts.iter().map(|account| -account.lots.min(0)).sum();
    assert_eq!((market.total_collateral, market.total_queued), (collateral, queued));
    assert_eq!((market.open_long_lots, market.open_short_lots), (long, short));
    let limit = market.params.max_open_interest_lots;
    assert!(long <= limit && short <= limit);
}
