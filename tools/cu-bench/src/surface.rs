//! The surface whose points are measured: eight expiries from a day to a year, as a crypto market
//! shows them.

use ballast_core_math::surface::{Slice, Surface, SurfaceError};
use fixed::types::{I2F62, U16F48, U3F61, U8F56};

const fn slice(time: &str, total_variance: &str, curvature: &str) -> Slice {
    Slice {
        time: U3F61::lit(time),
        total_variance: U8F56::lit(total_variance),
        skew: I2F62::lit("-0.3"),
        curvature: U16F48::lit(curvature),
    }
}

/// 60 % at the money throughout; φ = 1.5/√θ.
const SLICES: [Slice; 8] = [
    slice("0.00274", "0.000986", "47.7697"),
    slice("0.019178", "0.006904", "18.0526"),
    slice("0.038356", "0.013808", "12.7651"),
    slice("0.082192", "0.029589", "8.7202"),
    slice("0.164384", "0.059178", "6.1661"),
    slice("0.249315", "0.089753", "5.0069"),
    slice("0.49863", "0.179507", "3.5404"),
    slice("1", "0.36", "2.5"),
];

/// Returns the surface. It is free of arbitrage.
#[inline(never)]
pub fn surface() -> Result<Surface, SurfaceError> {
    Surface::new(&SLICES)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_surface_is_one() {
        assert!(super::surface().is_ok());
    }
}
