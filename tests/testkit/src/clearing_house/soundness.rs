//! What always holds of a clearing house's books.

use super::ClearingHouseFixture;

impl ClearingHouseFixture {
    /// Panics unless every token is accounted for, longs equal shorts, and open interest is what is
    /// held.
    pub fn assert_sound(&self) {
        let house = self.house();
        let accounts = self.accounts.iter().filter_map(|key| self.raw(key));
        let accounts: Vec<_> = accounts
            .map(|raw| raw.margin_account().expect("a margin account"))
            .collect();
        let expiries = self.expiries.iter().filter_map(|key| self.raw(key));
        let expiries: Vec<_> = expiries.map(|raw| raw.expiry().expect("an expiry")).collect();
        let cash: u64 = accounts.iter().map(|account| account.cash).sum();
        let pools: u64 = expiries.iter().map(|expiry| expiry.book().pool()).sum();
        assert_eq!(cash + pools, house.ledger, "cash and pools against the ledger");
        assert!(
            house.ledger <= self.tokens(&self.keys.custody),
            "the ledger against the custody"
        );
        let mut open = [0u64; 4];
        for expiry in &expiries {
            let (mut long, mut short) = (0, 0);
            for position in accounts.iter().flat_map(|account| account.positions()) {
                if position.series.market == expiry.market && position.series.expiry == expiry.expiry {
                    long += position.quantity.max(0).unsigned_abs();
                    short += position.quantity.min(0).unsigned_abs();
                }
            }
            assert_eq!(
                (long, short),
                (expiry.open_long, expiry.open_short),
                "{}",
                expiry.expiry
            );
            open[usize::from(expiry.market)] += long;
        }
        for (listing, open) in house.listings().iter().zip(open) {
            assert_eq!(listing.open_interest, open);
        }
        for account in &accounts {
            assert!(account.debt == 0 || account.cash == 0, "who owes has nothing");
        }
    }
}
