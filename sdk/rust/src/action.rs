//! The instruction of a planned action.

use crate::instructions::Cranker;
use crate::snapshot::Snapshot;
use crate::{instructions, Instruction};
pub use ballast_core_vault::crank::CrankAction;
pub use ballast_core_vault::planner::LegOrder;
use ballast_vault::Order;

/// Returns the instruction of an action, sent by `keeper`. `None` if it names a market or a leg
/// that the vault does not have.
pub fn instruction(action: &CrankAction, snapshot: &Snapshot, keeper: &Cranker) -> Option<Instruction> {
    let keys = &snapshot.keys;
    let order = |order: &LegOrder| {
        Some(Order {
            leg: place(order.leg)?,
            lots: order.lots.0,
        })
    };
    Some(match action {
        CrankAction::Observe(market) => snapshot.market(*market)?.observe(),
        CrankAction::DeclareSilence(market, source) => {
            instructions::declare_silence(&snapshot.market(*market)?.key, *source)
        }
        CrankAction::Fulfil(leg) => instructions::venue::fulfil(&keys.leg(*leg)),
        CrankAction::CollectWithdrawal(leg) => instructions::collect_withdrawal(keys, place(*leg)?),
        CrankAction::MoveCollateral(leg, _) => instructions::move_collateral(keys, place(*leg)?, keeper.pay_to),
        CrankAction::Mark => instructions::mark(keys, keeper.pay_to),
        CrankAction::Rebalance(orders) => {
            let orders = orders.iter().flatten().map(order);
            instructions::rebalance(keys, *keeper, orders.collect::<Option<Vec<Order>>>()?)
        }
        CrankAction::Unwind(number, unwinds) => instructions::unwind(keys, *keeper, *number, order(unwinds)?),
        CrankAction::PriceBatch(number) => instructions::price_batch(keys, &keeper.key, *number),
        CrankAction::ExitLiquid(number) => instructions::exit_liquid(keys, *number),
    })
}

fn place(leg: usize) -> Option<u8> {
    u8::try_from(leg).ok()
}
