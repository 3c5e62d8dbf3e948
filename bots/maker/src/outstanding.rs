//! Quotes that may still be taken: their nonces, which are never given twice.

use ballast_core_clearing::nonces::{Nonce, Nonces, NONCES};
use std::collections::VecDeque;

/// Most quotes that are out at once: half of what the account has bits for, so that its base can
/// always be moved past those that have run out.
pub const MOST: usize = 512;

/// The quotes of an account that are out.
#[derive(Debug, Default)]
pub struct Outstanding {
    /// Nonce and last slot, oldest first.
    quotes: VecDeque<(u64, u64)>,
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
    /// Forgets those that have run out by `slot`.
    pub fn expire(&mut self, slot: u64) {
        while self.quotes.front().is_some_and(|(_, until)| *until < slot) {
            self.quotes.pop_front();
        }
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
        let oldest = self.quotes.front().map_or(self.next, |(nonce, _)| *nonce);
        Given::MoveBase(Nonce(oldest))
    }

    /// A quote is out.
    pub fn out(&mut self, nonce: Nonce, until: u64) {
        self.quotes.push_back((nonce.0, until));
        self.next = self.next.max(nonce.0.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_nonce_is_given_twice_and_the_base_moves_past_what_has_run_out() {
        let (mut nonces, mut out) = (Nonces::default(), Outstanding::default());
        nonces.cancel(Nonce(2)).unwrap();
        let mut given = Vec::new();
        for slot in 0..3_000u64 {
            out.expire(slot);
            match out.next(&nonces) {
                Given::Free(nonce) => {
                    assert!(nonces.check(nonce).is_ok());
                    given.push(nonce.0);
                    out.out(nonce, slot + 100);
                }
                Given::MoveBase(base) => {
                    assert!(base.0 + 101 >= given.last().copied().unwrap());
                    nonces.move_base(base);
                }
                Given::TooMany => panic!("a hundred are out at most"),
            }
        }
        assert!(!given.contains(&2) && given.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(given.len() > 2_990 && out.count() <= 101);
        out.cancelled(Nonce(50_000));
        assert_eq!((out.count(), out.next(&nonces)), (0, Given::MoveBase(Nonce(50_000))));
    }

    #[test]
    fn only_so_many_are_out_at_once() {
        let (nonces, mut out) = (Nonces::default(), Outstanding::default());
        for _ in 0..MOST {
            let Given::Free(nonce) = out.next(&nonces) else {
                panic!("there is room")
            };
            out.out(nonce, 9);
        }
        assert_eq!(out.next(&nonces), Given::TooMany);
        out.expire(10);
        assert_eq!(out.next(&nonces), Given::Free(Nonce(MOST as u64)));
    }
}
