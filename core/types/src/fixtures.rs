//! Shorthands for tables of tests.

#![allow(clippy::unwrap_used)]

use crate::{Price, Ratio};

/// Returns the price `text`. Panics if it is none.
pub fn price(text: &str) -> Price {
    Price::from_fixed(text.parse().unwrap()).unwrap()
}

/// Returns the ratio `text`. Panics if it is none.
pub fn ratio(text: &str) -> Ratio {
    Ratio::from_fixed(text.parse().unwrap())
}
