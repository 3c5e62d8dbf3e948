//! A vault's keeper, with the plan of the bot.

use super::VaultFixture;
use ballast_sdk::action::CrankAction;
use ballast_sdk::crank::{crank, Terms};
use litesvm::types::FailedTransactionMetadata;

impl VaultFixture {
    /// Plans and sends until nothing is due. Returns how many transactions that took. Panics if it
    /// never comes to rest.
    pub fn crank(&mut self) -> Result<u32, Box<FailedTransactionMetadata>> {
        for round in 0..20 {
            if self.crank_once()?.is_empty() {
                return Ok(round);
            }
            self.pass(0, 1);
        }
        panic!("the keeper never comes to rest: {:?}", self.snapshot().plan());
    }

    /// Returns the orders of the rebalance that a keeper would propose: each its leg and lots.
    pub fn planned_orders(&self) -> Vec<(usize, i64)> {
        let plan = self.snapshot().plan();
        let orders = plan.iter().find_map(|action| match action {
            CrankAction::Rebalance(orders) => Some(*orders),
            _ => None,
        });
        let orders = orders.into_iter().flatten().flatten();
        orders.map(|order| (order.leg, order.lots.0)).collect()
    }

    /// Returns the first of them, zero if none is due.
    pub fn planned_order(&self) -> i64 {
        self.planned_orders().first().map_or(0, |(_, lots)| *lots)
    }

    /// Sends what is due until a trade was among it.
    ///
    /// # Panics
    /// Panics if none ever is.
    pub fn crank_until_traded(&mut self) {
        let traded = |actions: &[CrankAction]| {
            let trades = |action: &CrankAction| matches!(action, CrankAction::Rebalance(_) | CrankAction::Unwind(..));
            actions.iter().any(trades)
        };
        for _ in 0..20 {
            let actions = self.crank_once().expect("what is planned is accepted");
            if traded(&actions) {
                return;
            }
            assert!(!actions.is_empty(), "nothing is due");
            self.pass(0, 1);
        }
        panic!("the keeper never trades");
    }

    /// Sends what is due in one transaction.
    pub fn crank_once(&mut self) -> Result<Vec<CrankAction>, Box<FailedTransactionMetadata>> {
        let keeper = self.keeper.insecure_clone();
        self.svm.expire_blockhash();
        let terms = Terms {
            pay_to: self.pay_to,
            ..Terms::default()
        };
        let due = crank(&self.snapshot(), &keeper, self.svm.latest_blockhash(), terms);
        let Some(due) = due.expect("what is due can be signed") else {
            return Ok(Vec::new());
        };
        self.send_signed(due.transaction)?;
        Ok(due.actions)
    }
}
