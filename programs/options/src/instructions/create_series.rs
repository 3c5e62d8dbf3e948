//! `create_expiry` and `create_series`: anyone makes what lies on the listing grid tradable.
//! `close_series` and `close_expiry` give the rent back.

use crate::errors::{OptionsError, Refuse};
use crate::events::SeriesCreated;
use crate::markets::with_market;
use crate::state::{ClearingHouse, Expiry, ExpiryOutcome, Series, SeriesKey, EXPIRY_SEED, SERIES_SEED, VERSION};
use anchor_lang::prelude::*;
use ballast_core_market::admission::PriceUse;
use ballast_core_market::breaker::{permitted, Breaker};
use ballast_core_types::Price;
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_risk::state::{Fixed, StoredSumsAt};

/// Accounts of `create_expiry`.
#[derive(Accounts)]
#[instruction(market: u8, moment: i64)]
pub struct CreateExpiry<'info> {
    /// Pays.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry.
    #[account(
        init,
        payer = payer,
        space = 8 + Expiry::INIT_SPACE,
        seeds = [EXPIRY_SEED, house.key().as_ref(), &[market], &moment.to_le_bytes()],
        bump
    )]
    pub expiry: Box<Account<'info, Expiry>>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn create_expiry(ctx: Context<CreateExpiry>, market: u8, moment: i64) -> Result<()> {
    let accounts = ctx.accounts;
    let house = accounts.house.load()?;
    house.check_version()?;
    let listing = house.listing(market)?.settings.params();
    let now = Clock::get()?.unix_timestamp;
    listing.check_expiry(moment, now).or_refuse()?;
    accounts.expiry.set_inner(Expiry {
        version: VERSION,
        bump: ctx.bumps.expiry,
        market,
        outcome: ExpiryOutcome::Open,
        house: accounts.house.key(),
        payer: accounts.payer.key(),
        expiry: moment,
        series_count: 0,
        begins: StoredSumsAt::default(),
        before: Fixed::default(),
        ends_at: 0,
        averaged_seconds: 0,
        price: Fixed::default(),
        open_long: 0,
        open_short: 0,
        collected: 0,
        claimed: 0,
        paid: 0,
        claims_done: 0,
        covered: 0,
        is_covered: false,
        reserved: [0; 55],
    });
    Ok(())
}

/// Accounts of `create_series`.
#[derive(Accounts)]
#[instruction(key: SeriesKey)]
pub struct CreateSeries<'info> {
    /// Pays.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// Its expiry.
    #[account(
        mut, dup,
        has_one = house @ OptionsError::WrongHouse,
        constraint = expiry.market == key.market && expiry.expiry == key.expiry @ OptionsError::WrongExpiry
    )]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The series.
    #[account(
        init,
        payer = payer,
        space = 8 + Series::INIT_SPACE,
        seeds = [SERIES_SEED, house.key().as_ref(), &key.bytes()],
        bump
    )]
    pub series: Box<Account<'info, Series>>,
    /// CHECK: the risk market of the listing, by its address.
    pub risk_market: UncheckedAccount<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn create_series(ctx: Context<CreateSeries>, key: SeriesKey) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.expiry.check_version()?;
    let house = accounts.house.load()?;
    house.check_version()?;
    let listing = house.listing(key.market)?;
    require_keys_eq!(accounts.risk_market.key(), listing.risk_market, OptionsError::NotListed);
    let clock = Clock::get()?;
    let spot = spot(&accounts.risk_market, &clock)?;
    let terms = key.terms()?;
    let rules = listing.settings.params();
    rules.check_series(&terms, spot, clock.unix_timestamp).or_refuse()?;
    accounts.expiry.series_count = accounts.expiry.series_count.saturating_add(1);
    accounts.series.set_inner(Series {
        version: VERSION,
        bump: ctx.bumps.series,
        house: accounts.house.key(),
        key,
        open_interest: 0,
        payer: accounts.payer.key(),
        reserved: [0; 32],
    });
    emit!(SeriesCreated {
        house: accounts.house.key(),
        series: accounts.series.key(),
        key,
    });
    Ok(())
}

/// Returns a price to list series around, while no breaker forbids opening. A quote token somewhat
/// off par bars trading, not listing; one that is far off bars both.
#[inline(never)]
fn spot(risk_market: &AccountInfo, clock: &Clock) -> Result<Price> {
    with_market(risk_market, |market| {
        let (view, price) = read::price(market, PriceUse::Margin, clock)?;
        let now = read::now(clock);
        let active = view.active_breakers(now).map_err(RiskError::from)?;
        let active = active.without(Breaker::QuoteOffPar);
        require!(permitted(active, true).open, OptionsError::OnlyReductions);
        require!(!view.bars_series(now), OptionsError::QuoteOffPar);
        Ok(price.bounds.mid)
    })
}

/// Accounts of `close_series`.
#[derive(Accounts)]
pub struct CloseSeries<'info> {
    /// Its expiry.
    #[account(
        mut, dup,
        constraint = expiry.market == series.key.market && expiry.expiry == series.key.expiry @ OptionsError::WrongExpiry,
        constraint = expiry.house == series.house @ OptionsError::WrongHouse
    )]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The series.
    #[account(mut, dup, close = payer, has_one = payer @ OptionsError::WrongPayer)]
    pub series: Box<Account<'info, Series>>,
    /// CHECK: who paid for the account: it can only be given lamports.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

pub(crate) fn close_series(ctx: Context<CloseSeries>) -> Result<()> {
    let expiry = &mut ctx.accounts.expiry;
    let passed = Clock::get()?.unix_timestamp >= expiry.expiry;
    require!(passed && expiry.book().is_closed(), OptionsError::SeriesInUse);
    expiry.series_count = expiry.series_count.saturating_sub(1);
    Ok(())
}

/// Accounts of `close_expiry`.
#[derive(Accounts)]
pub struct CloseExpiry<'info> {
    /// The expiry.
    #[account(mut, dup, close = payer, has_one = payer @ OptionsError::WrongPayer)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// CHECK: who paid for the account: it can only be given lamports.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

pub(crate) fn close_expiry(ctx: Context<CloseExpiry>) -> Result<()> {
    let expiry = &ctx.accounts.expiry;
    let done = expiry.series_count == 0 && expiry.book().is_done();
    require!(done, OptionsError::ExpiryInUse);
    Ok(())
}
