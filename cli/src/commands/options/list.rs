//! `ballast options list`.

use crate::commands::options::amount::show;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::name;
use crate::commands::options::settle::lacks;
use anyhow::Result;
use ballast_core_clearing::settlement::WINDOW_SECONDS;
use ballast_options::state::{Expiry, ExpiryOutcome};
use serde::Serialize;

/// Lists the series of the house: open interest, expiry, settlement
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An expiry with its series.
#[derive(Debug, Serialize)]
struct Listed {
    asset: String,
    expiry: String,
    expiry_unix: i64,
    state: String,
    averaged_seconds: u64,
    price: Option<String>,
    open_long: String,
    open_short: String,
    collected: String,
    covered: String,
    claimed: String,
    paid: String,
    series: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    address: String,
    open_interest: String,
}

/// Returns what an expiry waits for, in words.
pub(crate) fn state(expiry: &Expiry, now: i64) -> String {
    let begins_at = expiry.expiry.saturating_sub(WINDOW_SECONDS);
    match expiry.outcome {
        ExpiryOutcome::Open if now < begins_at => "open".to_owned(),
        ExpiryOutcome::Open if now < expiry.expiry => "being averaged".to_owned(),
        ExpiryOutcome::Open => "to be settled".to_owned(),
        _ if expiry.open_long > 0 || expiry.open_short > 0 => "positions to be settled".to_owned(),
        _ if lacks(expiry) => "claims to be paid, and the insurance fund's part to be put in".to_owned(),
        _ if expiry.claims_done < expiry.claimed => "claims to be paid".to_owned(),
        ExpiryOutcome::Window => "settled".to_owned(),
        ExpiryOutcome::BeforeExpiry => "settled at what counted before it".to_owned(),
    }
}

/// Returns the series.
///
/// # Errors
/// A cluster that cannot be used.
pub fn run(args: &Args, client: &mut OptionsClient) -> Result<String> {
    let now = client.cluster.clock()?.unix_timestamp;
    let (expiries, series) = (client.expiries()?, client.all_series()?);
    let decimals = client.decimals();
    let mut listed = Vec::new();
    for (_, expiry) in &expiries {
        let amount = |units: u64| show(i128::from(units), decimals);
        let of_it = series
            .iter()
            .filter(|(_, s)| s.key.market == expiry.market && s.key.expiry == expiry.expiry);
        let line = |(key, series): &(ballast_sdk::Pubkey, ballast_options::state::Series)| Line {
            name: client.name(&series.key),
            address: key.to_string(),
            open_interest: amount(series.open_interest),
        };
        listed.push(Listed {
            asset: client
                .names
                .get(usize::from(expiry.market))
                .cloned()
                .unwrap_or_default(),
            expiry: name::moment(expiry.expiry),
            expiry_unix: expiry.expiry,
            state: state(expiry, now),
            averaged_seconds: expiry.averaged_seconds,
            price: expiry.price.price().map(|price| price.fixed().to_string()),
            open_long: amount(expiry.open_long),
            open_short: amount(expiry.open_short),
            collected: amount(expiry.collected),
            covered: amount(expiry.covered),
            claimed: amount(expiry.claimed),
            paid: amount(expiry.paid),
            series: of_it.map(line).collect(),
        });
    }
    if args.json {
        return Ok(serde_json::to_string_pretty(&listed)?);
    }
    Ok(table(&listed, client))
}

fn table(listed: &[Listed], client: &OptionsClient) -> String {
    let mut lines = vec![format!("house {}: {}", client.keys.house, client.names.join(", "))];
    if listed.is_empty() {
        lines.push("no series yet; whoever takes the first quote of one creates it".to_owned());
    }
    for expiry in listed {
        let price = expiry
            .price
            .as_ref()
            .map_or(String::new(), |price| format!(" at {price}"));
        lines.push(format!(
            "{} {} UTC: {}{price}, {} long, {} short",
            expiry.asset, expiry.expiry, expiry.state, expiry.open_long, expiry.open_short
        ));
        for series in &expiry.series {
            lines.push(format!(
                "  {:<26} open interest {:>14}",
                series.name, series.open_interest
            ));
        }
    }
    lines.join("\n")
}
