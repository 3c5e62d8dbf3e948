//! The instruction of a planned action.

use crate::instructions::batches;
use crate::snapshot::Snapshot;
use crate::{instructions, Instruction, Pubkey};
use ballast_core_types::Lots;
pub use ballast_core_vault::crank::CrankAction;
use ballast_vault::Order;

/// Returns the instruction of an action, cranked by `keeper`.
pub fn instruction(action: &CrankAction, snapshot: &Snapshot, keeper: &Pubkey) -> Instruction {
    let keys = &snapshot.keys;
    let orders = |lots: Lots| {
        vec![Order {
            market: 0,
            lots: lots.0,
        }]
    };
    match *action {
        CrankAction::Observe => snapshot.observe(),
        CrankAction::DeclareSilence(source) => instructions::declare_silence(&keys.risk_market, source),
        CrankAction::Fulfil => instructions::venue::fulfil(keys),
        CrankAction::CollectWithdrawal => instructions::collect_withdrawal(keys),
        CrankAction::MoveCollateral(_) => instructions::move_collateral(keys),
        CrankAction::Mark => instructions::mark(keys),
        CrankAction::Rebalance(lots) => instructions::rebalance(keys, keeper, orders(lots)),
        CrankAction::Unwind(number, lots) => batches::unwind(keys, keeper, number, orders(lots)),
        CrankAction::PriceBatch(number) => batches::price_batch(keys, keeper, number),
        CrankAction::ExitLiquid(number) => batches::exit_liquid(keys, number),
    }
}
