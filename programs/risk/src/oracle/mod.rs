//! Price sources: one decoder each, all giving the same [`RawPrice`].

mod pyth_pull;
mod pyth_push;
pub mod switchboard;

use crate::errors::RiskError;
use crate::state::{PriceSource, SourceKind};
use anchor_lang::prelude::*;
use ballast_core_market::admission::RawPrice;

/// A price account, as a program or an RPC node gives it.
#[derive(Clone, Copy, Debug)]
pub struct OracleAccount<'a> {
    /// Its address.
    pub key: &'a Pubkey,
    /// The program that owns it.
    pub owner: &'a Pubkey,
    /// Its bytes.
    pub data: &'a [u8],
}

/// Returns the source's format if the account may speak for it: its program owns it and, of the
/// formats with one account for each feed, it is that account.
///
/// # Errors
/// [`RiskError::PriceOwner`], [`RiskError::PriceFeed`]; [`RiskError::PriceSource`] if there is no
/// such source.
pub fn identify(source: &PriceSource, key: &Pubkey, owner: &Pubkey) -> Result<SourceKind> {
    let kind = source.kind().ok_or(RiskError::PriceSource)?;
    require_keys_eq!(*owner, source.owner, RiskError::PriceOwner);
    let pinned = kind == SourceKind::PythPull || key.to_bytes() == source.feed;
    require!(pinned, RiskError::PriceFeed);
    Ok(kind)
}

/// Returns [`identify`] of a source that a market may do without, or `None` if what is found at its
/// own address is no price account any more: whoever closes that keeps nobody from observing.
///
/// # Errors
/// As [`identify`], but for that.
pub fn identify_other(source: &PriceSource, key: &Pubkey, owner: &Pubkey) -> Result<Option<SourceKind>> {
    let has_own_address = source.kind().is_some_and(|kind| kind != SourceKind::PythPull);
    if has_own_address && key.to_bytes() == source.feed && *owner != source.owner {
        return Ok(None);
    }
    identify(source, key, owner).map(Some)
}

/// Reads the published price out of an account, if the account is the source's.
///
/// # Errors
/// As [`identify`] and [`read`].
pub fn decode(source: &PriceSource, account: &OracleAccount) -> Result<RawPrice> {
    let kind = identify(source, account.key, account.owner)?;
    read(kind, source, account.data)
}

/// Reads the published price out of the bytes of an account that was identified.
///
/// # Errors
/// Wrong layout, feed, verification level, or not trading.
pub fn read(kind: SourceKind, source: &PriceSource, data: &[u8]) -> Result<RawPrice> {
    match kind {
        SourceKind::PythPull => pyth_pull::decode(&source.feed, source.whole_signatures(), data),
        SourceKind::PythPush => pyth_push::decode(data),
        SourceKind::SwitchboardOnDemand => switchboard::decode(data),
    }
}
