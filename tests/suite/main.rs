//! End-to-end suites against the compiled programs: one module per capability.

mod assess_support;
mod banks;
mod compute_units;
mod feeder;
mod invariants;
mod margin_reader;
mod observation;
mod oracle;
mod perp_faults;
mod perp_orders;
mod perp_solvency;
mod perp_support;
mod perp_thieves;
mod risk_assess;
mod risk_surface;
mod risk_surface_rules;
mod switchboard;
mod vault_breaker_thieves;
mod vault_breakers;
mod vault_breakers_support;
mod vault_rules;
mod venues;
