//! From premiums to the points a slice is fitted to.

use core::fmt;
use std::vec::Vec;

use fixed::types::I2F62;

use crate::black_scholes::{implied_volatility, Kind, QuotedOption, Rate, Spot, Strike, Years};
use crate::{Magnitude, Scaled};

/// An ask above this many bids is a placeholder rather than somebody's price.
const WIDEST: f64 = 10.0;

/// One option's two-sided quote.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    /// Call or put.
    pub kind: Kind,
    /// The strike, in quote currency.
    pub strike: f64,
    /// The forward of the option's expiry when it was quoted.
    pub forward: f64,
    /// Best bid in units of the underlying, if there is one.
    pub bid: Option<f64>,
    /// Best ask in units of the underlying, if there is one.
    pub ask: Option<f64>,
}

/// The quotes of one expiry.
#[derive(Clone, Debug)]
pub struct Expiry {
    /// Time to expiry, years of 365 days.
    pub years: f64,
    /// The quotes.
    pub quotes: Vec<Quote>,
}

/// A quote as volatilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// ln(K/F).
    pub k: f64,
    /// The volatility at which the bid is fair.
    pub bid: f64,
    /// The volatility at which the ask is fair.
    pub ask: f64,
}

impl Point {
    /// Half way between the volatilities of bid and ask.
    pub fn mid(&self) -> f64 {
        (self.bid + self.ask) / 2.0
    }

    /// Half the distance between them.
    pub fn half_width(&self) -> f64 {
        (self.ask - self.bid) / 2.0
    }
}

impl Expiry {
    /// Returns the out-of-the-money options that are quoted on both sides, as volatilities, by
    /// strike.
    ///
    /// Out of the money, because an option and its in-the-money twin have the same volatility by
    /// put-call parity and the former's quote says more of it. Left out are quotes that are
    /// crossed, that ask more than ten times the bid, or that imply no volatility within 1…500 %.
    pub fn points(&self) -> Vec<Point> {
        let mut points: Vec<_> = self.quotes.iter().filter_map(|quote| self.point(quote).ok()).collect();
        points.sort_by(|a, b| a.k.total_cmp(&b.k));
        points
    }

    /// Adds what becomes of each out-of-the-money quote.
    fn count(&self, census: &mut Census) {
        for quote in &self.quotes {
            let number = match self.point(quote) {
                Ok(_) => &mut census.usable,
                Err(Unusable::InTheMoney) => continue,
                Err(Unusable::OneSided) => &mut census.one_sided,
                Err(Unusable::Crossed) => &mut census.crossed,
                Err(Unusable::AboveForward) => &mut census.above_forward,
                Err(Unusable::Wide) => &mut census.wide,
                Err(Unusable::NoVolatility) => &mut census.no_volatility,
            };
            *number += 1;
        }
    }

    fn point(&self, quote: &Quote) -> Result<Point, Unusable> {
        let is_out_of_the_money = match quote.kind {
            Kind::Call => quote.strike >= quote.forward,
            Kind::Put => quote.strike < quote.forward,
        };
        if !is_out_of_the_money {
            return Err(Unusable::InTheMoney);
        }
        let (Some(bid), Some(ask)) = (quote.bid, quote.ask) else {
            return Err(Unusable::OneSided);
        };
        if bid <= 0.0 {
            return Err(Unusable::OneSided);
        }
        if ask <= bid {
            return Err(Unusable::Crossed);
        }
        // Nothing out of the money is worth as much as the underlying.
        if bid >= 1.0 {
            return Err(Unusable::AboveForward);
        }
        if ask > WIDEST * bid {
            return Err(Unusable::Wide);
        }
        let at = |premium| volatility(quote, self.years, premium).ok_or(Unusable::NoVolatility);
        Ok(Point {
            k: (quote.strike / quote.forward).ln(),
            bid: at(bid)?,
            ask: at(ask)?,
        })
    }
}

/// Why a quote is not fitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unusable {
    InTheMoney,
    OneSided,
    Crossed,
    AboveForward,
    Wide,
    NoVolatility,
}

/// What becomes of the out-of-the-money quotes of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Fitted to.
    pub usable: usize,
    /// Without a bid or without an ask.
    pub one_sided: usize,
    /// The ask is not above the bid.
    pub crossed: usize,
    /// The bid is as much as the underlying, or more.
    pub above_forward: usize,
    /// The ask is more than ten bids.
    pub wide: usize,
    /// No volatility within 1…500 % gives the price.
    pub no_volatility: usize,
}

impl Census {
    /// Counts the quotes of a chain.
    pub fn of(chain: &[Expiry]) -> Self {
        let mut census = Self::default();
        chain.iter().for_each(|expiry| expiry.count(&mut census));
        census
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} usable", self.usable)?;
        for (number, why) in [
            (self.crossed, "quotes left out as crossed"),
            (
                self.above_forward,
                "above the forward - bid and ask are in units of the underlying",
            ),
            (self.one_sided, "without both bid and ask"),
            (self.wide, "with an ask above ten bids"),
            (
                self.no_volatility,
                "at prices that no volatility within 1 and 500 % gives",
            ),
        ] {
            if number > 0 {
                write!(f, ", {number} {why}")?;
            }
        }
        Ok(())
    }
}

/// Returns the volatility of a premium in units of the underlying: undiscounted, it is worth
/// premium × forward in quote currency, and Black's formula (1976) for it is Black-Scholes-Merton's
/// with the forward as spot and no rate.
fn volatility(quote: &Quote, years: f64, premium: f64) -> Option<f64> {
    let option = QuotedOption {
        kind: quote.kind,
        spot: Spot(magnitude(quote.forward)?),
        strike: Strike(magnitude(quote.strike)?),
        rate: Rate(I2F62::ZERO),
        carry: Rate(I2F62::ZERO),
        time: Years(magnitude(years)?),
        price: magnitude(premium * quote.forward)?,
    };
    implied_volatility(&option)
        .ok()
        .map(|volatility| Scaled::from(volatility.0).to_f64())
}

/// Returns a double ≥ 0 as a number of the kernels, exactly. `None` if it is negative, not finite,
/// or below 10⁻³⁰⁷.
pub(super) fn magnitude(value: f64) -> Option<Magnitude> {
    if value == 0.0 {
        return Some(Magnitude::ZERO);
    }
    if !value.is_normal() || value < 0.0 {
        return None;
    }
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52).ok()?;
    Magnitude::from_parts((bits & ((1 << 52) - 1)) | (1 << 52), exponent.checked_sub(1_075)?)
}
