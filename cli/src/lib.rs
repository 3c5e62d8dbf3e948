//! What the `ballast` program is made of.
#![forbid(unsafe_code)]

pub mod chain;
pub mod commands;
pub mod embedded;
pub mod math_program;
pub mod node;
pub mod places;
pub mod process;
pub mod stop;
