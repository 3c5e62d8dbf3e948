//! Everything a keeper observes, taken together.

use crate::accounts::{DecodeError, RawAccount};
use crate::addresses::VaultKeys;
use anchor_lang::prelude::{Clock, Pubkey};
use ballast_core_market::admission::{Now, PriceError, RawPrice};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::MarketObservation;
use ballast_core_market::MarketView;
use ballast_core_types::{Position, Price, Shares, TradingTerms, Value};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::crank::{self, CrankAction, CrankInputs};
use ballast_core_vault::prices::MarketPrices;
pub use ballast_core_vault::prices::Purpose;
use ballast_core_vault::state::VaultState;
use ballast_reference_venue::state::{Market as VenueMarket, Trader};
use ballast_risk::oracle::{self, OracleAccount};
use ballast_risk::read;
use ballast_risk::state::{Market as RiskMarket, PriceSource};
use ballast_vault::state::Vault;
use ballast_venues::{PositionAccounts, Reference, Venue};

/// The venue's accounts, as the chain has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueAccounts {
    /// The market.
    pub market: RawAccount,
    /// The vault's account on it.
    pub trader: RawAccount,
}

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
    /// Risk market, as stored.
    pub risk_market: RiskMarket,
    /// Risk market, decoded.
    pub market: MarketView,
    /// Vault, as stored.
    pub vault: Vault,
    /// Vault, decoded.
    pub state: VaultState,
    /// The venue's accounts, whatever they hold: the venue's reader says whether they can be read.
    pub venue: VenueAccounts,
    /// Share supply, base units.
    pub supply: u64,
}

impl Snapshot {
    /// Returns the accounts a snapshot needs besides the price account and the clock, in the order
    /// [`Self::decode`] takes them.
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
    /// The account that is missing, foreign or of another layout. A venue's account may be
    /// anything: that it cannot be read is what a keeper has to tell the vault.
    pub fn decode(
        keys: VaultKeys,
        clock: Clock,
        price_feed: RawAccount,
        accounts: [Option<RawAccount>; 5],
    ) -> Result<Self, DecodeError> {
        let names = Self::accounts(&keys);
        let [risk_market, vault, venue_market, venue_trader, mint] = accounts;
        let found = |account: Option<RawAccount>, key: Pubkey| account.ok_or(DecodeError::Missing(key));
        let (risk_market, market) = found(risk_market, names[0])?.market_view()?;
        let vault = found(vault, names[1])?.vault()?;
        let venue = VenueAccounts {
            market: found(venue_market, names[2])?,
            trader: found(venue_trader, names[3])?,
        };
        Ok(Self {
            clock,
            price_feed,
            second_feed: None,
            risk_market,
            market,
            state: *vault.state(),
            vault,
            venue,
            supply: found(mint, names[4])?.mint()?.supply,
            keys,
        })
    }

    /// Returns the venue's market, decoded: for people and tests.
    ///
    /// # Errors
    /// If it is foreign or of another layout.
    pub fn venue_market(&self) -> Result<VenueMarket, DecodeError> {
        self.venue.market.venue_market()
    }

    /// Returns the vault's account at the venue, decoded: for people and tests.
    ///
    /// # Errors
    /// As [`Self::venue_market`].
    pub fn venue_trader(&self) -> Result<Trader, DecodeError> {
        self.venue.trader.venue_trader()
    }

    /// With the account of the market's second price source.
    #[must_use]
    pub fn with_second(self, second_feed: Option<RawAccount>) -> Self {
        Self { second_feed, ..self }
    }

    /// Returns the chain's time as plain values.
    pub fn now(&self) -> Now {
        read::now(&self.clock)
    }

    /// Returns the published price, if the price account can be decoded.
    pub fn raw_price(&self) -> Option<RawPrice> {
        let [source, _] = &self.risk_market.params.sources;
        decode(source, &self.price_feed)
    }

    /// Returns what an observation at this moment would see.
    ///
    /// # Errors
    /// The rule that refuses the price.
    pub fn observation(&self) -> Result<MarketObservation, PriceError> {
        let (params, now) = (&self.risk_market.params, self.now());
        let raw = self.raw_price().ok_or(PriceError::Unreadable)?;
        let second = params.second_source().zip(self.second_feed.as_ref());
        let second = second.and_then(|(source, account)| decode(source, account));
        let size = Value::from_amount(params.standard_order);
        let venue = &self.venue.market;
        let quoted = params.venues().iter().zip(size).filter_map(|(source, size)| {
            let ours = source.account == venue.key;
            source.quote(&venue.owner, &venue.data, size).filter(|_| ours)
        });
        Ok(MarketObservation {
            price: self.market.newer_price(&raw, now)?,
            second: second.and_then(|raw| self.market.second_price(&raw, now)),
            trading_cost: quoted.map(|quote| quote.cost.0).min(),
            implied: self.market.implied,
        })
    }

    /// Returns the actions due now, in the order to send them: see [`crank::plan`].
    pub fn plan(&self) -> Vec<CrankAction> {
        let position = |mid| self.position(mid);
        let plan = crank::plan(&CrankInputs {
            market: self.market,
            observation: self.observation().ok(),
            raw_price: self.raw_price(),
            vault: &self.state,
            position: &position,
            terms: self.trading_terms(),
            supply: Shares(self.supply),
            now: self.now(),
        });
        plan.into_iter().flatten().collect()
    }

    /// Returns the market's prices for a purpose, by the program's own rules.
    ///
    /// # Errors
    /// The rule that refused the price.
    pub fn prices(&self, purpose: Purpose) -> Result<MarketPrices, PriceError> {
        MarketPrices::read(&self.market, self.raw_price().as_ref(), purpose, self.now())
    }

    /// Returns the market's breakers that are active whatever the price in hand; all of them before
    /// the first observation.
    pub fn active_breakers(&self) -> BreakerSet {
        self.market.active_breakers(None, self.now()).unwrap_or(BreakerSet::ALL)
    }

    /// Returns the vault's position at the venue, its funding brought up to date at `mid`; `None`
    /// if it cannot be read.
    pub fn position(&self, mid: Price) -> Option<Position> {
        let program = Pubkey::new_from_array(Reference::PROGRAM);
        self.venue.market.owned_by(program).ok()?;
        self.venue.trader.owned_by(program).ok()?;
        let accounts = PositionAccounts {
            market: &self.venue.market.data,
            trader: &self.venue.trader.data,
        };
        Reference::position(&accounts, mid, self.clock.unix_timestamp).ok()
    }

    /// Returns what trading at the venue costs; `None` if its market cannot be read.
    pub fn trading_terms(&self) -> Option<TradingTerms> {
        Reference::terms(&self.venue.market.data).ok()
    }

    /// Appraises the vault for a purpose, as the program would now. `None` if no price is admitted
    /// for it, the venue cannot be read, or a value does not fit.
    pub fn appraise(&self, purpose: Purpose) -> Option<Appraisal<'_>> {
        let prices = self.prices(purpose).ok()?;
        Appraisal::new(&AppraisalInputs {
            vault: &self.state,
            prices,
            position: self.position(prices.bounds.mid)?,
            supply: Shares(self.supply),
            now: self.now(),
        })
    }
}

/// Returns the published price in an account, if it is the source's and can be decoded.
fn decode(source: &PriceSource, account: &RawAccount) -> Option<RawPrice> {
    let account = OracleAccount {
        key: &account.key,
        owner: &account.owner,
        data: &account.data,
    };
    oracle::decode(source, &account).ok()
}
