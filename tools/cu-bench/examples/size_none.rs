//! The same program without mathematics: it writes numbers that it was given.

include!("size/frame.rs");

fn work(inputs: &ballast_core_math::black_scholes::Inputs) -> Option<Greeks> {
    let given = ballast_core_math::Scaled::from;
    Some(Greeks {
        price: given(inputs.spot.0),
        delta: given(inputs.strike.0),
        gamma: given(inputs.volatility.0),
        vega: given(inputs.time.0),
        theta: given(inputs.spot.0),
        rho: given(inputs.strike.0),
    })
}
