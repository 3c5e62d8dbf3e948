//! Signs a maker's quote for an option, off-chain: `example-maker-quote RPC_URL KEYPAIR_FILE
//! CLEARING_HOUSE MARGIN_ACCOUNT EXPIRY STRIKE PRICE`, expiry in unix seconds, strike in whole
//! units of the quote token, price in its base units for one unit of the underlying.
//!
//! Prints the quote as hex. Whoever takes it puts it into an ed25519 instruction and trades beside
//! it: `./ballast options take`.

use anyhow::{Context, Result};
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::quote::{FillRange, Quote, QuoteLeg, QuoteScope, SpotBand, ANYONE};
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_types::Lots;
use ballast_options::state::SeriesKey;
use ballast_rpc::{args, BlockingRpc, Cluster};
use ballast_sdk::quotes::SignedQuote;
use std::path::Path;

/// A call, as a series names it.
const CALL: u8 = 1;
/// How long the quote holds, slots: about a minute.
const SLOTS: u64 = 150;
/// One unit of the underlying, in lots of a token with six decimals.
const ONE_UNIT: Lots = Lots(1_000_000);

fn main() -> Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [url, keypair, house, account, expiry, strike, price] = given.as_slice() else {
        anyhow::bail!(
            "usage: example-maker-quote RPC_URL KEYPAIR_FILE CLEARING_HOUSE MARGIN_ACCOUNT EXPIRY STRIKE PRICE"
        );
    };
    let mut rpc = BlockingRpc::new(url)?;
    let maker = args::keypair(Path::new(keypair), url)?.keypair;
    let slot = rpc.clock()?.slot;
    let series = SeriesKey {
        market: 0,
        kind: CALL,
        places: 0,
        padding: 0,
        digits: strike.parse().context("STRIKE is a whole number")?,
        expiry: expiry.parse().context("EXPIRY is unix seconds")?,
    };
    let margin_account = args::address(account, "MARGIN_ACCOUNT")?;
    let nonces = rpc.account(&margin_account)?.margin_account()?.nonces();
    let quote = Quote {
        scope: QuoteScope {
            program: ballast_options::ID.to_bytes(),
            cluster: rpc.genesis()?,
            house: args::address(house, "CLEARING_HOUSE")?.to_bytes(),
            maker: margin_account.to_bytes(),
        },
        nonce: nonces.first_free(slot).context("every nonce has been used")?,
        taker: ANYONE,
        expiry_slot: slot + SLOTS,
        spots: SpotBand::ANY,
        fill: FillRange {
            least: ONE_UNIT,
            greatest: ONE_UNIT,
        },
        legs: Legs::single(QuoteLeg {
            series: series.terms()?,
            side: Side::Sell,
            ratio: 1,
            price: UnitPrice(price.parse().context("PRICE is a whole number of base units")?),
        }),
    };
    let signed = SignedQuote::sign(&quote, &maker).to_bytes();
    let hex: String = signed.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{hex}");
    Ok(())
}
