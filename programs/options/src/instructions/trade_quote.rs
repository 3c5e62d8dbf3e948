//! `trade_quote`: a taker trades on a maker's signed quote, which an ed25519 instruction of the
//! same transaction carries.

use crate::clearing::{trade, Counterparties, SeriesAccounts, TradeTerms};
use crate::errors::{OptionsError, Refuse};
use crate::events::{TradeSource, Traded};
use crate::markets::{Markets, Purpose};
use crate::state::{ClearingHouse, Expiry, MarginAccount, Series};
use anchor_lang::prelude::*;
use ballast_core_clearing::ed25519::signed_message;
use ballast_core_clearing::quote::{Quote, QuoteScope};
use ballast_core_clearing::trade::Side;
use ballast_core_types::Lots;
use solana_instructions_sysvar::load_instruction_at_checked;

/// Accounts of `trade_quote`. After them the markets that either account has positions on, or gets
/// one on.
#[derive(Accounts)]
pub struct TradeQuote<'info> {
    /// The taker: owner of the taker's account.
    pub owner: Signer<'info>,
    /// The house.
    #[account(mut)]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The expiry of the series.
    #[account(mut, has_one = house @ OptionsError::WrongHouse)]
    pub expiry: Box<Account<'info, Expiry>>,
    /// The series.
    #[account(
        mut,
        has_one = house @ OptionsError::WrongHouse,
        constraint = series.key.market == expiry.market && series.key.expiry == expiry.expiry @ OptionsError::WrongSeries
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
    /// The maker's account.
    #[account(mut, has_one = house @ OptionsError::WrongHouse)]
    pub maker: AccountLoader<'info, MarginAccount>,
    /// CHECK: the transaction's instructions; the address is checked.
    #[account(address = solana_sdk_ids::sysvar::instructions::ID)]
    pub instructions: UncheckedAccount<'info>,
}

pub(crate) fn handler<'info>(
    ctx: Context<'info, TradeQuote<'info>>,
    quantity: i64,
    signature_index: u16,
) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.house.load()?.check_version()?;
    accounts.expiry.check_version()?;
    let clock = Clock::get()?;
    let quote = accept(accounts, Lots(quantity), signature_index, &clock)?;
    let premium = execute(accounts, ctx.remaining_accounts, &quote, Lots(quantity), &clock)?;
    let (taker, maker) = (accounts.taker.key(), accounts.maker.key());
    let (buyer, seller) = match quote.side {
        Side::Buy => (maker, taker),
        Side::Sell => (taker, maker),
    };
    emit!(Traded {
        house: accounts.house.key(),
        key: accounts.series.key,
        buyer,
        seller,
        maker,
        quantity,
        price: quote.price.0,
        premium,
        open_interest: accounts.series.open_interest,
        source: TradeSource::Quote { nonce: quote.nonce.0 },
    });
    Ok(())
}

/// Returns the quote, found to be signed, to hold here and now, and to have that much left: which
/// is then filled.
#[inline(never)]
fn accept(accounts: &TradeQuote, quantity: Lots, index: u16, clock: &Clock) -> Result<Quote> {
    let mut maker = accounts.maker.load_mut()?;
    let here = QuoteScope {
        program: crate::ID.to_bytes(),
        cluster: accounts.house.load()?.cluster,
        house: accounts.house.key().to_bytes(),
        series: accounts.series.key.terms()?,
        maker: accounts.maker.key().to_bytes(),
    };
    let quote = signed_quote(&accounts.instructions, index, &maker.quote_signer)?;
    let taker = accounts.owner.key().to_bytes();
    quote.check(&here, &taker, clock.slot).or_refuse()?;
    let mut nonces = maker.quotes();
    nonces.fill(quote.nonce, quote.size, quantity).or_refuse()?;
    maker.keep_quotes(&nonces);
    Ok(quote)
}

/// Returns the quote that the instruction of that index shows to be signed by `quote_signer`.
#[inline(never)]
fn signed_quote(instructions: &AccountInfo, index: u16, quote_signer: &Pubkey) -> Result<Quote> {
    let carrier = load_instruction_at_checked(usize::from(index), instructions);
    let carrier = carrier.map_err(|_| OptionsError::NoSignature)?;
    require_keys_eq!(
        carrier.program_id,
        solana_sdk_ids::ed25519_program::ID,
        OptionsError::NoSignature
    );
    let message = signed_message(&carrier.data, index, &quote_signer.to_bytes()).or_refuse()?;
    Quote::decode(message).or_refuse()
}

#[inline(never)]
fn execute(
    accounts: &mut TradeQuote,
    markets: &[AccountInfo],
    quote: &Quote,
    quantity: Lots,
    clock: &Clock,
) -> Result<u64> {
    let mut house = accounts.house.load_mut()?;
    let mut taker_account = accounts.taker.load_mut()?;
    let mut maker_account = accounts.maker.load_mut()?;
    let (mut taker, mut maker) = (taker_account.book()?, maker_account.book()?);
    let mut markets = Markets::read(&house, markets, &[&taker, &maker], Purpose::Margin, clock)?;
    let terms = TradeTerms {
        terms: quote.scope.series,
        quantity,
        price: quote.price,
        taker: quote.side.opposite(),
    };
    let mut venue = SeriesAccounts {
        house: &mut house,
        expiry: &mut accounts.expiry,
        series: &mut accounts.series,
    };
    let mut counterparties = Counterparties {
        taker: &mut taker,
        maker: &mut maker,
    };
    let premium = trade(&mut venue, &mut counterparties, &terms, &mut markets)?;
    taker_account.store(&taker)?;
    maker_account.store(&maker)?;
    Ok(premium)
}
