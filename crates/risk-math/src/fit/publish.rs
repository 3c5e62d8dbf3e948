//! Which expiries go on-chain, where a surface holds eight.

use std::vec::Vec;

/// The indices of at most `most` of these times (increasing, positive), in order.
///
/// The first and the last stay, so that nothing is extrapolated that was quoted. Of the others the one goes, again and
/// again, whose neighbours are nearest to each other in ln T: there interpolation has the least to bridge. Any part of a
/// surface without arbitrage is without arbitrage, since every rule between neighbours is an order.
pub fn choose(times: &[f64], most: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..times.len()).collect();
    while kept.len() > most.max(2) {
        let gap = |i: &usize| (times[kept[i + 1]] / times[kept[i - 1]]).ln();
        let narrowest = (1..kept.len() - 1).min_by(|a, b| gap(a).total_cmp(&gap(b)));
        // There are at least three, so there is an inner one.
        kept.remove(narrowest.unwrap_or(1));
    }
    kept.truncate(most);
    kept
}
