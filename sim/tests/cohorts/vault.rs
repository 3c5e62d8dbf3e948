//! A vault in the middle of a run: what it trades in an hour, what that costs, and what its keepers
//! are paid.

use super::{ratio, UNIT};
use ballast_core_market::breaker::{permitted, BreakerSet};
use ballast_core_types::{value_floor, Lots, Price, PriceBounds, Ratio, TradingTerms, UnixTime, Value};
use ballast_core_vault::directional::Outlook;
use ballast_core_vault::keeper_pay::{KeeperPay, KeeperPayPolicy, Purse, Trade};
use ballast_core_vault::monitor::{LeakyWindow, SLICE_SECONDS};
use ballast_core_vault::places::{MAX_LEGS, MAX_MARKETS};
use ballast_core_vault::planner::{orders, PlanInputs};
use ballast_core_vault::prices::{MarketPrices, Prices, Purpose};
use ballast_core_vault::rebalance::{Exposure, LegExposure, RebalancePolicy};
use ballast_core_vault::risk_cost::RiskCost;
use ballast_core_vault::targets::Targets;

/// What keepers get: half a basis point of what they trade at the most, and a cent an hour.
const AVERSION: u32 = 100;

pub fn keepers() -> KeeperPayPolicy {
    KeeperPayPolicy {
        rate: ratio("0.00005"),
        task: UNIT / 100,
        aversion: AVERSION,
    }
}

/// An hour of a market: its price, what the vault sees of it, and what trading costs then.
pub struct Hour {
    pub time: i64,
    pub price: Price,
    pub outlook: Outlook,
    /// Half-spread and fee, and impact for each share of the vault that is traded.
    pub cost: [f64; 2],
}

/// The prices of an hour, as a vault reads them.
fn prices_of(hour: &Hour) -> Prices {
    let of = MarketPrices {
        bounds: PriceBounds {
            low: hour.price,
            mid: hour.price,
            high: hour.price,
        },
        slow: hour.price,
        active: BreakerSet::NONE,
        is_admitted: true,
        refusal: None,
        silent_for: None,
        published_at: UnixTime(hour.time),
        clock_tolerance: 0,
        outlook: hour.outlook,
    };
    Prices {
        purpose: Purpose::Trade,
        markets: [Some(of), None, None, None],
    }
}

/// A vault in the middle of a run.
pub struct Vault {
    pub cash: f64,
    pub lots: i64,
    pub high: Ratio,
    pub slice: LeakyWindow,
    pub keepers: KeeperPay,
}

impl Vault {
    pub fn nav(&self, price: f64) -> f64 {
        self.cash + self.lots as f64 * price
    }

    /// Trades what is due; returns its cost, and what whoever did it was paid.
    pub fn trade(&mut self, hour: &Hour, targets: &Targets, rebalance: &RebalancePolicy) -> Option<[f64; 2]> {
        let nav = Value(self.nav(hour.price.fixed().to_num()) as i64);
        let delta = value_floor(Lots(self.lots), hour.price)?;
        let leg = LegExposure {
            market: 0,
            lots: Lots(self.lots),
            lots_if_filled: Lots(self.lots),
            delta,
            delta_if_filled: delta,
            leaving: [Lots::ZERO; 2],
        };
        let mut book = Exposure {
            legs: [None; MAX_LEGS],
            nav,
        };
        book.legs[0] = Some(leg);
        let traded = self.slice.left_ceil(hour.time, SLICE_SECONDS);
        let slice_left = Value(rebalance.slice.of_floor(nav)?.0 - traded as i64);
        let terms = TradingTerms {
            half_spread: Ratio::ZERO,
            taker_fee: Ratio::ZERO,
            depth_one_percent: nav,
        };
        let inputs = PlanInputs {
            policy: rebalance,
            permissions: [permitted(BreakerSet::NONE, true); MAX_MARKETS],
            targets,
            exposure: &book,
            prices: &prices_of(hour),
            slice_left,
            spare: Value::ZERO,
            terms: &[Some(terms); MAX_LEGS],
        };
        let [order, ..] = orders(&inputs, |_| true)?;
        let lots = order?.lots;
        let price: f64 = hour.price.fixed().to_num();
        let notional = (lots.0 as f64 * price).abs();
        let [flat, impact] = hour.cost;
        let cost = notional * (flat + impact * notional / nav.0 as f64);
        self.cash -= lots.0 as f64 * price + cost;
        self.lots += lots.0;
        self.slice = self.slice.add(notional as u64, hour.time, SLICE_SECONDS);
        let was = book.deltas();
        let mut is = was;
        is[0] = value_floor(Lots(self.lots), hour.price)?;
        let removed = RiskCost {
            aversion: AVERSION,
            nav,
            outlooks: &[Some(hour.outlook), None, None, None],
            targets,
        };
        let trade = Trade {
            reason: targets.reason(&was)?,
            traded: Value(notional as i64),
            cost: Value(cost as i64),
            risk_removed: removed.fall_floor(&was, &is),
        };
        let earned = keepers().of_trade(&trade, rebalance);
        let purse = self.purse(hour);
        let paid = self.keepers.paid(earned, &purse);
        Some([cost, self.pay(paid)])
    }

    pub fn purse(&self, hour: &Hour) -> Purse {
        Purse {
            cash: u64::MAX,
            nav: Value(self.nav(hour.price.fixed().to_num()) as i64),
            now: hour.time,
        }
    }

    pub fn pay(&mut self, (amount, after): (u64, KeeperPay)) -> f64 {
        self.keepers = after;
        self.cash -= amount as f64;
        amount as f64
    }
}
