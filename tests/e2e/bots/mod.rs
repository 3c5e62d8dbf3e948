//! The bots against the compiled programs.

mod feeder;
