//! `create_vault`: anyone may; the creator keeps no rights.

use crate::creation;
use crate::errors::{ensure, VaultError};
use crate::events::{announce, VaultCreated};
use crate::quote_mint;
use crate::state::{
    validate_collector, validate_guardian, MarketPolicy, ShareName, StoredPortfolio, Vault, VaultBreakerSettings,
    VaultPolicy, VenueTerms, CUSTODY_SEED, ESCROW_SEED, SHARES_SEED, VAULT_SEED, VAULT_VERSION,
};
use crate::valuation::{LegAccounts, PortfolioAccounts};
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
    /// What is wanted of each market. Their accounts follow those named by the instruction, in this
    /// order, and then the venue's market and the vault's account there of each leg, in the order
    /// of their markets.
    pub markets: Vec<MarketPolicy>,
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
    pub quote_mint: Box<InterfaceAccount<'info, Mint>>,
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

pub(crate) fn handler<'info>(ctx: Context<'info, CreateVault<'info>>, args: CreateVaultArgs) -> Result<()> {
    let accounts = ctx.accounts;
    let portfolio = &mut accounts.vault.stored.portfolio;
    portfolio.list(&args.markets)?;
    let (markets, legs) = (portfolio.markets().len(), portfolio.legs().len());
    let passed = PortfolioAccounts::split(ctx.remaining_accounts, markets, legs)?;
    let venues = pin(portfolio, &passed, &accounts.quote_mint.key())?;
    let unit = unit_of(accounts.quote_mint.decimals).ok_or(VaultError::Decimals)?;
    args.policy.validate(&args.markets, &venues, unit)?;
    args.breakers.validate()?;
    args.policy.validate_with(&args.breakers)?;
    validate_guardian(args.guardian)?;
    validate_collector(args.collector, &args.policy)?;
    args.share.validate()?;
    quote_mint::validate(&accounts.quote_mint.to_account_info())?;
    write(accounts, &args, unit, ctx.bumps.vault)?;
    accounts.vault.check_invariants(0, Shares::ZERO)?;
    create_token_accounts(accounts, &ctx.bumps, &args.share)?;
    for place in (0u8..).take(legs) {
        let leg = accounts.vault.portfolio.leg(place)?;
        create_trader(accounts, &passed.leg(leg, place)?)?;
    }
    let event = VaultCreated {
        vault: accounts.vault.key(),
        creator: accounts.creator.key(),
        quote_mint: accounts.quote_mint.key(),
        share_mint: accounts.share_mint.key(),
        guardian: args.guardian,
        collector: args.collector,
        portfolio: accounts.vault.portfolio,
    };
    announce(&accounts.event_authority, &event)
}

/// Writes the accounts of a portfolio down, and checks that they belong together; returns what its
/// venues ask.
#[inline(never)]
fn pin(portfolio: &mut StoredPortfolio, passed: &PortfolioAccounts, quote_mint: &Pubkey) -> Result<VenueTerms> {
    let mut venues = VenueTerms {
        initial_margin: Ratio::ZERO,
        cost: Ratio::ZERO,
    };
    for (place, account) in passed.risk_markets().enumerate() {
        AccountLoader::<RiskMarket>::try_from(account)?
            .load()?
            .check_version()?;
        let earlier = portfolio.markets().iter().take(place);
        let is_again = earlier.clone().any(|market| market.risk_market == account.key());
        ensure!(!is_again, VaultError::Portfolio);
        if let Some(market) = portfolio.markets.get_mut(place) {
            market.risk_market = account.key();
        }
    }
    for place in (0u8..).take(portfolio.legs().len()) {
        let leg = *portfolio.leg(place)?;
        let at = passed.leg(&leg, place)?;
        let pins = venue::pins(at.venue_market).ok_or(VaultError::WrongVenueMarket)?;
        ensure!(
            pins.risk_market == at.risk_market.key().to_bytes(),
            VaultError::WrongRiskMarket
        );
        ensure!(pins.quote_mint == quote_mint.to_bytes(), VaultError::WrongTokenAccount);
        let mut earlier = portfolio.legs().iter().take(usize::from(place));
        let is_again = earlier.any(|other| other.venue_market == at.venue_market.key());
        ensure!(!is_again, VaultError::Portfolio);
        let terms = venue::terms(at.venue_market).ok_or(VaultError::WrongVenueMarket)?;
        let cost = terms.half_spread.fixed().checked_add(terms.taker_fee.fixed());
        let cost = Ratio::from_fixed(cost.ok_or(VaultError::OutOfRange)?);
        venues.initial_margin = venues.initial_margin.max(pins.initial_margin);
        venues.cost = venues.cost.max(cost);
        if let Some(leg) = portfolio.legs.get_mut(usize::from(place)) {
            leg.venue_market = at.venue_market.key();
            leg.venue_trader = at.venue_trader.key();
        }
    }
    Ok(venues)
}

/// Writes the rest of the vault down. What is not named is zero.
#[inline(never)]
fn write(accounts: &mut CreateVault, args: &CreateVaultArgs, unit: u64, bump: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let vault = &mut accounts.vault.stored;
    (vault.version, vault.bump) = (VAULT_VERSION, bump);
    vault.id = args.id;
    vault.creator = accounts.creator.key();
    vault.quote_mint = accounts.quote_mint.key();
    vault.quote_program = accounts.quote_program.key();
    vault.share_mint = accounts.share_mint.key();
    vault.custody = accounts.custody.key();
    vault.escrow = accounts.escrow.key();
    vault.guardian = args.guardian.unwrap_or_default();
    vault.collector = args.collector.unwrap_or_default();
    vault.policy = args.policy;
    vault.unit = unit;
    vault.fees = FeeLedger::new(unit, UnixTime(now)).into();
    vault.nav_per_share = Ratio::ONE.into();
    vault.nav_at = now;
    vault.high_water = Ratio::ONE.into();
    vault.monitor = VaultMonitor::new(now).into();
    vault.breakers = args.breakers;
    Ok(())
}

/// Has a venue open the vault's account there.
#[inline(never)]
fn create_trader<'info>(accounts: &CreateVault<'info>, at: &LegAccounts<'info>) -> Result<()> {
    let roles = [
        (AccountRole::Payer, accounts.creator.to_account_info()),
        (AccountRole::Owner, accounts.vault.to_account_info()),
        (AccountRole::Market, at.venue_market.clone()),
        (AccountRole::Trader, at.venue_trader.clone()),
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
