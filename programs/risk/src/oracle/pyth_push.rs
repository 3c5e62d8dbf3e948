//! Pyth's legacy push account, read by bytes.
//!
//! Layout (Pyth oracle v2, `pyth-sdk-solana` 0.10, `GenericPriceAccount`): little-endian, fixed
//! offsets. The crate itself needs an older `solana-program`, so its types would not meet ours.

use crate::errors::RiskError;
use anchor_lang::prelude::*;
use ballast_core_market::admission::RawPrice;

const MAGIC: u32 = 0xa1b2_c3d4;
const VERSION: u32 = 2;
const ACCOUNT_TYPE_PRICE: u32 = 3;
const STATUS_TRADING: u32 = 1;

const MAGIC_AT: usize = 0;
const VERSION_AT: usize = 4;
const TYPE_AT: usize = 8;
const EXPONENT_AT: usize = 20;
const TIMESTAMP_AT: usize = 96;
const PRICE_AT: usize = 208;
const CONFIDENCE_AT: usize = 216;
const STATUS_AT: usize = 224;
const PUBLISH_SLOT_AT: usize = 232;

/// Decodes a price account.
///
/// # Errors
/// [`RiskError::PriceLayout`], [`RiskError::PriceNotTrading`].
pub fn decode(data: &[u8]) -> Result<RawPrice> {
    let header = [(MAGIC_AT, MAGIC), (VERSION_AT, VERSION), (TYPE_AT, ACCOUNT_TYPE_PRICE)];
    for (offset, expected) in header {
        require!(
            u32::from_le_bytes(field(data, offset)?) == expected,
            RiskError::PriceLayout
        );
    }
    let status = u32::from_le_bytes(field(data, STATUS_AT)?);
    require!(status == STATUS_TRADING, RiskError::PriceNotTrading);
    Ok(RawPrice {
        price: i64::from_le_bytes(field(data, PRICE_AT)?),
        confidence: u64::from_le_bytes(field(data, CONFIDENCE_AT)?),
        exponent: i32::from_le_bytes(field(data, EXPONENT_AT)?),
        publish_time: i64::from_le_bytes(field(data, TIMESTAMP_AT)?),
        slot: u64::from_le_bytes(field(data, PUBLISH_SLOT_AT)?),
    })
}

fn field<const N: usize>(data: &[u8], offset: usize) -> Result<[u8; N]> {
    let bytes = data.get(offset..).and_then(<[u8]>::first_chunk::<N>);
    Ok(*bytes.ok_or(RiskError::PriceLayout)?)
}
