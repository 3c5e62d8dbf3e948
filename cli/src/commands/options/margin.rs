//! `ballast options margin`: the margin status of an account, from the clearing house's own code.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::quote::side_of_leg;
use crate::commands::options::value::{worth, Worth};
use crate::commands::options::{rules, Common};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_core_clearing::account::{Position, Status};
use ballast_core_clearing::margin::{MarginStatus, Marks};
use ballast_core_clearing::trade::{premium, PackageLeg, Side, UnitPrice};
use ballast_core_clearing::what_if::suppose;
use ballast_core_types::Lots;
use ballast_options::clearing::MarginScratch;
use ballast_options::markets::Purpose;
use ballast_options::state::{MarginAccount, SeriesKey};
use serde::Serialize;

/// Shows an account: positions, marks, what it is worth, what it needs, what is free
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Show it as it would be after this leg: SERIES:SIDE:SIZE, and :PRICE after it to pay or get
    /// its premium. Up to eight
    #[arg(long, value_name = "SERIES:SIDE:SIZE[:PRICE]")]
    leg: Vec<String>,

    /// Print JSON; amounts are whole base units
    #[arg(long)]
    json: bool,
}

/// A position and what it is worth. Amounts are base units, sizes lots.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// The series.
    pub series: String,
    /// Signed lots.
    pub quantity: i64,
    /// Its worth and Greeks.
    #[serde(flatten)]
    pub worth: Worth,
}

/// The margin status of an account. Amounts are base units.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Address.
    pub account: String,
    /// Owner.
    pub owner: String,
    /// `normal` or `liquidation`.
    pub status: &'static str,
    /// Cash.
    pub cash: i64,
    /// Owed to the insurance fund.
    pub debt: i64,
    /// What it is owed of expiries of which it has been paid nothing yet.
    pub claims: i64,
    /// Positions.
    pub positions: Vec<Held>,
    /// Cash − debt + claims + marks.
    pub equity: i64,
    /// What of that is gained and not paid yet: it opens nothing and is not withdrawn.
    pub unpaid: i64,
    /// What equity has to be to open positions.
    pub initial: i64,
    /// What it has to be lest a liquidation begin.
    pub maintenance: i64,
    /// What it has to be for a liquidation to end.
    pub target: i64,
    /// Cash that what expires soon needs, to open positions.
    pub cash_need_initial: i64,
    /// The same, lest a liquidation begin.
    pub cash_need_maintenance: i64,
    /// What could be withdrawn: the least of what is left of cash and of equity, at the prudent
    /// marks, over the initial needs.
    pub free_cash: i64,
    /// Whether a liquidation may begin.
    pub liquidatable: bool,
    /// Why positions may only be reduced, if so.
    pub only_reductions: Option<String>,
}

/// Returns the margin status of an account now.
///
/// # Errors
/// Why a market that it has positions on cannot be valued.
pub fn report(client: &mut OptionsClient, key: &Pubkey, account: &MarginAccount) -> Result<Report> {
    report_with(client, key, account, &Supposed::default())
}

/// Legs that an account does not have, and the cash they bring.
#[derive(Debug, Default)]
struct Supposed {
    legs: Vec<Position>,
    cash: i64,
}

impl Supposed {
    fn add(&mut self, text: &str, client: &OptionsClient) -> Result<()> {
        let refused = || anyhow!("--leg: {text} is not SERIES:SIDE:SIZE[:PRICE]");
        let fields: Vec<&str> = text.split(':').collect();
        let (series, side, size, price) = match fields[..] {
            [series, side, size] => (series, side, size, None),
            [series, side, size, price] => (series, side, size, Some(price)),
            _ => return Err(refused()),
        };
        let side = side_of_leg(side, text)?;
        let amount = |text: &str| parse(text, client.decimals()).with_context(|| format!("--leg: {text}"));
        let key = client.series(series)?;
        let terms = key.terms().map_err(|_| refused())?;
        let leg = PackageLeg {
            series: terms,
            quantity: Lots(i64::try_from(amount(size)?)?),
            price: UnitPrice(price.map(amount).transpose()?.unwrap_or_default()),
            taker: side,
        };
        let lots_per_unit = client.house.params().lots_per_unit();
        let premium = premium(leg.quantity, leg.price, lots_per_unit, side).ok_or_else(refused)?;
        let premium = i64::try_from(premium)?;
        self.cash = self.cash.saturating_add(match side {
            Side::Buy => premium.saturating_neg(),
            Side::Sell => premium,
        });
        self.legs.push(Position {
            series: terms,
            quantity: leg.change(side),
        });
        Ok(())
    }
}

fn report_with(
    client: &mut OptionsClient,
    key: &Pubkey,
    account: &MarginAccount,
    supposed: &Supposed,
) -> Result<Report> {
    let mut book = account
        .book()
        .map_err(|error| anyhow!("{}", crate::commands::options::client::words(&error)))?;
    suppose(&mut book, &supposed.legs, supposed.cash)
        .map_err(|refusal| anyhow!("--leg: {}", rules::named(&refusal)))?;
    let markets = if supposed.legs.is_empty() {
        client.markets_of(&[account], None)
    } else {
        client.markets.clone()
    };
    let (mut held, mut only_reductions) = (Vec::new(), None);
    let names = client.names.clone();
    let (status, prudent) = client.with_context(Purpose::Margin, &markets, &[&book], |context, closed| {
        only_reductions = closed;
        for position in book.positions() {
            let key = SeriesKey::from(&position.series);
            held.push(Held {
                series: crate::commands::options::name::of(&key, &names),
                quantity: position.quantity.0,
                worth: worth(&key, position.quantity.0, context)?,
            });
        }
        let mut scratch = MarginScratch::new();
        let mut status = |marks| {
            let status = scratch.margin_status(&book, context, marks);
            status.map_err(|error| anyhow!("{}", crate::commands::options::client::words(&error)))
        };
        Ok((status(Marks::Adverse)?, status(Marks::Conservative)?))
    })?;
    Ok(Report {
        account: key.to_string(),
        owner: account.owner.to_string(),
        status: match book.status {
            Status::Normal => "normal",
            Status::Liquidation { .. } => "liquidation",
        },
        cash: i64::try_from(book.cash)?,
        debt: i64::try_from(account.debt)?,
        claims: account
            .claims()
            .iter()
            .filter(|claim| claim.is_paid_in_part == 0)
            .map(|claim| claim.amount)
            .sum::<u64>()
            .try_into()?,
        positions: held,
        equity: status.equity.0,
        unpaid: status.unpaid.0,
        initial: status.initial.0,
        maintenance: status.maintenance.0,
        target: status.target.0,
        cash_need_initial: status.cash_need.initial.0,
        cash_need_maintenance: status.cash_need.maintenance.0,
        free_cash: free_cash(&prudent),
        liquidatable: status.is_liquidatable(),
        only_reductions,
    })
}

/// Returns what a withdrawal may take: nothing while there is debt.
fn free_cash(prudent: &MarginStatus) -> i64 {
    let of_equity = prudent.paid_equity().0.saturating_sub(prudent.initial.0.max(0));
    let of_cash = prudent.cash.0.saturating_sub(prudent.cash_need.initial.0.max(0));
    if prudent.debt.0 > 0 {
        return 0;
    }
    of_equity.min(of_cash).min(prudent.cash.0).max(0)
}

/// `options margin`.
///
/// # Errors
/// Why the account cannot be valued.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = if common.account.is_some() {
        None
    } else {
        Some(common.signer()?)
    };
    let (key, account) = common.member(client, signer.as_ref())?;
    let mut supposed = Supposed::default();
    for leg in &args.leg {
        supposed.add(leg, client)?;
    }
    let report = report_with(client, &key, &account, &supposed)?;
    if args.json {
        return Ok(serde_json::to_string_pretty(&report)?);
    }
    Ok(table(&report, client.decimals()))
}

fn table(report: &Report, decimals: u8) -> String {
    let amount = |units: i64| show(i128::from(units), decimals);
    let mut lines = vec![format!(
        "margin account {}, owner {}, {}",
        report.account, report.owner, report.status
    )];
    if !report.positions.is_empty() {
        lines.push(format!(
            "{:<26} {:>14} {:>18} {:>18} {:>18} {:>14} {:>14}",
            "series", "size", "mark", "fair", "delta", "vega/point", "theta/day"
        ));
    }
    for held in &report.positions {
        lines.push(format!(
            "{:<26} {:>14} {:>18} {:>18} {:>18} {:>14} {:>14}",
            held.series,
            amount(held.quantity),
            amount(held.worth.mark),
            amount(held.worth.fair),
            amount(held.worth.delta),
            amount(held.worth.vega),
            amount(held.worth.theta)
        ));
    }
    for (name, units) in [
        ("cash", report.cash),
        ("debt", report.debt),
        ("claims", report.claims),
        ("equity", report.equity),
        ("of that, not paid yet", report.unpaid),
        ("initial margin", report.initial),
        ("maintenance margin", report.maintenance),
        ("cash needed to open", report.cash_need_initial),
        ("cash needed to stay", report.cash_need_maintenance),
        ("free cash", report.free_cash),
    ] {
        lines.push(format!("{name:<26} {:>18}", amount(units)));
    }
    if report.liquidatable {
        lines.push("a liquidation may begin".to_owned());
    }
    if let Some(reason) = &report.only_reductions {
        lines.push(format!("positions may only be reduced: {reason}"));
    }
    lines.join("\n")
}
