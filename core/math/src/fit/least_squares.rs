//! Nonlinear least squares after Levenberg and Marquardt (Marquardt 1963), with differences for
//! derivatives.

use std::vec;
use std::vec::Vec;

/// Steps after which the search ends in any case.
const MAX_STEPS: usize = 200;
/// The search ends when a step lowers the sum of squares by less than this part.
const MIN_GAIN: f64 = 1e-10;
/// Step of the differences.
const DIFFERENCE: f64 = 1e-6;

/// Moves `x` to a local minimum of the sum of squares of what `residuals` writes for it.
///
/// `residuals(x, out)` fills `out`, always with as many numbers.
pub(super) fn minimise(x: &mut [f64], residuals: impl Fn(&[f64], &mut Vec<f64>)) {
    let count = x.len();
    let mut here = Vec::new();
    residuals(x, &mut here);
    let mut sum = square_sum(&here);
    let mut damping = 1e-3;
    let (mut there, mut trial) = (Vec::new(), vec![0.0; count]);
    for _ in 0..MAX_STEPS {
        let columns: Vec<Vec<f64>> = (0..count)
            .map(|j| {
                let kept = x[j];
                x[j] = kept + DIFFERENCE;
                residuals(x, &mut there);
                x[j] = kept;
                there.iter().zip(&here).map(|(b, a)| (b - a) / DIFFERENCE).collect()
            })
            .collect();
        let mut normal = vec![vec![0.0; count]; count];
        let mut gradient = vec![0.0; count];
        for i in 0..count {
            gradient[i] = dot(&columns[i], &here);
            for j in 0..=i {
                normal[i][j] = dot(&columns[i], &columns[j]);
            }
        }
        let before = sum;
        // Raise the damping until a step goes down.
        while damping < 1e12 {
            if let Some(step) = damped_step(&normal, &gradient, damping) {
                for j in 0..count {
                    trial[j] = x[j] - step[j];
                }
                residuals(&trial, &mut there);
                let lower = square_sum(&there);
                if lower < sum {
                    x.copy_from_slice(&trial);
                    core::mem::swap(&mut here, &mut there);
                    sum = lower;
                    damping = (damping / 5.0).max(1e-12);
                    break;
                }
            }
            damping *= 4.0;
        }
        if sum >= before * (1.0 - MIN_GAIN) {
            return;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Infinite where a residual is not a number, so that no step leads there.
fn square_sum(residuals: &[f64]) -> f64 {
    let sum = dot(residuals, residuals);
    if sum.is_finite() {
        sum
    } else {
        f64::INFINITY
    }
}

/// Solves (N + λ·diag N)·step = gradient by Cholesky's decomposition; N is given by its lower half.
/// `None` if it is not positive definite.
fn damped_step(normal: &[Vec<f64>], gradient: &[f64], damping: f64) -> Option<Vec<f64>> {
    let count = gradient.len();
    let mut lower = normal.to_vec();
    for j in 0..count {
        // A parameter at its bound moves nothing; the second term keeps it where it is.
        let pivot = lower[j][j] * (1.0 + damping) + 1e-10 - dot(&lower[j][..j], &lower[j][..j]);
        if pivot <= 0.0 || !pivot.is_finite() {
            return None;
        }
        lower[j][j] = pivot.sqrt();
        for i in j + 1..count {
            let sum = dot(&lower[i][..j], &lower[j][..j]);
            lower[i][j] = (lower[i][j] - sum) / lower[j][j];
        }
    }
    let mut step = gradient.to_vec();
    for i in 0..count {
        let sum = dot(&lower[i][..i], &step[..i]);
        step[i] = (step[i] - sum) / lower[i][i];
    }
    for i in (0..count).rev() {
        let sum: f64 = (i + 1..count).map(|k| lower[k][i] * step[k]).sum();
        step[i] = (step[i] - sum) / lower[i][i];
    }
    Some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_known_minima() {
        // Rosenbrock's valley.
        let mut x = [-1.2, 1.0];
        minimise(&mut x, |x, out| {
            out.clear();
            out.extend([10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]);
        });
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{x:?}");
        // An exponential through exact points.
        let mut x = [1.0, 0.0];
        minimise(&mut x, |x, out| {
            out.clear();
            out.extend((0..10).map(|i| {
                let t = f64::from(i) / 10.0;
                x[0] * (x[1] * t).exp() - 3.0 * (-2.0 * t).exp()
            }));
        });
        assert!((x[0] - 3.0).abs() < 1e-6 && (x[1] + 2.0).abs() < 1e-6, "{x:?}");
    }
}
