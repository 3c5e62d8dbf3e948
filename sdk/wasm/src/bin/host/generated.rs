//! Further rows, from a fixed seed: options over the domain and at its edges, and any words at all.

use ballast_core_math::black_scholes::{Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use ballast_wasm::{Operation, Row};
use fixed::types::I2F62;

use super::Rows;

/// Options in or near the domain.
const OPTIONS: usize = 10_000;
/// Rows of any words, for each operation.
const ANY: usize = 2_000;

pub fn add(rows: &mut Rows) {
    let mut random = Random(0x6261_6c6c_6173_7421);
    for index in 0..OPTIONS {
        let inputs = option(&mut random);
        rows.push_option(&inputs, &format!("generated option {index}"));
    }
    for operation in Operation::ALL {
        for index in 0..ANY {
            let row = any(&mut random, operation);
            rows.push(operation, row, &format!("generated words {index}"));
        }
    }
    let mut unknown = Row::default();
    unknown.0[0] = Operation::ALL.len() as u64;
    rows.rows.push(unknown);
    rows.labels.push_str("no operation\n");
}

/// Any words at all, except that most powers of two of magnitudes are small enough to be one.
fn any(random: &mut Random, operation: Operation) -> Row {
    let powers: &[usize] = match operation {
        Operation::Greeks | Operation::ImpliedVolatility | Operation::SurfacePoint | Operation::Scenarios => {
            &[2, 4, 8, 10]
        }
        _ => &[1],
    };
    let words: [u64; Row::WORDS - 1] = std::array::from_fn(|index| match random.below(32) {
        0 => random.rough(),
        _ if powers.contains(&index) => random.below(128).wrapping_sub(104),
        _ => random.rough(),
    });
    Row::new(operation, &words)
}

/// Mostly within the domain; one number in sixteen is at an edge or just outside.
fn option(random: &mut Random) -> Inputs {
    let kind = if random.below(2) == 0 { Kind::Call } else { Kind::Put };
    // 2^-20 … 2^24, a little more than the domain.
    let spot = random.magnitude(-20, 23);
    // Strikes crowd around the spot: its exponent, or up to seven octaves away, which is e^4.9.
    let octave = spot.exponent();
    let strike = match random.below(4) {
        0 => random.magnitude(octave - 7, octave + 7),
        1 => spot,
        _ => Magnitude::from_parts(
            spot.mantissa() - (random.word() >> 4) % (spot.mantissa() / 2),
            octave - 63,
        )
        .expect("the exponent is that of a spot"),
    };
    let time = match random.below(16) {
        0 => Magnitude::ZERO,
        1 => Magnitude::from_parts(1, -26).expect("half a second"),
        _ => random.magnitude(-25, 2),
    };
    Inputs {
        kind,
        spot: Spot(spot),
        strike: Strike(strike),
        rate: Rate(random.rate()),
        carry: Rate(random.rate()),
        volatility: Volatility(random.magnitude(-7, 2)),
        time: Years(time),
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.word() % limit
    }

    /// Words of every length and sign, so that exponents are small and fixed-point numbers near
    /// zero are among them.
    fn rough(&mut self) -> u64 {
        let size = self.below(64);
        (self.word() as i64 >> size) as u64
    }

    /// Any mantissa, with a ⌊log₂⌋ between the two.
    fn magnitude(&mut self, lowest: i32, highest: i32) -> Magnitude {
        let octaves = u64::from(lowest.abs_diff(highest)) + 1;
        let exponent = lowest + self.below(octaves) as i32;
        Magnitude::from_parts(self.word() | 1 << 63, exponent - 63).expect("the exponent is small")
    }

    /// Within ±1, often ±1 or 0, and now and then beyond.
    fn rate(&mut self) -> I2F62 {
        I2F62::from_bits(match self.below(16) {
            0 => 0,
            1 => 1 << 62,
            2 => -(1 << 62),
            3 => (1 << 62) + 1,
            _ => self.word() as i64 >> 1,
        })
    }
}
