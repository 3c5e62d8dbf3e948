//! One market's decoded state, and every price that somebody may act on.
//!
//! Whoever holds a market's account decodes it once into a [`MarketView`], at the edge: a program,
//! a bot, a browser. What the market then says of a published price is decided here, the same for
//! all of them.

use crate::admission::{
    admit, confirm, AdmittedPrice, Now, PriceError, PriceUse, RawPrice, Recency, Reference, SecondPrice, UseLimits,
};
use crate::breaker::BreakerSet;
use crate::observation::{Implied, MarketObservation, MarketState, ObservationParams};
use crate::signals::{exit_fallback, ExitHaircut, ObserveError};
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::{Price, PriceBounds};

/// One market's decoded state: its rules, and what it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketView {
    /// Limits of each use, in the order of [`PriceUse::ALL`].
    pub limits: [UseLimits; PriceUse::ALL.len()],
    /// How a price is marked down when no live one is admitted for an exit.
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
    /// Whether a live price was admitted; otherwise a haircut has a part in it.
    pub is_live: bool,
}

impl MarketView {
    /// Returns the limits of one use.
    pub const fn limits(&self, usage: PriceUse) -> &UseLimits {
        let [trade, nav, exit, settle] = &self.limits;
        match usage {
            PriceUse::Trade => trade,
            PriceUse::Nav => nav,
            PriceUse::Exit => exit,
            PriceUse::Settle => settle,
        }
    }

    /// Returns the slow price.
    ///
    /// # Errors
    /// [`PriceError::NothingObserved`] before the first observation.
    pub fn slow_price(&self) -> Result<Price, PriceError> {
        Ok(self.observed()?.signals.slow_price)
    }

    /// Returns the live price for one use, with every rule of that use applied.
    ///
    /// The second source is the one that the last observation saw, if it is as fresh as the use
    /// demands of any price: whoever needs both brings the second by observing in the same
    /// transaction.
    ///
    /// # Errors
    /// The rule that failed; [`PriceError::NothingObserved`] before the first observation.
    #[inline(never)]
    pub fn live_price(&self, raw: &RawPrice, usage: PriceUse, now: Now) -> Result<AdmittedPrice, PriceError> {
        let state = self.observed()?;
        let limits = self.limits(usage);
        let price = admit(raw, limits, &self.reference(), Recency::NotOlder, now)?;
        confirm(&price, state.second.as_ref(), limits, now)
    }

    /// Returns the price of an exit, which is never out of reach for long:
    /// 1. the live price, if `Exit` admits it;
    /// 2. the worse, side by side, of the live and the haircut price, if the live one only fails by
    ///    its distance from the slow price or from the second source;
    /// 3. the haircut price, once the market's own last observation is older than `Exit` allows.
    ///    While it is fresher, whoever leaves has to bring a price at least as new: otherwise they
    ///    could withhold a crash.
    ///
    /// `raw` is `None` if no price could be decoded.
    ///
    /// # Errors
    /// The rule the live price broke, [`PriceError::Unreadable`] without one, while the stored one
    /// is fresh; [`PriceError::NothingObserved`] before the first.
    #[inline(never)]
    pub fn exit_price(&self, raw: Option<&RawPrice>, now: Now) -> Result<ExitPrice, PriceError> {
        let live = raw.ok_or(PriceError::Unreadable);
        let refusal = match live.and_then(|raw| self.live_price(raw, PriceUse::Exit, now)) {
            Ok(AdmittedPrice { bounds, .. }) => return Ok(ExitPrice { bounds, is_live: true }),
            Err(refusal) => refusal,
        };
        let signals = &self.observed()?.signals;
        let haircut = exit_fallback(signals, &self.exit_haircut, now).ok_or(PriceError::OutOfRange)?;
        if let Some(live) = raw.and_then(|raw| self.at_any_distance(raw, now)) {
            return Ok(ExitPrice {
                bounds: live.widened(&haircut).bounds,
                is_live: false,
            });
        }
        let age = now.unix_time.saturating_sub(signals.publish_time);
        if age <= i64::from(self.limits(PriceUse::Exit).max_age_seconds) {
            return Err(refusal);
        }
        Ok(ExitPrice {
            bounds: haircut,
            is_live: false,
        })
    }

    /// Returns the breakers that are active for whoever acts now, judged with the live price where
    /// there is one: whoever acts must not profit from nobody having observed yet.
    ///
    /// # Errors
    /// [`PriceError::NothingObserved`] before the first observation.
    #[inline(never)]
    pub fn active_breakers(&self, live: Option<&AdmittedPrice>, now: Now) -> Result<BreakerSet, PriceError> {
        let second = self.fresh_second(now);
        let implied = self.implied.as_ref();
        Ok(self
            .observed()?
            .active(&self.observation, live, second.as_ref(), implied, now))
    }

    /// Returns the price that an observation takes in.
    ///
    /// Observing uses the `Exit` limits and no distance from the slow price or the second source:
    /// in a crash the slow price has to follow, at its limited rate, a price that is too far away
    /// to trade on. The breakers answer for the distance.
    ///
    /// # Errors
    /// The rule that refused it.
    pub fn newer_price(&self, raw: &RawPrice, now: Now) -> Result<AdmittedPrice, PriceError> {
        let reference = Reference {
            slow_price: None,
            ..self.reference()
        };
        admit(raw, self.limits(PriceUse::Exit), &reference, Recency::Newer, now)
    }

    /// Returns the second source's price as an observation takes it in. One that is refused is not
    /// seen, because a source that died must not keep the other from being observed; what was seen
    /// before it ages, and the uses that require it notice.
    pub fn second_price(&self, raw: &RawPrice, now: Now) -> Option<SecondPrice> {
        let stored = self.state.as_ref().and_then(|state| state.second);
        let reference = Reference {
            publish_time: stored.map_or(0, |second| second.publish_time),
            slow_price: None,
        };
        let price = admit(raw, self.limits(PriceUse::Exit), &reference, Recency::NotOlder, now);
        price.ok().as_ref().map(SecondPrice::from)
    }

    /// Returns what the market remembers after one more observation.
    ///
    /// # Errors
    /// [`ObserveError`].
    #[inline(never)]
    pub fn observe(&self, observation: &MarketObservation, now: Now) -> Result<MarketState, ObserveError> {
        match &self.state {
            Some(before) => before.next(&self.observation, observation, now),
            None => Ok(MarketState::first(observation, self.initial_variance, now)),
        }
    }

    fn observed(&self) -> Result<&MarketState, PriceError> {
        self.state.as_ref().ok_or(PriceError::NothingObserved)
    }

    /// Returns what a new price is compared with.
    fn reference(&self) -> Reference {
        let signals = self.state.as_ref().map(|state| &state.signals);
        Reference {
            publish_time: signals.map_or(0, |signals| signals.publish_time),
            slow_price: signals.map(|signals| signals.slow_price),
        }
    }

    /// Returns the second source's last price, if an exit could still rest on it.
    fn fresh_second(&self, now: Now) -> Option<SecondPrice> {
        let second = self.state.as_ref()?.second?;
        second.is_fresh(self.limits(PriceUse::Exit), now).then_some(second)
    }

    /// Returns a live price that only fails by its distance from the slow price or from the second
    /// source, at the worse of both sources.
    fn at_any_distance(&self, raw: &RawPrice, now: Now) -> Option<AdmittedPrice> {
        let reference = Reference {
            slow_price: None,
            ..self.reference()
        };
        let price = admit(raw, self.limits(PriceUse::Exit), &reference, Recency::NotOlder, now).ok()?;
        Some(match self.fresh_second(now) {
            Some(second) => price.widened(&second.bounds),
            None => price,
        })
    }
}
