//! `take_auction`: anyone takes part or all of what an owner offers.

use crate::clearing::{book_open_interest, trade, LegTrade, PackageTrade};
use crate::errors::{OptionsError, Refuse};
use crate::events::{TradeSource, Traded};
use crate::markets::{Markets, Purpose};
use crate::state::{AuctionOffer, ClearingHouse, Expiry, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::trade::{PackageLeg, Parties, Side, UnitPrice};
use ballast_core_types::Lots;

/// Accounts of `take_auction`. After them the markets that either account has positions on, or gets
/// one on.
#[derive(Accounts)]
pub struct TakeAuction<'info> {
    /// The taker: owner of the taker's account.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry of the series.
    #[account(mut, dup, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The series.
    #[account(
        mut, dup,
        has_one = house @ OptionsError::WrongHouse,
        constraint = series.key.market == expiry.market && series.key.expiry == expiry.expiry @ OptionsError::WrongSeries,
        constraint = series.key == auction.key @ OptionsError::WrongSeries
    )]
    pub series: Box<Account<'info, Series>>,
    /// The taker's account.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        has_one = owner @ OptionsError::NotOwner,
        constraint = taker.key() != maker.key() @ OptionsError::SameAccount
    )]
    pub taker: AccountLoader<'info, MarginAccount>,
    /// The account that offers.
    #[account(mut, has_one = house @ OptionsError::WrongHouse, address = auction.account @ OptionsError::WrongAuction)]
    pub maker: AccountLoader<'info, MarginAccount>,
    /// The insurance fund, which gets the taker's fee.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
    /// The auction.
    #[account(mut, dup, has_one = house @ OptionsError::WrongHouse)]
    pub auction: Box<Account<'info, AuctionOffer>>,
}

/// `quantity` is positive where the taker buys and negative where they sell: an auction that was
/// replaced by its opposite under the same name is not the one that they meant.
pub(crate) fn handler<'info>(ctx: Context<'info, TakeAuction<'info>>, quantity: i64, limit_price: u64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let clock = Clock::get()?;
    let leg = take(accounts, Lots(quantity), UnitPrice(limit_price), &clock)?;
    let PackageTrade { legs, fee } = execute(accounts, ctx.remaining_accounts, leg, &clock)?;
    let LegTrade { fill, change } = *legs.first();
    book_open_interest(&mut accounts.expiry, &mut accounts.series, change)?;
    let (taker, maker) = (accounts.taker.key(), accounts.maker.key());
    let (buyer, seller) = match leg.taker {
        Side::Buy => (taker, maker),
        Side::Sell => (maker, taker),
    };
    emit!(Traded {
        house: accounts.house.key(),
        key: accounts.series.key,
        buyer,
        seller,
        maker,
        quantity: leg.quantity.0,
        price: leg.price.0,
        premium: fill.premium,
        fee,
        open_interest: accounts.series.open_interest,
        source: TradeSource::Auction {
            auction: accounts.auction.key(),
        },
    });
    Ok(())
}

fn take(accounts: &mut TakeAuction, quantity: Lots, limit: UnitPrice, clock: &Clock) -> Result<PackageLeg> {
    let series = accounts.series.key.terms()?;
    let least = Lots(accounts.house.load()?.listing(series.market)?.settings.min_size);
    let mut auction = accounts.auction.auction()?;
    let taker = auction.side.opposite();
    let (meant, quantity) = match quantity.0.checked_neg() {
        Some(sold) if sold > 0 => (Side::Sell, Lots(sold)),
        _ => (Side::Buy, quantity),
    };
    require!(meant == taker, OptionsError::AuctionSide);
    let price = auction.take(quantity, least, limit, clock.unix_timestamp).or_refuse()?;
    accounts.auction.left = auction.left.0;
    Ok(PackageLeg {
        series,
        quantity,
        price,
        taker,
    })
}

#[inline(never)]
fn execute(accounts: &TakeAuction, markets: &[AccountInfo], leg: PackageLeg, clock: &Clock) -> Result<PackageTrade> {
    let mut house = accounts.house.load_mut()?;
    let mut taker_account = accounts.taker.load_mut()?;
    let mut maker_account = accounts.maker.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let [mut taker, mut maker, mut fund] = [taker_account.book()?, maker_account.book()?, insurance.book()?];
    let mut markets = Markets::read(&house, markets, &[&taker, &maker], Purpose::Margin, clock)?;
    let mut parties = Parties {
        taker: &mut taker,
        maker: &mut maker,
        fund: &mut fund,
    };
    let traded = trade(&mut house, &mut parties, &Legs::single(leg), &mut markets)?;
    taker_account.store(&taker)?;
    maker_account.store(&maker)?;
    insurance.store(&fund)?;
    Ok(traded)
}
