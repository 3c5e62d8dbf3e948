//! The risk engine.

mod assess;
mod averages;
mod margin_reader;
mod observation;
mod oracle;
mod price_clock;
mod surface;
mod surface_rules;
mod switchboard;
mod worst_day;
