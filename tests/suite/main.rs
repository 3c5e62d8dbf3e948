//! End-to-end suites against the compiled programs: one module per capability.

mod oracle;
mod perp_faults;
mod perp_orders;
mod perp_solvency;
mod perp_support;
mod perp_thieves;
mod smoke;
mod vault_rules;
