//! The risk engine.

mod assess;
mod margin_reader;
mod observation;
mod oracle;
mod surface;
mod surface_rules;
mod switchboard;
