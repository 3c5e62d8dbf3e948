//! Switchboard On-Demand's pull feed, read by bytes.
//!
//! Layout (`switchboard-on-demand` 0.13.0, `PullFeedAccountData`): little-endian, fixed offsets
//! after an eight-byte discriminator. The crate would bring other versions of much that is already
//! here; a feed written with its own type is among the tests instead.
//!
//! The Switchboard program writes a result after checking the oracles' signatures, unless the feed
//! permits its authority to write values of its own: such a feed is refused.
//!
//! Values are i128 with 18 decimals. They are brought to 64 bits by schoolbook division, 32 bits at
//! a time, since the machine has no wide division: a feed takes 290 compute units to decode at a
//! price of 50,000, where a pull update takes 250.

use crate::errors::RiskError;
use anchor_lang::prelude::*;
use ballast_core_market::admission::{RawPrice, EXPONENTS};

const DISCRIMINATOR: [u8; 8] = [196, 27, 108, 196, 10, 215, 219, 40];
const LENGTH: usize = 3_208;

/// u8: whether the feed's authority may write values past the oracles.
const AUTHORITY_WRITES_AT: usize = 2_213;
/// u8: samples without which the feed itself gives no result.
const MIN_SAMPLES_AT: usize = 2_215;
/// i64: when the feed was last updated, unix seconds.
const UPDATED_AT: usize = 2_216;
/// i128: the median of the samples.
const VALUE_AT: usize = 2_264;
/// i128: their standard deviation.
const DEVIATION_AT: usize = 2_280;
/// u8: how many they are.
const SAMPLES_AT: usize = 2_360;
/// u64: the slot in which the result was signed; zero before the first one.
const SIGNED_SLOT_AT: usize = 2_368;

/// 10^(18 − 12): from the feed's decimals to the most that a price may carry.
const TO_TWELVE_DECIMALS: u32 = 1_000_000;

/// Decodes a pull feed: as many decimals as leave the price in 64 bits, at most twelve; the price
/// rounded down, the deviation up. The time is that of the last update. The slot is that in which
/// the result was *signed*, never after it reached the chain, so that an old result which lands
/// late is old.
///
/// # Errors
/// [`RiskError::PriceLayout`] (discriminator, length, a negative deviation),
/// [`RiskError::PriceNotTrading`] (no result yet), [`RiskError::PriceUnverified`] (fewer samples
/// than the feed asks for, or none; an authority that may write), [`RiskError::PriceNotPositive`],
/// [`RiskError::PriceOutOfRange`] (below 10⁻¹², or above 2⁶³), [`RiskError::PriceTooWide`] (a
/// deviation beyond 64 bits: over twice any price).
pub fn decode(data: &[u8]) -> Result<RawPrice> {
    require!(
        data.len() == LENGTH && data.starts_with(&DISCRIMINATOR),
        RiskError::PriceLayout
    );
    let slot = u64::from_le_bytes(field(data, SIGNED_SLOT_AT)?);
    require!(slot != 0, RiskError::PriceNotTrading);
    require!(field(data, AUTHORITY_WRITES_AT)? == [0], RiskError::PriceUnverified);
    let [samples] = field(data, SAMPLES_AT)?;
    let [required] = field(data, MIN_SAMPLES_AT)?;
    require!(samples >= required.max(1), RiskError::PriceUnverified);
    let value = Wide::read(field(data, VALUE_AT)?).ok_or(RiskError::PriceNotPositive)?;
    let deviation = Wide::read(field(data, DEVIATION_AT)?).ok_or(RiskError::PriceLayout)?;
    require!(value != Wide::ZERO, RiskError::PriceNotPositive);
    let (price, confidence, exponent) = narrowed(value, deviation)?;
    Ok(RawPrice {
        price,
        confidence,
        exponent,
        publish_time: i64::from_le_bytes(field(data, UPDATED_AT)?),
        slot,
    })
}

/// Mantissa of the price, mantissa of the confidence, exponent of both.
fn narrowed(mut value: Wide, mut deviation: Wide) -> Result<(i64, u64, i32)> {
    value.divide(TO_TWELVE_DECIMALS);
    let mut inexact = deviation.divide(TO_TWELVE_DECIMALS);
    for exponent in EXPONENTS {
        if let Some(price) = value.narrow().and_then(|price| i64::try_from(price).ok()) {
            require!(price > 0, RiskError::PriceOutOfRange);
            let confidence = deviation.narrow().and_then(|floor| floor.checked_add(inexact.into()));
            return Ok((price, confidence.ok_or(RiskError::PriceTooWide)?, exponent));
        }
        value.divide(10);
        inexact |= deviation.divide(10);
    }
    err!(RiskError::PriceOutOfRange)
}

/// A non-negative 128-bit integer in four parts, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wide([u32; 4]);

impl Wide {
    const ZERO: Self = Self([0; 4]);

    /// Returns an i128 in little-endian bytes; `None` if it is negative.
    fn read(bytes: [u8; 16]) -> Option<Self> {
        let bits = i128::from_le_bytes(bytes);
        let part = |shift: u32| (bits >> shift) as u32;
        (bits >= 0).then(|| Self([part(0), part(32), part(64), part(96)]))
    }

    /// Divides, rounding down; whether anything was left over. By zero it changes nothing.
    fn divide(&mut self, divisor: u32) -> bool {
        let divisor = u64::from(divisor.max(1));
        let mut rest = 0u64;
        for part in self.0.iter_mut().rev() {
            let dividend = (rest << 32) | u64::from(*part);
            // Below 2³², since the rest is below the divisor.
            *part = dividend.checked_div(divisor).unwrap_or(0) as u32;
            rest = dividend.checked_rem(divisor).unwrap_or(0);
        }
        rest != 0
    }

    /// As 64 bits, if it fits.
    fn narrow(self) -> Option<u64> {
        let [low, high, above, top] = self.0;
        ((above | top) == 0).then(|| (u64::from(high) << 32) | u64::from(low))
    }
}

fn field<const N: usize>(data: &[u8], offset: usize) -> Result<[u8; N]> {
    let bytes = data.get(offset..).and_then(<[u8]>::first_chunk::<N>);
    Ok(*bytes.ok_or(RiskError::PriceLayout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by the type of `switchboard-on-demand` 0.13.0 itself, a value of its own in every
    /// public field. Value 97,123.456789012345678901, deviation 12.345678901234567891, 4 samples of
    /// at least 3, signed in slot 300,000,002.
    const FEED: &[u8] = include_bytes!("../../fixtures/switchboard_pull_feed.bin");
    const UNIT: i128 = 1_000_000_000_000_000_000;

    fn feed(value: i128, deviation: i128) -> Vec<u8> {
        let mut data = FEED.to_vec();
        data[VALUE_AT..VALUE_AT + 16].copy_from_slice(&value.to_le_bytes());
        data[DEVIATION_AT..DEVIATION_AT + 16].copy_from_slice(&deviation.to_le_bytes());
        data
    }

    fn refusal(data: &[u8]) -> Error {
        decode(data).unwrap_err()
    }

    #[test]
    fn a_feed_of_the_publishers_own_type_is_read() {
        assert_eq!(
            decode(FEED).unwrap(),
            RawPrice {
                price: 97_123_456_789_012_345,
                confidence: 12_345_678_901_235,
                exponent: -12,
                publish_time: 1_732_000_123,
                slot: 300_000_002,
            }
        );
    }

    #[test]
    fn as_many_decimals_are_kept_as_fit() {
        let most = i128::from(i64::MAX);
        for (value, deviation, expected) in [
            (UNIT, 0, (1_000_000_000_000, 0, -12)),
            (UNIT, 1, (1_000_000_000_000, 1, -12)),
            (1_000_000, 1_000_000, (1, 1, -12)),
            (1_999_999, 1_000_001, (1, 2, -12)),
            (most * 1_000_000, 0, (i64::MAX, 0, -12)),
            (most * 1_000_000 + 999_999, 0, (i64::MAX, 0, -12)),
            ((most + 1) * 1_000_000, 10_000_000, (922_337_203_685_477_580, 1, -11)),
            // What an earlier step lost still rounds the deviation up.
            ((most + 1) * 1_000_000, 10_000_001, (922_337_203_685_477_580, 2, -11)),
            ((most + 1) * 1_000_000, 11_000_000, (922_337_203_685_477_580, 2, -11)),
            (
                10_000_000 * UNIT,
                3 * UNIT,
                (1_000_000_000_000_000_000, 300_000_000_000, -11),
            ),
            (most * UNIT, UNIT + 1, (i64::MAX, 2, 0)),
            (most * UNIT, i128::from(u64::MAX) * UNIT, (i64::MAX, u64::MAX, 0)),
        ] {
            let got = decode(&feed(value, deviation)).unwrap();
            assert_eq!(
                (got.price, got.confidence, got.exponent),
                expected,
                "{value} {deviation}"
            );
        }
    }

    #[test]
    fn division_is_that_of_wide_integers() {
        let mut value = 1i128;
        while value < i128::MAX / 3 {
            for divisor in [1u32, 2, 10, 1_000_000, u32::MAX] {
                let mut wide = Wide::read(value.to_le_bytes()).unwrap();
                let inexact = wide.divide(divisor);
                let divisor = i128::from(divisor);
                assert_eq!(Some(wide), Wide::read((value / divisor).to_le_bytes()));
                assert_eq!(inexact, value % divisor != 0);
            }
            value = value * 2 + value / 3 + 1;
        }
    }

    #[test]
    fn each_malformed_value_has_its_own_rule() {
        let most = i128::from(i64::MAX);
        let wide = i128::from(u64::MAX);
        for (value, deviation, expected) in [
            (0, 0, RiskError::PriceNotPositive),
            (-1, 0, RiskError::PriceNotPositive),
            (i128::MIN, 0, RiskError::PriceNotPositive),
            (UNIT, -1, RiskError::PriceLayout),
            (999_999, 0, RiskError::PriceOutOfRange),
            ((most + 1) * UNIT, 0, RiskError::PriceOutOfRange),
            (i128::MAX, 0, RiskError::PriceOutOfRange),
            (UNIT, i128::MAX, RiskError::PriceTooWide),
            (UNIT, (wide + 1) * 1_000_000, RiskError::PriceTooWide),
            (UNIT, wide * 1_000_000 + 1, RiskError::PriceTooWide),
        ] {
            let expected = Error::from(expected);
            assert_eq!(refusal(&feed(value, deviation)), expected, "{value} {deviation}");
        }
    }

    #[test]
    fn foreign_empty_and_thin_feeds_are_refused() {
        let changed = |at: usize, bytes: &[u8]| {
            let mut data = FEED.to_vec();
            data[at..at + bytes.len()].copy_from_slice(bytes);
            data
        };
        let longer = [FEED, &[0]].concat();
        for (data, expected) in [
            (changed(0, &[0]), RiskError::PriceLayout),
            (FEED[..LENGTH - 1].to_vec(), RiskError::PriceLayout),
            (longer, RiskError::PriceLayout),
            (Vec::new(), RiskError::PriceLayout),
            (changed(SIGNED_SLOT_AT, &[0; 8]), RiskError::PriceNotTrading),
            (changed(AUTHORITY_WRITES_AT, &[1]), RiskError::PriceUnverified),
            (changed(SAMPLES_AT, &[2]), RiskError::PriceUnverified),
            (changed(MIN_SAMPLES_AT, &[5]), RiskError::PriceUnverified),
        ] {
            assert_eq!(refusal(&data), expected.into());
        }
        // A feed that asks for no samples still needs one.
        let mut lenient = changed(MIN_SAMPLES_AT, &[0]);
        lenient[SAMPLES_AT] = 0;
        assert_eq!(refusal(&lenient), RiskError::PriceUnverified.into());
        lenient[SAMPLES_AT] = 1;
        assert!(decode(&lenient).is_ok());
    }
}
