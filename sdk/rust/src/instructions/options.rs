//! Builders of the clearing house's instructions, and the addresses that they name.

mod auctions;
mod clearing_house;
mod keys;
mod liquidation;
mod margin_accounts;
mod quotes;
mod settlement;

pub use auctions::{cancel_auction, open_auction, take_auction, AuctionTake};
pub use clearing_house::{
    close_expiry, close_series, create_clearing_house, create_expiry, create_series, fund_insurance,
};
pub use keys::{ClearingHouseKeys, MarketKeys, SeriesKeys};
pub use liquidation::{begin_liquidation, end_liquidation, liquidate, transfer_position, TakeTerms};
pub use margin_accounts::{close_account, deposit, open_account, set_quote_signer, what_if, withdraw};
pub use quotes::{
    cancel_all_quotes, cancel_quote, close_quote, post_quote, take_quote, trade_quote, Parties, TradeAccounts,
};
pub use settlement::{cover_expiries, pay_claims, settle_expiry, settle_positions};
