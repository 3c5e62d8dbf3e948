//! What to crank next. A pure function of a [`Snapshot`]; the same code plans for the bot, the demo
//! and the tests.

use crate::snapshot::Snapshot;
use crate::{instructions, Instruction, Pubkey};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_types::{Lots, Position, Shares};
use ballast_core_vault::collateral::CollateralMove;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::rebalance::RebalanceReason;
use ballast_vault::Order;

/// One thing to crank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take the new price in.
    Observe,
    /// Execute the order the venue has kept.
    Fulfil,
    /// Fetch a withdrawal the venue has queued.
    CollectWithdrawal,
    /// Bring the collateral to its due amount.
    MoveCollateral(CollateralMove),
    /// Look at the vault.
    Mark,
    /// Trade back into the limits.
    Rebalance {
        /// Lots to trade.
        lots: i64,
    },
    /// Trade down for holders who leave.
    Unwind {
        /// Lots to trade.
        lots: i64,
    },
}

impl Action {
    /// Returns a word for logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Fulfil => "fulfil",
            Self::CollectWithdrawal => "collect_withdrawal",
            Self::MoveCollateral(_) => "move_collateral",
            Self::Mark => "mark",
            Self::Rebalance { .. } => "rebalance",
            Self::Unwind { .. } => "unwind",
        }
    }

    /// Returns the instruction, cranked by `keeper`.
    pub fn instruction(&self, snapshot: &Snapshot, keeper: &Pubkey) -> Instruction {
        let (keys, feed) = (&snapshot.keys, &snapshot.price_feed.key);
        match *self {
            Self::Observe => {
                let second = snapshot.second_feed.as_ref().map(|account| &account.key);
                instructions::observe(&keys.risk_market, &snapshot.risk_market.params, feed, second)
            }
            Self::Fulfil => instructions::venue::fulfil(keys, feed),
            Self::CollectWithdrawal => instructions::collect_withdrawal(keys),
            Self::MoveCollateral(_) => instructions::move_collateral(keys, feed),
            Self::Mark => instructions::mark(keys, feed),
            Self::Rebalance { lots } => instructions::rebalance(keys, feed, keeper, vec![Order { market: 0, lots }]),
            Self::Unwind { lots } => instructions::unwind(keys, feed, keeper, vec![Order { market: 0, lots }]),
        }
    }
}

/// Returns the actions due now, in the order to send them: one transaction, all or nothing.
///
/// What depends on the outcome of a trade (collateral that becomes spare, a second slice) is left
/// for the next call.
pub fn plan(snapshot: &Snapshot) -> Vec<Action> {
    let mut snapshot = snapshot.clone();
    let mut actions = Vec::new();
    if observe(&mut snapshot) {
        actions.push(Action::Observe);
    }
    // What waits at the venue does not depend on a price; a venue that cannot be read is what
    // `mark` remembers.
    let Some(held) = held(&snapshot) else {
        actions.extend(mark(&snapshot));
        return actions;
    };
    let now = snapshot.now();
    if held.queued_withdrawal > 0 && now.unix_time >= held.queued_ready_at {
        actions.push(Action::CollectWithdrawal);
    }
    if held.in_flight != Lots::ZERO {
        if now.slot > held.in_flight_since_slot {
            actions.push(Action::Fulfil);
        }
        actions.extend(mark(&snapshot));
        return actions;
    }
    if held.is_operational {
        actions.extend(trade(&snapshot).unwrap_or_default());
    }
    // Whatever trades or moves collateral observes too. Where the venue does not answer neither
    // would land, and only `mark` remembers that.
    let observes = |action: &Action| !matches!(action, Action::Observe | Action::CollectWithdrawal);
    if !actions.iter().any(observes) {
        actions.extend(mark(&snapshot));
    }
    actions
}

/// Returns the vault's position, as far as no price has a part in it.
fn held(snapshot: &Snapshot) -> Option<Position> {
    snapshot.position(snapshot.market.state.as_ref()?.signals.price)
}

/// The longest that the vault goes without being observed: what a share drifts in a week is no
/// jump.
const LONGEST_UNOBSERVED_SECONDS: i64 = 3_600;

/// `mark`, where it is worth a transaction: it would trip or reset something, the venue fails once
/// more, or time has come while a breaker is active (its cooldown has to be observed, a longest gap
/// at a time) or at the latest after [`LONGEST_UNOBSERVED_SECONDS`].
fn mark(snapshot: &Snapshot) -> Option<Action> {
    if snapshot.supply == 0 {
        return None;
    }
    let was = &snapshot.state.monitor;
    let is = snapshot.appraise(Purpose::Monitor)?.monitor;
    let due = was.breakers.tripped != is.breakers.tripped || is.venue_failures > was.venue_failures;
    let rested = snapshot.now().unix_time.saturating_sub(was.breakers.updated_at);
    let rest = if was.breakers.tripped == BreakerSet::NONE {
        LONGEST_UNOBSERVED_SECONDS
    } else {
        i64::from(snapshot.state.monitor_params.breakers.longest_gap_seconds)
    };
    (due || rested >= rest).then_some(Action::Mark)
}

/// Applies an observation to the snapshot as the program will, if one is due.
fn observe(snapshot: &mut Snapshot) -> bool {
    let Ok(observation) = snapshot.observation() else {
        return false;
    };
    let observed = snapshot.market.observe(&observation, snapshot.now());
    let is_due = observed.is_ok();
    snapshot.market.state = observed.ok().or(snapshot.market.state);
    is_due
}

/// Collateral and an order, where they are due. `None` if there is no price to trade at.
fn trade(snapshot: &Snapshot) -> Option<Vec<Action>> {
    let mut actions = Vec::new();
    let appraisal = snapshot.appraise(Purpose::Trade)?;
    let (mut vault, mut position) = (snapshot.state, appraisal.portfolio.position);
    let movement = appraisal.collateral_due()?.filter(|_| position.queued_withdrawal == 0);
    if let Some(movement) = movement {
        actions.push(Action::MoveCollateral(movement));
        // A withdrawal may end up in the venue's queue, so the order is planned as if it had not
        // arrived.
        if let CollateralMove::Deposit(amount) = movement {
            vault.cash = vault.cash.checked_sub(amount)?;
            position.collateral = position.collateral.checked_add(amount)?;
        }
    }
    let appraisal = snapshot.appraise_with(&vault, appraisal.prices, position)?;
    let terms = snapshot.trading_terms()?;
    if let Some(lots) = appraisal.order(RebalanceReason::Limits, &terms) {
        actions.push(Action::Rebalance { lots: lots.0 });
    } else if vault.pending_redemption_shares > Shares::ZERO {
        if let Some(lots) = appraisal.order(RebalanceReason::Redemption, &terms) {
            actions.push(Action::Unwind { lots: lots.0 });
        }
    }
    Some(actions)
}
