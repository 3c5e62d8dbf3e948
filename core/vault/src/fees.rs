//! What a vault's manager earns: a share of its shares by time, and a share of its gain.
//!
//! - **Management** accrues in shares, a whole hour at a time: the supply grows by rate · time. No
//!   price is in it, so there is no moment at which it is better to have it accrue.
//! - **Performance** is a share of what the low net asset value is above the *basis*: what holders
//!   have paid in for the shares they still have, and gains that a fee was taken of. Until it is
//!   crystallised it is a liability, computed anew at each appraisal: a fall takes it back.
//! - Coming and going moves the basis so that the liability stays what it was, and no share is
//!   worth less: a share brings the larger of what was paid for it and its part of the basis, and
//!   takes the larger of what it is paid and its part. Whoever comes and goes again has changed
//!   nothing, above the basis or below it: no loss is made up for, and no fee is due sooner. The
//!   basis never decays.
//! - Once a [`QUARTER_SECONDS`], with a pricing, the liability becomes shares at the low net asset
//!   value per share.
//!
//! Shares that are earned are entries of the vault's books and part of its supply until the
//! collector has them minted. While a venue is in quarantine nothing accrues, and there is no
//! liability: what holders who leave then have coming is not known.

use crate::shares::{virtual_part, Pool};
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

/// What comes and goes with a pricing, and the vault it meets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeFlow {
    /// The vault before it, at its low net asset value before the performance fee.
    pub pool: Pool,
    /// Whether a venue is in quarantine.
    pub is_quarantined: bool,
    /// Shares minted.
    pub minted: Shares,
    /// What holders pay for them, a levy included, quote base units.
    pub paid_in: u64,
    /// By what the net asset value rises for them, quote base units.
    pub comes_in: u64,
    /// Shares burnt.
    pub burnt: Shares,
    /// By what the net asset value falls for them, quote base units.
    pub goes_out: u64,
    /// What of that is more than they were worth: an advance that nobody owes.
    pub owes: u64,
}

/// A vault and its fees behind a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeesAfter {
    /// The fees.
    pub ledger: FeeLedger,
    /// The vault at its low net asset value before the performance fee.
    pub pool: Pool,
    /// What of the leavers' part of the liability is waived, quote base units: it makes up for an
    /// advance of more than their shares were worth, before anybody who stays does.
    pub waived: u64,
}

impl FeeLedger {
    /// Returns the fees of a vault that begins, in a token of `unit` base units.
    pub const fn new(unit: u64, now: UnixTime) -> Self {
        Self {
            shares: Shares::ZERO,
            basis: virtual_part(unit),
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

    /// Returns the liability for performance of a vault at its value before it, quote base units,
    /// rounded down: none where nobody holds a share. `None` on overflow.
    pub fn performance(&self, policy: &FeePolicy, pool: &Pool) -> Option<u64> {
        if policy.performance == Ratio::ZERO || pool.supply == Shares::ZERO {
            return Some(0);
        }
        let held = i128::from(pool.nav.0).saturating_add(i128::from(pool.virtual_part()));
        let gain = held
            .saturating_sub(i128::from(self.basis))
            .clamp(0, i128::from(i64::MAX));
        let gain = Value(i64::try_from(gain).ok()?);
        // Of a vault that is next to empty, what the virtual assets have gained is not there.
        Some(policy.performance.of_floor(gain)?.min(pool.nav).positive_part())
    }

    /// Returns whether the liability is due to become shares.
    pub const fn is_due(&self, now: UnixTime) -> bool {
        now.seconds_since(self.crystallised_at) >= QUARTER_SECONDS
    }

    /// Returns the fees behind a flow. `None` on overflow.
    pub fn after(&self, policy: &FeePolicy, flow: &FeeFlow) -> Option<FeesAfter> {
        let change = Value::from_amount(flow.comes_in)?.checked_sub(Value::from_amount(flow.goes_out)?)?;
        let pool = &flow.pool;
        let after = FeesAfter {
            ledger: *self,
            pool: Pool {
                nav: pool.nav.checked_add(change)?,
                supply: pool.supply.checked_add(flow.minted)?.checked_sub(flow.burnt)?,
                ..*pool
            },
            waived: 0,
        };
        if policy.performance == Ratio::ZERO {
            return Some(after);
        }
        if pool.supply == Shares::ZERO {
            // A vault that nobody held begins anew: what is left in it is no gain.
            return after.with_basis(charged_up_to(pool).saturating_add(i128::from(flow.paid_in)));
        }
        let whole = pool.shares_with_virtual()?;
        // After a loss of nearly all, what does not fit counts as the most.
        let brings = scale::mul_div_ceil(self.basis, flow.minted.0, whole).unwrap_or(u64::MAX);
        let brings = brings.max(flow.paid_in);
        let takes = scale::mul_div_floor(self.basis, flow.burnt.0, whole)?;
        let basis = i128::from(self.basis).saturating_add(i128::from(brings));
        if flow.is_quarantined {
            return after.with_basis(basis.saturating_sub(i128::from(takes)));
        }
        let liability = self.performance(policy, pool)?;
        let waived = scale::mul_div_floor(liability, flow.burnt.0, whole)?.min(flow.owes);
        // What nobody owes is lost, and no gain; where more than its fee is waived, more.
        let lost = gain_of(policy, waived)?.saturating_sub(flow.owes);
        let worth = flow.goes_out.saturating_sub(flow.owes);
        let basis = basis
            .saturating_sub(i128::from(takes.max(worth)))
            .saturating_add(i128::from(lost));
        let after = FeesAfter { waived, ..after }.with_basis(basis)?;
        let net = pool.worth(pool.nav.checked_sub(Value::from_amount(liability)?)?);
        after.with_the_rest_in_shares(policy, &net, liability.checked_sub(waived)?)
    }
}

/// Returns the basis above which nothing of a pool lies.
fn charged_up_to(pool: &Pool) -> i128 {
    i128::from(pool.nav.positive_part()).saturating_add(i128::from(pool.virtual_part()))
}

/// Returns the gain of which `fee` is the manager's part, rounded up; `None` on overflow.
fn gain_of(policy: &FeePolicy, fee: u64) -> Option<u64> {
    if fee == 0 {
        return Some(0);
    }
    let gain = Value::from_amount(fee)?
        .fixed()
        .checked_div(policy.performance.fixed())?;
    Some(Value::ceil(gain)?.positive_part())
}

impl FeesAfter {
    fn with_basis(mut self, basis: i128) -> Option<Self> {
        let most = i128::from(i64::MAX);
        self.ledger.basis = u64::try_from(basis.clamp(0, most)).ok()?;
        Some(self)
    }

    /// Turns into shares what of a `liability` the basis leaves no room for: leavers who are paid
    /// more than all that holders have paid in, or the last of them. `net` is the vault that they
    /// leave, after the fee.
    fn with_the_rest_in_shares(self, policy: &FeePolicy, net: &Pool, liability: u64) -> Option<Self> {
        let is_last = self.pool.supply == Shares::ZERO;
        if liability == 0 || !(is_last || self.ledger.basis == 0) {
            return Some(self);
        }
        let left = self.ledger.performance(policy, &self.pool)?;
        let after = self.with_shares_for(liability.saturating_sub(left), net)?;
        if is_last {
            return after.with_basis(charged_up_to(&after.pool));
        }
        Some(after)
    }

    /// Returns it with the shares that `amount` of the liability buys of `net`.
    fn with_shares_for(mut self, amount: u64, net: &Pool) -> Option<Self> {
        let more = net.shares_for_deposit_floor(amount).unwrap_or(Shares::ZERO);
        self.ledger.shares = self.ledger.shares.checked_add(more)?;
        self.pool.supply = self.pool.supply.checked_add(more)?;
        Some(self)
    }

    /// Returns the fees once what is due has become shares. `None` on overflow.
    pub fn crystallised(mut self, policy: &FeePolicy, now: UnixTime) -> Option<Self> {
        let liability = self.ledger.performance(policy, &self.pool)?;
        self.ledger.crystallised_at = now;
        if liability == 0 {
            return Some(self);
        }
        let net = self
            .pool
            .worth(self.pool.nav.checked_sub(Value::from_amount(liability)?)?);
        // No fee is taken of this gain again.
        self.with_shares_for(liability, &net)?
            .with_basis(charged_up_to(&self.pool))
    }

    /// Returns the low net asset value after the performance fee. `None` on overflow.
    pub fn net(&self, policy: &FeePolicy, is_quarantined: bool) -> Option<Value> {
        if is_quarantined {
            return Some(self.pool.nav);
        }
        let fee = self.ledger.performance(policy, &self.pool)?;
        self.pool.nav.checked_sub(Value::from_amount(fee)?)
    }
}

#[cfg(test)]
mod tests;
