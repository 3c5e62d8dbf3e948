//! What a share of a failing book costs, how large it may be, and how it changes hands.

use super::error::LiquidationError;
use super::fund::FundDay;
use super::share::{Share, LEAST_SHARE};
use super::{began_at, BELOW_ZERO_SECONDS, DISCOUNT_SECONDS};
use crate::account::{AccountError, MarginAccount};
use crate::fees::liquidation_fee;
use crate::margin::{FailingBook, MarginContext, MarginError};
use crate::params::ClearingHouseParams;
use ballast_core_types::{Lots, Value};

/// A book that is worth no more than so many units of the quote token, requirement and all, is
/// taken whole.
pub const DUST_UNITS: u64 = 10;

/// What a take does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Take {
    /// The share of every position on a live market that goes to the liquidator.
    pub share: Share,
    /// The most that is permitted: the least that suffices, or everything below zero.
    pub permitted: Share,
    /// What the liquidator pays to the account; negative where they are paid.
    pub payment: Value,
    /// The fair value of the share less the payment.
    pub discount: Value,
    /// The part of the discount that the liquidator pays to the insurance fund; none below zero.
    pub fee: u64,
    /// The part of a negative payment that the insurance fund pays.
    pub from_fund: u64,
    /// The part of that which is more than the share lacks.
    pub beyond: u64,
}

/// The insurance fund as a take sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fund {
    /// Its cash, base units.
    pub cash: u64,
    /// What is left of its day.
    pub day: FundDay,
}

/// The amounts of a failing book, wide enough for their sums and products.
struct Amounts {
    /// Equity, and what it has to be for a liquidation to end.
    equity: i128,
    target: i128,
    /// Cash, and cash less debt.
    cash: i128,
    own: i128,
    /// The cash that has to be there for a liquidation to end, and the part of it for what is live.
    cash_need: i128,
    live_cash_need: i128,
    /// Fair value of all positions.
    fair: i128,
    /// Of the live ones: fair value, what that is above what counts in equity, their part of the
    /// target, and what it costs to close them.
    live_fair: i128,
    live_gap: i128,
    live_target: i128,
    live_spread: i128,
}

impl Amounts {
    fn of(book: &FailingBook) -> Self {
        let wide = |value: Value| i128::from(value.0);
        let FailingBook {
            status, whole, live, ..
        } = book;
        Self {
            equity: wide(status.equity),
            target: wide(status.target),
            cash: wide(status.cash),
            own: wide(status.cash).saturating_sub(wide(status.debt)),
            cash_need: wide(status.cash_need.target()),
            live_cash_need: wide(live.cash_need.target()),
            fair: wide(whole.fair),
            live_fair: wide(live.fair),
            live_gap: wide(live.fair).saturating_sub(wide(live.value)).max(0),
            live_target: wide(live.target),
            // What margin held for closing them: nothing for a book that needs none.
            live_spread: wide(live.spread.min(live.requirement.maintenance)),
        }
    }

    /// Returns the discount on everything that is live, rounded down, so long after the beginning:
    /// from nothing to the whole fair equity, as far as equity over its target does not fall.
    fn discount(&self, elapsed: i64) -> i128 {
        let most = self.own.saturating_add(self.fair);
        let held = match self
            .equity
            .saturating_mul(self.live_target)
            .checked_div_euclid(self.target)
        {
            Some(part) => most.min(self.live_gap.saturating_add(part)),
            // Nothing is needed: there is no ratio to keep.
            None => most,
        };
        ramp_floor(held.max(0), elapsed, DISCOUNT_SECONDS)
    }

    /// Returns what the account gets for everything that is live, rounded up, where it is worth
    /// less than nothing: at first all that the positions and its cash are worth together, if that
    /// is more than nothing; in the end what they are worth less the spread charge.
    fn price_below_zero(&self, elapsed: i64) -> i128 {
        let together = self.cash.saturating_add(self.live_fair);
        let first = together.max(0);
        let fall = first.saturating_sub(together).saturating_add(self.live_spread);
        let fallen = ramp_floor(fall, elapsed, BELOW_ZERO_SECONDS);
        first.saturating_sub(self.cash).saturating_sub(fallen)
    }

    /// Returns the least share that suffices at a discount: of equity, and of cash.
    fn suffices(&self, discount: i128) -> Share {
        let gained = self.live_gap.saturating_sub(discount);
        let of_equity = Share::ratio_ceil(
            self.target.saturating_sub(self.equity),
            self.live_target.saturating_add(gained),
        );
        let paid = self.live_fair.saturating_sub(discount);
        let of_cash = Share::ratio_ceil(
            self.cash_need.saturating_sub(self.own),
            self.live_cash_need.saturating_add(paid),
        );
        of_equity.max(of_cash)
    }

    fn is_dust(&self, house: &ClearingHouseParams) -> bool {
        let worth = self.live_fair.saturating_abs().saturating_add(self.live_target);
        worth <= i128::from(house.lots_per_unit().saturating_mul(DUST_UNITS))
    }
}

/// `whole` × min(1, `elapsed` / `seconds`), rounded down.
fn ramp_floor(whole: i128, elapsed: i64, seconds: i64) -> i128 {
    let elapsed = i128::from(elapsed.clamp(0, seconds));
    whole.saturating_mul(elapsed).div_euclid(i128::from(seconds.max(1)))
}

/// Prices a take of `asked`, or of what is permitted if that is less, of everything that a failing
/// account holds on live markets.
///
/// # Errors
/// [`LiquidationError::NotBegun`], [`LiquidationError::Restored`],
/// [`LiquidationError::NothingLive`], [`LiquidationError::Share`], [`LiquidationError::NoCash`],
/// [`LiquidationError::TooLarge`].
pub fn price_take(
    account: &MarginAccount,
    book: &FailingBook,
    fund: &Fund,
    house: &ClearingHouseParams,
    now: i64,
    asked: Share,
) -> Result<Take, LiquidationError> {
    let since = began_at(account, now).ok_or(LiquidationError::NotBegun)?;
    if book.status.is_restored() {
        return Err(LiquidationError::Restored);
    }
    if book.live.count == 0 {
        return Err(LiquidationError::NothingLive);
    }
    let elapsed = now
        .saturating_sub(since)
        .min(i64::try_from(book.observed).unwrap_or(i64::MAX));
    let amounts = Amounts::of(book);
    if amounts.own.saturating_add(amounts.fair) > 0 {
        above_zero(&amounts, house, elapsed, asked)
    } else {
        below_zero(&amounts, fund, elapsed, asked)
    }
}

fn above_zero(
    amounts: &Amounts,
    house: &ClearingHouseParams,
    elapsed: i64,
    asked: Share,
) -> Result<Take, LiquidationError> {
    let discount = amounts.discount(elapsed);
    let permitted = if amounts.is_dust(house) {
        Share::WHOLE
    } else {
        amounts.suffices(discount)
    };
    let mut share = granted(asked, permitted)?;
    let price = amounts.live_fair.saturating_sub(discount);
    if price < 0 {
        // With everything live the cash always suffices.
        share = share.min(Share::ratio_floor(amounts.cash, price.saturating_neg()));
        if share == Share(0) {
            return Err(LiquidationError::NoCash);
        }
    }
    let take = Take {
        share,
        permitted,
        payment: narrow(share.of_ceil(price))?,
        ..Take::default()
    }
    .of(amounts)?;
    Ok(Take {
        fee: liquidation_fee(take.discount, house.liquidation_fee),
        ..take
    })
}

fn below_zero(amounts: &Amounts, fund: &Fund, elapsed: i64, asked: Share) -> Result<Take, LiquidationError> {
    let share = granted(asked, Share::WHOLE)?;
    let payment = share.of_ceil(amounts.price_below_zero(elapsed));
    let lacks = amounts.cash.saturating_add(amounts.live_fair).min(0).saturating_neg();
    let lacks = u64::try_from(share.of_ceil(lacks)).unwrap_or(u64::MAX);
    // A share is paid with a share of the cash. Else the first piece would leave what it was paid
    // for its spread charge as a deficit of the others, for which there is no limit of a day.
    let own = share.of_floor(amounts.cash);
    let beyond_cash = payment.saturating_neg().saturating_sub(own).max(0);
    let wanted = u64::try_from(beyond_cash).unwrap_or(u64::MAX);
    let from_fund = wanted.min(fund.cash).min(lacks.saturating_add(fund.day.left));
    let short = i128::from(wanted.saturating_sub(from_fund));
    Take {
        share,
        permitted: Share::WHOLE,
        payment: narrow(payment.saturating_add(short))?,
        from_fund,
        beyond: from_fund.saturating_sub(lacks),
        ..Take::default()
    }
    .of(amounts)
}

impl Take {
    /// Returns what the liquidator pays in all: to the account and to the fund. Negative where they
    /// are paid.
    pub fn cost(&self) -> Value {
        Value(self.payment.0.saturating_add_unsigned(self.fee))
    }

    fn of(self, amounts: &Amounts) -> Result<Self, LiquidationError> {
        let fair = self.share.of_floor(amounts.live_fair);
        Ok(Self {
            discount: narrow(fair.saturating_sub(i128::from(self.payment.0)))?,
            ..self
        })
    }
}

fn granted(asked: Share, permitted: Share) -> Result<Share, LiquidationError> {
    if asked > Share::WHOLE || asked < LEAST_SHARE.min(permitted) || asked == Share(0) {
        return Err(LiquidationError::Share { asked, permitted });
    }
    Ok(asked.min(permitted))
}

fn narrow(value: i128) -> Result<Value, LiquidationError> {
    i64::try_from(value).map(Value).map_err(|_| LiquidationError::TooLarge)
}

/// Moves what is taken and what is paid for it: debt is repaid first, and what the fund pays
/// becomes debt. The liquidator's account then holds a share of the live book and nothing else, and
/// has to pass the initial check with a share of its requirement, and what of it does not shrink:
/// see [`Held::floors`](crate::margin::Held::floors).
///
/// # Errors
/// [`LiquidationError::TakerHolds`], [`LiquidationError::NoLot`], [`LiquidationError::Account`],
/// [`LiquidationError::Margin`]; all three accounts are then as they were.
pub fn apply_take(
    account: &mut MarginAccount,
    taker: &mut MarginAccount,
    fund: &mut MarginAccount,
    take: &Take,
    book: &FailingBook,
    context: &MarginContext,
) -> Result<(), LiquidationError> {
    if !taker.holds_cash_alone() {
        return Err(LiquidationError::TakerHolds);
    }
    let is_live = |market| context.market(market).is_ok_and(|market| market.is_live);
    let moved = |market: u8, quantity: Lots| {
        if is_live(market) {
            take.share.of_position(quantity)
        } else {
            Lots::ZERO
        }
    };
    let mut lots = account.positions().iter();
    if lots.all(|position| moved(position.series.market, position.quantity) == Lots::ZERO) {
        return Err(LiquidationError::NoLot(take.share));
    }
    let paid = Payment::of(account, taker, fund, take)?;
    check_taker(paid.taker, take.share, book)?;
    account.split_into(taker, |position| moved(position.series.market, position.quantity));
    taker.cash = paid.taker;
    (account.cash, account.debt) = (paid.account, paid.debt);
    fund.cash = paid.fund;
    Ok(())
}

/// What everybody has afterwards.
struct Payment {
    taker: u64,
    account: u64,
    debt: u64,
    fund: u64,
}

impl Payment {
    fn of(
        account: &MarginAccount,
        taker: &MarginAccount,
        fund: &MarginAccount,
        take: &Take,
    ) -> Result<Self, AccountError> {
        let amount = take.payment.0.unsigned_abs();
        let too_large = AccountError::TooLarge;
        let lacking = |cash, needed| AccountError::Cash { cash, needed };
        if take.payment >= Value::ZERO {
            let repaid = amount.min(account.debt);
            let kept = amount.saturating_sub(repaid);
            let cost = amount.checked_add(take.fee).ok_or(too_large)?;
            let gained = repaid.checked_add(take.fee).ok_or(too_large)?;
            return Ok(Self {
                taker: taker.cash.checked_sub(cost).ok_or(lacking(taker.cash, cost))?,
                account: account.cash.checked_add(kept).ok_or(too_large)?,
                debt: account.debt.saturating_sub(repaid),
                fund: fund.cash.checked_add(gained).ok_or(too_large)?,
            });
        }
        let own = amount.saturating_sub(take.from_fund);
        let cash = account.cash.checked_sub(own).ok_or(lacking(account.cash, own))?;
        let debt = account.debt.checked_add(take.from_fund).ok_or(too_large)?;
        let left = fund.cash.checked_sub(take.from_fund);
        let left = left.ok_or(lacking(fund.cash, take.from_fund))?;
        // What is left of its cash repays the fund at once.
        let repaid = cash.min(debt);
        let paid = taker.cash.checked_add(amount).ok_or(too_large)?;
        let gained = repaid.checked_add(take.fee).ok_or(too_large)?;
        Ok(Self {
            taker: paid.checked_sub(take.fee).ok_or(lacking(paid, take.fee))?,
            account: cash.saturating_sub(repaid),
            debt: debt.saturating_sub(repaid),
            fund: left.checked_add(gained).ok_or(too_large)?,
        })
    }
}

/// Checks the liquidator's account by a share of the one valuation.
fn check_taker(cash: u64, share: Share, book: &FailingBook) -> Result<(), LiquidationError> {
    let wide = |value: Value| i128::from(value.0);
    let live = &book.live;
    let paid = live.value.saturating_sub(live.unpaid);
    let equity = i128::from(cash).saturating_add(share.of_floor(wide(paid)));
    let required = share
        .of_ceil(wide(live.requirement.initial))
        .saturating_add(wide(live.floors));
    if equity < required {
        return Err(MarginError::Initial {
            equity: narrow(equity)?,
            required: narrow(required)?,
        }
        .into());
    }
    let needed = share.of_ceil(wide(live.cash_need.initial));
    if i128::from(cash) < needed {
        return Err(MarginError::Cash {
            cash: narrow(i128::from(cash))?,
            needed: narrow(needed)?,
        }
        .into());
    }
    Ok(())
}
