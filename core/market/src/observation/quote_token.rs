//! What the quote token is worth of what it stands for.
//!
//! Everything is counted in quote units, so a quote token that loses its peg loses for whoever is
//! paid in it, and gains for whoever owes it. What opens waits then; who leaves, reduces or settles
//! goes on in quote units, as was agreed.

use crate::admission::{Now, Print};
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, I80F48};

/// A price of the quote token counts for so long, seconds.
pub const QUOTE_SECONDS: i64 = 600;
/// From this distance from par on no series is listed.
pub const SERIES_BAR: BasisPoints = BasisPoints(500);

/// The quote token, as its own source last priced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteToken {
    /// Distance of its price from one, over the lower of both.
    pub off_par: BasisPoints,
    /// When that was published, unix seconds.
    pub publish_time: i64,
}

impl QuoteToken {
    /// Returns the quote token at a print of its source.
    pub fn of(print: &Print) -> Self {
        let off_par = Price::from_fixed(I80F48::ONE).map(|par| BasisPoints::divergence(print.bounds.mid, par));
        Self {
            // One is a price.
            off_par: off_par.unwrap_or(BasisPoints::MAX),
            publish_time: print.publish_time,
        }
    }

    /// Returns whether it was published at most [`QUOTE_SECONDS`] ago.
    pub fn is_of_late(&self, now: Now) -> bool {
        now.unix_time.saturating_sub(self.publish_time) <= QUOTE_SECONDS
    }
}
