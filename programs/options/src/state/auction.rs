//! An owner's auction.

use crate::errors::OptionsError;
use crate::state::series::SeriesKey;
use crate::state::version::VERSION;
use anchor_lang::prelude::*;
use ballast_core_clearing::auction::Auction;
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_types::Lots;

/// First seed of an auction's address: `["auction", margin account, number]`.
pub const AUCTION_SEED: &[u8] = b"auction";

/// An offer whose price moves with time. See [`Auction`].
#[account]
#[derive(InitSpace, Debug)]
pub struct AuctionOffer {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// What the owner does: 1 buy, 2 sell.
    pub side: u8,
    /// The house.
    pub house: Pubkey,
    /// The margin account it is for.
    pub account: Pubkey,
    /// Who paid for this account, and gets the rent back.
    pub payer: Pubkey,
    /// Number of the auction among the account's.
    pub number: u64,
    /// The series.
    pub key: SeriesKey,
    /// The price it begins with, base units for one unit of the underlying.
    pub start_price: u64,
    /// The price it ends with.
    pub end_price: u64,
    /// When it begins, unix seconds.
    pub begins_at: i64,
    /// How long it lasts, seconds.
    pub seconds: u32,
    /// What is left, lots.
    pub left: i64,
    /// Room for what later versions hold.
    pub reserved: [u8; 32],
}

/// Returns the side of a byte.
///
/// # Errors
/// [`OptionsError::SideForm`].
pub fn side_of(byte: u8) -> Result<Side> {
    Ok(Side::from_byte(byte).ok_or(OptionsError::SideForm)?)
}

impl AuctionOffer {
    /// As the pure functions take it.
    ///
    /// # Errors
    /// [`OptionsError::Version`], [`OptionsError::SideForm`].
    pub fn auction(&self) -> Result<Auction> {
        require!(self.version == VERSION, OptionsError::Version);
        Ok(Auction {
            side: side_of(self.side)?,
            start_price: UnitPrice(self.start_price),
            end_price: UnitPrice(self.end_price),
            begins_at: self.begins_at,
            seconds: self.seconds,
            left: Lots(self.left),
        })
    }
}
