//! The price that an expiry settles at: an average over time that nobody samples and nobody
//! chooses.
//!
//! The market adds up price × time and time while its price is of settlement grade
//! ([`accumulators`](ballast_core_market::accumulators)). An expiry settles at the average from
//! [`WINDOW_SECONDS`] before it until it, if at least [`LEAST_SECONDS`] counted in between. If less
//! did, the end moves on by half hours until enough does. If that takes more than
//! [`LONGEST_SECONDS`], the last [`LEAST_SECONDS`] that counted before the expiry decide. No
//! breaker has a part in it, and no other price.
//!
//! Whoever calls [`Settlement::advance`] copies what the market's ring will not keep: the sums
//! where the window begins, and the average before the expiry. Anyone may call it at any time, as
//! often as they like, and gets the same price.

use ballast_core_market::accumulators::{Accumulators, Average, Averages, Checkpoint, HALF_HOUR_SECONDS};
use ballast_core_types::Price;

/// The average begins so long before the expiry, seconds.
pub const WINDOW_SECONDS: i64 = 1_800;
/// So much time has to count in it, seconds.
pub const LEAST_SECONDS: u64 = 600;
/// The end moves on for so long at most, seconds.
pub const LONGEST_SECONDS: i64 = 604_800;

/// What is known of one market and expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The moment of expiry, unix seconds: a half hour.
    pub expiry: i64,
    /// The sums where the window begins, once it has begun.
    pub begins: Option<Checkpoint>,
    /// The average of what counted last before the expiry, once that has passed; `None` too if
    /// nothing did.
    pub before: Option<Price>,
    /// The outcome, which nothing changes any more.
    pub outcome: Option<Outcome>,
}

/// What an expiry settles at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The price.
    pub price: Price,
    /// What it is the average of.
    pub basis: Basis,
}

/// What a price of settlement is the average of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The window.
    Window {
        /// Where it ended, unix seconds.
        ends_at: i64,
        /// How much of it counted, seconds.
        seconds: u64,
    },
    /// What counted last before the expiry.
    BeforeExpiry,
}

/// What is known of an expiry's average once its window has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Averaged {
    /// The moment of expiry, unix seconds.
    pub expiry: i64,
    /// The average so far.
    pub price: Price,
    /// How much time counted in it, seconds.
    pub seconds: u64,
    /// How much will have when it is final, at most: the price is known once that is the same.
    pub of: u64,
}

impl Averaged {
    /// Returns whether the price is known.
    pub const fn is_final(&self) -> bool {
        self.seconds >= self.of
    }

    /// Returns what a market knows of an expiry's average at `now`. `None` before its window has
    /// begun, and while nothing in it has counted.
    pub fn so_far<H>(expiry: i64, market: &Averages<H>, now: i64) -> Option<Self>
    where
        H: Iterator<Item = Checkpoint> + Clone,
    {
        let mut settlement = Settlement::new(expiry);
        if settlement.advance(market, now).is_err() {
            return None;
        }
        let begins = settlement.begins?;
        if let Some(Outcome { price, .. }) = settlement.outcome {
            return Some(Self {
                expiry,
                price,
                seconds: 1,
                of: 1,
            });
        }
        let at_expiry = market.at(expiry).sums;
        let is_over = now >= expiry && at_expiry.seconds_since(begins.sums) >= LEAST_SECONDS;
        let (sums, left) = if is_over {
            (at_expiry, 0)
        } else {
            (market.held.sums_at(now), until_end(expiry, now))
        };
        let Average { price, seconds } = sums.average_since(begins.sums)?;
        Some(Self {
            expiry,
            price,
            seconds,
            of: seconds.saturating_add(left),
        })
    }
}

/// Seconds from `now` until the average may end: the expiry, or the next half hour after it.
fn until_end(expiry: i64, now: i64) -> u64 {
    let past = now.saturating_sub(expiry);
    let left = if past < 0 {
        past.saturating_neg()
    } else {
        HALF_HOUR_SECONDS.saturating_sub(past.rem_euclid(HALF_HOUR_SECONDS))
    };
    left.unsigned_abs()
}

/// Why an expiry does not settle yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementError {
    /// It has been settled.
    Settled,
    /// The market has no price of this moment or a later one.
    TooEarly {
        /// The moment, unix seconds.
        until: i64,
    },
    /// Too little has counted so far: the end moves on.
    TooLittle {
        /// How much has counted, seconds.
        seconds: u64,
        /// From when on the average before the expiry decides, unix seconds.
        final_at: i64,
    },
}

impl Settlement {
    /// Nothing known.
    pub const fn new(expiry: i64) -> Self {
        Self {
            expiry,
            begins: None,
            before: None,
            outcome: None,
        }
    }

    /// Returns where the window begins, unix seconds.
    pub const fn begins_at(&self) -> i64 {
        self.expiry.saturating_sub(WINDOW_SECONDS)
    }

    /// Returns from when on what counted before the expiry decides, unix seconds.
    pub const fn final_at(&self) -> i64 {
        self.expiry.saturating_add(LONGEST_SECONDS)
    }

    /// Copies what has come to pass, and settles if it can: `now` is the chain's clock.
    ///
    /// # Errors
    /// [`SettlementError`] where there is nothing new to copy; nothing is then changed.
    pub fn advance<H>(&mut self, market: &Averages<H>, now: i64) -> Result<(), SettlementError>
    where
        H: Iterator<Item = Checkpoint> + Clone,
    {
        if self.outcome.is_some() {
            return Err(SettlementError::Settled);
        }
        let known = *self;
        // A market that has fallen silent for good passes no half hour any more.
        let is_final = now >= self.final_at() || market.has_passed(self.final_at());
        if self.begins.is_none() {
            if !(is_final || market.has_passed(self.begins_at())) {
                return Err(SettlementError::TooEarly {
                    until: self.begins_at(),
                });
            }
            self.begins = Some(market.at(self.begins_at()));
        }
        let begins = self.begins.map_or_else(Accumulators::default, |begins| begins.sums);
        let waits = if is_final || market.has_passed(self.expiry) {
            if self.before.is_none() {
                let before = market.last_before(self.expiry, LEAST_SECONDS);
                self.before = before.map(|average| average.price);
            }
            self.outcome = self.outcome(market, begins, is_final);
            SettlementError::TooLittle {
                seconds: market.held.sums.seconds_since(begins),
                final_at: self.final_at(),
            }
        } else {
            SettlementError::TooEarly { until: self.expiry }
        };
        if *self == known {
            return Err(waits);
        }
        Ok(())
    }

    fn outcome<H>(&self, market: &Averages<H>, begins: Accumulators, is_final: bool) -> Option<Outcome>
    where
        H: Iterator<Item = Checkpoint> + Clone,
    {
        let average = |least, until| {
            let end = market.first_with(least, begins, self.expiry, until)?;
            let average = end.sums.average_since(begins)?;
            let (ends_at, seconds) = (end.at, average.seconds);
            let basis = Basis::Window { ends_at, seconds };
            Some(Outcome {
                price: average.price,
                basis,
            })
        };
        let in_time = average(LEAST_SECONDS, self.final_at());
        if !is_final {
            return in_time;
        }
        let before = self.before.map(|price| Outcome {
            price,
            basis: Basis::BeforeExpiry,
        });
        // A market without a second that counted, from two days before the expiry to a week after
        // it, settles at the first that does.
        in_time.or(before).or_else(|| average(1, i64::MAX))
    }
}

#[cfg(test)]
mod tests;
