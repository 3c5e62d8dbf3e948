//! From the expiries that a chain lists to those that a surface asks for.
//!
//! # Between two expiries
//! With p = θφ a slice's wings have the slopes u = p(1+ρ) and v = p(1−ρ). θ, u and v of the slice
//! between are linear in time, and ρ and φ follow from them. So its total variance and its skew at
//! the money and the slope of both wings are exactly those of the surface that is linear in time at
//! fixed k; only the bend between may differ. And no arbitrage enters, where there was none at
//! either end:
//! - θ, u and v of linear pieces that rise, rise; φ = p/θ, a ratio of linear functions, moves one
//!   way, from φ₁ down to φ₂;
//! - θφ(1+|ρ|) = max(u, v) is at most the larger of its ends, so below 4;
//! - p·max(u, v) is a product of rising linear functions and therefore convex, so it stays below
//!   the chord, which stays below 4θ.
//!
//! # Before the first and after the last
//! The smile keeps its shape in standard deviations: θ grows as the time, p as its root, ρ stays.
//! Then θφ²(1+|ρ|) does not change, θ, u and v rise, φ falls. Only the rule on wings can end it,
//! far out: there p stops growing.
//!
//! # Rounding
//! Neighbours may come out equal where the chain's are nearly so, and fixed point could then order
//! them wrongly. So each slice's p is raised by a part in 10¹⁰, times its place, and θ by twice
//! that: every rule between neighbours then has as much to spare, and θφ² moves by 10⁻²⁰.

use ballast_core_math::fit::essvi::Essvi;

/// See the module's head.
const NUDGE: f64 = 1e-10;
/// How near the steeper wing comes to its bound of 4, as the fit holds it.
const STEEPEST_WING: f64 = 4.0 * (1.0 - 1e-6);

/// A slice by θ, p = θφ and q = ρp.
#[derive(Clone, Copy)]
struct Wings {
    theta: f64,
    p: f64,
    q: f64,
}

impl Wings {
    fn of(slice: &Essvi) -> Self {
        let p = slice.theta * slice.phi;
        Self {
            theta: slice.theta,
            p,
            q: slice.rho * p,
        }
    }

    fn essvi(self) -> Essvi {
        Essvi {
            theta: self.theta,
            rho: if self.p > 0.0 { self.q / self.p } else { 0.0 },
            phi: self.p / self.theta,
        }
    }

    /// Returns the part `share` of the way to another.
    fn toward(&self, other: &Self, share: f64) -> Self {
        let mix = |a: f64, b: f64| a * (1.0 - share) + b * share;
        Self {
            theta: mix(self.theta, other.theta),
            p: mix(self.p, other.p),
            q: mix(self.q, other.q),
        }
    }

    /// Returns the same smile in standard deviations at `ratio` times the time.
    fn at_time(&self, ratio: f64) -> Self {
        let steeper = self.p + self.q.abs();
        // A smile without curvature has no wings that could grow too steep.
        let most = if steeper > 0.0 {
            STEEPEST_WING / steeper
        } else {
            f64::INFINITY
        };
        let grown = ratio.sqrt().min(most.max(1.0));
        Self {
            theta: self.theta * ratio,
            p: self.p * grown,
            q: self.q * grown,
        }
    }

    fn nudged(&self, place: usize) -> Self {
        let part = NUDGE * place as f64;
        Self {
            theta: self.theta * (1.0 + 2.0 * part),
            p: self.p * (1.0 + part),
            q: self.q * (1.0 + part),
        }
    }
}

/// Returns the slices at `times`, from slices without arbitrage at theirs. All times are in years
/// from one moment, above zero and increasing. Empty if `fitted` is.
pub fn onto(fitted: &[(f64, Essvi)], times: &[f64]) -> Vec<Essvi> {
    let slices = times.iter().filter_map(|time| at(fitted, *time));
    slices
        .enumerate()
        .map(|(place, wings)| wings.nudged(place).essvi())
        .collect()
}

fn at(fitted: &[(f64, Essvi)], time: f64) -> Option<Wings> {
    let after = fitted.iter().position(|(expiry, _)| *expiry >= time);
    let before = after.unwrap_or(fitted.len()).checked_sub(1);
    let get = |index: Option<usize>| fitted.get(index?).map(|(expiry, slice)| (*expiry, Wings::of(slice)));
    match (get(before), get(after)) {
        (Some((t1, first)), Some((t2, second))) => Some(first.toward(&second, (time - t1) / (t2 - t1))),
        (Some((end, slice)), None) | (None, Some((end, slice))) => Some(slice.at_time(time / end)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_math::surface::{check, Slice};

    /// Time, θ, ρ, φ.
    const KNOWN: [(f64, f64, f64, f64); 4] = [
        (0.02, 0.0055, -0.28, 15.0),
        (0.08, 0.0215, -0.25, 7.0),
        (0.25, 0.07, -0.22, 3.4),
        (0.9, 0.25, -0.20, 1.5),
    ];

    fn known() -> Vec<(f64, Essvi)> {
        KNOWN
            .iter()
            .map(|&(time, theta, rho, phi)| (time, Essvi { theta, rho, phi }))
            .collect()
    }

    fn rounded(times: &[f64], slices: &[Essvi]) -> Vec<Slice> {
        let pairs = times.iter().zip(slices);
        pairs.map(|(time, slice)| slice.to_slice(*time)).collect()
    }

    /// A number in 0…1, the same ones every time.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    #[test]
    fn at_the_chains_own_expiries_nothing_changes() {
        let known = known();
        let times: Vec<f64> = known.iter().map(|(time, _)| *time).collect();
        for (ours, (_, theirs)) in onto(&known, &times).iter().zip(&known) {
            for (a, b) in [
                (ours.theta, theirs.theta),
                (ours.rho, theirs.rho),
                (ours.phi, theirs.phi),
            ] {
                assert!((a / b - 1.0).abs() < 1e-9, "{ours:?} {theirs:?}");
            }
        }
        assert!(onto(&[], &times).is_empty());
    }

    #[test]
    fn between_expiries_level_skew_and_wings_are_those_of_the_surface_linear_in_time() {
        let known = known();
        for share in [0.1, 0.5, 0.8] {
            let [(t1, a), (t2, b)] = [known[1], known[2]];
            let between = onto(&known, &[t1 + share * (t2 - t1)])[0];
            let linear = |k: f64| a.total_variance(k) * (1.0 - share) + b.total_variance(k) * share;
            let slope = |f: &dyn Fn(f64) -> f64, k: f64, h: f64| (f(k + h) - f(k - h)) / (2.0 * h);
            let ours = |k: f64| between.total_variance(k);
            assert!((ours(0.0) / linear(0.0) - 1.0).abs() < 1e-9);
            for (k, h) in [(0.0, 1e-4), (1e5, 1.0), (-1e5, 1.0)] {
                let (x, y) = (slope(&ours, k, h), slope(&linear, k, h));
                assert!((x / y - 1.0).abs() < 1e-4, "{share} {k}: {x} {y}");
            }
            // And between money and wings, within a hundredth of the volatility.
            for k in [-0.5f64, -0.2, -0.05, 0.05, 0.2, 0.5] {
                assert!(
                    (ours(k) / linear(k) - 1.0).abs() < 0.02,
                    "{share} {k}: {} {}",
                    ours(k),
                    linear(k)
                );
            }
        }
    }

    #[test]
    fn outside_the_smile_keeps_its_shape_in_standard_deviations() {
        let known = known();
        for (end, time) in [(0usize, 0.001), (0, 0.01), (3, 1.2), (3, 3.0)] {
            let (known_time, slice) = known[end];
            let ours = onto(&known, &[time])[0];
            for deviations in [-2.0, -0.5, 0.0, 1.0, 2.0] {
                let volatility = |slice: &Essvi, time: f64| slice.volatility(deviations * slice.theta.sqrt(), time);
                let (x, y) = (volatility(&ours, time), volatility(&slice, known_time));
                assert!((x / y - 1.0).abs() < 1e-9, "{time} {deviations}: {x} {y}");
            }
        }
        // A slice whose wings are already as steep as may be: the time changes them no more, and
        // the no-arbitrage check still holds.
        let steep = Essvi {
            theta: 3.2,
            rho: -0.6,
            phi: 0.78,
        };
        let times = [1.0, 2.0, 4.0];
        assert_eq!(check(&rounded(&times, &onto(&[(1.0, steep)], &times))), Ok(()));
    }

    /// Slices without arbitrage, many of them close to a rule or to each other.
    fn random_surface(dice: &mut Dice) -> Option<Vec<(f64, Essvi)>> {
        let mut time = 0.002 + 0.1 * dice.roll();
        let mut wings = Wings {
            theta: (0.01 + 1.5 * dice.roll().powi(2)) * time,
            p: 0.0,
            q: 0.0,
        };
        wings.p = dice.roll() * wings.theta.sqrt().min(2.0);
        wings.q = wings.p * 0.99 * (2.0 * dice.roll() - 1.0);
        let mut slices = vec![(time, wings.essvi())];
        for _ in 0..7 {
            let later = time * (1.0 + 2.0 * dice.roll().powi(3)) + 0.001;
            let growth = 1e-4 + dice.roll().powi(4) * 2.0;
            let rise = wings.p * growth * dice.roll();
            let next = Wings {
                theta: wings.theta * (1.0 + growth),
                p: wings.p + rise,
                q: wings.q + (2.0 * dice.roll() - 1.0) * rise,
            };
            time = later;
            wings = next;
            slices.push((time, wings.essvi()));
        }
        let times: Vec<f64> = slices.iter().map(|(time, _)| *time).collect();
        let fixed: Vec<Essvi> = slices.iter().map(|(_, slice)| *slice).collect();
        check(&rounded(&times, &fixed)).ok().map(|()| slices)
    }

    #[test]
    fn whatever_the_chain_and_the_grid_no_arbitrage_enters() {
        let mut dice = Dice(7);
        let mut tried = 0;
        while tried < 3_000 {
            let Some(fitted) = random_surface(&mut dice) else {
                continue;
            };
            let last = fitted[7].0;
            // From below the first expiry to twice the last; an hour apart at least.
            let mut times: Vec<f64> = (0..8)
                .map(|_| (2.0 * last * dice.roll().powi(2) + 1e-4).min(5.0))
                .collect();
            times.sort_by(f64::total_cmp);
            times.dedup_by(|later, earlier| *later - *earlier < 1.0 / 8_760.0);
            let slices = rounded(&times, &onto(&fitted, &times));
            // A volatility beyond what a surface holds is the chain's; every other rule is the
            // mapping's.
            if slices
                .iter()
                .zip(&times)
                .any(|(slice, time)| !(1e-4..25.0).contains(&(slice.total_variance.to_num::<f64>() / time)))
            {
                continue;
            }
            assert_eq!(check(&slices), Ok(()), "{fitted:?}\n{times:?}");
            tried += 1;
        }
    }
}
