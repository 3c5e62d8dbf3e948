//! Quantiles of readings.

/// Readings in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantiles(Vec<u32>);

impl Quantiles {
    /// `None` of nothing.
    #[must_use]
    pub fn new(mut values: Vec<u32>) -> Option<Self> {
        values.sort_unstable();
        (!values.is_empty()).then_some(Self(values))
    }

    /// Returns the reading that a share (0 … 1) of them do not exceed; of those at hand, the
    /// nearest from below.
    #[must_use]
    pub fn at(&self, share: f64) -> u32 {
        let last = self.0.len() - 1;
        self.0[(((last as f64) * share.clamp(0.0, 1.0)) as usize).min(last)]
    }

    /// Returns how many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Returns the nearest multiple of `to`, so that a file can be read; at least one.
pub(super) const fn rounded(value: u32, to: u32) -> u32 {
    let nearest = (value + to / 2) / to * to;
    if nearest == 0 {
        to
    } else {
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_readings() {
        let some = Quantiles::new((1..=101).rev().collect()).unwrap();
        for (share, expected) in [(0.0, 1), (0.5, 51), (0.99, 100), (1.0, 101), (7.0, 101), (-1.0, 1)] {
            assert_eq!(some.at(share), expected, "{share}");
        }
        assert_eq!(Quantiles::new(Vec::new()), None);
        for (value, to, expected) in [
            (0, 50, 50),
            (24, 50, 50),
            (74, 50, 50),
            (75, 50, 100),
            (17_249, 500, 17_000),
        ] {
            assert_eq!(rounded(value, to), expected, "{value}");
        }
    }
}
