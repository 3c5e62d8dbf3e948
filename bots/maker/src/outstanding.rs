//! Quotes that may still be taken: their nonces, which are never given twice.

use ballast_core_clearing::nonces::{Nonce, Nonces, NONCES};
use std::collections::VecDeque;

/// Most quotes that are out at once: half of what the account has bits for, so that its base can
/// always be moved past those that have run out.
pub const MOST: usize = 512;

/// A quote that is out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Out {
    /// Its nonce.
    pub nonce: Nonce,
    /// The last slot in which it holds.
    pub until: u64,
    /// The market that it is on.
    pub market: u8,
    /// By how much it changes the maker's vega if it is taken, base units per vol point.
    pub vega: f64,
}

/// The quotes of an account that are out.
#[derive(Debug, Default)]
pub struct Outstanding {
    /// Oldest first.
    quotes: VecDeque<Out>,
    /// The next nonce, at least.
    next: u64,
}

/// What giving a nonce needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// This one is free.
    Free(Nonce),
    /// The account's base has to be moved here first.
    MoveBase(Nonce),
    /// Too many are out.
    TooMany,
}

impl Outstanding {
    /// Forgets those that have run out by `slot`, and those that were taken or cancelled.
    pub fn forget(&mut self, slot: u64, nonces: &Nonces) {
        self.quotes
            .retain(|out| out.until >= slot && nonces.check(out.nonce).is_ok());
    }

    /// Returns by how much those on a market change the maker's vega at most in the direction of
    /// `change`: what has been promised counts as if it were held, or a taker could ask for many
    /// quotes that each keep within the limit.
    pub fn vega(&self, market: u8, change: f64) -> f64 {
        let here = self.quotes.iter().filter(|out| out.market == market);
        here.map(|out| out.vega).filter(|vega| vega * change > 0.0).sum()
    }

    /// Forgets all of them: they have been cancelled below `base`.
    pub fn cancelled(&mut self, base: Nonce) {
        self.quotes.clear();
        self.next = self.next.max(base.0);
    }

    /// Returns how many are out.
    pub fn count(&self) -> usize {
        self.quotes.len()
    }

    /// Returns a nonce for the next quote; [`Self::out`] then has to be told of it.
    pub fn next(&mut self, nonces: &Nonces) -> Given {
        if self.quotes.len() >= MOST {
            return Given::TooMany;
        }
        let base = nonces.base.0;
        self.next = self.next.max(base);
        while self.next < base.saturating_add(NONCES) && nonces.check(Nonce(self.next)).is_err() {
            self.next = self.next.saturating_add(1);
        }
        if self.next < base.saturating_add(NONCES) {
            return Given::Free(Nonce(self.next));
        }
        // Everything older than the oldest that is out has run out.
        let oldest = self.quotes.front().map_or(self.next, |out| out.nonce.0);
        Given::MoveBase(Nonce(oldest))
    }

    /// A quote is out.
    pub fn out(&mut self, out: Out) {
        self.quotes.push_back(out);
        self.next = self.next.max(out.nonce.0.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(nonce: Nonce, until: u64) -> Out {
        Out {
            nonce,
            until,
            market: 0,
            vega: 1.0,
        }
    }

    #[test]
    fn no_nonce_is_given_twice_and_the_base_moves_past_what_has_run_out() {
        let (mut nonces, mut all) = (Nonces::default(), Outstanding::default());
        nonces.cancel(Nonce(2)).unwrap();
        let mut given = Vec::new();
        for slot in 0..3_000u64 {
            all.forget(slot, &nonces);
            match all.next(&nonces) {
                Given::Free(nonce) => {
                    assert!(nonces.check(nonce).is_ok());
                    given.push(nonce.0);
                    all.out(out(nonce, slot + 100));
                }
                Given::MoveBase(base) => {
                    assert!(base.0 + 101 >= given.last().copied().unwrap());
                    nonces.move_base(base);
                }
                Given::TooMany => panic!("a hundred are out at most"),
            }
        }
        assert!(!given.contains(&2) && given.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(given.len() > 2_990 && all.count() <= 101);
        all.cancelled(Nonce(50_000));
        assert_eq!((all.count(), all.next(&nonces)), (0, Given::MoveBase(Nonce(50_000))));
    }

    #[test]
    fn only_so_many_are_out_at_once() {
        let (nonces, mut all) = (Nonces::default(), Outstanding::default());
        for _ in 0..MOST {
            let Given::Free(nonce) = all.next(&nonces) else {
                panic!("there is room")
            };
            all.out(out(nonce, 9));
        }
        assert_eq!(all.next(&nonces), Given::TooMany);
        all.forget(10, &nonces);
        assert_eq!(all.next(&nonces), Given::Free(Nonce(MOST as u64)));
    }

    #[test]
    fn what_is_promised_counts_until_it_is_taken_or_runs_out() {
        let (mut nonces, mut all) = (Nonces::default(), Outstanding::default());
        for (nonce, market, vega) in [(0, 0, 5.0), (1, 0, -3.0), (2, 1, 9.0), (3, 0, 2.0)] {
            all.out(Out {
                market,
                vega,
                ..out(Nonce(nonce), 9)
            });
        }
        assert_eq!(
            (all.vega(0, 1.0), all.vega(0, -1.0), all.vega(1, 4.0)),
            (7.0, -3.0, 9.0)
        );
        nonces.fill(Nonce(0)).unwrap();
        all.forget(9, &nonces);
        assert_eq!(all.vega(0, 1.0), 2.0);
        all.forget(10, &nonces);
        assert_eq!((all.vega(0, 1.0), all.count()), (0.0, 0));
    }
}
