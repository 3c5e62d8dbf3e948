//! `ballast options take` and `cancel`: a taker trades on a quote; a maker takes quotes back.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::quote::{scope, word, QuoteFile};
use crate::commands::options::{rules, Common};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::quote::Quote;
use ballast_core_clearing::trade;
use ballast_core_market::admission::PriceUse;
use ballast_core_types::Lots;
use ballast_files::decode;
use ballast_options::state::{MarginAccount, SeriesKey};
use ballast_sdk::instructions::options::{self as ix, Parties};
use ballast_sdk::quotes::SignedQuote;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::path::PathBuf;

/// Trades on a quote that a maker has signed. Creates the series if nobody has
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The quote, as `options quote` writes it
    quote: PathBuf,
    /// How much of it, in units of the asset (default: all that is left)
    #[arg(long)]
    size: Option<String>,
}

/// Takes quotes back: one by its nonce, or all
#[derive(clap::Args, Debug)]
pub struct CancelArgs {
    /// The quote's nonce
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    nonce: Option<u64>,
    /// Every quote with a nonce up to the highest that was used
    #[arg(long)]
    all: bool,
    /// With --all: every quote with a lower nonce than this, used or not
    #[arg(long, requires = "all", value_name = "NONCE")]
    up_to: Option<u64>,
}

/// What was traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traded {
    /// Lots.
    pub quantity: i64,
    /// Base units that changed hands.
    pub premium: u64,
}

/// Returns the quote, found to be one that the house would take from this taker now, and what is
/// left of it, lots.
///
/// # Errors
/// The rule that refuses it.
pub fn check(client: &mut OptionsClient, signed: &SignedQuote, taker: &Pubkey) -> Result<(Quote, i64)> {
    let quote = Quote::decode(&signed.message).map_err(|refusal| anyhow!("{}", rules::quote(&refusal.into(), 0)))?;
    // A program cannot read the genesis hash: that the house is of this cluster is for whoever
    // trades to see.
    let genesis = client.cluster.genesis()?;
    if client.house.cluster != genesis {
        bail!(
            "the house {} was created for another cluster than this node's",
            client.keys.house
        );
    }
    let maker = Pubkey::new_from_array(quote.scope.maker);
    let account = client.account(&maker).context("the quote's maker")?;
    let slot = client.cluster.clock()?.slot;
    let here = scope(client, &SeriesKey::from(&quote.scope.series), &maker)?;
    let quote = signed.check(&here, &account.quote_signer, &taker.to_bytes(), slot);
    let quote = quote.map_err(|error| anyhow!("{}", rules::quote(&error, slot)))?;
    let mut nonces = account.quotes();
    let filled = nonces.filled(quote.nonce);
    let filled = filled.map_err(|refusal| {
        anyhow!(
            "nonce {} does not hold any more: {}",
            quote.nonce.0,
            rules::nonce(&refusal, client)
        )
    })?;
    let left = quote.size.0.saturating_sub_unsigned(filled).max(0);
    // Said by the rule itself, so that cancelled and filled are told apart.
    let fill = nonces.fill(quote.nonce, quote.size, Lots(left.max(1)));
    fill.map_err(|refusal| anyhow!("nothing is left of the quote: {}", rules::nonce(&refusal, client)))?;
    Ok((quote, left))
}

/// Trades on a quote, and creates its expiry and series before if need be.
///
/// # Errors
/// The rule that refuses it.
pub fn take(
    client: &mut OptionsClient,
    signed: &SignedQuote,
    taker: &(Pubkey, MarginAccount),
    signer: &Keypair,
    quantity: Option<i64>,
) -> Result<Traded> {
    let (quote, left) = check(client, signed, &signer.pubkey())?;
    let quantity = quantity.unwrap_or(left);
    if quantity > left {
        let (left, wanted) = (
            show(i128::from(left), client.decimals()),
            show(i128::from(quantity), client.decimals()),
        );
        bail!("--size: {wanted} is more than the {left} that are left of the quote");
    }
    let series = SeriesKey::from(&quote.scope.series);
    create(client, &series, signer)?;
    let (maker, (key, account)) = (Pubkey::new_from_array(quote.scope.maker), taker);
    let made = client.account(&maker)?;
    let markets = client.markets_of(&[account, &made], Some(series.market));
    let parties = Parties {
        owner: signer.pubkey(),
        taker: *key,
        maker,
    };
    client.refresh_prices(&markets, PriceUse::Margin, signer)?;
    // The first instruction of a transaction of the desk asks for compute units.
    let accounts = ix::TradeAccounts {
        house: &client.keys,
        series: &series,
        parties: &parties,
        markets: &markets,
    };
    let all = ix::take_quote(&accounts, signed, quantity, 1);
    client.send(&all, &[signer])?;
    let lots_per_unit = client.house.params().lots_per_unit();
    let premium = trade::premium(Lots(quantity), quote.price, lots_per_unit, quote.side.opposite());
    Ok(Traded {
        quantity,
        premium: premium.ok_or_else(|| anyhow!("the premium does not fit"))?,
    })
}

/// Creates an expiry and a series that do not exist.
///
/// # Errors
/// The rule of the listing grid that refuses it.
pub fn create(client: &mut OptionsClient, series: &SeriesKey, payer: &Keypair) -> Result<()> {
    let accounts = client.keys.series(series);
    let market = client.markets.get(usize::from(series.market)).copied();
    let market = market.ok_or_else(|| anyhow!("the house has no market {}", series.market))?;
    let found = client.cluster.accounts(&[accounts.expiry, accounts.series])?;
    let mut all = Vec::new();
    if found.first().is_some_and(Option::is_none) {
        all.push(ix::create_expiry(
            &client.keys,
            &payer.pubkey(),
            series.market,
            series.expiry,
        ));
    }
    if found.last().is_some_and(Option::is_none) {
        all.push(ix::create_series(&client.keys, &payer.pubkey(), &market, *series));
    }
    if all.is_empty() {
        return Ok(());
    }
    let name = client.name(series);
    client.refresh_prices(&[market], PriceUse::Margin, payer)?;
    client
        .send(&all, &[payer])
        .with_context(|| format!("{name} could not be created"))
}

/// `options take`.
///
/// # Errors
/// The rule that refuses it.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let path = args.quote.display();
    let text = decode::whole(&args.quote)?;
    let file: QuoteFile = serde_json::from_str(&text).with_context(|| format!("{path} is no quote"))?;
    let signed = file
        .signed(&client.names, client.decimals())
        .with_context(|| path.to_string())?;
    let taker = common.member(client, Some(&signer))?;
    let size = args.size.as_deref().map(|text| parse(text, client.decimals()));
    let size = size.transpose().context("--size")?.map(i64::try_from).transpose()?;
    let traded = take(client, &signed, &taker, &signer, size)?;
    let (decimals, cash) = (client.decimals(), client.account(&taker.0)?.cash);
    let quote = Quote::decode(&signed.message).map_err(|refusal| anyhow!("{}", rules::quote(&refusal.into(), 0)))?;
    Ok(format!(
        "{} {} {} at {} for {}; cash {}",
        if quote.side == trade::Side::Sell {
            "bought"
        } else {
            "sold"
        },
        show(i128::from(traded.quantity), decimals),
        file.series,
        file.price,
        show(i128::from(traded.premium), decimals),
        show(i128::from(cash), decimals)
    ))
}

/// `options cancel`.
///
/// # Errors
/// The rule that refuses it.
pub fn cancel(args: &CancelArgs, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let (key, _) = common.member(client, Some(&signer))?;
    let instruction = match args.nonce {
        Some(nonce) => ix::cancel_quote(&signer.pubkey(), &key, nonce),
        None => ix::cancel_all_quotes(&signer.pubkey(), &key, args.up_to),
    };
    client.send(&[instruction], &[&signer])?;
    let least = client.account(&key)?.min_nonce;
    Ok(match args.nonce {
        Some(nonce) => format!("the quote with nonce {nonce} is cancelled"),
        None => format!("quotes with a nonce below {least} are cancelled"),
    })
}

/// Returns a trade in words, for whoever watches.
pub fn describe(client: &OptionsClient, quote: &Quote, traded: &Traded) -> String {
    let side = word(quote.side.opposite());
    let series = client.name(&SeriesKey::from(&quote.scope.series));
    let (size, premium) = (
        show(i128::from(traded.quantity), client.decimals()),
        show(i128::from(traded.premium), client.decimals()),
    );
    format!("{side} {size} {series} for {premium}")
}
