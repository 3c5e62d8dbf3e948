//! The accounts a valuation reads, and the appraisal they give.

use crate::errors::VaultError;
use crate::state::{Vault, VAULT_VERSION};
use crate::venue;
use anchor_lang::prelude::*;
use ballast_core_market::breaker::{BreakerSet, Permissions, TABLE};
use ballast_core_types::{Position, Price, Shares};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::prices::{MarketPrices, Purpose};
use ballast_core_vault::state::VaultState;
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

/// The accounts a valuation reads. None can be omitted or exchanged: each is pinned by the vault.
#[derive(Accounts)]
pub struct Valuation<'info> {
    /// The vault.
    #[account(
        mut,
        has_one = risk_market @ VaultError::WrongRiskMarket,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// Market whose risk the vault takes; owned by the risk program.
    pub risk_market: AccountLoader<'info, RiskMarket>,
    /// CHECK: the venue's market, pinned by the vault; what is found there is read as it is.
    #[account(mut, address = vault.venue_market @ VaultError::WrongVenueMarket)]
    pub venue_market: UncheckedAccount<'info>,
    /// CHECK: the vault's account there, pinned by the vault; what is found there is read as it is.
    #[account(mut, address = vault.venue_trader @ VaultError::WrongVenueTrader)]
    pub venue_trader: UncheckedAccount<'info>,
}

/// What an instruction appraises the vault from. Prices stay what they were while it runs; the
/// vault and its position are read anew.
pub(crate) struct Moment {
    /// The market's prices for the instruction's purpose.
    pub prices: MarketPrices,
    /// Shares that are minted.
    pub minted: Shares,
    /// Chain time.
    pub clock: Clock,
}

impl Valuation<'_> {
    /// Reads the market's prices for a purpose.
    ///
    /// # Errors
    /// The rule that refused the price.
    #[inline(never)]
    pub(crate) fn moment(&self, purpose: Purpose, minted: Shares) -> Result<Moment> {
        let clock = Clock::get()?;
        let market = self.risk_market.load()?;
        let prices = MarketPrices::read(&*market.view()?, purpose, read::now(&clock)).map_err(RiskError::from)?;
        Ok(Moment { prices, minted, clock })
    }

    /// Returns the vault's position at the venue now, its funding brought up to date at `mid`.
    ///
    /// # Errors
    /// [`VaultError::VenueUnreadable`].
    pub(crate) fn position(&self, mid: Price, clock: &Clock) -> Result<Position> {
        Ok(self.found(mid, clock).ok_or(VaultError::VenueUnreadable)?)
    }

    /// Returns [`Self::position`], or `None` if the venue's accounts cannot be read.
    fn found(&self, mid: Price, clock: &Clock) -> Option<Position> {
        venue::position(&self.venue_market, &self.venue_trader, mid, clock.unix_timestamp)
    }

    /// Appraises `vault`, the state that was decoded, with the position as the venue's accounts
    /// have it now.
    ///
    /// # Errors
    /// [`VaultError::VenueUnreadable`] if it counts and cannot be read, [`VaultError::OutOfRange`].
    #[inline(never)]
    pub(crate) fn appraise<'a>(&self, vault: &'a VaultState, moment: &Moment) -> Result<Box<Appraisal<'a>>> {
        let position = self.found(moment.prices.bounds.mid, &moment.clock);
        let counts = moment.prices.purpose.counts_quarantined() || !vault.cases.is_quarantined();
        require!(position.is_some() || !counts, VaultError::VenueUnreadable);
        appraise(vault, position, moment)
    }
}

/// Appraises `vault` with this position, if there is one that can be read.
///
/// # Errors
/// [`VaultError::OutOfRange`].
pub(crate) fn appraise<'a>(
    vault: &'a VaultState,
    position: Option<Position>,
    moment: &Moment,
) -> Result<Box<Appraisal<'a>>> {
    let appraisal = Appraisal::new(&AppraisalInputs {
        vault,
        prices: moment.prices,
        position,
        minted: moment.minted,
        now: read::now(&moment.clock),
    });
    Ok(Box::new(appraisal.ok_or(VaultError::OutOfRange)?))
}

/// Logs the breakers of `active` that forbid what is asked for.
#[inline(never)]
pub(crate) fn log_active(active: BreakerSet, permits: fn(&Permissions) -> bool) {
    for rule in TABLE
        .iter()
        .filter(|rule| active.has(rule.breaker) && !permits(&rule.permits))
    {
        msg!("breaker: {}", rule.breaker.name());
    }
}
