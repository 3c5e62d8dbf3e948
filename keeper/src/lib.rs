//! The keeper: watches a vault, plans with the programs' own rules, cranks.
#![forbid(unsafe_code)]

pub mod plan;
