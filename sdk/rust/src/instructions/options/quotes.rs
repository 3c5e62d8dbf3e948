//! Trades on signed quotes.

use super::super::build;
use super::keys::with_markets;
use super::{ClearingHouseKeys, MarketKeys};
use crate::quotes::{carrier, SignedQuote};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
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

/// The accounts of a trade in a series.
#[derive(Clone, Copy, Debug)]
pub struct TradeAccounts<'a> {
    /// The house.
    pub house: &'a ClearingHouseKeys,
    /// The series.
    pub series: &'a SeriesKey,
    /// Who trades with whom.
    pub parties: &'a Parties,
    /// The markets that either account has positions on, or gets one on.
    pub markets: &'a [MarketKeys],
}

/// Builds `trade_quote`, with the ed25519 instruction at that index of the transaction.
pub fn trade_quote(trade: &TradeAccounts, quantity: i64, signature_index: u16) -> Instruction {
    let series = trade.house.series(trade.series);
    let accounts = accounts::TradeQuote {
        owner: trade.parties.owner,
        house: trade.house.house,
        expiry: series.expiry,
        series: series.series,
        taker: trade.parties.taker,
        maker: trade.parties.maker,
        instructions: solana_instructions_sysvar::ID,
    };
    let data = instruction::TradeQuote {
        quantity,
        signature_index,
    };
    with_markets(build(ID, accounts, data), trade.markets)
}

/// Builds both instructions of a trade on a quote, the first of which has the index `first` in the
/// transaction.
pub fn take_quote(trade: &TradeAccounts, quote: &SignedQuote, quantity: i64, first: u16) -> [Instruction; 2] {
    [carrier(quote), trade_quote(trade, quantity, first)]
}

/// Builds `cancel_quote`. Owner or quoter signs.
pub fn cancel_quote(authority: &Pubkey, account: &Pubkey, nonce: u64) -> Instruction {
    let accounts = accounts::CancelQuotes {
        authority: *authority,
        account: *account,
    };
    build(ID, accounts, instruction::CancelQuote { nonce })
}

/// Builds `cancel_all_quotes`. Owner or quoter signs.
pub fn cancel_all_quotes(authority: &Pubkey, account: &Pubkey, up_to: Option<u64>) -> Instruction {
    let accounts = accounts::CancelQuotes {
        authority: *authority,
        account: *account,
    };
    build(ID, accounts, instruction::CancelAllQuotes { up_to })
}
