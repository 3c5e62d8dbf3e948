//! Prints for tests.

use crate::admission::Print;
use ballast_core_types::fixtures::price;
use ballast_core_types::{PriceBounds, Ratio};

/// Returns a print without any width.
pub fn exact_print(text: &str, publish_time: i64) -> Print {
    let mid = price(text);
    Print {
        bounds: PriceBounds {
            low: mid,
            mid,
            high: mid,
        },
        confidence: Ratio::ZERO,
        publish_time,
        slot: 1,
    }
}
