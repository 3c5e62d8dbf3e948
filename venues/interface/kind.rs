//! Which venues there are.

use crate::{Liquidity, Reference, Venue, VenueError};
use ballast_core_types::Value;

/// A venue as an account stores it: one byte, from which nothing is ever renumbered. Zero is no
/// venue, so that an account nobody filled in names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum VenueKind {
    /// The reference venue of local networks, `programs/reference-venue`.
    Reference = 1,
}

impl VenueKind {
    /// Every venue.
    pub const ALL: [Self; 1] = [Self::Reference];

    /// Returns the venue that `byte` names.
    ///
    /// # Errors
    /// [`VenueError::Kind`] if it names none.
    pub fn from_byte(byte: u8) -> Result<Self, VenueError> {
        match byte {
            1 => Ok(Self::Reference),
            unknown => Err(VenueError::Kind(unknown)),
        }
    }

    /// Returns the byte that names it.
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// As [`Venue::liquidity`], of this venue.
    ///
    /// # Errors
    /// As [`Venue::liquidity`].
    pub fn liquidity(self, data: &[u8], size: Value) -> Result<Liquidity, VenueError> {
        match self {
            Self::Reference => Reference::liquidity(data, size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_names_one_venue_or_none() {
        for byte in 0..=u8::MAX {
            match VenueKind::from_byte(byte) {
                Ok(kind) => assert_eq!(kind.byte(), byte),
                Err(refusal) => assert_eq!(refusal, VenueError::Kind(byte)),
            }
        }
        for kind in VenueKind::ALL {
            assert_eq!(VenueKind::from_byte(kind.byte()), Ok(kind));
        }
        assert_eq!(VenueKind::from_byte(0), Err(VenueError::Kind(0)));
    }
}
