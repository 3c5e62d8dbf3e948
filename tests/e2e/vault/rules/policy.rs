//! What a policy has to be.

use ballast_sdk::instructions as ix;
use ballast_testkit::{error_code, fixed, params, VaultFixture};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{VaultPolicy, RULE_BASED};
use solana_signer::Signer;

#[test]
fn r8_no_zero_and_no_excess_gets_into_a_policy() {
    let table: [(fn(&mut VaultPolicy), VaultError); 35] = [
        (|p| p.mode = 2, VaultError::Mode),
        (|p| p.base = fixed("0"), VaultError::Base),
        (|p| p.base = fixed("1.01"), VaultError::Base),
        (|p| p.base = fixed("-1.01"), VaultError::Base),
        (|p| (p.mode, p.base) = (RULE_BASED, fixed("-0.5")), VaultError::Base),
        (|p| p.reference_volatility = 999, VaultError::ReferenceVolatility),
        (|p| p.reference_volatility = 30_001, VaultError::ReferenceVolatility),
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
        (|p| p.deposit_cap = 0, VaultError::DepositCap),
        (|p| p.deposit_cap = 461_168_601_842_738_791, VaultError::DepositCap),
    ];
    let mut world = VaultFixture::new();
    let admin = world.admin.pubkey();
    let keys = ballast_sdk::addresses::VaultKeys::derive(&admin, 2, &world.keys.quote(), &world.keys.risk_market);
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
