//! Whether a publication is due. Pure.

use ballast_core_market::surface_feed::{self, FeedSlice, FeedSurface};
use ballast_risk::state::{Submission, Surface, SURFACE_VERSION};

/// What cranking `publish_surface` would come to, as far as time and number tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Publication {
    /// So many submissions are fresh and for the grid's present expiries.
    Due {
        /// Fresh ones.
        fresh: usize,
    },
    /// Fewer of them than the surface requires.
    TooFew {
        /// Fresh ones.
        fresh: usize,
        /// Required.
        required: usize,
    },
    /// Too soon after the last publication.
    TooSoon {
        /// Seconds until the least interval is over.
        seconds: i64,
    },
}

/// Looks at what each registered feeder last said, in the order of the feeders.
pub fn due(surface: &Surface, submissions: &[Option<Submission>], now: i64) -> Publication {
    let expiries = surface.active(now);
    let counts = |submission: &Submission| {
        let submitted = FeedSurface::from_padded(
            submission.slices.map(FeedSlice::from),
            usize::from(submission.slice_count),
        );
        submission.version == SURFACE_VERSION
            && surface_feed::is_fresh(
                submission.submitted_at,
                now,
                surface.settings.max_submission_age_seconds,
            )
            && submitted.aligned(expiries).is_some()
    };
    let fresh = submissions
        .iter()
        .filter(|submission| submission.as_ref().is_some_and(counts))
        .count();
    let required = usize::try_from(surface.feeders.required).unwrap_or(usize::MAX);
    if fresh < required {
        return Publication::TooFew { fresh, required };
    }
    let least = i64::from(surface.settings.min_interval_seconds);
    let seconds = surface.published_at.saturating_add(least).saturating_sub(now);
    if surface.publications > 0 && seconds > 0 {
        return Publication::TooSoon { seconds };
    }
    Publication::Due { fresh }
}
