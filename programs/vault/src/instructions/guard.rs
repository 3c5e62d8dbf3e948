//! `trip_breaker` and `resume_breaker`: what the guardian may do, and all of it. Neither adds risk
//! nor stands in the way of an exit.

use crate::errors::{ensure, VaultError};
use crate::events::{announce, BreakerByHand};
use crate::state::{Vault, VaultBreaker, VAULT_VERSION};
use anchor_lang::prelude::*;
use ballast_core_market::breaker::{BreakerStates, VAULT};
use ballast_core_vault::monitor::VAULT_BREAKERS;

/// Accounts of `trip_breaker` and `resume_breaker`.
#[event_cpi]
#[derive(Accounts)]
pub struct Guard<'info> {
    /// The vault's guardian.
    pub guardian: Signer<'info>,
    /// The vault.
    #[account(
        mut, dup,
        constraint = vault.guardian() == Some(guardian.key()) @ VaultError::NotGuardian,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
}

pub(crate) fn trip(ctx: Context<Guard>, breaker: VaultBreaker) -> Result<()> {
    let before = ctx.accounts.vault.monitor.get().breakers;
    let tripped = VAULT.trip(&before, breaker.into()).ok_or(VaultError::OutOfRange)?;
    store(ctx.accounts, tripped, breaker)
}

/// Only on an observation of this very slot: its cooldown may have ended since an earlier one.
pub(crate) fn resume(ctx: Context<Guard>, breaker: VaultBreaker) -> Result<()> {
    let vault = &ctx.accounts.vault;
    ensure!(vault.monitor.slot == Clock::get()?.slot, VaultError::NotObserved);
    let (before, params) = (vault.monitor.get().breakers, vault.monitor_params());
    let resumed = VAULT.resume(&before, breaker.into(), &params.breakers);
    let resumed = resumed.map_err(VaultError::from)?;
    store(ctx.accounts, resumed, breaker)
}

fn store(accounts: &mut Guard, states: BreakerStates<VAULT_BREAKERS>, breaker: VaultBreaker) -> Result<()> {
    let vault = &mut accounts.vault;
    let mut monitor = vault.monitor.get();
    monitor.breakers = states;
    vault.monitor = monitor.into();
    let event = BreakerByHand {
        vault: vault.key(),
        guardian: accounts.guardian.key(),
        breaker,
        is_active: states.tripped.has(breaker.into()),
        breakers: states.tripped.bits(),
    };
    announce(&accounts.event_authority, &event)
}
