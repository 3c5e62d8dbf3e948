//! What is traded next, and what has to lie where for it.

use super::{At, CrankAction, DONE};
use crate::appraisal::Appraisal;
use crate::collateral::CollateralMove;
use crate::leaving;
use crate::places::{at, MAX_LEGS};
use crate::planner::{LegOrder, Terms};
use crate::prices::Purpose;
use ballast_core_types::Lots;
use core::array::from_fn;

/// What is due of trades.
#[derive(Clone, Copy, Default)]
pub(super) struct Trades {
    /// What the order is margined with.
    pub(super) deposits: [Option<CrankAction>; DONE - 1],
    /// A move of collateral, be it one of those.
    pub(super) movement: Option<CrankAction>,
    /// A rebalance, or what unwinds.
    pub(super) order: Option<CrankAction>,
}

impl At<'_> {
    /// Returns moves of collateral and an order, where they are due. `None` if there is no price to
    /// trade at, or a venue cannot be read.
    pub(super) fn trade(&self) -> Option<Trades> {
        let prices = self.prices(Purpose::Trade)?;
        let mut positions = self.positions(&prices);
        let mut vault = *self.inputs.vault;
        let appraisal = self.appraise(self.inputs.vault, prices, positions)?;
        // All of them at once, but for every fourth slot: what one venue refuses for a reason of
        // its own keeps nothing from being traded elsewhere.
        let slot = self.inputs.now.slot;
        let turn = usize::try_from(slot >> 2).unwrap_or(0);
        let turn = turn.checked_rem(self.inputs.markets.len()).unwrap_or(0);
        let is_its_turn = |market| slot & 3 != 3 || market == turn;
        let mut trades = Trades::default();
        let mut room = trades.deposits.iter_mut();
        let mut lacks = [false; MAX_LEGS];
        for (place, market) in self.inputs.vault.legs() {
            // Nothing is asked of a venue that cannot be read.
            let Some(position) = positions.get_mut(place).and_then(Option::as_mut) else {
                continue;
            };
            let is_free = position.is_operational && position.in_flight == Lots::ZERO;
            if !is_free || position.queued_withdrawal > 0 {
                continue;
            }
            let Some(movement) = appraisal.collateral_due(place)? else {
                continue;
            };
            let action = Some(CrankAction::MoveCollateral(place, movement));
            trades.movement = trades.movement.or(action);
            // A withdrawal may end up in the venue's queue, so the order is planned as if it had
            // not arrived.
            if let CollateralMove::Deposit(amount) = movement {
                let deposit = if is_its_turn(market) { room.next() } else { None };
                match deposit {
                    Some(deposit) => {
                        *deposit = action;
                        vault.ledger.cash = vault.ledger.cash.checked_sub(amount)?;
                        position.collateral = position.collateral.checked_add(amount)?;
                    }
                    None => lacks.iter_mut().skip(place).take(1).for_each(|lacks| *lacks = true),
                }
            }
        }
        if self.inputs.now.slot == vault.queue.priced_slot {
            return Some(trades);
        }
        let appraisal = self.appraise(&vault, prices, positions)?;
        // Nothing is traded at a venue that does not answer.
        let answers = |place: usize| at(&positions, place).is_some_and(|held| held.is_operational);
        let terms: Terms = from_fn(|place| at(&self.inputs.terms, place).filter(|_| answers(place)));
        let planned = |terms: &Terms| {
            let orders = appraisal.orders(terms, is_its_turn);
            orders.or_else(|| appraisal.orders(terms, |_| true))
        };
        // What is opened at a venue needs its collateral in front: where there is no room for that,
        // it waits for the next transaction.
        let lacks = |leg: usize| lacks.get(leg) == Some(&true);
        let reduces =
            |order: &LegOrder| at(&positions, order.leg).is_some_and(|held| held.lots.is_reduced_by(order.lots));
        let mut orders = planned(&terms);
        if orders
            .iter()
            .flatten()
            .flatten()
            .any(|order| lacks(order.leg) && !reduces(order))
        {
            // The whole market: another leg of it has no collateral for what this one was to hold.
            let of = |leg: usize| self.inputs.vault.market_of(leg);
            let waits = |leg: usize| (0..MAX_LEGS).any(|other| lacks(other) && of(other) == of(leg));
            orders = planned(&from_fn(|leg| at(&terms, leg).filter(|_| !waits(leg))));
        }
        // What margins another leg may be refused there.
        let is_traded = |leg: usize| {
            let mut legs = orders.iter().flatten().flatten().map(|order| order.leg);
            legs.any(|traded| traded == leg)
        };
        for deposit in &mut trades.deposits {
            if matches!(deposit, Some(CrankAction::MoveCollateral(leg, _)) if !is_traded(*leg)) {
                *deposit = None;
            }
        }
        let rebalance = orders.map(CrankAction::Rebalance);
        trades.order = rebalance.or_else(|| self.unwinding(&appraisal, &terms));
        Some(trades)
    }

    /// Returns the batch of which something is left to unwind, and the order.
    fn unwinding(&self, appraisal: &Appraisal, terms: &Terms) -> Option<CrankAction> {
        let count = self.inputs.vault.legs().count();
        // One venue may refuse: the legs take turns.
        let first = usize::try_from(self.inputs.now.slot >> 1)
            .unwrap_or(0)
            .checked_rem(count)?;
        self.inputs.batches.iter().find_map(|(number, batch)| {
            let order = |leg: usize| {
                let terms = terms.get(leg)?.as_ref()?;
                let lots = appraisal.unwinding_order(leg, leaving::of(&batch.redemptions.lots_left, leg), terms)?;
                Some(LegOrder { leg, lots })
            };
            let mut orders = (first..count).chain(0..first).filter_map(order);
            Some(CrankAction::Unwind(*number, orders.next()?))
        })
    }
}
