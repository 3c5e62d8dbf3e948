//! The medians of what was said.

use super::{FeedError, FeedSurface, MAX_SUBMISSIONS};

/// Returns the lower median of each parameter of each slice.
///
/// # Errors
/// [`FeedError::TooFew`], [`FeedError::TooMany`]; [`FeedError::Grid`] if expiries differ.
#[inline(never)]
pub fn medians(submissions: &[FeedSurface], required: usize) -> Result<FeedSurface, FeedError> {
    let first = submissions.first().ok_or(FeedError::TooFew)?;
    if submissions.len() < required {
        return Err(FeedError::TooFew);
    }
    if submissions.len() > MAX_SUBMISSIONS {
        return Err(FeedError::TooMany);
    }
    let same = |other: &FeedSurface| {
        let expiries = |surface: &FeedSurface| surface.slices.map(|slice| slice.expiry);
        other.count == first.count && expiries(other) == expiries(first)
    };
    if !submissions.iter().all(same) {
        return Err(FeedError::Grid);
    }
    let mut result = *first;
    for (index, slice) in result.slices.iter_mut().enumerate().take(first.count) {
        let submitted = || submissions.iter().filter_map(|surface| surface.slices.get(index));
        slice.variance = lower_median(submitted().map(|slice| slice.variance));
        slice.skew = lower_median(submitted().map(|slice| slice.skew));
        slice.curvature = lower_median(submitted().map(|slice| slice.curvature));
    }
    Ok(result)
}

/// Returns the ⌈m/2⌉-th smallest of m values, of at most sixteen.
pub(super) fn lower_median<T: Copy + Ord + Default>(values: impl Iterator<Item = T>) -> T {
    let (mut sorted, mut count) = ([T::default(); MAX_SUBMISSIONS], 0usize);
    for value in values.take(MAX_SUBMISSIONS) {
        // Each earlier value that is larger moves up by one place, carried in `greater`.
        let (mut place, mut greater) = (0usize, value);
        for held in sorted.iter_mut().take(count) {
            if greater < *held {
                core::mem::swap(&mut greater, held);
            }
            place = place.wrapping_add(1);
        }
        if let Some(end) = sorted.get_mut(place) {
            *end = greater;
        }
        count = count.wrapping_add(1);
    }
    let middle = count.saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or_default()
}
