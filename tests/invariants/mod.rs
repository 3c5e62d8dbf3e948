//! Random sequences through the compiled programs: what holds after every step.

mod options;
mod vault;
