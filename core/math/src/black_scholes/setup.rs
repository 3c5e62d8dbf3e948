//! What all evaluations of one option in the fast tier share.

use super::inputs::{DomainError, Inputs};
use crate::kernels::arith::{add, product, sub, umul};
use crate::kernels::coefficients::{HALF_LOG2_E, MONEYNESS_LIMIT};
use crate::kernels::fast::{log2_ratio, near_sqrt_parts};

/// What a price takes from the inputs before the spot or the volatility is shocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setup {
    /// log₂ of the forward's moneyness, Q58.
    pub(super) forward: i64,
    /// qτ·log₂e, Q58.
    pub(super) lost: i64,
    /// √τ: 1 is 2³¹.
    pub(super) root: u64,
    pub(super) root_exponent: i64,
    /// σ√τ: 1 is 2³⁰.
    pub(super) deviation: u64,
    pub(super) deviation_exponent: i64,
}

impl Setup {
    #[inline(always)]
    pub(super) fn new(inputs: &Inputs) -> Result<Self, DomainError> {
        let (whole, fraction) = log2_ratio(inputs.spot.0, inputs.strike.0);
        // log₂(S/K), Q58.
        let moneyness = add(whole << 58, fraction >> 4);
        if moneyness.unsigned_abs() > MONEYNESS_LIMIT as u64 {
            return Err(DomainError::Strike);
        }
        let time = inputs.time.0;
        // τ·log₂e: Q62, times 2^(1 + exponent of τ). At most 2³ in all.
        let growth = product((time.mantissa() >> 1) as i64, HALF_LOG2_E);
        // From −25 to 2: no shift below leaves the word.
        let octave = time.octave();
        let drift = sub(inputs.rate.0.to_bits() >> 1, inputs.carry.0.to_bits() >> 1);
        // The drift was halved to fit.
        let forward = add(moneyness, product(drift, growth) >> (sub(2, octave) & 63));
        let lost = product(inputs.carry.0.to_bits(), growth) >> (sub(3, octave) & 63);

        let (root, root_exponent) = near_sqrt_parts(time);
        let volatility = inputs.volatility.0;
        let deviation = umul(volatility.mantissa() >> 32, root) >> 32;
        let deviation_exponent = add(volatility.octave(), root_exponent);
        Ok(Self {
            forward,
            lost,
            root,
            root_exponent,
            deviation,
            deviation_exponent,
        })
    }
}
