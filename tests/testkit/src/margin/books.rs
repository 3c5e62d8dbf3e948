//! Books to ask about.

use super::{decimal, in_days, MarginFixture};
use ballast_sdk::assess::{BookPosition, PositionKind};

/// Returns `count` legs spread over the markets: options long and short, calls and puts, four
/// expiries, strikes around the spot.
pub fn mixed_book(fixture: &MarginFixture, count: usize, linear: bool) -> Vec<BookPosition> {
    (0..count)
        .map(|index| {
            let market = &fixture.markets[index % fixture.markets.len()];
            let turn = index / fixture.markets.len();
            let spot: f64 = market.price.parse().unwrap();
            let strike = decimal(&format!("{:.4}", spot * (0.8 + 0.05 * (turn % 9) as f64)));
            let expiry = in_days([5, 30, 61, 120][turn % 4]);
            // About fifty thousand quote units each.
            let lots = (50_000e6 / spot) as i64;
            BookPosition {
                market: market.accounts.market,
                kind: match turn % 8 {
                    7 if linear => PositionKind::Linear {
                        entry: Some(decimal(&format!("{:.3}", spot * 0.97))),
                    },
                    kind if kind % 2 == 0 => PositionKind::Call { strike, expiry },
                    _ => PositionKind::Put { strike, expiry },
                },
                lots: if index % 3 == 0 { lots } else { -lots },
            }
        })
        .collect()
}
