//! What comes and goes with one pricing: how far it can be filled, and what it is charged.

use super::fill::{fill, Fill, Means};
use crate::appraisal::Appraisal;
use crate::batch::Batch;
use crate::exposure::Wants;
use crate::fees::{FeeFlow, FeesAfter};
use crate::leaving::{self, Leaving};
use crate::ledger::Ledger;
use crate::levy::{levy, NetFlow};
use crate::outflow::Outflow;
use crate::places::{PerMarket, MAX_LEGS, MAX_MARKETS};
use crate::quarantine::Cases;
use crate::shares::Pool;
use crate::targets::{gross, Targets};
use ballast_core_types::{value_floor, Shares, UnixTime, Value};

/// What comes and goes at once.
pub(super) struct Flows<'a> {
    appraisal: &'a Appraisal<'a>,
    /// What is wanted of each market, whatever comes or goes.
    wants: Wants,
    pub(super) nav_high: Value,
    /// Before the fill, the batch's own redemptions included.
    leaving: Leaving,
    /// Deposits that come in, quote base units.
    pub(super) deposited: u64,
    /// What the book is outside by before anything comes or goes.
    outside: Value,
    /// Targets once the deposits have come in, if nobody left beside them.
    entered: Targets,
    /// What the deposits are charged then, and at most: never more than half of them.
    at_most: u64,
    /// What has left at a price before.
    pub(super) outflow: Outflow,
}

impl<'a> Flows<'a> {
    /// Returns the flows of deposits that come in, before anything is filled. `None` on overflow.
    #[inline(never)]
    pub(super) fn new(appraisal: &'a Appraisal<'a>, nav_high: Value, leaving: Leaving, deposited: u64) -> Option<Self> {
        let wants = appraisal.wants()?;
        let before = appraisal.targets_of(&wants, &appraisal.pool(), leaving.shares)?;
        let mut flows = Self {
            appraisal,
            wants,
            nav_high,
            leaving,
            deposited,
            outside: Value::ZERO,
            entered: before,
            at_most: 0,
            outflow: appraisal.vault.outflow.drained(
                appraisal.vault.policy.outflow,
                appraisal.nav.low,
                UnixTime(appraisal.now.unix_time),
                appraisal.vault.leaving.shares != Shares::ZERO,
            )?,
        };
        flows.outside = flows.outside_after(&leaving, &before)?;
        if deposited > 0 {
            flows.entered = flows.targets_after(&Fill::default())?;
            flows.at_most = flows.levy(&Fill::default(), &flows.entered)?.min(deposited >> 1);
        }
        Some(flows)
    }

    /// Returns the vault's cases of quarantine, before the fill.
    pub(super) const fn cases(&self) -> &'a Cases {
        &self.appraisal.vault.cases
    }

    /// Returns the vault and its fees once what is filled has left, and `comes_in` has bought
    /// `minted` shares. `None` on overflow.
    pub(super) fn fees(&self, fill: &Fill, comes_in: u64, minted: Shares) -> Option<FeesAfter> {
        let appraisal = self.appraisal;
        let low = appraisal.nav.low;
        let before_fee = low.checked_add(Value::from_amount(appraisal.performance_fee)?)?;
        let flow = FeeFlow {
            pool: appraisal.pool().worth(before_fee),
            is_quarantined: self.cases().is_quarantined(),
            minted,
            paid_in: self.deposited,
            comes_in,
            burnt: fill.shares,
            goes_out: fill.pay.checked_add(fill.advance)?.checked_add(fill.unwind_cost)?,
            owes: fill.owes,
        };
        appraisal.fees.after(&appraisal.vault.policy.fees, &flow)
    }

    /// Returns the fees once what is due of them has become shares: at a price at which others
    /// come, and while no advance is out, since what one has paid too much is taken from the fee
    /// first. `None` on overflow.
    pub(super) fn crystallised(&self, fees: FeesAfter, ledger: &Ledger) -> Option<FeesAfter> {
        let appraisal = self.appraisal;
        let now = UnixTime(appraisal.now.unix_time);
        let may = appraisal.prices.are_admitted() && ledger.advances == 0 && !self.cases().is_quarantined();
        if !may || !fees.ledger.is_due(now) {
            return Some(fees);
        }
        fees.crystallised(&appraisal.vault.policy.fees, now)
    }

    /// Returns the low net asset value behind the flow, after the performance fee. `None` on
    /// overflow.
    pub(super) fn net(&self, fees: &FeesAfter) -> Option<Value> {
        let is_quarantined = self.cases().is_quarantined();
        fees.net(&self.appraisal.vault.policy.fees, is_quarantined)
    }

    /// Returns how far the batch is filled with the cash there is then, without what the levy
    /// on the deposits takes at most, as far as the day's outflow goes, and as far as the cap of
    /// what stays has room.
    pub(super) fn fill(&self, batch: &Batch) -> Option<Fill> {
        if batch.redemptions.left == Shares::ZERO {
            return Some(Fill::default());
        }
        let comes_in = self.deposited.checked_sub(self.at_most)?;
        let cash = self.appraisal.vault.ledger.cash.checked_add(comes_in)?;
        let room = self.outflow.room(self.appraisal.vault.policy.outflow)?;
        let staying = gross(&self.staying(&self.leaving)?).positive_part();
        let mut held = [None; MAX_LEGS];
        for ((_, leg), held) in self.appraisal.portfolio.legs().zip(&mut held) {
            *held = Some((leg.position.lots, self.appraisal.prices.mid(leg.market)?));
        }
        let means = Means {
            pool: self.appraisal.pool(),
            cash: cash.min(comes_in.checked_add(room)?),
            room: self.entered.cap.positive_part().saturating_sub(staying),
            held,
        };
        fill(&batch.redemptions, &means)
    }

    /// Returns what the net side is charged.
    pub(super) fn charged(&self, fill: &Fill) -> Option<u64> {
        if fill.shares == Shares::ZERO {
            return Some(self.at_most);
        }
        let levied = self.levy(fill, &self.targets_after(fill)?)?;
        // The fill left no more cash than this for it.
        let most = if self.is_net_deposit(fill) {
            self.at_most
        } else {
            fill.pay
        };
        Some(levied.min(most))
    }

    /// Returns the levy on what comes and goes, `after` being the targets then.
    fn levy(&self, fill: &Fill, after: &Targets) -> Option<u64> {
        let appraisal = self.appraisal;
        let mid = appraisal.nav_mid()?;
        let flow = if appraisal.supply == Shares::ZERO {
            // Nobody is there to whom a side's distance would be paid.
            NetFlow {
                amount: self.deposited,
                side: mid,
                mid,
            }
        } else if self.is_net_deposit(fill) {
            NetFlow {
                amount: self.deposited.saturating_sub(fill.worth),
                // What a depositor pays of the reserve is theirs later: it is no price of moving.
                side: self
                    .nav_high
                    .checked_sub(Value::from_amount(appraisal.vault.ledger.levy_reserve)?)?,
                mid,
            }
        } else {
            NetFlow {
                amount: fill.worth.saturating_sub(self.deposited),
                side: appraisal.nav.low,
                mid,
            }
        };
        let outside = self.outside_after(&self.leaving_after(fill)?, after)?;
        let further = outside.checked_sub(self.outside)?.max(Value::ZERO);
        levy(appraisal.vault.policy.rebalance.max_cost, further, &flow)
    }

    /// Returns the dollars by which what stays is outside its bands while so much leaves.
    fn outside_after(&self, leaving: &Leaving, targets: &Targets) -> Option<Value> {
        Some(targets.outside(&self.staying(leaving)?))
    }

    /// Returns D of each market without what leaves.
    fn staying(&self, leaving: &Leaving) -> Option<PerMarket> {
        let mut deltas = [Value::ZERO; MAX_MARKETS];
        for (place, leg) in self.appraisal.portfolio.legs() {
            let staying = leaving.staying(place, leg.position.lots)?;
            let delta = value_floor(staying, self.appraisal.prices.mid(leg.market)?)?;
            let sum = deltas.get_mut(leg.market)?;
            *sum = sum.checked_add(delta)?;
        }
        Some(deltas)
    }

    /// Returns whether more comes in than goes.
    pub(super) const fn is_net_deposit(&self, fill: &Fill) -> bool {
        self.deposited >= fill.worth
    }

    /// Returns what still leaves after the fill.
    pub(super) fn leaving_after(&self, fill: &Fill) -> Option<Leaving> {
        Some(Leaving {
            shares: self.leaving.shares.checked_sub(fill.shares)?,
            lots: leaving::less(&self.leaving.lots, &fill.lots)?,
            unwind_cost: self.leaving.unwind_cost.checked_sub(fill.unwind_cost)?,
        })
    }

    /// Returns the targets of what stays after the flows, as if they had paid no levy.
    fn targets_after(&self, fill: &Fill) -> Option<Targets> {
        let appraisal = self.appraisal;
        let nav = appraisal.nav.low.checked_add(Value::from_amount(self.deposited)?)?;
        let nav = nav.checked_sub(Value::from_amount(fill.worth)?)?.max(Value::ZERO);
        let minted = self.minted(self.deposited).unwrap_or(Shares::ZERO);
        let supply = appraisal.supply.checked_add(minted)?.checked_sub(fill.shares)?;
        let pool = Pool {
            nav,
            supply,
            ..appraisal.pool()
        };
        appraisal.targets_of(&self.wants, &pool, self.leaving.shares.checked_sub(fill.shares)?)
    }

    /// Returns the shares that `amount` buys at the high net asset value; `None` if it buys none.
    pub(super) fn minted(&self, amount: u64) -> Option<Shares> {
        self.appraisal
            .pool()
            .worth(self.nav_high)
            .shares_for_deposit_floor(amount)
    }
}
