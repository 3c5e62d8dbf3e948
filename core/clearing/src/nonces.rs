//! Which of a maker's quotes still hold, and how much of each is filled.
//!
//! Nonce n lives in slot n mod 32. A higher nonce of the same slot takes it over; the lower one is
//! then superseded for good. So a maker can have 32 quotes half filled at once, without an account
//! for each, and nothing signed can be filled beyond its size.

use ballast_core_types::Lots;

/// Quotes that can be half filled at once.
pub const NONCE_SLOTS: usize = 32;

/// A number a maker gives a quote. The greatest `u64` is not one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonce(pub u64);

/// One slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NonceSlot {
    /// The nonce that holds it.
    pub nonce: Nonce,
    /// Lots filled of it; [`NonceSlot::CANCELLED`] if it was cancelled.
    pub filled: u64,
}

impl NonceSlot {
    /// More than any size.
    pub const CANCELLED: u64 = u64::MAX;
}

/// The nonces of a margin account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nonces {
    /// Nonces below it are cancelled.
    pub least: Nonce,
    /// The slots.
    pub slots: [NonceSlot; NONCE_SLOTS],
}

/// Why a quote cannot be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceError {
    /// The maker cancelled every nonce below this.
    BelowLeast(Nonce),
    /// A quote with this higher nonce has taken the slot.
    Superseded(Nonce),
    /// The maker cancelled it.
    Cancelled,
    /// Less than that is left of it.
    Filled {
        /// What is left, lots.
        left: u64,
    },
    /// The greatest `u64`, which no `least` could lie above.
    Reserved,
    /// A size that is not positive.
    Size(i64),
}

impl Nonces {
    /// Returns what has been filled of a nonce, if it still holds.
    ///
    /// # Errors
    /// [`NonceError::Reserved`], [`NonceError::BelowLeast`], [`NonceError::Superseded`].
    pub fn filled(&self, nonce: Nonce) -> Result<u64, NonceError> {
        if nonce.0 == u64::MAX {
            return Err(NonceError::Reserved);
        }
        if nonce < self.least {
            return Err(NonceError::BelowLeast(self.least));
        }
        let slot = self.slots.get(slot_of(nonce)).copied().unwrap_or_default();
        if slot.nonce > nonce {
            return Err(NonceError::Superseded(slot.nonce));
        }
        Ok(if slot.nonce == nonce { slot.filled } else { 0 })
    }

    /// Fills `quantity` of a quote of the given size.
    ///
    /// # Errors
    /// [`NonceError`]; nothing is then changed.
    pub fn fill(&mut self, nonce: Nonce, size: Lots, quantity: Lots) -> Result<(), NonceError> {
        let filled = self.filled(nonce)?;
        if filled == NonceSlot::CANCELLED {
            return Err(NonceError::Cancelled);
        }
        let positive = |lots: Lots| u64::try_from(lots.0).ok().filter(|lots| *lots > 0);
        let wanted = positive(quantity).ok_or(NonceError::Size(quantity.0))?;
        let left = positive(size).ok_or(NonceError::Size(size.0))?.saturating_sub(filled);
        if wanted > left {
            return Err(NonceError::Filled { left });
        }
        self.set(nonce, filled.saturating_add(wanted));
        Ok(())
    }

    /// Cancels one quote: it counts as full.
    ///
    /// # Errors
    /// [`NonceError`] if it does not hold any more.
    pub fn cancel(&mut self, nonce: Nonce) -> Result<(), NonceError> {
        self.filled(nonce)?;
        self.set(nonce, NonceSlot::CANCELLED);
        Ok(())
    }

    /// Cancels every quote whose nonce is below `up_to`, or, without it, below and including the
    /// highest that was ever filled or cancelled here. Never takes a cancellation back. Returns the
    /// least nonce that now holds.
    ///
    /// A quote nobody has touched may have a higher nonce: who wants it gone says `up_to`.
    pub fn cancel_all(&mut self, up_to: Option<Nonce>) -> Nonce {
        let highest = self.slots.iter().map(|slot| slot.nonce.0).max().unwrap_or_default();
        let above = up_to.unwrap_or(Nonce(highest.saturating_add(1)));
        self.least = self.least.max(above);
        self.least
    }

    fn set(&mut self, nonce: Nonce, filled: u64) {
        if let Some(slot) = self.slots.get_mut(slot_of(nonce)) {
            *slot = NonceSlot { nonce, filled };
        }
    }
}

const fn slot_of(nonce: Nonce) -> usize {
    // A power of two.
    nonce.0 as usize & (NONCE_SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(nonces: &mut Nonces, nonce: u64, size: i64, quantity: i64) -> Result<(), NonceError> {
        nonces.fill(Nonce(nonce), Lots(size), Lots(quantity))
    }

    #[test]
    fn a_quote_is_filled_up_to_its_size_and_no_further() {
        let mut nonces = Nonces::default();
        for (nonce, size, quantity, expected) in [
            (0, 10, 4, Ok(())),
            (0, 10, 6, Ok(())),
            (0, 10, 1, Err(NonceError::Filled { left: 0 })),
            (7, 10, 11, Err(NonceError::Filled { left: 10 })),
            (7, 10, 4, Ok(())),
            // The same nonce on a smaller quote: what is filled counts.
            (7, 5, 2, Err(NonceError::Filled { left: 1 })),
            (7, 3, 1, Err(NonceError::Filled { left: 0 })),
            (7, 10, 0, Err(NonceError::Size(0))),
            (7, 10, -1, Err(NonceError::Size(-1))),
            (7, -10, 1, Err(NonceError::Size(-10))),
            // Same slot, higher nonce.
            (39, 10, 10, Ok(())),
            (7, 10, 1, Err(NonceError::Superseded(Nonce(39)))),
            (u64::MAX, 10, 1, Err(NonceError::Reserved)),
            (u64::MAX - 1, 10, 10, Ok(())),
            (u64::MAX - 1, 10, 1, Err(NonceError::Filled { left: 0 })),
        ] {
            assert_eq!(fill(&mut nonces, nonce, size, quantity), expected, "{nonce}");
        }
    }

    #[test]
    fn what_is_cancelled_stays_cancelled() {
        let mut nonces = Nonces::default();
        fill(&mut nonces, 5, 10, 1).unwrap();
        nonces.cancel(Nonce(5)).unwrap();
        nonces.cancel(Nonce(5)).unwrap();
        assert_eq!(fill(&mut nonces, 5, i64::MAX, 1), Err(NonceError::Cancelled));
        nonces.cancel(Nonce(40)).unwrap();
        assert_eq!(fill(&mut nonces, 40, 10, 1), Err(NonceError::Cancelled));
        assert_eq!(nonces.cancel(Nonce(8)), Err(NonceError::Superseded(Nonce(40))));
        assert_eq!(nonces.cancel(Nonce(u64::MAX)), Err(NonceError::Reserved));

        assert_eq!(nonces.cancel_all(None), Nonce(41));
        assert_eq!(fill(&mut nonces, 39, 10, 1), Err(NonceError::BelowLeast(Nonce(41))));
        assert_eq!(fill(&mut nonces, 41, 10, 1), Ok(()));
        assert_eq!(nonces.cancel_all(Some(Nonce(7))), Nonce(41), "never down");
        assert_eq!(nonces.cancel_all(Some(Nonce(1_000))), Nonce(1_000));
        assert_eq!(nonces.cancel_all(None), Nonce(1_000));
        assert_eq!(nonces.cancel_all(Some(Nonce(u64::MAX))), Nonce(u64::MAX));
        assert_eq!(
            fill(&mut nonces, u64::MAX - 1, 10, 1),
            Err(NonceError::BelowLeast(Nonce(u64::MAX)))
        );
    }

    #[test]
    fn thirty_two_quotes_can_be_half_filled_at_once() {
        let mut nonces = Nonces::default();
        for nonce in 100..132 {
            fill(&mut nonces, nonce, 10, 5).unwrap();
        }
        for nonce in 100..132 {
            assert_eq!(nonces.filled(Nonce(nonce)), Ok(5));
            fill(&mut nonces, nonce, 10, 5).unwrap();
            assert!(fill(&mut nonces, nonce, 10, 1).is_err());
        }
    }
}
