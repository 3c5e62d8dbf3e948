//! How rows of arguments and results are written: little-endian words, the same on every machine.

use ballast_core_math::black_scholes::{DomainError, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::{Magnitude, Scaled};
use ballast_core_types::I80F48;
use fixed::types::I2F62;

macro_rules! bytes {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $byte:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { $($(#[$what])* $variant = $byte,)* }

        impl $name {
            /// Returns the variant that `byte` stands for.
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

bytes! {
    /// What to run. The first word of the results is the first result.
    Operation {
        /// Natural logarithm of a magnitude.
        Ln = 1,
        /// Exponential of an `I7F57`.
        Exp = 2,
        /// Square root of a magnitude.
        Sqrt = 3,
        /// Density of the normal distribution at an `I7F57`.
        NormPdf = 4,
        /// Normal distribution at an `I7F57`.
        NormCdf = 5,
        /// Inverse of the normal distribution at an `I2F62`.
        NormInv = 6,
        /// Price of an option.
        Price = 10,
        /// Price, delta, gamma, vega, theta, rho.
        Greeks = 11,
        /// All of these, and vanna, volga, charm.
        HigherGreeks = 12,
        /// The volatility that a price implies; the price stands in the place of the volatility.
        ImpliedVolatility = 13,
        /// A point of a surface with eight expiries: log-moneyness in bits, and a magnitude of
        /// years.
        SurfacePoint = 20,
        /// Worst loss and expected shortfall of a book of [`BOOK`] options on one market, over the
        /// grid of scenarios.
        Scenarios = 21,
        /// `I80F48` product, checked.
        FixedMultiply = 30,
        /// `I80F48` quotient, checked.
        FixedDivide = 31,
        /// `solmath::bs_full`: prices and Greeks of call and put, no carry.
        SolmathFull = 40,
        /// `solmath::bs_full_hp`, its precise form.
        SolmathFullHp = 41,
    }
}

bytes! {
    /// Which of the two sets of functions.
    Tier {
        /// For scenarios and search.
        Fast = 0,
        /// For marks and settlement.
        Precise = 1,
    }
}

/// Rows that make a book.
pub const BOOK: usize = 16;

/// One row of arguments: eleven words, whose meaning depends on the operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arguments(pub [u64; Self::WORDS]);

impl Arguments {
    /// Words in a row.
    pub const WORDS: usize = 11;
    /// Bytes in a row.
    pub const BYTES: usize = 88;

    /// Returns an option.
    pub fn from_inputs(inputs: &Inputs) -> Self {
        let mut row = Self::default();
        row.0[0] = u64::from(inputs.kind == Kind::Put);
        row.set_magnitude(1, inputs.spot.0);
        row.set_magnitude(3, inputs.strike.0);
        row.0[5] = inputs.rate.0.to_bits() as u64;
        row.0[6] = inputs.carry.0.to_bits() as u64;
        row.set_magnitude(7, inputs.volatility.0);
        row.set_magnitude(9, inputs.time.0);
        row
    }

    /// Returns the option that [`Self::from_inputs`] wrote.
    pub fn inputs(&self) -> Inputs {
        Inputs {
            kind: if self.0[0] == 0 { Kind::Call } else { Kind::Put },
            spot: Spot(self.magnitude(1)),
            strike: Strike(self.magnitude(3)),
            rate: Rate(I2F62::from_bits(self.0[5] as i64)),
            carry: Rate(I2F62::from_bits(self.0[6] as i64)),
            volatility: Volatility(self.magnitude(7)),
            time: Years(self.magnitude(9)),
        }
    }

    /// Returns an option with its price in the place of its volatility.
    pub fn from_quote(inputs: &Inputs, price: Magnitude) -> Self {
        Self::from_inputs(&Inputs {
            volatility: Volatility(price),
            ..*inputs
        })
    }

    /// Returns a point of the surface, ln(K/F) as an `I7F57`.
    pub fn from_point(log_moneyness: i64, time: Magnitude) -> Self {
        let mut row = Self::from_bits(log_moneyness);
        row.set_magnitude(1, time);
        row
    }

    /// Returns the argument of a kernel that takes a magnitude.
    pub fn from_magnitude(value: Magnitude) -> Self {
        let mut row = Self::default();
        row.set_magnitude(0, value);
        row
    }

    /// Returns the argument of a kernel that takes 64 bits in fixed point.
    pub fn from_bits(bits: i64) -> Self {
        let mut row = Self::default();
        row.0[0] = bits as u64;
        row
    }

    /// Returns the arguments of a fixed-point product or quotient.
    pub fn from_fixed(left: I80F48, right: I80F48) -> Self {
        Self::from_wide(&[left.to_bits() as u128, right.to_bits() as u128])
    }

    /// Up to five numbers of 128 bits; further ones are left out.
    pub fn from_wide(values: &[u128]) -> Self {
        let mut row = Self::default();
        for ([low, high], value) in row.0.as_chunks_mut().0.iter_mut().zip(values) {
            *low = *value as u64;
            *high = (*value >> 64) as u64;
        }
        row
    }

    /// Returns the magnitude in words `at` and the next.
    pub fn magnitude(&self, at: usize) -> Magnitude {
        let (mantissa, exponent) = match self.0.get(at..) {
            Some([mantissa, exponent, ..]) => (*mantissa, *exponent as i64 as i32),
            _ => (0, 0),
        };
        Magnitude::from_parts(mantissa, exponent.saturating_sub(63)).unwrap_or(Magnitude::ZERO)
    }

    fn set_magnitude(&mut self, at: usize, value: Magnitude) {
        if let Some([mantissa, exponent, ..]) = self.0.get_mut(at..) {
            *mantissa = value.mantissa();
            *exponent = i64::from(value.exponent()) as u64;
        }
    }

    /// Returns the number of 128 bits in words 2·`index` and the next.
    pub fn wide(&self, index: usize) -> u128 {
        match self.0.chunks_exact(2).nth(index) {
            Some([low, high]) => u128::from(*high) << 64 | u128::from(*low),
            _ => 0,
        }
    }

    /// Reads a row.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut row = Self::default();
        let words = bytes.chunks_exact(8);
        if bytes.len() != Self::BYTES {
            return None;
        }
        for (word, chunk) in row.0.iter_mut().zip(words) {
            *word = u64::from_le_bytes(chunk.try_into().ok()?);
        }
        Some(row)
    }

    /// Writes the row.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (place, word) in bytes.chunks_exact_mut(8).zip(&self.0) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

/// Whether a row has results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has.
    Done,
    /// An input lies outside the domain.
    Outside(DomainError),
    /// The function refused its arguments without saying more.
    Refused,
}

impl Status {
    const fn to_word(self) -> u32 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Outside(DomainError::Spot) => 2,
            Self::Outside(DomainError::Strike) => 3,
            Self::Outside(DomainError::Rate) => 4,
            Self::Outside(DomainError::Carry) => 5,
            Self::Outside(DomainError::Volatility) => 6,
            Self::Outside(DomainError::Time) => 7,
        }
    }

    const fn from_word(word: u32) -> Option<Self> {
        Some(match word {
            0 => Self::Done,
            1 => Self::Refused,
            2 => Self::Outside(DomainError::Spot),
            3 => Self::Outside(DomainError::Strike),
            4 => Self::Outside(DomainError::Rate),
            5 => Self::Outside(DomainError::Carry),
            6 => Self::Outside(DomainError::Volatility),
            7 => Self::Outside(DomainError::Time),
            _ => return None,
        })
    }
}

/// What became of one row: eighteen words of results, 64 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether there are results.
    pub status: Status,
    /// Compute units that it took.
    pub compute_units: u32,
    /// The bits of the results.
    pub words: [u64; Self::WORDS],
}

impl Outcome {
    /// Words of results.
    pub const WORDS: usize = 18;
    /// Bytes of an outcome.
    pub const BYTES: usize = 152;

    /// Results, none yet.
    pub const fn new(status: Status, compute_units: u32) -> Self {
        Self {
            status,
            compute_units,
            words: [0; Self::WORDS],
        }
    }

    /// With these words.
    #[must_use]
    pub fn with_words(mut self, words: &[u64]) -> Self {
        for (place, word) in self.words.iter_mut().zip(words) {
            *place = *word;
        }
        self
    }

    /// With these numbers, two words each.
    #[must_use]
    pub fn with_scaled(mut self, numbers: &[Scaled]) -> Self {
        for ([mantissa, exponent], number) in self.words.as_chunks_mut().0.iter_mut().zip(numbers) {
            *mantissa = number.mantissa as u64;
            *exponent = i64::from(number.exponent) as u64;
        }
        self
    }

    /// Returns the number in words 2·`index` and the next.
    pub fn scaled(&self, index: usize) -> Scaled {
        match self.words.chunks_exact(2).nth(index) {
            Some([mantissa, exponent]) => Scaled {
                mantissa: *mantissa as i64,
                exponent: *exponent as i64 as i32,
            },
            _ => Scaled::ZERO,
        }
    }

    /// Writes it; `place` has [`Self::BYTES`] bytes.
    pub fn write(&self, place: &mut [u8]) {
        let head = u64::from(self.compute_units) << 32 | u64::from(self.status.to_word());
        for (bytes, word) in place
            .chunks_exact_mut(8)
            .zip(core::iter::once(&head).chain(&self.words))
        {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
    }

    /// Reads one. `None` if these bytes are not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let mut words = bytes
            .chunks_exact(8)
            .filter_map(|chunk| Some(u64::from_le_bytes(chunk.try_into().ok()?)));
        let head = words.next()?;
        let mut outcome = Self::new(Status::from_word(head as u32)?, (head >> 32) as u32);
        for (place, word) in outcome.words.iter_mut().zip(words) {
            *place = word;
        }
        Some(outcome)
    }
}
