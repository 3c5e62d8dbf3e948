//! One to four of something: what one trade has at once.

use core::fmt;
use core::ops::Deref;

/// Most legs of a trade.
pub const MAX_LEGS: usize = 4;

/// One to [`MAX_LEGS`] of something.
#[derive(Clone, Copy)]
pub struct Legs<T> {
    places: [T; MAX_LEGS],
    count: usize,
}

impl<T: Copy> Legs<T> {
    /// Returns a copy of one to four; `None` for none or more.
    pub fn new(all: &[T]) -> Option<Self> {
        let mut legs = Self {
            places: [*all.first()?; MAX_LEGS],
            count: all.len(),
        };
        legs.places.get_mut(..all.len())?.copy_from_slice(all);
        Some(legs)
    }

    /// Returns just one.
    pub const fn single(leg: T) -> Self {
        Self {
            places: [leg; MAX_LEGS],
            count: 1,
        }
    }

    /// Returns the first.
    pub const fn first(&self) -> &T {
        let [first, ..] = &self.places;
        first
    }

    /// Returns what `make` makes of each.
    ///
    /// # Errors
    /// The first that `make` returns.
    pub fn try_map<U: Copy, E>(&self, mut make: impl FnMut(&T) -> Result<U, E>) -> Result<Legs<U>, E> {
        let mut made = Legs {
            places: [make(self.first())?; MAX_LEGS],
            count: self.count,
        };
        for (place, leg) in made.places.iter_mut().zip(self.iter()).skip(1) {
            *place = make(leg)?;
        }
        Ok(made)
    }
}

impl<T> Deref for Legs<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.places.get(..self.count).unwrap_or_default()
    }
}

/// What lies beyond the count does not count.
impl<T: PartialEq> PartialEq for Legs<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Legs<T> {}

impl<T: fmt::Debug> fmt::Debug for Legs<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_one_to_four() {
        assert_eq!(Legs::<u8>::new(&[]), None);
        assert_eq!(Legs::new(&[1; 5]), None);
        let three = Legs::new(&[3, 1, 2]).unwrap();
        assert_eq!((&*three, *three.first()), (&[3, 1, 2][..], 3));
        assert_eq!(
            three.try_map(|leg| u8::checked_mul(*leg, 2).ok_or(())),
            Ok(Legs::new(&[6, 2, 4]).unwrap())
        );
        assert_eq!(three.try_map(|leg| if *leg == 2 { Err(7) } else { Ok(()) }), Err(7));
        assert_ne!(Legs::new(&[3, 1]), Some(three));
        assert_eq!(Legs::single(4), Legs::new(&[4]).unwrap());
    }
}
