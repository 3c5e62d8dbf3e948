//! The surface and the grid of scenarios that the rows are evaluated on.

use ballast_core_math::scenarios::{Grid, GridError};
use ballast_core_math::surface::{Slice, Surface, SurfaceError};
use fixed::types::{I2F62, I7F57, U16F48, U3F61, U8F56};

const fn slice(time: &str, total_variance: &str, skew: &str, curvature: &str) -> Slice {
    Slice {
        time: U3F61::lit(time),
        total_variance: U8F56::lit(total_variance),
        skew: I2F62::lit(skew),
        curvature: U16F48::lit(curvature),
    }
}

/// A week, a month, a quarter and two years, all at 70 % at the money.
const SLICES: [Slice; 4] = [
    slice("0.0192", "0.009408", "-0.1", "9.3"),
    slice("0.0822", "0.040278", "-0.15", "4.4"),
    slice("0.25", "0.1225", "-0.2", "2.5"),
    slice("2", "0.98", "-0.25", "0.85"),
];

/// Returns a surface of four expiries, put through its gate.
#[inline(never)]
pub fn surface() -> Result<Surface, SurfaceError> {
    Surface::new(&SLICES)
}

/// Returns a grid from −55 % to +82 %.
#[inline(never)]
pub fn grid() -> Result<Grid, GridError> {
    Grid::new(
        [
            I7F57::lit("-0.8"),
            I7F57::lit("-0.4"),
            I7F57::lit("-0.2"),
            I7F57::lit("-0.08"),
            I7F57::lit("0.01"),
            I7F57::lit("0.09"),
            I7F57::lit("0.2"),
            I7F57::lit("0.4"),
            I7F57::lit("0.6"),
        ],
        [I2F62::lit("-0.3"), I2F62::ZERO, I2F62::lit("0.6")],
        [I2F62::lit("0.25"), I2F62::lit("0.5"), I2F62::lit("0.25")],
        I7F57::lit("0.07"),
        3,
    )
}
