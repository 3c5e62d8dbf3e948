//! What counts of a vault, what that makes it and its shares worth, and what its monitor sees of
//! it.

use super::AppraisalInputs;
use crate::directional::decayed;
use crate::fees::FeeLedger;
use crate::monitor::{MonitorUpdate, ShareValue, VaultObservation, VenueMark};
use crate::places::{at, MAX_LEGS};
use crate::portfolio::{Leg, Portfolio};
use crate::prices::Prices;
use crate::shares::{Pool, ShareMark};
use crate::state::VaultState;
use ballast_core_market::breaker::Permissions;
use ballast_core_types::{Position, Ratio, Shares, UnixTime, Value};

/// Returns the high of a share's net asset value as it has fallen since it was last marked.
fn high(inputs: &AppraisalInputs) -> Ratio {
    let (mark, policy) = (&inputs.vault.share_mark, &inputs.vault.policy.exposure);
    let elapsed = UnixTime(inputs.now.unix_time).seconds_since(mark.at);
    decayed(mark.high_water, policy.high_fall_per_day, elapsed)
}

/// What a vault and its shares are worth.
pub(super) struct Worth {
    /// The vault at its low net asset value.
    pub(super) pool: Pool,
    pub(super) per_share: Ratio,
    pub(super) fees: FeeLedger,
    pub(super) performance_fee: u64,
    pub(super) share_mark: ShareMark,
}

impl Worth {
    /// `None` if a value does not fit.
    #[inline(never)]
    pub(super) fn of(inputs: &AppraisalInputs, portfolio: &Portfolio) -> Option<Self> {
        let (vault, prices) = (inputs.vault, &inputs.prices);
        let low = portfolio.nav_low(prices)?;
        let low = low.checked_sub(Value::from_amount(theirs(vault, portfolio, prices)?)?)?;
        let fees = vault.fees_at(inputs.minted, UnixTime(inputs.now.unix_time));
        let supply = fees.supply(inputs.minted);
        let pool = Pool {
            nav: low,
            supply,
            unit: vault.unit,
        };
        let performance_fee = performance(vault, &fees, &pool)?;
        let pool = pool.worth(low.checked_sub(Value::from_amount(performance_fee)?)?);
        let per_share = pool.nav_per_share()?;
        // A vault that nobody holds begins anew: what is left in it is nobody's, and no share was
        // ever worth it.
        let (value, high_water) = if supply == Shares::ZERO {
            (Ratio::ONE, Ratio::ONE)
        } else {
            // What is at a venue in quarantine makes no high.
            let counts = vault.counts_quarantined(prices.purpose);
            let fallen = high(inputs);
            (per_share, if counts { fallen } else { fallen.max(per_share) })
        };
        let share_mark = ShareMark {
            value,
            at: UnixTime(inputs.now.unix_time),
            high_water,
        };
        Some(Self {
            pool,
            per_share,
            fees,
            performance_fee,
            share_mark,
        })
    }
}

/// Returns what a vault holds, as far as it counts. `None` on overflow, or if a leg counts and
/// cannot be read.
#[inline(never)]
pub(super) fn portfolio(inputs: &AppraisalInputs, marks: &[Option<VenueMark>; MAX_LEGS]) -> Option<Portfolio> {
    let vault = inputs.vault;
    let mut portfolio = Portfolio {
        cash: vault.ledger.cash,
        receivables: vault.ledger.advances.checked_add(vault.leaving.unwind_cost)?,
        levy_reserve: vault.ledger.levy_reserve,
        legs: [None; MAX_LEGS],
    };
    for (((place, market), leg), mark) in vault.legs().zip(&mut portfolio.legs).zip(marks) {
        let counts = inputs.prices.purpose.counts_quarantined();
        let position = at(&inputs.positions, place);
        let mut position = match position {
            // One in quarantine that cannot be read, or says what nobody can hold, keeps nothing
            // from being done elsewhere.
            Some(position) if !vault.is_quarantined(place) || (counts && mark.is_some()) => position,
            _ if vault.is_quarantined(place) => left_out(position),
            _ => return None,
        };
        position.is_operational &= mark.is_some();
        *leg = Some(Leg { market, position });
    }
    Some(portfolio)
}

/// Returns what is permitted while a venue is in quarantine: nothing more comes in or is opened.
pub(super) const fn restricted(permitted: Permissions, is_quarantined: bool) -> Permissions {
    Permissions {
        open: permitted.open && !is_quarantined,
        deposit: permitted.deposit && !is_quarantined,
        ..permitted
    }
}

/// Returns a position that counts at nothing: of the venue, only whether it answers.
fn left_out(position: Option<Position>) -> Position {
    Position {
        is_operational: position.is_some_and(|position| position.is_operational),
        ..Position::default()
    }
}

/// Returns what is at each venue, whether it counts or not. Where it does not, what a venue says
/// may be as absurd as it likes.
#[inline(never)]
pub(super) fn marks(inputs: &AppraisalInputs) -> [Option<VenueMark>; MAX_LEGS] {
    let mut marks = [None; MAX_LEGS];
    for ((place, market), mark) in inputs.vault.legs().zip(&mut marks) {
        *mark = found(inputs, place, market).and_then(|leg| VenueMark::of(&leg, inputs.prices.mid(market)?));
    }
    marks
}

fn found(inputs: &AppraisalInputs, place: usize, market: usize) -> Option<Leg> {
    let position = at(&inputs.positions, place)?;
    Some(Leg { market, position })
}

/// Returns the low net asset value with what is at venues in quarantine, as far as it can be told;
/// `None` if none is.
#[inline(never)]
fn whole(inputs: &AppraisalInputs, portfolio: &Portfolio, marks: &[Option<VenueMark>; MAX_LEGS]) -> Option<Value> {
    if !inputs.vault.cases.is_quarantined() {
        return None;
    }
    let mut legs = portfolio.legs;
    for (((place, market), leg), mark) in inputs.vault.legs().zip(&mut legs).zip(marks) {
        if mark.is_some() {
            *leg = found(inputs, place, market);
        }
    }
    Portfolio { legs, ..*portfolio }.nav_low(&inputs.prices)
}

/// Returns what of venues in quarantine belongs to shares that were burnt meanwhile, at their low
/// value. `None` on overflow.
fn theirs(vault: &VaultState, portfolio: &Portfolio, prices: &Prices) -> Option<u64> {
    let mut theirs = 0u64;
    for (place, leg) in portfolio.legs() {
        if let Some(case) = vault.cases.of(place) {
            theirs = theirs.checked_add(case.right_in(leg.worth_low(prices)?)?)?;
        }
    }
    Some(theirs)
}

/// Returns the performance fee of a vault at its value before it: none while a venue is in
/// quarantine. `None` on overflow.
pub(super) fn performance(vault: &VaultState, fees: &FeeLedger, pool: &Pool) -> Option<u64> {
    if vault.cases.is_quarantined() {
        return Some(0);
    }
    fees.performance(&vault.policy.fees, pool)
}

/// Returns whether the venue of each leg answers as it should: not one that cannot be read, or says
/// what nobody can hold. `None` where there is no leg; and where its market has no price, by which
/// a venue that can be read is not judged: it may stand still because of that.
#[inline(never)]
fn answers(inputs: &AppraisalInputs, marks: &[Option<VenueMark>; MAX_LEGS]) -> [Option<bool>; MAX_LEGS] {
    let mut answers = [None; MAX_LEGS];
    for ((place, market), answer) in inputs.vault.legs().zip(&mut answers) {
        let has_price = inputs.prices.of(market).is_some_and(|of| of.refusal.is_none());
        *answer = match at(&inputs.positions, place) {
            None => Some(false),
            Some(_) if !has_price => None,
            Some(position) => Some(position.is_operational && at(marks, place).is_some()),
        };
    }
    answers
}

/// Returns an observation that says nothing of what the vault is worth: of each venue whether it
/// answers, and nothing else.
#[inline(never)]
pub fn unvalued(inputs: &AppraisalInputs) -> MonitorUpdate {
    let observation = VaultObservation {
        share_value: None,
        answers: answers(inputs, &marks(inputs)),
    };
    observed(inputs, &observation)
}

/// Returns one observation of the vault by its own breakers.
#[inline(never)]
pub(super) fn monitored(
    inputs: &AppraisalInputs,
    portfolio: &Portfolio,
    worth: &Worth,
    venues: &[Option<VenueMark>; MAX_LEGS],
) -> MonitorUpdate {
    let mut seen = *venues;
    for ((_, market), seen) in inputs.vault.legs().zip(&mut seen) {
        // At a price that is admitted for nothing what is at a venue is neither judged nor noted.
        if inputs.prices.of(market).is_none_or(|of| of.refusal.is_some()) {
            *seen = None;
        }
    }
    let observation = VaultObservation {
        share_value: Some(ShareValue {
            pool: worth.pool,
            per_share: worth.per_share,
            high_water: worth.share_mark.high_water,
            nav_whole: whole(inputs, portfolio, venues).unwrap_or(worth.pool.nav),
            venues: seen,
        }),
        answers: answers(inputs, venues),
    };
    observed(inputs, &observation)
}

fn observed(inputs: &AppraisalInputs, observation: &VaultObservation) -> MonitorUpdate {
    let vault = inputs.vault;
    let params = &vault.monitor_params;
    if vault.rests_on_a_refused_price(&inputs.prices) {
        vault.monitor.observe_beside(observation, params, inputs.now)
    } else {
        vault.monitor.observe(observation, params, inputs.now)
    }
}
