//! Fixtures for tests. Everything runs the compiled programs in an in-process SVM; nothing is
//! mocked.
//!
//! There is one [`World`]: the SVM with its clock, wallets and one price. Around it are fixtures,
//! each with what one program's tests need: [`VaultFixture`], [`SurfaceFixture`],
//! [`MarginFixture`], [`ClearingHouseFixture`] and [`VenueFixture`]. A fixture dereferences to the
//! world it is built on.

pub mod clearing_house;
pub mod margin;
pub mod params;
pub mod surface;
pub mod tokens;
pub mod vault;
pub mod venue;
pub mod world;

pub use clearing_house::ClearingHouseFixture;
pub use margin::MarginFixture;
pub use surface::SurfaceFixture;
pub use vault::VaultFixture;
pub use venue::VenueFixture;
pub use world::{error_code, more_units, Sent, User, World, START};

use ballast_risk::state::Fixed;

/// Parses a fixed-point number. Panics if `text` is none.
pub fn fixed(text: &str) -> Fixed {
    text.parse::<ballast_core_types::I80F48>()
        .expect("a decimal number")
        .into()
}

/// One million USDC in base units.
pub const MILLION: u64 = 1_000_000_000_000;

/// Lets a fixture be used as what it is built on.
macro_rules! built_on {
    ($fixture:ident: $field:ident: $base:ty) => {
        impl std::ops::Deref for $fixture {
            type Target = $base;

            fn deref(&self) -> &$base {
                &self.$field
            }
        }

        impl std::ops::DerefMut for $fixture {
            fn deref_mut(&mut self) -> &mut $base {
                &mut self.$field
            }
        }
    };
}
pub(crate) use built_on;
