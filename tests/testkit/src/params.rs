//! Sound parameters; a test changes the one it is about.

use crate::fixed;
use anchor_lang::prelude::Pubkey;
use ballast_reference_venue::state::MarketParams;
use ballast_risk::state::{
    ClockSettings, ExitHaircutParams, GradeSettings, MarketBreakerSettings, MarketParams as RiskParams,
    ObservationSettings, PriceSource, RegimeSettings, SignalSettings, SourceKind, StoredBreakerSettings,
    ThresholdSettings, UseSettings, VenueSource, PYTH_PUSH_PROGRAM,
};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::{addresses, prices};
use ballast_vault::state::{MarketPolicy, ShareName, VaultBreakerSettings, VaultPolicy, MANUAL};
use ballast_vault::CreateVaultArgs;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The feed id of the tests' market.
pub const FEED: [u8; 32] = [7; 32];
/// The feed id of a second source.
pub const SECOND_FEED: [u8; 32] = [9; 32];
/// The feed id of the quote token's own source.
pub const QUOTE_FEED: [u8; 32] = [11; 32];

/// Returns a market with the pull feed [`FEED`], one source and no venue.
pub fn risk_market() -> CreateMarketArgs {
    let usage = |max_age_seconds, confidence, deviation| UseSettings {
        max_age_seconds,
        max_divergence: 100,
        requires_second: 0,
        max_confidence: fixed(confidence),
        max_deviation: fixed(deviation),
    };
    CreateMarketArgs {
        name: addresses::market_name("BTC-USD").expect("short"),
        initial_variance: fixed("0.36"),
        worst_day: fixed("0.15"),
        params: RiskParams {
            standard_order: 100_000_000_000,
            sources: [
                prices::pull_source(FEED),
                PriceSource::default(),
                PriceSource::default(),
            ],
            venues: [VenueSource::default(); 2],
            padding: [0; 11],
            uses: [
                usage(10, "0.01", "0.3"),
                usage(10, "0.01", "0.3"),
                usage(10, "0.05", "0.6"),
                usage(60, "0.01", "0.3"),
            ],
            settlement: GradeSettings {
                max_confidence: fixed("0.005"),
                max_divergence: 100,
                requires_second: 0,
            },
            exit_haircut: ExitHaircutParams {
                base: fixed("0.02"),
                per_hour: fixed("0.01"),
                max: fixed("0.2"),
            },
            clock: ClockSettings {
                ahead_seconds: 5,
                least_slot_milliseconds: 200,
            },
            observation: observation(),
        },
    }
}

/// Signals that learn within a day, a regime that dwells six hours, active breakers for one.
pub fn observation() -> ObservationSettings {
    let ladder = |enter: [u32; 3]| {
        enter.map(|enter| ThresholdSettings {
            enter,
            exit: enter / 10 * 9,
        })
    };
    let breaker = |trip, reset| StoredBreakerSettings {
        trip,
        reset,
        cooldown_seconds: 3_600,
    };
    ObservationSettings {
        signals: SignalSettings {
            sampling_seconds: 300,
            fast_variance_seconds: 86_400,
            slow_variance_seconds: 864_000,
            moments_seconds: 1_728_000,
            trend_fast_seconds: 43_200,
            trend_slow_seconds: 345_600,
            trend_signal_seconds: 86_400,
            trading_cost_seconds: 86_400,
            max_surface_age_seconds: 3_600,
            high_fall_per_day: 100,
            jump_floor: 400,
            slow_price_rate_per_hour: fixed("0.1"),
        },
        regime: RegimeSettings {
            volatility_ratio: ladder([13_000, 18_000, 25_000]),
            volatility: ladder([8_000, 12_000, 18_000]),
            implied_ratio: ladder([14_000, 18_000, 25_000]),
            jump: ladder([40_000, 55_000, 70_000]),
            contraction: ladder([20_000, 40_000, 80_000]),
            drawdown: ladder([1_000, 2_000, 3_000]),
            dwell_seconds: 21_600,
            longest_gap_seconds: 3_600,
        },
        breakers: MarketBreakerSettings {
            settings: [
                breaker(60_000, 30_000),
                breaker(30_000, 20_000),
                breaker(200, 150),
                breaker(86_400, 43_200),
                breaker(100, 50),
                breaker(30_000, 20_000),
                breaker(7_200, 5_400),
                breaker(100, 50),
            ],
            longest_gap_seconds: 900,
        },
    }
}

/// Returns a source that reads one legacy push account.
pub fn push_source(account: Pubkey) -> PriceSource {
    PriceSource::new(SourceKind::PythPush, PYTH_PUSH_PROGRAM, account.to_bytes())
}

/// Returns a market as [`risk_market`], with a second source of feed [`SECOND_FEED`] that
/// settlement and these uses require: a use's place in
/// [`PriceUse::ALL`](ballast_core_market::admission::PriceUse::ALL).
pub fn with_second(requiring: &[usize]) -> CreateMarketArgs {
    let mut args = risk_market();
    args.params.sources[1] = prices::pull_source(SECOND_FEED);
    for place in requiring {
        args.params.uses[*place].requires_second = 1;
    }
    args.params.settlement.requires_second = 1;
    args
}

/// Returns a liquid venue.
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

/// Returns who collects the fees of vaults that have any.
pub fn collector() -> Keypair {
    Keypair::new_from_array([99; 32])
}

/// Returns what every vault's shares are called.
pub fn share() -> ShareName {
    ShareName {
        name: "Ballast test share".to_owned(),
        symbol: "bTEST".to_owned(),
        uri: String::new(),
    }
}

/// Returns a vault with this number, policy and guardian, and [`vault_breakers`].
pub fn create_vault(id: u64, policy: VaultPolicy, guardian: Option<Pubkey>) -> CreateVaultArgs {
    CreateVaultArgs {
        id,
        share: share(),
        policy,
        markets: vec![market_policy("0.6")],
        guardian,
        collector: policy.has_fees().then(|| collector().pubkey()),
        breakers: vault_breakers(),
    }
}

/// Breakers wide enough for tests that are about something else; an hour of cooldown.
pub fn vault_breakers() -> VaultBreakerSettings {
    let breaker = |trip, reset| StoredBreakerSettings {
        trip,
        reset,
        cooldown_seconds: 3_600,
    };
    VaultBreakerSettings {
        settings: [
            breaker(4_000, 3_000),
            breaker(500, 200),
            breaker(50_000, 20_000),
            breaker(100, 50),
            breaker(3, 1),
        ],
        longest_gap_seconds: 900,
        window_seconds: 86_400,
    }
}

/// Returns a long vault with sixty per cent exposure over a floor of eighty.
pub fn vault() -> VaultPolicy {
    VaultPolicy {
        band: fixed("0.1"),
        least_trade: fixed("0.006"),
        slice: fixed("5"),
        floor: fixed("0.8"),
        high_fall_per_day: fixed("0.001"),
        multiplier: fixed("4"),
        max_leverage: fixed("1.5"),
        price_band: fixed("0.01"),
        max_cost: fixed("0.005"),
        collateral_ratio: fixed("0.4"),
        outflow: fixed("1"),
        management_fee: fixed("0"),
        performance_fee: fixed("0"),
        keeper_rate: fixed("0.00005"),
        keeper_task: 10_000,
        deposit_cap: 100_000_000_000_000,
        mode: MANUAL,
        aversion: 100,
    }
}

/// Returns what a vault wants of a market: this share of net asset value, by one leg.
pub fn market_policy(base: &str) -> MarketPolicy {
    MarketPolicy {
        base: fixed(base),
        reference_volatility: 6_000,
        legs: 1,
        padding: [0; 3],
    }
}
