//! The file that a signed quote travels in: what was signed, and the same in words for people.

use crate::amount::show;
use crate::client::OptionsClient;
use crate::{name, rules};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Result};
use ballast_core_clearing::quote::{Quote, ANYONE};
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_options::state::SeriesKey;
use ballast_rpc::args::address;
use ballast_sdk::quotes::SignedQuote;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a quote's numbers are written with.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The assets' names, by market.
    pub names: &'a [String],
    /// Decimals of the quote token.
    pub decimals: u8,
}

impl<'a> Words<'a> {
    /// Returns those of a house.
    pub fn of(client: &'a OptionsClient) -> Self {
        Self {
            names: &client.names,
            decimals: client.decimals(),
        }
    }
}

/// Returns a side in one word.
pub fn word(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// Returns the side that a word names.
///
/// # Errors
/// Any other word.
pub fn side(text: &str) -> Result<Side> {
    match text {
        "buy" => Ok(Side::Buy),
        "sell" => Ok(Side::Sell),
        other => bail!("{other} is neither buy nor sell"),
    }
}

/// A leg in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegWords {
    /// The series.
    pub series: String,
    /// What the maker does: `buy` or `sell`.
    pub side: String,
    /// Units of it for each unit of the size.
    pub ratio: u16,
    /// For one unit, in the quote token.
    pub price: String,
}

/// A signed quote as it travels. Who reads it holds the words to the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteFile {
    /// What is traded, all together.
    pub legs: Vec<LegWords>,
    /// The greatest fill, units of the asset for a leg with ratio one.
    pub size: String,
    /// The least fill.
    pub least: String,
    /// The least price of the asset at which it holds; nothing for any.
    pub spot_from: Option<String>,
    /// The greatest.
    pub spot_to: Option<String>,
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the bytes of hexadecimal digits.
fn unhex(text: &str, field: &str) -> Result<Vec<u8>> {
    let pair = |index: usize| {
        let text = text.get(2 * index..2 * index + 2)?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes: Option<Vec<u8>> = (0..text.len() / 2).map(pair).collect();
    let bytes = bytes.filter(|_| text.len().is_multiple_of(2) && text.is_ascii());
    bytes.ok_or_else(|| anyhow!("{field} has to be hexadecimal digits, two for each byte"))
}

/// Returns the first field that differs, with what both say.
fn difference(field: &str, given: &Value, signed: &Value) -> Option<(String, Value, Value)> {
    match (given, signed) {
        (Value::Object(fields), Value::Object(_)) => fields.iter().find_map(|(name, value)| {
            let field = if field.is_empty() {
                name.clone()
            } else {
                format!("{field}.{name}")
            };
            difference(&field, value, signed.get(name)?)
        }),
        (Value::Array(all), Value::Array(others)) if all.len() == others.len() => {
            let mut pairs = all.iter().zip(others).enumerate();
            pairs.find_map(|(index, (value, other))| difference(&format!("{field}[{index}]"), value, other))
        }
        _ if given == signed => None,
        _ => Some((field.to_owned(), given.clone(), signed.clone())),
    }
}

/// Returns the quote in a message, its refusal in words.
pub fn decode(message: &[u8]) -> Result<Quote> {
    Quote::decode(message).map_err(|refusal| anyhow!("{}", rules::quote(&refusal.into(), 0)))
}

impl QuoteFile {
    /// Returns the file of a signed quote.
    ///
    /// # Errors
    /// If the message is no quote.
    pub fn of(signed: &SignedQuote, words: &Words) -> Result<Self> {
        let quote = decode(&signed.message)?;
        let scope = &quote.scope;
        let base58 = |bytes: [u8; 32]| Pubkey::new_from_array(bytes).to_string();
        let amount = |number: i128| show(number, words.decimals);
        let spot = |spot: UnitPrice, any: u64| (spot.0 != any).then(|| amount(i128::from(spot.0)));
        let legs = quote.legs.iter().map(|leg| LegWords {
            series: name::of(&SeriesKey::from(&leg.series), words.names),
            side: word(leg.side).to_owned(),
            ratio: leg.ratio,
            price: amount(i128::from(leg.price.0)),
        });
        Ok(Self {
            legs: legs.collect(),
            size: amount(i128::from(quote.fill.greatest.0)),
            least: amount(i128::from(quote.fill.least.0)),
            spot_from: spot(quote.spots.least, 0),
            spot_to: spot(quote.spots.greatest, u64::MAX),
            expiry_slot: quote.expiry_slot,
            nonce: quote.nonce.0,
            taker: (quote.taker != ANYONE).then(|| base58(quote.taker)),
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
    pub fn signed(&self, words: &Words) -> Result<SignedQuote> {
        let signature = unhex(&self.signature, "signature")?;
        let digits = self.signature.len();
        let signed = SignedQuote {
            signer: address(&self.signer, "signer")?,
            signature: signature
                .try_into()
                .map_err(|_| anyhow!("signature has to be 128 hexadecimal digits, not {digits}"))?,
            message: unhex(&self.message, "message")?,
        };
        let meant = Self::of(&signed, words)?;
        let (given, meant) = (serde_json::to_value(self)?, serde_json::to_value(&meant)?);
        if let Some((field, given, meant)) = difference("", &given, &meant) {
            bail!("the file says {field} {given}, but what was signed says {meant}");
        }
        Ok(signed)
    }

    /// Returns its legs in one line.
    pub fn legs_in_words(&self) -> String {
        let leg = |leg: &LegWords| {
            let ratio = if leg.ratio == 1 {
                String::new()
            } else {
                format!("{} × ", leg.ratio)
            };
            format!("{} {ratio}{} at {}", leg.side, leg.series, leg.price)
        };
        self.legs.iter().map(leg).collect::<Vec<_>>().join(", ")
    }
}
