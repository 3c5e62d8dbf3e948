//! A program with the set of the precise tier, for the sake of its size.

include!("size/frame.rs");

fn work(inputs: &ballast_core_math::black_scholes::Inputs) -> Option<Greeks> {
    ballast_core_math::black_scholes::precise::greeks(inputs).ok()
}
