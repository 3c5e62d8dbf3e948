//! What to crank next: everything that a keeper decides for a vault.
//!
//! The program checks what keepers propose with the same functions that propose here, so a plan is
//! refused only if the chain has moved on.

use crate::appraisal::{Appraisal, AppraisalInputs};
use crate::collateral::CollateralMove;
use crate::monitor::{VaultMonitor, VaultObservation};
use crate::prices::{MarketPrices, Purpose};
use crate::rebalance::RebalanceReason;
use crate::state::VaultState;
use ballast_core_market::admission::{Now, RawPrice};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::MarketObservation;
use ballast_core_market::MarketView;
use ballast_core_types::{Lots, Position, Price, Shares, TradingTerms};

/// The longest that the vault goes without being observed, seconds: what a share drifts in a week
/// is no jump.
pub const LONGEST_UNOBSERVED_SECONDS: i64 = 3_600;

/// One thing to crank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrankAction {
    /// Take the new price in.
    Observe,
    /// Execute the order the venue has kept.
    Fulfil,
    /// Fetch a withdrawal the venue has queued.
    CollectWithdrawal,
    /// Bring the collateral to its due amount.
    MoveCollateral(CollateralMove),
    /// Observe the vault.
    Mark,
    /// Trade back into the limits.
    Rebalance(Lots),
    /// Trade down for holders who leave.
    Unwind(Lots),
}

impl CrankAction {
    /// Returns a word for logs and metrics: the instruction's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Fulfil => "fulfil",
            Self::CollectWithdrawal => "collect_withdrawal",
            Self::MoveCollateral(_) => "move_collateral",
            Self::Mark => "mark",
            Self::Rebalance(_) => "rebalance",
            Self::Unwind(_) => "unwind",
        }
    }
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct CrankInputs<'a> {
    /// The risk market, as stored.
    pub market: MarketView,
    /// What an observation would see now; `None` if no price would be taken in.
    pub observation: Option<MarketObservation>,
    /// The published price, if its account can be read.
    pub raw_price: Option<RawPrice>,
    /// The vault, as stored.
    pub vault: &'a VaultState,
    /// The position at the venue, its funding brought up to date at a price; `None` if the venue
    /// cannot be read.
    pub position: &'a dyn Fn(Price) -> Option<Position>,
    /// What trading at the venue costs; `None` if it cannot be read.
    pub terms: Option<TradingTerms>,
    /// Share supply.
    pub supply: Shares,
    /// Chain time.
    pub now: Now,
}

/// Returns the actions due now, in the order to send them: one transaction, all or nothing.
///
/// What depends on the outcome of a trade (collateral that becomes spare, a second slice) is left
/// for the next plan.
pub fn plan(inputs: &CrankInputs) -> [Option<CrankAction>; 4] {
    let (observe, market) = observe(inputs);
    let inputs = CrankInputs { market, ..*inputs };
    // What waits at the venue does not depend on a price; a venue that cannot be read is what
    // `mark` remembers.
    let Some(held) = inputs.held() else {
        return [observe, None, None, inputs.mark()];
    };
    let is_ready = held.queued_withdrawal > 0 && inputs.now.unix_time >= held.queued_ready_at;
    let collect = is_ready.then_some(CrankAction::CollectWithdrawal);
    if held.in_flight != Lots::ZERO {
        let is_due = inputs.now.slot > held.in_flight_since_slot;
        return [observe, collect, is_due.then_some(CrankAction::Fulfil), inputs.mark()];
    }
    // Where the venue does not answer, neither would land, and only `mark` remembers that.
    let trade = held.is_operational.then(|| inputs.trade()).flatten();
    let (collateral, order) = trade.unwrap_or_default();
    // Whatever trades or moves collateral observes too.
    let last = order.or_else(|| collateral.is_none().then(|| inputs.mark()).flatten());
    [observe, collect, collateral, last]
}

/// Returns whether an observation is due, and the market as the program will have it then.
fn observe(inputs: &CrankInputs) -> (Option<CrankAction>, MarketView) {
    let market = inputs.market;
    let observation = inputs.observation.as_ref();
    match observation.and_then(|observation| market.observe(observation, inputs.now).ok()) {
        Some(state) => {
            let state = Some(state);
            (Some(CrankAction::Observe), MarketView { state, ..market })
        }
        None => (None, market),
    }
}

impl CrankInputs<'_> {
    /// Returns the vault's position, as far as no price has a part in it.
    fn held(&self) -> Option<Position> {
        (self.position)(self.market.state.as_ref()?.signals.price)
    }

    /// Returns the market's prices for a purpose, as the program would read them.
    fn prices(&self, purpose: Purpose) -> Option<MarketPrices> {
        MarketPrices::read(&self.market, self.raw_price.as_ref(), purpose, self.now).ok()
    }

    fn appraise<'a>(&self, vault: &'a VaultState, prices: MarketPrices, position: Position) -> Option<Appraisal<'a>> {
        Appraisal::new(&AppraisalInputs {
            vault,
            prices,
            position,
            supply: self.supply,
            now: self.now,
        })
    }

    /// Returns `mark`, where it is worth a transaction: it would trip or reset something, the venue
    /// fails once more, or time has come while a breaker is active (its cooldown has to be
    /// observed, a longest gap at a time) or at the latest after [`LONGEST_UNOBSERVED_SECONDS`].
    fn mark(&self) -> Option<CrankAction> {
        if self.supply == Shares::ZERO {
            return None;
        }
        let was = &self.vault.monitor;
        let is = self.marked()?;
        let due = was.breakers.tripped != is.breakers.tripped || is.venue_failures > was.venue_failures;
        let rested = self.now.unix_time.saturating_sub(was.breakers.updated_at);
        let rest = if was.breakers.tripped == BreakerSet::NONE {
            LONGEST_UNOBSERVED_SECONDS
        } else {
            i64::from(self.vault.monitor_params.breakers.longest_gap_seconds)
        };
        (due || rested >= rest).then_some(CrankAction::Mark)
    }

    /// Returns the vault's monitor as `mark` would leave it; `None` without a live price.
    fn marked(&self) -> Option<VaultMonitor> {
        let prices = self.prices(Purpose::Monitor)?;
        let position = (self.position)(prices.bounds.mid);
        match position.and_then(|position| self.appraise(self.vault, prices, position)) {
            Some(appraisal) => Some(appraisal.monitor),
            None => {
                let unanswered = VaultObservation {
                    share_value: None,
                    venue_answers: false,
                };
                let (monitor, params) = (&self.vault.monitor, &self.vault.monitor_params);
                Some(monitor.observe(&unanswered, params, self.now).monitor)
            }
        }
    }

    /// Returns a move of collateral and an order, where they are due. `None` if there is no price
    /// to trade at.
    fn trade(&self) -> Option<(Option<CrankAction>, Option<CrankAction>)> {
        let prices = self.prices(Purpose::Trade)?;
        let mut position = (self.position)(prices.bounds.mid)?;
        let mut appraisal = self.appraise(self.vault, prices, position)?;
        let movement = appraisal.collateral_due()?.filter(|_| position.queued_withdrawal == 0);
        // A withdrawal may end up in the venue's queue, so the order is planned as if it had not
        // arrived.
        let mut vault = *self.vault;
        if let Some(CollateralMove::Deposit(amount)) = movement {
            vault.cash = vault.cash.checked_sub(amount)?;
            position.collateral = position.collateral.checked_add(amount)?;
            appraisal = self.appraise(&vault, prices, position)?;
        }
        let terms = self.terms?;
        let rebalance = appraisal
            .order(RebalanceReason::Limits, &terms)
            .map(CrankAction::Rebalance);
        let unwind = || {
            let is_waiting = self.vault.pending_redemption_shares > Shares::ZERO;
            let order = is_waiting
                .then(|| appraisal.order(RebalanceReason::Redemption, &terms))
                .flatten();
            order.map(CrankAction::Unwind)
        };
        Some((movement.map(CrankAction::MoveCollateral), rebalance.or_else(unwind)))
    }
}
