//! A vault: its ledger, its policy, and the addresses of everything it owns.

use crate::errors::VaultError;
use crate::state::{StoredMonitor, VaultBreakerSettings, VaultPolicy};
use anchor_lang::prelude::*;
use ballast_core_market::admission::Now;
use ballast_core_types::{Ratio, Shares, UnixTime};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::monitor::VaultObservation;
use ballast_core_vault::state::{ShareMark, VaultState};
use ballast_risk::state::Fixed;

/// First seed of a vault's address: `["vault", creator, id]`.
pub const VAULT_SEED: &[u8] = b"vault";
/// First seed of the share mint: `["shares", vault]`.
pub const SHARES_SEED: &[u8] = b"shares";
/// First seed of the quote custody: `["custody", vault]`.
pub const CUSTODY_SEED: &[u8] = b"custody";
/// First seed of the share escrow: `["escrow", vault]`.
pub const ESCROW_SEED: &[u8] = b"escrow";
/// Layout written by this program.
pub const VAULT_VERSION: u8 = 2;

/// A vault.
#[account]
#[derive(InitSpace, Debug)]
pub struct Vault {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Who created it; has no rights afterwards.
    pub creator: Pubkey,
    /// Creator's number for it.
    pub id: u64,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Share mint.
    pub share_mint: Pubkey,
    /// Quote tokens not at the venue.
    pub custody: Pubkey,
    /// Shares of holders who wait to leave.
    pub escrow: Pubkey,
    /// The market whose risk it takes.
    pub risk_market: Pubkey,
    /// The venue's market.
    pub venue_market: Pubkey,
    /// Its account there.
    pub venue_trader: Pubkey,
    /// Policy.
    pub policy: VaultPolicy,
    /// Who may trip its breakers, and resume those that wait for them. Without one it can still be
    /// left, and reduced, for ever.
    pub guardian: Option<Pubkey>,
    /// Settings of its breakers.
    pub breakers: VaultBreakerSettings,
    /// Ledger: quote tokens in custody that belong to the vault. Tokens sent there by others are
    /// not in it.
    pub cash: u64,
    /// Shares in escrow.
    pub pending_redemption_shares: u64,
    /// Net asset value per share at the last action, after the limit on its rise.
    pub nav_per_share: Fixed,
    /// When that was, unix seconds.
    pub nav_at: i64,
    /// Highest of these values yet.
    pub high_water: Fixed,
    /// Slot of the last rebalance.
    pub last_rebalance_slot: u64,
    /// Rebalances and unwinds so far.
    pub rebalances: u64,
    /// What it remembers from one observation to the next.
    pub monitor: StoredMonitor,
    /// Room for what later versions need.
    pub reserved: [u8; 128],
}

impl Vault {
    /// Decodes the vault's state.
    #[inline(never)]
    pub fn state(&self) -> Box<VaultState> {
        Box::new(VaultState {
            policy: self.policy.decoded(),
            monitor_params: self.breakers.params(),
            cash: self.cash,
            pending_redemption_shares: Shares(self.pending_redemption_shares),
            share_mark: ShareMark {
                value: self.nav_per_share.ratio(),
                at: UnixTime(self.nav_at),
                high_water: self.high_water.ratio(),
            },
            monitor: self.monitor.get(),
        })
    }

    /// Takes note of what an appraisal found: the share's mark and the breakers.
    #[inline(never)]
    pub fn record(&mut self, appraisal: &Appraisal) {
        let mark = &appraisal.share_mark;
        self.nav_per_share = mark.value.into();
        self.nav_at = mark.at.0;
        self.high_water = mark.high_water.into();
        self.monitor = appraisal.monitor.into();
    }

    /// Takes note of venue accounts that nobody can read.
    pub fn record_venue_failure(&mut self, now: Now) {
        let observation = VaultObservation {
            share_value: None,
            venue_answers: false,
        };
        self.monitor = self
            .monitor
            .get()
            .observe(&observation, &self.breakers.params(), now)
            .monitor
            .into();
    }

    /// Takes note of a trade worth `amount`, quote base units.
    pub fn record_trade(&mut self, amount: u64, now: i64) {
        let mut monitor = self.monitor.get();
        monitor.traded(amount, now, self.breakers.window_seconds);
        self.monitor = monitor.into();
    }

    /// Refuses to let anybody in or out in the slot of a rebalance.
    ///
    /// # Errors
    /// [`VaultError::SameSlotAsRebalance`].
    pub fn check_slot(&self, slot: u64) -> Result<()> {
        require!(slot != self.last_rebalance_slot, VaultError::SameSlotAsRebalance);
        Ok(())
    }

    /// Books tokens that came into custody.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn credit(&mut self, amount: u64) -> Result<()> {
        self.cash = self.cash.checked_add(amount).ok_or(VaultError::OutOfRange)?;
        Ok(())
    }

    /// Books tokens that left custody.
    ///
    /// # Errors
    /// [`VaultError::NotLiquid`] if the ledger has less.
    pub fn debit(&mut self, amount: u64) -> Result<()> {
        self.cash = self.cash.checked_sub(amount).ok_or(VaultError::NotLiquid)?;
        Ok(())
    }

    /// Ends every mutation: custody covers the ledger, no more leave than exist, and marks are
    /// sound.
    ///
    /// # Errors
    /// [`VaultError::CustodyShort`], [`VaultError::OutOfRange`].
    pub fn check_invariants(&self, custody_amount: u64, supply: Shares) -> Result<()> {
        require!(custody_amount >= self.cash, VaultError::CustodyShort);
        let sound = self.pending_redemption_shares <= supply.0
            && self.nav_per_share.ratio() > Ratio::ZERO
            && self.high_water.ratio() >= self.nav_per_share.ratio();
        require!(sound, VaultError::OutOfRange);
        Ok(())
    }
}
