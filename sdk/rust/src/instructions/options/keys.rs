//! The addresses that instructions name.

use crate::accounts::{DecodeError, RawAccount};
use crate::addresses;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use ballast_options::state::{ClearingHouse, SeriesKey};

/// The accounts of one of a house's markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketKeys {
    /// The risk market.
    pub risk_market: Pubkey,
    /// Its surface.
    pub surface: Pubkey,
}

/// The addresses that a house's instructions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearingHouseKeys {
    /// The house.
    pub house: Pubkey,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Custody.
    pub custody: Pubkey,
    /// Insurance account.
    pub insurance: Pubkey,
}

/// A series with the accounts that are active for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesKeys {
    /// The series.
    pub series: Pubkey,
    /// Its expiry.
    pub expiry: Pubkey,
}

impl ClearingHouseKeys {
    /// Returns the addresses of a house that `creator` makes, or made.
    pub fn derive(creator: &Pubkey, number: u64, quote_mint: &Pubkey) -> Self {
        let house = addresses::house(creator, number);
        Self {
            house,
            quote_mint: *quote_mint,
            custody: addresses::house_custody(&house),
            insurance: addresses::house_insurance(&house),
        }
    }

    /// Returns the addresses that a house's account names.
    ///
    /// # Errors
    /// Fails with [`DecodeError`] if it is no house.
    pub fn of(account: &RawAccount) -> Result<Self, DecodeError> {
        let house: ClearingHouse = account.house()?;
        Ok(Self {
            house: account.key,
            quote_mint: house.quote_mint,
            custody: house.custody,
            insurance: house.insurance,
        })
    }

    /// Returns the accounts of a series.
    pub fn series(&self, key: &SeriesKey) -> SeriesKeys {
        SeriesKeys {
            series: addresses::series(&self.house, key),
            expiry: addresses::expiry(&self.house, key.market, key.expiry),
        }
    }

    /// Returns the margin account of an owner with a number.
    pub fn account(&self, owner: &Pubkey, number: u64) -> Pubkey {
        addresses::margin_account(&self.house, owner, number)
    }
}

/// Appends the accounts of markets.
pub(super) fn with_markets(mut instruction: Instruction, markets: &[MarketKeys]) -> Instruction {
    let keys = markets.iter().flat_map(|market| [market.risk_market, market.surface]);
    instruction
        .accounts
        .extend(keys.map(|key| AccountMeta::new_readonly(key, false)));
    instruction
}

/// Appends margin accounts.
pub(super) fn with_members(mut instruction: Instruction, participants: &[Pubkey]) -> Instruction {
    let metas = participants.iter().map(|key| AccountMeta::new(*key, false));
    instruction.accounts.extend(metas);
    instruction
}
