//! What a row of arguments is made of: words of 64 bits, so that nothing is parsed or rounded on
//! the way.

use ballast_core_math::black_scholes::{Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use fixed::types::I2F62;

/// What to evaluate, in both tiers where there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Price and all Greeks of an option.
    Greeks,
    /// The volatility that a price implies; the price stands in the volatility's place.
    ImpliedVolatility,
    /// The volatility of [`crate::market`]'s surface at the option's strike and time.
    SurfacePoint,
    /// Losses of a small book of the option over [`crate::market`]'s grid, and their tail.
    Scenarios,
    /// Natural logarithm of a magnitude.
    Ln,
    /// Exponential of an `I7F57`.
    Exp,
    /// Square root of a magnitude.
    Sqrt,
    /// Normal density at an `I7F57`.
    NormPdf,
    /// Normal distribution at an `I7F57`.
    NormCdf,
    /// Inverse of the normal distribution at an `I2F62`.
    NormInv,
    /// Student's distribution of the scenarios at an `I7F57`; it has one tier.
    Student,
}

impl Operation {
    /// Every operation; the place of one in this list is the word that stands for it.
    pub const ALL: [Self; 11] = [
        Self::Greeks,
        Self::ImpliedVolatility,
        Self::SurfacePoint,
        Self::Scenarios,
        Self::Ln,
        Self::Exp,
        Self::Sqrt,
        Self::NormPdf,
        Self::NormCdf,
        Self::NormInv,
        Self::Student,
    ];

    /// Returns how the operation is called in messages, and the kernels in their table of vectors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greeks => "greeks_and_higher",
            Self::ImpliedVolatility => "implied_volatility",
            Self::SurfacePoint => "surface",
            Self::Scenarios => "scenarios",
            Self::Ln => "ln",
            Self::Exp => "exp",
            Self::Sqrt => "sqrt",
            Self::NormPdf => "norm_pdf",
            Self::NormCdf => "norm_cdf",
            Self::NormInv => "norm_inv",
            Self::Student => "student",
        }
    }
}

/// An operation and its eleven arguments. A magnitude is two words: its mantissa, and the power of
/// two that multiplies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row(pub [u64; Row::WORDS]);

impl Row {
    /// Words in a row.
    pub const WORDS: usize = 12;

    /// Returns a row of arguments that are words already; further ones than eleven are left out.
    pub fn new(operation: Operation, arguments: &[u64]) -> Self {
        let mut row = Self([operation as u64; Self::WORDS]);
        let padded = arguments.iter().copied().chain(core::iter::repeat(0));
        for (place, word) in row.0.iter_mut().skip(1).zip(padded) {
            *place = word;
        }
        row
    }

    /// Returns an option.
    pub fn from_inputs(operation: Operation, inputs: &Inputs) -> Self {
        let [spot, strike, volatility, time] =
            [inputs.spot.0, inputs.strike.0, inputs.volatility.0, inputs.time.0].map(words);
        Self::new(
            operation,
            &[
                u64::from(inputs.kind == Kind::Put),
                spot[0],
                spot[1],
                strike[0],
                strike[1],
                inputs.rate.0.to_bits() as u64,
                inputs.carry.0.to_bits() as u64,
                volatility[0],
                volatility[1],
                time[0],
                time[1],
            ],
        )
    }

    /// Returns what to evaluate; `None` if the first word stands for nothing.
    pub fn operation(&self) -> Option<Operation> {
        Operation::ALL.get(usize::try_from(self.0[0]).ok()?).copied()
    }

    /// Returns the first argument, as the bits of a fixed-point number.
    pub const fn bits(&self) -> i64 {
        self.0[1] as i64
    }

    /// Returns the magnitude in words `at` and the next. `None` if its exponent is out of all
    /// bounds.
    pub fn magnitude(&self, at: usize) -> Option<Magnitude> {
        let exponent = i32::try_from(*self.0.get(at.checked_add(1)?)? as i64).ok()?;
        Magnitude::from_parts(*self.0.get(at)?, exponent)
    }

    /// Returns the option. `None` if an exponent is out of all bounds.
    pub fn inputs(&self) -> Option<Inputs> {
        Some(Inputs {
            kind: if self.0[1] == 0 { Kind::Call } else { Kind::Put },
            spot: Spot(self.magnitude(2)?),
            strike: Strike(self.magnitude(4)?),
            rate: Rate(I2F62::from_bits(self.0[6] as i64)),
            carry: Rate(I2F62::from_bits(self.0[7] as i64)),
            volatility: Volatility(self.magnitude(8)?),
            time: Years(self.magnitude(10)?),
        })
    }
}

/// Returns a magnitude as the two words that [`Row::magnitude`] reads.
pub fn words(value: Magnitude) -> [u64; 2] {
    [
        value.mantissa(),
        if value.is_zero() {
            0
        } else {
            i64::from(value.exponent()).wrapping_sub(63) as u64
        },
    ]
}
