//! Attacks that have to fail.

mod options;
mod reference_venue;
mod vault_breakers;
