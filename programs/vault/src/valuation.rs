//! The book of a vault, read from its ledger and its one venue account.

use crate::errors::VaultError;
use crate::state::{Vault, VAULT_VERSION};
use anchor_lang::prelude::*;
use ballast_core_market::admission::{AdmittedPrice, PriceBounds, PriceUse};
use ballast_core_market::breaker::{BreakerSet, Permissions, TABLE};
use ballast_core_types::{Lots, Price, Value};
use ballast_core_vault::book::Book;
use ballast_core_vault::rebalance::Exposure;
use ballast_reference_venue::math::funding;
use ballast_reference_venue::state::{Market as VenueMarket, Trader, VERSION as VENUE_VERSION};
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

/// The accounts a valuation reads. None can be omitted or exchanged: each is pinned by the vault.
#[derive(Accounts)]
pub struct Valuation<'info> {
    /// The vault.
    #[account(
        mut,
        has_one = risk_market @ VaultError::WrongRiskMarket,
        has_one = venue_market @ VaultError::WrongVenueMarket,
        has_one = venue_trader @ VaultError::WrongVenueTrader,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// Market whose risk the vault takes; owned by the risk program.
    pub risk_market: AccountLoader<'info, RiskMarket>,
    /// CHECK: owner, feed, verification level and layout are checked against the market's source.
    pub price_feed: UncheckedAccount<'info>,
    /// The venue's market; owned by the venue.
    #[account(mut)]
    pub venue_market: Box<Account<'info, VenueMarket>>,
    /// The vault's account there; owned by the venue.
    #[account(mut)]
    pub venue_trader: Box<Account<'info, Trader>>,
}

impl Valuation<'_> {
    /// The live price for a use, and the market's breakers that stand with it.
    ///
    /// # Errors
    /// The rule that refused the price.
    pub fn live(&self, usage: PriceUse, clock: &Clock) -> Result<(AdmittedPrice, BreakerSet)> {
        let market = self.risk_market.load()?;
        let price = read::live_price(&market, &self.price_feed, usage, clock)?;
        let standing = read::standing(&market, Some(&price), clock)?;
        Ok((price, standing))
    }

    /// The price of an exit, [`read::exit_price`], and whether it is live: what a vault is worth at a haircut trips no breaker.
    ///
    /// # Errors
    /// As there.
    pub fn exit_price(&self, clock: &Clock) -> Result<(PriceBounds, bool)> {
        let market = self.risk_market.load()?;
        match read::admitted_price(&market, &self.price_feed, PriceUse::Exit, clock) {
            Ok(live) => Ok((live, true)),
            Err(_) => Ok((read::exit_price(&market, &self.price_feed, clock)?, false)),
        }
    }

    /// See [`venue_answers`].
    pub fn venue_answers(&self) -> bool {
        venue_answers(&self.venue_market, &self.venue_trader)
    }

    /// The book at this moment; funding is brought up to date at `mid`.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn book(&self, mid: Price, clock: &Clock) -> Result<Book> {
        book(
            &self.vault,
            &self.venue_market,
            &self.venue_trader,
            mid,
            clock.unix_timestamp,
        )
        .ok_or(VaultError::OutOfRange.into())
    }

    /// One look at the vault, worth `nav_low` at live prices: see [`Vault::look`].
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn look(&mut self, nav_low: Value, supply: u64, clock: &Clock) -> Result<BreakerSet> {
        let answers = self.venue_answers();
        self.vault.look(nav_low, supply, answers, read::now(clock))
    }

    /// The market's slow price.
    ///
    /// # Errors
    /// [`ballast_risk::errors::RiskError::NothingObserved`] before the first observation.
    pub fn slow_price(&self) -> Result<Price> {
        let price = self.risk_market.load()?.signals.slow_price.price();
        Ok(price.ok_or(ballast_risk::errors::RiskError::NothingObserved)?)
    }
}

/// Logs the breakers of `standing` that forbid what is asked for.
#[inline(never)]
pub(crate) fn name_standing(standing: BreakerSet, permits: fn(&Permissions) -> bool) {
    for rule in TABLE
        .iter()
        .filter(|rule| standing.has(rule.breaker) && !permits(&rule.permits))
    {
        msg!("breaker: {}", rule.breaker.name());
    }
}

/// Whether the venue answers as it should: a known version of both accounts, trading, and with a price of its own.
///
/// Orders that fill in part or later, queued withdrawals and deleveraging are what a venue may do; the book shows them.
pub fn venue_answers(market: &VenueMarket, trader: &Trader) -> bool {
    let known = market.version == VENUE_VERSION && trader.version == VENUE_VERSION;
    known && !market.faults.paused && !market.faults.stale
}

/// The book of `vault`: its ledger, and what its venue account says. The keeper calls this too.
///
/// `None` if a value does not fit.
#[inline(never)]
pub fn book(vault: &Vault, market: &VenueMarket, trader: &Trader, mid: Price, now: i64) -> Option<Book> {
    Some(Book {
        cash: vault.cash,
        collateral: trader.collateral,
        queued: trader.queued_withdrawal,
        lots: Lots(trader.lots),
        entry_cost: Value(trader.entry_cost),
        accrued_funding: accrued_funding(market, trader, mid, now)?,
        in_flight: Lots(trader.pending.lots),
    })
}

/// Funding owed since the position last settled, as if it settled now at `mid`.
fn accrued_funding(market: &VenueMarket, trader: &Trader, mid: Price, now: i64) -> Option<Value> {
    if trader.lots == 0 {
        return Some(Value::ZERO);
    }
    let params = &market.params;
    let rate = funding::rate_per_day(
        Lots(market.open_long_lots),
        Lots(market.open_short_lots),
        params.max_open_interest(),
        params.funding_scale_per_day.ratio(),
        params.funding_cap_per_day.ratio(),
    )?;
    let elapsed = now.saturating_sub(market.funding_updated_at);
    let index = funding::accrued(market.cumulative_funding.get(), rate, elapsed, mid)?;
    funding::owed_ceil(Lots(trader.lots), index, trader.funding_index.get())
}

/// The part of a book that a rebalance can change. The keeper calls this too.
///
/// `None` if a value does not fit.
pub fn exposure(book: &Book, mid: Price) -> Option<Exposure> {
    Some(Exposure {
        lots: book.lots,
        lots_if_filled: book.lots.checked_add(book.in_flight)?,
        delta: book.delta(mid)?,
        delta_if_filled: book.delta_if_filled(mid)?,
        nav: book.nav_at(mid)?,
    })
}
