//! Trying again, and waiting longer after each failure.

use crate::error::ServiceError;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::future::Future;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// Pauses that double from 0.2 s to 10 s, with jitter so that bots do not return all at once.
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
    /// Returns the next pause.
    pub fn pause(&mut self) -> Duration {
        self.pauses.next().unwrap_or(LONGEST)
    }

    /// Starts over, after a success.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// Tries again after network errors, `tries` times in all, with pauses that grow.
///
/// # Errors
/// The last attempt's; any but [`ServiceError::Network`] at once.
pub async fn patiently<T, F>(tries: u32, mut attempt: impl FnMut() -> F) -> Result<T, ServiceError>
where
    F: Future<Output = Result<T, ServiceError>>,
{
    let mut backoff = Backoff::default();
    let mut left = tries;
    loop {
        let error = match attempt().await {
            Err(error @ ServiceError::Network(_)) => error,
            ended => return ended,
        };
        left = left.saturating_sub(1);
        if left == 0 {
            return Err(error);
        }
        let pause: Duration = backoff.pause();
        let retry_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(%error, retry_ms, "trying again");
        tokio::time::sleep(pause).await;
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

    #[tokio::test(start_paused = true)]
    async fn only_a_network_error_is_worth_another_try() {
        let mut tried = 0;
        let ended = patiently(3, || {
            tried += 1;
            async { Err::<(), _>(ServiceError::Network("down".to_owned())) }
        });
        assert!(ended.await.is_err());
        assert_eq!(tried, 3);
        let mut tried = 0;
        let ended = patiently(3, || {
            tried += 1;
            async { Err::<(), _>(ServiceError::Config("wrong".to_owned())) }
        });
        assert!(ended.await.is_err());
        assert_eq!(tried, 1);
    }
}
