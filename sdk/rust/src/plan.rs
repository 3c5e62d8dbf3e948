//! What to crank next. A pure function of a [`Snapshot`]; the same code plans for the bot, the demo and the tests.

use crate::snapshot::Snapshot;
use crate::{instructions, Instruction, Pubkey};
use ballast_core_market::admission::{AdmittedPrice, PriceUse};
use ballast_core_market::breaker::{permitted, Permissions};
use ballast_core_vault::book::Book;
use ballast_core_vault::collateral::{self, CollateralMove};
use ballast_core_vault::planner::{self, VenueTerms};
use ballast_core_vault::rebalance::Trigger;
use ballast_risk::read::now;
use ballast_vault::valuation::exposure;
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
    /// A word for logs and metrics.
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

    /// The instruction, cranked by `keeper`.
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

/// The actions due now, in the order to send them: one transaction, all or nothing.
///
/// What depends on the outcome of a trade (collateral that becomes spare, a second slice) is left for the next call.
pub fn plan(snapshot: &Snapshot) -> Vec<Action> {
    let mut snapshot = snapshot.clone();
    let mut actions = Vec::new();
    if observe(&mut snapshot) {
        actions.push(Action::Observe);
    }
    let trader = &snapshot.venue_trader;
    if trader.queued_withdrawal > 0 && snapshot.clock.unix_timestamp >= trader.queued_ready_at {
        actions.push(Action::CollectWithdrawal);
    }
    if trader.pending.lots != 0 {
        if snapshot.clock.slot > trader.pending.placed_slot {
            actions.push(Action::Fulfil);
        }
        actions.extend(mark(&snapshot));
        return actions;
    }
    if snapshot.venue_answers() {
        actions.extend(trade(&snapshot).unwrap_or_default());
    }
    // Whatever trades or moves collateral looks too. Where the venue does not answer neither would land, and only `mark` remembers that.
    let looks = |action: &Action| !matches!(action, Action::Observe | Action::CollectWithdrawal);
    if !actions.iter().any(looks) {
        actions.extend(mark(&snapshot));
    }
    actions
}

/// The longest that the vault goes without a look: what a share drifts in a week is no jump.
const LONGEST_UNWATCHED_SECONDS: i64 = 3_600;

/// A look at the vault, where one is worth a transaction: it would trip or resume something, the venue fails once more, or time has come while a breaker
/// stands (its quiet time has to be watched, a longest gap at a time) or at the latest after [`LONGEST_UNWATCHED_SECONDS`].
fn mark(snapshot: &Snapshot) -> Option<Action> {
    let vault = &snapshot.vault;
    if snapshot.supply == 0 {
        return None;
    }
    let live = snapshot.live_price(PriceUse::Exit).ok()?;
    let (after, _) = snapshot.looked(&live)?;
    let (was, is) = (&vault.watch, &after.watch);
    let due = was.tripped != is.tripped || is.failed_looks > was.failed_looks;
    let rested = snapshot.clock.unix_timestamp.saturating_sub(was.updated_at);
    let rest = if was.tripped == 0 {
        LONGEST_UNWATCHED_SECONDS
    } else {
        i64::from(vault.breakers.longest_gap_seconds)
    };
    (due || rested >= rest).then_some(Action::Mark)
}

/// Applies an observation to the snapshot as the program will, if one is due.
fn observe(snapshot: &mut Snapshot) -> bool {
    let time = now(&snapshot.clock);
    let Ok(sight) = snapshot.sight() else { return false };
    snapshot.risk_market.look(&sight, time).is_ok()
}

/// The price to trade at and what it permits, as the program will judge it.
fn trade_price(snapshot: &Snapshot) -> Option<(AdmittedPrice, Permissions)> {
    let (price, admitted) = match snapshot.live_price(PriceUse::Trade) {
        Ok(price) => (price, true),
        Err(_) => (snapshot.live_price(PriceUse::Exit).ok()?, false),
    };
    let (_, standing) = snapshot.looked(&price)?;
    Some((price, permitted(standing, admitted)))
}

/// Collateral and an order, where they are due. `None` if there is no price to trade at.
fn trade(snapshot: &Snapshot) -> Option<Vec<Action>> {
    let mut actions = Vec::new();
    let (price, permitted) = trade_price(snapshot)?;
    let mut book = snapshot.book(price.bounds.mid)?;
    if let Some(movement) = collateral_due(snapshot, &book, &price, permitted) {
        actions.push(Action::MoveCollateral(movement));
        // A withdrawal may end up in the venue's queue, so the order is planned as if it had not arrived.
        if let CollateralMove::Deposit(amount) = movement {
            book.cash = book.cash.checked_sub(amount)?;
            book.collateral = book.collateral.checked_add(amount)?;
        }
    }
    let targets = snapshot.targets(&book, &price.bounds)?;
    let held = exposure(&book, price.bounds.mid)?;
    let venue = VenueTerms {
        half_spread: snapshot.venue_market.params.half_spread.ratio(),
        taker_fee: snapshot.venue_market.params.taker_fee.ratio(),
        depth_one_percent: snapshot.venue_market.params.depth().ok()?,
    };
    let policy = snapshot.vault.policy.rebalance();
    let order = |trigger| planner::order(&policy, permitted, trigger, &targets, &held, price.bounds.mid, &venue);
    if let Some(lots) = order(Trigger::Limits) {
        actions.push(Action::Rebalance { lots: lots.0 });
    } else if snapshot.vault.leaving_shares > 0 {
        if let Some(lots) = order(Trigger::Redemption) {
            actions.push(Action::Unwind { lots: lots.0 });
        }
    }
    Some(actions)
}

/// The collateral movement the program would make, if it is worth a transaction.
fn collateral_due(
    snapshot: &Snapshot,
    book: &Book,
    price: &AdmittedPrice,
    permitted: Permissions,
) -> Option<CollateralMove> {
    if snapshot.venue_trader.queued_withdrawal > 0 {
        return None;
    }
    let mut targets = snapshot.targets(book, &price.bounds)?;
    if !permitted.open {
        targets.delta = book.delta(price.bounds.mid)?;
    }
    let ratio = snapshot.vault.policy.collateral_ratio.ratio();
    collateral::due(book, &price.bounds, &targets, ratio)?
}
