//! Slices of arbitrary and of plausible parameters: whatever the no-arbitrage check lets through
//! has volatilities inside their domain, of which the tiers agree, and forward variances that are
//! not negative.
#![no_main]

use ballast_core_math::black_scholes::Years;
use ballast_core_math::surface::{self, fast, precise, LogMoneyness, Slice, Surface};
use ballast_core_types::I80F48;
use ballast_fuzz::option::double;
use ballast_fuzz::{show, Bytes};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};

/// Anything, or an expiry after the last with a variance of the domain that seldom is less, and so
/// often no arbitrage.
fn slice(bytes: &mut Bytes, before: Option<Slice>) -> Slice {
    if bytes.byte().is_multiple_of(8) {
        return Slice {
            time: U3F61::from_bits(bytes.word()),
            total_variance: U8F56::from_bits(bytes.word()),
            skew: I2F62::from_bits(bytes.number()),
            curvature: U16F48::from_bits(bytes.word()),
        };
    }
    let (from, variance) = before.map_or((1e-6, 1e-9), |s| (s.time.to_num(), s.total_variance.to_num()));
    let time = bytes.geometric(2e-6_f64.max(from * 1.000_1), 5.0_f64.max(from * 1.1));
    let volatility = bytes.geometric(0.01, 5.0);
    let theta = (volatility * volatility * time).max(variance).min(200.0);
    let skew = bytes.between(-0.99, 0.99);
    let steepest = (4.0 / (theta * (1.0 + skew.abs()))).min((4.0 / (theta * (1.0 + skew.abs()))).sqrt());
    let flatter = before.map_or(f64::INFINITY, |s| s.curvature.to_num());
    let curvature = bytes.between(0.0, steepest.min(60_000.0)).min(flatter);
    Slice {
        time: U3F61::saturating_from_num(time),
        total_variance: U8F56::saturating_from_num(theta),
        skew: before
            .filter(|_| bytes.byte().is_multiple_of(2))
            .map_or(I2F62::from_num(skew), |s| s.skew),
        curvature: U16F48::saturating_from_num(curvature),
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let count = usize::from(bytes.byte() % 10);
    let mut slices: Vec<Slice> = Vec::new();
    for _ in 0..count {
        let next = slice(&mut bytes, slices.last().copied());
        slices.push(next);
    }
    show(&slices);
    let gated = Surface::new(&slices);
    let restored = Surface::restore(&slices);
    if count <= surface::MAX_SLICES && count > 0 {
        assert_eq!(gated.map(|_| ()), surface::check(&slices), "{slices:?}");
    }
    if let Ok(surface) = gated {
        assert_eq!(restored, Ok(surface));
        assert!(surface.slices().eq(slices.iter().copied()));
    }
    let Ok(surface) = restored else { return };
    for _ in 0..4 {
        let moneyness = match bytes.byte() % 8 {
            0 => bytes.number(),
            1 => 0,
            _ => bytes.number() % ((5 << 57) + 1),
        };
        let k = LogMoneyness(I7F57::from_bits(moneyness));
        let [time, later] = [(); 2].map(|()| match bytes.byte() % 8 {
            0 => Years(bytes.raw_magnitude()),
            _ => Years(ballast_fuzz::magnitude(bytes.geometric(1e-9, 5.0))),
        });
        show(&(k, time, later));
        let both = (
            fast::volatility(&surface, k, time),
            precise::volatility(&surface, k, time),
        );
        match both {
            (Ok(a), Ok(b)) => {
                let (a, b) = (double(a.0), double(b.0));
                assert!(
                    (0.009_999_999..=5.000_001).contains(&b),
                    "{slices:?} {k:?} {time:?}: {b}"
                );
                assert!(
                    (a / b - 1.0).abs() < 1e-8 + 2e-12,
                    "{slices:?} {k:?} {time:?}: {a} and {b}"
                );
            }
            (Err(a), Err(b)) => assert_eq!(a, b, "{slices:?} {k:?} {time:?}"),
            // At the ends of the volatility's domain rounding may decide.
            (Ok(v), Err(_)) | (Err(_), Ok(v)) => {
                let v = double(v.0);
                assert!(
                    !(0.010_000_01..=4.999_999).contains(&v),
                    "{slices:?} {k:?} {time:?}: {both:?}"
                );
            }
        }
        if let Ok(variance) = precise::forward_variance(&surface, k, time, later) {
            assert!(
                variance.fixed() >= I80F48::ZERO,
                "{slices:?} {k:?} {time:?} {later:?}: {variance:?}"
            );
        }
    }
});
