//! R23: no holding, however small, and no surface, price or size makes an account that cannot be
//! judged.

use super::super::fixtures::NOW;
use super::super::*;
use crate::fixtures::{account, HOUSE, LISTING};
use crate::series::SeriesTerms;
use ballast_core_margin::{PriceMoves, VolatilitySource};
use ballast_core_math::black_scholes::Kind;
use ballast_core_math::surface::{Slice, Surface};
use ballast_core_types::{PriceBounds, Ratio, I80F48};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};
use proptest::prelude::*;

extern crate std;

/// A surface of one slice, legal by construction: θφ²(1+|ρ|) ≤ 4 and θφ(1+|ρ|) < 4.
fn surface(days: f64, volatility: f64, skew: f64, share: f64) -> Surface {
    let time = days / 365.0;
    let theta = volatility * volatility * time;
    let steep = 1.0 + skew.abs();
    let most = (4.0 / (theta * steep)).sqrt().min(3.9 / (theta * steep)).min(60_000.0);
    Surface::new(&[Slice {
        time: U3F61::from_num(time),
        total_variance: U8F56::from_num(theta),
        skew: I2F62::from_num(skew),
        curvature: U16F48::from_num(most * share),
    }])
    .unwrap()
}

fn decimal_price(value: f64) -> Price {
    Price::from_fixed(I80F48::from_num(value).max(I80F48::DELTA)).unwrap()
}

#[derive(Clone, Copy, Debug)]
struct Holding {
    call: bool,
    strike: u32,
    places: u8,
    ahead: i64,
    quantity: i64,
}

fn holding() -> impl Strategy<Value = Holding> {
    let quantity = prop_oneof![Just(1i64), Just(-1), -(1i64 << 40)..1 << 40, any::<i64>()];
    (
        any::<bool>(),
        1u32..=u32::MAX,
        0u8..=9,
        -400_000i64..40_000_000,
        quantity,
    )
        .prop_map(|(call, strike, places, ahead, quantity)| Holding {
            call,
            strike,
            places,
            ahead,
            quantity: quantity.max(-i64::MAX),
        })
}

fn series(holding: &Holding) -> SeriesTerms {
    SeriesTerms {
        market: 0,
        kind: if holding.call { Kind::Call } else { Kind::Put },
        strike: assessment::Decimal {
            digits: holding.strike,
            places: holding.places,
        },
        expiry: NOW + holding.ahead,
    }
}

fn judged(owner: &MarginAccount, surface: &Surface, spot: f64, width: f64) -> MarginStatus {
    let (mid, realised) = (decimal_price(spot), Ratio::from_basis_points(4_900).unwrap());
    let bounds = PriceBounds {
        low: decimal_price(spot * (1.0 - width)).min(mid),
        mid,
        high: decimal_price(spot * (1.0 + width)).max(mid),
    };
    let view = ListedMarket {
        inputs: MarketInputs::read(
            bounds,
            Some(VolatilitySource::Surface(surface)),
            PriceMoves {
                horizon_volatility: I7F57::lit("0.2"),
                worst_day: I7F57::lit("1.5"),
            },
            realised,
        ),
        slow: mid,
        charges: LISTING.charges,
        open_interest: OpenInterest(1_000_000),
        averaged: [None; AVERAGED],
        is_live: true,
        observed: 0,
    };
    let context = MarginContext {
        markets: [Some(view); MAX_LISTINGS],
        house: HOUSE,
        now: NOW,
    };
    super::fixtures::status_of(owner, &context, Marks::Adverse).unwrap()
}

/// The worthless far put of the first build's report: 0.01 of it made its holder, short a call of
/// one, unliquidatable. ETH on 2026-02-06, whose front slice says 533 % there.
#[test]
fn r23_a_far_wing_shelters_nothing() {
    let front = Surface::new(&[Slice {
        time: U3F61::from_num(22.0 / 24.0 / 365.0),
        total_variance: U8F56::from_num(1.302 * 1.302 * 22.0 / 24.0 / 365.0),
        skew: I2F62::lit("-0.42"),
        curvature: U16F48::lit("14"),
    }])
    .unwrap();
    let at = |strike: u32, call: bool| SeriesTerms {
        market: 0,
        kind: if call { Kind::Call } else { Kind::Put },
        strike: assessment::Decimal {
            digits: strike,
            places: 0,
        },
        expiry: NOW + 79_200,
    };
    let unit = 1_000_000;
    for spot in [70_000.0, 200_000.0, 9_000_000.0] {
        let twin = account(15_200_000_000, &[(at(52_000, true), -unit)]);
        let thief = account(
            15_200_000_000,
            &[(at(52_000, true), -unit), (at(10_000, false), unit / 100)],
        );
        let (twin, thief) = (judged(&twin, &front, spot, 0.001), judged(&thief, &front, spot, 0.001));
        assert_eq!(twin.is_liquidatable(), thief.is_liquidatable(), "{spot}: {thief:?}");
        assert!(
            thief.is_liquidatable() && thief.equity <= twin.equity,
            "{spot}: {thief:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn r23_every_account_can_be_judged(
        holdings in proptest::collection::vec(holding(), 1..12), cash in 0u64..1 << 50,
        days in 0.001f64..1_000.0, volatility in 0.011f64..4.9, skew in -0.99f64..0.99, share in 0.0f64..1.0,
        spot in -20f64..60.0, width in 0f64..0.6,
    ) {
        let surface = surface(days, volatility, skew, share);
        let mut owner = account(cash, &[]);
        for holding in &holdings {
            // What does not fit into the account is none of its positions.
            let _ = owner.change(&series(holding), Lots(holding.quantity));
        }
        judged(&owner, &surface, spot.exp2(), width);
    }

    /// Who is short something large without cash is found out, wherever the strike, the price and
    /// the surface are.
    #[test]
    fn r23_who_is_short_without_cash_is_found_out(
        shorts in proptest::collection::vec((holding(), -(1i64 << 50)..-(1 << 30), 600i64..40_000_000), 1..12),
        cash in 0u64..1_000, days in 0.001f64..1_000.0, volatility in 0.011f64..4.9, skew in -0.99f64..0.99,
        share in 0.0f64..1.0, spot in 10f64..30.0, width in 0f64..0.6,
    ) {
        let surface = surface(days, volatility, skew, share);
        let mut owner = account(cash, &[]);
        for (short, quantity, ahead) in &shorts {
            let call = Holding { call: true, ahead: *ahead, quantity: *quantity, ..*short };
            let _ = owner.change(&series(&call), Lots(call.quantity));
        }
        prop_assume!(!owner.positions().is_empty());
        let status = judged(&owner, &surface, spot.exp2(), width);
        prop_assert!(status.is_liquidatable(), "{status:?}");
    }

    /// More of what is short never needs less, also across the edges of the model.
    #[test]
    fn r23_the_edges_of_the_model_are_no_way_out(
        strike in 1u32..1_000_000, call in any::<bool>(), ahead in 600i64..40_000_000,
        volatility in 0.05f64..4.9, spot in 0f64..30.0,
    ) {
        let surface = surface(30.0, volatility, -0.3, 0.9);
        let short = Holding { call, strike, places: 0, ahead, quantity: -1_000_000 };
        let spot = spot.exp2();
        let status = judged(&account(0, &[(series(&short), short.quantity)]), &surface, spot, 0.0);
        let owed = if call { (spot - f64::from(strike)).max(0.0) } else { (f64::from(strike) - spot).max(0.0) };
        let most = if call { spot } else { f64::from(strike) };
        let marked = -(status.equity.0 as f64) / 1e6;
        prop_assert!(marked >= owed * 0.999_999 - 1e-5 && marked <= most * 1.000_001 + 1e-5, "{marked} {owed} {most}");
    }

    /// A short option out of the money beyond the model costs no more than one at its edge: what a
    /// fall to a two-hundredth leaves behind is worth next to nothing.
    #[test]
    fn r23_a_worthless_short_beyond_the_model_is_worth_little(
        far in 5.2f64..9.0, call in any::<bool>(), ahead in 600i64..2_000_000, volatility in 0.1f64..1.0,
        spot in 10f64..100_000.0, width in 0f64..0.1,
    ) {
        let surface = surface(30.0, volatility, 0.0, 0.1);
        let (away, places) = if call { (far, 0) } else { (-far, 6) };
        let strike = spot * away.exp();
        let digits = (strike * 10f64.powi(places)) as u32;
        let short = Holding { call, strike: digits, places: places as u8, ahead, quantity: -1_000_000 };
        let status = judged(&account(0, &[(series(&short), short.quantity)]), &surface, spot, width);
        let most = spot.min(strike) / 100.0;
        let marked = -(status.equity.0 as f64) / 1e6;
        prop_assert!((0.0..=most + 1e-5).contains(&marked), "{marked} of {most}");
    }
}
