//! `ballast keys`: files that hold keys.

use anyhow::{anyhow, bail, Context, Result};
use ballast_keys::{read, write_new, Contents, Derivation, Form, Half, KeyFile};
use serde::Serialize;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::path::PathBuf;

/// Makes key files, and shows whose address a key file has.
///
/// A key file is Solana's: a JSON array of 64 numbers, readable by its owner alone. No command
/// prints what is secret.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    New(NewArgs),
    Show(ShowArgs),
}

/// Makes a key, writes it into a new file with mode 0600, and prints its address.
///
/// With --from the key is not made but taken from another file, in any form that is read: a JSON
/// array of 64 or 32 numbers, base 58, hexadecimal, a seed phrase. Nothing that exists is ever
/// overwritten.
#[derive(clap::Args)]
struct NewArgs {
    /// The file to make
    #[arg(value_name = "FILE", required_unless_present = "out")]
    file: Option<PathBuf>,

    /// The same, as other commands write it
    #[arg(long, short, value_name = "FILE", conflicts_with = "file")]
    out: Option<PathBuf>,

    /// Take the key from this file
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// How a seed phrase gives a key: `wallet` is m/44'/501'/0'/0', the first account of most
    /// wallets; `keygen` is what solana-keygen does without a path; or any path. Phrases are taken
    /// without a passphrase
    #[arg(long, value_name = "wallet|keygen|PATH", requires = "from")]
    derivation: Option<Derivation>,

    /// Take 32 bytes in base 58 or hexadecimal as a secret seed
    #[arg(long, requires = "from")]
    seed: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the address of a key file, and in what form it is.
///
/// A seed phrase has several addresses: those of the two usual derivations are printed.
#[derive(clap::Args)]
struct ShowArgs {
    /// The key file
    #[arg(value_name = "FILE", required_unless_present = "keypair")]
    file: Option<PathBuf>,

    /// The same, as other commands call it
    #[arg(long, env = "BALLAST_KEYPAIR", value_name = "FILE")]
    keypair: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is said of a key.
#[derive(Serialize)]
struct Shown {
    address: String,
    /// How a phrase gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    derivation: Option<&'static str>,
    form: &'static str,
    file: String,
}

/// Runs the command; what it has to say on standard output.
///
/// # Errors
/// One line that names the file, and holds nothing of a key.
pub fn run(args: &Args, say: &mut dyn FnMut(&str)) -> Result<String> {
    match &args.command {
        Command::New(args) => new(args, say),
        Command::Show(args) => show(args, say),
    }
}

fn new(args: &NewArgs, say: &mut dyn FnMut(&str)) -> Result<String> {
    let file = args.file.as_ref().or(args.out.as_ref());
    let file = file.ok_or_else(|| anyhow!("give the file to make"))?;
    let keypair = match &args.from {
        None => Keypair::new(),
        Some(from) => {
            let contents = opened(read(from)?, say).contents();
            chosen(contents, args).with_context(|| from.display().to_string())?
        }
    };
    write_new(file, &keypair)?;
    let address = keypair.pubkey().to_string();
    if args.json {
        let shown = Shown {
            address,
            derivation: None,
            form: Form::Array.words(),
            file: file.display().to_string(),
        };
        return Ok(serde_json::to_string_pretty(&shown)?);
    }
    say(&format!(
        "{} holds a key of this address; nobody can restore it, so keep a copy",
        file.display()
    ));
    Ok(address)
}

/// Returns the key that is meant.
fn chosen(contents: Contents, args: &NewArgs) -> Result<Keypair> {
    match (contents, &args.derivation) {
        (Contents::Phrase(phrase), Some(derivation)) => {
            let keypair = phrase.keypair(derivation);
            keypair.ok_or_else(|| anyhow!("--derivation: this path leaves no key"))
        }
        (Contents::Bare(keypair, _), None) if args.seed => Ok(keypair),
        (_, Some(_)) => bail!("--derivation is for seed phrases, and this is none"),
        (Contents::Key(..) | Contents::Phrase(_), None) if args.seed => {
            bail!("--seed is for 32 bytes in base 58 or hexadecimal, and this is something else")
        }
        (contents, None) => Ok(contents.signer()?),
    }
}

fn show(args: &ShowArgs, say: &mut dyn FnMut(&str)) -> Result<String> {
    // What is named on the line goes before what the environment says.
    let file = args.file.as_ref().or(args.keypair.as_ref());
    let file = file.ok_or_else(|| anyhow!("give the key file"))?;
    let one = |address: String, derivation, form| Shown {
        address,
        derivation,
        form,
        file: file.display().to_string(),
    };
    let shown: Vec<Shown> = match opened(read(file)?, say).contents() {
        Contents::Key(keypair, form) => vec![one(keypair.pubkey().to_string(), None, form.words())],
        Contents::Bare(keypair, half) => {
            let form = match half {
                Half::Base58 => "32 bytes in base 58: as a seed it has this address, but it may be an address itself",
                Half::Hex => "32 bytes in hexadecimal: as a seed it has this address",
            };
            vec![one(keypair.pubkey().to_string(), None, form)]
        }
        Contents::Phrase(phrase) => {
            let ways = [
                (Derivation::wallet(), "m/44'/501'/0'/0', as most wallets"),
                (Derivation::Keygen, "no path, as solana-keygen"),
            ];
            let shown = ways.into_iter().filter_map(|(derivation, words)| {
                let address = phrase.keypair(&derivation)?.pubkey().to_string();
                Some(one(address, Some(words), "a seed phrase, without a passphrase"))
            });
            shown.collect()
        }
    };
    if args.json {
        return Ok(serde_json::to_string_pretty(&shown)?);
    }
    if let Some(first) = shown.first() {
        say(&format!("{}: {}", first.file, first.form));
    }
    let lines = shown.iter().map(|key| match key.derivation {
        Some(derivation) => format!("{}  {derivation}", key.address),
        None => key.address.clone(),
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Says so if others can read the file.
fn opened(file: KeyFile, say: &mut dyn FnMut(&str)) -> KeyFile {
    if let Err(error) = file.check_mode() {
        say(&format!("warning: {error}"));
    }
    file
}
