//! World builders for tests. Everything runs the compiled programs in an in-process SVM; nothing is mocked.

pub mod house;
pub mod params;
pub mod surface;
pub mod tokens;
pub mod world;

pub use world::{error_code, User, World};

use ballast_risk::state::Fixed;

/// The fixed-point number `text`. Panics if it is none.
pub fn fixed(text: &str) -> Fixed {
    text.parse::<ballast_core_types::I80F48>()
        .expect("a decimal number")
        .into()
}

/// One million USDC in base units.
pub const MILLION: u64 = 1_000_000_000_000;
