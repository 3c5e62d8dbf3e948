//! One market: where its price comes from, what it may be used for, and what has been learned from
//! it.
//!
//! The account is plain data at fixed offsets (`docs/reference/accounts-market.md`), read and
//! written in place.

use crate::errors::RiskError;
use crate::state::{
    Fixed, MarketParams, StoredAverages, StoredBreakers, StoredDeclaration, StoredImplied, StoredPrint, StoredReading,
    StoredRegime, StoredSignals, StoredTradingCost, StoredVenue, StoredWorstDay, MAX_VENUES,
};
use anchor_lang::prelude::*;
use ballast_core_market::accumulators::{Average, Averages, Checkpoint};
use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_market::observation::MarketState;
use ballast_core_market::MarketView;
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::Ratio;

/// First seed of a market's address: `["market", creator, name]`.
pub const MARKET_SEED: &[u8] = b"market";
/// Layout written by this program. A reader that does not know a market's version has to refuse it.
pub const MARKET_VERSION: u8 = 6;

/// A market.
#[account(zero_copy)]
#[derive(Debug)]
#[repr(C)]
pub struct Market {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 6],
    /// Who created it.
    pub creator: Pubkey,
    /// ASCII name, padded with zeros.
    pub name: [u8; 16],
    /// Parameters.
    pub params: MarketParams,
    /// Signals of the price.
    pub signals: StoredSignals,
    /// The second source's last print.
    pub second: StoredPrint,
    /// The last two prints of both sources that were close.
    pub pair: StoredReading,
    /// What the quote token was last worth.
    pub quote: StoredReading,
    /// Declarations that the first and the second source are silent.
    pub silence: [StoredDeclaration; 2],
    /// What each venue last quoted, in the order of the parameters.
    pub venues: [StoredVenue; MAX_VENUES],
    /// Cost of trading, now and on average.
    pub trading_cost: StoredTradingCost,
    /// Implied volatility.
    pub implied: StoredImplied,
    /// The regime.
    pub regime: StoredRegime,
    /// The breakers.
    pub breakers: StoredBreakers,
    /// Sums of price × time.
    pub averages: StoredAverages,
    /// The largest move of a day in each of the last quarters.
    pub worst_day: StoredWorstDay,
    /// Room for what later versions learn.
    pub reserved: [u64; 21],
}

/// Bytes of a market's account.
pub const MARKET_BYTES: usize = 8 + core::mem::size_of::<Market>();

impl Market {
    /// Refuses a market of another layout.
    ///
    /// # Errors
    /// [`RiskError::MarketVersion`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == MARKET_VERSION, RiskError::MarketVersion);
        Ok(())
    }

    /// Returns the market in an account's data, in place: for readers that are handed a bare
    /// account. They have to check its owner.
    ///
    /// # Errors
    /// [`RiskError::MarketVersion`] if it is no market of this version.
    pub fn in_place(data: &[u8]) -> Result<&Self> {
        let body = data.strip_prefix(Self::DISCRIMINATOR);
        let market = body.and_then(|body| bytemuck::try_from_bytes::<Self>(body).ok());
        let market = market.ok_or(RiskError::MarketVersion)?;
        market.check_version()?;
        Ok(market)
    }

    /// Returns the account's data that holds this market.
    pub fn account_data(&self) -> Vec<u8> {
        [Self::DISCRIMINATOR, bytemuck::bytes_of(self)].concat()
    }

    /// Decodes the market.
    ///
    /// # Errors
    /// [`RiskError::MarketVersion`]; settings that no market created by this program has.
    #[inline(never)]
    pub fn view(&self) -> Result<Box<MarketView>> {
        self.check_version()?;
        let params = &self.params;
        Ok(Box::new(MarketView {
            limits: PriceUse::ALL.map(|usage| params.limits(usage)),
            grade: params.settlement.grade(),
            clock: params.clock.params(),
            has_second: params.second_source().is_some(),
            exit_haircut: params.exit_haircut.haircut(),
            observation: params.observation.params()?,
            initial_variance: EwmaVariance::from_bits(self.signals.slow_variance),
            implied: self.implied.get(),
            state: self.state(),
        }))
    }

    /// Returns what the market remembers, or `None` before the first observation.
    pub fn state(&self) -> Option<MarketState> {
        Some(MarketState {
            signals: self.signals.get()?,
            second: self.second.get(),
            pair: self.pair.pair(),
            quote: self.quote.quote_token(),
            silence: self.silence.map(|declaration| declaration.get()),
            trading_cost: self.trading_cost.get(),
            regime: self.regime.get(),
            breakers: self.breakers.get(),
        })
    }

    /// Slow variance of log returns a year.
    pub fn realised_variance(&self) -> Ratio {
        EwmaVariance::from_bits(self.signals.slow_variance).annual()
    }

    /// Returns the larger of the fast and the slow variance a year: what reserves are made for.
    pub fn larger_variance(&self) -> Ratio {
        EwmaVariance::from_bits(self.signals.slow_variance.max(self.signals.fast_variance)).annual()
    }

    /// Returns the averages of the price that the market can tell.
    ///
    /// # Errors
    /// As [`Self::view`]; [`RiskError::NothingObserved`] before the first observation.
    pub fn averages(&self, now: Now) -> Result<Averages<impl Iterator<Item = Checkpoint> + Clone + '_>> {
        let held = self.view()?.held_price(self.averages.sums.get(), now);
        Ok(self.averages.averages(held.ok_or(RiskError::NothingObserved)?))
    }

    /// Returns the average of the price of late, `view` being this market's; `None` if nobody
    /// observed it a minute to half a minute before its newest print.
    pub fn average_of_late(&self, view: &MarketView) -> Option<Average> {
        let every = view.every_price(self.averages.recent_sums.get())?;
        self.averages.of_late(&every)
    }

    /// Returns for how long the market has been observed in all at `now`, `view` being this
    /// market's: each print until the next one, for a minute at most. Seconds.
    pub fn observed_seconds(&self, view: &MarketView, now: i64) -> u64 {
        let every = view.every_price(self.averages.recent_sums.get());
        every.map_or(0, |held| held.sums_at(now).seconds)
    }

    /// Stores what the market remembers after one more observation.
    ///
    /// # Errors
    /// [`RiskError::OutOfRange`].
    #[inline(never)]
    pub fn record(&mut self, state: &MarketState) -> Result<()> {
        if state.signals.publish_time != self.signals.publish_time || self.signals.observations == 0 {
            let observations = self.signals.observations.saturating_add(1);
            self.signals = StoredSignals::of(&state.signals, observations);
        }
        if let Some(second) = state.second {
            self.second = second.into();
        }
        if let Some(pair) = state.pair {
            self.pair = pair.into();
        }
        if let Some(quote) = state.quote {
            self.quote = quote.into();
        }
        self.silence = state.silence.map(StoredDeclaration::from);
        if let Some(cost) = state.trading_cost {
            self.trading_cost = cost.into();
        }
        self.regime = state.regime.into();
        self.breakers = state.breakers.into();
        self.check_invariants()
    }

    /// # Errors
    /// [`RiskError::OutOfRange`] if an observed market has no positive price, or its high lies
    /// under its slow price.
    pub fn check_invariants(&self) -> Result<()> {
        let sound = self.signals.observations == 0
            || (self.signals.price.price().is_some() && self.signals.high.get() >= self.signals.slow_price.get());
        require!(sound, RiskError::OutOfRange);
        Ok(())
    }
}

/// Returns the variance that a market's estimates start from, as stored.
pub(crate) fn stored_variance(variance: Fixed) -> Result<u64> {
    let variance = EwmaVariance::from_annual(variance.ratio()).ok_or(RiskError::InitialVariance)?;
    Ok(variance.bits())
}
