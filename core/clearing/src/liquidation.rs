//! Liquidation: anyone takes over parts of a failing book, for a discount that grows with time and
//! is bounded.
//!
//! 1. **Begin.** Below maintenance, or in debt, at the last price *and* at the average of the last
//!    half a minute, anyone may begin it: the moment is written down. One print does not suffice.
//! 2. **Take.** A liquidator takes a part of one position at its fair value less a discount that
//!    grows in a straight line from nothing to the cap over
//!    [`ClearingHouseParams::liquidation_seconds`]. [`check_take`] holds the take to four rules: it
//!    only reduces the position; nothing gets worse; it is the smallest that suffices; it pays no
//!    more than the cap. The liquidator's own account has to pass the initial check.
//! 3. **End.** When the initial requirement holds again, at both, anyone may end it, and every
//!    action of the owner that passes the initial check does.
//! 4. **Bankruptcy.** If equity is zero or less, or nobody has taken anything until a grace after
//!    the discount's growth, the insurance account takes the money at once and the positions one by
//!    one. It is wound down in the same way: anyone takes its positions at the same discount, with
//!    no rule but the cap and that its cash lasts.
//!
//! A liquidation that nobody ended although the account recovered does not lie in wait: after the
//! grace and a time as long again it has lapsed, and has to begin anew, with no discount.
//!
//! **Not worse** means two things. Equity over the initial requirement does not fall, unless it is
//! enough and stays enough. And what cash lacks of the initial cash need does not grow. The one is
//! a ratio, the other an amount, because the insurance fund pays the amount: buying back a short
//! position may take more than its share of the cash, and still leave less to be paid by others.

mod bankruptcy;
mod error;
mod timing;

pub use bankruptcy::{backstop, backstop_position, release};
pub use error::LiquidationError;

use super::account::{AccountError, MarginAccount, Status};
use super::charges::points_of_floor;
use super::margin::{fair_value_floor, MarginContext, MarginError, MarginStatus};
use super::params::{ClearingHouseParams, DiscountParams, ListingParams};
use super::series::SeriesTerms;
use super::settlement::WINDOW_SECONDS;
use super::trade::{check_size, move_position};
use ballast_core_types::scale::mul_div_floor;
use ballast_core_types::{value_floor, Lots, Price, Value};
use core::cmp::Ordering;
use timing::under_way;

/// What a liquidator takes, and for how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidationFill {
    /// The series.
    pub series: SeriesTerms,
    /// The quantity that goes to the liquidator: of the sign of the position.
    pub quantity: Lots,
    /// What the liquidator pays to the account; negative where the account pays, to be rid of a
    /// short position.
    pub payment: Value,
    /// The part of the fair value that the liquidator gets for the service.
    pub discount: u64,
    /// The most that this could ever be.
    pub cap: u64,
}

/// Begins a liquidation of an account that fails in each of these statuses: at the last price, and
/// at the average of late.
///
/// # Errors
/// [`LiquidationError::Healthy`], [`LiquidationError::AlreadyBegun`], [`AccountError::Bankrupt`].
pub fn begin(
    account: &mut MarginAccount,
    statuses: &[MarginStatus],
    house: &ClearingHouseParams,
    now: i64,
) -> Result<(), LiquidationError> {
    if account.status == Status::Bankrupt {
        return Err(AccountError::Bankrupt.into());
    }
    if !statuses.iter().all(MarginStatus::is_liquidatable) {
        return Err(LiquidationError::Healthy);
    }
    if under_way(account, house, now).is_some() {
        return Err(LiquidationError::AlreadyBegun);
    }
    account.status = Status::Liquidation {
        since: now,
        touched_at: now,
    };
    Ok(())
}

/// Ends a liquidation whose target has been reached in each of these statuses. Whoever has checked
/// that an account passes its initial margin may call it: it does nothing to an account that is not
/// being liquidated.
///
/// # Errors
/// [`LiquidationError::NotRestored`], [`AccountError::Bankrupt`].
pub fn end(account: &mut MarginAccount, statuses: &[MarginStatus]) -> Result<(), LiquidationError> {
    if account.status == Status::Bankrupt {
        return Err(AccountError::Bankrupt.into());
    }
    if !statuses.iter().all(MarginStatus::is_restored) {
        return Err(LiquidationError::NotRestored);
    }
    account.status = Status::Normal;
    Ok(())
}

/// Returns the discount of a take so many seconds after the liquidation began:
/// `cap` × min(1, `elapsed` / [`ClearingHouseParams::liquidation_seconds`]), rounded down.
pub fn discount_floor(cap: u64, elapsed: i64, house: &ClearingHouseParams) -> Option<u64> {
    let elapsed = u64::try_from(elapsed).unwrap_or(0);
    let whole = u64::from(house.liquidation_seconds);
    mul_div_floor(cap, elapsed.min(whole), whole)
}

/// Returns the most that taking `quantity` may ever pay beyond the fair value, rounded down: a
/// share of the spot for each lot; of a long position no more than a share of its own worth
/// besides, so that it never pays less than the rest of that. A short position has no such second
/// bound: worthless as it may be, its risk is not, and a liquidator who gets nothing for it does
/// not take it.
pub fn discount_cap_floor(quantity: Lots, fair: Value, spot: Price, params: &DiscountParams) -> Option<u64> {
    let size = Lots(i64::try_from(quantity.0.unsigned_abs()).ok()?);
    let of_spot = points_of_floor(value_floor(size, spot)?.positive_part(), params.of_spot)?;
    if quantity < Lots::ZERO {
        return Some(of_spot);
    }
    Some(of_spot.min(points_of_floor(fair.positive_part(), params.of_mark)?))
}

/// Whose positions are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seller {
    /// An account that is being liquidated: [`check_take`] holds besides.
    Member,
    /// The insurance account, by the time since its last takeover: for it a liquidation does not
    /// lapse.
    Insurance,
}

/// Prices a take of `quantity` (of the sign of the position).
///
/// # Errors
/// [`LiquidationError::Settling`], [`LiquidationError::NotBegun`],
/// [`LiquidationError::NotReducing`], a size that is no multiple of the least,
/// [`LiquidationError::Margin`], [`LiquidationError::TooLarge`].
pub fn price_take(
    account: &MarginAccount,
    seller: Seller,
    series: &SeriesTerms,
    quantity: Lots,
    listing: &ListingParams,
    context: &MarginContext,
) -> Result<LiquidationFill, LiquidationError> {
    let (house, now) = (&context.house, context.now);
    if now >= series.expiry.saturating_sub(WINDOW_SECONDS) {
        return Err(LiquidationError::Settling);
    }
    let since = match (seller, account.status) {
        (Seller::Insurance, Status::Liquidation { since, .. }) => Some(since),
        (Seller::Insurance, _) => None,
        (Seller::Member, _) => under_way(account, house, now).map(|(since, _)| since),
    };
    let since = since.ok_or(LiquidationError::NotBegun)?;
    let back = Lots(quantity.0.checked_neg().ok_or(LiquidationError::TooLarge)?);
    check_size(Lots(quantity.0.max(back.0)), listing.min_size)?;
    let held = account.quantity(series);
    if !held.is_reduced_by(back) {
        return Err(LiquidationError::NotReducing { held, taken: quantity });
    }
    // Rounded against the liquidator, who pays −⌊value of what goes the other way⌋.
    let worth = fair_value_floor(series, back, context)?.0.checked_neg();
    let worth = worth.ok_or(LiquidationError::TooLarge)?;
    let spot = context.markets.get(usize::from(series.market)).and_then(Option::as_ref);
    let spot = spot.ok_or(MarginError::MarketMissing(series.market))?.inputs.bounds.mid;
    let priced = || {
        let cap = discount_cap_floor(quantity, Value(worth), spot, &listing.discount)?;
        let discount = discount_floor(cap, now.saturating_sub(since), house)?;
        let payment = Value(worth.checked_sub(i64::try_from(discount).ok()?)?);
        Some(LiquidationFill {
            series: *series,
            quantity,
            payment,
            discount,
            cap,
        })
    };
    priced().ok_or(LiquidationError::TooLarge)
}

/// Returns how equity over the initial requirement after a take compares with the one before, each
/// counted as at most one. `None` where the requirement is zero and equity below it.
fn compare(before: &MarginStatus, after: &MarginStatus) -> Option<Ordering> {
    let enough = |status: &MarginStatus| status.equity >= status.initial;
    match (enough(before), enough(after)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        // Both are short of a need; cross-multiplied, a ratio of two positive numbers. Products of
        // 63 bits fit 127.
        (false, false) if before.initial > Value::ZERO && after.initial > Value::ZERO => {
            let product = |a: Value, b: Value| i128::from(a.0).wrapping_mul(i128::from(b.0));
            Some(product(after.equity, before.initial).cmp(&product(before.equity, after.initial)))
        }
        (false, false) => None,
    }
}

/// Holds a take to the rules, from where the account stands before and after it, and after one that
/// is smaller by the least size.
///
/// `smaller` is only needed where the account is restored after the take: while it is not, no
/// smaller take could have done. It is `None` too where the take is one least size.
///
/// # Errors
/// The first [`LiquidationError`] in the order: restored before, bankrupt, worse, less cash, no
/// improvement, more than needed.
pub fn check_take(
    take: &LiquidationFill,
    min_size: Lots,
    before: &MarginStatus,
    after: &MarginStatus,
    smaller: Option<&MarginStatus>,
) -> Result<(), LiquidationError> {
    if before.is_restored() {
        return Err(LiquidationError::Restored);
    }
    if before.equity <= Value::ZERO {
        return Err(LiquidationError::Bankrupt);
    }
    let ratio = compare(before, after);
    if !ratio.is_some_and(Ordering::is_ge) {
        return Err(LiquidationError::Worse);
    }
    let lacks = |status: &MarginStatus| status.cash_need.initial.0.saturating_sub(status.cash.0).max(0);
    let cash = lacks(before).cmp(&lacks(after));
    if cash.is_lt() {
        return Err(LiquidationError::LessCash);
    }
    if !(ratio.is_some_and(Ordering::is_gt) || cash.is_gt() || after.debt < before.debt) {
        return Err(LiquidationError::NoImprovement);
    }
    if after.is_restored() && take.quantity.0.unsigned_abs() > min_size.0.unsigned_abs() {
        let smaller = smaller.ok_or(LiquidationError::NotShownToBeNeeded)?;
        if smaller.is_restored() {
            return Err(LiquidationError::MoreThanNeeded);
        }
    }
    Ok(())
}

/// Moves what is taken, and its payment: debt is repaid first. Returns by how much open interest
/// changed.
///
/// `insurance` is `None` where the account is the insurance account itself.
///
/// # Errors
/// A rule of the books; all three accounts are then as they were.
pub fn apply_take(
    account: &mut MarginAccount,
    liquidator: &mut MarginAccount,
    insurance: Option<&mut MarginAccount>,
    take: &LiquidationFill,
    now: i64,
) -> Result<i64, AccountError> {
    liquidator.check_solvent()?;
    let amount = take.payment.0.unsigned_abs();
    check_payment(account, liquidator, take)?;
    // Whoever gets the amount has room for it, so that nothing fails once positions have moved.
    let all = [Some(&*account), Some(&*liquidator), insurance.as_deref()];
    for account in all.into_iter().flatten() {
        account.cash.checked_add(amount).ok_or(AccountError::TooLarge)?;
    }
    let change = move_position(account, liquidator, &take.series, take.quantity)?;
    if take.payment >= Value::ZERO {
        liquidator.pay(amount)?;
        match insurance {
            Some(insurance) => account.credit(insurance, amount).map(|_| ())?,
            None => account.cash = account.cash.saturating_add(amount),
        }
    } else {
        account.pay(amount)?;
        liquidator.cash = liquidator.cash.saturating_add(amount);
    }
    if let Status::Liquidation { since, .. } = account.status {
        account.status = Status::Liquidation { since, touched_at: now };
    }
    Ok(change)
}

/// Whoever pays has the cash.
fn check_payment(
    account: &MarginAccount,
    liquidator: &MarginAccount,
    take: &LiquidationFill,
) -> Result<(), AccountError> {
    let payer = if take.payment >= Value::ZERO {
        liquidator
    } else {
        account
    };
    let needed = take.payment.0.unsigned_abs();
    if payer.cash < needed {
        return Err(AccountError::Cash {
            cash: payer.cash,
            needed,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
