//! The instruction of a planned action.

use crate::snapshot::Snapshot;
use crate::{instructions, Instruction, Pubkey};
use ballast_core_types::Lots;
pub use ballast_core_vault::crank::CrankAction;
use ballast_vault::Order;

/// Returns the instruction of an action, cranked by `keeper`.
pub fn instruction(action: &CrankAction, snapshot: &Snapshot, keeper: &Pubkey) -> Instruction {
    let (keys, feed) = (&snapshot.keys, &snapshot.price_feed.key);
    let orders = |lots: Lots| {
        vec![Order {
            market: 0,
            lots: lots.0,
        }]
    };
    match *action {
        CrankAction::Observe => {
            let second = snapshot.second_feed.as_ref().map(|account| &account.key);
            instructions::observe(&keys.risk_market, &snapshot.risk_market.params, feed, second)
        }
        CrankAction::Fulfil => instructions::venue::fulfil(keys, feed),
        CrankAction::CollectWithdrawal => instructions::collect_withdrawal(keys),
        CrankAction::MoveCollateral(_) => instructions::move_collateral(keys, feed),
        CrankAction::Mark => instructions::mark(keys, feed),
        CrankAction::Rebalance(lots) => instructions::rebalance(keys, feed, keeper, orders(lots)),
        CrankAction::Unwind(lots) => instructions::unwind(keys, feed, keeper, orders(lots)),
    }
}
