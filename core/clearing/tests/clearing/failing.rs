//! Accounts that fail: liquidation, takeover, and the winding down of the fund.

use super::model::{Model, FUND, HOUSE, LISTING, OWNERS};
use ballast_core_clearing::account::Status;
use ballast_core_clearing::liquidation::{
    apply_take, backstop, backstop_position, begin, check_take, end, price_take, LiquidationFill, Seller,
};
use ballast_core_clearing::margin::{fair_value_floor, MarginStatus, Marks};
use ballast_core_types::{Lots, Value};

/// Equity over the initial requirement, in doubles, at most one; and what cash lacks of its need.
fn shortages(status: &MarginStatus) -> (f64, i64) {
    let ratio = if status.equity >= status.initial {
        1.0
    } else {
        status.equity.0 as f64 / status.initial.0 as f64
    };
    (ratio, (status.cash_need.initial.0 - status.cash.0).max(0))
}

impl Model {
    /// Somebody looks at an account, begins a liquidation if it is due, and takes what they may.
    pub fn liquidate(&mut self) {
        let index = self.random.below(OWNERS);
        if self.accounts[index].status == Status::Bankrupt {
            return;
        }
        let Ok(before) = self.margin_status(&self.accounts[index], Marks::Adverse) else {
            return;
        };
        if begin(&mut self.accounts[index], &[before], &HOUSE, self.now).is_ok() {
            assert!(before.is_liquidatable());
            self.tally.begun += 1;
            return;
        }
        if self.accounts[index].status == Status::Normal {
            return;
        }
        if end(&mut self.accounts[index], &[before]).is_ok() {
            assert!(before.equity >= before.initial && before.debt == Value::ZERO);
            return;
        }
        let positions = self.accounts[index].positions().to_vec();
        let Some(position) = positions.get(self.random.below(positions.len().max(1))) else {
            return;
        };
        let lots = position.quantity.0 / LISTING.min_size.0;
        for part in [1, 2, 4, 16, lots.abs()] {
            let quantity = Lots(lots / part.max(1) * LISTING.min_size.0);
            if quantity != Lots::ZERO && self.try_take(index, &before, &position.series, quantity) {
                self.tally.takes += 1;
                return;
            }
        }
        self.tally.refused_takes += 1;
    }

    fn price(&self, index: usize, seller: Seller, series: &Series, quantity: Lots) -> Option<LiquidationFill> {
        let account = &self.accounts[index];
        let priced = self.with_context(|context| {
            let take = price_take(account, seller, series, quantity, &LISTING, context).ok()?;
            let fair = fair_value_floor(series, quantity, context).unwrap();
            Some((take, fair))
        });
        let (take, fair) = priced?;
        // The cap, once more from its formula: a share of the spot, and of a long position's worth.
        let spot = self.markets[usize::from(series.market)].spot;
        let mut cap = quantity.0.abs() as f64 * spot * 0.015;
        if quantity > Lots::ZERO {
            cap = cap.min((fair.0 + 1) as f64 * 0.2);
        }
        let gain = (fair.0 - take.payment.0) as f64;
        assert!(gain <= cap + 1.0, "{take:?} {fair:?} {cap}");
        assert!(take.discount <= take.cap);
        Some(take)
    }

    fn try_take(&mut self, index: usize, before: &MarginStatus, series: &Series, quantity: Lots) -> bool {
        let Some(take) = self.price(index, Seller::Member, series, quantity) else {
            return false;
        };
        let liquidator = (index + 1 + self.random.below(OWNERS - 1)) % OWNERS;
        let applied = |take: &LiquidationFill| {
            let (mut account, mut taker, mut fund) =
                (self.accounts[index], self.accounts[liquidator], self.accounts[FUND]);
            let change = apply_take(&mut account, &mut taker, Some(&mut fund), take, self.now).ok()?;
            Some((account, taker, fund, change))
        };
        let Some((account, taker, fund, change)) = applied(&take) else {
            return false;
        };
        let Ok(after) = self.margin_status(&account, Marks::Adverse) else {
            return false;
        };
        let less = Lots(quantity.0 - quantity.0.signum() * LISTING.min_size.0);
        let smaller = if after.is_restored() && less != Lots::ZERO {
            let take = self.price(index, Seller::Member, series, less).unwrap();
            let smaller = applied(&take).map(|(account, ..)| self.margin_status(&account, Marks::Adverse).unwrap());
            let Some(smaller) = smaller else { return false };
            Some(smaller)
        } else {
            None
        };
        if check_take(&take, LISTING.min_size, before, &after, smaller.as_ref()).is_err() {
            return false;
        }
        let (worse, better) = (shortages(before), shortages(&after));
        assert!(
            better.0 >= worse.0 - 1e-12 && better.1 <= worse.1,
            "a liquidation leaves nothing worse: {worse:?} {better:?}"
        );
        assert!(account.quantity(series).0.abs() < self.accounts[index].quantity(series).0.abs());
        assert!(
            smaller.is_none_or(|smaller| !smaller.is_restored()),
            "more than enough was taken"
        );
        if !self.passes(&taker, Marks::Adverse) {
            return false;
        }
        (self.accounts[index], self.accounts[liquidator], self.accounts[FUND]) = (account, taker, fund);
        self.change_open_interest(series, change);
        true
    }

    pub fn backstop(&mut self) {
        let index = self.random.below(OWNERS);
        if self.accounts[index].status != Status::Bankrupt {
            let Ok(status) = self.margin_status(&self.accounts[index], Marks::Adverse) else {
                return;
            };
            let (participants, fund) = self.accounts.split_at_mut(FUND);
            if backstop(&mut participants[index], &mut fund[0], &status, &HOUSE, self.now).is_err() {
                return;
            }
            self.tally.takeovers += 1;
        }
        for position in self.accounts[index].positions().to_vec() {
            let (participants, fund) = self.accounts.split_at_mut(FUND);
            // What is settled by its net has to be: expired positions wait for that.
            if position.series.expiry <= self.now {
                continue;
            }
            if let Ok(change) = backstop_position(&mut participants[index], &mut fund[0], &position.series) {
                self.change_open_interest(&position.series, change);
            }
        }
    }

    pub fn wind_down(&mut self) {
        let positions = self.accounts[FUND].positions().to_vec();
        let Some(position) = positions.get(self.random.below(positions.len().max(1))) else {
            return;
        };
        if position.series.expiry <= self.now {
            return;
        }
        let liquidator = self.random.below(OWNERS);
        let Some(take) = self.price(FUND, Seller::Insurance, &position.series, position.quantity) else {
            return;
        };
        let (mut fund, mut taker) = (self.accounts[FUND], self.accounts[liquidator]);
        let Ok(change) = apply_take(&mut fund, &mut taker, None, &take, self.now) else {
            return;
        };
        if !self.passes(&taker, Marks::Adverse) {
            return;
        }
        (self.accounts[FUND], self.accounts[liquidator]) = (fund, taker);
        self.change_open_interest(&position.series, change);
        self.tally.wound_down += 1;
    }
}

type Series = ballast_core_clearing::series::SeriesTerms;
