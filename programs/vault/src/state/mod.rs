//! Accounts of the vault program.

mod monitor;
mod plain;
mod policy;
mod ticket;
mod vault;

pub use monitor::{validate_guardian, StoredMonitor, VaultBreaker, VaultBreakerSettings};
pub use policy::VaultPolicy;
pub use ticket::{RedemptionTicket, TICKET_SEED};
pub use vault::{Vault, CUSTODY_SEED, ESCROW_SEED, SHARES_SEED, VAULT_SEED, VAULT_VERSION};
