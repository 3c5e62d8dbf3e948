//! Accounts of the risk program. A market is plain data: other programs may read it without calling.

mod fixed_bytes;
mod market;
mod params;
mod submission_bytes;
mod surface;

pub use fixed_bytes::Fixed;
pub use market::{Market, StoredSignals, MARKET_SEED, MARKET_VERSION};
pub use params::{validate_initial_variance, ExitHaircutParams, PriceSource, SignalSettings, SourceKind, UseSettings};
pub use submission_bytes::{SubmissionBytes, SUBMISSION_BYTES};
pub use surface::{
    StoredCheckpoint, StoredGwav, StoredSlice, Submission, Surface, SurfaceSettings, MAX_FEEDERS, MAX_GRID,
    SUBMISSION_SEED, SURFACE_SEED, SURFACE_VERSION,
};
