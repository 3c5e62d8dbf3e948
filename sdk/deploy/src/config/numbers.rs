//! Numbers as the file writes them.

use anyhow::{anyhow, Result};
use ballast_core_types::I80F48;
use ballast_risk::state::Fixed;
use ballast_rpc::tokens::UNIT;
use serde::{Deserialize, Deserializer};

/// A decimal number written as text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal(Fixed);

impl Decimal {
    /// Returns it as accounts carry it.
    pub(super) fn stored(self) -> Fixed {
        self.0
    }

    /// Returns it as a number.
    pub(super) fn fixed(self) -> I80F48 {
        self.0.get()
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.parse::<I80F48>();
        let number = number
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a decimal number such as \"0.01\"")))?;
        Ok(Self(number.into()))
    }
}

/// A share written as decimal text that is a whole number of basis points: `"0.0025"` is 25.
#[derive(Clone, Copy, Debug)]
pub(super) struct Points(pub(super) u32);

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "`{text}` is not a share in whole basis points such as \"0.0025\""
            ))
        };
        let points = text
            .parse::<I80F48>()
            .map_err(|_| wrong())?
            .checked_mul_int(10_000)
            .ok_or_else(wrong)?;
        let whole = points.round();
        // The nearest binary fraction of a decimal is off by less than 2^-48 before the
        // multiplication.
        if points.abs_diff(whole).to_bits() > 1 << 20 {
            return Err(wrong());
        }
        whole.checked_to_num().map(Self).ok_or_else(wrong)
    }
}

/// Returns so many whole test USDC in base units.
pub(super) fn base_units(whole: u64) -> Result<u64> {
    whole
        .checked_mul(UNIT)
        .ok_or_else(|| anyhow!("{whole} test USDC are more than a token account can hold"))
}

/// Returns a decimal in millionths.
pub(super) fn millionths(value: Decimal, name: &str) -> Result<u64> {
    let units = value.fixed().checked_mul_int(i128::from(UNIT)).map(I80F48::round);
    let units = units.and_then(|units| units.checked_to_num::<u64>());
    units.ok_or_else(|| anyhow!("{name} does not fit"))
}
