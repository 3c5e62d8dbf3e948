//! Trades on signed quotes.

use super::super::build;
use super::keys::with_markets;
use super::{ClearingHouseKeys, MarketKeys};
use crate::addresses;
use crate::quotes::{carrier, SignedQuote};
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_core_clearing::quote::{Quote, QuoteError, QUOTE_BYTES};
use ballast_options::state::SeriesKey;
use ballast_options::{accounts, instruction, ID};

/// Who trades with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Signs: the owner of the account that takes.
    pub owner: Pubkey,
    /// The account that takes.
    pub taker: Pubkey,
    /// The account that made the offer, or that is being liquidated.
    pub maker: Pubkey,
}

/// The accounts of a trade.
#[derive(Clone, Copy, Debug)]
pub struct TradeAccounts<'a> {
    /// The house.
    pub house: &'a ClearingHouseKeys,
    /// Who trades with whom.
    pub parties: &'a Parties,
    /// The markets that either account has positions on, or gets one on.
    pub markets: &'a [MarketKeys],
}

/// Builds `trade_quote`: so much of a quote, which was posted or is carried by another instruction
/// of the transaction.
pub fn trade_quote(trade: &TradeAccounts, quote: &Quote, quantity: i64, is_posted: bool) -> Instruction {
    let maker = &trade.parties.maker;
    let accounts = accounts::TradeQuote {
        owner: trade.parties.owner,
        house: trade.house.house,
        taker: trade.parties.taker,
        maker: *maker,
        insurance: trade.house.insurance,
        instructions: solana_instructions_sysvar::ID,
        posted: is_posted.then(|| addresses::posted_quote(maker, quote.nonce.0)),
    };
    let data = instruction::TradeQuote {
        nonce: quote.nonce.0,
        quantity,
    };
    let mut instruction = build(ID, accounts, data);
    let legs = quote
        .legs
        .iter()
        .map(|leg| trade.house.series(&SeriesKey::from(&leg.series)));
    let keys = legs.flat_map(|leg| [leg.expiry, leg.series]);
    instruction
        .accounts
        .extend(keys.map(|key| AccountMeta::new(key, false)));
    with_markets(instruction, trade.markets)
}

/// Builds both instructions of a trade on a signed quote.
///
/// # Errors
/// Fails with [`QuoteError`] where the message is no quote.
pub fn take_quote(trade: &TradeAccounts, quote: &SignedQuote, quantity: i64) -> Result<[Instruction; 2], QuoteError> {
    let decoded = Quote::decode(&quote.message)?;
    Ok([carrier(quote), trade_quote(trade, &decoded, quantity, false)])
}

/// Builds `post_quote`; owner or quote signer signs, and pays for its account.
pub fn post_quote(keys: &ClearingHouseKeys, authority: &Pubkey, quote: &Quote) -> Instruction {
    let account = Pubkey::new_from_array(quote.scope.maker);
    let accounts = accounts::PostQuote {
        payer: *authority,
        authority: *authority,
        house: keys.house,
        account,
        quote: addresses::posted_quote(&account, quote.nonce.0),
        system_program: system_program::ID,
    };
    let data = instruction::PostQuote {
        nonce: quote.nonce.0,
        message: quote.encode(&mut [0; QUOTE_BYTES]).to_vec(),
    };
    build(ID, accounts, data)
}

/// Builds `close_quote`: `payer` is the one its account names.
pub fn close_quote(authority: &Pubkey, account: &Pubkey, nonce: u64, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CloseQuote {
        authority: *authority,
        account: *account,
        quote: addresses::posted_quote(account, nonce),
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseQuote {})
}

/// Builds `cancel_quote`. Owner or quoter signs.
pub fn cancel_quote(authority: &Pubkey, account: &Pubkey, nonce: u64) -> Instruction {
    let accounts = accounts::CancelQuotes {
        authority: *authority,
        account: *account,
    };
    build(ID, accounts, instruction::CancelQuote { nonce })
}

/// Builds `cancel_all_quotes`: those with a nonce below this one. Owner or quoter signs.
pub fn cancel_all_quotes(authority: &Pubkey, account: &Pubkey, below: u64) -> Instruction {
    let accounts = accounts::CancelQuotes {
        authority: *authority,
        account: *account,
    };
    build(ID, accounts, instruction::CancelAllQuotes { below })
}
