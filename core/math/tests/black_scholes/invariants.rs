//! What holds of every evaluation, judged in double precision from the inputs alone. The fuzz
//! targets share this file.
//!
//! Errors are of the tier times `scale` = max(1, e^(−qτ), K·e^(−rτ)/S): the size of the larger leg
//! per unit of spot.

use ballast_core_math::black_scholes::{self, DomainError, Greeks, HigherGreeks, Inputs, Kind};
use ballast_core_math::{Magnitude, Scaled};

type Evaluate<T> = fn(&Inputs) -> Result<T, DomainError>;

/// A tier's functions, and its error bounds.
#[derive(Clone, Copy)]
pub struct Tier {
    pub name: &'static str,
    pub price: Evaluate<Scaled>,
    pub greeks: Evaluate<Greeks>,
    pub greeks_and_higher: Evaluate<(Greeks, HigherGreeks)>,
    /// Of price/S.
    pub price_error: f64,
    /// Of delta.
    pub delta_error: f64,
    /// Of the other first Greeks, at their natural scale.
    pub greek_error: f64,
}

pub const FAST: Tier = Tier {
    name: "fast",
    price: black_scholes::fast::price,
    greeks: black_scholes::fast::greeks,
    greeks_and_higher: black_scholes::fast::greeks_and_higher,
    price_error: 2e-8,
    delta_error: 5e-8,
    greek_error: 1e-7,
};

pub const PRECISE: Tier = Tier {
    name: "precise",
    price: black_scholes::precise::price,
    greeks: black_scholes::precise::greeks,
    greeks_and_higher: black_scholes::precise::greeks_and_higher,
    price_error: 1e-12,
    delta_error: 1e-12,
    greek_error: 1e-11,
};

pub const TIERS: [Tier; 2] = [FAST, PRECISE];

/// A result per unit of its natural scale: price/S, Δ, Γ·S·σ√τ, vega/(S√τ), θ·τ/S, ρ/(K·τ),
/// vanna·σ, volga·σ/(S√τ), charm·τ.
pub type Natural = [f64; 9];
pub const NAMES: [&str; 9] = [
    "price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm",
];

/// The inputs as doubles, and what every bound is made of.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    pub spot: f64,
    pub strike: f64,
    pub rate: f64,
    pub carry: f64,
    pub volatility: f64,
    pub time: f64,
    /// e^(−qτ).
    pub asset: f64,
    /// K·e^(−rτ)/S.
    pub bond: f64,
}

pub fn double(x: Magnitude) -> f64 {
    Scaled::from(x).to_f64()
}

impl Market {
    pub fn new(inputs: &Inputs) -> Self {
        let rate = |bits: i64| bits as f64 * 2f64.powi(-62);
        let [spot, strike, volatility, time] =
            [inputs.spot.0, inputs.strike.0, inputs.volatility.0, inputs.time.0].map(double);
        let (rate, carry) = (rate(inputs.rate.0.to_bits()), rate(inputs.carry.0.to_bits()));
        Self {
            spot,
            strike,
            rate,
            carry,
            volatility,
            time,
            asset: (-carry * time).exp(),
            bond: strike / spot * (-rate * time).exp(),
        }
    }

    pub fn scale(&self) -> f64 {
        1f64.max(self.asset).max(self.bond)
    }

    /// σ√τ.
    fn deviation(&self) -> f64 {
        self.volatility * self.time.sqrt()
    }

    pub fn natural(&self, greeks: &Greeks, higher: &HigherGreeks) -> Natural {
        let (s, root) = (self.spot, self.time.sqrt());
        [
            greeks.price.to_f64() / s,
            greeks.delta.to_f64(),
            greeks.gamma.to_f64() * s * self.deviation(),
            greeks.vega.to_f64() / (s * root),
            greeks.theta.to_f64() * self.time / s,
            greeks.rho.to_f64() / (self.strike * self.time),
            higher.vanna.to_f64() * self.volatility,
            higher.volga.to_f64() * self.volatility / (s * root),
            higher.charm.to_f64() * self.time,
        ]
    }

    /// Returns which errors may be given: every input that is outside is named by one. `None` in
    /// the list stands for an answer, which is not among them when some input is surely outside.
    fn verdicts(&self, inputs: &Inputs) -> Vec<Option<DomainError>> {
        // What a double cannot tell from the bound may go either way; a second is taken as
        // 3.17·10⁻⁸ years.
        const DOUBT: f64 = 1e-9;
        let outside = |value: f64, least: f64, greatest: f64| {
            if value < least * (1.0 - DOUBT) || value > greatest * (1.0 + DOUBT) {
                Some(true)
            } else if value > least * (1.0 + DOUBT) && value < greatest * (1.0 - DOUBT) {
                Some(false)
            } else {
                None
            }
        };
        let rate = |value: f64| outside(value.abs() + 1.0, 0.5, 2.0);
        let second = 1.0 / 31_536_000.0;
        let time = match outside(self.time, 3.17e-8, 5.0) {
            _ if inputs.time.0.is_zero() => Some(false),
            Some(false) if self.time < second => None,
            verdict => verdict,
        };
        let moneyness = if inputs.strike.0.is_zero() || inputs.spot.0.is_zero() {
            Some(true)
        } else {
            // Of the exponents first: the quotient may be beyond a double.
            let octaves = inputs.strike.0.exponent() - inputs.spot.0.exponent();
            let quotient = inputs.strike.0.mantissa() as f64 / inputs.spot.0.mantissa() as f64;
            let log = quotient.ln() + f64::from(octaves) * std::f64::consts::LN_2;
            outside(log.abs() + 1.0, 0.5, 6.0)
        };
        let judged = [
            (DomainError::Spot, outside(self.spot, 1e-6, 1e7)),
            (DomainError::Strike, moneyness),
            (DomainError::Rate, rate(self.rate)),
            (DomainError::Carry, rate(self.carry)),
            (DomainError::Volatility, outside(self.volatility, 0.01, 5.0)),
            (DomainError::Time, time),
        ];
        let mut verdicts: Vec<_> = judged
            .iter()
            .filter(|(_, outside)| *outside != Some(false))
            .map(|(error, _)| Some(*error))
            .collect();
        if judged.iter().all(|(_, outside)| *outside != Some(true)) {
            verdicts.push(None);
        }
        verdicts
    }
}

/// Evaluates both tiers, and says what is wrong. `Ok(None)` if both refuse, as they must, what lies
/// outside the domain.
pub fn check(inputs: &Inputs) -> Result<Option<[Natural; 2]>, String> {
    let market = Market::new(inputs);
    let verdicts = market.verdicts(inputs);
    let mut naturals = Vec::new();
    for tier in TIERS {
        let refused = |what: &str| format!("{} {what} of {inputs:?}", tier.name);
        let all = (tier.greeks_and_higher)(inputs);
        if (tier.greeks)(inputs) != all.map(|all| all.0) || (tier.price)(inputs) != all.map(|all| all.0.price) {
            return Err(refused("gives one number alone and another in the set"));
        }
        if !verdicts.contains(&all.err()) {
            return Err(format!(
                "{}, expected one of {verdicts:?}",
                refused(&format!("answers {all:?}"))
            ));
        }
        if let Ok((greeks, higher)) = all {
            let natural = market.natural(&greeks, &higher);
            bounds(&tier, &market, inputs, &natural).map_err(|what| refused(&what))?;
            parity(&tier, &market, inputs, &greeks, &higher).map_err(|what| refused(&what))?;
            naturals.push(natural);
        }
    }
    if let [fast, precise] = naturals[..] {
        agreement(&market, &fast, &precise).map_err(|what| format!("{what} of {inputs:?}"))?;
        return Ok(Some([fast, precise]));
    }
    Ok(None)
}

fn within(what: &str, value: f64, least: f64, greatest: f64) -> Result<(), String> {
    // Also fails if one of them is no number.
    if value >= least && value <= greatest {
        return Ok(());
    }
    Err(format!("{what} {value:e} is not within {least:e} and {greatest:e}"))
}

/// What no-arbitrage says of price and slopes, and what the density's peak says of the rest.
fn bounds(tier: &Tier, market: &Market, inputs: &Inputs, natural: &Natural) -> Result<(), String> {
    let [price, delta, gamma, vega, theta, rho, vanna, volga, charm] = *natural;
    let (asset, bond, scale) = (market.asset, market.bond, market.scale());
    let (price_error, delta_error, error) = (
        tier.price_error * scale,
        tier.delta_error * scale,
        tier.greek_error * scale,
    );
    let sign = if inputs.kind == Kind::Call { 1.0 } else { -1.0 };
    let forward = sign * (asset - bond);
    let most = if inputs.kind == Kind::Call { asset } else { bond };
    within("price", price, (forward - price_error).max(0.0), most + price_error)?;
    within("delta's size", sign * delta, 0.0, asset + delta_error)?;
    if inputs.time.0.is_zero() {
        return Ok(());
    }
    let peak = 0.398_942_280_401_432_7 * asset;
    let growth = (-market.rate * market.time).exp();
    within("gamma", gamma, 0.0, peak + error)?;
    within("vega", vega, 0.0, peak + error)?;
    // Rho is per strike, so its unit of error is the bond's.
    let rho_error = error / (market.strike / market.spot).min(1.0);
    within("rho's size", sign * rho, 0.0, growth + rho_error)?;
    let carried = market.carry.abs() * market.time * asset + market.rate.abs() * market.time * bond;
    within(
        "theta's size",
        theta.abs(),
        0.0,
        peak * market.deviation() / 2.0 + carried + error,
    )?;
    // |φ(x)·x| ≤ 0.242, |φ(x)·x²| ≤ 0.2936 and |φ(x)·x³| < 0.47; d₂ is within σ√τ of d₁.
    let width = market.deviation();
    let once = 0.242 * asset + peak * width;
    within("vanna's size", vanna.abs(), 0.0, once + 100.0 * error)?;
    within(
        "volga's size",
        volga.abs(),
        0.0,
        0.2936 * asset + 0.242 * asset * width + 100.0 * error,
    )?;
    let drift = (market.rate - market.carry).abs() * market.time / width;
    let most = market.carry.abs() * market.time * asset + peak * drift + once / 2.0;
    within("charm's size", charm.abs(), 0.0, most + 100.0 * error * (1.0 + drift))
}

/// Call less put is the forward; their deltas, thetas and rhos differ by its slopes, and nothing
/// else differs.
fn parity(tier: &Tier, market: &Market, inputs: &Inputs, greeks: &Greeks, higher: &HigherGreeks) -> Result<(), String> {
    let other = Inputs {
        kind: if inputs.kind == Kind::Call {
            Kind::Put
        } else {
            Kind::Call
        },
        ..*inputs
    };
    let (twin, twin_higher) = (tier.greeks_and_higher)(&other).map_err(|error| format!("the other kind: {error:?}"))?;
    let sign = if inputs.kind == Kind::Call { 1.0 } else { -1.0 };
    let scale = market.scale();
    let close = |what: &str, got: f64, expected: f64, error: f64| {
        within(
            &format!("call {what} less put {what}, less the forward's,"),
            sign * got - expected,
            -error * scale,
            error * scale,
        )
    };
    let less = |a: Scaled, b: Scaled| a.to_f64() - b.to_f64();
    let (asset, bond) = (market.asset, market.bond);
    close(
        "price/S",
        less(greeks.price, twin.price) / market.spot,
        asset - bond,
        tier.price_error,
    )?;
    close("delta", less(greeks.delta, twin.delta), asset, tier.delta_error)?;
    let theta = market.carry * asset - market.rate * bond;
    close(
        "theta",
        less(greeks.theta, twin.theta) / market.spot,
        theta,
        tier.greek_error,
    )?;
    let rho = less(greeks.rho, twin.rho) / market.spot;
    close("rho", rho, market.time * bond, tier.greek_error * market.time)?;
    // Per year, or per the option's life if that is shorter.
    let charm = less(higher.charm, twin_higher.charm);
    let life = if market.time == 0.0 { 1.0 } else { market.time.min(1.0) };
    close(
        "charm",
        charm * life,
        market.carry * asset * life,
        10.0 * tier.greek_error,
    )?;
    let same = greeks.gamma == twin.gamma
        && greeks.vega == twin.vega
        && higher.vanna == twin_higher.vanna
        && higher.volga == twin_higher.volga;
    same.then_some(())
        .ok_or_else(|| "gamma, vega, vanna or volga differs between call and put".into())
}

/// The tiers differ by no more than both their errors.
fn agreement(market: &Market, fast: &Natural, precise: &Natural) -> Result<(), String> {
    let scale = market.scale();
    for (at, name) in NAMES.into_iter().enumerate().take(6) {
        if market.time == 0.0 && at > 1 {
            // Per unit of a time of zero nothing is a number.
            break;
        }
        let unit = if name == "rho" {
            scale / (market.strike / market.spot).min(1.0)
        } else {
            scale
        };
        let bound = |tier: &Tier| match at {
            0 => tier.price_error,
            1 => tier.delta_error,
            _ => tier.greek_error,
        };
        let limit = (bound(&FAST) + bound(&PRECISE)) * unit;
        let difference = fast[at] - precise[at];
        within(&format!("fast {name} less precise {name}"), difference, -limit, limit)?;
    }
    Ok(())
}
