//! `ballast options settle`: whatever is due of an expiry's settlement, by anyone. A refusal of one
//! expiry does not keep the others waiting.

use crate::commands::options::client::{Found, OptionsClient};
use crate::commands::options::name;
use crate::commands::options::Common;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Result};
use ballast_core_clearing::params::SettlementParams;
use ballast_options::state::{Expiry, MarginAccount};
use ballast_rpc::ClusterError;
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::Instruction;
use serde::Serialize;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::fmt;

/// Rounds of one crank: finishing, settling and paying follow each other.
const ROUNDS: usize = 8;
/// Margin accounts of one transaction: twenty are allowed, and this many fit beside signature and
/// blockhash.
const BATCH: usize = 18;

/// Does whatever is due: records a sample, settles the price, settles positions, pays claims. Run
/// it every minute of the window before an expiry
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
    /// A price of now may be recorded.
    Sample,
    /// Its price can be settled.
    Finish,
    /// It has a price, and positions.
    Positions,
    /// All positions are settled, and claims are left.
    Claims,
    /// All is paid: its accounts can be closed.
    Close,
}

impl Due {
    const fn title(self) -> &'static str {
        match self {
            Self::Sample => "a sample",
            Self::Finish => "the settlement of its price",
            Self::Positions => "the settlement of positions",
            Self::Claims => "the payment of claims",
            Self::Close => "closing",
        }
    }
}

/// Returns what is due of an expiry at `now`; more than one thing at the end of a window, in the
/// order they are to be done.
pub fn due(expiry: &Expiry, params: &SettlementParams, now: i64) -> Vec<Due> {
    let Ok(settlement) = expiry.settlement() else {
        return Vec::new();
    };
    if settlement.outcome.is_some() {
        let open = expiry.open_long > 0 || expiry.open_short > 0;
        return vec![match (open, expiry.claims_done < expiry.claimed) {
            (true, _) => Due::Positions,
            (false, true) => Due::Claims,
            (false, false) => Due::Close,
        }];
    }
    let begins_at = expiry.expiry.saturating_sub(i64::from(params.window_seconds));
    let final_at = settlement.final_at(params);
    let enough = settlement.count >= u32::from(params.min_samples);
    let stretch = |time: i64| {
        time.saturating_sub(begins_at)
            .div_euclid(i64::from(params.spacing_seconds).max(1))
    };
    let apart = now.saturating_sub(settlement.last_at);
    let fresh = settlement.count == 0
        || (stretch(now) > stretch(settlement.last_at) && apart >= i64::from(params.spacing_seconds) / 2);
    let mut due = Vec::new();
    // The window takes samples until it has ended with enough of them, or cannot grow.
    let takes = now >= begins_at && now <= final_at && (now <= settlement.ends_at || !enough);
    if takes && fresh {
        due.push(Due::Sample);
    }
    if (now >= settlement.ends_at && enough) || now >= final_at {
        due.push(Due::Finish);
    }
    due
}

/// Does what is due, until nothing is. Returns what was done, and what was refused.
///
/// # Errors
/// A cluster that cannot be used.
pub fn crank(client: &mut OptionsClient, signer: &Keypair, close: bool) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (key, first) in client.expiries()? {
        let mut expiry = first;
        for _ in 0..ROUNDS {
            let now = client.cluster.clock()?.unix_timestamp;
            let listing = client.house.listing(expiry.market);
            let params = listing
                .map_err(|_| anyhow!("expiry {key} is on no market of the house"))?
                .settings
                .params();
            let (mut done, mut again) = (false, false);
            for due in due(&expiry, &params.settlement, now) {
                if due == Due::Close && !close {
                    continue;
                }
                let (taken, words) = match act(client, signer, &expiry, due) {
                    Ok(words) => (true, words),
                    Err(error) => match error.downcast_ref::<ClusterError>() {
                        Some(ClusterError::Node(_) | ClusterError::Unusable(_)) => return Err(error),
                        _ => (false, format!("{error:#}")),
                    },
                };
                steps.push(Step {
                    expiry: title(client, &expiry),
                    due,
                    done: taken,
                    words,
                });
                done |= taken;
                again |= taken && due != Due::Sample;
            }
            if !done || !again {
                break;
            }
            match client.cluster.find(&key)? {
                Some(raw) => expiry = raw.expiry()?,
                None => break,
            }
        }
    }
    Ok(steps)
}

fn title(client: &OptionsClient, expiry: &Expiry) -> String {
    let asset = client.names.get(usize::from(expiry.market)).map_or("?", String::as_str);
    format!("{asset}-{}", name::date_of(expiry.expiry))
}

fn act(client: &mut OptionsClient, signer: &Keypair, expiry: &Expiry, due: Due) -> Result<String> {
    let (keys, market, moment) = (client.keys, expiry.market, expiry.expiry);
    let accounts = client.markets.get(usize::from(market)).copied();
    let accounts = accounts.ok_or_else(|| anyhow!("the house has no market {market}"))?;
    match due {
        Due::Sample => {
            let observe = client
                .sources
                .get(usize::from(market))
                .map(|source| source.observe.clone());
            let sample = ix::sample_settlement(&keys, market, moment, &accounts);
            let both: Vec<Instruction> = observe.into_iter().chain([sample]).collect();
            client.send(&both, &[signer])?;
            Ok(format!("sample {} recorded", expiry.sample_count.saturating_add(1)))
        }
        Due::Finish => {
            let finish = ix::finish_settlement(&keys, market, moment, &accounts.risk_market);
            client.send(&[finish], &[signer])?;
            let key = addresses::expiry(&client.keys.house, market, moment);
            let settled = client.cluster.account(&key)?.expiry()?;
            let price: f64 = settled.price.price().map_or(0.0, |price| price.fixed().to_num());
            Ok(format!("settled at {price:.2} from {} samples", settled.sample_count))
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
                claims.any(|claim| claim.market == market && claim.expiry == moment)
            };
            batches(
                client,
                signer,
                has,
                |batch| ix::pay_claims(&keys, market, moment, batch),
                "paid",
            )
        }
        Due::Close => close_all(client, signer, expiry),
    }
}

fn batches(
    client: &mut OptionsClient,
    signer: &Keypair,
    has: impl Fn(&MarginAccount) -> bool,
    build: impl Fn(&[Pubkey]) -> Instruction,
    done: &str,
) -> Result<String> {
    let all: Vec<Found<MarginAccount>> = client.accounts()?;
    let members: Vec<Pubkey> = all
        .iter()
        .filter(|(_, account)| has(account))
        .map(|(key, _)| *key)
        .collect();
    if members.is_empty() {
        return Err(anyhow!("no account of the house has any of it"));
    }
    for batch in members.chunks(BATCH) {
        client.send(&[build(batch)], &[signer])?;
    }
    Ok(format!("{} accounts {done}", members.len()))
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
    let steps = crank(client, &signer, args.close)?;
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
    use ballast_options::state::ExpiryOutcome;

    const AT: i64 = 1_770_364_800;

    fn params() -> SettlementParams {
        SettlementParams {
            window_seconds: 1_800,
            spacing_seconds: 60,
            min_samples: 20,
            extension_seconds: 600,
            max_delay_seconds: 3_600,
        }
    }

    fn expiry(samples: u32, last: i64, ends_at: i64) -> Expiry {
        Expiry {
            version: ballast_options::state::VERSION,
            bump: 0,
            market: 0,
            outcome: ExpiryOutcome::Open,
            house: Pubkey::default(),
            payer: Pubkey::default(),
            expiry: AT,
            series_count: 1,
            sample_count: samples,
            ends_at,
            last_sample_at: last,
            sample_sum: Default::default(),
            price: Default::default(),
            open_long: 5,
            open_short: 5,
            collected: 0,
            claimed: 0,
            paid: 0,
            claims_done: 0,
            reserved: [0; 64],
        }
    }

    #[test]
    fn before_settlement_samples_and_the_price_are_due_by_the_clock() {
        for (samples, last, ends_at, now, expected) in [
            (0, 0, AT, AT - 1_801, vec![]),
            (0, 0, AT, AT - 1_800, vec![Due::Sample]),
            (1, AT - 1_800, AT, AT - 1_750, vec![]),
            (1, AT - 1_800, AT, AT - 1_740, vec![Due::Sample]),
            // The next stretch, but less than half of one away.
            (1, AT - 1_741, AT, AT - 1_720, vec![]),
            (29, AT - 60, AT, AT, vec![Due::Sample, Due::Finish]),
            (30, AT, AT, AT + 60, vec![Due::Finish]),
            // Too few: the window grows until there are enough, or until the slow price settles.
            (5, AT - 60, AT, AT + 60, vec![Due::Sample]),
            (20, AT + 540, AT + 600, AT + 599, vec![]),
            (20, AT + 540, AT + 600, AT + 660, vec![Due::Finish]),
            (5, AT, AT, AT + 3_601, vec![Due::Finish]),
        ] {
            assert_eq!(
                due(&expiry(samples, last, ends_at), &params(), now),
                expected,
                "{samples} {last} {now}"
            );
        }
    }

    #[test]
    fn after_settlement_positions_come_before_claims_and_claims_before_closing() {
        let price = ballast_core_types::I80F48::lit("80000");
        let mut settled = expiry(30, AT, AT);
        (settled.outcome, settled.price) = (ExpiryOutcome::Average, price.into());
        assert_eq!(due(&settled, &params(), AT + 60), [Due::Positions]);
        (settled.open_long, settled.open_short, settled.claimed) = (0, 0, 7);
        assert_eq!(due(&settled, &params(), AT + 60), [Due::Claims]);
        settled.claims_done = 7;
        assert_eq!(due(&settled, &params(), AT + 60), [Due::Close]);
    }
}
