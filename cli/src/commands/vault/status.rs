//! `ballast vault status`: what a holder has, and what their tickets wait for.

use super::client::{no_appraisal, stretch, words, VaultClient};
use super::Common;
use anyhow::Result;
use ballast_core_types::{scale, Shares, UnixTime};
use ballast_core_vault::advance::advance;
use ballast_core_vault::batch::{BatchError, CANCEL_AFTER_SECONDS, GRACE_SECONDS};
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::pricing::price;
use ballast_core_vault::quarantine::{Case, Right};
use ballast_sdk::snapshot::Snapshot;
use ballast_vault::state::{RequestBatch, Ticket};
use serde::Serialize;

/// Shows what a holder has, and what each of their tickets waits for
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Whose (default: who signs)
    #[arg(long, value_name = "ADDRESS")]
    holder: Option<String>,

    /// Print JSON; amounts are whole base units
    #[arg(long)]
    json: bool,
}

/// What a holder has. Amounts are base units.
#[derive(Debug, Serialize)]
struct Report {
    /// Address.
    holder: String,
    /// Quote tokens in the wallet.
    quote: u64,
    /// Shares in the wallet.
    shares: u64,
    /// What those are worth to who leaves now, if that can be told.
    worth: Option<u64>,
    /// Open tickets.
    tickets: Vec<Line>,
}

/// A ticket.
#[derive(Debug, Serialize)]
struct Line {
    /// The holder's number for it.
    number: u64,
    /// Number of its batch.
    batch: u64,
    /// `deposit` or `redemption`.
    side: &'static str,
    /// Paid in.
    amount: u64,
    /// Quote tokens claimed so far.
    claimed: u64,
    /// Quote tokens due now.
    due_quote: u64,
    /// Shares due now.
    due_shares: u64,
    /// Of a redemption: shares of it that are final and not filled.
    waiting_shares: u64,
    /// What it waits for, and what can be done.
    says: String,
}

/// Shows them.
///
/// # Errors
/// What could not be read.
pub fn run(args: &Args, common: &Common, client: &mut VaultClient) -> Result<String> {
    let holder = common.holder(args.holder.as_deref())?;
    let (snapshot, _) = client.snapshot()?;
    let wallets = client.holder(&holder);
    let shares = client.balance(&wallets.shares)?.unwrap_or(0);
    let appraisal = snapshot.valued();
    let report = Report {
        holder: holder.to_string(),
        quote: client.balance(&wallets.quote)?.unwrap_or(0),
        shares,
        worth: appraisal.and_then(|appraisal| appraisal.pool().assets_for_shares_floor(Shares(shares))),
        tickets: client
            .tickets(&holder)?
            .iter()
            .map(|(ticket, batch)| line(client, &snapshot, ticket, batch))
            .collect(),
    };
    if args.json {
        return Ok(serde_json::to_string_pretty(&report)?);
    }
    Ok(text(&report, client))
}

fn line(client: &VaultClient, snapshot: &Snapshot, ticket: &Ticket, batch: &RequestBatch) -> Line {
    let totals = batch.totals.get();
    let due = ticket.request().claim(&totals);
    let (left, total) = (totals.redemptions.left, totals.redemptions.total);
    let waiting = if ticket.is_redemption() && totals.redemptions.is_final && !due.is_returned {
        scale::mul_div_ceil(ticket.amount, left.0, total.0).unwrap_or(0)
    } else {
        0
    };
    let says = if due.shares.0 > 0 || due.quote > 0 || due.ends {
        claimable(client, due.is_returned, waiting)
    } else if totals.is_filled() {
        of_quarantine(client, snapshot, ticket, batch)
    } else if totals.priced_at.is_none() {
        unpriced(client, snapshot, ticket, batch)
    } else {
        format!(
            "{} shares wait: {}",
            client.show(waiting),
            not_filled(client, snapshot, batch)
        )
    };
    Line {
        number: ticket.number,
        batch: ticket.batch,
        side: if ticket.is_redemption() {
            "redemption"
        } else {
            "deposit"
        },
        amount: ticket.amount,
        claimed: ticket.claimed,
        due_quote: due.quote,
        due_shares: due.shares.0,
        waiting_shares: waiting,
        says,
    }
}

fn claimable(client: &VaultClient, is_returned: bool, waiting: u64) -> String {
    let what = if is_returned {
        "its class could not be priced as it asked, or a breaker forbade it: everything goes back"
    } else {
        "it was priced"
    };
    let rest = match waiting {
        0 => String::new(),
        shares => format!(", and {} shares still wait", client.show(shares)),
    };
    format!("{what}{rest}; a keeper sends it, or you: vault claim")
}

/// Returns what a ticket waits for that was paid without a venue in quarantine.
fn of_quarantine(client: &VaultClient, snapshot: &Snapshot, ticket: &Ticket, batch: &RequestBatch) -> String {
    let totals = batch.totals.get();
    let held = |(case, right): (&Case, &Right)| {
        let more = case.due_with(right, snapshot.at_venue_low(usize::from(case.venue))?)?;
        scale::mul_div_floor(more, ticket.amount, totals.redemptions.total.0)
    };
    let cases = snapshot.state.cases.0.iter();
    let rights = cases.zip(&totals.redemptions.rights).filter(|(case, _)| case.lasts());
    let worth: Option<u64> = rights.map(held).sum();
    let worth = worth.map_or("what cannot be told now".to_owned(), |worth| client.brief(worth));
    format!("it was paid without a venue in quarantine, and has a right in what comes back: {worth} at its low value; vault recover")
}

/// Returns what a batch that nobody has priced waits for.
fn unpriced(client: &VaultClient, snapshot: &Snapshot, ticket: &Ticket, batch: &RequestBatch) -> String {
    let (now, totals) = (snapshot.clock.unix_timestamp, batch.totals.get());
    let since = |at: i64| now.saturating_sub(at);
    let closes = snapshot.state.queue.closes_at(&totals).0.saturating_sub(now);
    if batch.number >= snapshot.state.queue.next && closes > 0 {
        return format!("its batch closes in {}, and is priced by later news", stretch(closes));
    }
    let mut text = format!("its batch waits for its price: {}", not_priced(snapshot, batch));
    if !totals.redemptions.is_final || !ticket.is_redemption() {
        let left = CANCEL_AFTER_SECONDS.saturating_sub(since(ticket.requested_at));
        text += &match left {
            ..=0 => format!("; it can be taken back: vault cancel {}", ticket.number),
            left => format!("; it can be taken back in {}", stretch(left)),
        };
    }
    if ticket.is_redemption() {
        text += &grace(client, snapshot, batch);
    }
    text
}

/// Returns when a part of what is liquid can be had without any price, or that it was.
fn grace(client: &VaultClient, snapshot: &Snapshot, batch: &RequestBatch) -> String {
    let (now, totals) = (UnixTime(snapshot.clock.unix_timestamp), batch.totals.get());
    match advance(&totals, &snapshot.liquid(batch.number)) {
        Ok(due) => format!(
            "; {} of what is liquid can be had now by the batch: vault exit",
            client.brief(due.amount)
        ),
        Err(BatchError::GraceNotOver) => {
            let left = GRACE_SECONDS.saturating_sub(now.seconds_since(totals.opened_at));
            format!("; its part of what is liquid can be had in {}", stretch(left))
        }
        Err(_) if !totals.redemptions.is_final => String::new(),
        Err(_) => "; it has had its part of what is liquid".to_owned(),
    }
}

fn not_priced(snapshot: &Snapshot, batch: &RequestBatch) -> String {
    if batch.number > snapshot.state.queue.next {
        return format!("batch {} comes before it", snapshot.state.queue.next);
    }
    let Some(appraisal) = snapshot.appraise(Purpose::Batch) else {
        return no_appraisal(snapshot);
    };
    match price(&appraisal, &batch.totals.get(), batch.number) {
        Ok(_) => "anyone can give it now: vault crank".to_owned(),
        Err(error) => words(error),
    }
}

/// Returns why shares that are final are not filled.
fn not_filled(client: &VaultClient, snapshot: &Snapshot, batch: &RequestBatch) -> String {
    let why = not_priced(snapshot, batch);
    format!("{why}{}", grace(client, snapshot, batch))
}

fn text(report: &Report, client: &VaultClient) -> String {
    let worth = match report.worth {
        Some(worth) if report.shares > 0 => format!(", worth {} to who leaves now", client.brief(worth)),
        _ => String::new(),
    };
    let mut lines = vec![
        format!("holder     {}", report.holder),
        format!(
            "wallet     {} quote tokens, {} shares{worth}",
            client.show(report.quote),
            client.show(report.shares)
        ),
    ];
    if report.tickets.is_empty() {
        lines.push("no request is open".to_owned());
    }
    for line in &report.tickets {
        let unit = if line.side == "redemption" { " shares" } else { "" };
        lines.push(format!(
            "ticket {:<3} {} of {}{unit} in batch {}: {}",
            line.number,
            line.side,
            client.show(line.amount),
            line.batch,
            line.says
        ));
        if line.due_quote > 0 || line.due_shares > 0 {
            let due = if line.due_shares > 0 {
                format!("{} shares", client.show(line.due_shares))
            } else {
                client.show(line.due_quote)
            };
            lines.push(format!("           due now: {due}"));
        }
    }
    lines.join("\n")
}
