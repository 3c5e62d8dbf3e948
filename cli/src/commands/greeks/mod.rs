//! Prices and Greeks of a table of options.

mod decimal;
mod output;
mod table;

pub use decimal::Decimal;
pub use table::{Row, Table, COLUMNS};

use crate::math_program::MathProgram;
use crate::places::Places;
use crate::reading;
use anyhow::Result;
use ballast_core_math::black_scholes::{fast, precise, DomainError, Greeks, HigherGreeks, Inputs};
use ballast_core_math::Scaled;
use ballast_cu_bench::wire::{Arguments, Outcome, Status};
use ballast_cu_bench::{Operation, Tier};
use ballast_files::output::Guard;
use ballast_terminal::Progress;
use clap::ValueEnum;
use output::digits;
use std::path::PathBuf;

/// Rows between two looks at the progress.
const AT_ONCE: usize = 1_000;

/// The columns that are worked out.
pub const RESULTS: [&str; 9] = [
    "price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm",
];

/// Works out prices and Greeks of a table of options
///
/// Reads the columns type (C or call, P or put), spot, strike, rate, carry, sigma and tau by their
/// names, in any order. Rates are continuous and per year, 0.05 is 5 %. carry is the yield q that
/// holding the underlying brings, such as a dividend or staking yield, so that the forward is spot
/// e^((rate - carry) tau): it is not the cost of carry b = r - q of the books, and is 0 for a stock
/// without dividend. sigma is per year, 0.8 is 80 %; tau is in years of 365 days, and 0 is the
/// moment of expiry, where the payoff is written whatever sigma is. Writes the file's other columns
/// first, then these seven as they were, and price, delta, gamma, vega, theta, rho, vanna, volga
/// and charm with 15 significant digits: derivatives for one unit of the underlying, vega and rho
/// for a change of 1.00, theta and charm per year of calendar time.
///
/// A row that cannot be worked out (a field missing or not a number, an unknown type, a value
/// outside the domain) is reported with its line and column and left out of the result; the others
/// are written all the same, and the exit status is 1. When nothing can be done (no input, a column
/// missing) an existing result stays as it was.
#[derive(clap::Args)]
pub struct Args {
    /// The table to read
    #[arg(long = "in", value_name = "FILE.csv")]
    input: PathBuf,
    /// The table to write; replaced as a whole, once everything is worked out
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    /// fast for scenarios and search, precise for marks and settlement
    #[arg(long, value_enum, default_value_t = TierName::Precise)]
    tier: TierName,
    /// Where the work is done: in this process, or by the compiled program in Solana's virtual
    /// machine. The results are the same, bit for bit
    #[arg(long, value_enum, default_value_t = Machine::Host)]
    on: Machine,
}

/// A tier, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TierName {
    /// For scenarios and search
    Fast,
    /// For marks and settlement
    Precise,
}

/// Where the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Machine {
    Host,
    Svm,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Self {
        match name {
            TierName::Fast => Self::Fast,
            TierName::Precise => Self::Precise,
        }
    }
}

/// Price and Greeks in the order of [`RESULTS`].
pub type Set = [Scaled; 9];

/// Returns a set, worked out by this process.
///
/// # Errors
/// The input that is outside the domain.
pub fn on_host(tier: Tier, inputs: &Inputs) -> std::result::Result<Set, DomainError> {
    let (
        Greeks {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        },
        HigherGreeks { vanna, volga, charm },
    ) = match tier {
        Tier::Fast => fast::greeks_and_higher(inputs)?,
        Tier::Precise => precise::greeks_and_higher(inputs)?,
    };
    Ok([price, delta, gamma, vega, theta, rho, vanna, volga, charm])
}

/// Sets, worked out by the compiled program.
///
/// # Errors
/// If the program fails as a whole; a row outside the domain is an answer.
pub fn on_svm(
    program: &mut MathProgram,
    tier: Tier,
    rows: &[Inputs],
) -> Result<Vec<std::result::Result<Set, DomainError>>> {
    let arguments: Vec<Arguments> = rows.iter().map(Arguments::from_inputs).collect();
    let bar = Progress::of(arguments.len() as u64, "rows");
    let mut sets = Vec::with_capacity(arguments.len());
    for some in arguments.chunks(AT_ONCE) {
        let outcomes = program.run(Operation::HigherGreeks, tier, some)?;
        sets.extend(outcomes.iter().map(set).collect::<Result<Vec<_>>>()?);
        bar.at(sets.len() as u64);
    }
    Ok(sets)
}

fn set(outcome: &Outcome) -> Result<std::result::Result<Set, DomainError>> {
    match outcome.status {
        Status::Done => Ok(Ok(std::array::from_fn(|at| outcome.scaled(at)))),
        Status::Outside(error) => Ok(Err(error)),
        Status::Refused => anyhow::bail!("the program refused an option without saying why"),
    }
}

/// Runs the command; `false` if rows were left out.
///
/// # Errors
/// If nothing could be done.
pub fn run(args: &Args, places: &Places) -> Result<bool> {
    let target = Guard::new()
        .input("--in", &args.input)
        .file("--out", &args.out, output::TABLE)?;
    let table = Table::read(&args.input)?;
    reading::say(&args.input.display().to_string(), &table.notes, &[]);
    let good: Vec<Inputs> = table.rows.iter().flatten().map(|row| row.inputs).collect();
    let tier = args.tier.into();
    let sets = match args.on {
        Machine::Host => good.iter().map(|inputs| on_host(tier, inputs)).collect(),
        Machine::Svm => on_svm(&mut MathProgram::load(places)?, tier, &good)?,
    };
    let mut sets = sets.into_iter();
    let carried = table.carried();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = carried.iter().map(|at| table.further[*at].as_str());
    writer.write_record(names.chain(COLUMNS).chain(RESULTS))?;
    let mut left_out = Vec::new();
    for row in &table.rows {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                left_out.push(fault.clone());
                continue;
            }
        };
        match sets.next() {
            Some(Ok(set)) => {
                let results = set.map(digits);
                let further = carried.iter().map(|at| row.further[*at].as_str());
                let fields = row.fields.iter().chain(&results).map(String::as_str);
                writer.write_record(further.chain(fields))?;
            }
            Some(Err(error)) => left_out.push(table.outside(row, error)),
            None => anyhow::bail!("there are fewer results than rows"),
        }
    }
    target.write(&writer.into_inner()?)?;
    reading::say_left_out(&left_out);
    if !left_out.is_empty() {
        eprintln!(
            "ballast: {} of {} rows left out of {}",
            left_out.len(),
            table.rows.len(),
            args.out.display()
        );
    }
    Ok(left_out.is_empty())
}
