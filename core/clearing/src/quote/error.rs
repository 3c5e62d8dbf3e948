//! Why a message is not a quote, or not one that may be taken.

use super::FillRange;
use crate::trade::UnitPrice;

/// Why a message is not a quote, or not one that may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteError {
    /// As long as no quote is.
    Length(usize),
    /// Does not begin with [`super::DOMAIN`].
    Domain,
    /// Another version.
    Version(u8),
    /// No leg, or more than [`crate::legs::MAX_LEGS`].
    Legs(usize),
    /// A leg's series is none: see [`crate::series::SeriesTerms::from_bytes`].
    SeriesForm,
    /// A leg's side is neither buy nor sell.
    Side(u8),
    /// A leg's ratio is zero.
    Ratio,
    /// The legs' series do not rise: one is there twice, or before a lesser one.
    LegOrder,
    /// The legs are on several markets.
    LegMarket,
    /// The least fill is not positive, or above the greatest.
    Fill(FillRange),
    /// Signed for another program.
    Program,
    /// Signed for another cluster.
    Cluster,
    /// Signed for another house.
    ClearingHouse,
    /// Signed for another margin account.
    Maker,
    /// Signed for another taker.
    Taker,
    /// It held until this slot.
    Expired(u64),
    /// It does not hold at this spot.
    Spot(UnitPrice),
    /// So much of it may not be taken.
    Quantity(i64),
}
