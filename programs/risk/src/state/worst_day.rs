//! The worst day of a year, as stored: see [`worst_day`](ballast_core_market::worst_day). Plain
//! data without padding.

use anchor_lang::prelude::*;
use ballast_core_market::worst_day::{WorstDay, QUARTERS};
use ballast_core_math::estimators::LogReturn;
use bytemuck::{Pod, Zeroable};

/// See [`WorstDay`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredWorstDay {
    /// The quarter that runs, counted from 1970.
    pub quarter: i64,
    /// Largest log move of each, 48 fraction bits: that of quarter n at n modulo their number.
    pub moves: [i64; QUARTERS],
}

impl StoredWorstDay {
    /// As the core wants it.
    pub fn get(&self) -> WorstDay {
        WorstDay {
            quarter: self.quarter,
            moves: self.moves.map(LogReturn::from_bits),
        }
    }
}

impl From<WorstDay> for StoredWorstDay {
    fn from(worst: WorstDay) -> Self {
        Self {
            quarter: worst.quarter,
            moves: worst.moves.map(LogReturn::bits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_day_survives_storage() {
        let size = LogReturn::from_bits(-(1 << 47));
        let worst = WorstDay::first(size, 1_700_000_000).after(LogReturn::from_bits(1 << 46), 1_720_000_000);
        assert_eq!(StoredWorstDay::from(worst).get(), worst);
    }
}
