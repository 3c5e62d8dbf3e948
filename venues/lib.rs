//! What Ballast has to know of each venue, read from the bytes of the venue's own accounts.
//!
//! One module per venue, all behind [`Venue`]. A reader knows one layout and one version, at fixed
//! offsets, and refuses everything else: a venue that changed is a venue that nobody here
//! understands. It does not know who owns an account or at which address it lives; **the caller
//! pins both before it asks**, since a layout is easily imitated.
//!
//! What is read, its units and how to add a venue: `docs/reference/venues.md`.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod interface;
pub mod reference;

pub use interface::*;
pub use reference::Reference;
