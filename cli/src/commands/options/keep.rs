//! `ballast options keep`: whatever a clearing house needs somebody to do, round after round:
//! settlements, liquidations, and, with accounts to do it by, takes.

use crate::building::say;
use crate::commands::options::client::{words, Found, OptionsClient};
use crate::commands::options::liquidate::{bring_home, offer, refused, terms_of, Offer};
use crate::commands::options::settle::{crank, Step};
use crate::commands::options::{amount, Common};
use crate::stop::Stop;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::liquidation::{began_at, Share, Take};
use ballast_core_market::admission::PriceUse;
use ballast_options::state::MarginAccount;
use ballast_rpc::args::address;
use ballast_rpc::ClusterError;
use ballast_sdk::instructions::options::{self as ix, Parties};
use ballast_sdk::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Does what a clearing house needs somebody to do, round after round: observes, settles, pays
/// claims, begins and ends liquidations; with --desk and --home also takes what fails
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Between two rounds, seconds. In the half hour before an expiry and while something fails
    /// half a minute is the most that makes sense
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    every: u64,
    /// What a task may take of a round, seconds: the rest is done in the next one
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    task_seconds: u64,
    /// Take shares of what fails into this margin account of yours, which holds cash alone
    #[arg(long, value_name = "ADDRESS", requires = "home")]
    desk: Option<String>,
    /// And move them from there to this one
    #[arg(long, value_name = "ADDRESS", requires = "desk")]
    home: Option<String>,
    /// Take once the discount, less the fund's part, is at least so much of the quote token
    #[arg(long, default_value = "1", value_name = "AMOUNT", requires = "desk")]
    least_gain: String,
    /// Close series and expiries that are done with; their rent goes to who paid it
    #[arg(long)]
    close: bool,
    /// One round, then exit
    #[arg(long)]
    once: bool,
}

/// The accounts of a liquidator.
struct Desk {
    desk: Pubkey,
    home: Pubkey,
    least_gain: i64,
}

/// Who keeps, and until when a task of this round may begin something.
struct Keeping<'a> {
    signer: &'a Keypair,
    desk: Option<Desk>,
    until: Instant,
}

/// `options keep`. Ends when it is told to (SIGTERM, SIGINT), between two rounds.
///
/// # Errors
/// A cluster that cannot be used, in the first round; later it is tried again.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let payer = signer.pubkey();
    if client.cluster.find(&payer)?.is_none() {
        bail!("--keypair: {payer} has no lamports to pay transactions with");
    }
    let desk = desk(args, client, &payer)?;
    let mut keeping = Keeping {
        signer: &signer,
        desk,
        until: Instant::now(),
    };
    let task = Duration::from_secs(args.task_seconds);
    if args.once {
        let lines = round(&mut keeping, client, args.close, task)?;
        return Ok(if lines.is_empty() {
            "nothing is due".to_owned()
        } else {
            lines.join("\n")
        });
    }
    let stop = Stop::new()?;
    say(&format!("keeping clearing house {}", client.keys.house));
    while !stop.asked() {
        match round(&mut keeping, client, args.close, task) {
            Ok(lines) => lines.iter().for_each(|line| println!("{line}")),
            Err(error) => say(&format!("a round failed: {error:#}")),
        }
        let next = Instant::now() + Duration::from_secs(args.every);
        while Instant::now() < next && !stop.asked() {
            sleep(Duration::from_millis(100));
        }
    }
    Ok("stopped".to_owned())
}

/// Returns the liquidator's accounts, found to be the signer's.
fn desk(args: &Args, client: &mut OptionsClient, owner: &Pubkey) -> Result<Option<Desk>> {
    let (Some(desk), Some(home)) = (&args.desk, &args.home) else {
        return Ok(None);
    };
    let (desk, home) = (address(desk, "--desk")?, address(home, "--home")?);
    if desk == home {
        bail!("--home: {home} is --desk too; what was taken has to leave it");
    }
    for (key, flag) in [(desk, "--desk"), (home, "--home")] {
        let account = client.account(&key).context(flag)?;
        if account.owner != *owner {
            bail!("{flag}: {key} belongs to {}, not to the keypair", account.owner);
        }
    }
    let gain = amount::parse(&args.least_gain, client.decimals()).context("--least-gain")?;
    Ok(Some(Desk {
        desk,
        home,
        least_gain: i64::try_from(gain)?,
    }))
}

/// Goes round once. What is refused does not keep the rest waiting.
fn round(keeping: &mut Keeping, client: &mut OptionsClient, close: bool, task: Duration) -> Result<Vec<String>> {
    keeping.until = Instant::now() + task;
    let mut lines = liquidations(keeping, client)?;
    let until = Instant::now() + task;
    let steps = crank(client, keeping.signer, close, Some(until))?;
    lines.extend(steps.iter().map(Step::to_string));
    Ok(lines)
}

/// Begins, takes and ends, account by account.
fn liquidations(keeping: &Keeping, client: &mut OptionsClient) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (key, account) in client.accounts()? {
        if Instant::now() >= keeping.until {
            lines.push("liquidations take longer than a task may: the rest comes in the next round".to_owned());
            break;
        }
        let is_ours = keeping.desk.as_ref().is_some_and(|desk| desk.desk == key);
        if is_ours || (account.positions().is_empty() && account.status == 0) {
            continue;
        }
        match liquidation(keeping, client, &(key, account)) {
            Ok(line) => lines.extend(line.map(|line| format!("{key}: {line}"))),
            Err(error) => match error.downcast_ref::<ClusterError>() {
                Some(ClusterError::Node(_) | ClusterError::Unusable(_)) => return Err(error),
                _ => lines.push(format!("{key}: refused: {error:#}")),
            },
        }
    }
    Ok(lines)
}

/// Does what is due of one account. Returns what was done, in words.
fn liquidation(
    keeping: &Keeping,
    client: &mut OptionsClient,
    (key, account): &Found<MarginAccount>,
) -> Result<Option<String>> {
    let Offer { book, take } = offer(client, account, Share::WHOLE)?;
    let now = client.cluster.clock()?.unix_timestamp;
    let decoded = account.book().map_err(|error| anyhow!("{}", words(&error)))?;
    let markets = client.markets_of(&[account], None);
    if began_at(&decoded, now).is_none() {
        if !book.status.is_liquidatable() {
            return Ok(None);
        }
        client.refresh_prices(&markets, PriceUse::Exit, keeping.signer)?;
        let begin = ix::begin_liquidation(&client.keys, key, &markets);
        // At first there is no average of late: the observation makes one, half a minute later.
        return Ok(lands(client, begin, keeping.signer)?.then(|| "its liquidation has begun".to_owned()));
    }
    // Its price is of the last ten seconds, or there is no take.
    client.refresh_prices(&markets, PriceUse::Exit, keeping.signer)?;
    if book.status.is_restored() {
        let end = ix::end_liquidation(&client.keys, key, &markets);
        return Ok(lands(client, end, keeping.signer)?.then(|| "its liquidation is over".to_owned()));
    }
    match (&keeping.desk, take) {
        (None, _) => Ok(None),
        (Some(_), Err(refusal)) => Ok(Some(format!("nothing can be taken now: {}", refused(&refusal)))),
        (Some(desk), Ok(take)) => taken(keeping, client, desk, *key, &take),
    }
}

/// Takes what suffices, where that is worth it, and brings it home.
fn taken(
    keeping: &Keeping,
    client: &mut OptionsClient,
    desk: &Desk,
    failing: Pubkey,
    take: &Take,
) -> Result<Option<String>> {
    // What an earlier round could not bring home comes first: a desk holds cash alone.
    if !client.account(&desk.desk)?.positions().is_empty() {
        bring_home(client, keeping.signer, desk.desk, desk.home)?;
    }
    let gain = take.discount.0.saturating_sub_unsigned(take.fee);
    if gain < desk.least_gain {
        return Ok(None);
    }
    let account = client.account(&failing)?;
    let markets = client.markets_of(&[&account], None);
    let parties = Parties {
        owner: keeping.signer.pubkey(),
        taker: desk.desk,
        maker: failing,
    };
    let liquidate = ix::liquidate(&client.keys, &parties, &markets, &terms_of(take));
    client.send(&[liquidate], &[keeping.signer])?;
    bring_home(client, keeping.signer, desk.desk, desk.home)?;
    Ok(Some(format!(
        "{:.2} % of everything was taken, {} under its fair value",
        take.share.0 as f64 / 1e7,
        amount::show(i128::from(gain), client.decimals())
    )))
}

/// Sends an instruction. Returns whether it landed: a program's refusal is no error.
pub(crate) fn lands(client: &mut OptionsClient, instruction: Instruction, signer: &Keypair) -> Result<bool> {
    match client.send(&[instruction], &[signer]) {
        Ok(()) => Ok(true),
        Err(error) => match error.downcast_ref::<ClusterError>() {
            Some(ClusterError::Refused(_)) => Ok(false),
            _ => Err(error),
        },
    }
}
