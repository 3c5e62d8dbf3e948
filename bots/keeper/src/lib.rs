//! The keeper: watches a vault, plans with the programs' own rules, cranks.

pub mod crank;
pub mod plan;
pub mod service;
