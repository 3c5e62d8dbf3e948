//! `trip_breaker` and `resume_breaker`: what the guardian may do, and all of it. Neither adds risk nor stands in the way of an exit.

use crate::errors::VaultError;
use crate::events::{BreakerResumed, BreakerTripped};
use crate::instructions::mark::*;
use crate::state::{Vault, VaultBreaker, VAULT_VERSION};
use anchor_lang::prelude::*;
use ballast_risk_policy::breaker::VAULT;

/// Accounts of `trip_breaker`.
#[derive(Accounts)]
pub struct TripBreaker<'info> {
    /// The vault's guardian.
    pub guardian: Signer<'info>,
    /// The vault.
    #[account(
        mut,
        constraint = vault.guardian == Some(guardian.key()) @ VaultError::NotGuardian,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
}

/// Accounts of `resume_breaker`.
#[derive(Accounts)]
pub struct ResumeBreaker<'info> {
    /// The vault's guardian.
    #[account(constraint = mark.vault.guardian == Some(guardian.key()) @ VaultError::NotGuardian)]
    pub guardian: Signer<'info>,
    /// A look of the same moment.
    pub mark: Mark<'info>,
}

pub(crate) fn trip(ctx: Context<TripBreaker>, breaker: VaultBreaker) -> Result<()> {
    let accounts = ctx.accounts;
    let vault = &mut accounts.vault;
    let mut watch = vault.watch.get();
    let tripped = VAULT.trip(&watch.breakers, breaker.into());
    watch.breakers = tripped.ok_or(VaultError::OutOfRange)?;
    vault.watch = watch.into();
    emit!(BreakerTripped {
        vault: vault.key(),
        guardian: accounts.guardian.key(),
        breaker,
        breakers: vault.watch.tripped,
    });
    Ok(())
}

pub(crate) fn resume(ctx: Context<ResumeBreaker>, breaker: VaultBreaker) -> Result<()> {
    let accounts = ctx.accounts;
    look(&mut accounts.mark)?;
    let vault = &mut accounts.mark.vault;
    let mut watch = vault.watch.get();
    let params = vault.breakers.params();
    let resumed = VAULT.resume(&watch.breakers, breaker.into(), &params.breakers);
    watch.breakers = resumed.map_err(VaultError::from)?;
    vault.watch = watch.into();
    emit!(BreakerResumed {
        vault: vault.key(),
        guardian: accounts.guardian.key(),
        breaker,
        breakers: vault.watch.tripped,
    });
    Ok(())
}
