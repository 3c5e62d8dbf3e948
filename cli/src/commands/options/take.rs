//! `ballast options take` and `cancel`: a taker trades on a quote; a maker takes quotes back.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::Common;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_files::decode as files;
use ballast_options_client::quote_file::{decode, QuoteFile, Words};
pub use ballast_options_client::taking::{create, take, Given};
use ballast_sdk::instructions::options as ix;
use solana_signer::Signer;
use std::path::Path;

/// Trades on a quote that a maker has signed or posted. Creates the series if nobody has
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The quote: a file as `options quote` writes it, or the address of a posted one
    quote: String,
    /// How much of it, in units of the asset, at once and once (default: all of it)
    #[arg(long)]
    size: Option<String>,
}

/// Takes quotes back: one by its nonce, or all
#[derive(clap::Args, Debug)]
pub struct CancelArgs {
    /// The quote's nonce
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    nonce: Option<u64>,
    /// Every quote that can be taken now
    #[arg(long)]
    all: bool,
    /// With --all: every quote with a lower nonce than this
    #[arg(long, requires = "all", value_name = "NONCE")]
    below: Option<u64>,
}

/// Returns the quote that is meant: a file, or one that was posted.
fn given(text: &str, client: &mut OptionsClient) -> Result<Given> {
    let path = Path::new(text);
    if !path.exists() {
        if let Ok(key) = text.parse::<Pubkey>() {
            let raw = client.cluster.find(&key)?;
            let raw = raw.ok_or_else(|| anyhow!("there is no posted quote at {key}"))?;
            return Ok(Given::Posted(Box::new(decode(&raw.posted_quote()?.message)?)));
        }
    }
    let content = files::whole(path)?;
    let file: QuoteFile = serde_json::from_str(&content).with_context(|| format!("{text} is no quote"))?;
    let signed = file.signed(&Words::of(client)).with_context(|| text.to_owned())?;
    Ok(Given::Signed(signed))
}

/// `options take`.
///
/// # Errors
/// The rule that refuses it.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let quote = given(&args.quote, client)?;
    let taker = common.member(client, Some(&signer))?;
    let size = args.size.as_deref().map(|text| parse(text, client.decimals()));
    let size = size.transpose().context("--size")?.map(i64::try_from).transpose()?;
    let traded = take(client, &quote, &taker, &signer, size)?;
    let (decimals, cash) = (client.decimals(), client.account(&taker.0)?.cash);
    Ok(format!(
        "{}; {} {}, of it a fee of {}; cash {}",
        traded.legs,
        if traded.paid < 0 { "got" } else { "paid" },
        show(i128::from(traded.paid.unsigned_abs()), decimals),
        show(i128::from(traded.fee), decimals),
        show(i128::from(cash), decimals)
    ))
}

/// `options cancel`.
///
/// # Errors
/// The rule that refuses it.
pub fn cancel(args: &CancelArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, account) = common.member(client, Some(&signer))?;
    let below = args.below.unwrap_or(account.nonces().beyond().0);
    let instruction = match args.nonce {
        Some(nonce) => ix::cancel_quote(&signer.pubkey(), &key, nonce),
        None => ix::cancel_all_quotes(&signer.pubkey(), &key, below),
    };
    client.send(&[instruction], &[&signer])?;
    let base = client.account(&key)?.nonce_base;
    Ok(match args.nonce {
        Some(nonce) => format!("the quote with nonce {nonce} is cancelled"),
        None => format!("quotes with a nonce below {base} are cancelled"),
    })
}
