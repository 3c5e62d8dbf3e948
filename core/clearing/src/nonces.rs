//! Which of a maker's quotes still hold: each nonce is filled once, or cancelled.
//!
//! The nonces from a base on, [`NONCES`] of them, have a bit each; no other holds. Only the maker
//! moves the base, and only up: what lies below is void for good, so one number ends every quote
//! that was signed. Nothing a taker does voids a quote beside the one they take.

/// Nonces that hold at once.
pub const NONCES: u64 = 1_024;
/// Words of 64 bits for them.
pub const NONCE_WORDS: usize = 16;

/// A number a maker gives a quote. The greatest `u64` is not one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonce(pub u64);

/// The nonces of a margin account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nonces {
    /// The least that holds.
    pub base: Nonce,
    /// Bit n mod 64 of word n / 64 mod 16: whether nonce n was filled or cancelled.
    pub used: [u64; NONCE_WORDS],
}

/// Why a nonce does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceError {
    /// The maker cancelled every nonce below this.
    BelowBase(Nonce),
    /// The first nonce that is too high, until the maker moves the base.
    TooHigh(Nonce),
    /// It was filled, or the maker cancelled it.
    Used,
    /// The greatest `u64`, which no base could lie above.
    Reserved,
}

impl Nonces {
    /// Checks whether a nonce may still be filled.
    ///
    /// # Errors
    /// [`NonceError`].
    pub fn check(&self, nonce: Nonce) -> Result<(), NonceError> {
        self.check_range(nonce)?;
        if self.word(nonce) & bit(nonce) != 0 {
            return Err(NonceError::Used);
        }
        Ok(())
    }

    /// Fills a nonce: once.
    ///
    /// # Errors
    /// [`NonceError`]; nothing is then changed.
    pub fn fill(&mut self, nonce: Nonce) -> Result<(), NonceError> {
        self.check(nonce)?;
        self.set(nonce);
        Ok(())
    }

    /// Cancels a nonce, as if it had been filled.
    ///
    /// # Errors
    /// [`NonceError`] for one that could not be filled in any case, other than
    /// [`NonceError::Used`].
    pub fn cancel(&mut self, nonce: Nonce) -> Result<(), NonceError> {
        self.check_range(nonce)?;
        self.set(nonce);
        Ok(())
    }

    /// Cancels every nonce below `base`, and lets those hold that follow it. Never takes a
    /// cancellation back: a base that is lower changes nothing.
    pub fn move_base(&mut self, base: Nonce) {
        let passed = base.0.saturating_sub(self.base.0).min(NONCES);
        for step in 0..passed {
            // Its bit is from now on that of the nonce which follows by the whole range.
            let freed = Nonce(self.base.0.wrapping_add(step));
            if let Some(word) = self.used.get_mut(word_of(freed)) {
                *word &= !bit(freed);
            }
        }
        self.base = self.base.max(base);
    }

    /// Returns a base that ends every quote which can be taken now.
    pub const fn beyond(&self) -> Nonce {
        Nonce(self.base.0.saturating_add(NONCES))
    }

    /// Returns the first nonce that may be filled, looked for from `hint` positions above the base
    /// on and then from the base: makers without a memory of their own give the slot.
    pub fn first_free(&self, hint: u64) -> Option<Nonce> {
        (0..NONCES)
            .map(|step| Nonce(self.base.0.saturating_add(hint.wrapping_add(step) % NONCES)))
            .find(|nonce| self.check(*nonce).is_ok())
    }

    fn check_range(&self, nonce: Nonce) -> Result<(), NonceError> {
        if nonce.0 == u64::MAX {
            return Err(NonceError::Reserved);
        }
        if nonce < self.base {
            return Err(NonceError::BelowBase(self.base));
        }
        let beyond = self.beyond();
        if nonce >= beyond {
            return Err(NonceError::TooHigh(beyond));
        }
        Ok(())
    }

    fn word(&self, nonce: Nonce) -> u64 {
        self.used.get(word_of(nonce)).copied().unwrap_or_default()
    }

    fn set(&mut self, nonce: Nonce) {
        if let Some(word) = self.used.get_mut(word_of(nonce)) {
            *word |= bit(nonce);
        }
    }
}

/// Words of 64 bits, sixteen of them: powers of two.
const fn word_of(nonce: Nonce) -> usize {
    (nonce.0 >> 6) as usize & (NONCE_WORDS - 1)
}

const fn bit(nonce: Nonce) -> u64 {
    1 << (nonce.0 & 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::collections::BTreeSet;

    #[test]
    fn a_nonce_is_filled_once_between_the_base_and_its_end() {
        let mut nonces = Nonces::default();
        for (nonce, expected) in [
            (0, Ok(())),
            (0, Err(NonceError::Used)),
            (64, Ok(())),
            (1_023, Ok(())),
            (1_024, Err(NonceError::TooHigh(Nonce(1_024)))),
            (u64::MAX, Err(NonceError::Reserved)),
            (1, Ok(())),
        ] {
            assert_eq!(nonces.fill(Nonce(nonce)), expected, "{nonce}");
        }
        assert_eq!(
            nonces.cancel(Nonce(0)),
            Ok(()),
            "a fill is cancelled too late, and that is all"
        );
        nonces.cancel(Nonce(7)).unwrap();
        assert_eq!(nonces.fill(Nonce(7)), Err(NonceError::Used));
        assert_eq!(nonces.first_free(0), Some(Nonce(2)));
        assert_eq!(nonces.first_free(1_023), Some(Nonce(2)));
        assert_eq!(nonces.first_free(2_048 + 64), Some(Nonce(65)));
    }

    #[test]
    fn the_base_moves_up_alone() {
        let mut nonces = Nonces::default();
        nonces.fill(Nonce(9)).unwrap();
        nonces.move_base(nonces.beyond());
        assert_eq!(nonces.fill(Nonce(9)), Err(NonceError::BelowBase(Nonce(1_024))));
        assert_eq!(nonces.fill(Nonce(9 + 1_024)), Ok(()), "the bit belongs to another");
        nonces.move_base(Nonce(5));
        assert_eq!(nonces.base, Nonce(1_024), "never down");
        nonces.move_base(Nonce(u64::MAX));
        assert_eq!(
            nonces.fill(Nonce(u64::MAX - 1)),
            Err(NonceError::BelowBase(Nonce(u64::MAX)))
        );
        assert_eq!(nonces.first_free(3), None);
    }

    proptest! {
        /// Beside a set that forgets nothing: whatever was filled, cancelled or passed by the base
        /// is never filled again, and everything else within the range is.
        #[test]
        fn no_nonce_is_ever_filled_twice(acts in prop::collection::vec((0u8..4, 0u64..3_000, 0u64..1_100), 1..200)) {
            let (mut nonces, mut gone, mut base) = (Nonces::default(), BTreeSet::new(), 0u64);
            for (act, any, near) in acts {
                let nonce = if act == 3 { any } else { base + near };
                let holds = (base..base + NONCES).contains(&nonce);
                match act {
                    0 | 3 => {
                        let filled = nonces.fill(Nonce(nonce)).is_ok();
                        prop_assert_eq!(filled, holds && gone.insert(nonce));
                    }
                    1 => {
                        if nonces.cancel(Nonce(nonce)).is_ok() {
                            prop_assert!(holds);
                            gone.insert(nonce);
                        }
                    }
                    _ => {
                        nonces.move_base(Nonce(any));
                        base = base.max(any);
                    }
                }
            }
        }
    }
}
