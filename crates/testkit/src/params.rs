//! Sound parameters; a test changes the one it is about.

use crate::fixed;
use anchor_lang::prelude::Pubkey;
use ballast_client::{addresses, prices};
use ballast_perp::state::MarketParams;
use ballast_risk::state::{ExitHaircutParams, PriceSource, SignalSettings, SourceKind, UseSettings};
use ballast_risk::CreateMarketArgs;
use ballast_vault::state::VaultPolicy;

/// The feed id of the tests' market.
pub const FEED: [u8; 32] = [7; 32];

/// A market with the pull feed [`FEED`].
pub fn risk_market() -> CreateMarketArgs {
    let usage = |max_age_seconds, confidence, deviation| UseSettings {
        max_age_seconds,
        max_age_slots: max_age_seconds * 5,
        max_confidence: fixed(confidence),
        max_deviation: fixed(deviation),
    };
    CreateMarketArgs {
        name: addresses::market_name("BTC-USD").expect("short"),
        source: prices::pull_source(FEED),
        uses: [
            usage(60, "0.01", "0.3"),
            usage(60, "0.01", "0.3"),
            usage(300, "0.05", "0.6"),
            usage(60, "0.005", "0.2"),
        ],
        signal_settings: SignalSettings {
            min_interval_seconds: 10,
            variance_time_constant_seconds: 86_400,
            slow_price_rate_per_hour: fixed("0.1"),
            jump_threshold: fixed("6"),
            jump_floor: fixed("0.04"),
            jump_quiet_seconds: 3_600,
        },
        exit_haircut: ExitHaircutParams {
            base: fixed("0.02"),
            per_hour: fixed("0.01"),
            max: fixed("0.2"),
        },
        initial_variance: fixed("0.36"),
    }
}

/// A source that reads one legacy push account.
pub fn push_source(owner: Pubkey, account: Pubkey) -> PriceSource {
    PriceSource {
        kind: SourceKind::PythPush,
        owner,
        feed: account.to_bytes(),
    }
}

/// A liquid venue.
pub fn venue() -> MarketParams {
    MarketParams {
        half_spread: fixed("0.0003"),
        depth_one_percent: 10_000_000_000_000,
        taker_fee: fixed("0.0003"),
        initial_margin: fixed("0.1"),
        maintenance_margin: fixed("0.05"),
        liquidation_fee: fixed("0.01"),
        funding_scale_per_day: fixed("0.01"),
        funding_cap_per_day: fixed("0.005"),
        max_open_interest_lots: 1_000_000_000_000,
    }
}

/// A long vault with sixty per cent exposure over a floor of eighty.
pub fn vault() -> VaultPolicy {
    VaultPolicy {
        target: fixed("0.6"),
        band: fixed("0.06"),
        floor: fixed("0.8"),
        multiplier: fixed("4"),
        max_leverage: fixed("1.5"),
        price_band: fixed("0.01"),
        min_improvement: fixed("0.1"),
        max_cost: fixed("0.005"),
        collateral_ratio: fixed("0.4"),
        nav_rise_per_hour: fixed("0.5"),
        deposit_cap: 100_000_000_000_000,
    }
}
