//! What a policy has to be.

use ballast_sdk::instructions as ix;
use ballast_testkit::{error_code, fixed, params, VaultFixture};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{MarketPolicy, VaultPolicy, RULE_BASED};
use solana_signer::Signer;

#[test]
fn r8_no_zero_and_no_excess_gets_into_a_policy() {
    let table: [(fn(&mut VaultPolicy), VaultError); 36] = [
        (|p| p.mode = 2, VaultError::Mode),
        (|p| p.band = fixed("0"), VaultError::Band),
        (|p| p.band = fixed("0.6"), VaultError::Band),
        (|p| p.least_trade = fixed("0"), VaultError::LeastTrade),
        (|p| p.least_trade = fixed("0.0301"), VaultError::LeastTrade),
        (|p| p.slice = fixed("0.0099"), VaultError::Slice),
        (|p| p.slice = fixed("5.01"), VaultError::Slice),
        (
            |p| (p.least_trade, p.slice) = (fixed("0.02"), fixed("0.0399")),
            VaultError::Slice,
        ),
        (|p| p.high_fall_per_day = fixed("0"), VaultError::HighFall),
        (|p| p.high_fall_per_day = fixed("0.0101"), VaultError::HighFall),
        (|p| p.floor = fixed("0"), VaultError::Floor),
        (|p| p.floor = fixed("1"), VaultError::Floor),
        (|p| p.multiplier = fixed("0"), VaultError::Multiplier),
        (|p| p.multiplier = fixed("4.01"), VaultError::Multiplier),
        (|p| p.max_leverage = fixed("0"), VaultError::MaxLeverage),
        (|p| p.max_leverage = fixed("6"), VaultError::MaxLeverage),
        (|p| p.price_band = fixed("0"), VaultError::PriceBand),
        (|p| p.price_band = fixed("0.06"), VaultError::PriceBand),
        (|p| p.max_cost = fixed("0"), VaultError::MaxCost),
        (|p| p.max_cost = fixed("0.06"), VaultError::MaxCost),
        (|p| p.collateral_ratio = fixed("0.1"), VaultError::CollateralRatio),
        (|p| p.outflow = fixed("0.0999"), VaultError::Outflow),
        (|p| p.outflow = fixed("1.0001"), VaultError::Outflow),
        (|p| p.management_fee = fixed("0.0201"), VaultError::ManagementFee),
        (|p| p.management_fee = fixed("-0.01"), VaultError::ManagementFee),
        (|p| p.performance_fee = fixed("0.2001"), VaultError::PerformanceFee),
        (|p| p.performance_fee = fixed("-0.01"), VaultError::PerformanceFee),
        (|p| p.keeper_rate = fixed("0.000101"), VaultError::KeeperRate),
        (|p| p.keeper_rate = fixed("-0.00001"), VaultError::KeeperRate),
        // More than half of what a trade may cost.
        (
            |p| (p.keeper_rate, p.max_cost) = (fixed("0.0001"), fixed("0.00015")),
            VaultError::KeeperRate,
        ),
        (|p| p.keeper_task = 1_000_001, VaultError::KeeperTask),
        (|p| p.aversion = 0, VaultError::Aversion),
        (|p| p.aversion = 1_001, VaultError::Aversion),
        // 40 · 0.3²/365 · 0.06 is 5.9 basis points; the venue takes six.
        (|p| p.aversion = 40, VaultError::Aversion),
        (|p| p.deposit_cap = 0, VaultError::DepositCap),
        (|p| p.deposit_cap = 14_411_518_807_585_588, VaultError::DepositCap),
    ];
    let mut world = VaultFixture::new();
    let admin = world.admin.pubkey();
    let keys =
        ballast_sdk::addresses::VaultKeys::derive(&admin, 2, &world.keys.quote(), &[world.keys.first().risk_market]);
    for (change, expected) in table {
        let mut policy = params::vault();
        change(&mut policy);
        let sent = world.send(
            &[ix::create_vault(&admin, &keys, params::create_vault(2, policy, None))],
            &[],
        );
        assert_eq!(error_code(&sent), u32::from(expected));
        assert!(world.raw(&keys.vault).is_none());
    }
}

#[test]
fn r8_no_zero_and_no_excess_of_any_market() {
    let of = params::market_policy;
    let volatility = |reference_volatility| MarketPolicy {
        reference_volatility,
        ..of("0.5")
    };
    let legs = |legs| MarketPolicy { legs, ..of("0.5") };
    let table: [(&[MarketPolicy], u32, VaultError); 16] = [
        (&[of("0")], 0, VaultError::Base),
        (&[of("1.01")], 0, VaultError::Base),
        (&[of("-1.01")], 0, VaultError::Base),
        (&[of("-0.5")], RULE_BASED, VaultError::Base),
        // Together no more than all there is, on whichever side.
        (&[of("0.6"), of("0.41")], 0, VaultError::Base),
        (&[of("0.6"), of("-0.41")], 0, VaultError::Base),
        // So small that half of its band is less than the least trade.
        (&[of("0.6"), of("0.119")], 0, VaultError::LeastTrade),
        (&[volatility(999)], 0, VaultError::ReferenceVolatility),
        (&[volatility(30_001)], 0, VaultError::ReferenceVolatility),
        (&[], 0, VaultError::Portfolio),
        (&[legs(0)], 0, VaultError::Portfolio),
        (&[legs(3)], 0, VaultError::Portfolio),
        (&[of("0.2"); 5], 0, VaultError::Portfolio),
        // Accounts that do not fit what is asked for.
        (&[legs(2)], 0, VaultError::PortfolioAccounts),
        (&[of("0.2"); 3], 0, VaultError::PortfolioAccounts),
        (&[of("0.2")], 0, VaultError::PortfolioAccounts),
    ];
    let market = ("SOL-USD", "100");
    for (markets, mode, expected) in table {
        let first = VaultFixture::new();
        // The accounts are those of one market, or of two where two are asked for.
        let others = if markets.len() == 2
            || expected == VaultError::PortfolioAccounts && markets.len() == 1 && markets[0].legs == 1
        {
            &[market][..]
        } else {
            &[]
        };
        let mut world = first.with_markets(others);
        let admin = world.admin.pubkey();
        let keys = world.keys_of(2);
        let policy = VaultPolicy {
            mode,
            ..params::vault()
        };
        let mut args = params::create_vault(2, policy, None);
        args.markets = markets.to_vec();
        let sent = world.send(&[ix::create_vault(&admin, &keys, args)], &[]);
        assert_eq!(error_code(&sent), u32::from(expected), "{markets:?}");
        assert!(world.raw(&keys.vault).is_none());
    }
}

#[test]
fn r4_a_vault_takes_markets_and_venues_that_belong_together_once_each() {
    let mut world = VaultFixture::new().with_markets(&[("SOL-USD", "100")]);
    let admin = world.admin.pubkey();
    let keys = world.keys_of(2);
    let args = || {
        let mut args = params::create_vault(2, params::vault(), None);
        args.markets = vec![params::market_policy("0.4"), params::market_policy("0.3")];
        args
    };
    let [first, second] = [0, 1].map(|leg| keys.leg(leg));
    // The account at each of these places exchanged for another.
    let sound = ix::create_vault(&admin, &keys, args());
    let at = |key| sound.accounts.iter().position(|meta| meta.pubkey == key).unwrap();
    for (place, other, expected) in [
        (second.risk_market, first.risk_market, VaultError::Portfolio),
        (second.risk_market, first.venue_market, VaultError::OutOfRange),
        (second.venue_market, first.venue_market, VaultError::WrongRiskMarket),
        (second.venue_market, second.risk_market, VaultError::WrongVenueMarket),
        (first.risk_market, keys.quote_mint, VaultError::OutOfRange),
    ] {
        let mut wrong = sound.clone();
        wrong.accounts[at(place)].pubkey = other;
        let code = error_code(&world.send(&[wrong], &[]));
        // What is no market at all is refused by its owner, before any rule of ours.
        let is_foreign = expected == VaultError::OutOfRange && code != u32::MAX;
        assert!(is_foreign || code == u32::from(expected), "{place} {other}: {code}");
        assert!(world.raw(&keys.vault).is_none());
    }
    world.send(&[sound], &[]).unwrap();
}
