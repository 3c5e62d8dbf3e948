//! Everything a keeper observes, taken together.

use crate::accounts::{DecodeError, RawAccount};
use crate::addresses::{self, VaultKeys};
use crate::feeds::PriceFeeds;
use crate::Instruction;
use anchor_lang::prelude::{Clock, Pubkey};
pub use ballast_core_market::admission::PriceUse;
use ballast_core_market::admission::{Now, PriceError};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::observation::MarketObservation;
use ballast_core_types::{Position, Price, Shares, UnixTime, Value};
use ballast_core_vault::advance::{advance, Liquid};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::batch::Batch;
use ballast_core_vault::crank::{self, CrankAction, CrankInputs, CrankMarket};
use ballast_core_vault::fees::FeeLedger;
use ballast_core_vault::places::{MAX_LEGS, MAX_MARKETS};
use ballast_core_vault::planner::Terms;
use ballast_core_vault::portfolio::Leg;
pub use ballast_core_vault::prices::Purpose;
use ballast_core_vault::prices::{MarketPrices, Prices};
use ballast_core_vault::state::VaultState;
use ballast_reference_venue::state::{Market as VenueMarket, Trader};
use ballast_risk::read;
use ballast_vault::state::{RequestBatch, Vault};
use ballast_venues::{PositionAccounts, Reference, Venue};
use core::array::from_fn;

mod market;

pub use market::{SnapshotMarket, VenueAccounts};

/// A vault, its markets and the prices in hand, decoded.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Addresses.
    pub keys: VaultKeys,
    /// Chain time.
    pub clock: Clock,
    /// The market in the first place: the only one of many a vault.
    pub first: SnapshotMarket,
    /// The others, in their places.
    pub others: Vec<SnapshotMarket>,
    /// Vault, as stored.
    pub vault: Vault,
    /// Vault, decoded.
    pub state: VaultState,
    /// The accounts of each leg at its venue, whatever they hold: the venue's reader says whether
    /// they can be read.
    pub venues: Vec<VenueAccounts>,
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
    /// Returns the accounts a snapshot needs besides the price accounts and the clock.
    pub fn accounts(keys: &VaultKeys) -> Vec<Pubkey> {
        let mut all = vec![keys.vault, keys.share_mint];
        all.extend(keys.markets.iter().flatten());
        let legs = keys.legs.iter().flatten();
        all.extend(legs.flat_map(|leg| [leg.venue_market, leg.venue_trader]));
        all
    }

    /// Decodes a snapshot. `feeds` are those of each market, in its place; `find` has each account
    /// of them and of [`Self::accounts`].
    ///
    /// # Errors
    /// The account that is missing, foreign or of another layout. A venue's account may be
    /// anything, or not be there: that it cannot be read is what a keeper has to tell the vault.
    pub fn decode(
        keys: VaultKeys,
        clock: Clock,
        feeds: &[PriceFeeds],
        mut find: impl FnMut(&Pubkey) -> Option<RawAccount>,
    ) -> Result<Self, DecodeError> {
        let found = |account: Option<RawAccount>, key: Pubkey| account.ok_or(DecodeError::Missing(key));
        let vault = found(find(&keys.vault), keys.vault)?.vault()?;
        let minted = Shares(found(find(&keys.share_mint), keys.share_mint)?.mint()?.supply);
        let mut markets = Vec::new();
        for (key, feeds) in keys.markets.iter().flatten().zip(feeds) {
            let (stored, view) = found(find(key), *key)?.market_view()?;
            markets.push(SnapshotMarket {
                key: *key,
                feeds: *feeds,
                published: feeds.accounts(&mut find),
                stored,
                view,
            });
        }
        let mut markets = markets.into_iter();
        let mut at = |key: Pubkey| find(&key).unwrap_or(RawAccount::missing(key));
        let venues = keys.legs.iter().flatten().map(|leg| VenueAccounts {
            market: at(leg.venue_market),
            trader: at(leg.venue_trader),
        });
        let venues = venues.collect();
        Ok(Self {
            clock,
            first: markets.next().ok_or(DecodeError::Layout {
                key: keys.vault,
                what: "vault with a market",
            })?,
            others: markets.collect(),
            state: *vault.state(),
            vault,
            venues,
            minted,
            batches: Vec::new(),
            keys,
        })
    }

    /// Returns the markets, in their places.
    pub fn markets(&self) -> impl Iterator<Item = &SnapshotMarket> {
        core::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the market at a place.
    pub fn market(&self, place: usize) -> Option<&SnapshotMarket> {
        self.markets().nth(place)
    }

    /// Returns the snapshot with those of its batches ([`batch_keys`]) that exist; without them
    /// nothing is planned for anybody who comes or goes.
    #[must_use]
    pub fn with_batches(mut self, accounts: impl IntoIterator<Item = Option<RawAccount>>) -> Self {
        let found = accounts.into_iter().flatten();
        self.batches = found.filter_map(|account| account.batch().ok()).collect();
        self
    }

    /// Returns the venue's market of the first leg, decoded: for people and tests.
    ///
    /// # Errors
    /// If it is foreign or of another layout.
    pub fn venue_market(&self) -> Result<VenueMarket, DecodeError> {
        let missing = DecodeError::Missing(self.keys.vault);
        self.venues.first().ok_or(missing)?.market.venue_market()
    }

    /// Returns the vault's account at the venue of the first leg, decoded: for people and tests.
    ///
    /// # Errors
    /// As [`Self::venue_market`].
    pub fn venue_trader(&self) -> Result<Trader, DecodeError> {
        self.venue_trader_of(0)
    }

    /// Returns the vault's account at the venue of the leg at a place, decoded: for people and
    /// tests.
    ///
    /// # Errors
    /// As [`Self::venue_market`].
    pub fn venue_trader_of(&self, place: usize) -> Result<Trader, DecodeError> {
        let missing = DecodeError::Missing(self.keys.vault);
        self.venues.get(place).ok_or(missing)?.trader.venue_trader()
    }

    /// Returns the age of the oldest price that a market keeps, seconds.
    pub fn oldest_age(&self) -> u32 {
        let ages = self.markets().map(|market| market.view.age(self.now()));
        ages.max().unwrap_or(u32::MAX)
    }

    /// Returns the chain's time as plain values.
    pub fn now(&self) -> Now {
        read::now(&self.clock)
    }

    /// Returns what an observation of a market at this moment would see.
    ///
    /// # Errors
    /// The rule that refuses the price.
    pub fn observation(&self, market: &SnapshotMarket) -> Result<MarketObservation, PriceError> {
        let params = &market.stored.params;
        let size = Value::from_amount(params.standard_order);
        let quotes = params.venues().iter().zip(size).flat_map(|(source, size)| {
            let ours = self.venues.iter().map(|venue| &venue.market);
            let ours = ours.filter(|venue| venue.key == source.account);
            ours.filter_map(move |venue| source.quote(&venue.owner, &venue.data, size))
        });
        Ok(MarketObservation {
            trading_cost: quotes.map(|quote| quote.cost.0).min(),
            ..market.published.observation(params, &market.view, self.now())?
        })
    }

    /// Returns the snapshot with its markets as an observation of each at this moment would leave
    /// them; as they are where that would change nothing, or be refused.
    #[must_use]
    pub fn observed(mut self) -> Self {
        let now = self.now();
        let state = |market: &SnapshotMarket| market.view.observe(&self.observation(market).ok()?, now).ok()?;
        let states: Vec<_> = self.markets().map(state).collect();
        let markets = core::iter::once(&mut self.first).chain(&mut self.others);
        for (market, state) in markets.zip(states) {
            market.view.state = state.or(market.view.state);
        }
        self
    }

    /// Returns the observations that have to come before what rests on prices of this use, if some
    /// have to: see [`ballast_core_market::MarketView::needs_observation`].
    pub fn observations_due(&self, usage: PriceUse) -> Vec<Instruction> {
        let is_due = |market: &&SnapshotMarket| market.view.needs_observation(usage, self.now());
        self.markets().filter(is_due).map(SnapshotMarket::observe).collect()
    }

    /// Returns [`Self::observations_due`], and the snapshot behind them.
    pub fn at_fresh_prices(self, usage: PriceUse) -> (Self, Vec<Instruction>) {
        let due = self.observations_due(usage);
        let is_due = !due.is_empty();
        (if is_due { self.observed() } else { self }, due)
    }

    /// Returns the actions due now, in the order to send them: see [`crank::plan`].
    pub fn plan(&self) -> Vec<CrankAction> {
        let position = |place, mid| self.position(place, mid);
        let batches = self.batches.iter().map(|record| (record.number, record.totals.get()));
        let batches: Vec<_> = batches.filter(|(_, batch)| !batch.is_filled()).collect();
        let markets = self.markets().map(|market| CrankMarket {
            view: market.view,
            observation: self.observation(market).ok(),
        });
        let markets: Vec<_> = markets.collect();
        let plan = crank::plan(&CrankInputs {
            markets: &markets,
            vault: &self.state,
            position: &position,
            terms: self.terms(),
            minted: self.minted,
            batches: &batches,
            traded_slot: self.vault.last_rebalance_slot,
            now: self.now(),
        });
        plan.into_iter().flatten().collect()
    }

    /// Returns the markets' prices for a purpose, by the program's own rules.
    ///
    /// # Errors
    /// The rule that refused the first that is needed.
    pub fn prices(&self, purpose: Purpose) -> Result<Prices, PriceError> {
        let mut markets = [None; MAX_MARKETS];
        for ((place, market), prices) in self.markets().enumerate().zip(&mut markets) {
            let counts = self.state.counts(place, purpose);
            *prices = Some(MarketPrices::read(&market.view, purpose, counts, self.now())?);
        }
        Ok(Prices { purpose, markets })
    }

    /// Returns the breakers of any market that are active now; all of them before the first
    /// observation.
    pub fn active_breakers(&self) -> BreakerSet {
        let active = |market: &SnapshotMarket| market.view.active_breakers(self.now()).unwrap_or(BreakerSet::ALL);
        self.markets().map(active).fold(BreakerSet::NONE, BreakerSet::union)
    }

    /// Returns the position of the leg at a place, its funding brought up to date at `mid`; `None`
    /// if it cannot be read.
    pub fn position(&self, place: usize, mid: Price) -> Option<Position> {
        let program = Pubkey::new_from_array(Reference::PROGRAM);
        let venue = self.venues.get(place)?;
        venue.market.owned_by(program).ok()?;
        venue.trader.owned_by(program).ok()?;
        let accounts = PositionAccounts {
            market: &venue.market.data,
            trader: &venue.trader.data,
        };
        Reference::position(&accounts, mid, self.clock.unix_timestamp).ok()
    }

    /// Returns the positions of all legs at the published prices.
    pub fn positions(&self, prices: &Prices) -> [Option<Position>; MAX_LEGS] {
        let mut positions = [None; MAX_LEGS];
        for ((place, market), position) in self.state.legs().zip(&mut positions) {
            *position = prices.mid(market).and_then(|mid| self.position(place, mid));
        }
        positions
    }

    /// Returns what trading at each leg's venue costs; `None` where its market cannot be read.
    pub fn terms(&self) -> Terms {
        from_fn(|place| Reference::terms(&self.venues.get(place)?.market.data).ok())
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

    /// Returns the low value of all that is at the venue of the leg at a place, quote base units;
    /// `None` if it cannot be told.
    pub fn at_venue_low(&self, place: usize) -> Option<u64> {
        let prices = self.prices(Purpose::Monitor).ok()?;
        let market = self.state.market_of(place)?;
        let position = self.position(place, prices.mid(market)?)?;
        Leg { market, position }.worth_low(&prices)
    }

    /// Appraises the vault where that says what a share is worth. `None` as [`Self::appraise`], and
    /// while it rests on a price that is admitted for nothing.
    pub fn valued(&self) -> Option<Appraisal<'_>> {
        self.appraise(Purpose::Monitor).filter(Appraisal::values_shares)
    }

    /// Appraises the vault for a purpose, as the program would now. `None` if a price that is
    /// needed is not admitted for it, a venue cannot be read, or a value does not fit.
    pub fn appraise(&self, purpose: Purpose) -> Option<Appraisal<'_>> {
        let prices = self.prices(purpose).ok()?;
        Appraisal::new(&AppraisalInputs {
            vault: &self.state,
            positions: self.positions(&prices),
            prices,
            minted: self.minted,
            now: self.now(),
        })
    }
}
