//! `mark`: looks at the vault and does nothing else. Its breakers trip, grow quiet and resume by looks.
//!
//! The venue's accounts are pinned by their address and taken as they are found there: if they cannot be read, that is what the look has
//! found, and it is written down. Every other instruction would fail on them and remember nothing.

use crate::errors::VaultError;
use crate::events::Marked;
use crate::state::{Vault, VAULT_VERSION};
use crate::valuation::{book, venue_answers};
use anchor_lang::prelude::*;
use anchor_spl::token::Mint;
use ballast_core_market::admission::{PriceBounds, PriceUse};
use ballast_core_types::{Price, Value};
use ballast_reference_venue::state::{Market as VenueMarket, Trader};
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

/// Accounts of `mark`. Nobody signs.
#[derive(Accounts)]
pub struct Mark<'info> {
    /// The vault.
    #[account(
        mut,
        has_one = risk_market @ VaultError::WrongRiskMarket,
        has_one = venue_market @ VaultError::WrongVenueMarket,
        has_one = venue_trader @ VaultError::WrongVenueTrader,
        has_one = share_mint @ VaultError::WrongShareMint,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// Market whose risk the vault takes; owned by the risk program.
    pub risk_market: AccountLoader<'info, RiskMarket>,
    /// CHECK: owner, feed, verification level and layout are checked against the market's source.
    pub price_feed: UncheckedAccount<'info>,
    /// CHECK: pinned by address; whatever is found there is the finding.
    pub venue_market: UncheckedAccount<'info>,
    /// CHECK: pinned by address; whatever is found there is the finding.
    pub venue_trader: UncheckedAccount<'info>,
    /// Share mint; read for the supply.
    pub share_mint: Box<Account<'info, Mint>>,
}

/// A look needs a live price: otherwise whoever brings none could end everybody's quiet time. A second one in a slot changes nothing unless it
/// trips something, and is no error, so that nobody can keep the guardian from looking by looking first.
pub(crate) fn handler(ctx: Context<Mark>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let now = read::now(&clock);
    let (bounds, slow) = {
        let market = accounts.risk_market.load()?;
        let bounds = read::admitted_price(&market, &accounts.price_feed, PriceUse::Exit, &clock)?;
        let slow = market.signals.slow_price.price();
        (bounds, slow.ok_or(ballast_risk::errors::RiskError::NothingObserved)?)
    };
    let venue = see_venue(accounts, &bounds, slow, clock.unix_timestamp);
    let supply = accounts.share_mint.supply;
    let vault = &mut accounts.vault;
    let before = vault.watch.tripped;
    match venue {
        Some((nav_low, answers)) => vault.look(nav_low, supply, answers, now)?,
        None => vault.look_in_vain(now),
    };
    emit!(Marked {
        vault: vault.key(),
        nav_low: venue.map(|(nav_low, _)| nav_low.0),
        supply,
        venue_answers: venue.is_some_and(|(_, answers)| answers),
        breakers_before: before,
        watch: vault.watch,
    });
    Ok(())
}

/// The low net asset value, and whether the venue answers as it should; `None` if its accounts cannot be read.
#[inline(never)]
fn see_venue(accounts: &Mark, bounds: &PriceBounds, slow: Price, now: i64) -> Option<(Value, bool)> {
    let market = Box::new(read_as::<VenueMarket>(&accounts.venue_market)?);
    let trader = Box::new(read_as::<Trader>(&accounts.venue_trader)?);
    let book = book(&accounts.vault, &market, &trader, bounds.mid, now)?;
    Some((book.nav_low(bounds, slow)?, venue_answers(&market, &trader)))
}

/// An account of the venue's own, if it is one.
#[inline(never)]
fn read_as<T: AccountDeserialize>(account: &AccountInfo) -> Option<T> {
    if *account.owner != ballast_reference_venue::ID {
        return None;
    }
    T::try_deserialize(&mut account.try_borrow_data().ok()?.as_ref()).ok()
}
