//! What is sold, and its sale.

use super::path;
use super::people::People;
use super::recorder::Recorder;
use crate::commands::options::amount::show;
use crate::commands::options::client::{words, OptionsClient};
use crate::commands::options::name;
use anyhow::{anyhow, Result};
use ballast_core_clearing::settlement::WINDOW_SECONDS;
use ballast_core_types::Lots;
use ballast_maker::desk::Maker;
use ballast_maker::pricing::{Pricing, Terms};
use ballast_options::state::SeriesKey;
use ballast_options_client::rfq::{Request, RequestedLeg};
use ballast_options_client::taking::{take, Given};
use ballast_rpc::tokens::UNIT;
use path::Point;
use solana_signer::Signer;

/// Units of the underlying in each of the strangle's options, for a notional of about this many
/// dollars.
const NOTIONAL: f64 = 800_000.0;
/// Strikes as shares of the first price: the put's, the call's.
const STRIKES: [(f64, &str); 2] = [(0.95, "P"), (1.05, "C")];
/// The maker's spread: a share of the volatility on each side.
const SPREAD: f64 = 0.04;
/// What a full inventory moves the maker's volatility by, as a share of it.
const SKEW: f64 = 0.02;
/// The vega a vol point that is a full inventory, as a share of the notional.
const VEGA_SHARE: f64 = 0.05;
/// What the hedge may be off before it is traded, units of the underlying for one unit of the
/// strangle.
const BAND: f64 = 0.02;

/// What is sold and when it ends.
pub struct Plan {
    /// The size of each option, units of the underlying.
    pub size: f64,
    /// What it is worth at the first price.
    pub notional: f64,
    /// The put's name and the call's.
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
        let series: Vec<SeriesKey> = series.collect::<Result<_>>()?;
        Ok(Self {
            size,
            notional: first.price * size,
            names: series.iter().map(|key| client.name(key)).collect(),
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

/// Sells both options at once: the writer asks the maker for a price, and takes its quote. Returns
/// the premium less the fee, base units.
///
/// # Errors
/// What was refused.
pub fn sell(client: &mut OptionsClient, people: &People, plan: &Plan, recorder: &mut Recorder) -> Result<u64> {
    let (seller, writer) = (&people.maker, &people.writer);
    let terms = Terms {
        pricing: Pricing {
            half_spread: SPREAD,
            skew: SKEW,
            vega_limit: plan.notional * VEGA_SHARE * UNIT as f64,
            delta_limit: plan.size,
        },
        max_size: Lots(i64::MAX),
        slots: 150,
        spot_band: 0.001,
    };
    let mut maker = Maker::new(seller.keypair.insecure_clone(), seller.account, terms, Vec::new());
    maker.round(client)?;
    let legs = plan.names.iter().map(|name| RequestedLeg {
        series: name.clone(),
        side: "sell".to_owned(),
        ratio: 1,
    });
    let request = Request {
        house: client.keys.house.to_string(),
        taker: Some(writer.keypair.pubkey().to_string()),
        legs: legs.collect(),
        size: format!("{:.2}", plan.size),
    };
    let signed = maker.answer(client, &request);
    let signed = signed.map_err(|refusal| anyhow!("the maker gives no quote: {}", refusal.why))?;
    let taker = writer.margin(client)?;
    let traded = take(client, &Given::Signed(signed), &taker, &writer.keypair, None)?;
    let at = client.cluster.clock()?.unix_timestamp;
    let got = traded.paid.saturating_neg();
    recorder.tell(
        at,
        format!("{} for {}", traded.legs, show(i128::from(got), client.decimals())),
    );
    client.cluster.advance_slot()?;
    Ok(u64::try_from(got)?)
}
