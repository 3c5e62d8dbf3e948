//! Prices for what is asked, if the maker wants it and has the margin.

use crate::outstanding::Outstanding;
use crate::pricing::{Inventory, Terms};
use anyhow::{anyhow, Result};
use ballast_core_clearing::account::{MarginAccount as MarginBook, Position};
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::margin::{MarginContext, MarginError, Marks};
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::quote::{QuoteLeg, SpotBand};
use ballast_core_clearing::trade::{premium, Side, UnitPrice};
use ballast_core_clearing::what_if::suppose;
use ballast_core_types::{Lots, Value};
use ballast_options::clearing::MarginScratch;
use ballast_options::events::GreeksReport;
use ballast_options::state::SeriesKey;
use ballast_options_client::client::words;
use ballast_options_client::rfq::{Refusal, RfqError};
use ballast_options_client::value::Assumed;
use ballast_options_client::{rules, value};

/// Legs with their prices, and the spots at which they hold.
pub(crate) struct Priced {
    pub(crate) legs: Legs<QuoteLeg>,
    pub(crate) spots: SpotBand,
    /// What they add to the maker's inventory.
    pub(crate) adds: Inventory,
}

/// What pricing needs besides the legs.
pub(crate) struct Quoting<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) context: &'a MarginContext<'a>,
    pub(crate) lots_per_unit: u64,
    pub(crate) size: Lots,
    pub(crate) outstanding: &'a Outstanding,
}

impl Quoting<'_> {
    /// Prices the legs.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn price(&self, book: &MarginBook, legs: &Legs<QuoteLeg>) -> Result<Priced, Refusal> {
        let unavailable = |error: anyhow::Error| Refusal::new(RfqError::Closed, format!("{error:#}"));
        let pricing = &self.terms.pricing;
        let market = legs.first().series.market;
        let spot = spot(self.context, market).map_err(unavailable)?;
        let units = self.lots_per_unit as f64 * spot;
        let held = greeks(book, self.context).map_err(unavailable)?;
        let held = held.get(usize::from(market)).copied().unwrap_or_default();
        let held = Inventory {
            vega: held.vega as f64,
            delta: held.delta as f64 / units,
        };
        let mut adds = Inventory::default();
        for leg in legs.iter() {
            let worth = value::worth(&SeriesKey::from(&leg.series), self.change(leg), self.context);
            let worth = worth.map_err(unavailable)?;
            adds = adds.plus(Inventory {
                vega: worth.vega as f64,
                delta: worth.delta as f64 / units,
            });
        }
        let before = held.plus(self.outstanding.promised(market, adds));
        let after = before.plus(adds);
        pricing.check(before, after).map_err(|(what, values)| {
            let unit = if what == "vega" { self.lots_per_unit as f64 } else { 1.0 };
            let [before, after, limit] = values.map(|value| value / unit);
            let why = format!(
                "{what} would go from {before:.2}, with the quotes that are out, to {after:.2}, beyond the limit of \
                 {limit:.2}"
            );
            Refusal::new(RfqError::Inventory, why)
        })?;
        let priced = self.at_worst(legs, after.vega).map_err(unavailable)?;
        self.check_margin(book, &priced)?;
        let at = |share: f64| UnitPrice((spot * share * self.lots_per_unit as f64).max(0.0) as u64);
        let [low, _, high] = self.spots();
        Ok(Priced {
            legs: priced,
            spots: SpotBand {
                least: at(low),
                greatest: at(high),
            },
            adds,
        })
    }

    /// The ends of the band in which a quote holds, and its middle, as shares of the price.
    fn spots(&self) -> [f64; 3] {
        [1.0 - self.terms.spot_band, 1.0, 1.0 + self.terms.spot_band]
    }

    /// Returns the legs at that spot of the band at which the maker would ask for most: while the
    /// quote holds, the price may go there.
    fn at_worst(&self, legs: &Legs<QuoteLeg>, vega: f64) -> Result<Legs<QuoteLeg>> {
        let mut worst: Option<(i128, Legs<QuoteLeg>)> = None;
        for spot in self.spots() {
            let priced = legs.try_map(|leg| {
                let assumed = Assumed {
                    volatility: self.terms.pricing.factor(leg.side, vega),
                    spot,
                };
                let key = SeriesKey::from(&leg.series);
                let price = value::price_at(&key, leg.side, assumed, self.lots_per_unit, self.context)?;
                Ok::<_, anyhow::Error>(QuoteLeg { price, ..*leg })
            })?;
            let asked = priced.iter().map(|leg| {
                let price = i128::from(leg.price.0) * i128::from(leg.ratio);
                if leg.side == Side::Sell {
                    price
                } else {
                    -price
                }
            });
            let asked = asked.sum();
            if worst.as_ref().is_none_or(|(most, _)| asked > *most) {
                worst = Some((asked, priced));
            }
        }
        worst.map(|(_, legs)| legs).ok_or_else(|| anyhow!("there is no spot"))
    }

    /// By how much the maker's position in a leg changes, lots.
    fn change(&self, leg: &QuoteLeg) -> i64 {
        let lots = self.size.0.saturating_mul(i64::from(leg.ratio));
        match leg.side {
            Side::Buy => lots,
            Side::Sell => lots.saturating_neg(),
        }
    }

    /// Refuses what the clearing house would refuse for the maker's margin.
    fn check_margin(&self, book: &MarginBook, legs: &Legs<QuoteLeg>) -> Result<(), Refusal> {
        let refused = |why: String| Refusal::new(RfqError::Margin, why);
        let (mut after, mut cash) = (*book, 0i64);
        let mut positions = Vec::new();
        for leg in legs.iter() {
            let change = self.change(leg);
            let quantity = Lots(change.saturating_abs());
            let cost = premium(quantity, leg.price, self.lots_per_unit, leg.side.opposite());
            let cost = cost.and_then(|cost| i64::try_from(cost).ok());
            let cost = cost.ok_or_else(|| refused("the premium does not fit".to_owned()))?;
            cash = cash.saturating_add(match leg.side {
                Side::Buy => cost.saturating_neg(),
                Side::Sell => cost,
            });
            positions.push(Position {
                series: leg.series,
                quantity: Lots(change),
            });
        }
        suppose(&mut after, &positions, cash).map_err(|error| refused(rules::named(&error)))?;
        let status = MarginScratch::new().margin_status(&after, self.context, Marks::Adverse);
        let status = status.map_err(|error| refused(words(&error)))?;
        let whole = |value: Value| value.0 as f64 / self.lots_per_unit as f64;
        status.check_initial().map_err(|error| {
            refused(match error {
                MarginError::Initial { equity, required } => format!(
                    "the account would have {:.2} of equity, and have to be worth {:.2}",
                    whole(equity),
                    whole(required)
                ),
                MarginError::Cash { cash, needed } => format!(
                    "the account would have {:.2} of cash, and need {:.2} for what expires soon",
                    whole(cash),
                    whole(needed)
                ),
                other => format!("{other:?}"),
            })
        })
    }
}

/// Returns the Greeks of a book, market by market.
pub(crate) fn greeks(book: &MarginBook, context: &MarginContext) -> Result<[GreeksReport; MAX_LISTINGS]> {
    let greeks = MarginScratch::new().greeks(book, context);
    greeks.map_err(|error| anyhow!("{}", words(&error)))
}

/// Returns a market's price.
pub(crate) fn spot(context: &MarginContext, market: u8) -> Result<f64> {
    let listed = context
        .market(market)
        .map_err(|_| anyhow!("market {market} was not read"))?;
    Ok(listed.inputs.bounds.mid.fixed().to_num())
}
