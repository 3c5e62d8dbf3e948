//! `ballast vault recover`: what a venue in quarantine holds is brought home, and shared.

use super::client::{stretch, VaultClient};
use super::{claim, crank, Common};
use anyhow::Result;
use ballast_core_types::Shares;
use ballast_core_vault::quarantine::{Case, SOUND_SECONDS};
use ballast_sdk::addresses;
use ballast_sdk::instructions::batches;

/// Brings home what can be had from a venue in quarantine, and pays what is due of it
///
/// Does what a keeper would do now, claims what your tickets have coming, and says what they still
/// wait for. It may be repeated as often as you like.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Tickets of this holder, for whom anyone may claim (default: who signs)
    #[arg(long, value_name = "ADDRESS")]
    holder: Option<String>,
}

/// Cranks, claims, and says what is waited for.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let cranked = crank::run(&crank::Args::default(), common, client)?;
    collect(args, common, client)?;
    let claimed = claim::run(&claim::Args::of(args.holder.clone()), common, client)?;
    let waits = waited_for(client)?;
    Ok(format!("{cranked}\n{claimed}\n{waits}"))
}

/// Collects for those batches of the tickets that leave a case by it, whether their payees can be
/// paid or not.
fn collect(args: &Args, common: &Common, client: &mut VaultClient) -> Result<()> {
    let (signer, keys) = (common.signer()?, client.reader.keys);
    let holder = common.holder(args.holder.as_deref())?;
    let mut numbers: Vec<u64> = client
        .tickets(&holder)?
        .iter()
        .map(|(ticket, _)| ticket.batch)
        .collect();
    numbers.dedup();
    let vault = client.cluster.account(&keys.vault)?.vault()?;
    for number in numbers {
        let batch = client
            .cluster
            .account(&addresses::batch(&keys.vault, number))?
            .batch()?;
        if batch.leaves_a_case(&vault) {
            client.send(&[batches::collect(&keys, number)], &signer)?;
        }
    }
    Ok(())
}

/// Returns what still has to happen at the venue, in words.
fn waited_for(client: &mut VaultClient) -> Result<String> {
    let vault = client.cluster.account(&client.reader.keys.vault)?.vault()?;
    let cases = vault.cases.get();
    let lasting: Vec<String> = cases
        .0
        .iter()
        .filter(|case| case.lasts())
        .map(|case| waited_for_in(case, vault.portfolio.legs().len(), client))
        .collect();
    if lasting.is_empty() {
        return Ok("no venue is in quarantine: nothing of one is waited for".to_owned());
    }
    Ok(lasting.join("\n"))
}

fn waited_for_in(case: &Case, legs: usize, client: &VaultClient) -> String {
    let left = SOUND_SECONDS.saturating_sub(case.sound.seconds().unwrap_or(0));
    let theirs = match case.burnt {
        Shares(0) => "nobody has left meanwhile".to_owned(),
        Shares(burnt) => format!("those who left with {} shares have a right in it", client.brief(burnt)),
    };
    let of = if legs > 1 {
        format!(" of leg {}", case.venue)
    } else {
        String::new()
    };
    format!(
        "the venue{of} is in quarantine: {} came back, {theirs}; it leaves after being sound for another {}, once that right is paid",
        client.brief(case.returned),
        stretch(i64::from(left))
    )
}
