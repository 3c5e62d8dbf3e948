//! Accounts of the vault program.

mod plain;
mod policy;
mod ticket;
mod vault;
mod watch;

pub use policy::VaultPolicy;
pub use ticket::{RedemptionTicket, TICKET_SEED};
pub use vault::{Vault, CUSTODY_SEED, ESCROW_SEED, SHARES_SEED, VAULT_SEED, VAULT_VERSION};
pub use watch::{validate_guardian, StoredWatch, VaultBreaker, VaultBreakerSettings};
