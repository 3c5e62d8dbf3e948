//! What is sold, and its sale.

use super::path;
use super::people::People;
use super::recorder::Recorder;
use crate::commands::options::amount::show;
use crate::commands::options::client::words;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::name;
use crate::commands::options::quote::{from_surface, quote, Offer};
use crate::commands::options::take::{create, take, Given};
use anyhow::anyhow;
use anyhow::Result;
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::quote::{FillRange, QuoteLeg, SpotBand, ANYONE};
use ballast_core_clearing::settlement::WINDOW_SECONDS;
use ballast_core_clearing::trade::Side;
use ballast_core_types::Lots;
use ballast_options::state::SeriesKey;
use ballast_rpc::tokens::UNIT;
use ballast_sdk::quotes::SignedQuote;
use path::Point;

/// Units of the underlying in each of the strangle's options, for a notional of about this many
/// dollars.
const NOTIONAL: f64 = 800_000.0;
/// Strikes as shares of the first price: the put's, the call's.
const STRIKES: [(f64, &str); 2] = [(0.95, "P"), (1.05, "C")];
/// The maker's spread: a share of the volatility on each side.
const SPREAD: f64 = 0.04;
/// What the hedge may be off before it is traded, units of the underlying for one unit of the
/// strangle.
const BAND: f64 = 0.02;

/// What is sold and when it ends.
pub struct Plan {
    /// The size of each option, units of the underlying.
    pub size: f64,
    /// What it is worth at the first price.
    pub notional: f64,
    /// The put and the call.
    pub series: Vec<SeriesKey>,
    /// Their names.
    pub names: Vec<String>,
    /// Their strikes.
    pub strikes: Vec<f64>,
    /// The expiry, unix seconds.
    pub expiry: i64,
    /// When the half hour begins whose average settles it, unix seconds.
    pub window_at: i64,
}

impl Plan {
    /// Chooses size, expiry and strikes from the prices.
    ///
    /// # Errors
    /// If no expiry lies within the prices.
    pub fn new(client: &OptionsClient, asset: &str, points: &[Point]) -> Result<Self> {
        let first = points.first().ok_or_else(|| anyhow!("there are no prices"))?;
        let listing = *client.house.listing(0).map_err(|error| anyhow!("{}", words(&error)))?;
        let params = listing.settings.params();
        let expiry = path::expiry(points, &params)?;
        let size = (NOTIONAL / first.price * 10.0).round().max(1.0) / 10.0;
        let strikes = STRIKES.map(|(share, _)| path::strike(first.price * share));
        let date = name::date_of(expiry);
        let named = strikes.iter().zip(STRIKES);
        let series = named.map(|(strike, (_, kind))| client.series(&format!("{asset}-{date}-{strike}-{kind}")));
        let series = series.collect::<Result<Vec<_>>>()?;
        Ok(Self {
            size,
            notional: first.price * size,
            names: series.iter().map(|key| client.name(key)).collect(),
            series,
            strikes: strikes.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
            expiry,
            window_at: expiry - WINDOW_SECONDS,
        })
    }

    /// Returns what the hedge may be off before it is traded, units.
    pub fn band(&self) -> f64 {
        BAND * self.size
    }
}

/// Sells both options at once: the maker quotes the strangle from the surface, and the writer takes
/// the quote. Returns the premium, base units.
///
/// # Errors
/// What was refused.
pub fn sell(client: &mut OptionsClient, people: &People, plan: &Plan, recorder: &mut Recorder) -> Result<u64> {
    let (maker, writer) = (&people.maker, &people.writer);
    let mut legs = Vec::new();
    for key in &plan.series {
        create(client, key, &writer.keypair)?;
        legs.push(QuoteLeg {
            series: key.terms().map_err(|error| anyhow!("{}", words(&error)))?,
            side: Side::Buy,
            ratio: 1,
            price: from_surface(client, key, Side::Buy, SPREAD)?,
        });
    }
    let size = Lots((plan.size * UNIT as f64).round() as i64);
    let offer = Offer {
        legs: Legs::new(&legs).ok_or_else(|| anyhow!("a strangle has two legs"))?,
        fill: FillRange {
            least: size,
            greatest: size,
        },
        spots: SpotBand::ANY,
        slots: 150,
        nonce: None,
        taker: ANYONE,
    };
    let account = maker.margin(client)?;
    let quoted = quote(client, &account, &offer)?;
    let signed = Given::Signed(SignedQuote::sign(&quoted, &maker.keypair));
    let taker = writer.margin(client)?;
    let traded = take(client, &signed, &taker, &writer.keypair, None)?;
    let at = client.cluster.clock()?.unix_timestamp;
    let got = traded.paid.saturating_neg();
    recorder.tell(
        at,
        format!("{} for {}", traded.legs, show(i128::from(got), client.decimals())),
    );
    client.cluster.advance_slot()?;
    Ok(u64::try_from(got)?)
}
