//! `trade_quote`: a taker trades on a maker's quote, all its legs together: signed, and carried by
//! an ed25519 instruction of the same transaction, or posted.

use crate::clearing::{book_open_interest, trade, LegTrade, PackageTrade};
use crate::errors::{OptionsError, Refuse};
use crate::events::{TradeSource, Traded};
use crate::instructions::posted_quotes::scope_of;
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, Expiry, MarginAccount, PostedQuote, Series, SeriesKey};
use anchor_lang::prelude::*;
use ballast_core_clearing::ed25519::{signed_message, SignatureError};
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{Quote, QuoteError};
use ballast_core_clearing::trade::{PackageLeg, Parties, Side};
use ballast_core_types::Lots;
use solana_instructions_sysvar::load_instruction_at_checked;

/// Accounts of a leg: its expiry, its series.
const ACCOUNTS_PER_LEG: usize = 2;

/// Accounts of `trade_quote`. After them, for each leg in order, its expiry and its series; and the
/// markets that either account has positions on, or gets one on.
#[derive(Accounts)]
pub struct TradeQuote<'info> {
    /// The taker: owner of the taker's account.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut, has_one = insurance @ OptionsError::WrongInsurance)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The taker's account.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        has_one = owner @ OptionsError::NotOwner,
        constraint = taker.key() != maker.key() @ OptionsError::SameAccount
    )]
    pub taker: AccountLoader<'info, MarginAccount>,
    /// The maker's account.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = maker.key() != insurance.key() @ OptionsError::IsInsurance
    )]
    pub maker: AccountLoader<'info, MarginAccount>,
    /// The insurance fund, which gets the taker's fee.
    #[account(mut)]
    pub insurance: AccountLoader<'info, MarginAccount>,
    /// CHECK: the transaction's instructions; the address is checked.
    #[account(address = solana_sdk_ids::sysvar::instructions::ID)]
    pub instructions: UncheckedAccount<'info>,
    /// The quote, if it was posted.
    #[account(constraint = posted.account == maker.key() @ OptionsError::WrongQuote)]
    pub posted: Option<Box<Account<'info, PostedQuote>>>,
}

pub(crate) fn handler<'info>(ctx: Context<'info, TradeQuote<'info>>, nonce: u64, quantity: i64) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    let clock = Clock::get()?;
    let quote = accept(accounts, Nonce(nonce), &clock)?;
    let package = quote.package(Lots(quantity)).or_refuse()?;
    protect(accounts, &package, &clock)?;
    let count = package.len().saturating_mul(ACCOUNTS_PER_LEG);
    let places = ctx.remaining_accounts.split_at_checked(count);
    let (places, markets) = places.ok_or(OptionsError::LegAccounts)?;
    let PackageTrade { legs, mut fee } = execute(accounts, markets, &quote, &package, &clock)?;
    for (traded, place) in legs.iter().zip(places.chunks(ACCOUNTS_PER_LEG)) {
        let open_interest = book_leg(&accounts.house.key(), place, traded)?;
        // The first leg's event tells the fee of all.
        announce(accounts, traded, core::mem::take(&mut fee), open_interest, nonce);
    }
    Ok(())
}

/// Returns the quote, found to be the maker's and to hold here and now, whose nonce is then filled.
#[inline(never)]
fn accept(accounts: &TradeQuote, nonce: Nonce, clock: &Clock) -> Result<Box<Quote>> {
    let mut maker = accounts.maker.load_mut()?;
    maker.check_version()?;
    let here = scope_of(&accounts.house, &accounts.maker.key())?;
    let quote = match &accounts.posted {
        Some(posted) => {
            posted.check_version()?;
            require!(maker.may_quote(&posted.authority), OptionsError::PostedByOther);
            let quote = Box::new(Quote::decode(&posted.message).or_refuse()?);
            require!(quote.nonce == nonce, OptionsError::WrongQuote);
            quote
        }
        None => signed_quote(&accounts.instructions, &maker.quote_signer, &here.maker, nonce)?,
    };
    let taker = accounts.owner.key().to_bytes();
    quote.check(&here, &taker, clock.slot).or_refuse()?;
    let mut nonces = maker.nonces();
    nonces.fill(nonce).or_refuse()?;
    maker.keep_nonces(&nonces);
    Ok(quote)
}

/// Why an instruction of the ed25519 program is not the one that is looked for.
#[derive(Clone, Copy, Debug)]
enum Unsigned {
    Signature(SignatureError),
    Quote(QuoteError),
    None,
}

impl From<Unsigned> for OptionsError {
    fn from(reason: Unsigned) -> Self {
        match reason {
            Unsigned::Signature(refusal) => refusal.into(),
            Unsigned::Quote(refusal) => refusal.into(),
            Unsigned::None => Self::NoSignature,
        }
    }
}

/// Returns the quote of that maker and nonce that an instruction of the transaction shows to be
/// signed by `quote_signer`. Other signatures may be beside it: they are somebody else's business.
#[inline(never)]
fn signed_quote(
    instructions: &AccountInfo,
    quote_signer: &Pubkey,
    maker: &[u8; 32],
    nonce: Nonce,
) -> Result<Box<Quote>> {
    let mut reason = Unsigned::None;
    for index in 0..u16::MAX {
        let Ok(carrier) = load_instruction_at_checked(usize::from(index), instructions) else {
            break;
        };
        if carrier.program_id != solana_sdk_ids::ed25519_program::ID {
            continue;
        }
        let message = match signed_message(&carrier.data, index, &quote_signer.to_bytes()) {
            Ok(message) => message,
            Err(refusal) => {
                reason = Unsigned::Signature(refusal);
                continue;
            }
        };
        match Quote::decode(message) {
            Ok(quote) if quote.scope.maker == *maker && quote.nonce == nonce => return Ok(Box::new(quote)),
            Ok(_) => {}
            Err(refusal) => reason = Unsigned::Quote(refusal),
        }
    }
    Err(reason).or_refuse()
}

/// Counts the fill against what the maker allows in a minute.
#[inline(never)]
fn protect(accounts: &TradeQuote, package: &Legs<PackageLeg>, clock: &Clock) -> Result<()> {
    let mut maker = accounts.maker.load_mut()?;
    let lots = package.iter().map(|leg| leg.quantity.0.unsigned_abs());
    let lots = lots.fold(0u64, u64::saturating_add);
    let mut protection = maker.protection();
    protection.fill(lots, clock.unix_timestamp).or_refuse()?;
    maker.keep_protection(&protection);
    Ok(())
}

#[inline(never)]
fn execute(
    accounts: &TradeQuote,
    markets: &[AccountInfo],
    quote: &Quote,
    package: &Legs<PackageLeg>,
    clock: &Clock,
) -> Result<PackageTrade> {
    let mut house = accounts.house.load_mut()?;
    let mut taker_account = accounts.taker.load_mut()?;
    let mut maker_account = accounts.maker.load_mut()?;
    let mut insurance = accounts.insurance.load_mut()?;
    let [mut taker, mut maker, mut fund] = [taker_account.book()?, maker_account.book()?, insurance.book()?];
    let mut markets = Markets::read(&house, markets, &[&taker, &maker], Purpose::Margin, clock)?;
    let spot = markets.spot(quote.market())?;
    quote.check_spot(spot, house.params().lots_per_unit()).or_refuse()?;
    let mut parties = Parties {
        taker: &mut taker,
        maker: &mut maker,
        fund: &mut fund,
    };
    let trades = trade(&mut house, &mut parties, package, &mut markets)?;
    taker_account.store(&taker)?;
    maker_account.store(&maker)?;
    insurance.store(&fund)?;
    Ok(trades)
}

/// Books a leg's change of open interest in its expiry and its series. Returns that of the series.
#[inline(never)]
fn book_leg<'info>(house: &Pubkey, place: &'info [AccountInfo<'info>], traded: &LegTrade) -> Result<u64> {
    let [expiry, series] = place else {
        return err!(OptionsError::LegAccounts);
    };
    let mut expiry = Box::new(Account::<Expiry>::try_from(expiry)?);
    let mut series = Box::new(Account::<Series>::try_from(series)?);
    expiry.check_version()?;
    require!(
        expiry.house == *house && series.house == *house,
        OptionsError::WrongHouse
    );
    let terms = &traded.fill.leg.series;
    require!(series.key == SeriesKey::from(terms), OptionsError::WrongSeries);
    require!(
        expiry.market == terms.market && expiry.expiry == terms.expiry,
        OptionsError::WrongExpiry
    );
    book_open_interest(&mut expiry, &mut series, traded.change)?;
    expiry.exit(&crate::ID)?;
    series.exit(&crate::ID)?;
    Ok(series.open_interest)
}

#[inline(never)]
fn announce(accounts: &TradeQuote, traded: &LegTrade, fee: u64, open_interest: u64, nonce: u64) {
    let (taker, maker) = (accounts.taker.key(), accounts.maker.key());
    let leg = &traded.fill.leg;
    let (buyer, seller) = match leg.taker {
        Side::Buy => (taker, maker),
        Side::Sell => (maker, taker),
    };
    emit!(Traded {
        house: accounts.house.key(),
        key: SeriesKey::from(&leg.series),
        buyer,
        seller,
        maker,
        quantity: leg.quantity.0,
        price: leg.price.0,
        premium: traded.fill.premium,
        fee,
        open_interest,
        source: TradeSource::Quote { nonce },
    });
}
