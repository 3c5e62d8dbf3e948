//! What to crank next: everything that a keeper decides for a vault.
//!
//! The program checks what keepers propose with the same functions that propose here, so a plan is
//! refused only if the chain has moved on.

use crate::advance::{advance, Liquid};
use crate::appraisal::{Appraisal, AppraisalInputs};
use crate::batch::Batch;
use crate::collateral::CollateralMove;
use crate::monitor::{VaultMonitor, VaultObservation};
use crate::prices::{MarketPrices, Purpose};
use crate::pricing;
use crate::quarantine::VENUE;
use crate::state::VaultState;
use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::MarketObservation;
use ballast_core_market::price_clock::Source;
use ballast_core_market::MarketView;
use ballast_core_types::{Lots, Position, Price, Shares, TradingTerms, UnixTime};

/// The longest that the vault goes without being observed, seconds: what a share drifts in a week
/// is no jump.
pub const LONGEST_UNOBSERVED_SECONDS: i64 = 3_600;

/// The longest that a market goes without being observed while a newer price is there, seconds:
/// half of what a price may be old between members.
pub const OBSERVE_AFTER_SECONDS: u32 = 30;

/// One thing to crank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrankAction {
    /// Take the new price in.
    Observe,
    /// Declare that a source is silent.
    DeclareSilence(Source),
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
    /// Trade down for the batch of that number, whose holders leave.
    Unwind(u64, Lots),
    /// Price the batch of that number, or fill it further.
    PriceBatch(u64),
    /// Advance the batch of that number its part of what is liquid.
    ExitLiquid(u64),
}

impl CrankAction {
    /// Returns a word for logs and metrics: the instruction's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::DeclareSilence(_) => "declare_silence",
            Self::Fulfil => "fulfil",
            Self::CollectWithdrawal => "collect_withdrawal",
            Self::MoveCollateral(_) => "move_collateral",
            Self::Mark => "mark",
            Self::Rebalance(_) => "rebalance",
            Self::Unwind(..) => "unwind",
            Self::PriceBatch(_) => "price_batch",
            Self::ExitLiquid(_) => "exit_liquid",
        }
    }
}

/// The actions of one transaction, in order.
pub type Plan = [Option<CrankAction>; 4];

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct CrankInputs<'a> {
    /// The risk market, as stored.
    pub market: MarketView,
    /// What an observation would see now; `None` if one would be refused.
    pub observation: Option<MarketObservation>,
    /// The vault, as stored.
    pub vault: &'a VaultState,
    /// The position at the venue, its funding brought up to date at a price; `None` if the venue
    /// cannot be read.
    pub position: &'a dyn Fn(Price) -> Option<Position>,
    /// What trading at the venue costs; `None` if it cannot be read.
    pub terms: Option<TradingTerms>,
    /// Shares that are minted.
    pub minted: Shares,
    /// The batches that somebody waits for, by number, in order.
    pub batches: &'a [(u64, Batch)],
    /// Slot of the last rebalance or unwind: no batch is priced in it.
    pub traded_slot: u64,
    /// Chain time.
    pub now: Now,
}

/// Returns the actions due now, in the order to send them: one transaction, all or nothing.
///
/// What depends on the outcome of a trade (collateral that becomes spare, a second slice) is left
/// for the next plan. A new price is taken in where something rests on it: whatever is due at it,
/// a breaker that it trips or resets, and time itself ([`OBSERVE_AFTER_SECONDS`]). What is due at
/// the price that the market keeps goes without it while that is young enough to land.
pub fn plan(inputs: &CrankInputs) -> Plan {
    if let Some(advance) = inputs.exit_liquid() {
        return [Some(advance), None, None, None];
    }
    if !inputs.market.needs_observation(PriceUse::Trade, inputs.now) {
        let actions = inputs.actions();
        if actions.iter().any(Option::is_some) {
            return with_first(None, actions);
        }
    }
    let Some(market) = observed(inputs) else {
        return with_first(inputs.silence(), inputs.actions());
    };
    let after = CrankInputs { market, ..*inputs };
    let actions = after.actions();
    let is_due = actions.iter().any(Option::is_some)
        || inputs.market.age(inputs.now) >= OBSERVE_AFTER_SECONDS
        || tripped(&market) != tripped(&inputs.market);
    let observe = is_due.then_some(CrankAction::Observe);
    with_first(observe.or_else(|| inputs.silence()), actions)
}

fn with_first(first: Option<CrankAction>, actions: [Option<CrankAction>; 3]) -> Plan {
    let [second, third, last] = actions;
    [first, second, third, last]
}

fn tripped(market: &MarketView) -> Option<BreakerSet> {
    market.state.as_ref().map(|state| state.breakers.tripped)
}

/// Returns the market as the program will have it after an observation; `None` if none would change
/// it.
fn observed(inputs: &CrankInputs) -> Option<MarketView> {
    let market = inputs.market;
    let state = market.observe(inputs.observation.as_ref()?, inputs.now).ok()??;
    Some(MarketView {
        state: Some(state),
        ..market
    })
}

impl CrankInputs<'_> {
    /// Returns what is due at the market as it is.
    fn actions(&self) -> [Option<CrankAction>; 3] {
        // Nothing that a venue in quarantine refuses, or that is due there again and again, keeps
        // the time from running for which it has to be sound, or anybody from leaving without it.
        if let Some(first) = self.beside_quarantine() {
            return [None, None, Some(first)];
        }
        // What waits at the venue does not depend on a price; a venue that cannot be read is what
        // `mark` remembers.
        let Some(held) = self.held() else {
            return [None, None, self.mark()];
        };
        // What may be refused goes alone: it would take all of its transaction along.
        let is_ready = held.queued_withdrawal > 0 && self.now.unix_time >= held.queued_ready_at;
        let collect = is_ready.then_some(CrankAction::CollectWithdrawal);
        // A venue that does not answer trades nothing. It may pay all the same, and `mark` keeps in
        // mind that it does not answer: they take turns.
        if !held.is_operational {
            let is_turn = self.now.slot & 1 == 0;
            return [None, None, collect.filter(|_| is_turn).or_else(|| self.mark())];
        }
        if collect.is_some() {
            return [None, None, collect];
        }
        if held.in_flight != Lots::ZERO {
            let is_due = self.now.slot > held.in_flight_since_slot;
            let fulfil = is_due.then_some(CrankAction::Fulfil);
            return [None, None, fulfil.or_else(|| self.mark())];
        }
        // A batch that waits is priced before the book is traded for it, never in its slot, and
        // before collateral takes the cash that it is filled with.
        if let Some(pricing) = self.pricing() {
            return [None, None, Some(pricing)];
        }
        let (collateral, order) = self.trade().unwrap_or_default();
        match (collateral, order) {
            // An order needs what it is margined with.
            (Some(CrankAction::MoveCollateral(CollateralMove::Deposit(_))), Some(CrankAction::Rebalance(_))) => {
                [None, collateral, order]
            }
            (_, Some(CrankAction::Rebalance(_))) => [None, None, order],
            // A venue may refuse one of them for as long as it likes: they take turns.
            (Some(_), Some(_)) if self.now.slot & 1 == 0 => [None, None, order],
            (Some(_), _) => [None, None, collateral],
            (None, Some(_)) => [None, None, order],
            // Whatever trades or moves collateral observes too.
            (None, None) => [None, None, self.mark()],
        }
    }

    /// Returns what is due while a venue is in quarantine, and asks nothing of it: a check, since
    /// time counts from one to the next, or the pricing of a batch.
    fn beside_quarantine(&self) -> Option<CrankAction> {
        let case = self.vault.cases.of(VENUE)?;
        let since = UnixTime(self.now.unix_time).seconds_since(case.checked_at);
        let is_due = since >= i64::from(self.vault.monitor_params.breakers.longest_gap_seconds);
        // Without a price of now it would be refused.
        let prices = self.prices(Purpose::Monitor);
        let check = prices.filter(|_| is_due).map(|_| CrankAction::Mark);
        check.or_else(|| self.pricing())
    }

    /// Returns the pricing of a batch that is due: of the oldest unpriced one, or of the one that
    /// waits first in line, if that ends it or fills a hundredth of what waits.
    fn pricing(&self) -> Option<CrankAction> {
        if self.now.slot == self.traded_slot {
            return None;
        }
        let prices = self.prices(Purpose::Batch)?;
        let position = (self.position)(prices.bounds.mid);
        let appraisal = self.appraise(self.vault, prices, position)?;
        let is_due = |number: u64, batch: &Batch| {
            let is_worth_it = |pricing: &pricing::Pricing| {
                let waits = batch.redemptions.left.0;
                batch.priced_at.is_none() || pricing.batch.is_filled() || pricing.burnt.0 > waits / 100
            };
            pricing::price(&appraisal, batch, number).is_ok_and(|pricing| is_worth_it(&pricing))
        };
        let due = self.batches.iter().find(|(number, batch)| is_due(*number, batch));
        due.map(|(number, _)| CrankAction::PriceBatch(*number))
    }

    /// Returns the advance that is due: no state of anything is in its way, so it goes alone. One
    /// that adds less than a hundredth to what the batch has is not worth a transaction.
    fn exit_liquid(&self) -> Option<CrankAction> {
        let now = UnixTime(self.now.unix_time);
        let is_due = |number: u64, batch: &Batch| {
            let liquid = Liquid {
                vault: self.vault,
                minted: self.minted,
                number,
                now,
            };
            let advanced = advance(batch, &liquid);
            advanced.is_ok_and(|advanced| advanced.amount > batch.redemptions.advanced / 100)
        };
        let due = self.batches.iter().find(|(number, batch)| is_due(*number, batch));
        due.map(|(number, _)| CrankAction::ExitLiquid(*number))
    }

    /// Returns the batch of which something is left to unwind.
    fn unwinding(&self, appraisal: &Appraisal, terms: &TradingTerms) -> Option<CrankAction> {
        self.batches.iter().find_map(|(number, batch)| {
            let order = appraisal.unwinding_order(batch.redemptions.lots_left, terms)?;
            Some(CrankAction::Unwind(*number, order))
        })
    }

    /// Returns a declaration that is due: of a source of which there is nothing newer.
    fn silence(&self) -> Option<CrankAction> {
        let newer = |source: Source| {
            let observation = self.observation.as_ref();
            observation.is_some_and(|seen| source.of([seen.price, seen.second]).is_some())
        };
        let due = |source: Source| !newer(source) && self.market.declare(source, self.now).is_ok();
        let source = [Source::First, Source::Second].into_iter().find(|source| due(*source));
        source.map(CrankAction::DeclareSilence)
    }

    /// Returns the vault's position, as far as no price has a part in it.
    fn held(&self) -> Option<Position> {
        (self.position)(self.market.state.as_ref()?.signals.price)
    }

    /// Returns the market's prices for a purpose, as the program would read them.
    fn prices(&self, purpose: Purpose) -> Option<MarketPrices> {
        MarketPrices::read(&self.market, purpose, self.now).ok()
    }

    fn appraise<'a>(
        &self,
        vault: &'a VaultState,
        prices: MarketPrices,
        position: Option<Position>,
    ) -> Option<Appraisal<'a>> {
        Appraisal::new(&AppraisalInputs {
            vault,
            prices,
            position,
            minted: self.minted,
            now: self.now,
        })
    }

    /// Returns `mark`, where it is worth a transaction: it would trip or reset something, the venue
    /// fails once more or no longer, or time has come while a breaker is active (its cooldown has
    /// to be observed, a longest gap at a time) or at the latest after
    /// [`LONGEST_UNOBSERVED_SECONDS`].
    fn mark(&self) -> Option<CrankAction> {
        if self.vault.fees.supply(self.minted) == Shares::ZERO {
            return None;
        }
        let was = &self.vault.monitor;
        let is = self.marked()?;
        let due = was.breakers.tripped != is.breakers.tripped || is.venue_failures != was.venue_failures;
        let rested = self.now.unix_time.saturating_sub(was.breakers.updated_at);
        let rest = if was.breakers.tripped == BreakerSet::NONE {
            LONGEST_UNOBSERVED_SECONDS
        } else {
            i64::from(self.vault.monitor_params.breakers.longest_gap_seconds)
        };
        (due || rested >= rest).then_some(CrankAction::Mark)
    }

    /// Returns the vault's monitor as `mark` would leave it; `None` without a price.
    fn marked(&self) -> Option<VaultMonitor> {
        let prices = self.prices(Purpose::Monitor)?;
        let position = (self.position)(prices.bounds.mid);
        match self.appraise(self.vault, prices, position) {
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
        let mut appraisal = self.appraise(self.vault, prices, Some(position))?;
        let movement = appraisal.collateral_due()?.filter(|_| position.queued_withdrawal == 0);
        // A withdrawal may end up in the venue's queue, so the order is planned as if it had not
        // arrived.
        let mut vault = *self.vault;
        if let Some(CollateralMove::Deposit(amount)) = movement {
            vault.ledger.cash = vault.ledger.cash.checked_sub(amount)?;
            position.collateral = position.collateral.checked_add(amount)?;
            appraisal = self.appraise(&vault, prices, Some(position))?;
        }
        let terms = self.terms?;
        if self.now.slot == self.vault.queue.priced_slot {
            return Some((movement.map(CrankAction::MoveCollateral), None));
        }
        let rebalance = appraisal.order(&terms).map(CrankAction::Rebalance);
        let unwind = || self.unwinding(&appraisal, &terms);
        Some((movement.map(CrankAction::MoveCollateral), rebalance.or_else(unwind)))
    }
}
