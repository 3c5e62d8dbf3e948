//! Shorthands for this crate's tables of tests.

use ballast_risk_math::{Price, Ratio};

pub fn price(text: &str) -> Price {
    Price::from_fixed(text.parse().unwrap()).unwrap()
}

pub fn ratio(text: &str) -> Ratio {
    Ratio::from_fixed(text.parse().unwrap())
}
