//! `ballast greeks` as anyone uses it: files, messages, exit status, and the same bits in the
//! virtual machine.

use ballast_cli::commands::greeks::{on_host, on_svm, Table};
use ballast_cli::math_program::MathProgram;
use ballast_cli::places::Places;
use ballast_core_math::black_scholes::{DomainError, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use ballast_core_math::Magnitude;
use ballast_cu_bench::Tier;
use fixed::types::I2F62;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADER: &str = "type,spot,strike,rate,carry,sigma,tau";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
        command
            .current_dir(&self.folder)
            .arg("greeks")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(&self.folder).unwrap().count()
    }
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/math/tests/vectors/black_scholes.csv")
}

#[test]
fn a_table_is_worked_out_in_the_golden_format() {
    let desk = Desk::new();
    let path = vectors();
    let input = path.to_str().unwrap();
    let output = desk.run(&["--in", input, "--out", "out.csv"]);
    assert!(output.status.success(), "{}", printed(&output));
    let (result, golden) = (desk.read("out.csv"), std::fs::read_to_string(&path).unwrap());
    assert_eq!(result.lines().next(), golden.lines().next());
    assert_eq!(result.lines().count(), golden.lines().count());
    for (ours, theirs) in result.lines().zip(golden.lines()).skip(1) {
        let (ours, theirs): (Vec<&str>, Vec<&str>) = (ours.split(',').collect(), theirs.split(',').collect());
        assert_eq!(ours[..7], theirs[..7]);
        let number = |text: &str| text.parse::<f64>().unwrap();
        assert_eq!(ours.len(), 16);
        for result in &ours[7..] {
            // Fifteen digits: all there, whatever the size.
            let digits = result.split('e').next().unwrap();
            let digits = digits.trim_start_matches(['-', '0', '.']).replace('.', "");
            assert!(digits.len() == 15 || number(result) == 0.0, "{result}");
        }
        // Fifteen digits of the larger leg are all that the text can hold: the strike may be e^5
        // times the spot.
        let [spot, strike, price, expected] = [ours[1], ours[2], ours[7], theirs[7]].map(number);
        let unit = spot.max(strike).max(expected);
        assert!((price - expected).abs() <= 1e-12 * unit, "{ours:?} {theirs:?}");
    }
}

#[test]
fn tiers_differ_and_machines_do_not() {
    let desk = Desk::new();
    let path = vectors();
    let mut results = Vec::new();
    for tier in ["fast", "precise"] {
        for machine in ["host", "svm"] {
            let input = path.to_str().unwrap();
            let output = desk.run(&["--in", input, "--out", "out.csv", "--tier", tier, "--on", machine]);
            assert!(output.status.success(), "{}", printed(&output));
            results.push(desk.read("out.csv"));
        }
    }
    assert!(results[0] == results[1], "fast");
    assert!(results[2] == results[3], "precise");
    assert!(results[0] != results[2]);
}

#[test]
fn bad_rows_are_named_and_the_rest_is_done() {
    let desk = Desk::new();
    let good = "C,100,110,0.05,0.01,0.8,0.25";
    let rows = [
        good,
        "C,100,110,0.05,0.01,0.8",
        "Z,100,110,0.05,0.01,0.8,0.25",
        "",
        "P,100,110,0.05,0.01,many,0.25",
        "P,100,110,0.05,,0.8,0.25",
        "P,1e-7,110,0.05,0.01,0.8,0.25",
        "P,100,20000,0.05,0.01,0.8,0.25",
        "P,100,110,1.01,0.01,0.8,0.25",
        "P,100,110,0.05,-3,0.8,0.25",
        "P,100,110,0.05,0.01,5.001,0.25",
        "P,100,110,0.05,0.01,0.8,1e-9",
        "P,100,110,0.05,0.01,0.8,-1",
        "P,100,110,0.05,0.01,0.8,0",
    ];
    desk.write("in.csv", &format!("{HEADER}\n{}\n", rows.join("\n")));
    for machine in ["host", "svm"] {
        let output = desk.run(&["--in", "in.csv", "--out", "out.csv", "--on", machine]);
        assert_eq!(output.status.code(), Some(1));
        let expected = [
            "in.csv: line 3, column tau is empty: the row has 6 fields, the header 7",
            "in.csv: line 4, column type is `Z`: the type must be C or call, or P or put",
            "in.csv: line 6, column sigma is `many`: it is not a decimal number",
            "in.csv: line 7, column carry is empty: a number is missing",
            "in.csv: line 8, column spot is `1e-7`: the spot must be within 0.000001 and 10000000",
            "in.csv: line 9, column strike is `20000`: the strike must be within a factor e^5 of the spot",
            "in.csv: line 10, column rate is `1.01`: the rate must be within -1 and 1",
            "in.csv: line 11, column carry is `-3`: the carry must be within -1 and 1",
            "in.csv: line 12, column sigma is `5.001`: the volatility must be within 0.01 and 5",
            "in.csv: line 13, column tau is `1e-9`: the time must be zero or within 1 second and 5 years",
            "in.csv: 1 more row left out, from line 14",
            "ballast: 11 of 13 rows left out of out.csv",
        ];
        assert_eq!(printed(&output).lines().collect::<Vec<_>>(), expected, "{machine}");
        let result = desk.read("out.csv");
        let lines: Vec<&str> = result.lines().collect();
        assert_eq!(lines.len(), 3, "{result}");
        assert!(lines[1].starts_with(good));
        // At expiry a put is worth what it pays.
        assert!(
            lines[2].starts_with("P,100,110,0.05,0.01,0.8,0,10.00000000000"),
            "{}",
            lines[2]
        );
    }
}

#[test]
fn where_nothing_can_be_done_nothing_is_touched() {
    let desk = Desk::new();
    desk.write("out.csv", "what was there");
    desk.write("short.csv", "type,spot,strike,rate,carry,sigma\nC,1,1,0,0,1\n");
    desk.write("good.csv", &format!("{HEADER}\nC,1,1,0,0,1,1\n"));
    let before = desk.files();
    for (arguments, expected) in [
        (["--in", "none.csv", "--out", "new.csv"], "none.csv: cannot be read"),
        (
            ["--in", "good.csv", "--out", "out.csv"],
            "out.csv exists and is not a table of Greeks",
        ),
        (["--in", "short.csv", "--out", "new.csv"], "there is no column tau"),
        (["--in", "good.csv", "--out", "good.csv"], "good.csv is the input"),
        (["--in", "good.csv", "--out", "./good.csv"], "good.csv is the input"),
        (["--in", "good.csv", "--out", "."], "is a folder"),
        (["--in", "good.csv", "--out", "no/where.csv"], "there is no folder no"),
    ] {
        let output = desk.run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            printed(&output).contains(expected),
            "{arguments:?}: {}",
            printed(&output)
        );
        assert_eq!(printed(&output).lines().count(), 1, "{}", printed(&output));
    }
    assert_eq!(desk.read("out.csv"), "what was there");
    assert_eq!(desk.files(), before);
    assert!(desk.read("good.csv").starts_with(HEADER));
}

#[test]
fn columns_are_found_by_name_and_others_carried_through() {
    let desk = Desk::new();
    desk.write(
        "in.csv",
        &format!(
            "note,tau,sigma,carry,rate,strike,spot,type\r\nmine,0.5,1,0,0,{s},{s},C\r\n",
            s = "2.50"
        ),
    );
    let output = desk.run(&["--in", "in.csv", "--out", "out.csv"]);
    assert!(output.status.success(), "{}", printed(&output));
    let result = desk.read("out.csv");
    assert!(
        result
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("mine,C,2.50,2.50,0,0,1,0.5,0."),
        "{result}"
    );
}

#[test]
fn a_table_without_rows_is_a_table() {
    let desk = Desk::new();
    desk.write("in.csv", HEADER);
    for machine in ["host", "svm"] {
        let output = desk.run(&["--in", "in.csv", "--out", "out.csv", "--on", machine]);
        assert!(output.status.success(), "{}", printed(&output));
        assert_eq!(
            desk.read("out.csv"),
            format!("{HEADER},price,delta,gamma,vega,theta,rho,vanna,volga,charm\n")
        );
    }
}

/// Options of the vectors and of the ends of the domain, and beyond them.
fn options() -> Vec<Inputs> {
    let decimal = |digits, exponent| Magnitude::from_decimal(digits, exponent).unwrap();
    let read = |path: &Path| {
        let rows = Table::read(path).unwrap().rows;
        rows.into_iter().map(|row| row.ok().unwrap().inputs).collect::<Vec<_>>()
    };
    let mut options = read(&vectors());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden/black_scholes.csv");
    if golden.is_file() {
        options.extend(read(&golden).into_iter().step_by(5));
    }
    let rate = |bits| Rate(I2F62::from_bits(bits));
    for kind in [Kind::Call, Kind::Put] {
        for (spot, strike) in [
            ((1, -6), (1, -6)),
            ((1, 7), (5, 8)),
            ((1, 7), (7, 4)),
            ((1, 0), (0, 0)),
            ((0, 0), (1, 0)),
            ((3, 7), (3, 7)),
        ] {
            for sigma in [(1, -2), (5, 0), (0, 0), (51, -1)] {
                for time in [(0, 0), (3_170_979_198_376_459, -23), (5, 0), (6, 0)] {
                    for (interest, carry) in [
                        (1 << 62, -(1 << 62)),
                        (-(1 << 62), 1 << 62),
                        ((1 << 62) + 1, 0),
                        (0, i64::MIN),
                    ] {
                        options.push(Inputs {
                            kind,
                            spot: Spot(decimal(spot.0, spot.1)),
                            strike: Strike(decimal(strike.0, strike.1)),
                            rate: rate(interest),
                            carry: rate(carry),
                            volatility: Volatility(decimal(sigma.0, sigma.1)),
                            time: Years(decimal(time.0, time.1)),
                        });
                    }
                }
            }
        }
    }
    options
}

#[test]
fn host_and_virtual_machine_give_the_same_bits() {
    let options = options();
    let mut program = MathProgram::load(&Places::find().unwrap()).unwrap();
    for tier in [Tier::Fast, Tier::Precise] {
        let mut refused = Vec::new();
        let answers = on_svm(&mut program, tier, &options).unwrap();
        assert_eq!(answers.len(), options.len());
        for (option, answer) in options.iter().zip(&answers) {
            assert_eq!(*answer, on_host(tier, option), "{tier:?} {option:?}");
            if let Err(error) = answer {
                if !refused.contains(error) {
                    refused.push(*error);
                }
            }
        }
        assert!(answers.iter().filter(|answer| answer.is_ok()).count() > 300);
        // Every rule of the domain was met.
        for error in [
            DomainError::Spot,
            DomainError::Strike,
            DomainError::Rate,
            DomainError::Carry,
            DomainError::Volatility,
            DomainError::Time,
        ] {
            assert!(refused.contains(&error), "{error:?}");
        }
    }
}
