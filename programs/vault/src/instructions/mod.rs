//! One file per instruction, named by its verb. `request` is what both sides of coming and going
//! share, `trade` what both reasons to trade do.

pub mod assign;
pub mod cancel;
pub mod claim;
pub mod claim_fees;
pub mod close_batch;
pub mod collect;
pub mod collect_withdrawal;
pub mod create_vault;
pub mod exit_liquid;
pub mod guard;
pub mod mark;
pub mod move_collateral;
pub mod open_batch;
pub mod price_batch;
pub mod rebalance;
pub mod request;
pub mod set_operator;
pub mod trade;
pub mod unwind;

pub use assign::*;
pub use cancel::*;
pub use claim::*;
pub use claim_fees::*;
pub use close_batch::*;
pub use collect::*;
pub use collect_withdrawal::*;
pub use create_vault::*;
pub use exit_liquid::*;
pub use guard::*;
pub use mark::*;
pub use move_collateral::*;
pub use open_batch::*;
pub use price_batch::*;
pub use rebalance::*;
pub use request::*;
pub use set_operator::*;
pub use trade::*;
pub use unwind::*;
