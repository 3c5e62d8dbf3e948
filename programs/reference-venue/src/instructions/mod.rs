//! One file per instruction: its accounts, its validation, its logic.

mod auto_deleverage;
mod cancel_pending;
mod collect_withdrawal;
mod create_market;
mod create_trader;
mod deposit;
mod fulfil;
mod fund_insurance;
mod liquidate;
mod place_order;
mod set_faults;
mod withdraw;

// Whole modules, because Anchor looks for what it generates beside each accounts type.
pub use auto_deleverage::*;
pub use cancel_pending::*;
pub use collect_withdrawal::*;
pub use create_market::*;
pub use create_trader::*;
pub use deposit::*;
pub use fulfil::*;
pub use fund_insurance::*;
pub use liquidate::*;
pub use place_order::*;
pub use set_faults::*;
pub use withdraw::*;
