//! `ballast vault show`: what a vault is, holds and permits.

use super::client::{ago, count, decimal, no_appraisal, stretch, VaultClient};
use super::fees::{Fees, Keepers};
use super::policy::{of_many, Policy};
use super::preview::{closes_in, taking};
use super::quarantine::Quarantine;
use super::tokens::Tokens;
use anyhow::Result;
use ballast_core_market::breaker::{permitted, TABLE};
use ballast_core_types::{Ratio, Shares, UnixTime, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;
use ballast_sdk::snapshot::{Snapshot, SnapshotMarket};
use serde::Serialize;

/// Shows a vault: price, value, exposure, breakers, who waits, and what it was created with
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print JSON; amounts are whole base units
    #[arg(long)]
    json: bool,
}

/// A vault. Amounts are base units, ratios decimals.
#[derive(Debug, Serialize)]
struct Report {
    /// Address.
    vault: String,
    /// Its markets, and what it holds of each.
    markets: Vec<MarketReport>,
    /// Its two tokens.
    #[serde(flatten)]
    tokens: Tokens,
    /// What it is worth now, or why that cannot be told.
    #[serde(flatten)]
    worth: Told,
    /// Share supply, with what is earned as fees and not minted.
    shares: u64,
    /// High of a share's low net asset value, which falls by a little every day.
    high_water: String,
    /// Value of a share that the policy defends.
    floor: String,
    /// Quote tokens in custody that are the pool's and free.
    cash: u64,
    /// Of those beside them: paid by who moved the book, for the trades this makes due.
    levy_reserve: u64,
    /// Quote tokens of deposits that were not priced yet.
    pending_deposits: u64,
    /// Given to tickets and not claimed.
    owed: u64,
    /// Time in quarantine of those of its venues that are there.
    quarantine: Vec<Quarantine>,
    /// Shares whose redemption is final and not filled.
    leaving_shares: u64,
    /// Number of the batch that takes requests.
    batch: u64,
    /// Whether it has a request.
    batch_is_open: bool,
    /// Seconds until it closes; none before its first request, and while the one before it waits.
    batch_closes_in: Option<i64>,
    /// Open tickets.
    tickets: u64,
    /// Breakers of the market and the vault that are active.
    breakers: Vec<&'static str>,
    /// Whether deposits are taken.
    deposits: bool,
    /// Greatest net asset value with all deposits that wait.
    deposit_cap: u64,
    /// What may still leave at a price now, beside what comes in, if that can be told.
    outflow_room: Option<u64>,
    /// What a thousand shares that leave would be advanced in any case after an hour.
    advance_per_thousand_shares: u64,
    /// How much of its markets it wants.
    #[serde(flatten)]
    policy: Policy,
    /// What its manager earns, if anything.
    fees: Option<Fees>,
    /// What keepers earn.
    keepers: Keepers,
    /// Who may trip and resume its breakers.
    guardian: Option<String>,
}

/// A market, and what a vault holds of it.
#[derive(Debug, Serialize)]
struct MarketReport {
    /// Its name.
    market: String,
    /// What is held, if that can be told.
    #[serde(flatten)]
    held: Option<Held>,
}

/// What a vault holds of a market.
#[derive(Debug, Serialize)]
struct Held {
    price: String,
    price_age: u32,
    delta: i64,
    delta_target: i64,
    /// What its venues hold for the vault.
    venue_equity: i64,
}

/// What a vault is worth, if that can be told.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Told {
    Worth(Worth),
    Untold(Untold),
}

/// What a vault is worth at its prices.
#[derive(Debug, Serialize)]
struct Worth {
    nav_low: i64,
    nav_high: i64,
    share_low: String,
    share_high: String,
    /// Greatest sum of exposures.
    delta_cap: i64,
}

/// Why it cannot be told.
#[derive(Debug, Serialize)]
struct Untold {
    untold: String,
    last_share: String,
    last_share_age: i64,
}

/// Shows the vault.
///
/// # Errors
/// What could not be read.
pub fn run(args: &Args, client: &mut VaultClient) -> Result<String> {
    let (snapshot, _) = client.snapshot()?;
    let report = report(&snapshot, Tokens::of(client)?)?;
    if args.json {
        return Ok(serde_json::to_string_pretty(&report)?);
    }
    Ok(text(&report, client))
}

fn report(snapshot: &Snapshot, tokens: Tokens) -> Result<Report> {
    let (vault, state) = (&snapshot.vault, &snapshot.state);
    let (policy, mark) = (&state.policy, &state.share_mark);
    let appraisal = snapshot.valued();
    let active = snapshot.active_breakers().union(state.monitor.breakers.tripped);
    let is_admitted = snapshot
        .prices(Purpose::Batch)
        .is_ok_and(|prices| prices.are_admitted());
    let (batch, _) = taking(snapshot);
    let is_open = state.queue.open == batch && state.queue.opened_at.is_some();
    let floor = mark.high_water.fixed().checked_mul(policy.exposure.floor.fixed());
    Ok(Report {
        vault: snapshot.keys.vault.to_string(),
        markets: markets(snapshot, appraisal.as_ref()),
        tokens,
        worth: worth(snapshot, appraisal.as_ref()),
        shares: snapshot.supply(),
        high_water: decimal(mark.high_water),
        floor: floor.map_or(String::new(), |floor| decimal(Ratio::from_fixed(floor))),
        cash: vault.ledger.cash,
        levy_reserve: vault.ledger.levy_reserve,
        pending_deposits: vault.ledger.pending_deposits,
        owed: vault.ledger.owed,
        quarantine: Quarantine::all(snapshot),
        leaving_shares: vault.leaving.shares,
        batch,
        batch_is_open: is_open,
        batch_closes_in: closes_in(snapshot).filter(|_| is_open),
        tickets: vault.tickets,
        breakers: TABLE
            .iter()
            .filter(|rule| active.has(rule.breaker))
            .map(|rule| rule.breaker.name())
            .collect(),
        deposits: permitted(active, is_admitted).deposit && !state.cases.is_quarantined(),
        deposit_cap: policy.deposit_cap,
        outflow_room: outflow_room(snapshot),
        advance_per_thousand_shares: snapshot.part_of_liquid(state.unit.saturating_mul(1_000)),
        policy: Policy::of(snapshot)?,
        fees: Fees::of(snapshot, appraisal.as_ref()),
        keepers: Keepers::of(snapshot),
        guardian: vault.guardian().map(|key| key.to_string()),
    })
}

fn outflow_room(snapshot: &Snapshot) -> Option<u64> {
    let (nav, share) = (snapshot.valued()?.nav.low, snapshot.state.policy.outflow);
    let now = UnixTime(snapshot.clock.unix_timestamp);
    let waits = snapshot.state.leaving.shares != Shares::ZERO;
    snapshot.state.outflow.drained(share, nav, now, waits)?.room(share)
}

fn markets(snapshot: &Snapshot, appraisal: Option<&Appraisal>) -> Vec<MarketReport> {
    let of = |(place, market): (usize, &SnapshotMarket)| MarketReport {
        market: market.name(),
        held: appraisal.and_then(|appraisal| held(snapshot, market, place, appraisal)),
    };
    snapshot.markets().enumerate().map(of).collect()
}

fn held(snapshot: &Snapshot, market: &SnapshotMarket, place: usize, appraisal: &Appraisal) -> Option<Held> {
    let mid = appraisal.prices.mid(place)?;
    let mut equity = Value::ZERO;
    for leg in appraisal
        .portfolio
        .legs
        .iter()
        .flatten()
        .filter(|leg| leg.market == place)
    {
        equity = equity.checked_add(leg.equity_at(mid)?)?;
    }
    Some(Held {
        price: format!("{:.2}", mid.fixed().to_num::<f64>()),
        price_age: market.view.age(snapshot.now()),
        delta: appraisal.exposure()?.deltas().get(place)?.0,
        delta_target: appraisal.targets()?.of(place)?.delta.0,
        venue_equity: equity.0,
    })
}

fn worth(snapshot: &Snapshot, appraisal: Option<&Appraisal>) -> Told {
    if let Some(worth) = appraisal.and_then(priced) {
        return Told::Worth(worth);
    }
    let mark = &snapshot.state.share_mark;
    Told::Untold(Untold {
        untold: no_appraisal(snapshot),
        last_share: decimal(mark.value),
        last_share_age: snapshot.clock.unix_timestamp.saturating_sub(mark.at.0),
    })
}

fn priced(appraisal: &Appraisal) -> Option<Worth> {
    let high = appraisal.nav_high()?;
    let share = |nav: Value| appraisal.pool().worth(nav).nav_per_share().map(decimal);
    Some(Worth {
        nav_low: appraisal.nav.low.0,
        nav_high: high.0,
        share_low: share(appraisal.nav.low)?,
        share_high: share(high)?,
        delta_cap: appraisal.targets()?.cap.0,
    })
}

fn text(report: &Report, client: &VaultClient) -> String {
    let amount = |units: u64| client.brief(units);
    let names: Vec<&str> = report.markets.iter().map(|of| of.market.as_str()).collect();
    let mut lines = vec![format!("vault      {} on {}", report.vault, names.join(", "))];
    lines.extend(report.tokens.text());
    lines.extend(match &report.worth {
        Told::Worth(worth) => worth_text(report, worth, client),
        Told::Untold(untold) => vec![format!(
            "value      cannot be told: {}; a share was worth {} {}, for {} shares",
            untold.untold,
            untold.last_share,
            ago(untold.last_share_age),
            amount(report.shares)
        )],
    });
    lines.push(format!(
        "cash       {} free; levy reserve {}, given to tickets {}",
        amount(report.cash),
        amount(report.levy_reserve),
        amount(report.owed)
    ));
    let legs = report.markets.len();
    lines.extend(report.quarantine.iter().map(|case| case.text(client, legs)));
    lines.push(format!(
        "waiting    deposits of {}, {} final shares to be paid; {} open",
        amount(report.pending_deposits),
        amount(report.leaving_shares),
        count(report.tickets, "ticket")
    ));
    lines.push(match report.batch_closes_in {
        None if report.batch_is_open => {
            format!(
                "batch      {} takes requests until the one before it is priced",
                report.batch
            )
        }
        Some(seconds) => format!(
            "batch      {} takes requests for another {}",
            report.batch,
            stretch(seconds)
        ),
        None => format!("batch      {} opens with the next request, for a minute", report.batch),
    });
    let active = match report.breakers.as_slice() {
        [] => "none active".to_owned(),
        names => format!("active: {}", names.join(", ")),
    };
    let deposits = if report.deposits { "taken" } else { "not taken now" };
    lines.push(format!(
        "breakers   {active}; deposits are {deposits}, up to a value of {}",
        amount(report.deposit_cap)
    ));
    lines.extend(report.policy.text());
    if let Some(room) = report.outflow_room {
        lines.push(format!(
            "leaving    {} may leave at a price now, beside what comes in",
            amount(room)
        ));
    }
    lines.push(format!(
        "           an hour after asking, in any case: {} for each 1000 shares, from what is liquid now",
        amount(report.advance_per_thousand_shares)
    ));
    lines.extend(report.fees.as_ref().map(|fees| fees.text(client)));
    lines.push(report.keepers.text(client));
    lines.push(match &report.guardian {
        Some(key) => format!("guardian   {key} may trip and resume breakers, and nothing else"),
        None => "guardian   none: breakers resume by themselves".to_owned(),
    });
    lines.join("\n")
}

fn worth_text(report: &Report, worth: &Worth, client: &VaultClient) -> Vec<String> {
    let amount = |units: i64| client.brief(units);
    let count = report.markets.len();
    let each = || {
        let held = report.markets.iter().filter_map(|of| Some((of, of.held.as_ref()?)));
        held.map(|(of, held)| (of_many(&of.market, count), held))
    };
    let mut lines: Vec<String> = each()
        .map(|(of, held)| {
            format!(
                "price      {of}{}, published {}",
                held.price,
                ago(i64::from(held.price_age))
            )
        })
        .collect();
    lines.extend([
        format!(
            "share      {} to who leaves, {} to who comes; high {}, floor {}",
            worth.share_low, worth.share_high, report.high_water, report.floor
        ),
        format!(
            "value      {} low, {} high, for {} shares",
            amount(worth.nav_low),
            amount(worth.nav_high),
            client.brief(report.shares)
        ),
    ]);
    let together = if count > 1 { "together never" } else { "never" };
    let share = |delta: i64| match worth.nav_low {
        ..=0 => 0.0,
        nav => delta as f64 / nav as f64,
    };
    let exposures = each().enumerate().map(|(place, (of, held))| {
        let end = if place + 1 == count {
            format!(", {together} above {}", amount(worth.delta_cap))
        } else {
            String::new()
        };
        format!(
            "exposure   {of}{}, which is {:.2} of the value; target {}{end}",
            amount(held.delta),
            share(held.delta),
            amount(held.delta_target)
        )
    });
    lines.extend(exposures);
    lines
        .extend(each().map(|(of, held)| format!("venue      {of}{} of the value is there", amount(held.venue_equity))));
    lines
}
