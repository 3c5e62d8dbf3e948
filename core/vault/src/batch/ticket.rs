//! What one request may claim of what its batch was given.

use super::{Batch, Class, Side};
use ballast_core_types::{scale, Shares, UnixTime};

/// One request, as its ticket keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// What was asked for.
    pub side: Side,
    /// Prices that are accepted.
    pub class: Class,
    /// Base units of what was paid in.
    pub amount: u64,
    /// Quote base units claimed so far.
    pub claimed: u64,
    /// When it was made.
    pub requested_at: UnixTime,
}

/// What a ticket may claim now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Quote base units: what shares were worth, or a deposit that goes back.
    pub quote: u64,
    /// Shares: what a deposit bought, or a redemption that goes back.
    pub shares: Shares,
    /// Whether nothing more can come.
    pub ends: bool,
    /// Whether what comes is what was paid in.
    pub is_returned: bool,
}

impl Ticket {
    /// Returns what the ticket may claim of its batch: its part of the whole, by what it paid in,
    /// rounded down, less what it has claimed. Tickets of one batch are alike to the base unit;
    /// claiming often or late changes nothing.
    pub fn claim(&self, batch: &Batch) -> Claim {
        match self.side {
            Side::Deposit => self.of_deposits(batch),
            Side::Redemption => self.of_redemptions(batch),
        }
    }

    fn of_deposits(&self, batch: &Batch) -> Claim {
        let deposits = &batch.deposits;
        if batch.priced_at.is_none() {
            return Claim::default();
        }
        if deposits.returned.of(self.class) {
            return Claim {
                quote: self.amount,
                ends: true,
                is_returned: true,
                ..Claim::default()
            };
        }
        Claim {
            shares: Shares(part(deposits.minted.0, self.amount, deposits.accepted)),
            ends: true,
            ..Claim::default()
        }
    }

    fn of_redemptions(&self, batch: &Batch) -> Claim {
        let redemptions = &batch.redemptions;
        if !redemptions.is_final {
            return Claim::default();
        }
        if redemptions.returned.of(self.class) {
            return Claim {
                shares: Shares(self.amount),
                ends: true,
                is_returned: true,
                ..Claim::default()
            };
        }
        Claim {
            quote: part(redemptions.paid, self.amount, redemptions.total.0).saturating_sub(self.claimed),
            ends: batch.is_done(),
            ..Claim::default()
        }
    }
}

/// ⌊given · held / whole⌋, nothing of nothing.
fn part(given: u64, held: u64, whole: u64) -> u64 {
    scale::mul_div_floor(given, held, whole).unwrap_or(0)
}
