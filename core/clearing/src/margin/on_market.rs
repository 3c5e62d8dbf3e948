//! The positions of an account on one market.

use super::{Held, ListedMarket, MarginContext, MarginError};
use crate::account::Position;
use crate::cash_need::{cash_need, target_ceil, CashNeed, PriceRange};
use crate::charges::{charges, Charges};
use crate::cover::most_owed_ceil;
use crate::params::ClearingHouseParams;
use crate::series::SeriesTerms;
use crate::settlement::Averaged;
use ballast_core_margin as assessment;
use ballast_core_margin::{Asked, AssessError, BookLeg, MarketGreeks, Requirement, MARGIN, SCENARIOS};
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::{Lots, Value};

/// The least time to expiry that a position is valued with, seconds.
pub const MIN_SECONDS: i64 = 300;

/// A market with what all markets share.
#[derive(Clone, Copy)]
pub(super) struct OnMarket<'a> {
    pub(super) market: &'a ListedMarket<'a>,
    pub(super) house: &'a ClearingHouseParams,
    pub(super) now: i64,
}

/// Returns what the positions of one market are worth and need, by a grid of that market's own, as
/// wide as if there were no other. Markets combined by a common factor are shocked less each, which
/// is right for what is linear and too little for options whose loss lies far out.
#[inline(never)]
pub(super) fn on_market(
    group: &[Position],
    here: &OnMarket,
    asked: Asked,
    room: &mut [BookLeg],
) -> Result<Held, MarginError> {
    let Split { known, unpaid, legs } = split(group, here, room)?;
    let book = room.get(..legs).ok_or(AssessError::TooManyLegs)?;
    let inputs = &here.market.inputs;
    let risk = assessment::book_risk(book, inputs, asked, &SCENARIOS, here.now)?;
    let market = group.first().map_or(0, |position| position.series.market);
    let more = charges(
        group,
        market,
        inputs.bounds.mid,
        &here.market.charges,
        here.market.open_interest,
    );
    let more = more.unwrap_or(Charges::MOST);
    let requirement = risk.requirement(&MARGIN, more.whole, more.short);
    let fair = if asked.fair {
        risk.fair.saturating_add(known)
    } else {
        Value::ZERO
    };
    let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
    let floors = floors(group, here.market);
    let held = Held {
        value: risk.value.saturating_add(known),
        fair,
        unpaid,
        requirement,
        target: Value::ZERO,
        spread: more.whole.maintenance,
        cash_need: cash_needs(group, here),
        floors: Value(i64::try_from(floors).unwrap_or(i64::MAX)),
        count,
    };
    Ok(covered(held, most_owed(group)))
}

/// Returns the Greeks of the positions of one market.
#[inline(never)]
pub(super) fn greeks_on_market(
    group: &[Position],
    here: &OnMarket,
    room: &mut [BookLeg],
) -> Result<MarketGreeks, MarginError> {
    let Split { legs, .. } = split(group, here, room)?;
    let book = room.get(..legs).ok_or(AssessError::TooManyLegs)?;
    Ok(assessment::greeks(book, &here.market.inputs, here.now)?)
}

/// Returns what of a requirement does not shrink with a share: see [`Held::floors`].
#[inline(never)]
fn floors(group: &[Position], market: &ListedMarket) -> u64 {
    // Six of the largest deviations are a factor e², below eight.
    let highest = market.inputs.bounds.high.fixed().checked_to_num::<u64>();
    let call = highest.and_then(|highest| highest.saturating_add(1).checked_mul(8));
    let lot = |position: &Position| match position.series.kind {
        _ if position.quantity >= Lots::ZERO => 0,
        Kind::Call => call.unwrap_or(u64::MAX),
        Kind::Put => {
            let strike = position.series.strike;
            let unit = 10u64.saturating_pow(u32::from(strike.places));
            u64::from(strike.digits).div_ceil(unit.max(1))
        }
    };
    let each = group
        .iter()
        .map(|position| market.charges.spread_floor.saturating_add(lot(position)));
    each.fold(0, u64::saturating_add)
}

/// What a split of positions into cash and options gives.
struct Split {
    /// What of them is known, rounded down.
    known: Value,
    /// What of that expiries owe whose price is known: each on balance, where that is positive.
    unpaid: Value,
    /// How many legs are left.
    legs: usize,
}

/// Takes the part of the positions whose price is known out of the book: it is cash.
#[inline(never)]
fn split(group: &[Position], here: &OnMarket, book: &mut [BookLeg]) -> Result<Split, MarginError> {
    let mut split = Split {
        known: Value::ZERO,
        unpaid: Value::ZERO,
        legs: 0,
    };
    for together in group.chunk_by(|a, b| a.series.expires_with(&b.series)) {
        let expiry = together.first().map_or(i64::MAX, |position| position.series.expiry);
        let (averaged, contract_expiry) = (averaged(here, expiry), expiry_from(expiry, here.now));
        let mut known = Value::ZERO;
        for position in together {
            let (cash, quantity) = match averaged {
                Some(averaged) => known_part(position, averaged),
                None => (Value::ZERO, position.quantity),
            };
            known = known.saturating_add(cash);
            if quantity == Lots::ZERO {
                continue;
            }
            *book.get_mut(split.legs).ok_or(AssessError::TooManyLegs)? = BookLeg {
                market: 0,
                contract: position.series.contract(contract_expiry),
                quantity,
            };
            split.legs = split.legs.saturating_add(1);
        }
        if averaged.is_some_and(Averaged::is_final) {
            split.unpaid = split.unpaid.saturating_add(known.max(Value::ZERO));
        }
        split.known = split.known.saturating_add(known);
    }
    Ok(split)
}

/// What has expired and has no average still has some minutes to live.
fn expiry_from(expiry: i64, now: i64) -> i64 {
    expiry.max(now.saturating_add(MIN_SECONDS))
}

fn averaged<'a>(here: &OnMarket<'a>, expiry: i64) -> Option<&'a Averaged> {
    let known = here.market.averaged.iter().flatten();
    known.into_iter().find(|averaged| averaged.expiry == expiry)
}

/// Returns what a position gets for the part of its average that is known, at what it pays at the
/// average so far, and the lots that are still an option. Together that is no less than one option
/// on the whole average, and by no more than a quarter of the distance between average and price.
fn known_part(position: &Position, averaged: &Averaged) -> (Value, Lots) {
    let Lots(quantity) = position.quantity;
    let (of, seconds) = (i128::from(averaged.of.max(1)), i128::from(averaged.seconds));
    let part = |whole: i128| whole.saturating_mul(seconds).div_euclid(of);
    // Rounded toward −∞: of what is long a lot less is known, of what is short a lot more.
    let is_known = i64::try_from(part(i128::from(quantity))).unwrap_or(quantity);
    let worth = || {
        let payoff = position.series.intrinsic(averaged.price)?;
        Value::floor(payoff.checked_mul_int(i128::from(is_known))?)
    };
    let most = if quantity < 0 { i64::MIN } else { i64::MAX };
    let left = Lots(quantity.saturating_sub(is_known));
    (worth().unwrap_or(Value(most)), left)
}

/// Returns the most that positions of one market can owe; `None` where there is no most.
#[inline(never)]
fn most_owed(group: &[Position]) -> Option<Value> {
    group
        .chunk_by(|a, b| a.series.expires_with(&b.series))
        .try_fold(Value::ZERO, |sum, together| {
            Some(sum.saturating_add(most_owed_ceil(together)?))
        })
}

/// Holds positions to the most that they can owe: they are not worth less, and who has that in cash
/// needs no more, what is not paid yet set aside. Sets the target, for which that counts.
fn covered(held: Held, owed: Option<Value>) -> Held {
    let Requirement { initial, maintenance } = held.requirement;
    let Some(owed) = owed else {
        return Held {
            target: target_ceil(initial, maintenance),
            ..held
        };
    };
    let least = Value::ZERO.saturating_sub(owed);
    let value = held.value.max(least);
    let most = value.saturating_add(owed);
    let (initial, maintenance) = (initial.min(most), maintenance.min(most));
    Held {
        value,
        fair: held.fair.max(least),
        requirement: Requirement {
            initial: initial.min(most.saturating_sub(held.unpaid)),
            maintenance,
        },
        target: target_ceil(initial, maintenance),
        ..held
    }
}

/// Returns the cash needs of all groups that expire within the window: no group's gain pays
/// another's loss, as they are paid out one by one.
#[inline(never)]
fn cash_needs(group: &[Position], here: &OnMarket) -> CashNeed {
    let mut sum = CashNeed::default();
    let until = here.now.saturating_add(i64::from(here.house.cash_window_seconds));
    let inputs = &here.market.inputs;
    for together in group.chunk_by(|a, b| a.series.expires_with(&b.series)) {
        let expiry = together.first().map_or(i64::MAX, |position| position.series.expiry);
        if expiry > until {
            continue;
        }
        let known = averaged(here, expiry);
        let need = || {
            let wide = PriceRange::of_scenarios(inputs.bounds.mid, &inputs.moves)?;
            let now = PriceRange {
                low: inputs.bounds.low,
                high: inputs.bounds.high,
            };
            cash_need(together, &now.averaged(known)?, &wide.averaged(known)?)
        };
        sum = sum.plus(need().unwrap_or(CashNeed::MOST));
    }
    sum
}

/// Returns what a signed quantity of a series is worth at the published price and the surface's own
/// volatility, rounded down.
///
/// # Errors
/// As [`super::margin_status`].
pub fn fair_value_floor(series: &SeriesTerms, quantity: Lots, context: &MarginContext) -> Result<Value, MarginError> {
    let here = OnMarket {
        market: context.market(series.market)?,
        house: &context.house,
        now: context.now,
    };
    let position = Position {
        series: *series,
        quantity,
    };
    let mut room = [super::BLANK];
    let Split { known, legs, .. } = split(&[position], &here, &mut room)?;
    let inputs = here.market.inputs.neutral();
    let worth = match room.get(..legs) {
        Some([leg]) => assessment::mark(leg, &inputs, context.now)?,
        _ => Value::ZERO,
    };
    Ok(worth.saturating_add(known))
}
