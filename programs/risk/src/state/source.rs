//! Where a market's prices and its liquidity come from.

use crate::errors::RiskError;
use anchor_lang::prelude::*;
use ballast_core_types::Value;
use ballast_venues::{Liquidity, VenueKind};
use bytemuck::{Pod, Zeroable};

/// Which format a price source speaks, as [`PriceSource::kind`] stores it. Zero is no source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SourceKind {
    /// Pyth pull: any `PriceUpdateV2` of the receiver program with the right feed id, fully
    /// verified.
    PythPull = 1,
    /// Pyth's legacy push account: one account, owned by one oracle program.
    PythPush = 2,
    /// Switchboard On-Demand: one pull feed account, owned by its program.
    SwitchboardOnDemand = 3,
}

/// Pyth's receiver programs, and how many signatures make an update of theirs whole: of 19
/// guardians 13, of 5 routers 3.
pub const PYTH_RECEIVERS: [(Pubkey, u8); 2] = [
    (pubkey!("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ"), 13),
    (pubkey!("rec2HHDDnjLfj4kE7VyEtFA1HPGQLK33259532cRyHp"), 3),
];

/// Pyth's legacy oracle program, on mainnet.
pub const PYTH_PUSH_PROGRAM: Pubkey = pubkey!("FsJ3A3u2vn5cTVofAjvy6y5kwABJAqYWpe4975bi2epH");

/// The Switchboard On-Demand program, on mainnet.
pub const SWITCHBOARD_PROGRAM: Pubkey = pubkey!("SBondMDrcV3K4kxZR1HNVT7osZxAHVHgYXL5Ze1oMUv");

/// A source of prices. Sixty-five bytes without padding; all zeros is none.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PriceSource {
    /// Format: see [`SourceKind`].
    pub kind: u8,
    /// The program that has to own the price account.
    pub owner: Pubkey,
    /// Feed id of Pyth pull; address of the account of the other two.
    pub feed: [u8; 32],
}

/// A venue whose account says how liquid the market is. Sixty-five bytes without padding; all zeros
/// is none.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct VenueSource {
    /// Which venue: see [`VenueKind`].
    pub kind: u8,
    /// The program that has to own the account.
    pub owner: Pubkey,
    /// The account.
    pub account: Pubkey,
}

impl PriceSource {
    /// Returns a source of this format.
    pub const fn new(kind: SourceKind, owner: Pubkey, feed: [u8; 32]) -> Self {
        Self {
            kind: kind as u8,
            owner,
            feed,
        }
    }

    /// Returns its format; `None` if there is none, or none that this program knows.
    pub const fn kind(&self) -> Option<SourceKind> {
        match self.kind {
            1 => Some(SourceKind::PythPull),
            2 => Some(SourceKind::PythPush),
            3 => Some(SourceKind::SwitchboardOnDemand),
            _ => None,
        }
    }

    /// Returns whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// # Errors
    /// [`RiskError::PriceSource`] if the format is unknown, or the feed is all zeros;
    /// [`RiskError::SourceOwner`] if no program that is known for the format owns its accounts.
    /// Whoever chose another could write any price.
    pub fn validate(&self) -> Result<()> {
        let kind = self.kind().filter(|_| self.feed != [0; 32]);
        let known = match kind.ok_or(RiskError::PriceSource)? {
            SourceKind::PythPull => PYTH_RECEIVERS.iter().any(|(receiver, _)| *receiver == self.owner),
            SourceKind::PythPush => self.owner == PYTH_PUSH_PROGRAM,
            SourceKind::SwitchboardOnDemand => self.owner == SWITCHBOARD_PROGRAM,
        };
        require!(known, RiskError::SourceOwner);
        Ok(())
    }

    /// Returns how many signatures make an update of this source whole: of Pyth pull.
    pub fn whole_signatures(&self) -> u8 {
        let receiver = PYTH_RECEIVERS.iter().find(|(receiver, _)| *receiver == self.owner);
        receiver.map_or(u8::MAX, |(_, signatures)| *signatures)
    }
}

impl VenueSource {
    /// Returns a venue's account.
    pub const fn new(kind: VenueKind, owner: Pubkey, account: Pubkey) -> Self {
        Self {
            kind: kind as u8,
            owner,
            account,
        }
    }

    /// Returns what the venue quotes for `size`, read from the account's bytes; `None` if another
    /// program owns it, or it has no quote.
    pub fn quote(&self, owner: &Pubkey, data: &[u8], size: Value) -> Option<Liquidity> {
        let kind = self.kind().filter(|_| *owner == self.owner)?;
        kind.liquidity(data, size).ok()
    }

    /// Returns which venue; `None` if there is none, or none that this program knows.
    pub fn kind(&self) -> Option<VenueKind> {
        VenueKind::from_byte(self.kind).ok()
    }

    /// Returns whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// # Errors
    /// [`RiskError::VenueSource`] if the venue is unknown, or the owner or the account is all
    /// zeros.
    pub fn validate(&self) -> Result<()> {
        let named = self.kind().is_some() && self.owner != Pubkey::default() && self.account != Pubkey::default();
        require!(named, RiskError::VenueSource);
        Ok(())
    }
}
