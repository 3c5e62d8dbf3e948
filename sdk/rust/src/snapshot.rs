//! Everything a keeper observes, taken together.

use crate::accounts::{DecodeError, RawAccount};
use crate::addresses::{self, VaultKeys};
use crate::feeds::{FeedAccounts, PriceFeeds};
use crate::{instructions, Instruction};
use anchor_lang::prelude::{Clock, Pubkey};
pub use ballast_core_market::admission::PriceUse;
use ballast_core_market::admission::{Now, PriceError, RawPrice};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::MarketObservation;
use ballast_core_market::MarketView;
use ballast_core_types::{Position, Price, Shares, TradingTerms, UnixTime, Value};
use ballast_core_vault::advance::{advance, Liquid};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::batch::Batch;
use ballast_core_vault::crank::{self, CrankAction, CrankInputs};
use ballast_core_vault::fees::FeeLedger;
use ballast_core_vault::portfolio::Portfolio;
use ballast_core_vault::prices::MarketPrices;
pub use ballast_core_vault::prices::Purpose;
use ballast_core_vault::state::VaultState;
use ballast_reference_venue::state::{Market as VenueMarket, Trader};
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;
use ballast_vault::state::{RequestBatch, Vault};
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
    /// Where its market's prices are published.
    pub feeds: PriceFeeds,
    /// Those accounts, as the chain has them.
    pub published: FeedAccounts,
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
    /// Shares that are minted, base units: with those that are earned as fees they are
    /// [`Self::supply`].
    pub minted: Shares,
    /// Batches that somebody may wait for, as stored, by their numbers: see
    /// [`Self::with_batches`].
    pub batches: Vec<RequestBatch>,
}

/// The most batches at either end of a line that are looked at in one go.
pub const BATCHES_AT_ONCE: usize = 40;

/// Returns the batches of a vault that somebody may wait for: those at the head of its line that
/// are not known to be past, and from the oldest unpriced one to the one that takes requests.
///
/// Batches without redemptions may lie in front of one that waits, any number of them: whoever
/// finds [`BATCHES_AT_ONCE`] of them to be past ([`is_past`]) asks again.
pub fn batch_keys(key: &Pubkey, vault: &Vault, known_past: impl Fn(&Pubkey) -> bool) -> Vec<Pubkey> {
    let queue = &vault.queue;
    let address = |number| addresses::batch(key, number);
    let priced = (queue.head..queue.next).map(address);
    let head = priced.filter(|batch| !known_past(batch)).take(BATCHES_AT_ONCE);
    let unpriced = (queue.next..=queue.open).take(BATCHES_AT_ONCE).map(address);
    head.chain(unpriced).collect()
}

/// Returns whether nobody waits for what a batch's account holds: it was priced and all of it
/// filled, or it is closed.
pub fn is_past(account: Option<&RawAccount>) -> bool {
    let batch = account.map(|account| account.batch());
    batch.is_none_or(|batch| batch.is_ok_and(|record| record.totals.get().is_filled()))
}

impl Snapshot {
    /// Returns the accounts a snapshot needs besides the price accounts and the clock, in the order
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
    /// anything, or not be there: that it cannot be read is what a keeper has to tell the vault.
    pub fn decode(
        keys: VaultKeys,
        clock: Clock,
        feeds: PriceFeeds,
        published: FeedAccounts,
        accounts: [Option<RawAccount>; 5],
    ) -> Result<Self, DecodeError> {
        let names = Self::accounts(&keys);
        let [risk_market, vault, venue_market, venue_trader, mint] = accounts;
        let found = |account: Option<RawAccount>, key: Pubkey| account.ok_or(DecodeError::Missing(key));
        let (risk_market, market) = found(risk_market, names[0])?.market_view()?;
        let vault = found(vault, names[1])?.vault()?;
        let venue = VenueAccounts {
            market: venue_market.unwrap_or(RawAccount::missing(names[2])),
            trader: venue_trader.unwrap_or(RawAccount::missing(names[3])),
        };
        Ok(Self {
            clock,
            feeds,
            published,
            risk_market,
            market,
            state: *vault.state(),
            vault,
            venue,
            minted: Shares(found(mint, names[4])?.mint()?.supply),
            batches: Vec::new(),
            keys,
        })
    }

    /// Returns the snapshot with those of its batches ([`batch_keys`]) that exist; without them
    /// nothing is planned for anybody who comes or goes.
    #[must_use]
    pub fn with_batches(mut self, accounts: impl IntoIterator<Item = Option<RawAccount>>) -> Self {
        let found = accounts.into_iter().flatten();
        self.batches = found.filter_map(|account| account.batch().ok()).collect();
        self
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

    /// Returns the chain's time as plain values.
    pub fn now(&self) -> Now {
        read::now(&self.clock)
    }

    /// Returns the published price, if the price account can be decoded.
    pub fn raw_price(&self) -> Option<RawPrice> {
        self.published.raw_price(&self.risk_market.params)
    }

    /// Returns what an observation at this moment would see.
    ///
    /// # Errors
    /// The rule that refuses the price.
    pub fn observation(&self) -> Result<MarketObservation, PriceError> {
        let params = &self.risk_market.params;
        let size = Value::from_amount(params.standard_order);
        let venue = &self.venue.market;
        let quoted = params.venues().iter().zip(size).filter_map(|(source, size)| {
            let ours = source.account == venue.key;
            source.quote(&venue.owner, &venue.data, size).filter(|_| ours)
        });
        Ok(MarketObservation {
            trading_cost: quoted.map(|quote| quote.cost.0).min(),
            ..self.published.observation(params, &self.market, self.now())?
        })
    }

    /// Returns `observe` of the vault's market.
    pub fn observe(&self) -> Instruction {
        instructions::observe(&self.keys.risk_market, &self.risk_market.params, &self.feeds)
    }

    /// Returns the snapshot with its market as an observation at this moment would leave it; as it
    /// is if that would change nothing, or be refused.
    #[must_use]
    pub fn observed(mut self) -> Self {
        let seen = self.observation();
        if let Ok(Some(state)) = seen.and_then(|observation| self.market.observe(&observation, self.now())) {
            self.market.state = Some(state);
        }
        self
    }

    /// Returns the observation that has to come before what rests on a price of this use, if one
    /// has to: see [`MarketView::needs_observation`].
    pub fn observation_due(&self, usage: PriceUse) -> Option<Instruction> {
        let is_due = self.market.needs_observation(usage, self.now());
        is_due.then(|| self.observe())
    }

    /// Returns [`Self::observation_due`], and the snapshot behind it.
    pub fn at_a_fresh_price(self, usage: PriceUse) -> (Self, Option<Instruction>) {
        match self.observation_due(usage) {
            Some(observe) => (self.observed(), Some(observe)),
            None => (self, None),
        }
    }

    /// Returns the actions due now, in the order to send them: see [`crank::plan`].
    pub fn plan(&self) -> Vec<CrankAction> {
        let position = |mid| self.position(mid);
        let batches = self.batches.iter().map(|record| (record.number, record.totals.get()));
        let batches: Vec<_> = batches.filter(|(_, batch)| !batch.is_filled()).collect();
        let plan = crank::plan(&CrankInputs {
            market: self.market,
            observation: self.observation().ok(),
            vault: &self.state,
            position: &position,
            terms: self.trading_terms(),
            minted: self.minted,
            batches: &batches,
            traded_slot: self.vault.last_rebalance_slot,
            now: self.now(),
        });
        plan.into_iter().flatten().collect()
    }

    /// Returns the market's prices for a purpose, by the program's own rules.
    ///
    /// # Errors
    /// The rule that refused the price.
    pub fn prices(&self, purpose: Purpose) -> Result<MarketPrices, PriceError> {
        MarketPrices::read(&self.market, purpose, self.now())
    }

    /// Returns the market's breakers that are active now; all of them before the first observation.
    pub fn active_breakers(&self) -> BreakerSet {
        self.market.active_breakers(self.now()).unwrap_or(BreakerSet::ALL)
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

    /// Returns what shares that leave are advanced in any case once their grace is over, out of
    /// what is liquid now: quote base units.
    pub fn part_of_liquid(&self, shares: u64) -> u64 {
        let mut batch = Batch::opened(UnixTime(0));
        batch.redemptions.requested.any = shares;
        let advanced = advance(&batch, &self.liquid(self.state.queue.next));
        advanced.map_or(0, |advanced| advanced.amount)
    }

    /// Returns what the batch of that number can be advanced from now.
    pub const fn liquid(&self, number: u64) -> Liquid<'_> {
        Liquid {
            vault: &self.state,
            minted: self.minted,
            number,
            now: UnixTime(self.clock.unix_timestamp),
        }
    }

    /// Returns what the vault's manager has earned until now.
    pub fn fees(&self) -> FeeLedger {
        self.state.fees_at(self.minted, UnixTime(self.clock.unix_timestamp))
    }

    /// Returns the share supply, base units: what is minted, and what is earned as fees.
    pub fn supply(&self) -> u64 {
        self.fees().supply(self.minted).0
    }

    /// Returns the low value of all that is at the venue, quote base units; `None` if it cannot be
    /// told.
    pub fn at_venue_low(&self) -> Option<u64> {
        let prices = self.prices(Purpose::Monitor).ok()?;
        let position = self.position(prices.bounds.mid)?;
        Portfolio::at_venue_low(&position, &prices.bounds, prices.slow)
    }

    /// Appraises the vault for a purpose, as the program would now. `None` if no price is admitted
    /// for it, the venue cannot be read, or a value does not fit.
    pub fn appraise(&self, purpose: Purpose) -> Option<Appraisal<'_>> {
        let prices = self.prices(purpose).ok()?;
        Appraisal::new(&AppraisalInputs {
            vault: &self.state,
            prices,
            position: self.position(prices.bounds.mid),
            minted: self.minted,
            now: self.now(),
        })
    }
}
