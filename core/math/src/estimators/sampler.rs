//! Observations at any times, turned into steps that are long enough to say something about
//! variance.

use super::observation::{Elapsed, LogReturn, NoiseVariance, Observation};

/// A return over at least the sampling time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The log return over the step.
    pub log_return: LogReturn,
    /// How long it took.
    pub elapsed: Elapsed,
    /// Noise variances of the prices at both ends, added, with 59 fraction bits.
    noise: u64,
}

impl Step {
    /// Returns a step between two prices with these noises.
    pub const fn new(log_return: LogReturn, elapsed: Elapsed, from: NoiseVariance, to: NoiseVariance) -> Self {
        Self {
            log_return,
            elapsed,
            noise: from.bits().wrapping_add(to.bits()),
        }
    }

    /// Variance of the return's measurement error: the sum over its two ends, at most 2, with 59
    /// fraction bits.
    pub const fn noise_bits(self) -> u64 {
        self.noise
    }
}

/// The longest for which a price counts as the price of the moments after it, seconds.
pub const MAX_HELD_SECONDS: u32 = 60;

/// Collects observations until they span the sampling time, then hands on one step.
///
/// Squared returns over short times measure the noise of the price, not its volatility: noise adds
/// 2c²/Δt to variance, without limit as Δt → 0 (Zhang, Mykland & Aït-Sahalia 2005). And if noise is
/// subtracted step by step with a floor at zero, short steps lose the volatility instead. Sparse
/// sampling bounds both, and makes a burst of observations worth as much as a single one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sampler {
    /// Log return since the step began, with 48 fraction bits.
    log_return: i64,
    /// Noise variance of the price it began with, with 59 fraction bits.
    noise: u64,
    /// Seconds since it began.
    seconds: u32,
}

impl Sampler {
    /// At a first price.
    pub const fn first(noise: NoiseVariance) -> Self {
        Self {
            log_return: 0,
            noise: noise.bits(),
            seconds: 0,
        }
    }

    /// From what was stored; whatever is out of range is brought into it.
    pub const fn from_parts(log_return: LogReturn, noise: NoiseVariance, seconds: u32) -> Self {
        Self {
            log_return: log_return.bits(),
            noise: noise.bits(),
            seconds,
        }
    }

    /// Returns what to store: the return since the step began, the noise it began with, and its
    /// seconds so far.
    pub const fn parts(self) -> (LogReturn, NoiseVariance, u32) {
        (
            LogReturn::from_bits(self.log_return),
            NoiseVariance::from_bits(self.noise),
            self.seconds,
        )
    }

    /// After one more observation; with a step once `sampling_time` has passed since the last one.
    pub const fn update(self, observation: &Observation, sampling_time: Elapsed) -> (Self, Option<Step>) {
        let log_return = LogReturn::from_bits(self.log_return).saturating_add(observation.log_return);
        let elapsed = observation.elapsed.capped_add(self.seconds);
        if elapsed.seconds() < sampling_time.seconds() {
            let waiting = Self {
                log_return: log_return.bits(),
                noise: self.noise,
                seconds: elapsed.seconds(),
            };
            return (waiting, None);
        }
        (Self::first(observation.noise), Some(self.so_far(observation)))
    }

    /// After one more observation, as [`Self::update`], of a market that was observed a moment ago:
    /// the step ends at its boundary, `sampling_time` after it began, with the price that was held
    /// there, whose noise is `held`. Whoever brings the first price past the boundary then has no
    /// part in the step, and gains nothing by choosing it.
    ///
    /// A price that was held for more than [`MAX_HELD_SECONDS`] says too little of the boundary:
    /// the step then ends with the observation.
    pub const fn update_held(
        self,
        observation: &Observation,
        sampling_time: Elapsed,
        held: NoiseVariance,
    ) -> (Self, Option<Step>) {
        let (gap, length) = (observation.elapsed.seconds(), sampling_time.seconds());
        let past = gap.saturating_add(self.seconds).saturating_sub(length);
        let at_boundary = self.seconds < length && past > 0 && past < length;
        if !at_boundary || gap > MAX_HELD_SECONDS {
            return self.update(observation, sampling_time);
        }
        let begun = Self {
            log_return: observation.log_return.bits(),
            noise: held.bits(),
            seconds: past,
        };
        let (log_return, noise) = (
            LogReturn::from_bits(self.log_return),
            NoiseVariance::from_bits(self.noise),
        );
        (begun, Some(Step::new(log_return, sampling_time, noise, held)))
    }

    /// Returns what the step would be if it ended with this observation, however short it is: a
    /// jump does not wait for its step to end.
    pub const fn so_far(self, observation: &Observation) -> Step {
        Step::new(
            LogReturn::from_bits(self.log_return).saturating_add(observation.log_return),
            observation.elapsed.capped_add(self.seconds),
            NoiseVariance::from_bits(self.noise),
            observation.noise,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(log_return: i64, seconds: i64, noise: u64) -> Observation {
        Observation {
            log_return: LogReturn::from_bits(log_return),
            elapsed: Elapsed::capped(seconds).unwrap(),
            noise: NoiseVariance::from_bits(noise),
        }
    }

    #[test]
    fn a_burst_is_one_step() {
        let sampling_time = Elapsed::capped(300).unwrap();
        let mut sampler = Sampler::first(NoiseVariance::from_bits(7));
        for _ in 0..299 {
            let (next, step) = sampler.update(&observation(5, 1, 1 << 40), sampling_time);
            assert_eq!(step, None);
            sampler = Sampler::from_parts(next.parts().0, next.parts().1, next.parts().2);
            assert_eq!(sampler, next);
        }
        let (next, step) = sampler.update(&observation(5, 1, 11), sampling_time);
        let step = step.unwrap();
        assert_eq!(step.log_return.bits(), 1_500);
        assert_eq!(step.elapsed.seconds(), 300);
        assert_eq!(step.noise_bits(), 18);
        assert_eq!(next, Sampler::first(NoiseVariance::from_bits(11)));
    }

    #[test]
    fn a_step_ends_with_the_price_held_at_its_boundary() {
        let (sampling_time, held) = (Elapsed::capped(300).unwrap(), NoiseVariance::from_bits(9));
        let begun = |seconds| Sampler::from_parts(LogReturn::from_bits(40), NoiseVariance::from_bits(7), seconds);
        // Before the boundary, and at it, there is nothing to choose.
        for (seconds, gap) in [(280, 19), (280, 20)] {
            let news = observation(5, gap, 11);
            assert_eq!(
                begun(seconds).update_held(&news, sampling_time, held),
                begun(seconds).update(&news, sampling_time)
            );
        }
        // Past it the step has what was held, and the news begin the next one.
        for gap in [21, 60] {
            let (next, step) = begun(280).update_held(&observation(5, gap, 11), sampling_time, held);
            let step = step.unwrap();
            assert_eq!(
                (step.log_return.bits(), step.elapsed.seconds(), step.noise_bits()),
                (40, 300, 16)
            );
            assert_eq!(next.parts(), (LogReturn::from_bits(5), held, gap as u32 - 20));
        }
        // A price of more than a minute ago is not that of the boundary.
        let late = observation(5, 61, 11);
        assert_eq!(
            begun(280).update_held(&late, sampling_time, held),
            begun(280).update(&late, sampling_time)
        );
    }

    #[test]
    fn a_long_gap_is_a_step_at_once() {
        let (_, step) = Sampler::default().update(&observation(-9, 90 * 86_400, 0), Elapsed::capped(300).unwrap());
        assert_eq!(step.unwrap().elapsed, Elapsed::MAX);
    }
}
