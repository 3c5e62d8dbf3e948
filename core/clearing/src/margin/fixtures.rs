//! A market with a surface, for tests.

use super::*;
use crate::fixtures::{EXPIRY, HOUSE, LISTING};
use ballast_core_margin::{PriceMoves, VolatilitySource};
use ballast_core_math::surface::{Slice, Surface};
use ballast_core_types::PriceBounds;
use ballast_core_types::{Ratio, I80F48};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};

/// Thirty days before [`EXPIRY`].
pub const NOW: i64 = EXPIRY - 30 * 86_400;

/// Calls `run` with four markets at the same price, a basis point wide to both sides; volatility 60
/// %, a day's deviation 4 %, open interest a thousand units of the underlying.
pub fn with_market<R>(mid: Price, run: impl FnOnce(&MarginContext) -> R) -> R {
    let surface = Surface::new(&[Slice {
        time: U3F61::lit("0.25"),
        total_variance: U8F56::lit("0.09"),
        skew: I2F62::lit("-0.2"),
        curvature: U16F48::lit("1.5"),
    }])
    .unwrap();
    let point = Ratio::from_basis_points(1).unwrap();
    let below = Ratio::from_fixed(-I80F48::from_bits(point.fixed().to_bits()));
    let bounds = PriceBounds {
        low: mid.scaled_floor(below).unwrap(),
        mid,
        high: mid.scaled_ceil(point).unwrap(),
    };
    let view = ListedMarket {
        inputs: MarketInputs::read(
            bounds,
            Some(VolatilitySource::Surface(&surface)),
            PriceMoves {
                horizon_volatility: I7F57::lit("0.04"),
                worst_day: I7F57::ZERO,
            },
            Ratio::ZERO,
        ),
        slow: mid,
        charges: LISTING.charges,
        open_interest: OpenInterest(1_000_000_000),
        averaged: [None; AVERAGED],
        is_live: true,
        observed: 0,
    };
    run(&MarginContext {
        markets: [Some(view); MAX_LISTINGS],
        house: HOUSE,
        now: NOW,
    })
}

/// Looks at an account as a take does.
pub fn failing_book_of(account: &MarginAccount, context: &MarginContext) -> FailingBook {
    failing_book(account, context, &mut [BLANK; 32]).unwrap()
}

/// Computes the margin status of an account.
pub fn status_of(account: &MarginAccount, context: &MarginContext, marks: Marks) -> Result<MarginStatus, MarginError> {
    margin_status(account, context, marks, &mut [BLANK; 32])
}
