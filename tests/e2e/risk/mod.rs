//! The risk engine.

mod assess;
pub mod assess_support;
mod margin_reader;
mod observation;
mod oracle;
mod surface;
mod surface_rules;
mod switchboard;
