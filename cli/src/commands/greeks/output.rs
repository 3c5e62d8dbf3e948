//! The table that goes out.

use super::RESULTS;
use ballast_core_math::Scaled;
use ballast_files::output::Kind;

/// An earlier table of this command.
pub const TABLE: Kind = Kind {
    what: "a table of Greeks",
    is_ours: |content| {
        let header = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let names = RESULTS.join(",");
        header.trim_ascii_end().ends_with(names.as_bytes())
    },
};

/// Fifteen significant digits: plain where that is short, with a power of ten where it is not. Zero
/// is `0`.
pub fn digits(value: Scaled) -> String {
    if value.mantissa == 0 {
        return "0".to_owned();
    }
    let value = value.to_f64();
    let text = format!("{value:.14e}");
    let power = text
        .split_once('e')
        .and_then(|(_, power)| power.parse::<i32>().ok())
        .unwrap_or(0);
    match usize::try_from(14i32.saturating_sub(power)) {
        Ok(places) if power >= -6 => format!("{value:.places$}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_digits_whatever_the_size() {
        for (mantissa, exponent, text) in [
            (0, 0, "0"),
            (1, 0, "1.00000000000000"),
            (-3, -1, "-1.50000000000000"),
            (1, -10, "0.000976562500000000"),
            (1, -19, "0.00000190734863281250"),
            (1, -24, "5.96046447753906e-8"),
            (1, 40, "1099511627776.00"),
            (1, 49, "562949953421312"),
            (1, 60, "1.15292150460685e18"),
            (-1, -300, "-4.90909346529773e-91"),
            (0x7fff_ffff_ffff_ffff, -63, "1.00000000000000"),
        ] {
            assert_eq!(digits(Scaled { mantissa, exponent }), text);
        }
    }
}
