//! A vault: its ledger, its policy, and the addresses of everything it owns.

use crate::errors::{ensure, VaultError};
use crate::state::plain::{plain, stored_as};
use crate::state::{
    StoredCases, StoredFees, StoredKeeperPay, StoredLeaving, StoredLedger, StoredMonitor, StoredOutflow,
    StoredPortfolio, StoredQueue, VaultBreakerSettings, VaultPolicy,
};
use anchor_lang::prelude::*;
use ballast_core_types::{Ratio, Shares, UnixTime, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::batch::LEAST_DEPOSIT_TOKENS;
use ballast_core_vault::monitor::MonitorParams;
use ballast_core_vault::places::MAX_LEGS;
use ballast_core_vault::pricing::Pricing;
use ballast_core_vault::shares::ShareMark;
use ballast_core_vault::state::VaultState;
use ballast_core_vault::unwind::Unwound;
use ballast_risk::state::Fixed;
use bytemuck::{Pod, Zeroable};
use core::array::from_fn;

/// First seed of a vault's address: `["vault", creator, id]`.
pub const VAULT_SEED: &[u8] = b"vault";
/// First seed of the share mint: `["shares", vault]`.
pub const SHARES_SEED: &[u8] = b"shares";
/// First seed of the quote custody: `["custody", vault]`.
pub const CUSTODY_SEED: &[u8] = b"custody";
/// First seed of the share escrow: `["escrow", vault]`.
pub const ESCROW_SEED: &[u8] = b"escrow";
/// Layout written by this program.
pub const VAULT_VERSION: u8 = 10;

/// A vault. It is read and written as its bytes lie: see [`StoredVault`].
#[account]
#[derive(InitSpace, Debug)]
pub struct Vault {
    /// All of it.
    pub stored: StoredVault,
}

stored_as!(Vault, StoredVault);

/// What a vault's account holds.
#[derive(InitSpace, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredVault {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 6],
    /// Creator's number for it.
    pub id: u64,
    /// Who created it; has no rights afterwards.
    pub creator: Pubkey,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Its token program; that of shares is Token-2022.
    pub quote_program: Pubkey,
    /// Share mint.
    pub share_mint: Pubkey,
    /// Quote tokens not at the venue.
    pub custody: Pubkey,
    /// Shares of holders who wait to leave, and of those who came and have not claimed.
    pub escrow: Pubkey,
    /// Who may trip its breakers, and resume those that wait for them; zero if there is nobody.
    /// Without one it can still be left, and reduced, for ever.
    pub guardian: Pubkey,
    /// Who gets the shares that its manager earns; zero if there is nobody.
    pub collector: Pubkey,
    /// The markets whose risk it takes, and its legs.
    pub portfolio: StoredPortfolio,
    /// Policy.
    pub policy: VaultPolicy,
    /// Base units of one whole quote token, and of one whole share.
    pub unit: u64,
    /// Whose the quote tokens in custody are. Tokens sent there by others are not in it.
    pub ledger: StoredLedger,
    /// Holders whose redemption is final and not filled.
    pub leaving: StoredLeaving,
    /// Line of batches.
    pub queue: StoredQueue,
    /// Venues in quarantine, and what batches have not collected of such times.
    pub cases: StoredCases,
    /// What has left at a price.
    pub outflow: StoredOutflow,
    /// What its manager has earned.
    pub fees: StoredFees,
    /// What keepers were paid.
    pub keeper_pay: StoredKeeperPay,
    /// Tickets that are open.
    pub tickets: u64,
    /// Low net asset value at the last action, flows included, quote base units.
    pub nav: i64,
    /// Low net asset value per share at the last action.
    pub nav_per_share: Fixed,
    /// When that was, unix seconds.
    pub nav_at: i64,
    /// High of these values, which falls by a little every day.
    pub high_water: Fixed,
    /// Slot of the last rebalance or unwind.
    pub last_rebalance_slot: u64,
    /// Rebalances and unwinds so far.
    pub rebalances: u64,
    /// What it remembers from one observation to the next.
    pub monitor: StoredMonitor,
    /// Settings of its breakers.
    pub breakers: VaultBreakerSettings,
    /// Zero.
    pub padding_end: u32,
    /// Room for what later versions need.
    pub reserved: [u8; 72],
}

plain!(StoredVault {
    version,
    bump,
    padding,
    id,
    creator,
    quote_mint,
    quote_program,
    share_mint,
    custody,
    escrow,
    guardian,
    collector,
    portfolio,
    policy,
    unit,
    ledger,
    leaving,
    queue,
    cases,
    outflow,
    fees,
    keeper_pay,
    tickets,
    nav,
    nav_per_share,
    nav_at,
    high_water,
    last_rebalance_slot,
    rebalances,
    monitor,
    breakers,
    padding_end,
    reserved
});

impl Vault {
    /// Decodes the vault's state.
    #[inline(never)]
    pub fn state(&self) -> Box<VaultState> {
        Box::new(VaultState {
            unit: self.unit,
            policy: self.policy.decoded(&self.portfolio),
            legs: self.leg_markets(),
            monitor_params: self.monitor_params(),
            ledger: self.ledger.get(),
            leaving: self.leaving.get(),
            queue: self.queue.get(),
            cases: self.cases.get(),
            outflow: self.outflow.get(),
            fees: self.fees.get(),
            share_mark: self.share_mark(),
            monitor: self.monitor.get(),
        })
    }

    /// Decodes the vault's state again, of which an instruction that trades has changed what it
    /// remembers, its tokens, what a share is worth, and who leaves.
    #[inline(never)]
    pub fn state_after(&self, before: &VaultState) -> Box<VaultState> {
        let mut state = Box::new(*before);
        state.monitor = self.monitor.get();
        state.ledger = self.ledger.get();
        state.share_mark = self.share_mark();
        state.fees = self.fees.get();
        state.leaving = self.leaving.get();
        state
    }

    fn leg_markets(&self) -> [Option<u8>; MAX_LEGS] {
        let legs = self.portfolio.legs();
        from_fn(|place| legs.get(place).map(|leg| leg.market))
    }

    /// Returns the least deposit, quote base units.
    pub const fn least_deposit(&self) -> u64 {
        self.stored.unit.saturating_mul(LEAST_DEPOSIT_TOKENS)
    }

    /// Returns how it monitors itself.
    pub fn monitor_params(&self) -> MonitorParams {
        self.breakers.params(self.guardian().is_some())
    }

    /// Returns who may trip and resume its breakers, if there is anybody.
    pub fn guardian(&self) -> Option<Pubkey> {
        Some(self.guardian).filter(|key| *key != Pubkey::default())
    }

    /// Takes note of what an appraisal found: the share's mark and the breakers. One that counts
    /// what is at a venue in quarantine says nothing of what a share is worth.
    #[inline(never)]
    pub fn record(&mut self, appraisal: &Appraisal) {
        self.monitor = appraisal.monitor.into();
        if !appraisal.values_shares() {
            return;
        }
        self.fees = appraisal.fees.into();
        self.nav = appraisal.nav.low.0;
        let mark = &appraisal.share_mark;
        self.nav_per_share = mark.value.into();
        self.nav_at = mark.at.0;
        self.high_water = mark.high_water.into();
    }

    /// Takes note of a trade worth `amount`, quote base units.
    pub fn traded(&mut self, clock: &Clock, amount: u64) {
        self.last_rebalance_slot = clock.slot;
        self.rebalances = self.rebalances.saturating_add(1);
        let window = self.breakers.window_seconds;
        self.monitor.traded(amount, clock.unix_timestamp, window);
    }

    /// Takes note of `amount` that was traded because of a drift, quote base units.
    pub fn drifted(&mut self, clock: &Clock, amount: u64) {
        self.monitor.drifted(amount, clock.unix_timestamp);
    }

    /// Takes note of what a trade cost, quote base units: the levy reserve pays as far as it goes,
    /// and the rest is lost to those who stay.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn bear_cost(&mut self, clock: &Clock, cost: u64) -> Result<()> {
        let drawn = self.draw_levy(cost)?;
        let (lost, window) = (cost.saturating_sub(drawn), self.breakers.window_seconds);
        self.monitor.lost(lost, clock.unix_timestamp, window);
        Ok(())
    }

    /// Takes note of collateral that went to the venue of the leg at a place, or came back
    /// (negative), quote base units: it explains a move of what is there.
    pub fn collateral_moved(&mut self, leg: u8, amount: i64) {
        let mut monitor = self.monitor.get();
        monitor.collateral_moved(usize::from(leg), Value(amount));
        self.monitor = monitor.into();
    }

    /// Refuses to trade in a slot in which a batch was priced.
    ///
    /// # Errors
    /// [`VaultError::SameSlotAsPricing`].
    pub fn check_slot(&self, slot: u64) -> Result<()> {
        ensure!(slot != self.queue.priced_slot, VaultError::SameSlotAsPricing);
        Ok(())
    }

    /// Counts a ticket that was opened, or one that was closed.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn count_ticket(&mut self, change: i64) -> Result<()> {
        let tickets = self.tickets.checked_add_signed(change);
        self.tickets = tickets.ok_or(VaultError::OutOfRange)?;
        Ok(())
    }

    /// Returns what a share was last worth.
    pub fn share_mark(&self) -> ShareMark {
        ShareMark {
            value: self.nav_per_share.ratio(),
            at: UnixTime(self.nav_at),
            high_water: self.high_water.ratio(),
        }
    }

    /// Books what a pricing has decided.
    pub fn book(&mut self, pricing: &Pricing) {
        self.nav = pricing.nav_after.0;
        self.ledger = pricing.ledger.into();
        self.leaving = pricing.leaving.into();
        self.queue = pricing.queue.into();
        self.cases = pricing.cases.into();
        self.outflow = pricing.outflow.into();
        self.fees = pricing.fees.into();
    }

    /// Books what was unwound in the leg at a place for those who leave.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn unwound(&mut self, leg: u8, done: &Unwound) -> Result<()> {
        let mut leaving = self.leaving.get();
        let lots = leaving.lots.get_mut(usize::from(leg)).ok_or(VaultError::WrongLeg)?;
        *lots = lots.checked_sub(done.lots).ok_or(VaultError::OutOfRange)?;
        let cost = leaving.unwind_cost.checked_add(done.cost);
        leaving.unwind_cost = cost.ok_or(VaultError::OutOfRange)?;
        self.leaving = leaving.into();
        Ok(())
    }

    /// Lets what is left of the levy reserve join the pool, if nothing is due that it was paid for.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn release_levy(&mut self, appraisal: &Appraisal) -> Result<()> {
        self.draw_levy(appraisal.released_levy())?;
        Ok(())
    }

    /// Moves up to `amount` of the levy reserve to the pool's cash. Returns how much.
    fn draw_levy(&mut self, amount: u64) -> Result<u64> {
        let drawn = amount.min(self.ledger.levy_reserve);
        self.ledger.levy_reserve = self.ledger.levy_reserve.saturating_sub(drawn);
        self.credit(drawn)?;
        Ok(drawn)
    }

    /// Books tokens that came into custody.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn credit(&mut self, amount: u64) -> Result<()> {
        self.ledger.cash = self.ledger.cash.checked_add(amount).ok_or(VaultError::OutOfRange)?;
        Ok(())
    }

    /// Books tokens that came back from the venue of the leg at a place: of one in quarantine, a
    /// part belongs to shares that were burnt meanwhile.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn credit_returned(&mut self, leg: u8, amount: u64) -> Result<()> {
        let cases = self.cases.get();
        let after = cases.with_returned(self.ledger.get(), usize::from(leg), amount);
        let (cases, ledger) = after.ok_or(VaultError::OutOfRange)?;
        (self.cases, self.ledger) = (cases.into(), ledger.into());
        Ok(())
    }

    /// Books tokens that left custody.
    ///
    /// # Errors
    /// [`VaultError::NotLiquid`] if the ledger has less.
    pub fn debit(&mut self, amount: u64) -> Result<()> {
        self.ledger.cash = self.ledger.cash.checked_sub(amount).ok_or(VaultError::NotLiquid)?;
        Ok(())
    }

    /// Ends every mutation: custody covers the ledger, no more leave than are minted, and marks are
    /// sound.
    ///
    /// # Errors
    /// [`VaultError::CustodyShort`], [`VaultError::OutOfRange`].
    pub fn check_invariants(&self, custody_amount: u64, minted: Shares) -> Result<()> {
        let needed = self.ledger.get().in_custody().ok_or(VaultError::OutOfRange)?;
        ensure!(custody_amount >= needed, VaultError::CustodyShort);
        let sound = self.leaving.shares <= minted.0
            && self.nav_per_share.ratio() > Ratio::ZERO
            && self.high_water.ratio() >= self.nav_per_share.ratio();
        ensure!(sound, VaultError::OutOfRange);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_lies_in_memory_as_borsh_writes_it() {
        let (fields, memory, space) = StoredVault::encodings();
        assert_eq!((fields, space), (memory.clone(), memory.len()));
    }
}
