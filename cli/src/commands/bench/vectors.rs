//! Options with reference results.

use crate::commands::greeks::{Decimal, Table, RESULTS};
use anyhow::{bail, Context, Result};
use ballast_core_math::black_scholes::Inputs;
use std::path::{Path, PathBuf};

/// An option, and its price and Greeks as doubles.
pub struct Vector {
    /// The option.
    pub inputs: Inputs,
    /// In the order of [`RESULTS`].
    pub reference: [f64; 9],
}

/// Returns the vectors that are part of the repository.
pub fn committed(root: &Path) -> PathBuf {
    root.join("core/math/tests/vectors/black_scholes.csv")
}

/// Reads vectors in the golden format.
///
/// # Errors
/// If the file is not one, or has a row that cannot be read.
pub fn read(path: &Path) -> Result<Vec<Vector>> {
    let name = path.display();
    let table = Table::read(path)?;
    let mut columns = [0; 9];
    for (column, result) in columns.iter_mut().zip(RESULTS) {
        let found = table.further.iter().position(|field| field == result);
        *column = found.with_context(|| format!("{name}: there is no column {result}"))?;
    }
    let mut vectors = Vec::with_capacity(table.rows.len());
    for row in table.rows {
        let row = row?;
        let mut reference = [0.0; 9];
        for ((value, column), result) in reference.iter_mut().zip(columns).zip(RESULTS) {
            let text = &row.further[column];
            if Decimal::parse(text).is_none() {
                bail!(
                    "{name}: line {}, column {result} is `{text}`: it is not a decimal number",
                    row.line
                );
            }
            *value = text.parse()?;
        }
        vectors.push(Vector {
            inputs: row.inputs,
            reference,
        });
    }
    if vectors.is_empty() {
        bail!("{name} holds no options");
    }
    Ok(vectors)
}
