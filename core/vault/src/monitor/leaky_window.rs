//! A sum that forgets, of what a vault traded or lost.

use ballast_core_types::scale;

/// A sum that drains linearly to nothing over the window, counted from the last amount that was
/// added.
///
/// In any stretch as long as the window, less than twice a threshold can be added before the
/// reading reaches it. Adding starts the drain of what is left anew, so splitting an amount never
/// makes the sum smaller. The largest sum stands for whatever does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeakyWindow {
    /// The sum when it was last added to, quote base units.
    pub amount: u64,
    /// When that was, unix seconds.
    pub at: i64,
}

impl LeakyWindow {
    /// Returns what is left at `now`, rounded up. A clock that went backwards drains nothing.
    pub fn left_ceil(&self, now: i64, window_seconds: u32) -> u64 {
        let window = u64::from(window_seconds);
        let elapsed = u64::try_from(now.saturating_sub(self.at)).unwrap_or(0);
        match window.checked_sub(elapsed) {
            None | Some(0) => 0,
            Some(_) if self.amount == 0 => 0,
            Some(left) => scale::mul_div_ceil(self.amount, left, window).unwrap_or(self.amount),
        }
    }

    /// With `amount` that a trade cost those who stay, what it lost at an unchanged price less what
    /// a levy had paid for it: nothing added leaves the drain as it runs.
    pub fn lost(&self, amount: u64, now: i64, window_seconds: u32) -> Self {
        if amount == 0 {
            return *self;
        }
        self.add(amount, now, window_seconds)
    }

    /// With `amount` more at `now`.
    pub fn add(&self, amount: u64, now: i64, window_seconds: u32) -> Self {
        Self {
            amount: self.left_ceil(now, window_seconds).saturating_add(amount),
            at: now,
        }
    }
}
