//! `ballast vault operator`: somebody may act for a holder, or no longer.

use super::client::VaultClient;
use super::Common;
use anchor_lang::solana_program::program_option::COption;
use anyhow::{bail, Result};
use ballast_rpc::amount::parse;
use ballast_rpc::args::address;
use ballast_rpc::tokens;
use ballast_sdk::instructions::batches::set_operator;
use ballast_sdk::{addresses, Pubkey};
use solana_signer::Signer;

/// Lets somebody ask, take back and claim for you, or no longer
///
/// All that they bring about goes to your own accounts. What they pay in is yours, up to the
/// amounts that you delegate to the approval: their own key moves nothing. A token account has one
/// such delegate at a time.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Who
    operator: String,

    /// Quote tokens that they may pay in for you
    #[arg(long, value_name = "AMOUNT", conflicts_with = "revoke")]
    quote: Option<String>,

    /// Shares that they may ask to have redeemed for you
    #[arg(long, value_name = "AMOUNT", conflicts_with = "revoke")]
    shares: Option<String>,

    /// They may no longer
    #[arg(long)]
    revoke: bool,
}

/// Sets the operator.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let (signer, operator) = (common.signer()?, address(&args.operator, "OPERATOR")?);
    let (holder, keys) = (client.holder(&signer.pubkey()), client.reader.keys);
    let approval = addresses::operator_approval(&keys.vault, &holder.key, &operator);
    let mut instructions = vec![set_operator(&keys, &holder.key, &operator, !args.revoke)];
    if args.revoke {
        // Where what was delegated to it is left, a later approval would find it.
        for (wallet, token) in [(holder.quote, keys.quote()), (holder.shares, keys.shares())] {
            let found = client.cluster.find(&wallet)?;
            let account = found.map(|account| account.token_account()).transpose()?;
            if account.is_some_and(|account| account.delegate == COption::Some(approval)) {
                instructions.push(tokens::revoke(&token, &holder.key)?);
            }
        }
        client.send(&instructions, &signer)?;
        return Ok(format!("{operator} no longer acts for {}", holder.key));
    }
    for (amount, token) in [(&args.quote, keys.quote()), (&args.shares, keys.shares())] {
        if let Some(amount) = amount {
            let amount = parse(amount, client.decimals)?;
            instructions.push(tokens::open_wallet(&holder.key, &holder.key, &token));
            instructions.push(tokens::delegate(&token, &approval, &holder.key, amount)?);
        }
    }
    client.send(&instructions, &signer)?;
    let amount = |given: &Option<String>| given.clone().unwrap_or_else(|| "none".to_owned());
    Ok(format!(
        "{operator} acts for {} at this vault: pays in quote tokens ({}) and shares ({}) of theirs",
        holder.key,
        amount(&args.quote),
        amount(&args.shares)
    ))
}

/// Refuses who signs for a holder without being their operator, in words that say what is missing.
///
/// # Errors
/// If the holder has not approved them.
pub fn check(holder: &Pubkey, signer: &Pubkey, client: &mut VaultClient) -> Result<()> {
    let approval = addresses::operator_approval(&client.reader.keys.vault, holder, signer);
    if holder != signer && client.cluster.find(&approval)?.is_none() {
        bail!("{holder} has not made {signer} their operator; they may: vault operator {signer} --quote AMOUNT --shares AMOUNT");
    }
    Ok(())
}
