//! Quiet, colours, manuals, completions, amounts.

use crate::{ballast, tool, Ran};
use std::fs;

#[test]
fn quiet_leaves_results_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let loud = ballast(&["keys", "new", &file("a.json")]);
    assert!(!loud.err.is_empty());
    for line in [
        ["--quiet", "keys", "new", &file("b.json")],
        ["keys", "new", "-q", &file("c.json")],
    ] {
        let ran = ballast(&line);
        assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (Some(0), "", 1));
    }
}

#[test]
fn no_colour_leaves_the_terminal() {
    let helps: [&[&str]; 4] = [
        &["--help"],
        &["keys", "new", "--help"],
        &["no-such-command"],
        &["doctor"],
    ];
    for line in helps {
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color")] {
            let mut command = tool(env!("CARGO_BIN_EXE_ballast").into());
            let ran: Ran = command.args(line).env(name, value).output().unwrap().into();
            assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{line:?}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man");
    let line = ["man", "--out", out.to_str().unwrap()];
    for _ in 0..2 {
        let ran = ballast(&line);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    for (name, word) in [
        ("ballast.1", "doctor"),
        ("ballast-keys-new.1", "derivation"),
        ("ballast-options-quote.1", "spread"),
        ("ballast-keeper.1", "priority"),
        ("ballast-feeder.1", "extrapolation"),
    ] {
        let page = fs::read_to_string(out.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(page.contains(".TH ") && page.contains(word), "{name}");
    }
    fs::write(out.join("ballast.1"), "a letter").unwrap();
    let ran = ballast(&line);
    assert!(ran.code == Some(1) && ran.err.contains("no manual page"), "{}", ran.err);
    assert_eq!(fs::read_to_string(out.join("ballast.1")).unwrap(), "a letter");
}

#[test]
fn completions_know_what_the_bots_take() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = ballast(&["completions", shell]);
        for word in ["doctor", "derivation", "priority-fee", "max-extrapolation"] {
            assert!(ran.out.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn amounts_may_have_their_thousands_apart() {
    let ran = ballast(&["localnet", "--price", "80,000"]);
    assert!(ran.code == Some(2) && ran.err.contains("1_234.50"), "{}", ran.err);
}
