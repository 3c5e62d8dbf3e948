//! End-to-end suites against the compiled programs, one folder for each program, and beside them
//! the attacks and the invariants over random sequences. One binary: linking the virtual machine
//! once is most of the cost.

#[path = "../attacks/mod.rs"]
mod attacks;
mod bots;
mod compute_units;
#[path = "../invariants/mod.rs"]
mod invariants;
mod options;
mod risk;
mod vault;
mod venues;
