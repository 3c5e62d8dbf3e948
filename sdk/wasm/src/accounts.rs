//! What the accounts behind a vault's net asset values say, read by their bytes. Layouts:
//! `docs/reference/accounts-market.md`; the vault's and Pyth's are Borsh.
//! `tests/e2e/vault/net_asset_values.rs` holds these readers against the programs' own types.

use crate::bytes::Bytes;
use ballast_core_market::admission::{PriceUse, RawPrice, Reference, SecondPrice, UseLimits};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, PriceBounds};

/// First eight bytes of SHA-256 of `account:Vault`.
const VAULT: [u8; 8] = [211, 8, 232, 43, 2, 152, 117, 119];
/// First eight bytes of SHA-256 of `account:Market`.
const MARKET: [u8; 8] = [219, 190, 213, 55, 0, 227, 198, 154];
/// First eight bytes of SHA-256 of `account:PriceUpdateV2`.
const PRICE_UPDATE: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];
/// Layout of a vault that is read here.
const VAULT_VERSION: u8 = 2;
/// Layout of a market that is read here.
const MARKET_VERSION: u8 = 2;

/// Offsets in a market's account.
mod market {
    /// u8: layout version.
    pub const VERSION_AT: usize = 8;
    /// 32 bytes: feed of the first price source, after its format and its owner.
    pub const FEED_AT: usize = 72 + 33;
    /// 4 bytes: whether each use requires the second source.
    pub const REQUIRES_SECOND_AT: usize = 332;
    /// Limits of each use, 44 bytes each.
    pub const USES_AT: usize = 336;
    /// Bytes of one use's limits.
    pub const USE_BYTES: usize = 44;
    /// Fixed: the slow price.
    pub const SLOW_PRICE_AT: usize = 896;
    /// i64: when the stored price was published.
    pub const PUBLISH_TIME_AT: usize = 928;
    /// The second source's last price: low, mid, high, publish time, slot.
    pub const SECOND_AT: usize = 1_080;
}

/// Returns the quote tokens in a vault's ledger, base units; `None` if the bytes are no vault of
/// this layout.
pub fn vault_cash(data: &[u8]) -> Option<u64> {
    /// Bump, creator, number, and seven addresses.
    const HEAD: usize = 1 + 32 + 8 + 7 * 32;
    /// Ten fixed-point numbers and the deposit cap.
    const POLICY: usize = 10 * 16 + 8;
    /// Five breakers of three numbers, the longest gap and the window.
    const BREAKERS: usize = 5 * 12 + 4 + 4;
    let mut bytes = Bytes::account(data, &VAULT)?;
    if bytes.u8()? != VAULT_VERSION {
        return None;
    }
    bytes.skip(HEAD)?;
    bytes.skip(POLICY)?;
    match bytes.u8()? {
        0 => {}
        1 => bytes.skip(32)?,
        _ => return None,
    }
    bytes.skip(BREAKERS)?;
    bytes.u64()
}

/// What a market says of a price for one use.
#[derive(Clone, Copy, Debug)]
pub struct MarketPrice {
    /// The feed of its first source.
    pub feed: [u8; 32],
    /// Limits of the use.
    pub limits: UseLimits,
    /// What a new price is compared with.
    pub reference: Reference,
    /// The second source's last price.
    pub second: Option<SecondPrice>,
    /// The slow price.
    pub slow: Price,
}

/// Reads a market's account; `None` if it is none of this layout, or was never observed.
pub fn market(data: &[u8], usage: PriceUse) -> Option<MarketPrice> {
    Bytes::account(data, &MARKET)?;
    if Bytes::at(data, market::VERSION_AT)?.u8()? != MARKET_VERSION {
        return None;
    }
    let slow = Bytes::at(data, market::SLOW_PRICE_AT)?.price()?;
    Some(MarketPrice {
        feed: Bytes::at(data, market::FEED_AT)?.take()?,
        limits: limits(data, usage)?,
        reference: Reference {
            publish_time: Bytes::at(data, market::PUBLISH_TIME_AT)?.i64()?,
            slow_price: Some(slow),
        },
        second: second(data),
        slow,
    })
}

fn limits(data: &[u8], usage: PriceUse) -> Option<UseLimits> {
    let index = PriceUse::ALL.iter().position(|other| *other == usage)?;
    let required = Bytes::at(data, market::REQUIRES_SECOND_AT.checked_add(index)?)?.u8()?;
    let at = index.checked_mul(market::USE_BYTES)?.checked_add(market::USES_AT)?;
    let mut bytes = Bytes::at(data, at)?;
    Some(UseLimits {
        max_age_seconds: bytes.u32()?,
        max_age_slots: bytes.u32()?,
        max_divergence: BasisPoints(bytes.u32()?),
        max_confidence: bytes.ratio()?,
        max_deviation: bytes.ratio()?,
        requires_second: required != 0,
    })
}

fn second(data: &[u8]) -> Option<SecondPrice> {
    let mut bytes = Bytes::at(data, market::SECOND_AT)?;
    let bounds = PriceBounds {
        low: bytes.price()?,
        mid: bytes.price()?,
        high: bytes.price()?,
    };
    Some(SecondPrice {
        bounds,
        publish_time: bytes.i64()?,
        slot: bytes.u64()?,
    })
}

/// Reads a fully verified Pyth price update of this feed.
pub fn pyth_price(data: &[u8], feed: &[u8; 32]) -> Option<RawPrice> {
    /// How an update says that every guardian was checked.
    const FULL: u8 = 1;
    /// Previous publish time, average price and its confidence.
    const REST: usize = 3 * 8;
    let mut bytes = Bytes::account(data, &PRICE_UPDATE)?;
    bytes.skip(32)?;
    if bytes.u8()? != FULL || bytes.take()? != *feed {
        return None;
    }
    let (price, confidence) = (bytes.i64()?, bytes.u64()?);
    let (exponent, publish_time) = (bytes.i32()?, bytes.i64()?);
    bytes.skip(REST)?;
    Some(RawPrice {
        price,
        confidence,
        exponent,
        publish_time,
        slot: bytes.u64()?,
    })
}
