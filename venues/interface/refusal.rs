//! Why a venue gives no quote.

use core::fmt;

/// The rule that a venue's account broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueError {
    /// No venue has this number.
    Kind(u8),
    /// The size asked for is not positive.
    Size(i64),
    /// The account has another length or discriminator than the venue's, or a flag that is neither
    /// yes nor no.
    Layout,
    /// The account has a layout version that is not known here.
    Version(u8),
    /// The venue has stopped trading.
    Halted,
    /// The venue prices nothing.
    Stale,
    /// The venue shows no depth.
    Empty,
    /// The size would cost its whole value: the venue cannot bear it.
    TooThin,
    /// A stored figure lies outside the bounds that the venue itself keeps.
    OutOfRange,
}

impl fmt::Display for VenueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(byte) => write!(f, "venue: no kind has the number {byte}"),
            Self::Size(size) => write!(f, "venue: the standard size must be positive, not {size}"),
            Self::Layout => f.write_str("venue account: not of the venue's layout"),
            Self::Version(version) => write!(f, "venue account: layout version {version} is not supported"),
            Self::Halted => f.write_str("venue: halted"),
            Self::Stale => f.write_str("venue: it prices nothing"),
            Self::Empty => f.write_str("venue: no depth"),
            Self::TooThin => f.write_str("venue: the standard size would cost its whole value"),
            Self::OutOfRange => f.write_str("venue account: a figure outside the venue's own bounds"),
        }
    }
}

impl core::error::Error for VenueError {}
