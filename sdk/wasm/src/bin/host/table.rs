//! Reads the tables of vectors; only their columns of arguments.

use ballast_core_math::black_scholes::{Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use ballast_wasm::{Operation, Row};

/// Returns the options of a table `type,spot,strike,rate,carry,sigma,tau,...`, with their lines.
pub fn options(text: &str) -> Result<Vec<(usize, Inputs)>, String> {
    lines(text, option)
}

/// Returns the rows of a table `kernel,input,input_exponent,...`, with their lines.
pub fn kernels(text: &str) -> Result<Vec<(usize, Operation, Row)>, String> {
    let rows = lines(text, kernel)?;
    Ok(rows
        .into_iter()
        .map(|(line, (operation, row))| (line, operation, row))
        .collect())
}

fn lines<T>(text: &str, read: impl Fn(&[&str]) -> Option<T>) -> Result<Vec<(usize, T)>, String> {
    let rows = text.lines().enumerate().skip(1).map(|(index, line)| {
        let fields: Vec<_> = line.split(',').collect();
        match read(&fields) {
            Some(row) => Ok((index + 1, row)),
            None => Err(format!("line {} is not understood: {line}", index + 1)),
        }
    });
    rows.collect()
}

fn option(fields: &[&str]) -> Option<Inputs> {
    let [kind, spot, strike, rate, carry, sigma, tau, ..] = fields else {
        return None;
    };
    Some(Inputs {
        kind: match *kind {
            "C" => Kind::Call,
            "P" => Kind::Put,
            _ => return None,
        },
        spot: Spot(magnitude(spot)?),
        strike: Strike(magnitude(strike)?),
        rate: Rate(rate.parse().ok()?),
        carry: Rate(carry.parse().ok()?),
        volatility: Volatility(magnitude(sigma)?),
        time: Years(magnitude(tau)?),
    })
}

/// `digits[.digits][e[-]digits]`.
fn magnitude(text: &str) -> Option<Magnitude> {
    let (number, power) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let places = i32::try_from(part.len()).ok()?;
    let power = power.parse::<i32>().ok()?.checked_sub(places)?;
    Magnitude::from_decimal([whole, part].concat().parse().ok()?, power)
}

fn kernel(fields: &[&str]) -> Option<(Operation, Row)> {
    let [name, input, exponent, ..] = fields else {
        return None;
    };
    let operation = Operation::ALL.into_iter().find(|operation| operation.name() == *name)?;
    let input = input.parse::<i128>().ok()?;
    let exponent = exponent.parse::<i64>().ok()?;
    let (input, fraction_bits) = match operation {
        Operation::Ln | Operation::Sqrt => (u64::try_from(input).ok()?, exponent),
        Operation::NormInv => (i64::try_from(input).ok()? as u64, -62),
        _ => (i64::try_from(input).ok()? as u64, -57),
    };
    (exponent == fraction_bits).then(|| (operation, Row::new(operation, &[input, exponent as u64])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_as_written() {
        for (text, digits, power) in [
            ("0.5", 5, -1),
            ("105.0256", 1_050_256, -4),
            ("3", 3, 0),
            ("3.25e-8", 325, -10),
        ] {
            assert_eq!(magnitude(text), Magnitude::from_decimal(digits, power), "{text}");
        }
        for text in ["", "x", "-1", "1e", "1.2.3"] {
            assert_eq!(magnitude(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        let error = options("head\nC,1,1,0,0,0.5,1\nC,1,1,0,0,half,1\n").unwrap_err();
        assert!(error.starts_with("line 3 "), "{error}");
        assert!(kernels("head\nexp,1,-56,0,0\n").is_err());
    }
}
