//! Accounts of the clearing house: plain data at fixed offsets (`docs/reference/options.md`), and
//! their way to and from the pure types of [`ballast_core_clearing`].

mod auction;
mod clearing_house;
mod expiry;
mod margin_account;
mod posted_quote;
mod series;
mod settings;
mod version;

pub use auction::{side_of, AuctionOffer, AUCTION_SEED};
pub use clearing_house::{ClearingHouse, Listing, CUSTODY_SEED, HOUSE_BYTES, HOUSE_SEED};
pub use expiry::{Expiry, ExpiryOutcome, EXPIRY_SEED};
pub use margin_account::{
    MarginAccount, StoredClaim, StoredPosition, ACCOUNT_SEED, MARGIN_ACCOUNT_BYTES, NUMBER_SLOTS,
};
pub use posted_quote::{PostedQuote, QUOTE_SEED};
pub use series::{Series, SeriesKey, SERIES_SEED};
pub use settings::{ClearingHouseSettings, ListingSettings};
pub use version::VERSION;
