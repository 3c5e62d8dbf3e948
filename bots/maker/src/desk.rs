//! What a maker does, on any cluster: answers a request, and goes round.

use crate::outstanding::{Given, Out, Outstanding};
use crate::pricing::Terms;
use crate::quoting::{greeks, spot, Priced, Quoting};
use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{FillRange, QuoteLeg, ANYONE};
use ballast_core_clearing::trade::{check_size, UnitPrice};
use ballast_core_types::Lots;
use ballast_options::markets::Purpose;
use ballast_options::state::MarginAccount;
use ballast_options_client::client::{words, OptionsClient};
use ballast_options_client::offer::{quote, Offer};
use ballast_options_client::perp::Hedge;
use ballast_options_client::quote_file::side;
use ballast_options_client::rfq::{Refusal, Request, RequestedLeg, RfqError};
use ballast_rpc::amount::parse;
use ballast_rpc::args::address;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::quotes::SignedQuote;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A hedge with the perpetual of a market.
pub struct Hedged {
    /// The market's index at the clearing house.
    pub market: u8,
    /// The account at the venue.
    pub perp: Hedge,
    /// What the net delta may be off before it is traded, units of the underlying.
    pub band: f64,
}

/// A maker.
pub struct Maker {
    /// Signs quotes, and transactions.
    pub signer: Keypair,
    /// The margin account.
    pub account: Pubkey,
    /// How it quotes.
    pub terms: Terms,
    /// How it hedges, if it does.
    pub hedged: Vec<Hedged>,
    /// The quotes that are out.
    pub outstanding: Outstanding,
    /// Whether the quotes of an earlier life have been cancelled.
    fresh: bool,
    /// Why nothing is quoted: the last round failed, or there was none.
    trouble: Option<String>,
}

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    /// Why nothing is quoted now, if so.
    pub closed: Option<String>,
    /// Whether quotes were cancelled.
    pub cancelled: bool,
    /// The net delta of each market that is hedged, before its hedge was traded, units of the
    /// underlying.
    pub deltas: Vec<(u8, f64)>,
    /// What hedges were traded.
    pub orders: Vec<HedgeOrder>,
}

/// An order of a hedge that was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeOrder {
    /// The market's index at the clearing house.
    pub market: u8,
    /// Signed lots.
    pub lots: i64,
}

impl Maker {
    /// Returns a maker that has not begun.
    pub fn new(signer: Keypair, account: Pubkey, terms: Terms, hedged: Vec<Hedged>) -> Self {
        Self {
            signer,
            account,
            terms,
            hedged,
            outstanding: Outstanding::default(),
            fresh: false,
            trouble: Some("the maker has not begun".to_owned()),
        }
    }

    /// Answers a request with a quote that the clearing house would take now.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn answer(&mut self, client: &mut OptionsClient, request: &Request) -> Result<SignedQuote, Refusal> {
        let house = client.keys.house;
        if request.house != house.to_string() {
            return Err(Refusal::new(
                RfqError::House,
                format!("quotes here are for house {house}"),
            ));
        }
        let malformed = |error: anyhow::Error| Refusal::new(RfqError::Malformed, format!("{error:#}"));
        let legs = request.legs.iter().map(|leg| asked(leg, client));
        let legs = legs.collect::<Result<Vec<_>>>().map_err(malformed)?;
        let legs = Legs::new(&legs).ok_or_else(|| {
            let why = format!("a quote has one to four legs, not {}", legs.len());
            Refusal::new(RfqError::Malformed, why)
        })?;
        let taker = request.taker.as_deref().map(|text| address(text, "taker")).transpose();
        let taker = taker.map_err(|error| malformed(error.into()))?;
        let size = self.size(client, &legs, &request.size)?;
        let unavailable = |error: anyhow::Error| Refusal::new(RfqError::Unavailable, format!("{error:#}"));
        if let Some(why) = &self.trouble {
            return Err(Refusal::new(RfqError::Unavailable, why.clone()));
        }
        // The clock first: a quote that is taken in between is still held or still out.
        let slot = client.cluster.clock().map_err(|error| unavailable(error.into()))?.slot;
        let account = client.account(&self.account).map_err(unavailable)?;
        self.outstanding.forget(slot, &account.nonces());
        let priced = self.price(client, &account, &legs, size)?;
        let nonce = self.nonce(client, &account)?;
        let offer = Offer {
            legs: priced.legs,
            fill: FillRange {
                least: size,
                greatest: size,
            },
            spots: priced.spots,
            slots: self.terms.slots,
            nonce: Some(nonce.0),
            taker: taker.map_or(ANYONE, |key| key.to_bytes()),
        };
        // What is still wrong is the request: a strike that cannot be listed, a series twice.
        let quoted = quote(client, &(self.account, account), &offer).map_err(malformed)?;
        self.outstanding.out(Out {
            nonce,
            until: quoted.expiry_slot,
            market: quoted.market(),
            adds: priced.adds,
        });
        Ok(SignedQuote::sign(&quoted, &self.signer))
    }

    /// Cancels what is out where the market has closed, and brings the hedge to where it belongs.
    ///
    /// # Errors
    /// What the chain, or the venue, refused.
    pub fn round(&mut self, client: &mut OptionsClient) -> Result<Round> {
        let round = self.go_round(client);
        // Who cannot hedge or cancel does not quote.
        self.trouble = round
            .as_ref()
            .err()
            .map(|error| format!("the last round failed: {error:#}"));
        round
    }

    fn go_round(&mut self, client: &mut OptionsClient) -> Result<Round> {
        let mut round = Round::default();
        let slot = client.cluster.clock()?.slot;
        let account = client.account(&self.account)?;
        self.outstanding.forget(slot, &account.nonces());
        if account.quote_signer != self.signer.pubkey() {
            bail!(
                "{} does not quote for {}: its quote signer is {}",
                self.signer.pubkey(),
                self.account,
                account.quote_signer
            );
        }
        let closed = client.with_context(Purpose::Margin, &client.markets.clone(), &[], |_, closed| Ok(closed));
        round.closed = closed.unwrap_or_else(|error| Some(format!("{error:#}")));
        let is_broken = round.closed.is_some() && self.outstanding.count() > 0;
        if is_broken || !self.fresh {
            self.cancel_all(client)?;
            round.cancelled = true;
        }
        for hedged in &self.hedged {
            hedge(hedged, client, &account, &mut round)?;
        }
        Ok(round)
    }

    /// Cancels every quote that can be taken now.
    ///
    /// # Errors
    /// What the chain refused.
    pub fn cancel_all(&mut self, client: &mut OptionsClient) -> Result<()> {
        let base = client.account(&self.account)?.nonces().beyond();
        self.move_base(client, base)?;
        self.outstanding.cancelled(base);
        self.fresh = true;
        Ok(())
    }

    /// Returns the size of a fill, within what the maker quotes.
    fn size(&self, client: &OptionsClient, legs: &Legs<QuoteLeg>, text: &str) -> Result<Lots, Refusal> {
        let refused = |why: String| Refusal::new(RfqError::Size, why);
        let lots = parse(text, client.decimals()).map_err(|error| refused(format!("size: {error:#}")))?;
        let size = Lots(i64::try_from(lots).map_err(|_| refused(format!("size: {text} does not fit")))?);
        let market = legs.first().series.market;
        let listing = client.house.listing(market);
        let listing = listing.map_err(|_| refused(format!("the house has no market {market}")))?;
        let least = Lots(listing.settings.min_size);
        check_size(size, least).map_err(|_| {
            let unit = least.0 as f64 / 10f64.powi(i32::from(client.decimals()));
            refused(format!("size: {text} is no positive whole multiple of {unit}"))
        })?;
        let most = self.terms.max_size;
        let fits = |leg: &QuoteLeg| size.0.saturating_mul(i64::from(leg.ratio)) <= most.0;
        if !legs.iter().all(fits) {
            let unit = most.0 as f64 / 10f64.powi(i32::from(client.decimals()));
            return Err(refused(format!("size: no leg of a quote here is larger than {unit}")));
        }
        Ok(size)
    }

    /// Prices the legs, if the maker wants them.
    fn price(
        &self,
        client: &mut OptionsClient,
        account: &MarginAccount,
        legs: &Legs<QuoteLeg>,
        size: Lots,
    ) -> Result<Priced, Refusal> {
        let market = legs.first().series.market;
        let markets = client.markets_of(&[account], Some(market));
        let book = account
            .book()
            .map_err(|error| Refusal::new(RfqError::Unavailable, words(&error)))?;
        let lots_per_unit = client.house.params().lots_per_unit();
        let answer = client.with_context(Purpose::Margin, &markets, &[&book], |context, closed| {
            let quoting = Quoting {
                terms: &self.terms,
                context,
                lots_per_unit,
                size,
                outstanding: &self.outstanding,
            };
            Ok(match closed {
                Some(reason) => Err(Refusal::new(RfqError::Closed, reason)),
                None => quoting.price(&book, legs),
            })
        });
        answer.unwrap_or_else(|error| Err(Refusal::new(RfqError::Closed, format!("{error:#}"))))
    }

    /// Returns the next nonce, moving the account's base if need be.
    fn nonce(&mut self, client: &mut OptionsClient, account: &MarginAccount) -> Result<Nonce, Refusal> {
        let unavailable = |error: anyhow::Error| Refusal::new(RfqError::Unavailable, format!("{error:#}"));
        let busy = || Refusal::new(RfqError::Busy, "too many quotes are out; some run out within seconds");
        let mut nonces = account.nonces();
        for _ in 0..2 {
            match self.outstanding.next(&nonces) {
                Given::Free(nonce) => return Ok(nonce),
                Given::TooMany => return Err(busy()),
                Given::MoveBase(base) => {
                    self.move_base(client, base).map_err(unavailable)?;
                    nonces.move_base(base);
                }
            }
        }
        Err(busy())
    }

    fn move_base(&self, client: &mut OptionsClient, base: Nonce) -> Result<()> {
        let cancel = ix::cancel_all_quotes(&self.signer.pubkey(), &self.account, base.0);
        client
            .send(&[cancel], &[&self.signer])
            .context("quotes could not be cancelled")
    }
}

/// Brings a perpetual to minus the options' delta, where it is off by more than the band.
fn hedge(hedged: &Hedged, client: &mut OptionsClient, account: &MarginAccount, round: &mut Round) -> Result<()> {
    let book = account.book().map_err(|error| anyhow!("{}", words(&error)))?;
    let markets = client.markets_of(&[account], Some(hedged.market));
    let (delta, price) = client.with_context(Purpose::Margin, &markets, &[&book], |context, _| {
        let greeks = greeks(&book, context)?;
        let held = greeks.get(usize::from(hedged.market)).copied().unwrap_or_default();
        Ok((held.delta as f64, spot(context, hedged.market)?))
    })?;
    let unit = client.house.params().lots_per_unit() as f64;
    let (delta, held) = (delta / unit / price, hedged.perp.trader(client)?.lots);
    let net = delta + held as f64 / unit;
    round.deltas.push((hedged.market, net));
    if net.abs() > hedged.band {
        let target = (-delta * unit).round() as i64;
        hedged.perp.trade_to(client, target, price)?;
        round.orders.push(HedgeOrder {
            market: hedged.market,
            lots: target.saturating_sub(held),
        });
    }
    Ok(())
}

/// Reads a leg that a taker asks for: the maker does the opposite.
fn asked(leg: &RequestedLeg, client: &OptionsClient) -> Result<QuoteLeg> {
    let series = client.series(&leg.series)?;
    let series = series.terms().map_err(|error| anyhow!("{}", words(&error)))?;
    let side = side(&leg.side).context("side")?.opposite();
    if leg.ratio == 0 {
        bail!("ratio: 0 is not positive");
    }
    Ok(QuoteLeg {
        series,
        side,
        ratio: leg.ratio,
        price: UnitPrice(0),
    })
}
