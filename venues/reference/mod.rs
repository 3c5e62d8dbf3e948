//! The reference venue of local networks, `programs/reference-venue`: one perpetual whose maker
//! quotes around the oracle's price, with an impact that grows linearly with the order.

mod cpi;
pub mod funding;
pub mod layout;
mod position;
mod reader;

use crate::{Address, EncodedInstruction, Liquidity, MarketPins, PositionAccounts, Venue, VenueAction, VenueError};
use ballast_core_types::{FillReceipt, Position, Price, TradingTerms, Value};
use layout::Account;

/// The reference venue.
#[derive(Clone, Copy, Debug)]
pub struct Reference;

impl Venue for Reference {
    const PROGRAM: Address = layout::PROGRAM;

    fn is_market(data: &[u8]) -> bool {
        Account::market(data).is_ok()
    }

    fn is_trader(data: &[u8]) -> bool {
        Account::trader(data).is_ok()
    }

    fn liquidity(data: &[u8], size: Value) -> Result<Liquidity, VenueError> {
        reader::liquidity(data, size)
    }

    fn pins(market: &[u8]) -> Result<MarketPins, VenueError> {
        position::pins(market)
    }

    fn terms(market: &[u8]) -> Result<TradingTerms, VenueError> {
        position::terms(market)
    }

    fn position(accounts: &PositionAccounts, mid: Price, now: i64) -> Result<Position, VenueError> {
        position::position(accounts, mid, now)
    }

    fn encode(action: &VenueAction) -> EncodedInstruction {
        cpi::encode(action)
    }

    fn receipt(return_data: &[u8]) -> Result<FillReceipt, VenueError> {
        cpi::receipt(return_data)
    }
}
