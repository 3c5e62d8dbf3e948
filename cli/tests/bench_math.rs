//! What the mathematics costs and how exact it is: a table in `docs/`, with the ceilings that were
//! promised.
//!
//! `BALLAST_UPDATE=1` rewrites the table; otherwise it has to be true as it stands.

use ballast_cli::commands::bench::accuracy::{self, bars, errors, errors_of, excess};
use ballast_cli::commands::bench::summary::{markdown, Summary};
use ballast_cli::commands::bench::vectors::{committed, read, Vector};
use ballast_cli::commands::bench::{headline, page, units, OWN};
use ballast_cli::commands::greeks::RESULTS;
use ballast_cli::math_program::MathProgram;
use ballast_cli::places::Places;
use ballast_cu_bench::Tier;
use std::path::PathBuf;
use std::process::Command;

/// Name, tier, largest median, largest maximum.
const CEILINGS: [(&str, &str, f64, f64); 5] = [
    ("bsm_set", "fast", 700.0, 900.0),
    ("bsm_set", "precise", 2_500.0, 3_200.0),
    ("scenarios_27x16", "fast", 200_000.0, 200_000.0),
    ("surface_point", "fast", 900.0, 900.0),
    ("surface_point", "precise", 2_500.0, 2_500.0),
];

fn root() -> PathBuf {
    Places::find().unwrap().root
}

/// Returns the repository's own options, and the golden ones where they lie beside it.
fn tables() -> Vec<Vec<Vector>> {
    let golden = root().join("../shared/golden/black_scholes.csv");
    let mut tables = vec![read(&committed(&root())).unwrap()];
    if golden.is_file() {
        tables.push(read(&golden).unwrap());
    }
    tables
}

fn hold(rows: &[Summary]) {
    for (name, tier, median, max) in CEILINGS {
        let row = rows.iter().find(|row| (row.name, row.tier) == (name, tier)).unwrap();
        assert!(
            row.median <= median && row.max <= max,
            "{name} {tier}: {} and {}, over {median} or {max}",
            row.median,
            row.max
        );
    }
}

#[test]
fn compute_units_stay_under_their_ceilings_and_the_page_is_true() {
    let mut program = MathProgram::load(&Places::find().unwrap()).unwrap();
    let tables = tables();
    let rows: Vec<Vec<Summary>> = tables
        .iter()
        .map(|table| units::measure(&mut program, table).unwrap())
        .collect();
    rows.iter().for_each(|rows| hold(rows));
    let golden = tables.get(1).zip(rows.get(1));
    if let Some((table, rows)) = golden {
        readme_is_true(table, rows);
    }
    let golden = golden.map(|(table, rows)| format!("{}\n{}", markdown(rows), accuracy::markdown(table)));
    let mut text = page(golden.as_deref(), &markdown(&rows[0]));
    let path = root().join("docs/reference/math-compute-units.md");
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    if let (None, Some(at), Some(own)) = (&golden, there.find(OWN), text.find(OWN)) {
        // What cannot be measured here is taken as it stands.
        text = format!("{}{}", &there[..at], &text[own..]);
    }
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    } else {
        assert!(
            there == text,
            "{} is not\n{text}\nrun: BALLAST_UPDATE=1 ./ballast test",
            path.display()
        );
    }
}

/// The first page's few figures stand between two marks.
fn readme_is_true(table: &[Vector], rows: &[Summary]) {
    let [fast, precise] = [Tier::Fast, Tier::Precise].map(|tier| errors(tier, table));
    let figures = headline(rows, [&fast, &precise]);
    let path = root().join("README.md");
    let there = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = there.split_once("<!-- bench -->\n").expect("a mark in README.md");
    let (_, after) = rest.split_once("<!-- /bench -->").expect("a second mark in README.md");
    let text = format!("{before}<!-- bench -->\n{figures}<!-- /bench -->{after}");
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    } else {
        assert!(
            there == text,
            "README.md does not show\n{figures}\nrun: BALLAST_UPDATE=1 ./ballast test"
        );
    }
}

/// Returns whether such a market exists: spot 0.01 to 200,000, |ln(K/S)| ≤ 3, one minute to two
/// years, volatility 2 to 400 %, rate −5 to 25 %, carry −25 to 50 %.
fn is_usual(vector: &Vector) -> bool {
    let number = |magnitude| ballast_core_math::Scaled::from(magnitude).to_f64();
    let inputs = &vector.inputs;
    let within = |value: f64, low: f64, high: f64| (low..=high).contains(&value);
    let spot = number(inputs.spot.0);
    within(spot, 0.0099, 200_100.0)
        && within((number(inputs.strike.0) / spot).ln().abs(), 0.0, 3.0001)
        && within(number(inputs.time.0), 1.9e-6, 2.0001)
        && within(number(inputs.volatility.0), 0.0199, 4.0001)
        && within(inputs.rate.0.to_num(), -0.0501, 0.2501)
        && within(inputs.carry.0.to_num(), -0.2501, 0.5001)
}

#[test]
fn errors_stay_within_the_promised_bars() {
    let mut usual = 0;
    for vector in tables().iter().flatten() {
        for tier in [Tier::Fast, Tier::Precise] {
            let errors = errors_of(tier, vector).unwrap_or_else(|| panic!("outside the domain: {:?}", vector.inputs));
            // At the edges of the domain an option is made of parts that are many times the spot,
            // and its theta of five years' worth of rates of 100 %.
            let (unit, theta) = if is_usual(vector) {
                (1.0, 1.0)
            } else {
                (excess(vector), 6.0)
            };
            usual += usize::from(is_usual(vector));
            for (at, bar) in bars(tier).into_iter().enumerate() {
                let bar = bar * unit * if RESULTS[at] == "theta" { theta } else { 1.0 };
                assert!(
                    errors[at] <= bar,
                    "{tier:?} {}: {:e} over {bar:e} at {:?}",
                    RESULTS[at],
                    errors[at],
                    vector.inputs
                );
            }
        }
    }
    assert!(usual >= 400, "{usual}");
}

#[test]
fn the_summary_of_errors_finds_the_worst() {
    let vectors = read(&committed(&root())).unwrap();
    for tier in [Tier::Fast, Tier::Precise] {
        let summaries = errors(tier, &vectors);
        assert_eq!(summaries.iter().map(|row| row.name).collect::<Vec<_>>(), RESULTS);
        for (at, summary) in summaries.iter().enumerate() {
            let each = vectors.iter().map(|vector| errors_of(tier, vector).unwrap()[at]);
            assert_eq!(summary.max, each.fold(0.0, f64::max));
            assert_eq!(summary.count, vectors.len());
        }
    }
}

#[test]
fn the_command_prints_one_object_a_line() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    let output = command.args(["bench", "math", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names = [
        "ln",
        "exp",
        "sqrt",
        "norm_pdf",
        "norm_cdf",
        "norm_inv",
        "bsm_price",
        "bsm_set",
        "bsm_set_higher",
        "implied_vol",
        "surface_point",
        "solmath_bs_full",
        "solmath_bs_full_hp",
        "i80f48_mul",
        "i80f48_div",
    ];
    for name in names {
        let row = rows
            .iter()
            .find(|row| row["name"] == name && row["unit"] == "CU")
            .unwrap_or_else(|| panic!("{name}"));
        let figure = |key: &str| row[key].as_u64().unwrap_or_else(|| panic!("{name} {key}"));
        assert!(
            0 < figure("min") && figure("min") <= figure("median") && figure("median") <= figure("max"),
            "{row}"
        );
        assert_eq!(row.as_object().unwrap().len(), 6, "{row}");
    }
    for tier in ["fast", "precise"] {
        assert!(rows.iter().any(|row| row["unit"] == "sets/s" && row["tier"] == tier));
    }
}

#[test]
fn a_bad_table_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.csv");
    let header = "type,spot,strike,rate,carry,sigma,tau,price,delta,gamma,vega,theta,rho,vanna,volga,charm";
    for (text, expected) in [
        (header.to_owned(), "holds no options"),
        ("type,spot\nC,1\n".to_owned(), "there is no column strike"),
        (
            header.replace(",charm", "") + "\nC,1,1,0,0,1,1,0,0,0,0,0,0,0,0\n",
            "there is no column charm",
        ),
        (
            format!("{header}\nC,1,1,0,0,one,1,0,0,0,0,0,0,0,0,0\n"),
            "bad.csv: line 2, column sigma is `one`: it is not a decimal number",
        ),
        (
            format!("{header}\nC,1,1,0,0,1,1,0,0,?,0,0,0,0,0,0\n"),
            "bad.csv: line 2, column gamma is `?`: it is not a decimal number",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
        let output = command.args(["bench", "math", "--golden"]).arg(&path).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && printed.contains(expected) && printed.lines().count() == 1,
            "{printed}"
        );
    }
}
