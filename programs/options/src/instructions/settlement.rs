//! `sample_settlement` and `finish_settlement`: how an expiry gets its price, by anyone and set by
//! nobody.

use crate::errors::{OptionsError, Refuse};
use crate::events::{ExpirySettled, Sampled};
use crate::markets::with_market;
use crate::state::{ClearingHouse, Expiry};
use anchor_lang::prelude::*;
use ballast_core_market::admission::{PriceUse, Print};
use ballast_core_market::breaker::permitted;
use ballast_core_types::Price;
use ballast_risk::errors::RiskError;
use ballast_risk::read;

/// Accounts of `sample_settlement`.
#[derive(Accounts)]
pub struct SampleSettlement<'info> {
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry.
    #[account(mut, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// CHECK: the risk market of the listing, by its address.
    #[account(address = house.load()?.listing(expiry.market)?.risk_market @ OptionsError::NotListed)]
    pub risk_market: UncheckedAccount<'info>,
}

pub(crate) fn sample_settlement(ctx: Context<SampleSettlement>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.expiry.check_version()?;
    let house = accounts.house.load()?;
    house.check_version()?;
    let params = house.listing(accounts.expiry.market)?.settings.params().settlement;
    let price = admitted(&accounts.risk_market)?;
    let mut settlement = accounts.expiry.settlement()?;
    settlement
        .sample(price.bounds.mid, price.publish_time, &params)
        .or_refuse()?;
    accounts.expiry.record(&settlement);
    emit!(Sampled {
        expiry: accounts.expiry.key(),
        price: price.bounds.mid.into(),
        publish_time: price.publish_time,
        count: settlement.count,
        sum: settlement.sum.into(),
    });
    Ok(())
}

/// Returns the price for settling, while no breaker forbids it.
#[inline(never)]
fn admitted(risk_market: &AccountInfo) -> Result<Print> {
    let clock = Clock::get()?;
    with_market(risk_market, |market| {
        let (view, price) = read::price(market, PriceUse::Settle, &clock)?;
        let active = view.active_breakers(read::now(&clock)).map_err(RiskError::from)?;
        require!(permitted(active, true).settle, OptionsError::SettleNotPermitted);
        Ok(price)
    })
}

/// Accounts of `finish_settlement`.
#[derive(Accounts)]
pub struct FinishSettlement<'info> {
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry.
    #[account(mut, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// CHECK: the risk market of the listing, by its address. Only its slow price is read, and only
    /// where there were too few samples.
    #[account(address = house.load()?.listing(expiry.market)?.risk_market @ OptionsError::NotListed)]
    pub risk_market: UncheckedAccount<'info>,
}

pub(crate) fn finish_settlement(ctx: Context<FinishSettlement>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.expiry.check_version()?;
    let house = accounts.house.load()?;
    house.check_version()?;
    let params = house.listing(accounts.expiry.market)?.settings.params().settlement;
    let mut settlement = accounts.expiry.settlement()?;
    require!(settlement.outcome.is_none(), OptionsError::Settled);
    let now = Clock::get()?.unix_timestamp;
    let outcome = settlement
        .finish(slow_price(&accounts.risk_market)?, now, &params)
        .or_refuse()?;
    accounts.expiry.record(&settlement);
    emit!(ExpirySettled {
        expiry: accounts.expiry.key(),
        market: accounts.expiry.market,
        moment: accounts.expiry.expiry,
        price: outcome.price.into(),
        outcome: accounts.expiry.outcome,
        samples: settlement.count,
    });
    Ok(())
}

fn slow_price(risk_market: &AccountInfo) -> Result<Price> {
    with_market(risk_market, |market| {
        Ok(market.signals.slow_price.price().ok_or(RiskError::NothingObserved)?)
    })
}
