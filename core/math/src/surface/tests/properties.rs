//! What holds of any surface.

use super::*;
use proptest::prelude::*;

/// Returns the volatility by the words of the module: linear total variance between expiries, flat
/// volatility outside.
fn reference(surface: &Surface, k: f64, time: f64) -> f64 {
    let slices: Vec<_> = surface.slices().collect();
    let at = |slice: &Slice| (slice.time.to_num::<f64>(), total_variance(slice, k));
    let (first, last) = (at(&slices[0]), at(&slices[slices.len() - 1]));
    if time <= first.0 {
        return (first.1 / first.0).sqrt();
    }
    if time >= last.0 {
        return (last.1 / last.0).sqrt();
    }
    let pair = slices.windows(2).find(|pair| at(&pair[1]).0 >= time).unwrap();
    let ((t1, w1), (t2, w2)) = (at(&pair[0]), at(&pair[1]));
    ((w1 + (w2 - w1) * (time - t1) / (t2 - t1)) / time).sqrt()
}

/// w(k), w'(k) and w''(k) of a slice.
fn derivatives(slice: &Slice, k: f64) -> [f64; 3] {
    let (theta, rho, phi) = (
        slice.total_variance.to_num::<f64>(),
        slice.skew.to_num::<f64>(),
        slice.curvature.to_num::<f64>(),
    );
    let x = phi * k;
    let root = ((x + rho) * (x + rho) + 1.0 - rho * rho).sqrt();
    [
        total_variance(slice, k),
        theta * phi / 2.0 * (rho + (x + rho) / root),
        theta * phi * phi / 2.0 * (1.0 - rho * rho) / root.powi(3),
    ]
}

/// Durrleman's g(k) for total variance w and its derivatives (Gatheral and Jacquier 2014, eq. 2.1):
/// the density is not negative where g ≥ 0.
fn durrleman([w, slope, bend]: [f64; 3], k: f64) -> f64 {
    (1.0 - k * slope / (2.0 * w)).powi(2) - slope * slope / 4.0 * (1.0 / w + 0.25) + bend / 2.0
}

/// What the parameters of a random surface are drawn from, each a share of what the no-arbitrage
/// check leaves.
#[derive(Clone, Debug)]
struct Draw {
    gap: f64,
    vol: f64,
    skew: f64,
    curvature: f64,
}

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let one = (0.0..1.0f64, 0.0..1.0f64, -1.0..1.0f64, 0.0..1.0f64).prop_map(|(gap, vol, skew, curvature)| Draw {
        gap,
        vol,
        skew,
        curvature,
    });
    proptest::collection::vec(one, 1..=MAX_SLICES)
}

/// Slices from anywhere in the range, drawn inside the rules; the first is always accepted, later
/// ones mostly.
fn build(draws: &[Draw], widest_skew: f64) -> Vec<Slice> {
    let mut slices: Vec<Slice> = Vec::new();
    let mut time = 0.0;
    for draw in draws {
        // Gaps from two minutes to half a year, evenly in their logarithm.
        time += 4e-6 * (draw.gap * 11.7).exp();
        let mut theta = (0.05 * (draw.vol * 4.0).exp()).powi(2) * time;
        let mut rho = draw.skew * widest_skew;
        let cap = |theta: f64, rho: f64| {
            let tilt = 1.0 + f64::abs(rho);
            (4.0 / (theta * tilt)).min((4.0 / (theta * tilt)).sqrt()).min(60_000.0) * (1.0 - 1e-9)
        };
        let mut phi = draw.curvature * cap(theta, rho);
        if let Some(last) = slices.last() {
            let (theta1, rho1, phi1) = (
                last.total_variance.to_num::<f64>(),
                last.skew.to_num::<f64>(),
                last.curvature.to_num::<f64>(),
            );
            theta = theta.max(theta1 * (1.0 + 1e-9));
            // |ρ₂p₂ − ρ₁p₁| ≤ p₂ − p₁ with p = θφ.
            phi = phi.clamp((theta1 * phi1 / theta * (1.0 + 1e-9)).min(phi1), phi1);
            let (p1, p2) = (theta1 * phi1, theta * phi);
            if p2 > 0.0 {
                let room = (p2 - p1).max(0.0) * (1.0 - 1e-9);
                rho = rho.clamp((rho1 * p1 - room) / p2, (rho1 * p1 + room) / p2);
            }
        }
        slices.push(slice(time, theta, rho, phi));
    }
    slices
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn accepted_surfaces_have_no_arbitrage(draws in draws()) {
        let mut slices = build(&draws, 0.99);
        while Surface::new(&slices).is_err() {
            slices.pop();
        }
        for step in -200..=200 {
            // Dense at the money, out to ±5.
            let k = f64::from(step) / 200.0;
            let k = 5.0 * k * k * k;
            let smiles: Vec<_> = slices.iter().map(|slice| derivatives(slice, k)).collect();
            for smile in &smiles {
                let g = durrleman(*smile, k);
                prop_assert!(g >= -1e-9, "butterfly at {}: {}", k, g);
            }
            for pair in smiles.windows(2) {
                let (early, late) = (pair[0], pair[1]);
                prop_assert!(late[0] >= early[0] * (1.0 - 1e-12), "calendar at {}: {} {}", k, early[0], late[0]);
                // No theorem says so, but between expiries the density is not negative either.
                for share in [0.1, 0.5, 0.9] {
                    let between = [0, 1, 2].map(|i| early[i] + share * (late[i] - early[i]));
                    let g = durrleman(between, k);
                    prop_assert!(g >= -1e-9, "butterfly between expiries at {}: {}", k, g);
                }
            }
        }
    }

    #[test]
    fn both_tiers_are_exact_to_their_bounds(
        draws in draws(),
        points in proptest::collection::vec((-1.0..1.0f64, 0.0..1.2f64), 20)
    ) {
        let Ok(surface) = Surface::restore(&build(&draws, 0.999)) else { return Ok(()) };
        let last = surface.slices().last().unwrap().time.to_num::<f64>();
        for (a, b) in points {
            // A time counts to 2⁻⁶¹ years; nothing finer may blur the comparison where two
            // volatilities are far apart.
            let time = (last * b * b * b).min(5.0);
            let (moneyness, time) = (5.0 * a * a * a, (time * 2f64.powi(61)).floor() / 2f64.powi(61));
            let exact = reference(&surface, moneyness, time);
            let answers = (
                fast::volatility(&surface, k(moneyness), years(time)),
                precise::volatility(&surface, k(moneyness), years(time)),
            );
            if let (Ok(fast), Ok(precise)) = answers {
                let (fast, precise) = (number(fast) / exact - 1.0, number(precise) / exact - 1.0);
                prop_assert!(fast.abs() < 1e-8, "fast {} {} {}", moneyness, time, fast);
                prop_assert!(precise.abs() < 1e-12, "precise {} {} {}", moneyness, time, precise);
            }
        }
    }

    #[test]
    fn any_bits_give_an_answer_in_the_domain_or_an_error(
        slices in proptest::collection::vec((any::<u64>(), any::<u64>(), any::<i64>(), any::<u64>(), 0u32..64, 0u32..64), 0..10),
        log_moneyness: i64,
        mantissa: u64,
        exponent in -80i32..10,
        to in -64i32..-55,
    ) {
        let mut time = 0u64;
        let slices: Vec<_> = slices.into_iter().map(|(gap, rate, skew, curvature, shift, shift2)| {
            // Half of the bits wild, half brought near the range, so that some get past the range
            // checks.
            time = time.wrapping_add((gap >> 3) >> (shift / 4));
            Slice {
                time: U3F61::from_bits(time),
                total_variance: U8F56::from_bits(((u128::from(time) * u128::from(rate)) >> (64 + shift / 4)) as u64),
                skew: I2F62::from_bits(skew >> (shift2 & 3)),
                curvature: U16F48::from_bits(curvature >> shift2),
            }
        }).collect();
        let _ = Surface::new(&slices);
        if let Ok(surface) = Surface::restore(&slices) {
            let k = LogMoneyness(I7F57::from_bits(log_moneyness >> 3));
            let from = Years(Magnitude::from_parts(mantissa, exponent).unwrap());
            let to = Years(Magnitude::from_parts(mantissa, to).unwrap());
            for answer in [fast::volatility(&surface, k, from), precise::volatility(&surface, k, from)].into_iter().flatten() {
                let value = number(answer);
                prop_assert!((0.01 - 1e-9..=5.0 + 1e-9).contains(&value), "{}", value);
            }
            let _ = precise::forward_variance(&surface, k, from, to);
        }
    }

    #[test]
    fn volatility_between_expiries_lies_between_theirs(draws in draws(), a in -1.0..1.0f64, share in 0.0..1.0f64) {
        let slices = build(&draws, 0.9);
        let Ok(surface) = Surface::restore(&slices) else { return Ok(()) };
        let moneyness = k(5.0 * a * a * a);
        for pair in slices.windows(2) {
            let at = |time: f64| precise::volatility(&surface, moneyness, years(time)).map(number);
            let (t1, t2) = (pair[0].time.to_num::<f64>(), pair[1].time.to_num::<f64>());
            if let (Ok(early), Ok(late), Ok(between)) = (at(t1), at(t2), at(t1 + share * (t2 - t1))) {
                prop_assert!(between >= early.min(late) * (1.0 - 1e-12) && between <= early.max(late) * (1.0 + 1e-12));
            }
        }
    }

}
