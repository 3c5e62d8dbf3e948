//! `ballast options quote`: a maker signs a quote off-chain, and the file it travels in.

use crate::commands::options::amount::{parse, show};
use crate::commands::options::client::OptionsClient;
use crate::commands::options::rules::{self, Listing};
use crate::commands::options::value;
use crate::commands::options::Common;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{Quote, QuoteScope, ANYONE};
use ballast_core_clearing::trade::{check_size, Side, UnitPrice};
use ballast_core_types::Lots;
use ballast_files::output::{Guard, Kind, Target};
use ballast_options::markets::Purpose;
use ballast_options::state::{MarginAccount, SeriesKey};
use ballast_rpc::args::address;
use ballast_sdk::quotes::SignedQuote;
use serde::{Deserialize, Serialize};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::path::PathBuf;

/// Signs a quote off-chain and prints it, or writes it to a file: nothing is sent
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The series, such as BTC-27NOV26-52000-C
    series: String,
    /// What the maker does
    #[arg(value_enum)]
    side: SideArg,
    /// How much, in units of the asset
    #[arg(long)]
    size: String,
    /// Price for one unit, in the quote token
    #[arg(long, required_unless_present = "spread", conflicts_with = "spread")]
    price: Option<String>,
    /// Take the price from the market's surface, with its volatility raised by this share to sell
    /// and lowered to buy: 0 to 0.9
    #[arg(long, value_name = "SHARE")]
    spread: Option<f64>,
    /// For how many slots it holds from now
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    slots: u64,
    /// Its nonce: quotes with the same one share one size. Default: the slot, or one more than the
    /// highest that was used
    #[arg(long)]
    nonce: Option<u64>,
    /// Only for this taker: the address that signs the trade
    #[arg(long, value_name = "ADDRESS")]
    taker: Option<String>,
    /// Write it to this file instead
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// An earlier quote.
const QUOTE: Kind = Kind {
    what: "a quote",
    is_ours: |content| serde_json::from_slice::<QuoteFile>(content).is_ok(),
};

impl Args {
    /// Returns where the quote is written, if in a file: to be asked before anything is done.
    ///
    /// # Errors
    /// If it is the keypair, or something else that exists.
    pub(crate) fn target(&self, common: &Common) -> Result<Option<Target>> {
        let guard = Guard::new().inputs("--keypair", &common.keypair);
        let target = self.out.as_deref().map(|path| guard.file("--out", path, QUOTE));
        Ok(target.transpose()?)
    }
}

/// The side of a quote or an auction, as its maker sees it.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideArg {
    /// Pays the premium
    Buy,
    /// Gets the premium
    Sell,
}

impl From<SideArg> for Side {
    fn from(side: SideArg) -> Self {
        match side {
            SideArg::Buy => Self::Buy,
            SideArg::Sell => Self::Sell,
        }
    }
}

/// Returns a side in one word.
pub(crate) fn word(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// A signed quote as it travels: what was signed, and the same in words for people. Who reads it
/// holds the words to the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteFile {
    /// The series.
    pub series: String,
    /// What the maker does: `buy` or `sell`.
    pub side: String,
    /// Units of the asset.
    pub size: String,
    /// For one unit, in the quote token.
    pub price: String,
    /// The last slot in which it holds.
    pub expiry_slot: u64,
    /// Nonce.
    pub nonce: u64,
    /// Who may take it; nothing for anyone.
    pub taker: Option<String>,
    /// The maker's margin account.
    pub maker: String,
    /// The house.
    pub house: String,
    /// The clearing house's program.
    pub program: String,
    /// Genesis hash of the cluster, hexadecimal.
    pub cluster: String,
    /// Who signed.
    pub signer: String,
    /// The signature, hexadecimal.
    pub signature: String,
    /// What was signed, hexadecimal.
    pub message: String,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str, field: &str) -> Result<[u8; N]> {
    let pair = |index: usize| {
        let text = text.get(2 * index..2 * index + 2)?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes: Option<Vec<u8>> = (0..N).map(pair).collect();
    let bytes = bytes.filter(|_| text.len() == 2 * N && text.is_ascii());
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| anyhow!("{field} has to be {} hexadecimal digits, not {}", 2 * N, text.len()))
}

fn is_anyone(taker: &[u8; 32]) -> bool {
    *taker == ANYONE
}

impl QuoteFile {
    /// Returns the file of a signed quote.
    ///
    /// # Errors
    /// If the message is no quote.
    pub fn of(signed: &SignedQuote, names: &[String], decimals: u8) -> Result<Self> {
        let quote =
            Quote::decode(&signed.message).map_err(|refusal| anyhow!("{}", rules::quote(&refusal.into(), 0)))?;
        let (scope, key) = (&quote.scope, SeriesKey::from(&quote.scope.series));
        let base58 = |bytes: [u8; 32]| Pubkey::new_from_array(bytes).to_string();
        Ok(Self {
            series: crate::commands::options::name::of(&key, names),
            side: word(quote.side).to_owned(),
            size: show(i128::from(quote.size.0), decimals),
            price: show(i128::from(quote.price.0), decimals),
            expiry_slot: quote.expiry_slot,
            nonce: quote.nonce.0,
            taker: (!is_anyone(&quote.taker)).then(|| base58(quote.taker)),
            maker: base58(scope.maker),
            house: base58(scope.house),
            program: base58(scope.program),
            cluster: hex(&scope.cluster),
            signer: signed.signer.to_string(),
            signature: hex(&signed.signature),
            message: hex(&signed.message),
        })
    }

    /// Returns what was signed, if the words say the same.
    ///
    /// # Errors
    /// The field that is malformed, or that says something else than the message.
    pub fn signed(&self, names: &[String], decimals: u8) -> Result<SignedQuote> {
        let signed = SignedQuote {
            signer: address(&self.signer, "signer")?,
            signature: unhex(&self.signature, "signature")?,
            message: unhex(&self.message, "message")?,
        };
        let meant = Self::of(&signed, names, decimals)?;
        if meant != *self {
            let (given, signed) = (serde_json::to_value(self)?, serde_json::to_value(&meant)?);
            let fields = given.as_object().into_iter().flatten();
            for (field, value) in fields {
                if signed.get(field) != Some(value) {
                    let meant = signed.get(field).cloned().unwrap_or_default();
                    bail!("the file says {field} {value}, but what was signed says {meant}");
                }
            }
        }
        Ok(signed)
    }
}

/// What is quoted.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// The series.
    pub series: SeriesKey,
    /// What the maker does.
    pub side: Side,
    /// How much, lots.
    pub size: i64,
    /// For one unit, base units.
    pub price: UnitPrice,
    /// For how many slots from now.
    pub slots: u64,
    /// Nonce, if it is not to be chosen.
    pub nonce: Option<u64>,
    /// Who may take it.
    pub taker: [u8; 32],
}

/// Signs an offer for a margin account.
///
/// # Errors
/// The rule that the house would refuse it by: who may sign, size, strike, expiry, nonce.
pub fn sign(
    client: &mut OptionsClient,
    account: &(Pubkey, MarginAccount),
    signer: &Keypair,
    offer: &Offer,
) -> Result<SignedQuote> {
    let (key, maker) = account;
    if maker.quote_signer != signer.pubkey() {
        bail!(
            "{} does not quote for {key}: its quoter is {}",
            signer.pubkey(),
            maker.quote_signer
        );
    }
    let clock = client.cluster.clock()?;
    let settings = client
        .house
        .listing(offer.series.market)
        .map_err(|_| anyhow!("the house has no such market"))?
        .settings;
    let listing = settings.params();
    let least = show(i128::from(listing.min_size.0), client.decimals());
    check_size(Lots(offer.size), listing.min_size)
        .map_err(|_| anyhow!("--size: it has to be a positive whole multiple of the least size, {least}"))?;
    let terms = offer
        .series
        .terms()
        .map_err(|_| anyhow!("the series has no canonical form"))?;
    if clock.unix_timestamp >= terms.expiry {
        bail!("{} has expired", client.name(&offer.series));
    }
    // A series that exists may have left the listing grid since: it can be traded all the same.
    let known = client.keys.series(&offer.series).series;
    if client.cluster.find(&known)?.is_none() {
        let keys = client.markets_of(&[], Some(offer.series.market));
        let spot = client.with_context(Purpose::Margin, &keys, &[], |context, _| {
            let view = context
                .markets
                .get(usize::from(offer.series.market))
                .and_then(Option::as_ref);
            Ok(view
                .ok_or_else(|| anyhow!("the market was not read"))?
                .inputs
                .bounds
                .mid)
        })?;
        let on_grid = listing.check_series(&terms, spot, clock.unix_timestamp);
        on_grid.map_err(|refusal| {
            let listing = Listing {
                params: &listing,
                terms: &terms,
                spot,
                now: clock.unix_timestamp,
            };
            anyhow!(
                "{} cannot be created: {}",
                client.name(&offer.series),
                listing.words(refusal)
            )
        })?;
    }
    let nonces = maker.quotes();
    let highest = nonces.slots.iter().map(|slot| slot.nonce.0).max().unwrap_or_default();
    let nonce = offer
        .nonce
        .unwrap_or_else(|| clock.slot.max(highest.saturating_add(1)).max(nonces.least.0));
    let filled = nonces.filled(Nonce(nonce));
    filled.map_err(|refusal| anyhow!("--nonce: {nonce} cannot be used: {}", rules::nonce(&refusal, client)))?;
    let quote = Quote {
        scope: scope(client, &offer.series, key)?,
        side: offer.side,
        size: Lots(offer.size),
        price: offer.price,
        expiry_slot: clock.slot.saturating_add(offer.slots),
        nonce: Nonce(nonce),
        taker: offer.taker,
    };
    Ok(SignedQuote::sign(&quote, signer))
}

/// Returns what a quote of that account for that series has to name.
pub(crate) fn scope(client: &OptionsClient, series: &SeriesKey, maker: &Pubkey) -> Result<QuoteScope> {
    Ok(QuoteScope {
        program: ballast_options::ID.to_bytes(),
        cluster: client.house.cluster,
        house: client.keys.house.to_bytes(),
        series: series
            .terms()
            .map_err(|_| anyhow!("the series has no canonical form"))?,
        maker: maker.to_bytes(),
    })
}

/// `options quote`.
///
/// # Errors
/// The rule that the house would refuse it by.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let account = common.member(client, Some(&signer))?;
    let (series, side) = (client.series(&args.series)?, Side::from(args.side));
    let price = match (&args.price, args.spread) {
        (Some(text), _) => UnitPrice(parse(text, client.decimals()).context("--price")?),
        (None, spread) => from_surface(client, &series, side, spread.unwrap_or_default())?,
    };
    let taker = args.taker.as_deref().map(|text| address(text, "--taker")).transpose()?;
    let offer = Offer {
        series,
        side,
        size: i64::try_from(parse(&args.size, client.decimals()).context("--size")?)?,
        price,
        slots: args.slots,
        nonce: args.nonce,
        taker: taker.map_or(ANYONE, |key| key.to_bytes()),
    };
    let signed = sign(client, &account, &signer, &offer)?;
    let file = QuoteFile::of(&signed, &client.names, client.decimals())?;
    let text = serde_json::to_string_pretty(&file)?;
    let Some(path) = &args.out else { return Ok(text) };
    args.target(common)?
        .map_or(Ok(()), |target| target.write((text + "\n").as_bytes()))?;
    let QuoteFile {
        side,
        size,
        price,
        nonce,
        expiry_slot,
        ..
    } = &file;
    Ok(format!(
        "{}: {side} {size} {} at {price}, nonce {nonce}, until slot {expiry_slot}",
        path.display(),
        file.series
    ))
}

/// Returns the maker's price of a series at the surface, see [`value::price`].
///
/// # Errors
/// Why the market cannot be valued, or only reductions are permitted.
pub fn from_surface(client: &mut OptionsClient, series: &SeriesKey, side: Side, spread: f64) -> Result<UnitPrice> {
    let keys = client.markets_of(&[], Some(series.market));
    let lots_per_unit = client.house.params().lots_per_unit();
    client.with_context(Purpose::Margin, &keys, &[], |context, closed| {
        if let Some(reason) = closed {
            bail!("no quote is made from the surface while only reductions are permitted: {reason}");
        }
        value::price(series, side, spread, lots_per_unit, context)
    })
}
