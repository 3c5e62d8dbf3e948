//! The price that an expiry settles at: the average of samples that anybody may record, or, at the
//! very last, the slow price.
//!
//! Samples are admitted prices published in the window before expiry, in rising order of
//! publication, at most one in each stretch of [`SettlementParams::spacing_seconds`] and half a
//! stretch apart. (Whole stretches apart would let somebody who samples at the end of one push all
//! the following to the ends of theirs, until one is missed.) Each has the same weight, so who
//! chooses one sample moves the average by no more than that sample's distance from what else would
//! have been taken, over their number, which is at least [`SettlementParams::min_samples`].
//!
//! Where there are too few at the end, the window grows, step by step, until a step ends with
//! enough of them. After the largest delay the market's slow price settles, once and for all.

use super::params::SettlementParams;
use ballast_core_types::{Price, I80F48};

/// What has been recorded of one market and expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The moment of expiry, unix seconds.
    pub expiry: i64,
    /// The last moment from which samples are taken: expiry, or later if the window has grown.
    pub ends_at: i64,
    /// When the last sample was published, unix seconds; without meaning while there is none.
    pub last_at: i64,
    /// Number of samples.
    pub count: u32,
    /// Their sum.
    pub sum: I80F48,
    /// The outcome, which nothing changes any more.
    pub outcome: Option<Outcome>,
}

/// What an expiry settles at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The price.
    pub price: Price,
    /// Whether it is the slow price, for want of samples.
    pub is_slow_price: bool,
}

/// Why a sample is not taken, or an expiry not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementError {
    /// It has been settled.
    Settled,
    /// Published before the window begins.
    BeforeWindow(i64),
    /// Published after the window that has enough samples, or that cannot grow any more.
    AfterWindow(i64),
    /// Published in the same stretch as the last sample, before it, or less than half a stretch
    /// after it.
    TooClose {
        /// When the last one was published.
        last_at: i64,
    },
    /// The window has not ended.
    TooEarly {
        /// When it ends.
        ends_at: i64,
    },
    /// Too few samples so far: the window grows.
    TooFew {
        /// How many there are.
        count: u32,
        /// When the slow price will settle at the latest.
        final_at: i64,
    },
    /// A number does not fit.
    TooLarge,
}

impl Settlement {
    /// Nothing recorded.
    pub const fn new(expiry: i64) -> Self {
        Self {
            expiry,
            ends_at: expiry,
            last_at: 0,
            count: 0,
            sum: I80F48::ZERO,
            outcome: None,
        }
    }

    /// Records a price that was admitted for `Settle` and published at `publish_time`.
    ///
    /// # Errors
    /// [`SettlementError`]; nothing is then changed.
    pub fn sample(
        &mut self,
        price: Price,
        publish_time: i64,
        params: &SettlementParams,
    ) -> Result<(), SettlementError> {
        if self.outcome.is_some() {
            return Err(SettlementError::Settled);
        }
        let begins_at = self.expiry.saturating_sub(i64::from(params.window_seconds));
        if publish_time < begins_at {
            return Err(SettlementError::BeforeWindow(begins_at));
        }
        let ends_at = self.window_for(publish_time, params)?;
        let spacing = i64::from(params.spacing_seconds);
        let stretch = |time: i64| time.saturating_sub(begins_at).checked_div(spacing);
        let apart = publish_time.saturating_sub(self.last_at);
        let close = stretch(publish_time) <= stretch(self.last_at) || apart < spacing >> 1;
        if self.count > 0 && close {
            return Err(SettlementError::TooClose { last_at: self.last_at });
        }
        self.sum = self.sum.checked_add(price.fixed()).ok_or(SettlementError::TooLarge)?;
        self.count = self.count.saturating_add(1);
        self.last_at = publish_time;
        self.ends_at = ends_at;
        Ok(())
    }

    /// Returns the end of the window that a moment lies in, if the window may grow to it.
    fn window_for(&self, time: i64, params: &SettlementParams) -> Result<i64, SettlementError> {
        let beyond = time.saturating_sub(self.ends_at);
        if beyond <= 0 {
            return Ok(self.ends_at);
        }
        let final_at = self.final_at(params);
        if self.has_enough(params) || time > final_at {
            return Err(SettlementError::AfterWindow(self.ends_at));
        }
        let step = i64::from(params.extension_seconds).max(1);
        let steps = beyond.saturating_add(step.saturating_sub(1)).checked_div(step);
        let grown = steps.unwrap_or_default().saturating_mul(step);
        Ok(self.ends_at.saturating_add(grown).min(final_at))
    }

    fn has_enough(&self, params: &SettlementParams) -> bool {
        self.count > 0 && self.count >= u32::from(params.min_samples)
    }

    /// From when on the slow price settles if there are too few samples, unix seconds.
    pub fn final_at(&self, params: &SettlementParams) -> i64 {
        self.expiry.saturating_add(i64::from(params.max_delay_seconds))
    }

    /// Settles at `now`: by the average, rounded down to 2⁻⁴⁸, if the window has ended with enough
    /// samples; by `slow_price` from [`Self::final_at`] on. What has been settled is only told
    /// again.
    ///
    /// # Errors
    /// [`SettlementError::TooEarly`], [`SettlementError::TooFew`], [`SettlementError::TooLarge`];
    /// nothing is then changed.
    pub fn finish(
        &mut self,
        slow_price: Price,
        now: i64,
        params: &SettlementParams,
    ) -> Result<Outcome, SettlementError> {
        if let Some(outcome) = self.outcome {
            return Ok(outcome);
        }
        if now < self.ends_at {
            return Err(SettlementError::TooEarly { ends_at: self.ends_at });
        }
        let outcome = if self.has_enough(params) {
            let average = self.sum.checked_div_int(i128::from(self.count));
            Outcome {
                price: average.and_then(Price::from_fixed).ok_or(SettlementError::TooLarge)?,
                is_slow_price: false,
            }
        } else {
            let final_at = self.final_at(params);
            if now < final_at {
                return Err(SettlementError::TooFew {
                    count: self.count,
                    final_at,
                });
            }
            Outcome {
                price: slow_price,
                is_slow_price: true,
            }
        };
        self.outcome = Some(outcome);
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{EXPIRY, LISTING};
    use ballast_core_types::fixtures::price;
    use proptest::prelude::*;

    const PARAMS: SettlementParams = LISTING.settlement;
    const START: i64 = EXPIRY - 1_800;
    const SLOW: &str = "777";

    /// Samples at the given moments, price 100; the last one's answer.
    fn sampled(times: impl IntoIterator<Item = i64>) -> (Settlement, Result<(), SettlementError>) {
        let mut settlement = Settlement::new(EXPIRY);
        let mut last = Ok(());
        for time in times {
            last = settlement.sample(price("100"), time, &PARAMS);
        }
        (settlement, last)
    }

    fn every(seconds: usize, count: usize) -> impl Iterator<Item = i64> {
        (START..).step_by(seconds).take(count)
    }

    #[test]
    fn samples_are_in_the_window_and_apart() {
        let close = |last_at| Err(SettlementError::TooClose { last_at });
        for (times, expected) in [
            (&[START - 1][..], Err(SettlementError::BeforeWindow(START))),
            (&[START], Ok(())),
            (&[EXPIRY], Ok(())),
            (&[START, START], close(START)),
            (&[START, START + 59], close(START)),
            (&[START, START + 60], Ok(())),
            (&[START + 59, START + 60], close(START + 59)),
            (&[START + 59, START + 88], close(START + 59)),
            (&[START + 59, START + 89], Ok(())),
            (&[START + 120, START + 60], close(START + 120)),
        ] {
            assert_eq!(sampled(times.iter().copied()).1, expected, "{times:?}");
        }
    }

    #[test]
    fn whoever_samples_last_in_a_stretch_leaves_room_in_every_other() {
        // At the worst moment of each stretch, still one in each.
        let mut settlement = Settlement::new(EXPIRY);
        let mut taken = 0;
        for second in (START..=EXPIRY)
            .rev()
            .step_by(60)
            .collect::<std::vec::Vec<_>>()
            .into_iter()
            .rev()
        {
            taken += u32::from(settlement.sample(price("1"), second, &PARAMS).is_ok());
        }
        assert_eq!(taken, 31);
    }

    extern crate std;

    #[test]
    fn the_window_grows_step_by_step_until_a_step_ends_with_enough() {
        let few = |count| {
            Err(SettlementError::TooFew {
                count,
                final_at: EXPIRY + 7_200,
            })
        };
        let early = |ends_at| Err(SettlementError::TooEarly { ends_at });
        let average = Ok(Outcome {
            price: price("100"),
            is_slow_price: false,
        });
        let slow = Ok(Outcome {
            price: price(SLOW),
            is_slow_price: true,
        });
        for (times, now, expected) in [
            (every(60, 20).collect::<std::vec::Vec<_>>(), EXPIRY - 1, early(EXPIRY)),
            (every(60, 20).collect(), EXPIRY, average),
            (every(60, 19).collect(), EXPIRY, few(19)),
            (every(60, 19).collect(), EXPIRY + 7_199, few(19)),
            (every(60, 19).collect(), EXPIRY + 7_200, slow),
            (std::vec![], EXPIRY + 7_200, slow),
            (
                every(60, 19).chain([EXPIRY + 1]).collect(),
                EXPIRY + 1,
                early(EXPIRY + 600),
            ),
            (every(60, 19).chain([EXPIRY + 1]).collect(), EXPIRY + 600, average),
            (every(60, 18).chain([EXPIRY + 601]).collect(), EXPIRY + 1_200, few(19)),
            (every(60, 18).chain([EXPIRY + 7_200]).collect(), EXPIRY + 7_200, slow),
        ] {
            let (mut settlement, last) = sampled(times);
            assert_eq!(last, Ok(()));
            assert_eq!(settlement.finish(price(SLOW), now, &PARAMS), expected, "{now}");
        }
        // Enough samples close the window.
        let (_, after) = sampled(every(60, 20).chain([EXPIRY + 1]));
        assert_eq!(after, Err(SettlementError::AfterWindow(EXPIRY)));
        let (_, after) = sampled(every(60, 19).chain([EXPIRY + 300, EXPIRY + 601]));
        assert_eq!(after, Err(SettlementError::AfterWindow(EXPIRY + 600)));
        let (_, after) = sampled([EXPIRY + 7_201]);
        assert_eq!(after, Err(SettlementError::AfterWindow(EXPIRY)));
    }

    #[test]
    fn an_outcome_is_final() {
        let (mut settlement, _) = sampled(every(60, 20));
        let outcome = settlement.finish(price(SLOW), EXPIRY, &PARAMS).unwrap();
        let late = settlement.sample(price("9"), EXPIRY + 1, &PARAMS);
        assert_eq!(late, Err(SettlementError::Settled));
        assert_eq!(settlement.finish(price("9"), EXPIRY + 9_999, &PARAMS), Ok(outcome));
    }

    proptest! {
        /// An adversary has one stretch to themselves: they sample at a moment of their choice, at
        /// whatever price was admitted then, before anybody else. Everybody else samples in the
        /// middle of each stretch. They move the average by their sample's distance over the number
        /// of samples.
        #[test]
        fn nobody_moves_the_average_by_more_than_one_samples_weight(
            prices in proptest::collection::vec(1u64..1 << 50, 30), his in 1u64..1 << 50, stretch in 0usize..30, offset in 0i64..30,
        ) {
            let fixed = |bits: u64| Price::from_fixed(I80F48::from_bits(i128::from(bits) << 20)).unwrap();
            let settle = |adversary: bool| {
                let mut settlement = Settlement::new(EXPIRY);
                for (index, honest) in prices.iter().enumerate() {
                    let begins = START + 60 * index as i64;
                    if adversary && index == stretch {
                        settlement.sample(fixed(his), begins + offset, &PARAMS).unwrap();
                        assert!(settlement.sample(fixed(*honest), begins + 30, &PARAMS).is_err());
                    } else {
                        settlement.sample(fixed(*honest), begins + 30, &PARAMS).unwrap();
                    }
                }
                settlement.finish(fixed(1), EXPIRY, &PARAMS).unwrap().price.fixed()
            };
            let moved = settle(true).abs_diff(settle(false));
            let distance = fixed(his).fixed().abs_diff(fixed(prices[stretch]).fixed());
            prop_assert!(moved * 30 <= distance + 30 * moved.min(fixed::types::U80F48::DELTA), "{moved} {distance}");
            prop_assert!(distance <= (moved + fixed::types::U80F48::DELTA) * 30);
        }
    }
}
