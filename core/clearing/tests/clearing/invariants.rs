//! What holds after every step.

use super::model::{Model, FUND};
use ballast_core_clearing::account::{MAX_EXPIRIES, MAX_POSITIONS};
use ballast_core_types::Lots;
use std::collections::BTreeMap;

impl Model {
    pub fn check(&mut self) {
        self.money();
        self.positions();
        self.forget();
    }

    /// Every token is somewhere: cash + pools = deposits − withdrawals.
    fn money(&self) {
        let cash: u64 = self.accounts.iter().map(|account| account.cash).sum();
        let pools: u64 = self.expiries.values().map(|(_, book)| book.pool()).sum();
        assert_eq!(cash + pools, self.deposited - self.withdrawn);
        for account in &self.accounts {
            assert!(
                account.debt == 0 || account.cash == 0,
                "every credit repays debt first: {account:?}"
            );
        }
        assert_eq!(self.accounts[FUND].debt, 0);
    }

    /// Longs are shorts, in each series and expiry, and as many as the books say.
    fn positions(&self) {
        let mut series: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        let mut expiries: BTreeMap<_, (u64, u64, u64)> = BTreeMap::new();
        for account in &self.accounts {
            assert!(account.positions().len() <= MAX_POSITIONS && account.claims().len() <= MAX_EXPIRIES);
            assert!(account.positions().is_sorted_by(|a, b| a.series < b.series));
            for position in account.positions() {
                assert_ne!(position.quantity, Lots::ZERO);
                let size = position.quantity.0.unsigned_abs();
                let key = (position.series.market, position.series.expiry);
                let (sums, expiry) = (
                    series.entry(position.series).or_default(),
                    expiries.entry(key).or_default(),
                );
                if position.quantity > Lots::ZERO {
                    sums.0 += size;
                    expiry.0 += size;
                } else {
                    sums.1 += size;
                    expiry.1 += size;
                }
            }
            for claim in account.claims() {
                expiries.entry((claim.market, claim.expiry)).or_default().2 += claim.amount;
            }
        }
        let mut open = [0; 2];
        for (key, (settlement, book)) in &self.expiries {
            let (long, short, claims) = expiries.remove(key).unwrap_or_default();
            assert_eq!((book.open_long, book.open_short), (long, short), "{key:?}");
            assert_eq!(book.claimed - book.claims_done, claims, "{key:?}");
            assert!(book.paid <= book.collected + book.covered && book.claims_done <= book.claimed);
            assert!(settlement.outcome.is_some() || long == short);
            open[usize::from(key.0)] += long;
        }
        assert!(expiries.is_empty());
        for (market, open) in self.markets.iter().zip(open) {
            assert_eq!(market.open.0, open);
        }
        for (terms, open) in &self.series {
            let (long, short) = series.remove(terms).unwrap_or_default();
            let (settlement, _) = &self.expiries[&(terms.market, terms.expiry)];
            if settlement.outcome.is_none() {
                assert_eq!((long, short), (open.0, open.0), "{terms:?}");
            }
        }
        assert!(series.is_empty());
    }

    /// Expiries that are done, and series that nobody holds, are closed.
    fn forget(&mut self) {
        let done = |settlement: &super::model::Closed| settlement.0.outcome.is_some() && settlement.1.is_done();
        self.expiries.retain(|_, state| !done(state));
        let (expiries, now) = (&self.expiries, self.now);
        self.series.retain(|terms, open| {
            expiries.contains_key(&(terms.market, terms.expiry)) && (open.0 > 0 || terms.expiry > now)
        });
    }
}
