//! `ballast options` and `ballast vault` on the chain in this process: everybody with the commands
//! that a person has.
//!
//! Needs the compiled programs: `./ballast build` makes them. Without them these tests say so and
//! pass.

mod local;
mod options;
mod vault;
