//! Trading on a quote, signed or posted.

use crate::amount::show;
use crate::client::OptionsClient;
use crate::offer::scope;
use crate::quote_file::decode;
use crate::rules;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::quote::Quote;
use ballast_core_clearing::trade::{self, PackageLeg, Side};
use ballast_core_market::admission::PriceUse;
use ballast_core_types::Lots;
use ballast_options::state::{MarginAccount, SeriesKey};
use ballast_sdk::instructions::options::{self as ix, Parties};
use ballast_sdk::quotes::SignedQuote;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A quote as a taker has it.
#[derive(Clone, Debug)]
pub enum Given {
    /// Signed off-chain.
    Signed(SignedQuote),
    /// Posted on the chain.
    Posted(Box<Quote>),
}

/// What was traded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traded {
    /// The legs in words, as the taker sees them.
    pub legs: String,
    /// What the taker's cash fell by, base units; negative where it rose.
    pub paid: i64,
    /// The part of that which is the fee.
    pub fee: u64,
}

/// Returns the quote, found to be one that the house would take from this taker now.
///
/// # Errors
/// The rule that refuses it.
pub fn check(client: &mut OptionsClient, given: &Given, taker: &Pubkey) -> Result<Quote> {
    let quote = match given {
        Given::Signed(signed) => decode(&signed.message)?,
        Given::Posted(quote) => **quote,
    };
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
    let clock = client.cluster.clock()?;
    let (slot, here) = (clock.slot, scope(client, &maker));
    let checked = match given {
        Given::Signed(signed) => signed
            .check(&here, &account.quote_signer, &taker.to_bytes(), slot)
            .map(|_| ()),
        Given::Posted(quote) => quote.check(&here, &taker.to_bytes(), slot).map_err(Into::into),
    };
    checked.map_err(|error| anyhow!("{}", rules::quote(&error, slot)))?;
    let holds = account.nonces().check(quote.nonce);
    holds.map_err(|refusal| {
        anyhow!(
            "nonce {} does not hold any more: {}",
            quote.nonce.0,
            rules::nonce(&refusal)
        )
    })?;
    Ok(quote)
}

/// Trades on a quote, and creates its expiries and series before if need be. Without a quantity all
/// of it.
///
/// # Errors
/// The rule that refuses it.
pub fn take(
    client: &mut OptionsClient,
    given: &Given,
    taker: &(Pubkey, MarginAccount),
    signer: &Keypair,
    quantity: Option<i64>,
) -> Result<Traded> {
    let quote = check(client, given, &signer.pubkey())?;
    let quantity = quantity.unwrap_or(quote.fill.greatest.0);
    let package = quote.package(Lots(quantity)).map_err(|_| {
        let [least, greatest, wanted] =
            [quote.fill.least.0, quote.fill.greatest.0, quantity].map(|lots| show(i128::from(lots), client.decimals()));
        anyhow!("--size: {wanted} is not from the quote's least fill, {least}, to its greatest, {greatest}")
    })?;
    for leg in quote.legs.iter() {
        create(client, &SeriesKey::from(&leg.series), signer)?;
    }
    let (maker, (key, account)) = (Pubkey::new_from_array(quote.scope.maker), taker);
    let made = client.account(&maker)?;
    let markets = client.markets_of(&[account, &made], Some(quote.market()));
    let parties = Parties {
        owner: signer.pubkey(),
        taker: *key,
        maker,
    };
    client.refresh_prices(&markets, PriceUse::Margin, signer)?;
    let accounts = ix::TradeAccounts {
        house: &client.keys,
        parties: &parties,
        markets: &markets,
    };
    let all = match given {
        Given::Signed(signed) => {
            let both = ix::take_quote(&accounts, signed, quantity);
            both.map_err(|refusal| anyhow!("{refusal:?}"))?.to_vec()
        }
        Given::Posted(quote) => vec![ix::trade_quote(&accounts, quote, quantity, true)],
    };
    let before = client.account(key)?.cash;
    client.send(&all, &[signer])?;
    let after = client.account(key)?.cash;
    let paid = i64::try_from(i128::from(before) - i128::from(after))?;
    let lots_per_unit = client.house.params().lots_per_unit();
    let premiums = package.iter().map(|leg| {
        let premium = trade::premium(leg.quantity, leg.price, lots_per_unit, leg.taker).unwrap_or_default();
        match leg.taker {
            Side::Buy => i128::from(premium),
            Side::Sell => -i128::from(premium),
        }
    });
    let fee = i128::from(paid) - premiums.sum::<i128>();
    let words = |leg: &PackageLeg| {
        format!(
            "{} {} {} at {}",
            if leg.taker == Side::Buy { "bought" } else { "sold" },
            show(i128::from(leg.quantity.0), client.decimals()),
            client.name(&SeriesKey::from(&leg.series)),
            show(i128::from(leg.price.0), client.decimals())
        )
    };
    Ok(Traded {
        legs: package.iter().map(words).collect::<Vec<_>>().join(", "),
        paid,
        fee: u64::try_from(fee).unwrap_or_default(),
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
