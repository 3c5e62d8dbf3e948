//! With `--json` standard output is JSON alone, and decimals in it are strings.

use crate::{ballast, support};
use serde_json::Value;

fn no_floats(value: &Value) {
    match value {
        Value::Number(number) => assert!(!number.is_f64(), "{number} is a decimal and no string"),
        Value::Array(all) => all.iter().for_each(no_floats),
        Value::Object(fields) => fields.values().for_each(no_floats),
        _ => {}
    }
}

#[test]
fn fit_prints_an_object_for_each_snapshot() {
    let chain = support::root().join("sim/data/tests/data/synthetic_chain.csv");
    let ran = ballast(&["fit", "--json", "--chains", chain.to_str().unwrap()]);
    let printed: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
    no_floats(&printed);
    let all = printed.as_array().unwrap();
    assert!(!all.is_empty());
    assert!(all.iter().all(|day| day["currency"].is_string()), "{printed}");
    assert!(all[0]["free_of_arbitrage"]["median"].is_string(), "{printed}");
}

/// A hundred days of made-up hours: enough to calibrate on, to replay and to measure coverage.
#[test]
fn calibrate_and_replay_print_one_object_and_coverage_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("btc.csv");
    let mut text = "unix_time,open,high,low,close\n".to_owned();
    for hour in 0..2_400_i64 {
        let price = 10_000 + (hour * 7_919) % 97;
        let (high, low) = (price + 40, price - 40);
        text += &format!(
            "{},{price},{high},{low},{price}\n",
            1_600_000_000 / 3_600 * 3_600 + hour * 3_600
        );
    }
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let out = folder.path().join("report");
    let calibrate = ["calibrate", "--market", "btc", "--history", file, "--json"];
    let replay = [
        "replay",
        "--market",
        "btc",
        "--history",
        file,
        "--on",
        "host",
        "--json",
        "--out",
        out.to_str().unwrap(),
    ];
    for (line, field) in [(&calibrate[..], "parameters"), (&replay[..], "alarms")] {
        let ran = ballast(line);
        let printed: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err));
        no_floats(&printed);
        assert_eq!(printed["market"], "btc");
        assert!(!printed[field].is_null(), "{printed}");
    }
    let ran = ballast(&["coverage", "--history", file, "--json"]);
    let printed: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err));
    no_floats(&printed);
    let rows = printed.as_array().unwrap();
    assert_eq!(rows.len(), 18);
    // Nothing ever moves so far, whatever the rules.
    assert!(rows.iter().all(|row| row["hours"] == 2_400 - 1_080 - 24), "{printed}");
    assert!(rows.iter().all(|row| row["above_initial"] == 0), "{printed}");
}
