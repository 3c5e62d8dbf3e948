//! A panic says one line, asks for a report, and ends with 101: planted ones, in every program.

use crate::{bot, support, tool, Ran};
use std::fs::File;
use std::path::PathBuf;

fn programs() -> Vec<(&'static str, PathBuf)> {
    let bots = ["ballast-keeper", "ballast-feeder"];
    let bots = bots.into_iter().filter_map(|name| Some((name, bot(name)?)));
    bots.chain([("ballast", env!("CARGO_BIN_EXE_ballast").into())])
        .collect()
}

#[test]
fn a_panic_is_one_line_with_a_hint_and_exit_code_101() {
    for (name, path) in programs() {
        for place in ["main", "thread"] {
            let mut command = tool(path.clone());
            let ran: Ran = command.env("BALLAST_PLANTED_PANIC", place).output().unwrap().into();
            assert_eq!(
                (ran.code, ran.out.as_str()),
                (Some(101), ""),
                "{name}, {place}: {}",
                ran.err
            );
            let begins = format!("{name}: this is a mistake in Ballast, not yours at ");
            assert!(ran.err.starts_with(&begins), "{}", ran.err);
            assert!(
                ran.err.contains("a planted panic") && ran.err.contains("bug.yml"),
                "{}",
                ran.err
            );
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        }
    }
}

#[test]
fn where_it_came_from_is_shown_to_who_asks() {
    let mut command = tool(env!("CARGO_BIN_EXE_ballast").into());
    let command = command.env("BALLAST_PLANTED_PANIC", "main").env("RUST_BACKTRACE", "1");
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.code, Some(101));
    assert!(ran.err.lines().count() > 5, "{}", ran.err);
}

#[test]
fn a_full_disk_is_no_mistake_of_ours() {
    let chain = support::root().join("sim/data/tests/data/synthetic_chain.csv");
    for line in [
        &["fit", "--chains", chain.to_str().unwrap()][..],
        &["completions", "bash"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = tool(env!("CARGO_BIN_EXE_ballast").into());
        let ran: Ran = command.args(line).stdout(full).output().unwrap().into();
        assert!(ran.code != Some(101) && ran.code != Some(0), "{line:?}: {:?}", ran.code);
        assert!(
            ran.err.lines().count() <= 1 && !ran.err.contains("mistake"),
            "{}",
            ran.err
        );
    }
}
