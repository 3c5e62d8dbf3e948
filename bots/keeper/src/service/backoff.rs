//! Waiting longer after each failure.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// Pauses that double from 0.2 s to 10 s, with jitter so that keepers do not return all at once.
#[derive(Debug)]
pub struct Backoff {
    pauses: ExponentialBackoff,
}

impl Default for Backoff {
    fn default() -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST)
            .with_max_delay(LONGEST)
            .with_factor(2.0)
            .with_jitter()
            .without_max_times();
        Self { pauses: pauses.build() }
    }
}

impl Backoff {
    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        self.pauses.next().unwrap_or(LONGEST)
    }

    /// After a success.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_bounded_never_end_and_start_over() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..100).map(|_| backoff.pause()).collect();
        assert!(pauses[0] >= FIRST && pauses[0] <= FIRST * 2);
        assert!(pauses[99] >= LONGEST);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST * 2));
        backoff.reset();
        assert!(backoff.pause() <= FIRST * 2);
    }
}
