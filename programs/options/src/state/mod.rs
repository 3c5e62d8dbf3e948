//! Accounts of the clearing house: plain data at fixed offsets (`docs/reference/options.md`), and their way to and from the pure types of
//! [`ballast_core_clearing`].

mod auction;
mod expiry;
mod house;
mod margin_account;
mod series;
mod settings;
mod version;

pub use auction::{side_byte, side_of, AuctionOffer, AUCTION_SEED};
pub use expiry::{Expiry, ExpiryOutcome, EXPIRY_SEED};
pub use house::{House, Listing, CUSTODY_SEED, HOUSE_BYTES, HOUSE_SEED};
pub use margin_account::{
    MarginAccount, StoredClaim, StoredNonce, StoredPosition, ACCOUNT_SEED, MARGIN_ACCOUNT_BYTES, NUMBER_SLOTS,
};
pub use series::{Series, SeriesKey, SERIES_SEED};
pub use settings::{HouseSettings, ListingSettings};
pub use version::VERSION;
