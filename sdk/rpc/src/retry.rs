//! Trying again, and waiting longer after each failure.

use crate::error::ServiceError;
use crate::told::{Say, Told};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::future::Future;
use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// Pauses that double from 0.2 s to 10 s or another bound, with jitter so that bots do not return
/// all at once.
#[derive(Debug)]
pub struct Backoff {
    pauses: ExponentialBackoff,
    longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::up_to(LONGEST)
    }
}

impl Backoff {
    /// Returns pauses up to this one.
    pub fn up_to(longest: Duration) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST)
            .with_max_delay(longest)
            .with_factor(2.0)
            .with_jitter()
            .without_max_times();
        Self {
            pauses: pauses.build(),
            longest,
        }
    }

    /// Returns the next pause.
    pub fn pause(&mut self) -> Duration {
        self.pauses.next().unwrap_or(self.longest)
    }

    /// Starts over, after a success.
    pub fn reset(&mut self) {
        *self = Self::up_to(self.longest);
    }
}

/// Tries again after errors of the node or the network, `tries` times in all, with pauses that grow
/// and are no shorter than what a node asks for. What is wrong is logged once.
///
/// # Errors
/// The last attempt's; one that trying again will not mend at once.
pub async fn patiently<T, F>(tries: u32, mut attempt: impl FnMut() -> F) -> Result<T, ServiceError>
where
    F: Future<Output = Result<T, ServiceError>>,
{
    let mut backoff = Backoff::default();
    let mut left = tries;
    let mut told = Told::default();
    loop {
        let error = match attempt().await {
            Err(error @ (ServiceError::Network(_) | ServiceError::Node(_))) => error,
            ended => return ended,
        };
        left = left.saturating_sub(1);
        if left == 0 {
            return Err(error);
        }
        let mut pause = backoff.pause();
        match &error {
            // Its state is in the log already.
            ServiceError::Node(node) => pause = pause.max(node.wait().unwrap_or_default()),
            error if told.trouble(error.to_string(), Instant::now()) != Say::Nothing => {
                tracing::warn!(%error, "trying again until it works");
            }
            _ => {}
        }
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
