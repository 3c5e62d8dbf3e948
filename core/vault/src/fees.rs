//! What a vault's manager earns: a share of its shares by time, and a share of its gain.
//!
//! - **Management** accrues in shares, a whole hour at a time: the supply grows by rate · time. No
//!   price is in it, so there is no moment at which it is better to have it accrue.
//! - **Performance** is a share of what the low net asset value is above the *basis*: what holders
//!   have paid in for the shares they still have, and gains that a fee was taken of. Until it is
//!   crystallised it is a liability in both net asset values, computed anew at each appraisal: a
//!   fall takes it back. The basis is dollars of the vault and not a price of a share, so that a
//!   deposit leaves the liability what it was; it never decays.
//! - Once a [`QUARTER_SECONDS`], at the first pricing of a batch after it, the liability becomes
//!   shares at the low net asset value per share. Whoever leaves before leaves their part of it
//!   behind in shares.
//!
//! Shares that are earned are entries of the vault's books and part of its supply until the
//! collector has them minted. Nothing accrues and nothing is crystallised while a venue is in
//! quarantine.

use crate::shares::{shares_for_deposit_floor, VIRTUAL};
use ballast_core_types::{scale, Ratio, Shares, UnixTime, Value, SECONDS_PER_YEAR};

/// The least time from one crystallisation to the next: a quarter of a year.
///
/// A fee on every new high is a fee on the running maximum, which is half as much again.
pub const QUARTER_SECONDS: i64 = SECONDS_PER_YEAR / 4;
/// The step in which management accrues.
pub const HOUR_SECONDS: i64 = 3_600;
/// The highest management fee a year: 2 % of the shares.
pub const MOST_MANAGEMENT: Ratio = hundredths(2);
/// The highest performance fee: 20 % of the gain.
pub const MOST_PERFORMANCE: Ratio = hundredths(20);

const HOURS_PER_YEAR: u128 = (SECONDS_PER_YEAR / HOUR_SECONDS).unsigned_abs() as u128;

const fn hundredths(value: i128) -> Ratio {
    Ratio::from_fixed(ballast_core_types::I80F48::from_bits((value << 48) / 100))
}

/// Rates of a vault, fixed when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
    /// Shares a year / share supply, 0 to [`MOST_MANAGEMENT`].
    pub management: Ratio,
    /// Share of the gain, 0 to [`MOST_PERFORMANCE`].
    pub performance: Ratio,
}

impl FeePolicy {
    /// A vault that charges nothing.
    pub const NONE: Self = Self {
        management: Ratio::ZERO,
        performance: Ratio::ZERO,
    };
}

/// What a vault knows of its fees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeLedger {
    /// Earned and not minted yet: part of the share supply.
    pub shares: Shares,
    /// What the low net asset value has to be above, quote base units, virtual assets included.
    pub basis: u64,
    /// Until when management has accrued.
    pub accrued_at: UnixTime,
    /// When performance was last crystallised, or the vault was created.
    pub crystallised_at: UnixTime,
}

/// A leaver's part of the liability, as it goes over into shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The fees after it.
    pub ledger: FeeLedger,
    /// By how much the liability falls, quote base units.
    pub liability: u64,
    /// What of it is waived, quote base units: it makes up for an advance of more than the shares
    /// were worth, before anybody who stays does.
    pub waived: u64,
}

impl FeeLedger {
    /// Returns the fees of a vault that begins.
    pub const fn new(now: UnixTime) -> Self {
        Self {
            shares: Shares::ZERO,
            basis: VIRTUAL,
            accrued_at: now,
            crystallised_at: now,
        }
    }

    /// Returns the share supply: what is minted and what is earned. The greatest number stands for
    /// one that does not fit.
    pub const fn supply(&self, minted: Shares) -> Shares {
        Shares(minted.0.saturating_add(self.shares.0))
    }

    /// Returns the fees with the whole hours of management since they last accrued; of a vault with
    /// a venue in quarantine, the time alone passes. It never fails.
    #[must_use]
    pub fn accrued(&self, policy: &FeePolicy, minted: Shares, now: UnixTime, is_quarantined: bool) -> Self {
        let hours = now.seconds_since(self.accrued_at) / HOUR_SECONDS;
        if hours <= 0 {
            return *self;
        }
        let mut after = *self;
        after.accrued_at = UnixTime(self.accrued_at.0.saturating_add(hours.saturating_mul(HOUR_SECONDS)));
        if !is_quarantined {
            let rate = policy.management.fixed().min(MOST_MANAGEMENT.fixed()).to_bits();
            let (rate, supply) = (u128::try_from(rate).unwrap_or(0), u128::from(self.supply(minted).0));
            // 2^43, 2^64 and, for thirty years, 2^18: what does not fit counts as the most.
            let product = rate
                .saturating_mul(supply)
                .saturating_mul(u128::from(hours.unsigned_abs()));
            let more = (product / HOURS_PER_YEAR) >> 48;
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            after.shares = Shares(self.shares.0.saturating_add(more));
        }
        after
    }

    /// Returns the liability for performance of a vault worth `low` before it, quote base units,
    /// rounded down. `None` on overflow.
    pub fn performance(&self, policy: &FeePolicy, low: Value) -> Option<u64> {
        if policy.performance == Ratio::ZERO {
            return Some(0);
        }
        let held = low.checked_add(Value::from_amount(VIRTUAL)?)?;
        let gain = held.checked_sub(Value::from_amount(self.basis)?)?.max(Value::ZERO);
        // Of a vault that is next to empty, what the virtual assets have gained is not there.
        Some(policy.performance.of_floor(gain)?.min(low).positive_part())
    }

    /// Returns whether the liability is due to become shares.
    pub const fn is_due(&self, now: UnixTime) -> bool {
        now.seconds_since(self.crystallised_at) >= QUARTER_SECONDS
    }

    /// Returns the fees once a `liability` of a vault worth `low` before it and of `supply` shares
    /// has become shares. `None` on overflow.
    pub fn crystallised(&self, liability: u64, low: Value, supply: Shares, now: UnixTime) -> Option<Self> {
        let mut after = *self;
        after.crystallised_at = now;
        if liability > 0 {
            let net = low.checked_sub(Value::from_amount(liability)?)?;
            let more = shares_for_deposit_floor(liability, net, supply).unwrap_or(Shares::ZERO);
            after.shares = self.shares.checked_add(more)?;
            // No fee is taken of this gain again.
            after.basis = low.positive_part().checked_add(VIRTUAL)?;
        }
        Some(after)
    }

    /// Returns the fees once `burnt` of `supply` shares have left at a low net asset value of `net`
    /// while `liability` was due, having had `owes` more than they were worth: their part of it
    /// becomes shares, as far as it is not waived. `None` on overflow.
    pub fn carried(&self, burnt: Shares, supply: Shares, net: Value, liability: u64, owes: u64) -> Option<Carried> {
        if burnt == Shares::ZERO {
            return Some(Carried {
                ledger: *self,
                ..Carried::default()
            });
        }
        let whole = supply.0.checked_add(VIRTUAL)?;
        let part = scale::mul_div_floor(liability, burnt.0, whole)?;
        let waived = part.min(owes);
        let stays = part.checked_sub(waived)?;
        let more = if stays == 0 {
            Shares::ZERO
        } else {
            shares_for_deposit_floor(stays, net, supply).unwrap_or(Shares::ZERO)
        };
        let kept = scale::mul_div_ceil(self.basis, whole.checked_sub(burnt.0)?, whole)?;
        Some(Carried {
            ledger: Self {
                shares: self.shares.checked_add(more)?,
                basis: kept.checked_add(stays)?,
                ..*self
            },
            liability: part,
            waived,
        })
    }

    /// Returns the fees once `amount` was paid in for new shares. A vault worth `low` that nobody
    /// holds begins anew: what is left in it is no gain. `None` on overflow.
    pub fn paid_in(&self, amount: u64, low: Value, supply: Shares) -> Option<Self> {
        let basis = if supply == Shares::ZERO {
            low.positive_part().checked_add(VIRTUAL)?
        } else {
            self.basis
        };
        Some(Self {
            basis: basis.checked_add(amount)?,
            ..*self
        })
    }
}

#[cfg(test)]
mod tests;
