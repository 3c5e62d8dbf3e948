//! `create_vault`: anyone may; the creator keeps no rights.

use crate::creation;
use crate::errors::VaultError;
use crate::events::{announce, VaultCreated};
use crate::quote_mint;
use crate::state::{
    validate_collector, validate_guardian, ShareName, StoredCases, StoredLeaving, StoredLedger, StoredOutflow,
    StoredQueue, StoredVault, Vault, VaultBreakerSettings, VaultPolicy, CUSTODY_SEED, ESCROW_SEED, SHARES_SEED,
    VAULT_SEED, VAULT_VERSION,
};
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use anchor_spl::token_interface::{Mint, TokenInterface};
use ballast_core_types::{Ratio, Shares, UnixTime};
use ballast_core_vault::fees::FeeLedger;
use ballast_core_vault::monitor::VaultMonitor;
use ballast_core_vault::shares::unit_of;
use ballast_risk::state::Market as RiskMarket;
use ballast_venues::{AccountRole, VenueAction};

/// A vault's number, and all that is fixed with it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateVaultArgs {
    /// Creator's number for it.
    pub id: u64,
    /// What its shares are called.
    pub share: ShareName,
    /// Policy.
    pub policy: VaultPolicy,
    /// Who may trip the vault's breakers, and resume those that wait for them.
    pub guardian: Option<Pubkey>,
    /// Who gets the shares that its manager earns: needed where the policy has a fee.
    pub collector: Option<Pubkey>,
    /// Settings of its breakers.
    pub breakers: VaultBreakerSettings,
}

/// Accounts of `create_vault`.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: CreateVaultArgs)]
pub struct CreateVault<'info> {
    /// Pays, and becomes part of the address.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// The vault.
    #[account(
        init,
        payer = creator,
        space = 8 + Vault::INIT_SPACE,
        seeds = [VAULT_SEED, creator.key().as_ref(), args.id.to_le_bytes().as_ref()],
        bump
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: share mint, created below with the quote token's decimals and its name inside.
    #[account(mut, seeds = [SHARES_SEED, vault.key().as_ref()], bump)]
    pub share_mint: UncheckedAccount<'info>,
    /// CHECK: quote custody, created below.
    #[account(mut, seeds = [CUSTODY_SEED, vault.key().as_ref()], bump)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: share escrow, created below.
    #[account(mut, seeds = [ESCROW_SEED, vault.key().as_ref()], bump)]
    pub escrow: UncheckedAccount<'info>,
    /// Quote mint.
    #[account(constraint = venue::pins(&venue_market).is_some_and(|pins| pins.quote_mint == quote_mint.key().to_bytes()) @ VaultError::WrongTokenAccount)]
    pub quote_mint: Box<InterfaceAccount<'info, Mint>>,
    /// Market whose risk the vault takes.
    pub risk_market: AccountLoader<'info, RiskMarket>,
    /// CHECK: the venue's market: of its layout, owned by its program, priced by the same risk
    /// market.
    #[account(
        constraint = venue::pins(&venue_market).is_some_and(|pins| pins.risk_market == risk_market.key().to_bytes()) @ VaultError::WrongRiskMarket,
        owner = venue::PROGRAM @ ErrorCode::AccountOwnedByWrongProgram,
    )]
    pub venue_market: UncheckedAccount<'info>,
    /// CHECK: created by the venue at its own address for this owner.
    #[account(mut)]
    pub venue_trader: UncheckedAccount<'info>,
    /// CHECK: the venue's program.
    #[account(address = venue::PROGRAM @ ErrorCode::InvalidProgramId)]
    pub venue_program: UncheckedAccount<'info>,
    /// Token program of the quote mint.
    #[account(constraint = quote_program.key() == *quote_mint.to_account_info().owner @ VaultError::WrongTokenProgram)]
    pub quote_program: Interface<'info, TokenInterface>,
    /// Token program of shares.
    pub share_program: Program<'info, Token2022>,
    /// System program.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<CreateVault>, args: CreateVaultArgs) -> Result<()> {
    let accounts = ctx.accounts;
    let pins = venue::pins(&accounts.venue_market).ok_or(VaultError::WrongVenueMarket)?;
    args.policy.validate(pins.initial_margin)?;
    args.breakers.validate()?;
    args.policy.validate_with(&args.breakers)?;
    validate_guardian(args.guardian)?;
    validate_collector(args.collector, &args.policy)?;
    args.share.validate()?;
    quote_mint::validate(&accounts.quote_mint.to_account_info())?;
    let unit = unit_of(accounts.quote_mint.decimals).ok_or(VaultError::Decimals)?;
    let (vault, creator) = (accounts.vault.key(), accounts.creator.key());
    let now = Clock::get()?.unix_timestamp;
    accounts.vault.stored = StoredVault {
        version: VAULT_VERSION,
        bump: ctx.bumps.vault,
        padding: [0; 6],
        id: args.id,
        creator,
        quote_mint: accounts.quote_mint.key(),
        quote_program: accounts.quote_program.key(),
        share_mint: accounts.share_mint.key(),
        custody: accounts.custody.key(),
        escrow: accounts.escrow.key(),
        risk_market: accounts.risk_market.key(),
        venue_market: accounts.venue_market.key(),
        venue_trader: accounts.venue_trader.key(),
        guardian: args.guardian.unwrap_or_default(),
        collector: args.collector.unwrap_or_default(),
        policy: args.policy,
        unit,
        ledger: StoredLedger::default(),
        leaving: StoredLeaving::default(),
        queue: StoredQueue::default(),
        cases: StoredCases::default(),
        outflow: StoredOutflow::default(),
        fees: FeeLedger::new(unit, UnixTime(now)).into(),
        tickets: 0,
        nav: 0,
        nav_per_share: Ratio::ONE.into(),
        nav_at: now,
        high_water: Ratio::ONE.into(),
        last_rebalance_slot: 0,
        rebalances: 0,
        monitor: VaultMonitor::new(now).into(),
        breakers: args.breakers,
        padding_end: 0,
        reserved: [0; 128],
    };
    accounts.vault.check_invariants(0, Shares::ZERO)?;
    create_token_accounts(accounts, &ctx.bumps, &args.share)?;
    create_trader(accounts)?;
    let event = VaultCreated {
        vault,
        creator,
        quote_mint: accounts.quote_mint.key(),
        share_mint: accounts.share_mint.key(),
        guardian: args.guardian,
        collector: args.collector,
    };
    announce(&accounts.event_authority, &event)
}

/// Has the venue open the vault's account there.
fn create_trader(accounts: &CreateVault) -> Result<()> {
    let roles = [
        (AccountRole::Payer, accounts.creator.to_account_info()),
        (AccountRole::Owner, accounts.vault.to_account_info()),
        (AccountRole::Market, accounts.venue_market.to_account_info()),
        (AccountRole::Trader, accounts.venue_trader.to_account_info()),
        (AccountRole::SystemProgram, accounts.system_program.to_account_info()),
    ];
    venue::call(
        &accounts.vault,
        &VenueAction::CreateTrader,
        &roles,
        &accounts.venue_program,
    )
}

/// Creates share mint, custody and escrow, in the order that lets each name the one before.
fn create_token_accounts(accounts: &CreateVault, bumps: &CreateVaultBumps, name: &ShareName) -> Result<()> {
    let payer = accounts.creator.to_account_info();
    let create = |seed: &'static [u8], bump: u8| creation::Creation {
        vault: &accounts.vault,
        payer: &payer,
        seed,
        bump,
    };
    let decimals = accounts.quote_mint.decimals;
    create(SHARES_SEED, bumps.share_mint).share_mint(&accounts.share_mint, decimals, name, &accounts.share_program)?;
    create(CUSTODY_SEED, bumps.custody).token_account(
        &accounts.custody,
        &accounts.quote_mint.to_account_info(),
        accounts.quote_program.key,
    )?;
    create(ESCROW_SEED, bumps.escrow).token_account(&accounts.escrow, &accounts.share_mint, accounts.share_program.key)
}
