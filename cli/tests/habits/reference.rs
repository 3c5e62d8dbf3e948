//! The reference page of the command line, written from the declarations themselves.

use crate::support;
use ballast_cli::front::tree;
use clap::Command;

const PAGE: &str = "docs/reference/command-line.md";

const HEAD: &str = "# The command line

Every command with its options, as `--help` shows them. `./ballast man --out DIR` writes the same as manual
pages, `./ballast completions SHELL` completions for a shell.

What all commands have in common:

- Results go to standard output. Notes, progress, warnings and errors go to standard error; `--quiet` leaves
  out notes and progress, which are shown on a terminal alone anyway.
- What the chain refuses is said as the rule with its numbers; `--verbose` adds what the programs logged.
- Colours are used on a terminal alone, and never with `NO_COLOR`.
- The exit status is 0 if it was done and is good, 1 if it was not done or is not good, 2 if the command line
  makes no sense, 101 after a mistake of ours, which asks for a report.
- With `--json` standard output holds JSON and nothing else. Names of fields stay; amounts are exact: strings
  with a decimal point, or whole base units where the command says so.
- Amounts are typed with a point, and with `_` between thousands if at all: `1_000_000.25`.
- A key file is read in any form that people have; see [keys](keys.md).

";

fn sections(command: &Command, name: &str, page: &mut String) {
    let mut shown = command.clone().bin_name(name).term_width(100);
    let help = shown.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    *page += &format!("## {name}\n\n```text\n{}\n```\n\n", help.join("\n").trim());
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        sections(below, &format!("{name} {}", below.get_name()), page);
    }
}

#[test]
fn the_page_is_what_the_commands_say() {
    let mut tree = tree();
    tree.build();
    let mut page = HEAD.to_owned();
    sections(&tree, "ballast", &mut page);
    let page = format!("{}\n", page.trim_end());
    let path = support::root().join(PAGE);
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "{PAGE} is not what the commands say; run this test with BALLAST_UPDATE=1"
    );
}
