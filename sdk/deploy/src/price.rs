//! Prices as set-up writes them.

use anyhow::{anyhow, Result};

/// Prices are published in units of ten to this power.
pub const EXPONENT: i32 = -8;

/// Converts whole units of the quote token to those that
/// [`Local::publish_price`](crate::steps::Local::publish_price) takes.
///
/// # Errors
/// A price that is not positive or does not fit.
pub fn price_of(units: f64) -> Result<i64> {
    let scaled = units * 10f64.powi(-EXPONENT);
    if scaled >= 1.0 && scaled < i64::MAX as f64 / 2.0 {
        return Ok(scaled.round() as i64);
    }
    Err(anyhow!("{units} is no price"))
}
