//! `what_if`: the house's own answer to how an account would stand with other positions. Changes
//! nothing; the answer is the instruction's return data.

use crate::clearing::MarginScratch;
use crate::errors::{OptionsError, Refuse};
use crate::events::{GreeksReport, MarginStatusReport};
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, MarginAccount, StoredPosition};
use anchor_lang::prelude::*;
use ballast_core_clearing::account::{MarginAccount as MarginBook, Position};
use ballast_core_clearing::margin::{MarginContext, Marks};
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::what_if::{suppose, MAX_SUPPOSED};
use ballast_core_types::Lots;

/// How an account stands, and would stand.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhatIfReport {
    /// As it is.
    pub before: MarginStatusReport,
    /// As it would be, with open interest as it is.
    pub after: MarginStatusReport,
    /// Greeks of what it holds, by market.
    pub held: [GreeksReport; MAX_LISTINGS],
    /// Greeks of the legs: both together are those of afterwards.
    pub added: [GreeksReport; MAX_LISTINGS],
    /// Whether the markets that were passed are open: else only reductions are permitted on one.
    pub is_open: bool,
}

/// Accounts of `what_if`. After them the markets of the account and of the legs.
#[derive(Accounts)]
pub struct WhatIf<'info> {
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The account.
    #[account(has_one = house @ OptionsError::WrongHouse)]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler<'info>(
    ctx: Context<'info, WhatIf<'info>>,
    legs: Vec<StoredPosition>,
    cash: i64,
) -> Result<WhatIfReport> {
    let accounts = ctx.accounts;
    let house = accounts.house.load()?;
    house.check_version()?;
    require!(legs.len() <= MAX_SUPPOSED, OptionsError::Supposed);
    let legs = legs.iter().map(|leg| {
        Ok(Position {
            series: leg.series.terms()?,
            quantity: Lots(leg.quantity),
        })
    });
    let legs = legs.collect::<Result<Vec<_>>>()?;
    let book = accounts.account.load()?.book()?;
    let clock = Clock::get()?;
    let mut markets = Markets::read(&house, ctx.remaining_accounts, &[&book], Purpose::Margin, &clock)?;
    let is_open = markets.first_closed().is_none();
    let context = markets.context(&house);
    report(book, &legs, cash, &context, is_open)
}

#[inline(never)]
fn report(
    mut book: Box<MarginBook>,
    legs: &[Position],
    cash: i64,
    context: &MarginContext,
    is_open: bool,
) -> Result<WhatIfReport> {
    let mut scratch = MarginScratch::new();
    let mut added = Box::new(MarginBook::EMPTY);
    suppose(&mut added, legs, 0).or_refuse()?;
    let before = scratch.margin_status(&book, context, Marks::Adverse)?;
    let (held, added) = (scratch.greeks(&book, context)?, scratch.greeks(&added, context)?);
    suppose(&mut book, legs, cash).or_refuse()?;
    let after = scratch.margin_status(&book, context, Marks::Adverse)?;
    Ok(WhatIfReport {
        before: MarginStatusReport::from(&before),
        after: MarginStatusReport::from(&after),
        held,
        added,
        is_open,
    })
}
