//! What owners and others do.

use super::model::{Model, FUND, HOUSE, LISTING, MEMBERS, OWNERS};
use ballast_core_clearing::auction::Auction;
use ballast_core_clearing::fees::taker_fee;
use ballast_core_clearing::legs::{Legs, MAX_LEGS};
use ballast_core_clearing::liquidation;
use ballast_core_clearing::margin::{fair_value_floor, Marks};
use ballast_core_clearing::nonces::{Nonce, NONCES};
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::payout::shortfall::cover;
use ballast_core_clearing::payout::{pay_claim, settle_positions, PayoutError};
use ballast_core_clearing::series::SeriesTerms;
use ballast_core_clearing::settlement::{Basis, Outcome, LEAST_SECONDS};
use ballast_core_clearing::trade::{premium, trade, LegFill, PackageLeg, Parties, Side, UnitPrice};
use ballast_core_types::Lots;

impl Model {
    pub fn step(&mut self) {
        match self.random.below(32) {
            0..=5 => {
                self.pass_time();
                if !self.is_asleep() {
                    self.settle_prices();
                }
            }
            6 => self.deposit(),
            7 => self.withdraw(),
            8..=14 => self.quote(),
            15..=17 => self.auction(),
            18..=24 => self.liquidate(),
            25..=28 => self.settle(),
            _ => self.pay(),
        }
    }

    fn deposit(&mut self) {
        let index = self.random.below(MEMBERS + 1);
        // Rarely, or nobody would ever fail.
        let poor = self.accounts[index].cash < 3_000_000_000;
        if !poor && self.random.below(20) > 0 {
            return;
        }
        if index == FUND {
            if self.accounts[FUND].cash < 1_000_000_000 && self.random.below(40) == 0 {
                let amount = 1 + self.random.below(500_000_000) as u64;
                self.accounts[FUND].donate(amount).unwrap();
                self.deposited += amount;
            }
            return;
        }
        let amount = 1 + self.random.below(40_000_000_000) as u64;
        let (participants, fund) = self.accounts.split_at_mut(FUND);
        if participants[index].deposit(&mut fund[0], amount).is_ok() {
            self.deposited += amount;
            self.end_if_restored(index);
        }
    }

    fn withdraw(&mut self) {
        let index = self.random.below(MEMBERS);
        let mut account = self.accounts[index];
        let share = [1.0, 0.9, 0.5, 0.1][self.random.below(4)];
        let amount = (account.cash as f64 * share) as u64;
        if account.withdraw(amount).is_err() {
            return;
        }
        if !self.passes(&account, Marks::Conservative) {
            self.tally.refused_withdrawals += 1;
            return;
        }
        self.accounts[index] = account;
        self.withdrawn += amount;
    }

    fn end_if_restored(&mut self, index: usize) {
        if let Ok(status) = self.margin_status(&self.accounts[index], Marks::Adverse) {
            let _ = liquidation::end(&mut self.accounts[index], &[status]);
        }
    }

    /// Returns a price somewhere about what is fair.
    fn unit_price(&mut self, series: &SeriesTerms) -> Option<UnitPrice> {
        let fair = self.with_context(|context| fair_value_floor(series, Lots(1_000_000), context));
        let noise = (0.1 * self.random.normal()).exp();
        Some(UnitPrice((fair.ok()?.0 as f64 * noise) as u64))
    }

    fn size(&mut self, series: &SeriesTerms) -> Lots {
        // Of the second market, a lot is worth four hundred times less.
        let most = if series.market == 0 { 20 } else { 8_000 };
        Lots(LISTING.min_size.0 * (1 + self.random.below(most) as i64))
    }

    /// A quote of one to four series, and one fill of it.
    fn quote(&mut self) {
        let (maker, taker) = self.two();
        let mut legs = Vec::new();
        for _ in 0..=self.random.below(MAX_LEGS) {
            legs.extend(self.quoted_leg());
        }
        let Some(PackageLeg { series, .. }) = legs.first().copied() else {
            return;
        };
        legs.retain(|leg| leg.series.market == series.market);
        legs.sort_by_key(|leg| leg.series);
        legs.dedup_by_key(|leg| leg.series);
        let nonce = Nonce(self.next_nonce);
        self.next_nonce += 1;
        let mut nonces = self.nonces[maker];
        nonces.move_base(Nonce(nonce.0.saturating_sub(NONCES / 2)));
        nonces.fill(nonce).unwrap();
        assert!(nonces.fill(nonce).is_err());
        self.nonces[maker].move_base(nonces.base);
        if self.execute(maker, taker, &Legs::new(&legs).unwrap()) {
            self.nonces[maker] = nonces;
            self.tally.trades += 1;
            self.tally.packages += u32::from(legs.len() > 1);
        }
    }

    fn quoted_leg(&mut self) -> Option<PackageLeg> {
        let series = self.random_series()?;
        let price = self.unit_price(&series)?;
        let lots = self.size(&series).0 / LISTING.min_size.0;
        Some(PackageLeg {
            series,
            quantity: Lots((lots / 2).max(1) * LISTING.min_size.0),
            price,
            taker: [Side::Buy, Side::Sell][self.random.below(2)],
        })
    }

    /// Executes a trade with both margins checked. Returns whether it was done.
    fn execute(&mut self, maker: usize, taker: usize, legs: &Legs<PackageLeg>) -> bool {
        let market = legs.first().series.market;
        let fills: Result<_, ()> = legs.try_map(|leg| {
            Ok(LegFill {
                leg: *leg,
                premium: premium(leg.quantity, leg.price, HOUSE.lots_per_unit(), leg.taker).unwrap(),
            })
        });
        let fills = fills.unwrap();
        let of_all = fills.iter().map(|fill| (fill.leg.quantity, fill.premium));
        let fee = taker_fee(of_all, self.spot(market), LISTING.taker_fee);
        let [mut taking, mut making, mut fund] = [taker, maker, FUND].map(|index| self.accounts[index]);
        let mut parties = Parties {
            taker: &mut taking,
            maker: &mut making,
            fund: &mut fund,
        };
        let Ok(changes) = trade(&mut parties, &fills, fee, LISTING.min_size, self.now) else {
            return false;
        };
        if !(self.passes(&taking, Marks::Adverse) && self.passes(&making, Marks::Adverse)) {
            self.tally.refused_for_margin += 1;
            return false;
        }
        (self.accounts[taker], self.accounts[maker], self.accounts[FUND]) = (taking, making, fund);
        for (leg, change) in legs.iter().zip(changes.iter()) {
            self.change_open_interest(&leg.series, *change);
        }
        self.end_if_restored(taker);
        self.end_if_restored(maker);
        true
    }

    fn auction(&mut self) {
        let Some((owner, series, mut auction)) = self.auction.take() else {
            return self.open_auction();
        };
        let taker = (owner + 1 + self.random.below(OWNERS - 1)) % OWNERS;
        let quantity = auction.left.min(self.size(&series));
        let limit = UnitPrice(if auction.side == Side::Sell { u64::MAX } else { 0 });
        let Ok(at) = auction.take(quantity, LISTING.min_size, limit, self.now) else {
            return;
        };
        let (low, high) = (
            auction.start_price.min(auction.end_price),
            auction.start_price.max(auction.end_price),
        );
        assert!((low..=high).contains(&at));
        let leg = PackageLeg {
            series,
            quantity,
            price: at,
            taker: auction.side.opposite(),
        };
        if self.execute(owner, taker, &Legs::single(leg)) {
            self.tally.auctions += 1;
        }
        if auction.left > Lots::ZERO {
            self.auction = Some((owner, series, auction));
        }
    }

    fn open_auction(&mut self) {
        let Some(series) = self.random_series() else { return };
        let Some(UnitPrice(fair)) = self.unit_price(&series) else {
            return;
        };
        let side = [Side::Buy, Side::Sell][self.random.below(2)];
        let (better, worse) = (UnitPrice(fair + fair / 10), UnitPrice(fair - fair / 10));
        let auction = Auction {
            side,
            start_price: if side == Side::Sell { better } else { worse },
            end_price: if side == Side::Sell { worse } else { better },
            begins_at: self.now,
            seconds: 3_600,
            left: self.size(&series),
        };
        if auction.check_open(LISTING.min_size, series.expiry, self.now).is_ok() {
            self.auction = Some((self.random.below(OWNERS), series, auction));
        }
    }

    pub fn two(&mut self) -> (usize, usize) {
        let first = self.random.below(OWNERS);
        (first, (first + 1 + self.random.below(OWNERS - 1)) % OWNERS)
    }

    /// Whatever price can be settled is.
    fn settle_prices(&mut self) {
        for ((market, expiry), (settlement, _)) in &mut self.expiries {
            let state = &self.markets[usize::from(*market)];
            let Some(averages) = state.averaged.averages() else {
                continue;
            };
            if settlement.advance(&averages, self.now).is_err() {
                continue;
            }
            if let Some(Outcome { basis, .. }) = settlement.outcome {
                let Basis::Window { ends_at, seconds } = basis else {
                    panic!("a price counts every five days");
                };
                assert!(seconds >= LEAST_SECONDS);
                let count = if ends_at > *expiry {
                    &mut self.tally.moved_ends
                } else {
                    &mut self.tally.averages
                };
                *count += 1;
            }
        }
    }

    /// Anyone settles anyone's positions of an expiry that has a price.
    fn settle(&mut self) {
        let index = self.random.below(MEMBERS);
        for (&(market, expiry), (settlement, book)) in &mut self.expiries {
            let Some(outcome) = settlement.outcome else { continue };
            let (members, fund) = self.accounts.split_at_mut(FUND);
            match settle_positions(&mut members[index], &mut fund[0], book, market, expiry, outcome.price) {
                Ok(settled) => {
                    self.tally.settled += 1;
                    *self.lost.entry((market, expiry)).or_default() += settled.unpaid;
                    self.tally.shortfalls += u32::from(settled.unpaid > 0);
                    let open = &mut self.markets[usize::from(market)].open;
                    *open = open.changed(-(settled.long as i64)).unwrap();
                }
                Err(PayoutError::NothingHere) => {}
                Err(refusal) => panic!("{refusal:?}"),
            }
        }
    }

    /// The fund puts in its part of what is missing on all expiries of a moment.
    fn cover(&mut self) {
        let behind = self.expiries.iter().filter(|(_, (_, book))| book.missing() > 0);
        let Some(&(_, moment)) = behind.map(|(key, _)| key).next_back() else {
            return;
        };
        let mut books = [None; MAX_LISTINGS];
        for (market, place) in (0u8..).zip(&mut books) {
            *place = self.expiries.get(&(market, moment)).map(|(_, book)| *book);
        }
        let fund = &mut self.accounts[FUND];
        let (before, had) = (books, fund.cash);
        match cover(fund, &mut books, moment, self.now) {
            Ok(parts) => {
                assert_eq!(had - fund.cash, parts.iter().sum::<u64>());
                self.tally.covers += 1;
            }
            Err(PayoutError::OthersOpen { market, until }) => {
                assert!(books == before && self.now < until);
                assert!(!books[usize::from(market)].unwrap().is_closed());
            }
            Err(PayoutError::NothingMissing) => assert!(books == before && fund.cash == had),
            Err(refusal) => panic!("{refusal:?}"),
        }
        for (market, book) in (0u8..).zip(books) {
            if let Some(book) = book {
                self.expiries.get_mut(&(market, moment)).unwrap().1 = book;
            }
        }
    }

    fn pay(&mut self) {
        self.cover();
        let index = self.random.below(MEMBERS);
        let claims: Vec<_> = self.accounts[index].claims().to_vec();
        for claim in claims {
            let (_, book) = self.expiries.get_mut(&(claim.market, claim.expiry)).unwrap();
            let (members, fund) = self.accounts.split_at_mut(FUND);
            match pay_claim(&mut members[index], &mut fund[0], book, claim.market, claim.expiry) {
                Ok(paid) => {
                    self.tally.claims += u32::from(paid.is_last);
                    self.tally.haircuts += u32::from(paid.amount < paid.claim);
                    assert!(paid.amount <= paid.claim && paid.repaid <= paid.amount);
                    // A winner gets less only where a loser fell short.
                    assert!(paid.amount == paid.claim || self.lost[&(claim.market, claim.expiry)] > 0);
                }
                Err(PayoutError::StillOpen { .. } | PayoutError::FundPending) => {}
                Err(refusal) => panic!("{refusal:?}"),
            }
        }
    }
}
