//! `ballast options liquidate`: who fails, and a share of what they hold. `transfer` moves a
//! position between accounts of one owner, such as from the account that took it.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::{words, OptionsClient};
use crate::commands::options::name;
use crate::commands::options::rules;
use crate::commands::options::Common;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::liquidation::{began_at, price_take, Fund, LiquidationError, Share, Take};
use ballast_core_clearing::margin::FailingBook;
use ballast_core_market::admission::PriceUse;
use ballast_options::clearing::MarginScratch;
use ballast_options::markets::Purpose;
use ballast_options::state::MarginAccount;
use ballast_rpc::args::address;
use ballast_sdk::instructions::options::{self as ix, Parties, TakeTerms};
use serde::Serialize;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Shows which accounts fail, or takes a share of everything that one of them holds
///
/// The share goes to a margin account of yours that holds cash and nothing else. If the liquidation
/// has not begun it is begun, at no discount yet: come again as the discount grows.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The account that fails (default: show all that do)
    failing: Option<String>,
    /// Share of everything, in per cent; no more than suffices is taken
    #[arg(long, default_value = "100", value_name = "PERCENT")]
    share: String,
    /// The most to pay for it (default: what it costs now and a per cent more)
    #[arg(long, value_name = "AMOUNT")]
    limit: Option<String>,
    /// Print JSON; amounts are whole base units
    #[arg(long)]
    json: bool,
}

/// Moves a position, or a part of it, to another margin account of its owner
#[derive(clap::Args, Debug)]
pub struct TransferArgs {
    /// The series, such as BTC-27NOV26-52000-C
    series: String,
    /// The account it goes to; --account names the one it is in
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// How much, in units of the asset (default: all)
    #[arg(long)]
    size: Option<String>,
}

/// An account that fails, and what a take of it would come to. Amounts are base units.
#[derive(Clone, Debug, Serialize)]
pub struct Failing {
    /// Its address.
    pub account: String,
    /// Whether its liquidation is under way.
    pub begun: bool,
    /// What it is worth.
    pub equity: i64,
    /// What it has to be lest a liquidation begin, and for one to end.
    pub maintenance: i64,
    /// See `maintenance`.
    pub target: i64,
    /// The share that suffices, in billionths; none where nothing can be taken now.
    pub permitted: Option<u64>,
    /// What that costs; negative where the liquidator is paid.
    pub payment: Option<i64>,
    /// What it is worth beyond that.
    pub discount: Option<i64>,
    /// Why nothing can be taken, if so.
    pub refused: Option<String>,
}

/// What a take would come to now.
pub struct Offer {
    /// Where the account stands.
    pub book: FailingBook,
    /// The take, or the rule that refuses it.
    pub take: Result<Take, LiquidationError>,
}

/// Returns what a take of an account would come to, by the clearing house's own code.
///
/// # Errors
/// Why a market cannot be read.
pub fn offer(client: &mut OptionsClient, account: &MarginAccount, asked: Share) -> Result<Offer> {
    let book = account.book().map_err(|error| anyhow!("{}", words(&error)))?;
    let insurance = client.account(&client.keys.insurance.clone())?.cash;
    let markets = client.markets_of(&[account], None);
    let house_day = client.house.fund_day();
    client.with_context(Purpose::Liquidate, &markets, &[&book], |context, _| {
        let failing = MarginScratch::new().failing_book(&book, context);
        let failing = failing.map_err(|error| anyhow!("{}", words(&error)))?;
        let fund = Fund {
            cash: insurance,
            day: house_day.at(context.now, insurance),
        };
        Ok(Offer {
            take: price_take(&book, &failing, &fund, &context.house, context.now, asked),
            book: *failing,
        })
    })
}

/// Returns all accounts that fail, or are being liquidated.
///
/// # Errors
/// A cluster that cannot be used.
pub fn failing(client: &mut OptionsClient) -> Result<Vec<Failing>> {
    let now = client.cluster.clock()?.unix_timestamp;
    let mut all = Vec::new();
    for (key, account) in client.accounts()? {
        if account.positions().is_empty() {
            continue;
        }
        let Offer { book, take } = offer(client, &account, Share::WHOLE)?;
        let begun = account.book().is_ok_and(|book| began_at(&book, now).is_some());
        if !begun && !book.status.is_liquidatable() {
            continue;
        }
        all.push(Failing {
            account: key.to_string(),
            begun,
            equity: book.status.equity.0,
            maintenance: book.status.maintenance.0,
            target: book.status.target.0,
            permitted: take.ok().map(|take| take.permitted.0),
            payment: take.ok().map(|take| take.cost().0),
            discount: take.ok().map(|take| take.discount.0),
            refused: take.err().map(|refusal| refused(&refusal)),
        });
    }
    Ok(all)
}

/// `options liquidate`.
///
/// # Errors
/// The rule that refused it.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let decimals = client.decimals();
    let Some(text) = &args.failing else {
        let all = failing(client)?;
        if args.json {
            return Ok(serde_json::to_string_pretty(&all)?);
        }
        return Ok(table(&all, decimals));
    };
    let share = share(&args.share)?;
    let key = address(text, "the account that fails")?;
    let account = client.account(&key)?;
    let signer = common.signer()?;
    let markets = client.markets_of(&[&account], None);
    client.refresh_prices(&markets, PriceUse::Exit, &signer)?;
    let now = client.cluster.clock()?.unix_timestamp;
    let book = account.book().map_err(|error| anyhow!("{}", words(&error)))?;
    if began_at(&book, now).is_none() {
        client.send(&[ix::begin_liquidation(&client.keys, &key, &markets)], &[&signer])?;
        return Ok(format!(
            "the liquidation of {key} has begun: its discount grows from nothing to all of its equity in a quarter of an hour"
        ));
    }
    let (mine, own) = common.member(client, Some(&signer))?;
    if !own.book().is_ok_and(|book| book.holds_cash_alone()) {
        bail!("margin account {mine} holds more than cash: open another one and name it with --account");
    }
    let take = offer(client, &account, share)?.take;
    let take = take.map_err(|refusal| anyhow!("nothing can be taken of {key} now: {}", refused(&refusal)))?;
    let terms = match &args.limit {
        Some(text) => TakeTerms {
            share: share.0,
            max_payment: i64::try_from(parse(text, decimals)?)?,
        },
        None => TakeTerms {
            share: share.0,
            ..terms_of(&take)
        },
    };
    let parties = Parties {
        owner: signer.pubkey(),
        taker: mine,
        maker: key,
    };
    let instruction = ix::liquidate(&client.keys, &parties, &markets, &terms);
    client
        .send(&[instruction], &[&signer])
        .with_context(|| format!("nothing was taken of {key}"))?;
    let after = client.account(&mine)?;
    let (cash, before) = (i128::from(after.cash), i128::from(own.cash));
    let paid = before - cash;
    let mut lines = vec![if paid >= 0 {
        format!("{mine} paid {} for:", show(paid, decimals))
    } else {
        format!("{mine} was paid {} for:", show(-paid, decimals))
    }];
    for position in after.positions() {
        let size = show(i128::from(position.quantity), decimals);
        lines.push(format!("{:<26} {size:>14}", name::of(&position.series, &client.names)));
    }
    Ok(lines.join("\n"))
}

/// `options transfer`.
///
/// # Errors
/// The rule that refused it.
pub fn transfer(args: &TransferArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (from, account) = common.member(client, Some(&signer))?;
    let to = address(&args.to, "--to")?;
    let other = client.account(&to)?;
    let series = client.series(&args.series)?;
    let held = account.positions().iter().find(|position| position.series == series);
    let held = held.ok_or_else(|| anyhow!("margin account {from} has no {}", args.series))?;
    let quantity = match &args.size {
        Some(text) => i64::try_from(parse(text, client.decimals())?)? * held.quantity.signum(),
        None => held.quantity,
    };
    let parties = Parties {
        owner: signer.pubkey(),
        taker: from,
        maker: to,
    };
    let markets = client.markets_of(&[&account, &other], None);
    client.refresh_prices(&markets, PriceUse::Margin, &signer)?;
    let transfer = ix::transfer_position(&client.keys, &series, &parties, &markets, quantity);
    client.send(&[transfer], &[&signer])?;
    let size = show(i128::from(quantity), client.decimals());
    Ok(format!("{size} {} moved from {from} to {to}", args.series))
}

/// Returns the terms of a take as it was worked out, for what it costs then and a per cent more.
pub fn terms_of(take: &Take) -> TakeTerms {
    let cost = take.cost().0;
    TakeTerms {
        share: take.share.0,
        max_payment: cost.saturating_add(cost.abs() / 100),
    }
}

/// Moves every position of an account that took to another one of its owner.
///
/// # Errors
/// The rule that refused it.
pub fn bring_home(client: &mut OptionsClient, signer: &Keypair, desk: Pubkey, home: Pubkey) -> Result<()> {
    for position in client.account(&desk)?.positions().to_vec() {
        let (taken, own) = (client.account(&desk)?, client.account(&home)?);
        let markets = client.markets_of(&[&taken, &own], Some(position.series.market));
        let parties = Parties {
            owner: signer.pubkey(),
            taker: desk,
            maker: home,
        };
        let transfer = ix::transfer_position(&client.keys, &position.series, &parties, &markets, position.quantity);
        client.refresh_prices(&markets, PriceUse::Margin, signer)?;
        client.send(&[transfer], &[signer])?;
    }
    Ok(())
}

/// Returns why nothing can be taken, in words.
pub(crate) fn refused(refusal: &LiquidationError) -> String {
    let percent = |share: &Share| share.0 as f64 / 1e7;
    match refusal {
        LiquidationError::Share { asked, permitted } => format!(
            "a share of {} % is too small: {:.3} % suffices, and 1 % is the least of more than that",
            percent(asked),
            percent(permitted)
        ),
        other => rules::named(other),
    }
}

/// Reads a share in per cent, with at most seven places.
fn share(text: &str) -> Result<Share> {
    let parts = parse(text, 7).ok().filter(|parts| *parts <= Share::WHOLE.0);
    let parts = parts.ok_or_else(|| {
        anyhow!("--share: {text} is no share: a number of per cent above 0 and up to 100, such as 12.5")
    })?;
    Ok(Share(parts))
}

fn table(all: &[Failing], decimals: u8) -> String {
    if all.is_empty() {
        return "no account fails".to_owned();
    }
    let amount = |units: i64| show(i128::from(units), decimals);
    let mut lines = vec![format!(
        "{:<44} {:>16} {:>16} {:>9} {:>16} {:>14}",
        "account", "equity", "maintenance", "share", "payment", "discount"
    )];
    for Failing {
        account,
        equity,
        maintenance,
        permitted,
        payment,
        discount,
        refused,
        ..
    } in all
    {
        let start = format!("{account:<44} {:>16} {:>16}", amount(*equity), amount(*maintenance));
        lines.push(match (permitted, payment, discount) {
            (Some(permitted), Some(payment), Some(discount)) => format!(
                "{start} {:>8.3}% {:>16} {:>14}",
                *permitted as f64 / 1e7,
                amount(*payment),
                amount(*discount)
            ),
            _ => format!("{start} {}", refused.as_deref().unwrap_or_default()),
        });
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_of_per_cent() {
        for (text, expected) in [
            ("100", 1_000_000_000),
            ("1", 10_000_000),
            ("12.5", 125_000_000),
            ("0.0000001", 1),
        ] {
            assert_eq!(share(text).unwrap(), Share(expected), "{text}");
        }
        for text in ["0", "-1", "100.1", "half", "0.00000001"] {
            let error = share(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("per cent"), "{error}");
        }
    }
}
