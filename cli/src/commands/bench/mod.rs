//! What the mathematics costs, and how exact it is.

pub mod accuracy;
mod host;
mod size;
pub mod summary;
pub mod units;
pub mod vectors;

use crate::math_program::MathProgram;
use crate::places::Places;
use anyhow::Result;
use ballast_cu_bench::Tier;
use clap::Subcommand;
use std::fmt::Write as _;
use std::path::PathBuf;
use summary::{aligned, Summary};

/// Measures the mathematics
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Math(Math),
}

/// Compute units of every function and tier in Solana's virtual machine, over a table of options
///
/// Smallest, middle and largest for the kernels, Black-Scholes-Merton, the volatility surface and
/// the scenarios, and for what they are compared with, built by the same toolchain in the same
/// program: the crate solmath (prices and Greeks of call and put, without carry; options with a
/// negative rate are left out for it) and I80F48. The figures are from typed arguments in memory to
/// typed results in memory, with every check of the domain; what is measured with nothing in it is
/// taken off. Then: sets a second on this machine (a first impression; `cargo bench -p
/// ballast-core-math` for a good one), and the bytes by which the set of a tier makes a program
/// longer.
#[derive(clap::Args)]
struct Math {
    /// One object a line: name, tier (fast, precise, or - for what has none), unit, min, median,
    /// max
    #[arg(long)]
    json: bool,
    /// Options in the golden format to measure with, instead of those that come with the repository
    #[arg(long, value_name = "FILE.csv")]
    golden: Option<PathBuf>,
    /// Shows the largest errors of both tiers against the reference results of the table, instead
    /// of what they cost
    #[arg(long)]
    accuracy: bool,
}

/// Runs the command.
///
/// # Errors
/// If the table cannot be read, or the program is not built.
pub fn run(args: &Args, places: &Places) -> Result<bool> {
    let What::Math(args) = &args.what;
    let path = args.golden.clone().unwrap_or_else(|| vectors::committed(&places.root));
    let vectors = vectors::read(&path)?;
    let rows = if args.accuracy {
        [Tier::Fast, Tier::Precise]
            .into_iter()
            .flat_map(|tier| accuracy::errors(tier, &vectors))
            .collect()
    } else {
        let mut rows = units::measure(&mut MathProgram::load(places)?, &vectors)?;
        rows.extend(host::measure(&vectors));
        rows.extend(size::measure(&places.programs()));
        rows
    };
    if args.json {
        rows.iter().for_each(|row| println!("{}", row.to_json()));
    } else {
        println!("{} options of {}\n", vectors.len(), path.display());
        print!("{}", aligned(&rows));
        print!("{}", remarks(&rows));
    }
    Ok(true)
}

/// Returns which figures are not over everything that was offered.
fn remarks(rows: &[Summary]) -> String {
    let fewer = rows.iter().filter(|row| row.refused > 0);
    let lines = fewer.map(|row| {
        let all = row.count + row.refused;
        format!(
            "\n{} ({}): {} of {all}; the others it does not take",
            row.name, row.tier, row.count
        )
    });
    lines.collect::<String>() + "\n"
}

/// Returns the few figures that the repository's first page shows: compute units, and the errors of
/// each tier's price.
pub fn headline(rows: &[Summary], errors: [&[Summary]; 2]) -> String {
    let lines = [
        ("Price and five Greeks", "bsm_set", "fast"),
        ("Price and five Greeks", "bsm_set", "precise"),
        ("With vanna, volga and charm", "bsm_set_higher", "precise"),
        ("Implied volatility", "implied_vol", "precise"),
        ("A point of the volatility surface", "surface_point", "precise"),
        (
            "16 options in 27 scenarios, with expected shortfall",
            "scenarios_27x16",
            "fast",
        ),
        ("For comparison: `solmath` 0.2.0, `bs_full`", "solmath_bs_full", "-"),
        (
            "For comparison: `solmath` 0.2.0, `bs_full_hp`",
            "solmath_bs_full_hp",
            "-",
        ),
    ];
    let mut text =
        String::from("| | Tier | Compute units: median | Max | Error of price/S: max |\n|---|---|---:|---:|---:|\n");
    for (what, name, tier) in lines {
        let Some(row) = rows.iter().find(|row| (row.name, row.tier) == (name, tier)) else {
            continue;
        };
        let of_price = errors
            .iter()
            .filter_map(|errors| errors.first())
            .find(|price| price.tier == tier);
        let error = of_price
            .filter(|_| name.starts_with("bsm"))
            .map(|price| format!("{:.1e}", price.max));
        let _ = writeln!(
            text,
            "| {what} | {tier} | {} | {} | {} |",
            row.median,
            row.max,
            error.unwrap_or_default()
        );
    }
    text
}

/// Where the page's part begins that is over the options of the repository.
pub const OWN: &str = "## Over the options of the repository";

/// Returns the page in `docs/`: over the golden options, where they are there; and over those of
/// the repository.
pub fn page(golden: Option<&str>, own: &str) -> String {
    format!(
        "# What the mathematics costs, and how exact it is\n\n\
         Written by `cli/tests/bench_math.rs`, which fails when it is not true; `BALLAST_UPDATE=1 ./ballast test`\n\
         rewrites it. `./ballast bench math` shows such figures for any table of options, and the same for bytes of\n\
         program and sets a second.\n\n\
         Compute units are from typed arguments in memory to typed results in memory, with every check of the domain;\n\
         what an empty measurement costs is taken off. A set is price, delta, gamma, vega, theta and rho; the higher\n\
         one has vanna, volga and charm too. A point of the surface is one of eight expiries. The scenarios are the\n\
         whole grid of 27 cells with its weights, 16 options revalued in each, and the expected shortfall; a row is a\n\
         book. `solmath` gives prices and Greeks of call and put, without carry, and takes no negative rate. Rows\n\
         count what a function takes.\n\n{}{OWN}\n\nThe 300 of \
         `core/math/tests/vectors/black_scholes.csv` reach to the corners of the domain.\n\n{own}",
        golden
            .map(|part| format!("## Over the 4,000 golden options\n\n{part}\n"))
            .unwrap_or_default()
    )
}
