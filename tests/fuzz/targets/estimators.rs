//! A market of arbitrary observations: the estimators' states from arbitrary stored bits, updated
//! while bytes last; scores within ±8, averages within the volatility's domain, and a quantile that
//! does not fall.
#![no_main]

use ballast_core_math::black_scholes::Volatility;
use ballast_core_math::cornish_fisher::{CornishFisher, ExcessKurtosis, Skewness};
use ballast_core_math::estimators::{
    Checkpoint, Elapsed, EwmaMoments, EwmaVariance, Gwav, LogReturn, NoiseVariance, Observation, Sampler, Score,
    TimeConstant, Trend, TrendParams, CHECKPOINTS,
};
use ballast_core_types::{Price, Ratio, I80F48};
use ballast_fuzz::option::double;
use ballast_fuzz::Bytes;
use fixed::types::{I16F48, I4F28};

/// Returns a number of a random size, so that small ones are as likely as large ones.
fn sized(bytes: &mut Bytes) -> i64 {
    let shift = bytes.byte() % 64;
    bytes.number() >> shift
}

fn constant(bytes: &mut Bytes) -> TimeConstant {
    TimeConstant::new(sized(bytes) as u32).unwrap_or(TimeConstant::MIN)
}

fn log_return(bytes: &mut Bytes) -> LogReturn {
    let mut price = || Price::from_fixed(I80F48::from_bits(i128::from(sized(bytes)) << (bytes.byte() % 64)));
    match (price(), price()) {
        (Some(from), Some(to)) => LogReturn::between(from, to),
        _ => LogReturn::from_bits(sized(bytes)),
    }
}

fn quantile(skewness: Skewness, kurtosis: ExcessKurtosis, bytes: &mut Bytes) {
    let nearest = CornishFisher::nearest(skewness, kurtosis);
    let mut scores = [(); 3].map(|()| I16F48::from_bits(bytes.number() % ((8 << 48) + 1)));
    scores.sort_unstable();
    for expansion in [Some(nearest), CornishFisher::new(skewness, kurtosis).ok()]
        .into_iter()
        .flatten()
    {
        let found = scores.map(|z| expansion.quantile(z).unwrap_or_else(|error| panic!("{z}: {error}")));
        // Within rounding, 2⁻⁴⁴ at both ends.
        let falls = found
            .windows(2)
            .any(|pair| pair[1].to_bits() < pair[0].to_bits() - (2 << 4));
        assert!(!falls, "{skewness:?} {kurtosis:?} {scores:?} {found:?}");
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let mut sampler = Sampler::from_parts(
        LogReturn::from_bits(bytes.number()),
        NoiseVariance::from_bits(bytes.word()),
        bytes.word() as u32,
    );
    let mut variance = EwmaVariance::from_bits(sized(&mut bytes) as u64);
    let mut moments = EwmaMoments::from_bits(std::array::from_fn(|_| bytes.number()));
    let mut trend = Trend::from_parts(log_return(&mut bytes), log_return(&mut bytes), log_return(&mut bytes));
    let (decay, sampling) = (
        constant(&mut bytes),
        Elapsed::capped(sized(&mut bytes)).unwrap_or(Elapsed::MAX),
    );
    let params = TrendParams::new(constant(&mut bytes), constant(&mut bytes), constant(&mut bytes));
    let mut point = || Checkpoint {
        time: sized(&mut bytes),
        integral: bytes.number(),
    };
    let (last, points) = (point(), [(); CHECKPOINTS].map(|()| point()));
    let mut gwav = Gwav::from_parts(sized(&mut bytes), last, points, bytes.byte());
    let limit = Score(I4F28::MAX);
    let within = |score: Score| score <= limit && score >= Score(-limit.0);
    while !bytes.is_empty() {
        let observation = Observation {
            log_return: log_return(&mut bytes),
            elapsed: Elapsed::capped(sized(&mut bytes)).unwrap_or(Elapsed::MAX),
            noise: NoiseVariance::from_confidence(Ratio::from_fixed(I80F48::from_bits(i128::from(sized(&mut bytes))))),
        };
        let (next, step) = sampler.update(&observation, sampling);
        sampler = next;
        if let Some(step) = step {
            assert!(within(variance.score(&step)), "{variance:?} {step:?}");
            moments = moments.update(&step, variance, decay);
            assert_eq!(EwmaMoments::from_bits(moments.bits()), moments, "a moment out of range");
            variance = variance.update(&step, decay);
            assert!(variance.annual() >= Ratio::ZERO);
        }
        if let Some((skewness, kurtosis)) = moments.shape() {
            quantile(skewness, kurtosis, &mut bytes);
        }
        quantile(
            Skewness(I16F48::from_bits(sized(&mut bytes))),
            ExcessKurtosis(I16F48::from_bits(sized(&mut bytes))),
            &mut bytes,
        );
        if let Some(params) = &params {
            trend = trend.update(&observation, params);
            if let Some(scores) = trend.scores(variance, params) {
                let all = [scores.fast, scores.slow, scores.trend, scores.acceleration];
                assert!(all.into_iter().all(within), "{trend:?} {variance:?} {scores:?}");
            }
        }
        let volatility = Volatility(ballast_fuzz::magnitude(bytes.geometric(0.009, 5.1)));
        let now = gwav
            .map_or(0, |gwav| gwav.updated_at())
            .saturating_add(sized(&mut bytes));
        gwav = match gwav {
            Some(state) => state.update(volatility, now, sampling).ok().or(Some(state)),
            None => Gwav::first(volatility, now).ok(),
        };
        if let Some(state) = gwav {
            let (level, last, points, used) = state.parts();
            assert_eq!(
                Gwav::from_parts(level, last, points, used),
                Some(state),
                "a state that is refused"
            );
            let window = Elapsed::capped(sized(&mut bytes)).unwrap_or(Elapsed::MAX);
            if let Ok(average) = state.average(window, now) {
                assert!((0.01..=5.0).contains(&double(average.0)), "{state:?}: {average:?}");
            }
        }
    }
});
