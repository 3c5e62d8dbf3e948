//! `create_vault`: anyone may; the creator keeps no rights.

use crate::errors::VaultError;
use crate::events::VaultCreated;
use crate::state::{
    validate_collector, validate_guardian, StoredCases, StoredLeaving, StoredLedger, StoredOutflow, StoredQueue,
    StoredVault, Vault, VaultBreakerSettings, VaultPolicy, CUSTODY_SEED, ESCROW_SEED, SHARES_SEED, VAULT_SEED,
    VAULT_VERSION,
};
use crate::tokens;
use crate::venue;
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ballast_core_types::{Ratio, Shares, UnixTime};
use ballast_core_vault::fees::FeeLedger;
use ballast_core_vault::monitor::VaultMonitor;
use ballast_risk::state::Market as RiskMarket;
use ballast_venues::{AccountRole, VenueAction};

/// Least deposit, whole tokens.
const LEAST_DEPOSIT_TOKENS: u64 = 10;

/// A vault's number, and all that is fixed with it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateVaultArgs {
    /// Creator's number for it.
    pub id: u64,
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
    /// CHECK: share mint, created below with the quote token's decimals.
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
    pub quote_mint: Box<Account<'info, Mint>>,
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
    /// Token program.
    pub token_program: Program<'info, Token>,
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
    let whole = 10u64.checked_pow(u32::from(accounts.quote_mint.decimals));
    let whole = whole.ok_or(VaultError::Decimals)?;
    create_token_accounts(accounts, &ctx.bumps)?;
    let (vault, creator) = (accounts.vault.key(), accounts.creator.key());
    let now = Clock::get()?.unix_timestamp;
    accounts.vault.stored = StoredVault {
        version: VAULT_VERSION,
        bump: ctx.bumps.vault,
        padding: [0; 6],
        id: args.id,
        creator,
        quote_mint: accounts.quote_mint.key(),
        share_mint: accounts.share_mint.key(),
        custody: accounts.custody.key(),
        escrow: accounts.escrow.key(),
        risk_market: accounts.risk_market.key(),
        venue_market: accounts.venue_market.key(),
        venue_trader: accounts.venue_trader.key(),
        guardian: args.guardian.unwrap_or_default(),
        collector: args.collector.unwrap_or_default(),
        policy: args.policy,
        least_deposit: whole.checked_mul(LEAST_DEPOSIT_TOKENS).ok_or(VaultError::Decimals)?,
        least_redemption: whole,
        ledger: StoredLedger::default(),
        leaving: StoredLeaving::default(),
        queue: StoredQueue::default(),
        cases: StoredCases::default(),
        outflow: StoredOutflow::default(),
        fees: FeeLedger::new(UnixTime(now)).into(),
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
    create_trader(accounts)?;
    emit!(VaultCreated {
        vault,
        creator,
        guardian: args.guardian,
        collector: args.collector,
    });
    Ok(())
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
fn create_token_accounts(accounts: &CreateVault, bumps: &CreateVaultBumps) -> Result<()> {
    let (payer, vault) = (accounts.creator.to_account_info(), accounts.vault.to_account_info());
    let quote_mint = accounts.quote_mint.to_account_info();
    for (seed, bump, account, mint) in [
        (SHARES_SEED, bumps.share_mint, &accounts.share_mint, None),
        (CUSTODY_SEED, bumps.custody, &accounts.custody, Some(quote_mint)),
        (
            ESCROW_SEED,
            bumps.escrow,
            &accounts.escrow,
            Some(accounts.share_mint.to_account_info()),
        ),
    ] {
        let seeds: &[&[u8]] = &[seed, vault.key.as_ref(), &[bump]];
        let space = if mint.is_some() { TokenAccount::LEN } else { Mint::LEN };
        tokens::allocate(&payer, account, space, seeds)?;
        match mint {
            None => tokens::initialize_mint(account, vault.key, accounts.quote_mint.decimals)?,
            Some(mint) => tokens::initialize_account(account, &mint, &vault)?,
        }
    }
    Ok(())
}
