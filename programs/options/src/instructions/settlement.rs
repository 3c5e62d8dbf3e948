//! `settle_expiry`: how an expiry gets its price, by anyone and chosen by nobody.

use crate::errors::{OptionsError, Refuse};
use crate::events::{ExpirySettled, SettlementCopied};
use crate::markets::with_market;
use crate::state::{ClearingHouse, Expiry};
use anchor_lang::prelude::*;
use ballast_core_clearing::settlement::Settlement;
use ballast_risk::read;

/// Accounts of `settle_expiry`.
#[derive(Accounts)]
pub struct SettleExpiry<'info> {
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry.
    #[account(mut, dup, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// CHECK: the risk market of the listing, by its address.
    #[account(address = house.load()?.listing(expiry.market)?.risk_market @ OptionsError::NotListed)]
    pub risk_market: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<SettleExpiry>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.expiry.check_version()?;
    accounts.house.load()?.check_version()?;
    let mut settlement = accounts.expiry.settlement()?;
    advance(&mut settlement, &accounts.risk_market)?;
    accounts.expiry.record(&settlement);
    announce(accounts.expiry.key(), &accounts.expiry);
    Ok(())
}

#[inline(never)]
fn advance(settlement: &mut Settlement, risk_market: &AccountInfo) -> Result<()> {
    let clock = Clock::get()?;
    with_market(risk_market, |market| {
        let averages = market.averages(read::now(&clock))?;
        settlement.advance(&averages, clock.unix_timestamp).or_refuse()
    })
}

#[inline(never)]
fn announce(key: Pubkey, expiry: &Expiry) {
    if expiry.is_settled() {
        emit!(ExpirySettled {
            expiry: key,
            market: expiry.market,
            moment: expiry.expiry,
            price: expiry.price,
            outcome: expiry.outcome,
            begins: expiry.begins,
            ends_at: expiry.ends_at,
            averaged_seconds: expiry.averaged_seconds,
        });
    } else {
        emit!(SettlementCopied {
            expiry: key,
            begins: expiry.begins,
            before: expiry.before,
        });
    }
}
