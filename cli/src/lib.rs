//! What the `ballast` program is made of.

pub mod building;
pub mod chain;
pub mod commands;
pub mod faucet;
pub mod front;
pub mod implied;
pub mod math_program;
pub mod node;
pub mod node_args;
pub mod places;
pub mod port;
pub mod prices;
pub mod process;
pub mod reading;
pub mod stop;
pub mod toolchain;
