//! What a market learns from each admitted price: variance, a slow price, and whether the price jumped.

use crate::admission::{AdmittedPrice, Now, PriceBounds};
use ballast_risk_math::{returns, Price, Ratio, I80F48, SECONDS_PER_HOUR, SECONDS_PER_YEAR};

/// How a market's signals are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalParams {
    /// Least time between two observations, seconds.
    pub min_interval_seconds: u32,
    /// Time constant τ of the exponential average of variance, seconds.
    pub variance_time_constant_seconds: u32,
    /// How far the slow price may move in an hour, as a share of itself.
    pub slow_price_rate_per_hour: Ratio,
    /// A return of more than this many standard deviations is a jump.
    pub jump_threshold: Ratio,
    /// A return smaller than this is never a jump, however calm the market was.
    pub jump_floor: Ratio,
    /// The price-jump breaker resets after this long without a further jump, seconds.
    pub jump_quiet_seconds: u32,
}

/// A market's signals after its last observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signals {
    /// Last observed price.
    pub price: Price,
    /// Its confidence as a share of it.
    pub confidence: Ratio,
    /// When it was published, unix seconds.
    pub publish_time: i64,
    /// When it was observed, unix seconds.
    pub observed_at: i64,
    /// The price followed at a limited rate.
    pub slow_price: Price,
    /// Exponentially weighted variance of log returns, per year.
    pub variance: Ratio,
    /// When the price-jump breaker last tripped, unix seconds.
    pub jumped_at: Option<i64>,
}

/// Why an observation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObserveRefusal {
    /// Less than the market's minimum interval since the last observation.
    TooSoon,
    /// A value does not fit the fixed-point format.
    OutOfRange,
}

/// The longest gap one observation accounts for; beyond it averages are as if this long had passed.
const LONGEST_GAP_SECONDS: i64 = 30 * 86_400;

/// The signals after the first price of a market.
pub fn first(price: &AdmittedPrice, variance: Ratio, now: Now) -> Signals {
    Signals {
        price: price.bounds.mid,
        confidence: price.confidence,
        publish_time: price.publish_time,
        observed_at: now.unix_time,
        slow_price: price.bounds.mid,
        variance,
        jumped_at: None,
    }
}

/// The signals after one more price.
///
/// Variance: v ← v·e^(−Δt/τ) + (1 − e^(−Δt/τ))·max(0, r² − c₀² − c₁²)/Δt, with r the log return, Δt in years and c the
/// relative confidences (the observation noise of each end; Zhang, Mykland & Aït-Sahalia 2005, eq. 5, gives the bias as
/// the sum of the two noise variances).
///
/// # Errors
/// [`ObserveRefusal::TooSoon`], or a value out of range.
pub fn observe(
    before: &Signals,
    params: &SignalParams,
    price: &AdmittedPrice,
    now: Now,
) -> Result<Signals, ObserveRefusal> {
    let since = now.unix_time.saturating_sub(before.observed_at);
    if since < i64::from(params.min_interval_seconds) {
        return Err(ObserveRefusal::TooSoon);
    }
    let elapsed = price
        .publish_time
        .saturating_sub(before.publish_time)
        .clamp(1, LONGEST_GAP_SECONDS);
    let next = || {
        let mid = price.bounds.mid;
        let r = returns::log_return(before.price, mid)?.fixed();
        let variance = variance_after(before, params, r, price.confidence, elapsed)?;
        let slow_price = follow(before.slow_price, mid, params.slow_price_rate_per_hour, elapsed)?;
        let jumped = is_jump(before, params, r, elapsed)?;
        Some(Signals {
            price: mid,
            confidence: price.confidence,
            publish_time: price.publish_time,
            observed_at: now.unix_time,
            slow_price,
            variance,
            jumped_at: if jumped { Some(now.unix_time) } else { before.jumped_at },
        })
    };
    next().ok_or(ObserveRefusal::OutOfRange)
}

fn variance_after(
    before: &Signals,
    params: &SignalParams,
    r: I80F48,
    confidence: Ratio,
    elapsed: i64,
) -> Option<Ratio> {
    let noise = square(before.confidence.fixed())?.checked_add(square(confidence.fixed())?)?;
    let clean = square(r)?.checked_sub(noise)?.max(I80F48::ZERO);
    let annual = clean
        .checked_mul_int(i128::from(SECONDS_PER_YEAR))?
        .checked_div_int(i128::from(elapsed))?;
    let kept = returns::decay(
        u64::try_from(elapsed).ok()?,
        u64::from(params.variance_time_constant_seconds),
    )?
    .fixed();
    let gained = I80F48::ONE.checked_sub(kept)?;
    let sum = before
        .variance
        .fixed()
        .checked_mul(kept)?
        .checked_add(annual.checked_mul(gained)?)?;
    Some(Ratio::from_fixed(sum))
}

/// Moves `slow` toward `target`, by at most `rate` of itself per hour.
fn follow(slow: Price, target: Price, rate: Ratio, elapsed: i64) -> Option<Price> {
    let step = slow
        .fixed()
        .checked_mul(rate.fixed())?
        .checked_mul_int(i128::from(elapsed))?
        .checked_div_int(i128::from(SECONDS_PER_HOUR))?;
    let lowest = slow.fixed().checked_sub(step)?;
    let highest = slow.fixed().checked_add(step)?;
    Price::from_fixed(target.fixed().max(lowest).min(highest))
}

/// Whether a log return of `r` in `elapsed` seconds is a jump: |r| above the floor and above threshold·σ·√Δt, compared as
/// squares.
fn is_jump(stored: &Signals, params: &SignalParams, r: I80F48, elapsed: i64) -> Option<bool> {
    if r.checked_abs()? < params.jump_floor.fixed() {
        return Some(false);
    }
    let expected = stored
        .variance
        .fixed()
        .checked_mul_int(i128::from(elapsed))?
        .checked_div_int(i128::from(SECONDS_PER_YEAR))?;
    let limit = expected.checked_mul(square(params.jump_threshold.fixed())?)?;
    Some(square(r)? > limit)
}

/// Whether the price-jump breaker stands: it tripped less than its quiet time ago, or the price now in hand would trip it.
///
/// The second half matters: between two observations the market may already have moved, and whoever trades must not
/// be able to profit from nobody having cranked `observe` yet. Anything that cannot be computed counts as a jump.
pub fn price_jump_stands(signals: &Signals, params: &SignalParams, price: Option<&AdmittedPrice>, now: Now) -> bool {
    let recent = signals
        .jumped_at
        .is_some_and(|at| now.unix_time.saturating_sub(at) < i64::from(params.jump_quiet_seconds));
    let jumping = price.is_some_and(|price| {
        let elapsed = price
            .publish_time
            .saturating_sub(signals.publish_time)
            .clamp(1, LONGEST_GAP_SECONDS);
        let r = returns::log_return(signals.price, price.bounds.mid);
        r.and_then(|r| is_jump(signals, params, r.fixed(), elapsed))
            .unwrap_or(true)
    });
    recent || jumping
}

/// How the price is marked down when no live price is admitted for an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitHaircut {
    /// Haircut at age zero.
    pub base: Ratio,
    /// What each hour of age adds.
    pub per_hour: Ratio,
    /// Where it stops growing; below one.
    pub max: Ratio,
}

/// The bounds an exit is priced with when no live price is admitted: on each side the worse of the last good and the
/// slow price, less (or plus) a haircut that grows with the last good price's age.
///
/// `None` if a value does not fit.
pub fn exit_fallback(signals: &Signals, haircut: &ExitHaircut, now: Now) -> Option<PriceBounds> {
    let age = now
        .unix_time
        .saturating_sub(signals.publish_time)
        .clamp(0, LONGEST_GAP_SECONDS);
    let grown = haircut
        .per_hour
        .fixed()
        .checked_mul_int(i128::from(age))?
        .checked_div_int(i128::from(SECONDS_PER_HOUR))?
        .checked_add(haircut.base.fixed())?
        .min(haircut.max.fixed());
    Some(PriceBounds {
        low: signals
            .price
            .min(signals.slow_price)
            .scaled_floor(Ratio::from_fixed(grown.checked_neg()?))?,
        mid: signals.price,
        high: signals
            .price
            .max(signals.slow_price)
            .scaled_ceil(Ratio::from_fixed(grown))?,
    })
}

fn square(value: I80F48) -> Option<I80F48> {
    value.checked_mul(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{price, ratio};
    use proptest::prelude::*;

    fn params() -> SignalParams {
        SignalParams {
            min_interval_seconds: 10,
            variance_time_constant_seconds: 86_400,
            slow_price_rate_per_hour: ratio("0.1"),
            jump_threshold: ratio("5"),
            jump_floor: ratio("0.02"),
            jump_quiet_seconds: 3_600,
        }
    }

    fn at(unix_time: i64) -> Now {
        Now { unix_time, slot: 1 }
    }

    fn quote(text: &str, publish_time: i64) -> AdmittedPrice {
        let mid = price(text);
        AdmittedPrice {
            bounds: PriceBounds {
                low: mid,
                mid,
                high: mid,
            },
            confidence: Ratio::ZERO,
            publish_time,
            slot: 1,
        }
    }

    fn start() -> Signals {
        first(&quote("100", 0), ratio("0.36"), at(0))
    }

    #[test]
    fn an_observation_too_soon_is_refused() {
        assert_eq!(
            observe(&start(), &params(), &quote("100", 9), at(9)),
            Err(ObserveRefusal::TooSoon)
        );
        assert!(observe(&start(), &params(), &quote("100", 10), at(10)).is_ok());
    }

    #[test]
    fn variance_matches_a_slow_reference_in_floating_point() {
        let (mut signals, mut reference) = (start(), 0.36f64);
        let mut last = 100.0f64;
        for (step, text) in ["101", "99.5", "99.5", "104", "97", "97.2"].iter().enumerate() {
            let time = (step as i64 + 1) * 3_600;
            signals = observe(&signals, &params(), &quote(text, time), at(time)).unwrap();
            let now: f64 = text.parse().unwrap();
            let r = (now / last).ln();
            let kept = (-3_600.0f64 / 86_400.0).exp();
            reference = reference * kept + (1.0 - kept) * r * r * 31_536_000.0 / 3_600.0;
            last = now;
            assert!((signals.variance.fixed().to_num::<f64>() - reference).abs() < 1e-6);
        }
    }

    #[test]
    fn confidence_noise_is_not_volatility() {
        let mut noisy = quote("100.5", 3_600);
        noisy.confidence = ratio("0.006");
        let after = observe(&start(), &params(), &noisy, at(3_600)).unwrap();
        let calm = observe(&start(), &params(), &quote("100", 3_600), at(3_600)).unwrap();
        assert_eq!(after.variance, calm.variance);
    }

    #[test]
    fn the_slow_price_moves_at_its_rate_and_stops_at_the_price() {
        for (text, elapsed, expected) in [
            ("200", 3_600, "110"),
            ("200", 1_800, "105"),
            ("105", 3_600, "105"),
            ("50", 3_600, "90"),
        ] {
            let after = observe(&start(), &params(), &quote(text, elapsed), at(elapsed)).unwrap();
            let error = (after.slow_price.fixed() - price(expected).fixed()).abs();
            assert!(error < ratio("0.000001").fixed(), "{text} {elapsed}");
        }
    }

    #[test]
    fn a_jump_trips_stands_and_resumes_after_the_quiet_time() {
        // σ = 60 % a year is 0.64 % an hour; five of them are 3.2 %.
        for (text, jumped) in [("103", false), ("104", true), ("96", true), ("97.5", false)] {
            let after = observe(&start(), &params(), &quote(text, 3_600), at(3_600)).unwrap();
            assert_eq!(after.jumped_at, jumped.then_some(3_600), "{text}");
        }
        let tripped = observe(&start(), &params(), &quote("90", 3_600), at(3_600)).unwrap();
        assert!(price_jump_stands(&tripped, &params(), None, at(7_199)));
        assert!(!price_jump_stands(&tripped, &params(), None, at(7_200)));
    }

    #[test]
    fn a_price_nobody_observed_yet_already_trips() {
        assert!(price_jump_stands(&start(), &params(), Some(&quote("90", 60)), at(60)));
        assert!(!price_jump_stands(
            &start(),
            &params(),
            Some(&quote("100.1", 60)),
            at(60)
        ));
    }

    #[test]
    fn the_fallback_takes_the_worse_side_and_its_haircut_grows() {
        let haircut = ExitHaircut {
            base: ratio("0.02"),
            per_hour: ratio("0.01"),
            max: ratio("0.1"),
        };
        let signals = Signals {
            slow_price: price("90"),
            ..start()
        };
        let fresh = exit_fallback(&signals, &haircut, at(0)).unwrap();
        let close = |a: Price, b: &str| (a.fixed() - price(b).fixed()).abs() < ratio("0.000001").fixed();
        assert!(close(fresh.low, "88.2") && close(fresh.high, "102"));
        let later = exit_fallback(&signals, &haircut, at(7_200)).unwrap();
        assert!(close(later.low, "86.4") && close(later.high, "104"));
        let old = exit_fallback(&signals, &haircut, at(1_000_000)).unwrap();
        assert!(close(old.low, "81") && close(old.high, "110"));
    }

    proptest! {
        #[test]
        fn variance_is_never_negative_and_nothing_panics(
            prices in proptest::collection::vec((1u64..1_000_000_000, 1i64..10_000_000), 1..20)
        ) {
            let mut signals = start();
            let mut time = 0;
            for (cents, gap) in prices {
                time += gap;
                let mid = Price::from_fixed(I80F48::from_num(cents) / 100).unwrap();
                let quote = AdmittedPrice { bounds: PriceBounds { low: mid, mid, high: mid }, confidence: Ratio::ZERO, publish_time: time, slot: 1 };
                if let Ok(next) = observe(&signals, &params(), &quote, at(time)) {
                    prop_assert!(next.variance >= Ratio::ZERO);
                    signals = next;
                }
            }
        }
    }
}
