//! One file per instruction, named by its verb. `payout` is what both ways of redeeming share,
//! `trade` what both reasons to trade do.

pub mod collect_withdrawal;
pub mod complete_redemption;
pub mod create_vault;
pub mod deposit;
pub mod guard;
pub mod mark;
pub mod move_collateral;
mod payout;
pub mod rebalance;
pub mod redeem;
pub mod request_redemption;
pub mod trade;
pub mod unwind;

pub use collect_withdrawal::*;
pub use complete_redemption::*;
pub use create_vault::*;
pub use deposit::*;
pub use guard::*;
pub use mark::*;
pub use move_collateral::*;
pub use redeem::*;
pub use request_redemption::*;
pub use trade::*;
