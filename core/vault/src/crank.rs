//! What to crank next: everything that a keeper decides for a vault.
//!
//! The program checks what keepers propose with the same functions that propose here, so a plan is
//! refused only if the chain has moved on.

use crate::advance::{advance, Liquid};
use crate::batch::Batch;
use crate::collateral::CollateralMove;
use crate::places::{at, MAX_LEGS, MAX_MARKETS};
use crate::planner::{LegOrder, Orders, Terms};
use crate::prices::Purpose;
use crate::pricing;
use crate::state::VaultState;

use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::MarketObservation;
use ballast_core_market::price_clock::Source;
use ballast_core_market::MarketView;
use ballast_core_types::{Lots, Position, Price, Shares, UnixTime};
use core::array::from_fn;
use trade::Trades;

mod mark;
mod reading;
mod trade;

/// The longest that the vault goes without being observed, seconds: what a share drifts in a week
/// is no jump.
pub const LONGEST_UNOBSERVED_SECONDS: i64 = 3_600;

/// The longest that a market goes without being observed while a newer price is there, seconds:
/// half of what a price may be old between members.
pub const OBSERVE_AFTER_SECONDS: u32 = 30;

/// One thing to crank. Markets and legs are named by their place in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrankAction {
    /// Take the new price of a market in.
    Observe(usize),
    /// Declare that a source of a market is silent.
    DeclareSilence(usize, Source),
    /// Execute the order the venue of a leg has kept.
    Fulfil(usize),
    /// Fetch a withdrawal the venue of a leg has queued.
    CollectWithdrawal(usize),
    /// Bring the collateral of a leg to its due amount.
    MoveCollateral(usize, CollateralMove),
    /// Observe the vault.
    Mark,
    /// Trade back into the limits.
    Rebalance(Orders),
    /// Trade down for the batch of that number, whose holders leave.
    Unwind(u64, LegOrder),
    /// Price the batch of that number, or fill it further.
    PriceBatch(u64),
    /// Advance the batch of that number its part of what is liquid.
    ExitLiquid(u64),
}

impl CrankAction {
    /// Returns a word for logs and metrics: the instruction's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Observe(_) => "observe",
            Self::DeclareSilence(..) => "declare_silence",
            Self::Fulfil(_) => "fulfil",
            Self::CollectWithdrawal(_) => "collect_withdrawal",
            Self::MoveCollateral(..) => "move_collateral",
            Self::Mark => "mark",
            Self::Rebalance(_) => "rebalance",
            Self::Unwind(..) => "unwind",
            Self::PriceBatch(_) => "price_batch",
            Self::ExitLiquid(_) => "exit_liquid",
        }
    }
}

/// The actions of one transaction, in order: what the markets take in or are declared first, then
/// what is done.
pub type Plan = [Option<CrankAction>; MAX_MARKETS + DONE];

/// The most that is done in one transaction beside observing.
const DONE: usize = 3;

/// A market of a vault.
#[derive(Clone, Copy)]
pub struct CrankMarket {
    /// The risk market, as stored.
    pub view: MarketView,
    /// What an observation would see now; `None` if one would be refused.
    pub observation: Option<MarketObservation>,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct CrankInputs<'a> {
    /// The risk markets, each in its place.
    pub markets: &'a [CrankMarket],
    /// The vault, as stored.
    pub vault: &'a VaultState,
    /// The position of the leg at a place, its funding brought up to date at a price; `None` if the
    /// venue cannot be read.
    pub position: &'a dyn Fn(usize, Price) -> Option<Position>,
    /// What trading at each leg's venue costs.
    pub terms: Terms,
    /// Shares that are minted.
    pub minted: Shares,
    /// The batches that somebody waits for, by number, in order.
    pub batches: &'a [(u64, Batch)],
    /// Slot of the last rebalance or unwind: no batch is priced in it.
    pub traded_slot: u64,
    /// Chain time.
    pub now: Now,
}

/// The markets of a vault as they are, or will be.
type Views = [Option<MarketView>; MAX_MARKETS];

/// Returns the actions due now, in the order to send them: one transaction, all or nothing.
///
/// What depends on the outcome of a trade (collateral that becomes spare, a second slice) is left
/// for the next plan. A new price is taken in where something rests on it: whatever is due at it,
/// a breaker that it trips or resets, and time itself ([`OBSERVE_AFTER_SECONDS`]). What is due at
/// the prices that the markets keep goes without it while those are young enough to land.
pub fn plan(inputs: &CrankInputs) -> Plan {
    if let Some(advance) = inputs.exit_liquid() {
        return planned([None; MAX_MARKETS], [None, None, Some(advance)]);
    }
    let views: Views = from_fn(|place| inputs.markets.get(place).map(|market| market.view));
    let stored = At { inputs, views };
    let is_young = |market: &CrankMarket| !market.view.needs_observation(PriceUse::Trade, inputs.now);
    if inputs.markets.iter().all(is_young) {
        let actions = stored.actions();
        if actions.iter().any(Option::is_some) {
            return planned([None; MAX_MARKETS], actions);
        }
    }
    let seen: Views = from_fn(|place| observed(inputs.markets.get(place)?, inputs.now));
    let after = At {
        inputs,
        views: from_fn(|place| at(&seen, place).or(at(&views, place))),
    };
    let actions = after.actions();
    let is_due = actions.iter().any(Option::is_some);
    let first = from_fn(|place| {
        let market = inputs.markets.get(place)?;
        let observed = seen.get(place)?.as_ref();
        let observe = observed.filter(|observed| {
            let is_old = market.view.age(inputs.now) >= OBSERVE_AFTER_SECONDS;
            is_due || is_old || tripped(observed) != tripped(&market.view)
        });
        let observe = observe.map(|_| CrankAction::Observe(place));
        observe.or_else(|| silence(place, market, inputs.now))
    });
    // A declaration goes without what is due: what is refused would undo it.
    let declares = first
        .iter()
        .any(|first| matches!(first, Some(CrankAction::DeclareSilence(..))));
    planned(first, if declares { [None; DONE] } else { actions })
}

fn planned(first: [Option<CrankAction>; MAX_MARKETS], [second, third, last]: [Option<CrankAction>; DONE]) -> Plan {
    let [one, two, three, four] = first;
    [one, two, three, four, second, third, last]
}

fn tripped(market: &MarketView) -> Option<BreakerSet> {
    market.state.as_ref().map(|state| state.breakers.tripped)
}

/// Returns a market as the program will have it after an observation; `None` if none would change
/// it.
fn observed(market: &CrankMarket, now: Now) -> Option<MarketView> {
    let state = market.view.observe(market.observation.as_ref()?, now).ok()??;
    Some(MarketView {
        state: Some(state),
        ..market.view
    })
}

/// Returns a declaration that is due: of a source of which there is nothing newer.
fn silence(place: usize, market: &CrankMarket, now: Now) -> Option<CrankAction> {
    let newer = |source: Source| {
        let observation = market.observation.as_ref();
        observation.is_some_and(|seen| source.of([seen.price, seen.second]).is_some())
    };
    let due = |source: Source| !newer(source) && market.view.declare(source, now).is_ok();
    let source = [Source::First, Source::Second].into_iter().find(|source| due(*source));
    source.map(|source| CrankAction::DeclareSilence(place, source))
}

/// A vault at its markets as they are, or will be.
struct At<'a> {
    inputs: &'a CrankInputs<'a>,
    views: Views,
}

impl CrankInputs<'_> {
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
}

impl At<'_> {
    /// Returns what is due at the markets as they are.
    fn actions(&self) -> [Option<CrankAction>; DONE] {
        // Nothing that a venue in quarantine refuses, or that is due there again and again, keeps
        // the time from running for which it has to be sound, or anybody from leaving without it.
        if let Some(first) = self.beside_quarantine() {
            return alone(Some(first));
        }
        // What waits at a venue does not depend on a price; one that cannot be read is what `mark`
        // remembers, and so is one that does not answer. That may pay all the same: they take
        // turns.
        let now = self.inputs.now;
        let held = self.held();
        let is_turn = now.slot & 1 == 0;
        let is_missing = |held: &Option<Position>| !held.is_some_and(|held| held.is_operational);
        let is_noticed = held.iter().any(|(_, held)| is_missing(held)) || self.has_been_silent();
        if is_noticed && !is_turn {
            if let Some(mark) = self.mark() {
                return alone(Some(mark));
            }
        }
        // What may be refused goes alone, since it would take all of its transaction along, and in
        // turns with what else is due: a venue may refuse it for as long as it likes.
        let waiting = self.waiting(&held);
        if let Some(waiting) = waiting.filter(|_| is_turn) {
            return alone(Some(waiting));
        }
        // A batch that waits is priced before the book is traded for it, never in its slot, and
        // before collateral takes the cash that it is filled with.
        if let Some(pricing) = self.pricing() {
            return alone(Some(pricing));
        }
        let Trades {
            deposits: [first, second],
            movement,
            order,
        } = self.trade().unwrap_or_default();
        match (movement, order) {
            // An order needs what it is margined with.
            (_, Some(CrankAction::Rebalance(_))) => [first, second, order],
            // A venue may refuse one of them for as long as it likes: they take turns.
            (Some(_), Some(_)) if is_turn => alone(order),
            (Some(_), _) => alone(movement),
            (None, Some(_)) => alone(order),
            // Whatever trades or moves collateral observes too.
            (None, None) => alone(waiting.or_else(|| self.mark())),
        }
    }

    /// Returns what waits at a venue and can be had now: a withdrawal that is ready, or an order
    /// that can be executed. The legs take turns.
    fn waiting(&self, held: &[(usize, Option<Position>); MAX_LEGS]) -> Option<CrankAction> {
        let now = self.inputs.now;
        let prices = self.prices(Purpose::Trade);
        let has_price = |place: usize| {
            let of = prices.as_ref()?.of(self.inputs.vault.market_of(place)?)?;
            Some(of.refusal.is_none())
        };
        let of = |(place, held): &(usize, Option<Position>)| {
            let (place, held) = (*place, held.as_ref()?);
            if held.queued_withdrawal > 0 && now.unix_time >= held.queued_ready_at {
                return Some(CrankAction::CollectWithdrawal(place));
            }
            let is_due = held.is_operational && held.in_flight != Lots::ZERO && now.slot > held.in_flight_since_slot;
            (is_due && has_price(place)?).then_some(CrankAction::Fulfil(place))
        };
        let count = held.iter().filter_map(of).count();
        let turn = usize::try_from(now.slot >> 1).unwrap_or(0).checked_rem(count)?;
        held.iter().filter_map(of).nth(turn)
    }

    /// Returns what is due while a venue is in quarantine, and asks nothing of it: a check, since
    /// time counts from one to the next, or the pricing of a batch.
    fn beside_quarantine(&self) -> Option<CrankAction> {
        let vault = self.inputs.vault;
        let gap = i64::from(vault.monitor_params.breakers.longest_gap_seconds);
        let now = UnixTime(self.inputs.now.unix_time);
        if !vault.cases.is_quarantined() {
            return None;
        }
        // A check without a price would not count.
        let prices = self.prices(Purpose::Monitor);
        let has_price = |market: usize| {
            let of = prices.as_ref().and_then(|prices| prices.of(market));
            of.is_some_and(|of| of.refusal.is_none())
        };
        let is_due = |(place, market): (usize, usize)| {
            let case = vault.cases.of(place);
            case.is_some_and(|case| now.seconds_since(case.checked_at) >= gap) && has_price(market)
        };
        let check = vault.legs().any(is_due).then_some(CrankAction::Mark);
        check.or_else(|| self.pricing())
    }

    /// Returns the pricing of a batch that is due: of the oldest unpriced one, or of the one that
    /// waits first in line, if that ends it or fills a hundredth of what waits.
    fn pricing(&self) -> Option<CrankAction> {
        if self.inputs.now.slot == self.inputs.traded_slot {
            return None;
        }
        let prices = self.prices(Purpose::Batch)?;
        let appraisal = self.appraise(self.inputs.vault, prices, self.positions(&prices))?;
        let is_due = |number: u64, batch: &Batch| {
            let is_worth_it = |pricing: &pricing::Pricing| {
                let waits = batch.redemptions.left.0;
                batch.priced_at.is_none() || pricing.batch.is_filled() || pricing.burnt.0 > waits / 100
            };
            pricing::price(&appraisal, batch, number).is_ok_and(|pricing| is_worth_it(&pricing))
        };
        let due = self
            .inputs
            .batches
            .iter()
            .find(|(number, batch)| is_due(*number, batch));
        due.map(|(number, _)| CrankAction::PriceBatch(*number))
    }
}

/// Returns an action that takes no other along.
const fn alone(action: Option<CrankAction>) -> [Option<CrankAction>; DONE] {
    [None, None, action]
}
