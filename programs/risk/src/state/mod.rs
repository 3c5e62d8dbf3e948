//! Accounts of the risk program. They are plain data: other programs may read them without calling.

mod averages;
mod clock;
mod fixed_bytes;
mod market;
mod observation;
mod params;
mod signals;
mod source;
mod submission_bytes;
mod surface;
mod worst_day;

pub use averages::{GradeSettings, StoredAverages, StoredSums, StoredSumsAt};
pub use clock::{ClockSettings, StoredDeclaration, StoredPrint, StoredReading};
pub use fixed_bytes::Fixed;
pub(crate) use market::stored_variance;
pub use market::{Market, MARKET_BYTES, MARKET_SEED, MARKET_VERSION};
pub use observation::{
    LadderSettings, MarketBreakerSettings, ObservationSettings, RegimeSettings, SignalSettings, StoredBreakerSettings,
    ThresholdSettings,
};
pub use params::{validate_initial_variance, ExitHaircutParams, MarketParams, UseSettings, MAX_VENUES};
pub use signals::{StoredBreakers, StoredImplied, StoredRegime, StoredSignals, StoredTradingCost, StoredVenue};
pub use source::{PriceSource, SourceKind, VenueSource, PYTH_PUSH_PROGRAM, PYTH_RECEIVERS, SWITCHBOARD_PROGRAM};
pub use submission_bytes::{SubmissionBytes, SUBMISSION_BYTES};
pub use surface::{
    Feeder, FeederSet, StoredCheckpoint, StoredGwav, StoredSlice, Submission, Surface, SurfaceSettings, FEEDER_DELAY,
    FEEDER_WINDOW, MAX_FEEDERS, MAX_GRID, SUBMISSION_SEED, SURFACE_BYTES, SURFACE_SEED, SURFACE_VERSION,
};
pub use worst_day::StoredWorstDay;
