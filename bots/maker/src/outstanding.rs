//! Quotes that may still be taken: their nonces, which are never given twice.

use crate::pricing::Inventory;
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
    /// What it adds to the maker's inventory if it is taken.
    pub adds: Inventory,
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

    /// Returns what those on a market add to the maker's inventory at most in the direction of
    /// `change`: what has been promised counts as if it were held, or a taker could ask for many
    /// quotes that each keep within the limits.
    pub fn promised(&self, market: u8, change: Inventory) -> Inventory {
        let here = self.quotes.iter().filter(|out| out.market == market);
        let alike = |part: f64, change: f64| if part * change > 0.0 { part } else { 0.0 };
        here.fold(Inventory::default(), |sum, out| {
            sum.plus(Inventory {
                vega: alike(out.adds.vega, change.vega),
                delta: alike(out.adds.delta, change.delta),
            })
        })
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
        if oldest <= base {
            return Given::TooMany;
        }
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
            adds: inventory(1.0),
        }
    }

    fn inventory(vega: f64) -> Inventory {
        Inventory { vega, delta: -vega }
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
    fn a_base_that_cannot_move_is_not_moved() {
        let (mut nonces, mut all) = (Nonces::default(), Outstanding::default());
        all.out(out(Nonce(0), 9));
        for nonce in 1..NONCES {
            nonces.fill(Nonce(nonce)).unwrap();
        }
        assert_eq!(all.next(&nonces), Given::TooMany);
        all.forget(10, &nonces);
        assert_eq!(all.next(&nonces), Given::MoveBase(Nonce(NONCES)));
    }

    #[test]
    fn what_is_promised_counts_until_it_is_taken_or_runs_out() {
        let (mut nonces, mut all) = (Nonces::default(), Outstanding::default());
        for (nonce, market, vega) in [(0, 0, 5.0), (1, 0, -3.0), (2, 1, 9.0), (3, 0, 2.0)] {
            all.out(Out {
                market,
                adds: inventory(vega),
                ..out(Nonce(nonce), 9)
            });
        }
        let promised = |all: &Outstanding, market, vega| all.promised(market, inventory(vega));
        for (market, change, sum) in [(0, 1.0, 7.0), (0, -1.0, -3.0), (1, 4.0, 9.0)] {
            assert_eq!(promised(&all, market, change), inventory(sum));
        }
        nonces.fill(Nonce(0)).unwrap();
        all.forget(9, &nonces);
        assert_eq!(promised(&all, 0, 1.0), inventory(2.0));
        all.forget(10, &nonces);
        assert_eq!((promised(&all, 0, 1.0).vega, all.count()), (0.0, 0));
    }
}
