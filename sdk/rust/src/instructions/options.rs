//! Builders of the clearing house's instructions.

use super::{build, TOKEN};
use crate::accounts::{DecodeError, RawAccount};
use crate::addresses;
use crate::quotes::{carrier, SignedQuote};
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_options::state::{House, SeriesKey};
use ballast_options::{accounts, instruction, CreateHouseArgs, OpenAuctionArgs, ID};

/// The accounts of one of a house's markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketKeys {
    /// The risk market.
    pub risk_market: Pubkey,
    /// Its price account.
    pub price_feed: Pubkey,
    /// Its surface.
    pub surface: Pubkey,
}

/// The addresses that a house's instructions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseKeys {
    /// The house.
    pub house: Pubkey,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Custody.
    pub custody: Pubkey,
    /// Insurance account.
    pub insurance: Pubkey,
}

/// A series with the accounts that stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesKeys {
    /// The series.
    pub series: Pubkey,
    /// Its expiry.
    pub expiry: Pubkey,
}

impl HouseKeys {
    /// The addresses of a house that `creator` makes, or made.
    pub fn derive(creator: &Pubkey, number: u64, quote_mint: &Pubkey) -> Self {
        let house = addresses::house(creator, number);
        Self {
            house,
            quote_mint: *quote_mint,
            custody: addresses::house_custody(&house),
            insurance: addresses::house_insurance(&house),
        }
    }

    /// The addresses that a house's account names.
    ///
    /// # Errors
    /// [`DecodeError`] if it is no house.
    pub fn of(account: &RawAccount) -> Result<Self, DecodeError> {
        let house: House = account.house()?;
        Ok(Self {
            house: account.key,
            quote_mint: house.quote_mint,
            custody: house.custody,
            insurance: house.insurance,
        })
    }

    /// The accounts of a series.
    pub fn series(&self, key: &SeriesKey) -> SeriesKeys {
        SeriesKeys {
            series: addresses::series(&self.house, key),
            expiry: addresses::expiry(&self.house, key.market, key.expiry),
        }
    }

    /// The margin account of an owner with a number.
    pub fn account(&self, owner: &Pubkey, number: u64) -> Pubkey {
        addresses::margin_account(&self.house, owner, number)
    }
}

fn with_markets(mut instruction: Instruction, markets: &[MarketKeys]) -> Instruction {
    let keys = markets
        .iter()
        .flat_map(|market| [market.risk_market, market.price_feed, market.surface]);
    instruction
        .accounts
        .extend(keys.map(|key| AccountMeta::new_readonly(key, false)));
    instruction
}

fn with_members(mut instruction: Instruction, members: &[Pubkey]) -> Instruction {
    let metas = members.iter().map(|key| AccountMeta::new(*key, false));
    instruction.accounts.extend(metas);
    instruction
}

/// `create_house`: `markets` in the order of the listings.
pub fn create_house(
    creator: &Pubkey,
    quote_mint: &Pubkey,
    markets: &[MarketKeys],
    args: CreateHouseArgs,
) -> Instruction {
    let keys = HouseKeys::derive(creator, args.number, quote_mint);
    let accounts = accounts::CreateHouse {
        creator: *creator,
        quote_mint: *quote_mint,
        house: keys.house,
        custody: keys.custody,
        insurance: keys.insurance,
        token_program: TOKEN,
        system_program: system_program::ID,
    };
    let mut create = build(ID, accounts, instruction::CreateHouse { args });
    let pairs = markets.iter().flat_map(|market| [market.risk_market, market.surface]);
    create
        .accounts
        .extend(pairs.map(|key| AccountMeta::new_readonly(key, false)));
    create
}

/// `fund_insurance`.
pub fn fund_insurance(keys: &HouseKeys, giver: &Pubkey, source: &Pubkey, amount: u64) -> Instruction {
    let accounts = accounts::FundInsurance {
        giver: *giver,
        house: keys.house,
        insurance: keys.insurance,
        source: *source,
        custody: keys.custody,
        token_program: TOKEN,
    };
    build(ID, accounts, instruction::FundInsurance { amount })
}

/// `create_expiry`: `moment` in unix seconds.
pub fn create_expiry(keys: &HouseKeys, payer: &Pubkey, market: u8, moment: i64) -> Instruction {
    let accounts = accounts::CreateExpiry {
        payer: *payer,
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::CreateExpiry { market, moment })
}

/// `create_series`.
pub fn create_series(keys: &HouseKeys, payer: &Pubkey, market: &MarketKeys, key: SeriesKey) -> Instruction {
    let series = keys.series(&key);
    let accounts = accounts::CreateSeries {
        payer: *payer,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        risk_market: market.risk_market,
        price_feed: market.price_feed,
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::CreateSeries { key })
}

/// `close_series`: `payer` is the one its account names.
pub fn close_series(keys: &HouseKeys, key: &SeriesKey, payer: &Pubkey) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::CloseSeries {
        expiry: series.expiry,
        series: series.series,
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseSeries {})
}

/// `close_expiry`: `payer` is the one its account names.
pub fn close_expiry(expiry: &Pubkey, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CloseExpiry {
        expiry: *expiry,
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseExpiry {})
}

/// `open_account`: `number` is a slot of the last 512.
pub fn open_account(keys: &HouseKeys, payer: &Pubkey, owner: &Pubkey, number: u64) -> Instruction {
    let accounts = accounts::OpenAccount {
        payer: *payer,
        owner: *owner,
        house: keys.house,
        account: keys.account(owner, number),
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::OpenAccount { number })
}

/// `close_account`: `payer` is the one the account names.
pub fn close_account(owner: &Pubkey, account: &Pubkey, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CloseAccount {
        owner: *owner,
        account: *account,
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseAccount {})
}

/// `set_quoter`.
pub fn set_quoter(owner: &Pubkey, account: &Pubkey, quoter: Pubkey) -> Instruction {
    let accounts = accounts::SetQuoter {
        owner: *owner,
        account: *account,
    };
    build(ID, accounts, instruction::SetQuoter { quoter })
}

/// `deposit`.
pub fn deposit(keys: &HouseKeys, owner: &Pubkey, account: &Pubkey, source: &Pubkey, amount: u64) -> Instruction {
    let accounts = accounts::Deposit {
        owner: *owner,
        house: keys.house,
        account: *account,
        insurance: keys.insurance,
        source: *source,
        custody: keys.custody,
        token_program: TOKEN,
    };
    build(ID, accounts, instruction::Deposit { amount })
}

/// `withdraw`: `markets` are those that the account has positions on.
pub fn withdraw(
    keys: &HouseKeys,
    owner: &Pubkey,
    account: &Pubkey,
    destination: &Pubkey,
    markets: &[MarketKeys],
    amount: u64,
) -> Instruction {
    let accounts = accounts::Withdraw {
        owner: *owner,
        house: keys.house,
        account: *account,
        destination: *destination,
        custody: keys.custody,
        token_program: TOKEN,
    };
    with_markets(build(ID, accounts, instruction::Withdraw { amount }), markets)
}

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

/// `trade_quote`, with the ed25519 instruction at that index of the transaction.
pub fn trade_quote(
    keys: &HouseKeys,
    key: &SeriesKey,
    parties: &Parties,
    markets: &[MarketKeys],
    quantity: i64,
    signature_index: u16,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::TradeQuote {
        owner: parties.owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        taker: parties.taker,
        maker: parties.maker,
        instructions: solana_instructions_sysvar::ID,
    };
    let data = instruction::TradeQuote {
        quantity,
        signature_index,
    };
    with_markets(build(ID, accounts, data), markets)
}

/// Both instructions of a trade on a quote, the first of which has the index `first` in the transaction.
pub fn take_quote(
    keys: &HouseKeys,
    key: &SeriesKey,
    parties: &Parties,
    markets: &[MarketKeys],
    quote: &SignedQuote,
    quantity: i64,
    first: u16,
) -> [Instruction; 2] {
    [
        carrier(quote),
        trade_quote(keys, key, parties, markets, quantity, first),
    ]
}

/// `cancel_quote`. Owner or quoter signs.
pub fn cancel_quote(authority: &Pubkey, account: &Pubkey, nonce: u64) -> Instruction {
    let accounts = accounts::CancelQuotes {
        authority: *authority,
        account: *account,
    };
    build(ID, accounts, instruction::CancelQuote { nonce })
}

/// `cancel_all_quotes`. Owner or quoter signs.
pub fn cancel_all_quotes(authority: &Pubkey, account: &Pubkey, up_to: Option<u64>) -> Instruction {
    let accounts = accounts::CancelQuotes {
        authority: *authority,
        account: *account,
    };
    build(ID, accounts, instruction::CancelAllQuotes { up_to })
}

/// `open_auction`; the owner pays for its account too.
pub fn open_auction(
    keys: &HouseKeys,
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

/// `take_auction`: `number` is the auction's among those of the maker's account; `quantity` is positive to buy, negative to sell.
pub fn take_auction(
    keys: &HouseKeys,
    key: &SeriesKey,
    parties: &Parties,
    markets: &[MarketKeys],
    number: u64,
    quantity: i64,
    limit_price: u64,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::TakeAuction {
        owner: parties.owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        taker: parties.taker,
        maker: parties.maker,
        auction: addresses::auction(&parties.maker, number),
    };
    let data = instruction::TakeAuction { quantity, limit_price };
    with_markets(build(ID, accounts, data), markets)
}

/// `cancel_auction`: `payer` is the one its account names.
pub fn cancel_auction(authority: &Pubkey, account: &Pubkey, number: u64, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CancelAuction {
        authority: *authority,
        account: *account,
        auction: addresses::auction(account, number),
        payer: *payer,
    };
    build(ID, accounts, instruction::CancelAuction {})
}

/// `begin_liquidation`.
pub fn begin_liquidation(keys: &HouseKeys, account: &Pubkey, markets: &[MarketKeys]) -> Instruction {
    let accounts = accounts::Liquidation {
        house: keys.house,
        account: *account,
    };
    with_markets(build(ID, accounts, instruction::BeginLiquidation {}), markets)
}

/// `end_liquidation`.
pub fn end_liquidation(keys: &HouseKeys, account: &Pubkey, markets: &[MarketKeys]) -> Instruction {
    let accounts = accounts::Liquidation {
        house: keys.house,
        account: *account,
    };
    with_markets(build(ID, accounts, instruction::EndLiquidation {}), markets)
}

/// `liquidate`: `parties.maker` is the account that fails, `quantity` has the sign of its position.
pub fn liquidate(
    keys: &HouseKeys,
    key: &SeriesKey,
    parties: &Parties,
    markets: &[MarketKeys],
    quantity: i64,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::Liquidate {
        owner: parties.owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        liquidator: parties.taker,
        account: parties.maker,
        insurance: keys.insurance,
    };
    with_markets(build(ID, accounts, instruction::Liquidate { quantity }), markets)
}

/// `take_over`.
pub fn take_over(keys: &HouseKeys, account: &Pubkey, markets: &[MarketKeys]) -> Instruction {
    let accounts = accounts::TakeOver {
        house: keys.house,
        account: *account,
        insurance: keys.insurance,
    };
    with_markets(build(ID, accounts, instruction::TakeOver {}), markets)
}

/// `take_over_position`.
pub fn take_over_position(keys: &HouseKeys, account: &Pubkey, key: &SeriesKey) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::TakeOverPosition {
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        account: *account,
        insurance: keys.insurance,
    };
    build(ID, accounts, instruction::TakeOverPosition {})
}

/// `buy_from_insurance`: `quantity` has the sign of the insurance account's position.
pub fn buy_from_insurance(
    keys: &HouseKeys,
    key: &SeriesKey,
    owner: &Pubkey,
    account: &Pubkey,
    markets: &[MarketKeys],
    quantity: i64,
) -> Instruction {
    let series = keys.series(key);
    let accounts = accounts::BuyFromInsurance {
        owner: *owner,
        house: keys.house,
        expiry: series.expiry,
        series: series.series,
        liquidator: *account,
        insurance: keys.insurance,
    };
    with_markets(build(ID, accounts, instruction::BuyFromInsurance { quantity }), markets)
}

/// `sample_settlement`.
pub fn sample_settlement(keys: &HouseKeys, market: u8, moment: i64, accounts: &MarketKeys) -> Instruction {
    let accounts = accounts::SampleSettlement {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        risk_market: accounts.risk_market,
        price_feed: accounts.price_feed,
    };
    build(ID, accounts, instruction::SampleSettlement {})
}

/// `finish_settlement`.
pub fn finish_settlement(keys: &HouseKeys, market: u8, moment: i64, risk_market: &Pubkey) -> Instruction {
    let accounts = accounts::FinishSettlement {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        risk_market: *risk_market,
    };
    build(ID, accounts, instruction::FinishSettlement {})
}

/// `settle_positions` of up to twenty margin accounts, the insurance account among them if it has positions.
pub fn settle_positions(keys: &HouseKeys, market: u8, moment: i64, members: &[Pubkey]) -> Instruction {
    let accounts = accounts::SettlePositions {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        insurance: keys.insurance,
    };
    with_members(build(ID, accounts, instruction::SettlePositions {}), members)
}

/// `pay_claims` of up to twenty margin accounts, the insurance account among them if it has a claim.
pub fn pay_claims(keys: &HouseKeys, market: u8, moment: i64, members: &[Pubkey]) -> Instruction {
    let accounts = accounts::PayClaims {
        house: keys.house,
        expiry: addresses::expiry(&keys.house, market, moment),
        insurance: keys.insurance,
    };
    with_members(build(ID, accounts, instruction::PayClaims {}), members)
}
