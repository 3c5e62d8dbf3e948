//! A vault: its ledger, its policy, and the addresses of everything it owns.

use crate::errors::VaultError;
use crate::state::{StoredWatch, VaultBreakerSettings, VaultPolicy};
use anchor_lang::prelude::*;
use ballast_core_market::admission::Now;
use ballast_core_market::breaker::BreakerSet;
use ballast_core_types::{Ratio, Value};
use ballast_core_vault::exposure::{targets, Staying, Targets};
use ballast_core_vault::shares::{self, RiseLimit};
use ballast_core_vault::vault_watch::{Looked, VaultSight, Worth};
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
    /// Who may trip its breakers, and resume those that wait for him. Without one it can still be left, and reduced, for ever.
    pub guardian: Option<Pubkey>,
    /// Settings of its breakers.
    pub breakers: VaultBreakerSettings,
    /// Ledger: quote tokens in custody that belong to the vault. Tokens sent there by strangers are not in it.
    pub cash: u64,
    /// Shares in escrow.
    pub leaving_shares: u64,
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
    /// What it remembers from one look to the next.
    pub watch: StoredWatch,
    /// Room for what later versions need.
    pub reserved: [u8; 128],
}

impl Vault {
    /// The limit on the rise of the redemption price.
    pub fn rise_limit(&self) -> RiseLimit {
        RiseLimit {
            reference: self.nav_per_share.ratio(),
            reference_at: self.nav_at,
            per_hour: self.policy.nav_rise_per_hour.ratio(),
        }
    }

    /// The net asset value redemptions are paid from: `nav_low`, with its rise per share limited.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn redemption_nav(&self, nav_low: Value, supply: u64, now: i64) -> Result<Value> {
        let limited = || {
            let per_share = shares::nav_per_share(nav_low, supply)?;
            let allowed = self.rise_limit().clamp(per_share, now)?;
            if allowed < per_share {
                shares::nav_at_share_price_floor(allowed, supply)
            } else {
                Some(nav_low)
            }
        };
        Ok(limited().ok_or(VaultError::OutOfRange)?)
    }

    /// Takes note of the net asset value per share; raises the high-water mark. What a share is worth without the limit on its rise.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    #[inline(never)]
    pub fn mark(&mut self, nav_low: Value, supply: u64, now: i64) -> Result<Ratio> {
        let marked = || {
            let per_share = shares::nav_per_share(nav_low, supply)?;
            Some((per_share, self.rise_limit().clamp(per_share, now)?))
        };
        let (per_share, marked) = marked().ok_or(VaultError::OutOfRange)?;
        self.nav_per_share = marked.into();
        self.nav_at = now;
        self.high_water = self.high_water.ratio().max(marked).into();
        Ok(per_share)
    }

    /// One look at a live price: marks, and steps the breakers. Those that stand for whoever acts on it.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn look(&mut self, nav_low: Value, supply: u64, venue_answers: bool, now: Now) -> Result<BreakerSet> {
        let per_share = self.mark(nav_low, supply, now.unix_time)?;
        let worth = Worth {
            nav_low,
            supply,
            per_share,
            high_water: self.high_water.ratio(),
        };
        let sight = VaultSight {
            worth: Some(worth),
            venue_answers,
        };
        Ok(self.step(&sight, now))
    }

    /// A look that found venue accounts nobody can read.
    pub fn look_in_vain(&mut self, now: Now) -> BreakerSet {
        let sight = VaultSight {
            worth: None,
            venue_answers: false,
        };
        self.step(&sight, now)
    }

    #[inline(never)]
    fn step(&mut self, sight: &VaultSight, now: Now) -> BreakerSet {
        let Looked { watch, standing } = self.watch.get().look(sight, &self.breakers.params(), now);
        self.watch = watch.into();
        standing
    }

    /// Takes note of a trade worth `amount`, quote base units.
    pub fn traded(&mut self, amount: u64, now: i64) {
        let mut watch = self.watch.get();
        watch.traded(amount, now, self.breakers.window_seconds);
        self.watch = watch.into();
    }

    /// Where the book should be when it is worth `nav_low` (limited as for redemptions) with `supply` shares.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn targets(&self, nav_low: Value, supply: u64, leaving: u64) -> Result<Targets> {
        let computed = || {
            let staying = Staying::of(nav_low, supply, leaving, self.high_water.ratio())?;
            targets(&self.policy.exposure(), &staying)
        };
        Ok(computed().ok_or(VaultError::OutOfRange)?)
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

    /// Ends every mutation: custody covers the ledger, no more leave than exist, and marks are sound.
    ///
    /// # Errors
    /// [`VaultError::CustodyShort`], [`VaultError::OutOfRange`].
    pub fn check_invariants(&self, custody_amount: u64, supply: u64) -> Result<()> {
        require!(custody_amount >= self.cash, VaultError::CustodyShort);
        let sound = self.leaving_shares <= supply
            && self.nav_per_share.ratio() > Ratio::ZERO
            && self.high_water.ratio() >= self.nav_per_share.ratio();
        require!(sound, VaultError::OutOfRange);
        Ok(())
    }
}
