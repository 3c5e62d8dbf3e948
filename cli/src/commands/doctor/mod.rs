//! `ballast doctor`: what is wrong with this machine, on one page.

mod build;
mod machine;
mod network;

use crate::places::Places;
use anyhow::Result;
use ballast_terminal::{Colour, Painted};
use serde::Serialize;
use std::path::PathBuf;

/// Looks at machine, toolchain, programs, ports, node, clock and key, and says what mends what is
/// wrong.
///
/// Changes nothing and installs nothing. The exit status is 1 if something that is needed is wrong.
#[derive(clap::Args)]
pub struct Args {
    /// The node to look at; one that is named has to answer
    #[arg(long, env = "BALLAST_RPC_URL", value_name = "URL")]
    rpc_url: Option<String>,

    /// The key file to look at
    #[arg(long, env = "BALLAST_KEYPAIR", value_name = "FILE")]
    keypair: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// It works, or is not needed now.
    Warning,
    /// Needed, and wrong.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub name: &'static str,
    /// How it is.
    pub status: Status,
    /// What was found.
    pub found: String,
    /// What mends it: a command, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Ok,
            found: found.into(),
            mend: None,
        }
    }

    fn warning(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            status: Status::Warning,
            mend: Some(mend.into()),
            ..Self::ok(name, found)
        }
    }

    fn wrong(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            status: Status::Wrong,
            ..Self::warning(name, found, mend)
        }
    }
}

/// All that was found.
#[derive(Serialize)]
struct Page {
    /// Whether nothing that is needed is wrong.
    ok: bool,
    findings: Vec<Finding>,
}

/// Looks at everything; `false` if something that is needed is wrong.
///
/// # Errors
/// Only if the page cannot be written as JSON.
pub fn run(args: &Args, places: &Places) -> Result<bool> {
    let mut findings = machine::look(places);
    findings.extend(build::look(places));
    findings.extend(network::look(args.rpc_url.as_deref(), args.keypair.as_deref()));
    let ok = findings.iter().all(|finding| finding.status != Status::Wrong);
    let page = Page { ok, findings };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&page)?);
    } else {
        print(&page);
    }
    Ok(ok)
}

fn print(page: &Page) {
    for finding in &page.findings {
        let (colour, word) = match finding.status {
            Status::Ok => (Colour::Good, "  ok   "),
            Status::Warning => (Colour::Doubtful, "warning"),
            Status::Wrong => (Colour::Bad, " WRONG "),
        };
        anstream::println!("{} {:<10} {}", Painted(colour, word), finding.name, finding.found);
        if let Some(mend) = &finding.mend {
            anstream::println!("{:18} → {mend}", "");
        }
    }
    anstream::println!(
        "{}",
        if page.ok {
            "Nothing that is needed is wrong."
        } else {
            "Something that is needed is WRONG: the lines above say what mends it."
        }
    );
}
