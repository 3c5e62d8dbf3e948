//! Settings of a service: flags over environment over a file over defaults.
//!
//! The file is TOML, and its keys are the flags' names. It is turned into the flags that were not
//! given otherwise, so clap checks a value the same way wherever it comes from, and there is no
//! second list of settings that could differ from the first.

use ballast_files::decode;
use ballast_rpc::secrets::clean;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use toml::Value;

/// The flag that names the file.
const CONFIG: &str = "config";
/// Flags that make no sense in a file.
const NOT_IN_A_FILE: [&str; 5] = [CONFIG, "check", "help", "version", "once"];

/// Why there are no settings. One line or clap's own words, without what may be secret.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The words.
    pub words: String,
    /// 2, or 0 for help and version.
    pub exit_code: u8,
}

/// Parses the command line of this process, or says what is wrong and returns the exit code.
///
/// # Errors
/// The exit code to end with; everything is said.
pub fn parse<A: CommandFactory + FromArgMatches>() -> Result<A, ExitCode> {
    parse_from(std::env::args_os()).map_err(|error| {
        let words = error.words.trim_end();
        if error.exit_code == 0 {
            println!("{words}");
        } else {
            eprintln!("{words}");
        }
        ExitCode::from(error.exit_code)
    })
}

/// Parses a command line, its program's name first.
///
/// # Errors
/// [`SettingsError`].
pub fn parse_from<A: CommandFactory + FromArgMatches>(
    line: impl IntoIterator<Item = OsString>,
) -> Result<A, SettingsError> {
    let mut line: Vec<OsString> = line.into_iter().collect();
    let command = A::command();
    let name = command.get_name().to_owned();
    let mut from = String::new();
    let given = command.clone().ignore_errors(true).try_get_matches_from(&line);
    if let Ok(given) = given {
        if let Some(path) = given.get_one::<PathBuf>(CONFIG) {
            let wrong = |words: &str| SettingsError {
                words: clean(&format!("{name}: {words}")),
                exit_code: 2,
            };
            let text = decode::whole(path).map_err(|error| wrong(&error.to_string()))?;
            let flags = flags_of(&text, &command, &given);
            let flags = flags.map_err(|words| wrong(&format!("{}: {words}", path.display())))?;
            // Behind the program's name: what the user typed comes after it.
            let at = line.len().min(1);
            drop(line.splice(at..at, flags));
            from = format!("{name}: with the settings of {}:\n", path.display());
        }
    }
    let parsed = command
        .try_get_matches_from(line)
        .and_then(|matches| A::from_arg_matches(&matches));
    parsed.map_err(|error| {
        let exit_code = u8::try_from(error.exit_code()).unwrap_or(2);
        let words = error.render().to_string();
        SettingsError {
            words: if exit_code == 0 { words } else { clean(&(from + &words)) },
            exit_code,
        }
    })
}

/// Returns the file's settings as flags, but for those that the command line or the environment
/// gives.
fn flags_of(text: &str, command: &Command, given: &ArgMatches) -> Result<Vec<OsString>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // The library's own words quote the line, which may hold a key.
        let line = error.span().map(|span| text.get(..span.start).unwrap_or_default());
        let line = line.map_or(0, |before| before.matches('\n').count() + 1);
        format!("line {line}: {}", error.message().replace('\n', " "))
    })?;
    let mut flags = Vec::new();
    for (key, value) in &table {
        let flag = key.replace('_', "-");
        let known = command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(flag.as_str()));
        let Some(arg) = known.filter(|_| !NOT_IN_A_FILE.contains(&flag.as_str())) else {
            return Err(format!("unknown key {key:?}; there are {}", keys(command).join(", ")));
        };
        let source = given.value_source(arg.get_id().as_str());
        if matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
            continue;
        }
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        match (is_switch, value) {
            (true, Value::Boolean(false)) => {}
            (true, Value::Boolean(true)) => flags.push(format!("--{flag}").into()),
            (true, _) => return Err(format!("{key} is true or false")),
            (false, Value::Array(all)) if matches!(arg.get_action(), ArgAction::Append) => {
                for value in all {
                    flags.push(format!("--{flag}={}", scalar(key, value)?).into());
                }
            }
            (false, value) => flags.push(format!("--{flag}={}", scalar(key, value)?).into()),
        }
    }
    Ok(flags)
}

fn scalar(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("{key} is text or a number, not {}", other.type_str())),
    }
}

/// Returns the keys that a file may have.
pub fn keys(command: &Command) -> Vec<String> {
    let longs = command.get_arguments().filter_map(|arg| arg.get_long());
    let keys = longs.filter(|long| !NOT_IN_A_FILE.contains(long));
    keys.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    #[command(name = "bot")]
    struct Args {
        #[arg(long)]
        config: Option<PathBuf>,
        #[arg(long, default_value = "http://default")]
        rpc_url: Vec<String>,
        #[arg(long, env = "BALLAST_TEST_OF_SETTINGS_VAULT")]
        vault: String,
        #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(50..=60_000))]
        poll_ms: u64,
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        check: bool,
    }

    fn parse(file: &str, flags: &[&str]) -> Result<Args, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bot.toml");
        std::fs::write(&path, file).unwrap();
        let line = ["bot", "--config", path.to_str().unwrap()];
        let line = line.iter().chain(flags).map(OsString::from);
        parse_from(line).map_err(|error| error.words)
    }

    #[test]
    fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
        let file = "vault = \"file\"\npoll-ms = 500\ndry_run = true\nrpc-url = [\"http://a\", \"http://b\"]\n";
        let args = parse(file, &[]).unwrap();
        assert_eq!((args.vault.as_str(), args.poll_ms, args.dry_run), ("file", 500, true));
        assert_eq!(args.rpc_url, ["http://a", "http://b"]);
        // As Notepad saves it.
        assert_eq!(parse(&format!("\u{feff}{file}"), &[]).unwrap().vault, "file");
        let args = parse(file, &["--poll-ms", "600", "--rpc-url", "http://c", "--vault=flag"]).unwrap();
        assert_eq!((args.vault.as_str(), args.poll_ms), ("flag", 600));
        assert_eq!(args.rpc_url, ["http://c"]);
        assert!(!args.check && args.config.is_some());
        std::env::set_var("BALLAST_TEST_OF_SETTINGS_VAULT", "environment");
        let args = parse(file, &[]).unwrap();
        std::env::remove_var("BALLAST_TEST_OF_SETTINGS_VAULT");
        assert_eq!((args.vault.as_str(), args.poll_ms), ("environment", 500));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named_and_holds_no_secret() {
        for (file, expected) in [
            (
                "vault = \"x\"\npol-ms = 5",
                "unknown key \"pol-ms\"; there are rpc-url, vault, poll-ms, dry-run",
            ),
            ("vault = \"x\"\ncheck = true", "unknown key \"check\""),
            ("vault = \"x\"\npoll-ms = 5", "5 is not in 50..=60000"),
            ("vault = \"x\"\npoll-ms = [5]", "poll-ms is text or a number, not array"),
            ("vault = \"x\"\ndry-run = \"yes\"", "dry-run is true or false"),
            ("\nrpc-url = \"http://h/MARKED-KEY", "line 2: "),
        ] {
            let words = parse(file, &[]).unwrap_err();
            assert!(
                words.contains(expected) && words.contains("bot.toml"),
                "{file}: {words}"
            );
            assert!(!words.contains("MARKED"), "{words}");
        }
        let words = parse("vault = \"x\"", &["https://host/MARKED-KEY"]).unwrap_err();
        assert!(words.contains("https://host") && !words.contains("MARKED"), "{words}");
    }
}
