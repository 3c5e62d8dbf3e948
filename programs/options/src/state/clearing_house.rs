//! A house: one quote mint, one custody, up to four markets, and parameters that never change.

use crate::errors::OptionsError;
use crate::state::settings::{ClearingHouseSettings, ListingSettings};
use crate::state::version::VERSION;
use anchor_lang::prelude::*;
use ballast_core_clearing::liquidation::FundDay;
use ballast_core_clearing::params::{ClearingHouseParams, MAX_LISTINGS};
use ballast_core_clearing::trade::OpenInterest;
use bytemuck::{Pod, Zeroable};

/// First seed of a house's address: `["house", creator, number]`.
pub const HOUSE_SEED: &[u8] = b"house";
/// First seed of its custody's address: `["custody", house]`.
pub const CUSTODY_SEED: &[u8] = b"custody";

/// Bytes of a house's account.
pub const HOUSE_BYTES: usize = 8 + core::mem::size_of::<ClearingHouse>();

/// One market of a house.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Listing {
    /// The market of the risk program.
    pub risk_market: Pubkey,
    /// Its volatility surface.
    pub surface: Pubkey,
    /// Parameters.
    pub settings: ListingSettings,
    /// What is held long in all its series, which is what is held short, until it is settled: lots.
    pub open_interest: u64,
}

/// A house.
#[account(zero_copy)]
#[derive(Debug)]
#[repr(C)]
pub struct ClearingHouse {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Bump of the custody's address.
    pub custody_bump: u8,
    /// Listings in use.
    pub listing_count: u8,
    /// Decimals of the quote token.
    pub quote_decimals: u8,
    /// Zero.
    pub padding: [u8; 3],
    /// Creator's number for it.
    pub number: u64,
    /// Who created it; has no rights afterwards.
    pub creator: Pubkey,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Token account that holds all cash of all accounts and all pools.
    pub custody: Pubkey,
    /// The insurance fund: a margin account that belongs to the house.
    pub insurance: Pubkey,
    /// Genesis hash of the cluster, as quotes name it. A program cannot read it: makers have to
    /// compare.
    pub cluster: [u8; 32],
    /// Quote tokens that were deposited and not withdrawn: the sum of all cash and all pools.
    /// Tokens that others send are not in it.
    pub ledger: u64,
    /// Parameters of all markets.
    pub settings: ClearingHouseSettings,
    /// The markets; the first `listing_count` are in use.
    pub listings: [Listing; MAX_LISTINGS],
    /// The last day on which the insurance fund paid liquidators, counted from 1970-01-01.
    pub fund_day: i64,
    /// What is left of the twentieth of itself that the fund pays on that day beyond deficits, base
    /// units.
    pub fund_day_left: u64,
    /// Room for what later versions hold.
    pub reserved: [u64; 13],
}

impl ClearingHouse {
    /// # Errors
    /// [`OptionsError::Version`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == VERSION, OptionsError::Version);
        Ok(())
    }

    /// Returns the listings in use.
    pub fn listings(&self) -> &[Listing] {
        self.listings.get(..usize::from(self.listing_count)).unwrap_or_default()
    }

    /// Returns a listing.
    ///
    /// # Errors
    /// [`OptionsError::UnknownMarket`].
    pub fn listing(&self, market: u8) -> Result<&Listing> {
        let listing = self.listings().get(usize::from(market));
        Ok(listing.ok_or(OptionsError::UnknownMarket)?)
    }

    /// Returns the parameters as the pure functions take them.
    pub fn params(&self) -> ClearingHouseParams {
        self.settings.params(self.quote_decimals)
    }

    /// Returns the insurance fund's day.
    pub const fn fund_day(&self) -> FundDay {
        FundDay {
            day: self.fund_day,
            left: self.fund_day_left,
        }
    }

    /// Stores what [`Self::fund_day`] gave, after it was changed.
    pub const fn keep_fund_day(&mut self, day: FundDay) {
        self.fund_day = day.day;
        self.fund_day_left = day.left;
    }

    /// Books a change of a market's open interest.
    ///
    /// # Errors
    /// [`OptionsError::UnknownMarket`], [`OptionsError::TooLarge`].
    pub fn change_open_interest(&mut self, market: u8, change: i64) -> Result<()> {
        let listing = self.listings.get_mut(usize::from(market));
        let listing = listing.ok_or(OptionsError::UnknownMarket)?;
        let after = OpenInterest(listing.open_interest).changed(change);
        listing.open_interest = after.ok_or(OptionsError::TooLarge)?.0;
        Ok(())
    }

    /// Books tokens that came.
    ///
    /// # Errors
    /// [`OptionsError::TooLarge`].
    pub fn credit(&mut self, amount: u64) -> Result<()> {
        self.ledger = self.ledger.checked_add(amount).ok_or(OptionsError::TooLarge)?;
        Ok(())
    }

    /// Books tokens that leave.
    ///
    /// # Errors
    /// [`OptionsError::Insolvent`] for more than there is.
    pub fn debit(&mut self, amount: u64) -> Result<()> {
        self.ledger = self.ledger.checked_sub(amount).ok_or(OptionsError::Insolvent)?;
        Ok(())
    }

    /// Ends every movement of tokens: the custody holds all that is booked.
    ///
    /// # Errors
    /// [`OptionsError::Insolvent`].
    pub fn check_invariants(&self, custody_tokens: u64) -> Result<()> {
        require!(self.ledger <= custody_tokens, OptionsError::Insolvent);
        Ok(())
    }
}
