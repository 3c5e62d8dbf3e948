//! `ballast options settle`: whatever is due of an expiry's settlement, by anyone. A refusal of one
//! expiry does not keep the others waiting.

mod shortfall;

pub(crate) use shortfall::lacks;

use crate::commands::options::client::{Found, OptionsClient};
use crate::commands::options::{name, Common};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Result};
use ballast_core_market::admission::Now;
use ballast_options::state::{Expiry, ExpiryOutcome, MarginAccount};
use ballast_risk::read;
use ballast_risk::state::Market;
use ballast_rpc::ClusterError;
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::Instruction;
use serde::Serialize;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::fmt;
use std::time::Instant;

/// Rounds of one crank: finishing, settling and paying follow each other.
const ROUNDS: usize = 8;
/// A market is observed once its price is so old, seconds: half of what a price counts for.
const OBSERVE_EVERY: i64 = 30;
/// Margin accounts of one transaction: twenty are allowed, and this many fit beside signature and
/// blockhash.
const BATCH: usize = 18;

/// Does whatever is due: observes the market in the half hour before an expiry, settles the price,
/// settles positions, pays claims, has the insurance fund put in its part. Run it every half a
/// minute of that half hour
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Close series and expiries that are done with; their rent goes to who paid it
    #[arg(long)]
    close: bool,
    /// Print what was done and what was refused as JSON
    #[arg(long)]
    json: bool,
}

/// Something that was due, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Asset and day.
    pub expiry: String,
    /// What was due.
    pub due: Due,
    /// Whether the chain took it.
    pub done: bool,
    /// What was done, or the rule that refused it.
    pub words: String,
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expiry, words, .. } = self;
        match self.done {
            true => write!(out, "{expiry}: {words}"),
            false => write!(out, "{expiry}: {} was refused: {words}", self.due.title()),
        }
    }
}

/// What an expiry waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// Its window has begun, and the market's price is old.
    Observe,
    /// What it settles at can be copied, or is known.
    Price,
    /// It has a price, and positions.
    Positions,
    /// All positions are settled, and claims are left.
    Claims,
    /// Something is missing on it, and the insurance fund can put in its part.
    Cover,
    /// All is paid: its accounts can be closed.
    Close,
}

impl Due {
    const fn title(self) -> &'static str {
        match self {
            Self::Observe => "an observation of its market",
            Self::Price => "the settlement of its price",
            Self::Positions => "the settlement of positions",
            Self::Claims => "the payment of claims",
            Self::Cover => "the insurance fund's part",
            Self::Close => "closing",
        }
    }
}

/// Returns what is due next of an expiry, if anything is.
pub fn due(expiry: &Expiry, market: &Market, now: Now) -> Option<Due> {
    if expiry.is_settled() {
        return Some(payout(expiry));
    }
    let mut settlement = expiry.settlement().ok()?;
    let averages = market.averages(now).ok()?;
    let age = now.unix_time.saturating_sub(market.signals.publish_time);
    if settlement.advance(&averages, now.unix_time).is_ok() {
        return Some(Due::Price);
    }
    (now.unix_time >= settlement.begins_at() && age >= OBSERVE_EVERY).then_some(Due::Observe)
}

/// Returns what is due of an expiry that has its price.
const fn payout(expiry: &Expiry) -> Due {
    let open = expiry.open_long > 0 || expiry.open_short > 0;
    match (open, expiry.claims_done < expiry.claimed) {
        (true, _) => Due::Positions,
        (false, true) => Due::Claims,
        (false, false) => Due::Close,
    }
}

/// Does what is due, until nothing is, or until a moment. Returns what was done, and what was
/// refused.
///
/// # Errors
/// A cluster that cannot be used.
pub fn crank(client: &mut OptionsClient, signer: &Keypair, close: bool, until: Option<Instant>) -> Result<Vec<Step>> {
    let mut steps = each_expiry(client, signer, close, until)?;
    // What the fund puts in is paid out.
    if shortfall::cover(client, signer, &mut steps)? {
        steps.extend(each_expiry(client, signer, close, until)?);
    }
    Ok(steps)
}

/// Does what is due of each expiry by itself.
fn each_expiry(client: &mut OptionsClient, signer: &Keypair, close: bool, until: Option<Instant>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (key, first) in client.expiries()? {
        if until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
        let mut expiry = first;
        let mut before = None;
        for _ in 0..ROUNDS {
            let Some(due) = due_now(client, &expiry)? else { break };
            // What is not newer changes nothing, and is observed in vain.
            if (due == Due::Close && !close) || before.replace(due) == Some(due) {
                break;
            }
            let (done, words) = match act(client, signer, &expiry, due) {
                Ok(None) => break,
                Ok(Some(words)) => (true, words),
                Err(error) => (false, refusal(error)?),
            };
            steps.push(step(client, &expiry, due, done, words));
            match client.cluster.find(&key)? {
                Some(raw) if done => expiry = raw.expiry()?,
                _ => break,
            }
        }
    }
    Ok(steps)
}

/// Returns what came of something that was due.
fn step(client: &OptionsClient, expiry: &Expiry, due: Due, done: bool, words: String) -> Step {
    Step {
        expiry: title(client, expiry),
        due,
        done,
        words,
    }
}

/// Returns why the chain refused, in words.
///
/// # Errors
/// A cluster that cannot be used refused nothing.
fn refusal(error: anyhow::Error) -> Result<String> {
    match error.downcast_ref::<ClusterError>() {
        Some(ClusterError::Node(_) | ClusterError::Unusable(_)) => Err(error),
        _ => Ok(format!("{error:#}")),
    }
}

fn due_now(client: &mut OptionsClient, expiry: &Expiry) -> Result<Option<Due>> {
    let market = client.market(expiry.market)?.risk_market;
    let market = client.cluster.account(&market)?.risk_market()?;
    let now = read::now(&client.cluster.clock()?);
    Ok(due(expiry, &market, now))
}

fn title(client: &OptionsClient, expiry: &Expiry) -> String {
    let asset = client.names.get(usize::from(expiry.market)).map_or("?", String::as_str);
    format!("{asset}-{}", name::date_of(expiry.expiry))
}

/// Does what is due. Returns what was done, in words; nothing if there was nothing to do.
fn act(client: &mut OptionsClient, signer: &Keypair, expiry: &Expiry, due: Due) -> Result<Option<String>> {
    let (keys, market, moment) = (client.keys, expiry.market, expiry.expiry);
    let accounts = client.market(market)?;
    match due {
        Due::Observe => {
            let source = client.sources.get(usize::from(market));
            let observe = source.map(|source| source.observe.clone());
            let observe: Vec<Instruction> = observe.into_iter().collect();
            client.send(&observe, &[signer])?;
            Ok(Some("its market was observed".to_owned()))
        }
        Due::Price => {
            let settle = ix::settle_expiry(&keys, market, moment, &accounts.risk_market);
            client.send(&[settle], &[signer])?;
            let key = addresses::expiry(&client.keys.house, market, moment);
            Ok(Some(priced(&client.cluster.account(&key)?.expiry()?)))
        }
        Due::Positions => {
            let has = |account: &MarginAccount| {
                let mut positions = account.positions().iter();
                positions.any(|position| position.series.market == market && position.series.expiry == moment)
            };
            batches(
                client,
                signer,
                has,
                |batch| ix::settle_positions(&keys, market, moment, batch),
                "settled",
            )
        }
        Due::Claims => {
            let has = |account: &MarginAccount| {
                let mut claims = account.claims().iter();
                // What was paid in part waits for the fund.
                let is_due = |in_part| in_part == 0 || expiry.is_covered;
                claims.any(|claim| claim.market == market && claim.expiry == moment && is_due(claim.is_paid_in_part))
            };
            batches(
                client,
                signer,
                has,
                |batch| ix::pay_claims(&keys, market, moment, batch),
                "paid",
            )
        }
        Due::Cover => Ok(None),
        Due::Close => close_all(client, signer, expiry).map(Some),
    }
}

/// Returns what settling the price did, in words.
fn priced(expiry: &Expiry) -> String {
    let price: f64 = expiry.price.price().map_or(0.0, |price| price.fixed().to_num());
    match expiry.outcome {
        ExpiryOutcome::Open if expiry.before.price().is_none() => "the beginning of its window was recorded".to_owned(),
        ExpiryOutcome::Open => "less than ten minutes of its window counted, so its end moves on".to_owned(),
        ExpiryOutcome::Window => format!(
            "settled at {price:.2}, the average of {} s until {} UTC",
            expiry.averaged_seconds,
            name::moment(expiry.ends_at)
        ),
        ExpiryOutcome::BeforeExpiry => format!("settled at {price:.2}, the average of what counted before it"),
    }
}

fn batches(
    client: &mut OptionsClient,
    signer: &Keypair,
    has: impl Fn(&MarginAccount) -> bool,
    build: impl Fn(&[Pubkey]) -> Instruction,
    done: &str,
) -> Result<Option<String>> {
    let all: Vec<Found<MarginAccount>> = client.accounts()?;
    let members: Vec<Pubkey> = all
        .iter()
        .filter(|(_, account)| has(account))
        .map(|(key, _)| *key)
        .collect();
    if members.is_empty() {
        return Ok(None);
    }
    for batch in members.chunks(BATCH) {
        client.send(&[build(batch)], &[signer])?;
    }
    Ok(Some(format!("{} accounts {done}", members.len())))
}

fn close_all(client: &mut OptionsClient, signer: &Keypair, expiry: &Expiry) -> Result<String> {
    let all = client.all_series()?;
    let of_it = all
        .iter()
        .filter(|(_, s)| s.key.market == expiry.market && s.key.expiry == expiry.expiry);
    let mut count = 0usize;
    for (_, series) in of_it {
        client.send(&[ix::close_series(&client.keys, &series.key, &series.payer)], &[signer])?;
        count += 1;
    }
    let key = addresses::expiry(&client.keys.house, expiry.market, expiry.expiry);
    client.send(&[ix::close_expiry(&key, &expiry.payer)], &[signer])?;
    Ok(format!("closed, with {count} series"))
}

/// `options settle`.
///
/// # Errors
/// A cluster that cannot be used.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    // A payer that has no lamports would be refused once for each expiry.
    let payer = signer.pubkey();
    if client.cluster.find(&payer)?.is_none() {
        return Err(anyhow!("--keypair: {payer} has no lamports to pay transactions with"));
    }
    let steps = crank(client, &signer, args.close, None)?;
    if args.json {
        return Ok(serde_json::to_string_pretty(&steps)?);
    }
    let lines: Vec<String> = steps.iter().map(Step::to_string).collect();
    Ok(if lines.is_empty() {
        "nothing is due".to_owned()
    } else {
        lines.join("\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_risk::state::{Fixed, StoredSumsAt};

    pub(super) const AT: i64 = 1_770_364_800;

    pub(super) fn expiry() -> Expiry {
        Expiry {
            version: ballast_options::state::VERSION,
            bump: 0,
            market: 0,
            outcome: ExpiryOutcome::Open,
            house: Pubkey::default(),
            payer: Pubkey::default(),
            expiry: AT,
            series_count: 1,
            begins: StoredSumsAt::default(),
            before: Fixed::default(),
            ends_at: 0,
            averaged_seconds: 0,
            price: Fixed::default(),
            open_long: 5,
            open_short: 5,
            collected: 0,
            claimed: 0,
            paid: 0,
            claims_done: 0,
            covered: 0,
            is_covered: false,
            reserved: [0; 55],
        }
    }

    #[test]
    fn after_settlement_positions_come_before_claims_and_claims_before_closing() {
        let mut settled = expiry();
        (settled.outcome, settled.price) = (ExpiryOutcome::Window, ballast_core_types::I80F48::lit("80000").into());
        assert_eq!(payout(&settled), Due::Positions);
        (settled.open_long, settled.open_short, settled.claimed) = (0, 0, 7);
        assert_eq!(payout(&settled), Due::Claims);
        settled.claims_done = 7;
        assert_eq!(payout(&settled), Due::Close);
    }

    #[test]
    fn what_was_settled_is_said_with_its_price_and_what_it_is_the_average_of() {
        let mut settled = expiry();
        assert_eq!(priced(&settled), "the beginning of its window was recorded");
        settled.before = ballast_core_types::I80F48::lit("79000").into();
        assert!(priced(&settled).ends_with("so its end moves on"));
        (settled.outcome, settled.price) = (ExpiryOutcome::Window, ballast_core_types::I80F48::lit("80000.5").into());
        (settled.ends_at, settled.averaged_seconds) = (AT, 1_740);
        assert_eq!(
            priced(&settled),
            "settled at 80000.50, the average of 1740 s until 2026-02-06 08:00:00 UTC"
        );
    }
}
