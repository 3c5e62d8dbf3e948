//! The reference venue, and the readers of venues.

mod readers;
mod reference_faults;
mod reference_orders;
mod reference_solvency;
