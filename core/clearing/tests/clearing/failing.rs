//! Accounts that fail: liquidation by share.

use super::model::{Model, FUND, HOUSE, MEMBERS, OWNERS, TAKERS};
use ballast_core_clearing::account::{MarginAccount, Status};
use ballast_core_clearing::liquidation::{
    apply_take, began_at, begin, end, price_take, Fund, LiquidationError, Share, Take, LEAST_SHARE,
};
use ballast_core_clearing::margin::{FailingBook, MarginStatus, Marks};
use ballast_core_types::{Lots, Value};

/// Equity over its target, in doubles, at most one; and what cash lacks of its need.
fn shortages(status: &MarginStatus) -> (f64, i64) {
    let ratio = if status.equity >= status.target {
        1.0
    } else {
        status.equity.0 as f64 / status.target.0 as f64
    };
    let own = status.cash.0 - status.debt.0;
    (ratio, (status.cash_need.target().0 - own).max(0))
}

impl Model {
    /// Somebody looks at an account, begins a liquidation if it is due, and takes what they may.
    pub fn liquidate(&mut self) {
        let index = self.random.below(MEMBERS);
        let book = self.failing_book(&self.accounts[index]);
        let before = book.status;
        let mut failing = self.accounts[index];
        let begun = self.with_context(|context| begin(&mut failing, &[before], context));
        let account = &mut self.accounts[index];
        if begun.is_ok() {
            *account = failing;
            assert!(before.is_liquidatable());
            self.tally.begun += 1;
            return;
        }
        if account.status == Status::Normal {
            return;
        }
        if end(account, &[before]).is_ok() {
            assert!(before.equity >= before.target && before.debt == Value::ZERO);
            return;
        }
        // Seldom at once, or nobody would ever be late.
        if began_at(account, self.now).is_none() || self.random.below(3) == 0 {
            return;
        }
        let taker = OWNERS + self.random.below(TAKERS);
        if taker == index || !self.accounts[taker].holds_cash_alone() {
            return;
        }
        let asked = [Share::WHOLE, Share(300_000_000), LEAST_SHARE][self.random.below(3)];
        match self.take(index, taker, &book, asked) {
            Ok(take) => self.count(&take, &book),
            Err(LiquidationError::Account(_) | LiquidationError::Margin(_)) => {
                self.tally.refused_takes += 1;
                self.check_that_the_rich_could(index, &book);
            }
            // Everything live that could pay for itself has been taken, or nothing is live.
            Err(LiquidationError::NothingLive | LiquidationError::NoCash | LiquidationError::NoLot(_)) => {}
            Err(refusal) => panic!("{refusal:?} {book:?}"),
        }
    }

    fn count(&mut self, take: &Take, before: &FailingBook) {
        self.tally.takes += 1;
        self.tally.partial_takes += u32::from(take.share < Share::WHOLE);
        self.tally.below_zero += u32::from(take.from_fund > 0);
        self.tally.takes_beside_silence += u32::from(before.live.count < before.whole.count);
    }

    fn price(&self, index: usize, book: &FailingBook, asked: Share) -> Result<Take, LiquidationError> {
        let cash = self.accounts[FUND].cash;
        let fund = Fund {
            cash,
            day: self.fund_day.at(self.now, cash),
        };
        price_take(&self.accounts[index], book, &fund, &HOUSE, self.now, asked)
    }

    /// Takes, and compares everything with what it was.
    fn take(
        &mut self,
        index: usize,
        taker: usize,
        before: &FailingBook,
        asked: Share,
    ) -> Result<Take, LiquidationError> {
        let take = self.price(index, before, asked)?;
        let mut parties = [self.accounts[index], self.accounts[taker], self.accounts[FUND]];
        let [account, liquidator, fund] = &mut parties;
        self.with_context(|context| apply_take(account, liquidator, fund, &take, before, context))?;
        self.compare(&take, index, before, &parties);
        let cash = self.accounts[FUND].cash;
        self.fund_day = self.fund_day.at(self.now, cash).less(take.beyond);
        [self.accounts[index], self.accounts[taker], self.accounts[FUND]] = parties;
        Ok(take)
    }

    fn compare(&self, take: &Take, index: usize, before: &FailingBook, parties: &[MarginAccount; 3]) {
        let [account, liquidator, fund] = parties;
        let after = self.failing_book(account);
        for position in self.accounts[index].positions() {
            let (kept, moved) = (
                account.quantity(&position.series),
                liquidator.quantity(&position.series),
            );
            assert_eq!(kept.0 + moved.0, position.quantity.0);
            let market = &self.markets[usize::from(position.series.market)];
            assert!(moved == Lots::ZERO || self.now >= market.silent_until);
        }
        // A lot and a unit a leg.
        let legs = i64::from(before.whole.count) + 1;
        let lots = 8 * legs * 400_000;
        let is_all_live = before.live.count == before.whole.count;
        if before.status.cash.0 - before.status.debt.0 + before.whole.fair.0 > 0 {
            assert_eq!((take.from_fund, fund.cash >= self.accounts[FUND].cash), (0, true));
            let (worse, better) = (shortages(&before.status), shortages(&after.status));
            let slack = lots as f64 / before.status.target.0.max(1) as f64;
            assert!(
                better.0 >= worse.0 - slack && (!is_all_live || better.1 <= worse.1 + lots),
                "a take leaves nothing worse: {worse:?} {better:?} {before:?} {after:?}"
            );
        } else {
            let given = self.accounts[FUND].cash.saturating_sub(fund.cash);
            // The rest of the account's cash repays it at once.
            assert!(given <= take.from_fund && (given == take.from_fund || account.debt == 0 || account.cash == 0));
            assert!(account.debt >= self.accounts[index].debt || take.payment > Value::ZERO);
        }
        let theirs = self.margin_status(liquidator, Marks::Adverse).unwrap();
        assert!(theirs.equity.0 + lots >= theirs.initial.0, "{theirs:?}");
        assert!(theirs.cash.0 + lots >= theirs.cash_need.initial.0, "{theirs:?}");
    }

    /// R23: for who has the money a permitted take exists.
    fn check_that_the_rich_could(&self, index: usize, book: &FailingBook) {
        let Ok(take) = self.price(index, book, Share::WHOLE) else {
            panic!("nothing is permitted: {book:?}");
        };
        let mut rich = MarginAccount::EMPTY;
        rich.donate(1 << 60).unwrap();
        let (mut account, mut fund) = (self.accounts[index], self.accounts[FUND]);
        let applied = self.with_context(|context| apply_take(&mut account, &mut rich, &mut fund, &take, book, context));
        assert!(applied.is_ok(), "{applied:?} {book:?}");
    }
}
