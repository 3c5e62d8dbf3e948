//! The keeper: watches a vault, plans with the programs' own rules, cranks.

pub mod service;
