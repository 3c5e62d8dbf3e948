//! Series, quotes and trades.

use super::{parties, ClearingHouseFixture, Member, CLUSTER, USD};
use crate::world::{more_units, Sent};
use anchor_lang::prelude::Pubkey;
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{FillRange, Quote, QuoteLeg, QuoteScope, SpotBand, ANYONE};
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_types::Lots;
use ballast_options::state::{Series, SeriesKey};
use ballast_sdk::instructions::options as ix;
use ballast_sdk::quotes::SignedQuote;
use solana_signer::Signer;

impl ClearingHouseFixture {
    /// Creates a series of the first market, and its expiry, unless they are there.
    pub fn series(&mut self, kind: u8, strike: u32, moment: i64) -> SeriesKey {
        self.series_on(0, kind, strike, 0, moment)
    }

    /// Creates a series, and its expiry, unless they are there.
    pub fn series_on(&mut self, market: u8, kind: u8, digits: u32, places: u8, moment: i64) -> SeriesKey {
        let key = SeriesKey {
            market,
            kind,
            places,
            padding: 0,
            digits,
            expiry: moment,
        };
        let admin = self.admin.pubkey();
        let accounts = self.keys.series(&key);
        if self.raw(&accounts.expiry).is_none() {
            let create = ix::create_expiry(&self.keys, &admin, market, moment);
            self.send(&[create], &[]).expect("an expiry");
            self.expiries.push(accounts.expiry);
        }
        if self.raw(&accounts.series).is_none() {
            let market = self.markets[usize::from(market)].keys;
            let create = ix::create_series(&self.keys, &admin, &market, key);
            self.send(&[create], &[]).expect("a series");
        }
        key
    }

    /// Returns a maker's quote for anyone, good for a thousand slots, with the next nonce: any part
    /// of it from the least size on. `price` is in whole quote units for one underlying.
    pub fn quote(&mut self, maker: &Member, key: &SeriesKey, side: Side, size: i64, price: u64) -> Quote {
        self.package(maker, &[(*key, side, 1, price)], size)
    }

    /// The same with several legs: series, what the maker does, ratio, price.
    pub fn package(&mut self, maker: &Member, legs: &[(SeriesKey, Side, u16, u64)], size: i64) -> Quote {
        self.next_nonce += 1;
        let leg = |(key, side, ratio, price): &(SeriesKey, Side, u16, u64)| QuoteLeg {
            series: key.terms().expect("a series"),
            side: *side,
            ratio: *ratio,
            price: UnitPrice(*price * USD),
        };
        let mut legs: Vec<_> = legs.iter().map(leg).collect();
        legs.sort_by_key(|leg| leg.series);
        Quote {
            scope: QuoteScope {
                program: ballast_options::ID.to_bytes(),
                cluster: CLUSTER,
                house: self.keys.house.to_bytes(),
                maker: maker.account.to_bytes(),
            },
            nonce: Nonce(self.next_nonce),
            taker: ANYONE,
            expiry_slot: self.clock().slot + 1_000,
            spots: SpotBand::ANY,
            fill: FillRange {
                least: Lots(1),
                greatest: Lots(size),
            },
            legs: Legs::new(&legs).expect("one to four legs"),
        }
    }

    /// Takes so much of a quote that the maker has signed.
    pub fn take(&mut self, taker: &Member, maker: &Member, quote: &Quote, quantity: i64) -> Sent {
        let signed = SignedQuote::sign(quote, &maker.user.keypair);
        let parties = parties(taker, maker);
        let trade = ix::TradeAccounts {
            house: &self.keys,
            parties: &parties,
            markets: &self.market_keys(),
        };
        let [carrier, trade] = ix::take_quote(&trade, &signed, quantity).expect("a quote");
        self.send(&[more_units(), carrier, trade], &[&taker.user.keypair])
    }

    /// Trades on a quote of the maker: the taker buys, or sells where the quantity is negative.
    pub fn trade(&mut self, taker: &Member, maker: &Member, key: &SeriesKey, quantity: i64, price: u64) -> Sent {
        let side = if quantity > 0 { Side::Sell } else { Side::Buy };
        let quote = self.quote(maker, key, side, quantity.abs(), price);
        self.take(taker, maker, &quote, quantity.abs())
    }

    /// Returns what an account holds of a series.
    pub fn held(&self, key: &Pubkey, series: &SeriesKey) -> i64 {
        let account = self.account(key);
        let position = account.positions().iter().find(|position| position.series == *series);
        position.map_or(0, |position| position.quantity)
    }

    /// Returns a series.
    pub fn series_account(&self, key: &SeriesKey) -> Series {
        let raw = self.raw(&self.keys.series(key).series).expect("a series");
        raw.series().expect("a series")
    }
}
