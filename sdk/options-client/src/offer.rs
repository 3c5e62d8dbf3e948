//! What a maker offers, checked before it is signed or posted.

use crate::amount::show;
use crate::client::OptionsClient;
use crate::rules::{self, Listing};
use crate::value;
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Result};
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{FillRange, Quote, QuoteLeg, QuoteScope, SpotBand};
use ballast_core_clearing::trade::{check_size, Side, UnitPrice};
use ballast_options::markets::Purpose;
use ballast_options::state::{MarginAccount, SeriesKey};

/// What is quoted.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// The legs, in any order.
    pub legs: Legs<QuoteLeg>,
    /// How much may be taken.
    pub fill: FillRange,
    /// The spots at which it holds.
    pub spots: SpotBand,
    /// For how many slots from now.
    pub slots: u64,
    /// Nonce, if it is not to be chosen.
    pub nonce: Option<u64>,
    /// Who may take it.
    pub taker: [u8; 32],
}

/// Returns an offer as the quote of a margin account.
///
/// # Errors
/// The rule that the house would refuse it by: sizes, strikes, expiries, nonce, form.
pub fn quote(client: &mut OptionsClient, (key, maker): &(Pubkey, MarginAccount), offer: &Offer) -> Result<Quote> {
    let clock = client.cluster.clock()?;
    let mut legs = offer.legs.to_vec();
    legs.sort_by_key(|leg| leg.series);
    for leg in &legs {
        check_leg(client, leg, offer, clock.unix_timestamp)?;
    }
    let nonces = maker.nonces();
    let nonce = match offer.nonce {
        Some(nonce) => Nonce(nonce),
        None => nonces
            .first_free(clock.slot)
            .ok_or_else(|| anyhow!("every nonce has been used; cancel all of them with: options cancel --all"))?,
    };
    let holds = nonces.check(nonce);
    holds.map_err(|refusal| anyhow!("--nonce: {} cannot be used: {}", nonce.0, rules::nonce(&refusal)))?;
    let quote = Quote {
        scope: scope(client, key),
        nonce,
        taker: offer.taker,
        expiry_slot: clock.slot.saturating_add(offer.slots),
        spots: offer.spots,
        fill: offer.fill,
        legs: Legs::new(&legs).ok_or_else(|| anyhow!("a quote has one to four legs"))?,
    };
    let form = quote.check_form();
    form.map_err(|refusal| anyhow!("{}", rules::quote(&refusal.into(), clock.slot)))?;
    Ok(quote)
}

fn check_leg(client: &mut OptionsClient, leg: &QuoteLeg, offer: &Offer, now: i64) -> Result<()> {
    let key = SeriesKey::from(&leg.series);
    let settings = client
        .house
        .listing(key.market)
        .map_err(|_| anyhow!("the house has no such market"))?
        .settings;
    let listing = settings.params();
    let least = show(i128::from(listing.min_size.0), client.decimals());
    check_size(offer.fill.greatest, listing.min_size)
        .map_err(|_| anyhow!("--size: it has to be a positive whole multiple of the least size, {least}"))?;
    check_size(offer.fill.least, listing.min_size)
        .map_err(|_| anyhow!("--least: it has to be a positive whole multiple of the least size, {least}"))?;
    if now >= leg.series.expiry {
        bail!("{} has expired", client.name(&key));
    }
    // A series that exists may have left the listing grid since: it can be traded all the same.
    let known = client.keys.series(&key).series;
    if client.cluster.find(&known)?.is_some() {
        return Ok(());
    }
    let keys = client.markets_of(&[], Some(key.market));
    let spot = client.with_context(Purpose::Margin, &keys, &[], |context, _| {
        let view = context.markets.get(usize::from(key.market)).and_then(Option::as_ref);
        Ok(view
            .ok_or_else(|| anyhow!("the market was not read"))?
            .inputs
            .bounds
            .mid)
    })?;
    let on_grid = listing.check_series(&leg.series, spot, now);
    on_grid.map_err(|refusal| {
        let listing = Listing {
            params: &listing,
            terms: &leg.series,
            spot,
            now,
        };
        anyhow!("{} cannot be created: {}", client.name(&key), listing.words(refusal))
    })
}

/// Returns what a quote of that account has to name.
pub fn scope(client: &OptionsClient, maker: &Pubkey) -> QuoteScope {
    QuoteScope {
        program: ballast_options::ID.to_bytes(),
        cluster: client.house.cluster,
        house: client.keys.house.to_bytes(),
        maker: maker.to_bytes(),
    }
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
