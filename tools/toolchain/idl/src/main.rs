//! Writes `idl/NAME.json` for every program in `programs/`, or with `--check`
//! compares what is committed with what the sources say now.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anchor_lang_idl::build::IdlBuilder;

const USAGE: &str = "usage: ballast-idl [--check] [PROGRAM...]
Writes idl/NAME.json for the programs in programs/ (default: all of them).
  --check   write nothing; fail, with the difference, when a committed IDL has drifted";

fn main() -> ExitCode {
    let mut check = false;
    let mut wanted = Vec::new();
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--check" => check = true,
            "-h" | "--help" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            name if !name.starts_with('-') => wanted.push(name.to_owned()),
            other => {
                eprintln!("ballast-idl: unknown option {other}\n{USAGE}");
                return ExitCode::FAILURE;
            }
        }
    }
    match run(check, &wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!(
                "ballast-idl: the committed IDL has drifted from the sources: run tools/toolchain/make-idl and commit idl/"
            );
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("ballast-idl: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool, wanted: &[String]) -> Result<bool, String> {
    let root = workspace_root()?;
    let mut programs: Vec<PathBuf> = std::fs::read_dir(root.join("programs"))
        .map_err(|e| format!("cannot read programs/: {e}"))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| has_idl(path))
        .collect();
    programs.sort();
    for name in wanted {
        if !programs.iter().any(|p| p.ends_with(name)) {
            return Err(format!("there is no program programs/{name}"));
        }
    }
    let scratch = root.join("target/idl");
    std::fs::create_dir_all(&scratch).map_err(|e| format!("cannot make target/idl: {e}"))?;

    let mut same = true;
    for program in programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted.is_empty() && !wanted.contains(&name) {
            continue;
        }
        let idl = IdlBuilder::new()
            .program_path(program)
            .skip_lint(true)
            .cargo_args(vec!["--lib".to_owned(), "--locked".to_owned()])
            .build()
            .map_err(|e| format!("no IDL from programs/{name}: {e:#}"))?;
        let mut text = serde_json::to_string_pretty(&idl).map_err(|e| e.to_string())?;
        text.push('\n');
        let file = format!("{}.json", idl.metadata.name);
        let committed = root.join("idl").join(&file);
        if check {
            let fresh = scratch.join(&file);
            write(&fresh, &text)?;
            same &= differs_not(&committed, &fresh)?;
        } else {
            write(&committed, &text)?;
            println!("idl/{file}");
        }
    }
    Ok(same)
}

/// Returns whether a folder holds an Anchor program. One without Anchor, such as the one that
/// measures, has no IDL.
fn has_idl(program: &std::path::Path) -> bool {
    std::fs::read_to_string(program.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains("\nidl-build ="))
}

/// Prints the difference, if there is one, as `diff` sees it.
fn differs_not(committed: &Path, fresh: &Path) -> Result<bool, String> {
    Command::new("diff")
        .arg("-uN")
        .args([committed, fresh])
        .status()
        .map(|status| status.success())
        .map_err(|e| format!("cannot run diff: {e}"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Returns the nearest folder upwards that has `programs/`.
fn workspace_root() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|e| e.to_string())?;
    here.ancestors()
        .find(|folder| folder.join("programs").is_dir() && folder.join("Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| "run this inside the repository".to_owned())
}
