//! `ballast vault deposit|redeem`: a request, with what it would come to at the price there is.

use super::client::{ago, decimal, stretch, VaultClient};
use super::preview::{closes_in, preview, taking, Preview};
use super::{operator, Common};
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_types::{Ratio, UnixTime};
use ballast_core_vault::batch::queue::Request;
use ballast_core_vault::batch::{Class, Side, REFERENCE_SECONDS};
use ballast_rpc::amount::parse;
use ballast_rpc::tokens;
use ballast_sdk::instructions::batches::{open_batch, request_deposit_by, request_redeem_by, RequestArgs};
use ballast_sdk::instructions::{self, Holder};
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A mark younger than this serves as a reference: what is left of its five minutes is enough to
/// send the request in.
const YOUNG_SECONDS: i64 = REFERENCE_SECONDS - 60;

/// Asks to come in: quote tokens for shares at the price of the batch
#[derive(clap::Args, Debug)]
pub struct DepositArgs {
    /// How much, in the quote token
    amount: String,
    #[command(flatten)]
    terms: Terms,
}

/// Asks to leave: shares for quote tokens at the price of the batch
#[derive(clap::Args, Debug)]
pub struct RedeemArgs {
    /// How many shares; all of them: all
    shares: String,
    #[command(flatten)]
    terms: Terms,
}

/// What a request says besides its amount
#[derive(clap::Args, Debug)]
struct Terms {
    /// Take everything back unless the price is at most 1 % worse than that of now
    #[arg(long)]
    within_one_percent: bool,

    /// For this holder, who has made who signs their operator: see vault operator (default: who
    /// signs)
    #[arg(long, value_name = "ADDRESS")]
    holder: Option<String>,

    /// Say what it would come to, and send nothing
    #[arg(long)]
    dry_run: bool,
}

/// Who asks, and for whom: the same, or an operator for a holder.
struct Party {
    signer: Keypair,
    holder: Holder,
}

impl Party {
    fn of(terms: &Terms, common: &Common, client: &mut VaultClient) -> Result<Self> {
        let (signer, holder) = (common.signer()?, common.holder(terms.holder.as_deref())?);
        operator::check(&holder, &signer.pubkey(), client)?;
        Ok(Self {
            signer,
            holder: client.holder(&holder),
        })
    }
}

/// `vault deposit`.
///
/// # Errors
/// The rule that refused it.
pub fn deposit(args: &DepositArgs, common: &Common, client: &mut VaultClient) -> Result<String> {
    let amount = parse(&args.amount, client.decimals)?;
    let party = Party::of(&args.terms, common, client)?;
    match client.balance(&party.holder.quote)? {
        Some(held) if held >= amount => {}
        found => bail!(
            "the token account {} has {} of the quote token {}, not {} (on a local network: vault faucet AMOUNT)",
            party.holder.quote,
            client.show(found.unwrap_or(0)),
            client.reader.keys.quote_mint,
            client.show(amount)
        ),
    }
    request(Side::Deposit, amount, &args.terms, &party, client)
}

/// `vault redeem`.
///
/// # Errors
/// The rule that refused it.
pub fn redeem(args: &RedeemArgs, common: &Common, client: &mut VaultClient) -> Result<String> {
    let party = Party::of(&args.terms, common, client)?;
    let held = client.balance(&party.holder.shares)?.unwrap_or(0);
    let amount = match args.shares.as_str() {
        "all" => held,
        text => parse(text, client.decimals)?,
    };
    if amount == 0 || amount > held {
        bail!(
            "the token account {} has {} shares of this vault{}",
            party.holder.shares,
            client.show(held),
            if amount == 0 { "" } else { "; that is less" }
        );
    }
    let least = client.cluster.account(&client.reader.keys.vault)?.vault()?.unit;
    if amount < least && amount < held {
        bail!(
            "{} is less than the least redemption, {} or all",
            client.show(amount),
            client.show(least)
        );
    }
    request(Side::Redemption, amount, &args.terms, &party, client)
}

fn request(side: Side, amount: u64, terms: &Terms, party: &Party, client: &mut VaultClient) -> Result<String> {
    let (mut snapshot, observe) = client.snapshot()?;
    check_size(side, amount, &snapshot, client)?;
    let mut before = Vec::new();
    let reference = if terms.within_one_percent {
        let (reference, mark) = reference(&mut snapshot).context("--within-one-percent")?;
        if let Some(mark) = mark {
            before.extend(observe);
            before.push(mark);
        }
        Some(reference)
    } else {
        None
    };
    let asked = Request {
        side,
        amount,
        class: if reference.is_some() {
            Class::WithinOnePercent
        } else {
            Class::AnyPrice
        },
        reference,
    };
    let number = client.next_number(&party.holder.key)?;
    let said = say(client, &snapshot, &asked, number);
    if terms.dry_run {
        return Ok(format!("{said}\nnothing was sent"));
    }
    before.extend(sent(client, &snapshot, party, &asked, number));
    client.send(&before, &party.signer)?;
    Ok(format!("{said}\nsee: vault status"))
}

/// Refuses what the program would refuse for its size, with the numbers.
fn check_size(side: Side, amount: u64, snapshot: &Snapshot, client: &mut VaultClient) -> Result<()> {
    let (vault, asked) = (&snapshot.vault, client.show(amount));
    let least = vault.least_deposit();
    match side {
        Side::Deposit if amount < least => {
            bail!("{asked} is less than the least deposit, {}", client.show(least))
        }
        Side::Deposit => {
            let taken = u64::try_from(vault.nav.max(0)).unwrap_or(0);
            let taken = taken.saturating_add(vault.ledger.pending_deposits);
            let room = vault.policy.deposit_cap.saturating_sub(taken);
            if amount > room {
                bail!(
                    "{asked} is more than the vault takes: {} up to its cap",
                    client.brief(room)
                );
            }
        }
        // All that a holder has may be less: `redeem all`.
        Side::Redemption => {}
    }
    Ok(())
}

/// Returns the reference that a request names: that of its batch, or the last mark; where that is
/// old, a new one, and the instruction that makes it.
fn reference(snapshot: &mut Snapshot) -> Result<(Ratio, Option<Instruction>)> {
    let (_, batch) = taking(snapshot);
    if let Some(reference) = batch.reference {
        return Ok((reference, None));
    }
    let now = UnixTime(snapshot.clock.unix_timestamp);
    let mark = snapshot.state.share_mark;
    if now.seconds_since(mark.at) < YOUNG_SECONDS {
        return Ok((mark.value, None));
    }
    let appraisal = snapshot.valued();
    let marked = appraisal.map(|appraisal| appraisal.share_mark);
    snapshot.state.share_mark = marked.ok_or_else(|| anyhow!("there is no price or no venue to mark the vault by"))?;
    Ok((
        snapshot.state.share_mark.value,
        Some(instructions::mark(&snapshot.keys, None)),
    ))
}

/// Returns the instructions of a request.
fn sent(client: &VaultClient, snapshot: &Snapshot, party: &Party, asked: &Request, ticket: u64) -> Vec<Instruction> {
    let (by, holder) = (&party.signer.pubkey(), &party.holder);
    let keys = &client.reader.keys;
    let (batch, _) = taking(snapshot);
    let args = RequestArgs {
        ticket,
        amount: asked.amount,
        within_one_percent_of: asked.reference.map(Into::into),
    };
    let (bought, request) = match asked.side {
        Side::Deposit => (keys.shares(), request_deposit_by(by, keys, holder, batch, args)),
        Side::Redemption => (keys.quote(), request_redeem_by(by, keys, holder, batch, args)),
    };
    vec![
        tokens::open_wallet(by, &holder.key, &bought),
        open_batch(keys, by, batch),
        request,
    ]
}

/// Returns what a request is, what it would come to, and what happens next.
fn say(client: &VaultClient, snapshot: &Snapshot, asked: &Request, ticket: u64) -> String {
    let (number, _) = taking(snapshot);
    let amount = client.show(asked.amount);
    let what = match asked.side {
        Side::Deposit => format!("a deposit of {amount}"),
        Side::Redemption => format!("{amount} shares leave"),
    };
    let class = match asked.reference {
        Some(reference) => format!("within 1 % of {}", decimal(reference)),
        None => "at any price".to_owned(),
    };
    let mut lines = vec![format!("ticket {ticket} in batch {number}: {what}, {class}")];
    lines.push(match preview(snapshot, asked) {
        Ok(seen) => come_to(client, asked, &seen),
        Err(why) => format!("what it would come to now cannot be told: {why}"),
    });
    if asked.side == Side::Redemption {
        lines.push(format!(
            "in any case, an hour after the batch opened: {}, its part of what is liquid now",
            client.brief(snapshot.part_of_liquid(asked.amount))
        ));
    }
    let closes = match closes_in(snapshot) {
        Some(seconds) => format!("in {}", stretch(seconds)),
        None => "when the one before it has been priced".to_owned(),
    };
    lines.push(format!(
        "the batch closes {closes}, and is priced by news that comes after that"
    ));
    lines.join("\n")
}

fn come_to(client: &VaultClient, asked: &Request, seen: &Preview) -> String {
    let (claim, worth) = (&seen.claim, client.brief(seen.worth));
    let mut text = format!("at the price of {} ", ago(i64::from(seen.price_age)));
    text += &match asked.side {
        _ if claim.is_returned => "it would go back whole: a breaker forbids it, or its class does".to_owned(),
        Side::Deposit => format!(
            "it buys {} shares, worth {worth} to who leaves at once",
            client.brief(claim.shares.0)
        ),
        Side::Redemption if claim.ends => format!("they pay {}, all at once", client.brief(claim.quote)),
        Side::Redemption => format!(
            "they are worth {worth}; {} can be paid, the rest as it is unwound, earlier leavers first",
            client.brief(claim.quote)
        ),
    };
    if seen.levy > 0 {
        text += &format!(
            "; a levy of {} on the batch is in that, for what it makes the vault trade",
            client.brief(seen.levy)
        );
    }
    text
}
