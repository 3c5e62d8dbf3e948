//! `ballast options auction open|take|cancel|show`.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::name;
use crate::commands::options::quote::SideArg;
use crate::commands::options::take::create;
use crate::commands::options::{auction_key, rules, Common};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use ballast_core_clearing::auction::Auction;
use ballast_core_clearing::trade::Side;
use ballast_core_market::admission::PriceUse;
use ballast_options::state::AuctionOffer;
use ballast_options::OpenAuctionArgs;
use ballast_options_client::quote_file::word;
use ballast_sdk::instructions::options::{self as ix, Parties};
use serde::Serialize;
use solana_signer::Signer;

/// Offers a size at a price that moves from one bound to another; anyone takes part or all
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Open(OpenArgs),
    Take(TakeArgs),
    Cancel(CancelArgs),
    Show(ShowArgs),
}

/// Opens an auction: nothing is locked, margin is checked at each take
#[derive(clap::Args, Debug)]
struct OpenArgs {
    /// The series, such as BTC-27NOV26-52000-C
    series: String,
    /// What its owner does
    #[arg(value_enum)]
    side: SideArg,
    /// How much, in units of the asset
    #[arg(long)]
    size: String,
    /// The price it begins with: who sells begins high, who buys begins low
    #[arg(long, value_name = "PRICE")]
    start: String,
    /// The price it ends with: the owner's limit
    #[arg(long, value_name = "PRICE")]
    end: String,
    /// How long it lasts, seconds: a week at most
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// When it begins, seconds from now
    #[arg(long, default_value_t = 0)]
    delay: u32,
    /// Its number among the account's (default: the slot)
    #[arg(long)]
    number: Option<u64>,
}

/// Takes part or all of an auction at the price of the moment
#[derive(clap::Args, Debug)]
struct TakeArgs {
    /// Its address
    auction: String,
    /// How much, in units of the asset (default: all that is left)
    #[arg(long)]
    size: Option<String>,
    /// Pay no more than this, or get no less (default: the price of now)
    #[arg(long, value_name = "PRICE")]
    limit: Option<String>,
}

/// Ends an auction: its owner at any time, anyone when it is over
#[derive(clap::Args, Debug)]
struct CancelArgs {
    /// Its address, or its number among the account's
    auction: String,
}

/// Shows the auctions of the house
#[derive(clap::Args, Debug)]
struct ShowArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// `options auction`.
///
/// # Errors
/// The rule that refuses it.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    match &args.command {
        Command::Open(args) => open(args, common, client),
        Command::Take(args) => take(args, common, client),
        Command::Cancel(args) => cancel(args, common, client),
        Command::Show(args) => list(args, client),
    }
}

fn open(args: &OpenArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, _) = common.member(client, Some(&signer))?;
    let series = client.series(&args.series)?;
    let decimals = client.decimals();
    let amount = |text: &str, what: &str| parse(text, decimals).with_context(|| what.to_owned());
    let slot = client.cluster.clock()?.slot;
    let described = OpenAuctionArgs {
        number: args.number.unwrap_or(slot),
        side: Side::from(args.side).byte(),
        quantity: i64::try_from(amount(&args.size, "--size")?)?,
        start_price: amount(&args.start, "--start")?,
        end_price: amount(&args.end, "--end")?,
        delay_seconds: args.delay,
        seconds: args.seconds,
    };
    create(client, &series, &signer)?;
    let open = ix::open_auction(&client.keys, &signer.pubkey(), &key, &series, described);
    client.send(&[open], &[&signer])?;
    let auction = ballast_sdk::addresses::auction(&key, described.number);
    Ok(format!("auction {auction}, number {}", described.number))
}

fn found(client: &mut OptionsClient, key: &Pubkey) -> Result<(AuctionOffer, Auction)> {
    let raw = client
        .cluster
        .find(key)?
        .ok_or_else(|| anyhow!("there is no auction at {key}"))?;
    let offer = raw.auction()?;
    let auction = offer
        .auction()
        .map_err(|error| anyhow!("{}", crate::commands::options::client::words(&error)))?;
    Ok((offer, auction))
}

fn take(args: &TakeArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, account) = common.member(client, Some(&signer))?;
    let named = auction_key(&args.auction, &key)?;
    let (offer, auction) = found(client, &named)?;
    let now = client.cluster.clock()?.unix_timestamp;
    let price = auction
        .price(now)
        .map_err(|refusal| anyhow!("the auction has no price now: {}", rules::named(&refusal)))?;
    let limit = args.limit.as_deref().map(|text| parse(text, client.decimals()));
    let limit = limit.transpose().context("--limit")?.unwrap_or(price.0);
    let size = args.size.as_deref().map(|text| parse(text, client.decimals()));
    let size = size
        .transpose()
        .context("--size")?
        .map(i64::try_from)
        .transpose()?
        .unwrap_or(offer.left);
    let made = client.account(&offer.account)?;
    let markets = client.markets_of(&[&account, &made], Some(offer.key.market));
    let parties = Parties {
        owner: signer.pubkey(),
        taker: key,
        maker: offer.account,
    };
    let before = account.cash;
    let signed = if auction.side == Side::Sell { size } else { -size };
    let trade = ix::TradeAccounts {
        house: &client.keys,
        parties: &parties,
        markets: &markets,
    };
    let take = ix::AuctionTake {
        number: offer.number,
        quantity: signed,
        limit_price: limit,
    };
    let take = ix::take_auction(&trade, &offer.key, take);
    client.refresh_prices(&markets, PriceUse::Margin, &signer)?;
    client.send(&[take], &[&signer])?;
    let after = client.account(&key)?.cash;
    Ok(format!(
        "{} {} {}; cash went from {} to {}",
        if auction.side == Side::Sell { "bought" } else { "sold" },
        show(i128::from(size), client.decimals()),
        client.name(&offer.key),
        show(i128::from(before), client.decimals()),
        show(i128::from(after), client.decimals())
    ))
}

fn cancel(args: &CancelArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    // A number is one among the signer's own; an address needs no account.
    let own = if args.auction.parse::<u64>().is_ok() {
        common.member(client, Some(&signer))?.0
    } else {
        Pubkey::default()
    };
    let key = auction_key(&args.auction, &own)?;
    let (offer, _) = found(client, &key)?;
    let cancel = ix::cancel_auction(&signer.pubkey(), &offer.account, offer.number, &offer.payer);
    client.send(&[cancel], &[&signer])?;
    Ok(format!(
        "auction {key} is over; {} were left",
        show(i128::from(offer.left), client.decimals())
    ))
}

/// An auction as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    auction: String,
    account: String,
    number: u64,
    series: String,
    side: &'static str,
    left: String,
    start: String,
    end: String,
    begins: String,
    ends: String,
    price_now: Option<String>,
}

fn list(args: &ShowArgs, client: &mut OptionsClient) -> Result<String> {
    let now = client.cluster.clock()?.unix_timestamp;
    let mut shown = Vec::new();
    for (key, offer) in client.auctions()? {
        let amount = |units: u64| show(i128::from(units), client.decimals());
        let Ok(auction) = offer.auction() else { continue };
        shown.push(Shown {
            auction: key.to_string(),
            account: offer.account.to_string(),
            number: offer.number,
            series: client.name(&offer.key),
            side: word(auction.side),
            left: show(i128::from(offer.left), client.decimals()),
            start: amount(offer.start_price),
            end: amount(offer.end_price),
            begins: name::moment(offer.begins_at),
            ends: name::moment(auction.ends_at()),
            price_now: auction.price(now).ok().map(|price| amount(price.0)),
        });
    }
    if args.json {
        return Ok(serde_json::to_string_pretty(&shown)?);
    }
    let line = |auction: &Shown| {
        let price = auction.price_now.as_deref().unwrap_or("none now");
        format!(
            "{}  {:<4} {} {}  {} to {} until {}  price {price}",
            auction.auction, auction.side, auction.left, auction.series, auction.start, auction.end, auction.ends
        )
    };
    let lines: Vec<String> = shown.iter().map(line).collect();
    Ok(if lines.is_empty() {
        "no auctions".to_owned()
    } else {
        lines.join("\n")
    })
}
