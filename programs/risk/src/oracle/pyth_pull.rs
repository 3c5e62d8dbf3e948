//! Pyth pull: `PriceUpdateV2`, as the receiver program writes it after checking the guardians'
//! signatures.

use crate::errors::RiskError;
use anchor_lang::prelude::*;
use ballast_core_market::admission::RawPrice;
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

/// Decodes a price update of the feed `feed` that has at least `signatures`. Updates that carry all
/// that their receiver asks for are marked whole, and name no number.
///
/// # Errors
/// [`RiskError::PriceLayout`], [`RiskError::PriceUnverified`], [`RiskError::PriceFeed`].
pub fn decode(feed: &[u8; 32], signatures: u8, data: &[u8]) -> Result<RawPrice> {
    let mut bytes = data;
    let update = PriceUpdateV2::try_deserialize(&mut bytes).map_err(|_| RiskError::PriceLayout)?;
    let whole = VerificationLevel::Partial {
        num_signatures: signatures,
    };
    require!(update.verification_level.gte(whole), RiskError::PriceUnverified);
    require!(update.price_message.feed_id == *feed, RiskError::PriceFeed);
    Ok(RawPrice {
        price: update.price_message.price,
        confidence: update.price_message.conf,
        exponent: update.price_message.exponent,
        publish_time: update.price_message.publish_time,
        slot: update.posted_slot,
    })
}
