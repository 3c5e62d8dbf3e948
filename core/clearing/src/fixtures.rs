//! What this module's tests share.

use super::account::MarginAccount;
use super::params::*;
use super::series::SeriesTerms;
use ballast_core_margin::Decimal;
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::Lots;

/// 2026-03-27 08:00 UTC, the last Friday of its month.
pub const EXPIRY: i64 = 1_774_598_400;

pub const HOUSE: ClearingHouseParams = ClearingHouseParams {
    quote_decimals: 6,
    max_surface_age_seconds: 900,
    cash_window_seconds: 86_400,
    liquidation_fee: BasisPoints(1_000),
};

pub const LISTING: ListingParams = ListingParams {
    strikes: StrikeRange {
        least: BasisPoints(2_000),
        greatest: BasisPoints(50_000),
    },
    expiries: ExpiryRules {
        daily_days: 4,
        weekly_days: 35,
        longest_days: 400,
        min_seconds: 7_200,
    },
    min_size: Lots(10_000),
    charges: ChargeParams {
        spread: BasisPoints(20),
        spread_floor: 100_000,
        concentration: BasisPoints(1_000),
        free_share: BasisPoints(1_000),
        free_size: Lots(1_000_000),
    },
    taker_fee: BasisPoints(3),
};

pub const fn option(kind: Kind, strike: u32, expiry: i64) -> SeriesTerms {
    SeriesTerms {
        market: 0,
        kind,
        strike: Decimal {
            digits: strike,
            places: 0,
        },
        expiry,
    }
}

pub const fn call(strike: u32) -> SeriesTerms {
    option(Kind::Call, strike, EXPIRY)
}

pub const fn put(strike: u32) -> SeriesTerms {
    option(Kind::Put, strike, EXPIRY)
}

/// Returns an account with cash and positions.
pub fn account(cash: u64, positions: &[(SeriesTerms, i64)]) -> MarginAccount {
    let mut account = MarginAccount::EMPTY;
    account.cash = cash;
    for (series, quantity) in positions {
        account.change(series, Lots(*quantity)).unwrap();
    }
    account
}
