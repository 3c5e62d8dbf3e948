//! `price_batch`: prices a closed batch from its totals, or fills one that waits further. It pays
//! nobody but whoever sends it, out of what the requests brought for that.

use crate::errors::{ensure, VaultError};
use crate::events::{self, BatchPriced, PricesView};
use crate::state::{RequestBatch, Vault, VAULT_VERSION};
use crate::tokens;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use ballast_core_types::Shares;
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::pricing::{price, Pricing};

/// Accounts of `price_batch`. Permissionless.
#[event_cpi]
#[derive(Accounts)]
pub struct PriceBatch<'info> {
    /// Whoever sends it; gets the batch's fee at its first pricing.
    #[account(mut)]
    pub keeper: Signer<'info>,
    /// The vault; the accounts of its portfolio follow those named here.
    #[account(mut, dup, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The batch.
    #[account(mut, dup, constraint = batch.vault == vault.key() @ VaultError::WrongBatch)]
    pub batch: Box<Account<'info, RequestBatch>>,
    /// CHECK: quote custody, pinned by the vault; read for the ledger's invariant.
    #[account(address = vault.custody @ VaultError::WrongCustody)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: share escrow, pinned by the vault: shares that were bought wait here, and those that
    /// are filled are burnt.
    #[account(mut, address = vault.escrow @ VaultError::WrongEscrow)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: share mint, pinned by the vault.
    #[account(mut, address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount<'info>,
    /// Token program of shares.
    pub token_program: Program<'info, Token2022>,
}

/// A batch and a rebalance never share a slot, in either order: nobody enters or leaves between a
/// trade and what it does to the price of a share.
pub(crate) fn handler<'info>(ctx: Context<'info, PriceBatch<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let portfolio = PortfolioAccounts::of(&accounts.vault, ctx.remaining_accounts)?;
    let minted = tokens::supply(&accounts.share_mint)?;
    let state = accounts.vault.state();
    let moment = portfolio.moment(&state, Purpose::Batch, minted)?;
    ensure!(
        moment.clock.slot != accounts.vault.last_rebalance_slot,
        VaultError::SameSlotAsRebalance
    );
    let appraisal = portfolio.appraise(&state, &moment)?;
    let pricing = decide(&appraisal, &accounts.batch)?;
    let vault = &mut accounts.vault;
    vault.record(&appraisal);
    vault.book(&pricing);
    accounts.batch.totals = pricing.batch.into();
    change_supply(accounts, &pricing)?;
    let minted = minted_after(minted, &pricing).ok_or(VaultError::OutOfRange)?;
    let vault = &accounts.vault;
    vault.check_invariants(tokens::amount(&accounts.custody)?, minted)?;
    announce(accounts, &appraisal, &pricing)?;
    pay_fee(accounts)
}

#[inline(never)]
fn decide(appraisal: &Appraisal, record: &RequestBatch) -> Result<Box<Pricing>> {
    let pricing = price(appraisal, &record.totals.get(), record.number);
    Ok(Box::new(pricing.map_err(VaultError::from)?))
}

fn minted_after(minted: Shares, pricing: &Pricing) -> Option<Shares> {
    minted.checked_add(pricing.minted)?.checked_sub(pricing.burnt)
}

/// Mints to the escrow what more shares come than go, or burns what more go than come.
#[inline(never)]
fn change_supply(accounts: &PriceBatch, pricing: &Pricing) -> Result<()> {
    let (mint, escrow) = (accounts.share_mint.to_account_info(), accounts.escrow.to_account_info());
    let vault = &accounts.vault;
    let (minted, burnt) = (pricing.minted.0, pricing.burnt.0);
    match minted.checked_sub(burnt) {
        Some(0) => Ok(()),
        Some(more) => tokens::mint(vault, &mint, &escrow, more),
        None => tokens::burn_escrowed(vault, &mint, &escrow, burnt.saturating_sub(minted)),
    }
}

/// Pays the fee that the batch's requests brought.
fn pay_fee(accounts: &mut PriceBatch) -> Result<()> {
    let fee = core::mem::take(&mut accounts.batch.pricing_fee);
    if fee > 0 {
        accounts.batch.sub_lamports(fee)?;
        accounts.keeper.add_lamports(fee)?;
    }
    Ok(())
}

#[inline(never)]
fn announce(accounts: &PriceBatch, appraisal: &Appraisal, pricing: &Pricing) -> Result<()> {
    let vault = &accounts.vault;
    let event = BatchPriced {
        vault: vault.key(),
        number: accounts.batch.number,
        keeper: accounts.keeper.key(),
        nav_low: appraisal.nav.low.0,
        nav_high: pricing.nav_high.0,
        supply_before: appraisal.supply.0,
        minted: pricing.minted.0,
        burnt: pricing.burnt.0,
        worth: pricing.worth,
        levy: pricing.levy,
        totals: accounts.batch.totals,
        ledger_after: vault.ledger,
        leaving_after: vault.leaving,
        fees_after: vault.fees,
        prices: PricesView::of(&appraisal.prices),
        breakers: appraisal.active.bits(),
    };
    events::announce(&accounts.event_authority, &event)
}
