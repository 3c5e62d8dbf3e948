//! Price sources: one decoder each, all giving the same [`RawPrice`].

mod pyth_pull;
mod pyth_push;
pub mod switchboard;

use crate::errors::RiskError;
use crate::state::{PriceSource, SourceKind};
use anchor_lang::prelude::*;
use ballast_risk_policy::admission::RawPrice;

/// Reads the published price out of an account, if the account is the source's.
///
/// # Errors
/// Wrong owner, layout, feed, verification level, or not trading.
pub fn decode(source: &PriceSource, account: &AccountInfo) -> Result<RawPrice> {
    require_keys_eq!(*account.owner, source.owner, RiskError::PriceOwner);
    let data = account.try_borrow_data()?;
    match source.kind {
        SourceKind::PythPull => pyth_pull::decode(&source.feed, &data),
        SourceKind::PythPush => {
            require!(account.key.to_bytes() == source.feed, RiskError::PriceFeed);
            pyth_push::decode(&data)
        }
        SourceKind::SwitchboardOnDemand => {
            require!(account.key.to_bytes() == source.feed, RiskError::PriceFeed);
            switchboard::decode(&data)
        }
    }
}
