//! Requests for quotes: what is asked of a maker, what comes back, and the best of several answers.
//! The protocol is in `docs/reference/rfq.md`.

use crate::client::OptionsClient;
use crate::quote_file::{QuoteFile, Words};
use crate::taking::{check, Given};
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::quote::Quote;
use ballast_core_clearing::trade::{premium, Side};
use ballast_core_types::Lots;
use ballast_rpc::amount::parse;
use ballast_rpc::secrets::clean;
use ballast_sdk::quotes::SignedQuote;
use ballast_sdk::Pubkey;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A maker that has not answered by now is left out.
const PATIENCE: Duration = Duration::from_secs(6);

/// Bytes of the longest answer.
const LARGEST: usize = 64 << 10;

/// What a taker asks for. Sides are theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The clearing house's address.
    pub house: String,
    /// The taker: the address that signs the trade. Nothing for anyone.
    #[serde(default)]
    pub taker: Option<String>,
    /// One to four, on one market, traded together.
    pub legs: Vec<RequestedLeg>,
    /// Units of the asset for a leg with ratio one.
    pub size: String,
}

/// A leg that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestedLeg {
    /// The series, such as BTC-27NOV26-52000-C.
    pub series: String,
    /// What the taker does: `buy` or `sell`.
    pub side: String,
    /// Units of it for each unit of the size.
    #[serde(default = "one")]
    pub ratio: u16,
}

const fn one() -> u16 {
    1
}

/// Why there is no quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfqError {
    /// The request has no sense: another one may.
    Malformed,
    /// It is for another clearing house.
    House,
    /// More than the maker quotes at once, or no multiple of the least size.
    Size,
    /// The market is closed to what opens, or has no price now.
    Closed,
    /// The maker holds as much as it wants to.
    Inventory,
    /// The maker's account has no margin for it.
    Margin,
    /// Too many quotes are out; some run out soon.
    Busy,
    /// The maker cannot reach the chain now.
    Unavailable,
}

impl RfqError {
    /// Returns the HTTP status it is told with.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed | Self::House | Self::Size => 400,
            Self::Closed | Self::Inventory | Self::Margin => 409,
            Self::Busy | Self::Unavailable => 503,
        }
    }

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::House => "house",
            Self::Size => "size",
            Self::Closed => "closed",
            Self::Inventory => "inventory",
            Self::Margin => "margin",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A refusal: the rule, and why in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule.
    pub refused: RfqError,
    /// In words, with the value.
    pub why: String,
}

impl Refusal {
    /// Returns a refusal.
    pub fn new(refused: RfqError, why: impl Into<String>) -> Self {
        Self {
            refused,
            why: why.into(),
        }
    }
}

/// Asks a maker. `url` is its address, such as `http://127.0.0.1:9470`.
///
/// # Errors
/// The maker's refusal in its words, or why it could not be asked.
pub fn ask(url: &str, request: &Request) -> Result<QuoteFile> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()?;
    let url = format!("{}/quote", url.trim_end_matches('/'));
    let body = serde_json::to_string(request)?;
    let (is_quote, text) = runtime
        .block_on(async {
            let sent = client.post(&url).header("content-type", "application/json").body(body);
            let mut response = sent.send().await?;
            let (is_quote, mut text) = (response.status().is_success(), Vec::new());
            while let Some(chunk) = response.chunk().await? {
                text.extend_from_slice(&chunk);
                if text.len() > LARGEST {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((is_quote, text))
        })
        // The address may hold a key.
        .map_err(|error| anyhow!("{}", clean(&error.without_url().to_string())))?;
    if text.len() > LARGEST {
        bail!("its answer has more than {LARGEST} bytes");
    }
    if is_quote {
        return serde_json::from_slice(&text).context("its answer is no quote");
    }
    let refusal: Refusal = serde_json::from_slice(&text).context("its answer is no refusal")?;
    bail!("{}", refusal.why)
}

/// An answer that the clearing house would take now.
#[derive(Clone, Debug)]
pub struct Offered {
    /// As it came.
    pub file: QuoteFile,
    /// Signed.
    pub signed: SignedQuote,
    /// Decoded.
    pub quote: Quote,
    /// What was asked for, lots.
    pub size: Lots,
    /// What the taker would pay for that, base units, without the fee; negative where they are
    /// paid.
    pub cost: i128,
}

/// Checks an answer against what was asked, and works out what it costs.
///
/// # Errors
/// What differs, or why the clearing house would refuse it.
pub fn examine(client: &mut OptionsClient, request: &Request, taker: &Pubkey, file: QuoteFile) -> Result<Offered> {
    let signed = file.signed(&Words::of(client))?;
    let quote = check(client, &Given::Signed(signed.clone()), taker)?;
    let mut wanted: Vec<_> = request
        .legs
        .iter()
        .map(|leg| (&leg.series, &leg.side, leg.ratio))
        .collect();
    let opposite = |side: &str| if side == "buy" { "sell" } else { "buy" }.to_owned();
    let sides: Vec<String> = file.legs.iter().map(|leg| opposite(&leg.side)).collect();
    let mut given: Vec<_> = file
        .legs
        .iter()
        .zip(&sides)
        .map(|(leg, side)| (&leg.series, side, leg.ratio))
        .collect();
    wanted.sort();
    given.sort();
    if wanted != given {
        bail!("the maker quotes {}, which was not asked for", file.legs_in_words());
    }
    // The size is the taker's, too: a quote of another one is another question's answer.
    let size = Lots(i64::try_from(parse(&request.size, client.decimals()).context("size")?)?);
    let package = quote.package(size);
    let package = package.map_err(|_| {
        let (least, greatest) = (&file.least, &file.size);
        anyhow!(
            "the maker quotes {least} to {greatest}, and {} was asked for",
            request.size
        )
    })?;
    let lots_per_unit = client.house.params().lots_per_unit();
    let mut cost = 0i128;
    for leg in package.iter() {
        let premium = premium(leg.quantity, leg.price, lots_per_unit, leg.taker);
        let premium = i128::from(premium.ok_or_else(|| anyhow!("the premium does not fit"))?);
        cost += match leg.taker {
            Side::Buy => premium,
            Side::Sell => -premium,
        };
    }
    Ok(Offered {
        file,
        signed,
        quote,
        size,
        cost,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_the_page_shows_it_and_nothing_else_is() {
        let text = r#"{"house": "H", "legs": [{"series": "BTC-27NOV26-84000-C", "side": "buy"}], "size": "0.5"}"#;
        let request: Request = serde_json::from_str(text).unwrap();
        assert_eq!((request.legs[0].ratio, request.taker.is_none()), (1, true));
        assert!(serde_json::from_str::<Request>(&text.replace("size", "sise")).is_err());
        let refusal = serde_json::to_value(Refusal::new(RfqError::Inventory, "full")).unwrap();
        assert_eq!(refusal, serde_json::json!({"refused": "inventory", "why": "full"}));
        for rule in [
            RfqError::Malformed,
            RfqError::House,
            RfqError::Size,
            RfqError::Closed,
            RfqError::Inventory,
            RfqError::Margin,
        ] {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
        }
    }
}
