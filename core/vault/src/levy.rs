//! What a flow pays for the trades that it makes due.
//!
//! ```text
//! levy = max(0, max_cost · (dollars by which the flow moves D further outside its band)
//!               − net flow · |side − mid| / mid)
//! ```
//!
//! The net side pays it: depositors or leavers, whoever brings or takes more. It waits in a reserve
//! that the low net asset value leaves out and the high one counts; trades draw their cost from it.
//! So a flow that trades nothing pays nothing, and one that makes the book trade pays for it, by
//! whichever orders, wallets or instructions it comes (swing pricing, with the swing measured).
//!
//! A flow moves the target by at most the multiplier times itself and the band by at most half of
//! itself, and policies keep multiplier · max_cost ≤ 40 % with max_cost ≤ 5 %: no levy takes more
//! than half of a flow. For deposits that is enforced besides.

use ballast_core_types::{scale, Ratio, Value};

/// A net flow, and what its price already contains.
#[derive(Clone, Copy, Debug)]
pub struct NetFlow {
    /// Quote base units.
    pub amount: u64,
    /// The net asset value of its side.
    pub side: Value,
    /// The net asset value at the published price.
    pub mid: Value,
}

/// Returns the levy on a flow that moves the book so many dollars further outside its band, rounded
/// up against whoever pays. `None` on overflow.
pub fn levy(max_cost: Ratio, further: Value, flow: &NetFlow) -> Option<u64> {
    let cost = max_cost.of_ceil(further)?.positive_part();
    if cost == 0 {
        return Some(0);
    }
    let distance = flow.side.checked_sub(flow.mid)?.checked_abs()?.positive_part();
    let contained = match flow.mid.positive_part() {
        0 => 0,
        mid => scale::mul_div_floor(flow.amount, distance, mid).unwrap_or(u64::MAX),
    };
    Some(cost.saturating_sub(contained))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::ratio;

    #[test]
    fn the_table_of_levies() {
        let flow = |amount, side| NetFlow {
            amount,
            side: Value(side),
            mid: Value(1_000_000),
        };
        for (further, flow, expected) in [
            (0, flow(100_000, 1_000_000), 0),
            (54_000, flow(100_000, 1_000_000), 270),
            // What the side of the net asset value contains is paid already.
            (54_000, flow(100_000, 1_001_000), 170),
            (54_000, flow(100_000, 999_000), 170),
            (54_000, flow(100_000, 1_010_000), 0),
            // Rounded against whoever pays.
            (1, flow(1, 1_000_000), 1),
        ] {
            assert_eq!(levy(ratio("0.005"), Value(further), &flow), Some(expected), "{further}");
        }
    }
}
