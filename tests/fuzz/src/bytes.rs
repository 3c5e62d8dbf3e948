//! Numbers from bytes. What runs out of bytes goes on with zeros, so every input means something.

use ballast_core_math::black_scholes::{Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use fixed::types::I2F62;

/// What is left of an input.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    pub fn word(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    pub fn number(&mut self) -> i64 {
        self.word() as i64
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Between 0 and 1, both included.
    pub fn part(&mut self) -> f64 {
        self.word() as f64 / u64::MAX as f64
    }

    /// Between two numbers, both included.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        (low + (high - low) * self.part()).clamp(low, high)
    }

    /// Between two positive numbers, each octave as likely as another.
    pub fn geometric(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp().clamp(low, high)
    }

    /// Any mantissa, zero among them, at an exponent of ±2⁷ mostly and of ±2¹⁵ sometimes.
    pub fn raw_magnitude(&mut self) -> Magnitude {
        let far = self.byte();
        let exponent = if far & 15 == 15 {
            i32::from(self.byte() as i8) * 256
        } else {
            i32::from(self.byte() as i8)
        };
        Magnitude::from_parts(self.word(), exponent - 63).unwrap_or(Magnitude::ZERO)
    }

    /// Within the bounds; or beside one of them by up to 127 units in the last place; or anything.
    fn magnitude(&mut self, low: f64, high: f64) -> Magnitude {
        match self.byte() % 16 {
            0 => self.raw_magnitude(),
            1 => beside(magnitude(low), self.byte() as i8),
            2 => beside(magnitude(high), self.byte() as i8),
            _ => magnitude(self.geometric(low, high)),
        }
    }

    fn rate(&mut self) -> Rate {
        Rate(match self.byte() % 16 {
            0 => I2F62::from_bits(self.number()),
            1 => I2F62::from_bits((1 << 62) + i64::from(self.byte() as i8)),
            2 => I2F62::from_bits(-(1 << 62) + i64::from(self.byte() as i8)),
            3 => I2F62::ZERO,
            4..=9 => I2F62::from_num(self.between(-0.1, 0.1)),
            _ => I2F62::from_num(self.between(-1.0, 1.0)),
        })
    }

    /// Nine times in ten inside the domain.
    pub fn option(&mut self) -> Inputs {
        let how = self.byte();
        let kind = if how & 1 == 0 { Kind::Call } else { Kind::Put };
        let spot = self.magnitude(1e-6, 1e7);
        let (rate, carry) = (self.rate(), self.rate());
        let volatility = self.magnitude(0.01, 5.0);
        let time = if how & 14 == 14 {
            Magnitude::ZERO
        } else {
            self.magnitude(3.170_979_2e-8, 5.0)
        };
        let option = Inputs {
            kind,
            spot: Spot(spot),
            strike: Strike(Magnitude::ONE),
            rate,
            carry,
            volatility: Volatility(volatility),
            time: Years(time),
        };
        let horizon_volatility = option_deviation(volatility, time);
        let drift = (rate.0.to_num::<f64>() - carry.0.to_num::<f64>()) * crate::option::double(time).min(5.0);
        let moneyness = match how >> 4 {
            0 => {
                let strike = self.raw_strike(spot);
                return Inputs {
                    strike: Strike(strike),
                    ..option
                };
            }
            1 => 0.0,
            2..=5 => self.between(-5.0, 5.0),
            6..=9 => drift + horizon_volatility * self.between(-4.0, 4.0),
            10..=12 => drift + horizon_volatility * self.between(-12.0, 12.0),
            _ => self.between(-0.01, 0.01),
        };
        let strike = scaled(spot, moneyness.clamp(-5.0, 5.0).exp());
        Inputs {
            strike: Strike(strike),
            ..option
        }
    }

    fn raw_strike(&mut self, spot: Magnitude) -> Magnitude {
        if self.byte() & 1 == 0 {
            return self.raw_magnitude();
        }
        // The spot's exponent and eight on both sides: what passes the first look at the
        // strike.
        let octaves = i32::from(self.byte() % 17) - 8;
        Magnitude::from_parts(self.word() | 1 << 63, spot.exponent() - 63 + octaves).unwrap_or(Magnitude::ONE)
    }
}

/// σ√τ, at most that of the domain's corner.
fn option_deviation(volatility: Magnitude, time: Magnitude) -> f64 {
    crate::option::double(volatility).min(5.0) * crate::option::double(time).min(5.0).sqrt()
}

/// Returns a positive double, exactly.
pub fn magnitude(value: f64) -> Magnitude {
    let bits = value.to_bits();
    Magnitude::from_parts(bits & ((1 << 52) - 1) | 1 << 52, (bits >> 52) as i32 - 1075).unwrap_or(Magnitude::ZERO)
}

/// x·factor with the 53 bits of a double.
fn scaled(x: Magnitude, factor: f64) -> Magnitude {
    let product = magnitude(x.mantissa() as f64 * factor);
    if x.is_zero() {
        return x;
    }
    Magnitude::from_parts(product.mantissa(), product.exponent() - 126 + x.exponent()).unwrap_or(Magnitude::ONE)
}

/// Up to 127 units in the last of 64 places away.
fn beside(x: Magnitude, ulps: i8) -> Magnitude {
    let mantissa = x.mantissa().saturating_add_signed(i64::from(ulps));
    Magnitude::from_parts(mantissa, x.exponent() - 63).unwrap_or(x)
}
