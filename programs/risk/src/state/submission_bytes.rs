//! Reads submissions where they lie: a publication looks at several, and decoding each into a
//! struct costs more than all the rest.

use crate::state::{Submission, SURFACE_VERSION};
use anchor_lang::prelude::*;
use anchor_lang::Discriminator;
use ballast_core_market::surface_feed::{FeedSlice, FeedSurface, MAX_SLICES};

/// Bytes of the account: the discriminator and a [`Submission`].
pub const SUBMISSION_BYTES: usize = 8 + Submission::INIT_SPACE;
const VERSION: usize = 8;
const SLICE_COUNT: usize = 10;
const SUBMITTED_AT: usize = 80;
const SLICES: usize = 88;
const SLICE_BYTES: usize = 32;

/// What a publication needs of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmissionBytes<'a>(&'a [u8; SUBMISSION_BYTES]);

impl<'a> SubmissionBytes<'a> {
    /// Returns `None` unless these are the bytes of a submission of this version.
    pub fn new(data: &'a [u8]) -> Option<Self> {
        let bytes: &[u8; SUBMISSION_BYTES] = data.try_into().ok()?;
        let sound = bytes.starts_with(Submission::DISCRIMINATOR) && bytes.get(VERSION) == Some(&SURFACE_VERSION);
        sound.then_some(Self(bytes))
    }

    fn read<const N: usize>(&self, offset: usize) -> &'a [u8; N] {
        // Every offset here is inside the array, by its length; nothing else is ever asked for.
        let tail = self.0.get(offset..).and_then(|tail| tail.first_chunk::<N>());
        tail.unwrap_or(&[0; N])
    }

    /// Chain time of the submission, unix seconds.
    pub fn submitted_at(&self) -> i64 {
        i64::from_le_bytes(*self.read(SUBMITTED_AT))
    }

    /// Returns the slices; `None` before the first submission.
    pub fn slices(&self) -> Option<FeedSurface> {
        let [count] = self.read(SLICE_COUNT);
        let count = usize::from(*count);
        if !(1..=MAX_SLICES).contains(&count) {
            return None;
        }
        let mut slices = [FeedSlice::default(); MAX_SLICES];
        for (place, slice) in slices.iter_mut().zip(self.slice_chunks()).take(count) {
            let [a, b, c, d] = slice;
            *place = FeedSlice::from_bits(
                i64::from_le_bytes(a),
                u64::from_le_bytes(b),
                i64::from_le_bytes(c),
                u64::from_le_bytes(d),
            );
        }
        FeedSurface::new(slices.get(..count)?)
    }

    fn slice_chunks(&self) -> impl Iterator<Item = [[u8; 8]; 4]> + 'a {
        let all: &[u8; MAX_SLICES * SLICE_BYTES] = self.read(SLICES);
        all.chunks_exact(SLICE_BYTES).map(|slice| {
            let word = |index: usize| {
                let start = index.wrapping_mul(8);
                slice
                    .get(start..)
                    .and_then(|tail| tail.first_chunk::<8>())
                    .copied()
                    .unwrap_or_default()
            };
            [word(0), word(1), word(2), word(3)]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::StoredSlice;
    use anchor_lang::AccountSerialize;

    fn submission(slice_count: u8) -> Submission {
        let slices = core::array::from_fn(|index| StoredSlice {
            expiry: 100 + index as i64,
            variance: 1 << (40 + index),
            skew: -(index as i64) << 50,
            curvature: u64::MAX - index as u64,
        });
        Submission {
            version: SURFACE_VERSION,
            bump: 250,
            slice_count,
            padding: [0; 5],
            surface: Pubkey::new_from_array([3; 32]),
            feeder: Pubkey::new_from_array([4; 32]),
            submitted_at: -5,
            slices,
        }
    }

    fn bytes(submission: &Submission) -> Vec<u8> {
        let mut bytes = Vec::new();
        submission.try_serialize(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_offsets_are_those_of_the_struct() {
        for count in 1..=8 {
            let submission = submission(count);
            let bytes = bytes(&submission);
            let read = SubmissionBytes::new(&bytes).unwrap();
            assert_eq!(read.submitted_at(), -5);
            let expected: Vec<_> = submission.slices.iter().map(|slice| FeedSlice::from(*slice)).collect();
            assert_eq!(read.slices().unwrap().slices(), &expected[..usize::from(count)]);
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let sound = bytes(&submission(1));
        for change in [0, 7, VERSION] {
            let mut garbled = sound.clone();
            garbled[change] ^= 1;
            assert_eq!(SubmissionBytes::new(&garbled), None);
        }
        assert_eq!(SubmissionBytes::new(&sound[..SUBMISSION_BYTES - 1]), None);
        assert_eq!(SubmissionBytes::new(&[]), None);
        for count in [0, 9, 255] {
            assert_eq!(SubmissionBytes::new(&bytes(&submission(count))).unwrap().slices(), None);
        }
    }
}
