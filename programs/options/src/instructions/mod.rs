//! One file per instruction, or per pair that belongs together: its accounts, its validation, its
//! logic.

pub(crate) mod auction;
pub(crate) mod cancel_quotes;
pub(crate) mod cover_expiries;
pub(crate) mod create_clearing_house;
pub(crate) mod create_series;
pub(crate) mod deposit;
pub(crate) mod fund_insurance;
pub(crate) mod liquidate;
pub(crate) mod liquidation;
pub(crate) mod open_account;
pub(crate) mod pay_claims;
pub(crate) mod posted_quotes;
pub(crate) mod settle_positions;
pub(crate) mod settlement;
pub(crate) mod take_auction;
pub(crate) mod trade_quote;
pub(crate) mod transfer_position;
pub(crate) mod what_if;
pub(crate) mod withdraw;

// Whole modules, because Anchor looks for what it generates beside each accounts type.
pub use auction::*;
pub use cancel_quotes::*;
pub use cover_expiries::*;
pub use create_clearing_house::*;
pub use create_series::*;
pub use deposit::*;
pub use fund_insurance::*;
pub use liquidate::*;
pub use liquidation::*;
pub use open_account::*;
pub use pay_claims::*;
pub use posted_quotes::*;
pub use settle_positions::*;
pub use settlement::*;
pub use take_auction::*;
pub use trade_quote::*;
pub use transfer_position::*;
pub use what_if::*;
pub use withdraw::*;
