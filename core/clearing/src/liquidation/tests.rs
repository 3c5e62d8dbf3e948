mod below_zero;
mod rules;
mod shares;

use super::*;
use crate::account::MarginAccount;
use crate::fixtures::{account, call, option, put, EXPIRY, HOUSE};
use crate::margin::fixtures::{failing_book_of, status_of, with_market, NOW};
use crate::margin::{FailingBook, MarginContext, Marks};
use crate::params::MAX_LISTINGS;
use crate::series::SeriesTerms;
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::fixtures::price;
use ballast_core_types::{Lots, Price, Value};

extern crate std;
use std::string::ToString;
use std::vec::Vec;

const UNIT: i64 = 1_000_000;
const USD: u64 = 1_000_000;

/// Somebody who fails, somebody rich, and the fund.
struct Parties {
    account: MarginAccount,
    taker: MarginAccount,
    fund: MarginAccount,
    day: FundDay,
}

impl Parties {
    /// An account whose liquidation has begun at [`NOW`].
    fn failing(cash: u64, positions: &[(SeriesTerms, i64)]) -> Self {
        let mut failing = account(cash, positions);
        failing.status = begun_at(NOW);
        Self {
            account: failing,
            taker: account(1 << 50, &[]),
            fund: account(1_000_000 * USD, &[]),
            day: FundDay::default(),
        }
    }

    fn book(&self, context: &MarginContext) -> FailingBook {
        failing_book_of(&self.account, context)
    }

    /// The book so many seconds after the beginning, all markets having been observed.
    fn book_after(&self, elapsed: i64, context: &MarginContext) -> FailingBook {
        self.book(&observed(elapsed, context))
    }

    /// Takes a share so many seconds after the beginning.
    fn take(&mut self, asked: Share, elapsed: i64, context: &MarginContext) -> Result<Take, LiquidationError> {
        self.take_after(asked, elapsed, &observed(elapsed, context))
    }

    /// As [`Self::take`], with what was observed being the context's.
    fn take_after(&mut self, asked: Share, elapsed: i64, context: &MarginContext) -> Result<Take, LiquidationError> {
        let now = NOW + elapsed;
        let book = self.book(context);
        let day = self.day.at(now, self.fund.cash);
        let fund = Fund {
            cash: self.fund.cash,
            day,
        };
        let take = price_take(&self.account, &book, &fund, &HOUSE, now, asked)?;
        apply_take(
            &mut self.account,
            &mut self.taker,
            &mut self.fund,
            &take,
            &book,
            context,
        )?;
        self.day = day.less(take.beyond);
        Ok(take)
    }

    fn cash(&self) -> u64 {
        self.account.cash + self.taker.cash + self.fund.cash
    }
}

fn begun_at(since: i64) -> Status {
    Status::Liquidation {
        since,
        observed: [0; MAX_LISTINGS],
    }
}

/// The same with every market observed for so long.
fn observed<'a>(seconds: i64, context: &MarginContext<'a>) -> MarginContext<'a> {
    let mut context = *context;
    for market in context.markets.iter_mut().flatten() {
        market.observed = seconds.unsigned_abs();
    }
    context
}

/// Twenty calls, five puts and a later call, short but for the last.
fn mixed() -> Vec<(SeriesTerms, i64)> {
    let later = option(Kind::Call, 55_000, EXPIRY + 30 * 86_400);
    [(call(52_000), -20 * UNIT), (put(45_000), -5 * UNIT), (later, 8 * UNIT)].into()
}

/// Returns the cash at which an account with these positions has so many hundredths of its
/// maintenance requirement.
fn cash_at(positions: &[(SeriesTerms, i64)], hundredths: i64, context: &MarginContext) -> u64 {
    let bare = status_of(&account(0, positions), context, Marks::Adverse).unwrap();
    u64::try_from(bare.maintenance.0 / 100 * hundredths - bare.equity.0).unwrap()
}

fn at(mid: &str, run: impl FnOnce(&MarginContext)) {
    with_market(price(mid), run);
}
