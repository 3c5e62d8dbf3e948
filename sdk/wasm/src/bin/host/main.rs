//! `ballast-wasm-host VECTORS OUT`: makes rows of arguments from the tables in the folder VECTORS
//! and from a fixed seed, evaluates them on this machine, and writes to the folder OUT, for
//! `compare.mjs`:
//!
//! - `rows`: the arguments, twelve words a row;
//! - `results`: for each row a count and that many words;
//! - `labels`: for each row a line that says where it comes from.
//!
//! Words are 64 bits, little-endian.

mod generated;
mod table;

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use ballast_core_math::black_scholes::{precise, Inputs, Volatility};
use ballast_core_math::Magnitude;
use ballast_wasm::{evaluate, Operation, Row};

/// Rows, and where each comes from.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    labels: String,
}

impl Rows {
    fn push(&mut self, operation: Operation, row: Row, origin: &str) {
        self.rows.push(row);
        writeln!(self.labels, "{} of {origin}", operation.name()).expect("a string takes any text");
    }

    /// The rows that an option gives: one for each operation on options.
    fn push_option(&mut self, inputs: &Inputs, origin: &str) {
        for operation in [Operation::Greeks, Operation::SurfacePoint, Operation::Scenarios] {
            self.push(operation, Row::from_inputs(operation, inputs), origin);
        }
        // An option without a price, or with one that rounds to nothing, asks for the volatility of
        // nothing.
        let price = precise::price(inputs)
            .ok()
            .and_then(|price| Magnitude::from_parts(u64::try_from(price.mantissa).ok()?, price.exponent));
        let quote = Inputs {
            volatility: Volatility(price.unwrap_or(Magnitude::ZERO)),
            ..*inputs
        };
        let operation = Operation::ImpliedVolatility;
        self.push(operation, Row::from_inputs(operation, &quote), origin);
    }
}

fn run(vectors: &Path, out: &Path) -> Result<(), String> {
    let mut rows = Rows::default();
    let read = |name: &str| {
        let path = vectors.join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    for (line, inputs) in table::options(&read("black_scholes.csv")?)? {
        rows.push_option(&inputs, &format!("black_scholes.csv, line {line}"));
    }
    for (line, operation, row) in table::kernels(&read("kernels.csv")?)? {
        rows.push(operation, row, &format!("kernels.csv, line {line}"));
    }
    generated::add(&mut rows);

    let mut results = Vec::new();
    for row in &rows.rows {
        let given = evaluate(row);
        results.push(given.words().len() as u64);
        results.extend_from_slice(given.words());
    }
    let bytes = |words: &mut dyn Iterator<Item = u64>| words.flat_map(u64::to_le_bytes).collect::<Vec<u8>>();
    let write = |name: &str, content: &[u8]| {
        let path = out.join(name);
        std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))
    };
    write("rows", &bytes(&mut rows.rows.iter().flat_map(|row| row.0)))?;
    write("results", &bytes(&mut results.into_iter()))?;
    write("labels", rows.labels.as_bytes())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [vectors, out] = arguments.as_slice() else {
        eprintln!("usage: ballast-wasm-host VECTORS OUT");
        return ExitCode::from(2);
    };
    match run(Path::new(vectors), Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("ballast-wasm-host: {message}");
            ExitCode::FAILURE
        }
    }
}
