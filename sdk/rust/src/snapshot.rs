//! Everything a keeper looks at, taken together.

use crate::accounts::{DecodeError, RawAccount};
use crate::addresses::VaultKeys;
use anchor_lang::prelude::{AccountInfo, Clock, Pubkey};
use ballast_core_market::admission::{AdmittedPrice, PriceUse};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::Sight;
use ballast_core_types::PriceBounds;
use ballast_core_types::{Price, Value};
use ballast_core_vault::book::Book;
use ballast_core_vault::exposure::Targets;
use ballast_reference_venue::state::{Market as VenueMarket, Trader};
use ballast_risk::read::{newer_price, now, quote, second_price};
use ballast_risk::state::Market as RiskMarket;
use ballast_vault::state::Vault;
use ballast_vault::valuation;

/// A vault, its markets and the price in hand, decoded.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Addresses.
    pub keys: VaultKeys,
    /// Chain time.
    pub clock: Clock,
    /// The price account.
    pub price_feed: RawAccount,
    /// The account of the market's second price source, if it has one.
    pub second_feed: Option<RawAccount>,
    /// Risk market.
    pub risk_market: RiskMarket,
    /// Vault.
    pub vault: Vault,
    /// Venue market.
    pub venue_market: VenueMarket,
    /// The same, as the chain has it: the risk market reads its liquidity.
    pub venue_account: RawAccount,
    /// The vault's account there.
    pub venue_trader: Trader,
    /// Share supply.
    pub supply: u64,
}

impl Snapshot {
    /// The accounts a snapshot needs besides the price account and the clock, in the order [`Self::decode`] takes them.
    pub fn accounts(keys: &VaultKeys) -> [Pubkey; 5] {
        [
            keys.risk_market,
            keys.vault,
            keys.venue_market,
            keys.venue_trader,
            keys.share_mint,
        ]
    }

    /// Decodes a snapshot.
    ///
    /// # Errors
    /// The account that is missing, foreign or of another layout.
    pub fn decode(
        keys: VaultKeys,
        clock: Clock,
        price_feed: RawAccount,
        accounts: [Option<RawAccount>; 5],
    ) -> Result<Self, DecodeError> {
        let names = Self::accounts(&keys);
        let [risk_market, vault, venue_market, venue_trader, mint] = accounts;
        let found = |account: Option<RawAccount>, key: Pubkey| account.ok_or(DecodeError::Missing(key));
        let venue_account = found(venue_market, names[2])?;
        Ok(Self {
            clock,
            price_feed,
            second_feed: None,
            risk_market: found(risk_market, names[0])?.risk_market()?,
            vault: found(vault, names[1])?.vault()?,
            venue_market: venue_account.venue_market()?,
            venue_account,
            venue_trader: found(venue_trader, names[3])?.venue_trader()?,
            supply: found(mint, names[4])?.mint()?.supply,
            keys,
        })
    }

    /// With the account of the market's second price source.
    #[must_use]
    pub fn with_second(self, second_feed: Option<RawAccount>) -> Self {
        Self { second_feed, ..self }
    }

    /// What an observation at this moment would see.
    ///
    /// # Errors
    /// The rule that refuses the price.
    pub fn sight(&self) -> anchor_lang::Result<Sight> {
        let (market, now) = (&self.risk_market, now(&self.clock));
        let price = self.with_feed(|feed| newer_price(market, feed, now))?;
        let second = match &self.second_feed {
            Some(second) => with_info(second, |feed| second_price(market, Some(feed), now))?,
            None => second_price(market, None, now)?,
        };
        let size = Value::from_amount(market.params.standard_order);
        let quoted = market.params.venues().iter().zip(size).filter_map(|(source, size)| {
            let ours = source.account == self.venue_account.key;
            let quoted = with_info(&self.venue_account, |account| quote(source, account, size));
            quoted.ok().flatten().filter(|_| ours)
        });
        Ok(Sight {
            price,
            second,
            trading_cost: quoted.map(|quote| quote.cost.0).min(),
            implied: market.implied.get(),
        })
    }

    /// The live price for a use, by the program's own rules; `Err` says which rule refused it.
    pub fn live_price(&self, usage: PriceUse) -> anchor_lang::Result<AdmittedPrice> {
        self.with_feed(|feed| ballast_risk::read::live_price(&self.risk_market, feed, usage, &self.clock))
    }

    /// The market's breakers that stand; the vault's are in [`Self::looked`].
    pub fn standing(&self, live: Option<&AdmittedPrice>) -> anchor_lang::Result<BreakerSet> {
        ballast_risk::read::standing(&self.risk_market, live, &self.clock)
    }

    /// The vault after one more look at this live price, as the program will look, and the breakers of market and vault that stand for
    /// whoever acts on it. `None` if a value does not fit.
    pub fn looked(&self, live: &AdmittedPrice) -> Option<(Vault, BreakerSet)> {
        let slow = self.risk_market.signals.slow_price.price()?;
        let nav_low = self.book(live.bounds.mid)?.nav_low(&live.bounds, slow)?;
        let mut vault = self.vault.clone();
        let own = vault
            .look(nav_low, self.supply, self.venue_answers(), now(&self.clock))
            .ok()?;
        Some((vault, own.union(self.standing(Some(live)).ok()?)))
    }

    /// Whether the venue answers as it should.
    pub fn venue_answers(&self) -> bool {
        valuation::venue_answers(&self.venue_market, &self.venue_trader)
    }

    /// The price an exit would get now.
    pub fn exit_price(&self) -> anchor_lang::Result<PriceBounds> {
        self.with_feed(|feed| ballast_risk::read::exit_price(&self.risk_market, feed, &self.clock))
    }

    /// The book at `mid`. `None` if a value does not fit.
    pub fn book(&self, mid: Price) -> Option<Book> {
        let now = self.clock.unix_timestamp;
        valuation::book(&self.vault, &self.venue_market, &self.venue_trader, mid, now)
    }

    /// The targets the program would judge a rebalance by at these prices. `None` if a value does not fit.
    pub fn targets(&self, book: &Book, bounds: &PriceBounds) -> Option<Targets> {
        let slow = self.risk_market.signals.slow_price.price()?;
        let low = book.nav_low(bounds, slow)?;
        let nav = self
            .vault
            .redemption_nav(low, self.supply, self.clock.unix_timestamp)
            .ok()?;
        self.vault.targets(nav, self.supply, self.vault.leaving_shares).ok()
    }

    /// Runs `read` with the price account as the programs see it.
    pub fn with_feed<T>(&self, read: impl FnOnce(&AccountInfo) -> T) -> T {
        with_info(&self.price_feed, read)
    }
}

/// Runs `read` with an account as the programs see it.
fn with_info<T>(account: &RawAccount, read: impl FnOnce(&AccountInfo) -> T) -> T {
    let mut lamports = 1;
    let mut data = account.data.clone();
    let info = AccountInfo::new(
        &account.key,
        false,
        false,
        &mut lamports,
        &mut data,
        &account.owner,
        false,
    );
    read(&info)
}
