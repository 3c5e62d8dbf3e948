//! `ballast options quote`: a maker signs a quote off-chain, or posts it.

use crate::commands::options::amount::parse;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::Common;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::quote::{FillRange, QuoteLeg, SpotBand, ANYONE};
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_types::Lots;
use ballast_files::output::{Guard, Kind, Target};
use ballast_options_client::offer::{from_surface, quote, Offer};
use ballast_options_client::quote_file::{side, QuoteFile, Words};
use ballast_rpc::args::address;
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::quotes::SignedQuote;
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
    /// The most that may be taken, at once and once, in units of the asset
    #[arg(long)]
    size: String,
    /// The least that may be taken (default: the least size of the market)
    #[arg(long)]
    least: Option<String>,
    /// Price for one unit, in the quote token
    #[arg(long, required_unless_present = "spread", conflicts_with = "spread")]
    price: Option<String>,
    /// Take the price from the market's surface, with its volatility raised by this share to sell
    /// and lowered to buy: 0 to 0.9
    #[arg(long, value_name = "SHARE")]
    spread: Option<f64>,
    /// A further leg, traded together with the first: SERIES:SIDE:PRICE, or SERIES:SIDE with
    /// --spread, and :RATIO after it for so many units of it to each of the size. Up to three
    #[arg(long, value_name = "SERIES:SIDE[:PRICE][:RATIO]")]
    leg: Vec<String>,
    /// The least price of the asset at which it holds
    #[arg(long, value_name = "PRICE")]
    spot_from: Option<String>,
    /// The greatest price of the asset at which it holds
    #[arg(long, value_name = "PRICE")]
    spot_to: Option<String>,
    /// For how many slots it holds from now
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    slots: u64,
    /// Its nonce, filled once: of quotes with the same one, one is taken. Default: one that is
    /// free, by the slot
    #[arg(long)]
    nonce: Option<u64>,
    /// Only for this taker: the address that signs the trade
    #[arg(long, value_name = "ADDRESS")]
    taker: Option<String>,
    /// Write it to this file instead
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Send it to the chain instead, where anyone finds it: options take ADDRESS
    #[arg(long, conflicts_with = "out")]
    post: bool,
}

/// An earlier quote.
pub(crate) const QUOTE: Kind = Kind {
    what: "a quote",
    is_ours: |content| serde_json::from_slice::<QuoteFile>(content).is_ok(),
};

impl Args {
    /// Returns where the quote is written, if in a file: to be asked before anything is done.
    ///
    /// # Errors
    /// If it is the keypair, or something else that exists.
    pub(crate) fn target(&self, common: &Common) -> Result<Option<Target>> {
        let guard = Guard::new().inputs("--keypair", &common.node.keypair);
        let target = self.out.as_deref().map(|path| guard.file("--out", path, QUOTE));
        Ok(target.transpose()?)
    }

    /// Returns what is offered.
    fn offer(&self, client: &mut OptionsClient) -> Result<Offer> {
        let decimals = client.decimals();
        let amount = |text: &str, what: &'static str| parse(text, decimals).context(what);
        let lots = |text: &str, what| Ok::<_, anyhow::Error>(Lots(i64::try_from(amount(text, what)?)?));
        let spot = |text: &Option<String>, what, any| match text {
            Some(text) => amount(text, what).map(UnitPrice),
            None => Ok(any),
        };
        let spots = SpotBand {
            least: spot(&self.spot_from, "--spot-from", SpotBand::ANY.least)?,
            greatest: spot(&self.spot_to, "--spot-to", SpotBand::ANY.greatest)?,
        };
        let greatest = lots(&self.size, "--size")?;
        let first = LegArg {
            series: self.series.clone(),
            side: self.side.into(),
            price: self.price.clone(),
            ratio: 1,
        };
        let further = self.leg.iter().map(|text| LegArg::parse(text, self.spread.is_some()));
        let all = std::iter::once(Ok(first)).chain(further).collect::<Result<Vec<_>>>()?;
        let legs = all.iter().map(|leg| leg.quoted(client, self.spread));
        let legs = legs.collect::<Result<Vec<_>>>()?;
        let market = legs.first().map(|leg| leg.series.market).unwrap_or_default();
        let listing = client.house.listing(market).map_err(|_| anyhow!("no such market"))?;
        let min_size = Lots(listing.settings.min_size);
        let least = self.least.as_deref().map(|text| lots(text, "--least")).transpose()?;
        let taker = self.taker.as_deref().map(|text| address(text, "--taker")).transpose()?;
        Ok(Offer {
            legs: Legs::new(&legs).ok_or_else(|| anyhow!("--leg: a quote has one to four legs, not {}", legs.len()))?,
            fill: FillRange {
                least: least.unwrap_or(min_size),
                greatest,
            },
            spots,
            slots: self.slots,
            nonce: self.nonce,
            taker: taker.map_or(ANYONE, |key| key.to_bytes()),
        })
    }
}

/// A leg as it is given.
struct LegArg {
    series: String,
    side: Side,
    price: Option<String>,
    ratio: u16,
}

impl LegArg {
    /// Returns a leg of `--leg`; `by_surface` where the prices are the surface's.
    fn parse(text: &str, by_surface: bool) -> Result<Self> {
        let form = if by_surface {
            "SERIES:SIDE[:RATIO]"
        } else {
            "SERIES:SIDE:PRICE[:RATIO]"
        };
        let refused = || anyhow!("--leg: {text} is not {form}");
        let mut fields = text.split(':');
        let (series, side) = (fields.next().unwrap_or_default(), fields.next().ok_or_else(refused)?);
        let side = side_of_leg(side, text)?;
        let price = if by_surface {
            None
        } else {
            Some(fields.next().ok_or_else(refused)?.to_owned())
        };
        let ratio = fields.next().map(str::parse).transpose();
        let ratio = ratio.map_err(|_| refused())?.unwrap_or(1);
        if fields.next().is_some() {
            return Err(refused());
        }
        Ok(Self {
            series: series.to_owned(),
            side,
            price,
            ratio,
        })
    }

    fn quoted(&self, client: &mut OptionsClient, spread: Option<f64>) -> Result<QuoteLeg> {
        let key = client.series(&self.series)?;
        let price = match &self.price {
            Some(text) => UnitPrice(parse(text, client.decimals()).context("--price")?),
            None => from_surface(client, &key, self.side, spread.unwrap_or_default())?,
        };
        let series = key
            .terms()
            .map_err(|_| anyhow!("{} has no canonical form", self.series))?;
        Ok(QuoteLeg {
            series,
            side: self.side,
            ratio: self.ratio,
            price,
        })
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

/// Returns the side that `--leg` names.
pub(crate) fn side_of_leg(text: &str, leg: &str) -> Result<Side> {
    side(text).map_err(|_| anyhow!("--leg: {text} in {leg} is neither buy nor sell"))
}

/// `options quote`.
///
/// # Errors
/// The rule that the house would refuse it by.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let account = common.member(client, Some(&signer))?;
    let offer = args.offer(client)?;
    let (key, maker) = &account;
    let quoted = quote(client, &account, &offer)?;
    if args.post {
        let post = ix::post_quote(&client.keys, &signer.pubkey(), &quoted);
        client.send(&[post], &[&signer])?;
        return Ok(format!("posted at {}", addresses::posted_quote(key, quoted.nonce.0)));
    }
    if maker.quote_signer != signer.pubkey() {
        bail!(
            "{} does not quote for {key}: its quoter is {}",
            signer.pubkey(),
            maker.quote_signer
        );
    }
    let signed = SignedQuote::sign(&quoted, &signer);
    let file = QuoteFile::of(&signed, &Words::of(client))?;
    let text = serde_json::to_string_pretty(&file)?;
    let Some(path) = &args.out else { return Ok(text) };
    args.target(common)?
        .map_or(Ok(()), |target| target.write((text + "\n").as_bytes()))?;
    Ok(format!(
        "{}: {} of {}, nonce {}, until slot {}",
        path.display(),
        file.size,
        file.legs_in_words(),
        file.nonce,
        file.expiry_slot
    ))
}
