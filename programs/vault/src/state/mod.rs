//! Accounts of the vault program.

mod batch;
mod case;
mod fees;
mod keeper_pay;
mod ledger;
mod monitor;
mod operator;
mod plain;
mod policy;
mod portfolio;
mod share_name;
mod ticket;
mod vault;

pub use batch::{RequestBatch, StoredBatch, StoredRequestBatch, BATCH_SEED, BATCH_VERSION};
pub use case::{StoredCase, StoredCases, StoredRight};
pub use fees::{validate_collector, StoredFees};
pub use keeper_pay::StoredKeeperPay;
pub use ledger::{StoredLeaving, StoredLedger, StoredOutflow, StoredQueue};
pub use monitor::{validate_guardian, StoredMonitor, StoredVenue, VaultBreaker, VaultBreakerSettings};
pub use operator::{acts_for, check_acts_for, check_is_theirs, OperatorApproval, OPERATOR_SEED};
pub use policy::{VaultPolicy, VenueTerms, MANUAL, RULE_BASED};
pub use portfolio::{MarketPolicy, StoredLeg, StoredMarket, StoredPortfolio};
pub use share_name::{ShareName, NAME_LEN, SYMBOL_LEN, URI_LEN};
pub use ticket::{StoredTicket, Ticket, HALF_FEE_LAMPORTS, REQUEST_FEE_LAMPORTS, TICKET_SEED};
pub use vault::{StoredVault, Vault, CUSTODY_SEED, ESCROW_SEED, SHARES_SEED, VAULT_SEED, VAULT_VERSION};
