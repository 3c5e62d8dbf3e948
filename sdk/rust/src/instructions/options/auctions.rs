//! Auctions.

use super::super::build;
use super::keys::with_markets;
use super::{ClearingHouseKeys, TradeAccounts};
use crate::addresses;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_options::state::SeriesKey;
use ballast_options::{accounts, instruction, OpenAuctionArgs, ID};

/// Builds `open_auction`; the owner pays for its account too.
pub fn open_auction(
    keys: &ClearingHouseKeys,
    owner: &Pubkey,
    account: &Pubkey,
    key: &SeriesKey,
    args: OpenAuctionArgs,
) -> Instruction {
    let accounts = accounts::OpenAuction {
        payer: *owner,
        owner: *owner,
        house: keys.house,
        series: keys.series(key).series,
        account: *account,
        auction: addresses::auction(account, args.number),
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::OpenAuction { args })
}

/// What is taken of an auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuctionTake {
    /// The auction's number among those of the maker's account.
    pub number: u64,
    /// Lots, positive to buy, negative to sell.
    pub quantity: i64,
    /// The worst price to trade at, base units for one unit of the underlying.
    pub limit_price: u64,
}

/// Builds `take_auction`.
pub fn take_auction(trade: &TradeAccounts, key: &SeriesKey, take: AuctionTake) -> Instruction {
    let series = trade.house.series(key);
    let accounts = accounts::TakeAuction {
        owner: trade.parties.owner,
        house: trade.house.house,
        expiry: series.expiry,
        series: series.series,
        taker: trade.parties.taker,
        maker: trade.parties.maker,
        insurance: trade.house.insurance,
        auction: addresses::auction(&trade.parties.maker, take.number),
    };
    let data = instruction::TakeAuction {
        quantity: take.quantity,
        limit_price: take.limit_price,
    };
    with_markets(build(ID, accounts, data), trade.markets)
}

/// Builds `cancel_auction`: `payer` is the one its account names.
pub fn cancel_auction(authority: &Pubkey, account: &Pubkey, number: u64, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CancelAuction {
        authority: *authority,
        account: *account,
        auction: addresses::auction(account, number),
        payer: *payer,
    };
    build(ID, accounts, instruction::CancelAuction {})
}
