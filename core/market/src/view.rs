//! One market's decoded state, and every price that somebody may act on.
//!
//! Whoever holds a market's account decodes it once into a [`MarketView`], at the edge: a program,
//! a bot, a browser. What the market then says of its price is decided here, the same for all of
//! them.

use crate::accumulators::{Accumulators, Average, HeldPrice, SettlementGrade};
use crate::admission::{admit, Now, PriceError, PriceUse, Print, PrintLimits, RawPrice, UseLimits};
use crate::breaker::BreakerSet;
use crate::observation::{Implied, MarketObservation, MarketState, ObservationParams, SERIES_BAR};
use crate::price_clock::{sides, ClockParams, DeclareError, Declared, Kept, PriceClock, Source, MAX_PRINT_AGE_SECONDS};
use crate::signals::{exit_fallback, ExitHaircut};
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::{Price, PriceBounds};

/// One market's decoded state: its rules, and what it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketView {
    /// Limits of each use, in the order of [`PriceUse::ALL`].
    pub limits: [UseLimits; PriceUse::ALL.len()],
    /// Which of its prices count in its averages.
    pub grade: SettlementGrade,
    /// How it reads the chain's time.
    pub clock: ClockParams,
    /// Whether it has a second source.
    pub has_second: bool,
    /// How a price is marked down for an exit while the first source is silent.
    pub exit_haircut: ExitHaircut,
    /// How it is observed.
    pub observation: ObservationParams,
    /// Variance a year that a first observation starts from.
    pub initial_variance: EwmaVariance,
    /// Implied volatility, if its surface was ever published.
    pub implied: Option<Implied>,
    /// What it remembers; `None` before the first observation.
    pub state: Option<MarketState>,
}

/// The price of an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitPrice {
    /// The three prices a valuation uses.
    pub bounds: PriceBounds,
    /// Whether the market's price was admitted; otherwise a haircut has a part in it.
    pub is_live: bool,
}

impl MarketView {
    /// Returns the limits of one use.
    pub const fn limits(&self, usage: PriceUse) -> &UseLimits {
        let [trade, nav, exit, margin] = &self.limits;
        match usage {
            PriceUse::Trade => trade,
            PriceUse::Nav => nav,
            PriceUse::Exit => exit,
            PriceUse::Margin => margin,
        }
    }

    /// Returns the slow price.
    ///
    /// # Errors
    /// [`PriceError::NothingObserved`] before the first observation.
    pub fn slow_price(&self) -> Result<Price, PriceError> {
        Ok(self.observed()?.signals.slow_price)
    }

    /// Returns everything that it keeps of its price.
    ///
    /// # Errors
    /// [`PriceError::NothingObserved`] before the first observation.
    pub fn price_clock(&self) -> Result<PriceClock, PriceError> {
        let state = self.observed()?;
        Ok(PriceClock {
            params: self.clock,
            first: (&state.signals).into(),
            second: state.second,
            pair: state.pair,
            silence: state.silence,
            slow_price: state.signals.slow_price,
            fast_variance: state.signals.fast_variance,
        })
    }

    /// Returns the price for one use: see [`PriceClock::price`].
    ///
    /// # Errors
    /// The rule that failed; [`PriceError::NothingObserved`] before the first observation.
    #[inline(never)]
    pub fn price(&self, usage: PriceUse, now: Now) -> Result<Print, PriceError> {
        self.price_clock()?.price(self.limits(usage), now)
    }

    /// Returns the price for one use as it was published, for the test that begins or ends a
    /// liquidation: nobody is liquidated because a price has aged.
    ///
    /// # Errors
    /// As [`Self::price`].
    #[inline(never)]
    pub fn unwidened_price(&self, usage: PriceUse, now: Now) -> Result<Print, PriceError> {
        self.price_clock()?.unwidened_price(self.limits(usage), now)
    }

    /// Returns the last price there was, however old, with sides as wide as it said itself: what
    /// counts for a market that has fallen silent where silence shall hurt nobody.
    ///
    /// # Errors
    /// [`PriceError::NothingObserved`] before the first observation, [`PriceError::OutOfRange`].
    pub fn last_price(&self) -> Result<PriceBounds, PriceError> {
        let signals = &self.observed()?.signals;
        sides(signals.price, signals.confidence).ok_or(PriceError::OutOfRange)
    }

    /// Returns the price of an exit, which is never out of reach for long:
    /// 1. the market's price, if `Exit` admits it;
    /// 2. the worse, side by side, of that and the haircut price, if it only fails by its distance
    ///    from the slow price or from the second source;
    /// 3. the haircut price, once the first source's silence counts. Until then a newer price is
    ///    waited for, which anybody can bring: whoever leaves cannot withhold a crash.
    ///
    /// # Errors
    /// The rule the price broke; [`PriceError::NothingObserved`] before the first.
    #[inline(never)]
    pub fn exit_price(&self, now: Now) -> Result<ExitPrice, PriceError> {
        let (clock, limits) = (self.price_clock()?, self.limits(PriceUse::Exit));
        let refusal = match clock.price(limits, now) {
            Ok(Print { bounds, .. }) => return Ok(ExitPrice { bounds, is_live: true }),
            Err(refusal) => refusal,
        };
        let signals = &self.observed()?.signals;
        let haircut = exit_fallback(signals, &self.exit_haircut, now).ok_or(PriceError::OutOfRange)?;
        let bounds = if clock.is_silent(Source::First, now) {
            haircut
        } else if matches!(refusal, PriceError::TooFarFromSlowPrice | PriceError::SourcesDiverge) {
            clock.price_at_any_distance(limits, now)?.widened(&haircut).bounds
        } else {
            return Err(refusal);
        };
        Ok(ExitPrice { bounds, is_live: false })
    }

    /// Returns the newest print as the averages of late hold it, `sums` being those up to it: every
    /// one counts. `None` before the first.
    pub fn every_price(&self, sums: Accumulators) -> Option<HeldPrice> {
        let signals = &self.state.as_ref()?.signals;
        Some(HeldPrice {
            since: signals.publish_time,
            sums,
            price: Some(signals.price),
        })
    }

    /// Returns the newest print as the averages that settle hold it, `sums` being those up to it;
    /// `None` before the first.
    pub fn held_price(&self, sums: Accumulators, now: Now) -> Option<HeldPrice> {
        let clock = self.price_clock().ok()?;
        let Kept {
            price, publish_time, ..
        } = clock.first;
        Some(HeldPrice {
            since: publish_time,
            sums,
            price: clock.is_of_grade(&self.grade, now).then_some(price),
        })
    }

    /// Returns an average of the price, with sides as wide as the newest print's; `None` before the
    /// first, or if a side does not fit.
    pub fn with_sides(&self, average: &Average) -> Option<PriceBounds> {
        sides(average.price, self.state.as_ref()?.signals.confidence)
    }

    /// Returns the breakers that are active for whoever acts now.
    ///
    /// # Errors
    /// [`PriceError::NothingObserved`] before the first observation.
    #[inline(never)]
    pub fn active_breakers(&self, now: Now) -> Result<BreakerSet, PriceError> {
        Ok(self.observed()?.active(&self.observation, self.implied.as_ref(), now))
    }

    /// Returns how old the price is at most, seconds; as old as can be before the first.
    pub fn age(&self, now: Now) -> u32 {
        let signals = self.state.as_ref().map(|state| &state.signals);
        signals.map_or(u32::MAX, |signals| {
            self.clock.age(signals.publish_time, signals.slot, now)
        })
    }

    /// Returns whether an observation has to come before what rests on a price of this use: the one
    /// that is kept is older than half of what the use allows, and may be too old once that lands.
    pub fn needs_observation(&self, usage: PriceUse, now: Now) -> bool {
        self.age(now) > self.limits(usage).max_age_seconds >> 1
    }

    /// Returns whether a declaration that a source is silent counts.
    pub fn is_silent(&self, source: Source, now: Now) -> bool {
        self.price_clock().is_ok_and(|clock| clock.is_silent(source, now))
    }

    /// Returns the declaration that a source is silent at this moment.
    ///
    /// # Errors
    /// [`DeclareError`].
    pub fn declare(&self, source: Source, now: Now) -> Result<Declared, DeclareError> {
        let state = self.state.as_ref().ok_or(DeclareError::NoSource)?;
        let (publish_time, slot) = match (source, &state.second) {
            (Source::First, _) => (state.signals.publish_time, state.signals.slot),
            (Source::Second, _) if !self.has_second => return Err(DeclareError::NoSource),
            (Source::Second, Some(second)) => (second.publish_time, second.slot),
            // It has never said anything.
            (Source::Second, None) => (i64::MIN, 0),
        };
        now.declare(self.declared(source), publish_time, slot, &self.clock)
    }

    /// Returns the first source's print as an observation takes it in; `None` if it is not newer
    /// than the one that is kept.
    ///
    /// It may be as wide as an exit permits, and at any distance from the slow price and the second
    /// source: in a crash the slow price has to follow, at its limited rate, a price that is too
    /// far away to trade on. The breakers answer for the distance.
    ///
    /// # Errors
    /// The rule that refused it.
    pub fn newer_price(&self, raw: &RawPrice, now: Now) -> Result<Option<Print>, PriceError> {
        let kept = self.state.as_ref().map(|state| state.signals.publish_time);
        self.admit(raw, kept, now)
    }

    /// Returns the second source's print as an observation takes it in. One that is refused is not
    /// seen, because a source that died must not keep the other from being observed.
    pub fn second_price(&self, raw: &RawPrice, now: Now) -> Option<Print> {
        let kept = self.state.as_ref().and_then(|state| state.second);
        self.admit(raw, kept.map(|second| second.publish_time), now)
            .ok()
            .flatten()
    }

    /// Returns the print of the quote token's source as an observation takes it in. One that is
    /// refused is not seen.
    pub fn quote_price(&self, raw: &RawPrice, now: Now) -> Option<Print> {
        let kept = self.state.as_ref().and_then(|state| state.quote);
        self.admit(raw, kept.map(|quote| quote.publish_time), now)
            .ok()
            .flatten()
    }

    /// Returns whether the quote token is so far from par that no series is listed.
    pub fn bars_series(&self, now: Now) -> bool {
        let quote = self.state.as_ref().and_then(|state| state.quote);
        quote.is_some_and(|quote| quote.is_of_late(now) && quote.off_par >= SERIES_BAR)
    }

    /// Returns what the market remembers after one more observation; `None` if nothing in it is
    /// newer, which changes nothing.
    ///
    /// # Errors
    /// [`PriceError::OutOfRange`]; [`PriceError::NothingObserved`] if a first observation has no
    /// price of the first source.
    #[inline(never)]
    pub fn observe(&self, observation: &MarketObservation, now: Now) -> Result<Option<MarketState>, PriceError> {
        if !observation.has_news() {
            return Ok(None);
        }
        match (&self.state, &observation.price) {
            (Some(before), _) => before.next(&self.observation, observation, now).map(Some),
            (None, Some(price)) => Ok(Some(MarketState::first(price, observation, self.initial_variance, now))),
            (None, None) => Err(PriceError::NothingObserved),
        }
    }

    fn admit(&self, raw: &RawPrice, newer_than: Option<i64>, now: Now) -> Result<Option<Print>, PriceError> {
        let limits = PrintLimits {
            newer_than,
            latest: now.unix_time.saturating_add(i64::from(self.clock.ahead_seconds)),
            max_age_seconds: MAX_PRINT_AGE_SECONDS,
            max_confidence: self.limits(PriceUse::Exit).max_confidence,
        };
        admit(raw, &limits, self.clock.age(raw.publish_time, raw.slot, now), now)
    }

    /// Returns for how long the source that makes the price has been declared silent, seconds, by
    /// clock and slots: once that counts, and until it speaks.
    pub fn silent_for(&self, now: Now) -> Option<u32> {
        let declared = self.declared(Source::First)?;
        let seconds = self.clock.age_at_least(declared.at, declared.slot, now);
        declared.counts(&self.clock, now).then_some(seconds)
    }

    fn observed(&self) -> Result<&MarketState, PriceError> {
        self.state.as_ref().ok_or(PriceError::NothingObserved)
    }

    fn declared(&self, source: Source) -> Option<Declared> {
        source.of(self.state.as_ref()?.silence)
    }
}
