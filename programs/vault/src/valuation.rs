//! The accounts of a vault's portfolio, and the appraisal they give.

use crate::errors::{ensure, VaultError};
use crate::state::{StoredLeg, Vault};
use crate::venue;
use anchor_lang::prelude::*;
use ballast_core_market::breaker::{BreakerSet, Permissions, TABLE};
use ballast_core_types::{Position, Shares};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::places::{MAX_LEGS, MAX_MARKETS};
use ballast_core_vault::prices::{MarketPrices, Prices, Purpose};
use ballast_core_vault::state::VaultState;
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

/// The accounts of a vault's portfolio: they follow those that an instruction names. None can be
/// left out or exchanged: each is pinned by the vault.
#[derive(Clone, Copy)]
pub(crate) struct PortfolioAccounts<'info> {
    /// Its risk markets.
    markets: &'info [AccountInfo<'info>],
    /// Of each leg, the venue's market and the vault's account there.
    legs: &'info [AccountInfo<'info>],
}

/// The accounts of a leg.
#[derive(Clone, Copy)]
pub(crate) struct LegAccounts<'info> {
    /// Its risk market.
    pub risk_market: &'info AccountInfo<'info>,
    /// The venue's market.
    pub venue_market: &'info AccountInfo<'info>,
    /// The vault's account there.
    pub venue_trader: &'info AccountInfo<'info>,
}

/// What an instruction appraises the vault from. Prices stay what they were while it runs; the
/// vault and its positions are read anew.
pub(crate) struct Moment {
    /// The markets' prices for the instruction's purpose.
    pub prices: Prices,
    /// Shares that are minted.
    pub minted: Shares,
    /// Chain time.
    pub clock: Clock,
}

/// Positions of the legs, each in its place; `None` where the venue's accounts cannot be read.
pub(crate) type Positions = [Option<Position>; MAX_LEGS];

impl<'info> PortfolioAccounts<'info> {
    /// Takes the accounts that follow those an instruction names.
    ///
    /// # Errors
    /// [`VaultError::PortfolioAccounts`] if they are too few or too many; of the wrong one, its
    /// error.
    #[inline(never)]
    pub(crate) fn of(vault: &Vault, passed: &'info [AccountInfo<'info>]) -> Result<Self> {
        let (markets, legs) = (vault.portfolio.markets(), vault.portfolio.legs());
        let accounts = Self::split(passed, markets.len(), legs.len())?;
        for (market, account) in markets.iter().zip(accounts.markets) {
            require_keys_eq!(*account.key, market.risk_market, VaultError::WrongRiskMarket);
        }
        for (leg, account) in legs.iter().zip(accounts.legs.chunks_exact(2)) {
            let [venue_market, venue_trader] = account else {
                return err!(VaultError::PortfolioAccounts);
            };
            require_keys_eq!(*venue_market.key, leg.venue_market, VaultError::WrongVenueMarket);
            require_keys_eq!(*venue_trader.key, leg.venue_trader, VaultError::WrongVenueTrader);
        }
        Ok(accounts)
    }

    /// Takes the accounts of so many markets and legs, whatever they are.
    ///
    /// # Errors
    /// [`VaultError::PortfolioAccounts`].
    pub(crate) fn split(passed: &'info [AccountInfo<'info>], markets: usize, legs: usize) -> Result<Self> {
        let split = passed.split_at_checked(markets);
        let (markets, rest) = split.ok_or(VaultError::PortfolioAccounts)?;
        ensure!(rest.len() == legs.saturating_mul(2), VaultError::PortfolioAccounts);
        Ok(Self { markets, legs: rest })
    }

    /// Returns the accounts of each leg.
    ///
    /// # Errors
    /// [`VaultError::WrongLeg`] if there is none.
    pub(crate) fn leg(&self, leg: &StoredLeg, place: u8) -> Result<LegAccounts<'info>> {
        let at = usize::from(place).saturating_mul(2);
        let accounts = self.legs.get(at..at.saturating_add(2));
        let Some([venue_market, venue_trader]) = accounts else {
            return err!(VaultError::WrongLeg);
        };
        let risk_market = self.markets.get(usize::from(leg.market));
        Ok(LegAccounts {
            risk_market: risk_market.ok_or(VaultError::PortfolioAccounts)?,
            venue_market,
            venue_trader,
        })
    }

    /// Returns the risk markets.
    pub(crate) fn risk_markets(&self) -> impl Iterator<Item = &'info AccountInfo<'info>> {
        self.markets.iter()
    }

    /// Returns the venue's market of each leg.
    pub(crate) fn venue_markets(&self) -> impl Iterator<Item = &'info AccountInfo<'info>> {
        self.legs.iter().step_by(2)
    }

    /// Reads the markets' prices for a purpose.
    ///
    /// # Errors
    /// The rule that refused the first price that is needed and is not admitted.
    #[inline(never)]
    pub(crate) fn moment(&self, vault: &VaultState, purpose: Purpose, minted: Shares) -> Result<Box<Moment>> {
        let clock = Clock::get()?;
        let mut moment = Box::new(Moment {
            prices: Prices {
                purpose,
                markets: [None; MAX_MARKETS],
            },
            minted,
            clock,
        });
        for (place, account) in self.markets.iter().enumerate() {
            let prices = read_prices(account, purpose, vault.counts(place, purpose), &moment.clock)?;
            if let Some(of) = moment.prices.markets.get_mut(place) {
                *of = Some(prices);
            }
        }
        Ok(moment)
    }

    /// Returns the vault's positions now, their funding brought up to date at the published price.
    #[inline(never)]
    pub(crate) fn positions(&self, vault: &VaultState, moment: &Moment) -> Positions {
        let mut positions = [None; MAX_LEGS];
        let found = vault.legs().zip(self.legs.chunks_exact(2)).zip(&mut positions);
        for (((_, market), accounts), position) in found {
            if let ([venue_market, venue_trader], Some(mid)) = (accounts, moment.prices.mid(market)) {
                *position = venue::position(venue_market, venue_trader, mid, moment.clock.unix_timestamp);
            }
        }
        positions
    }

    /// Appraises `vault`, the state that was decoded, with the positions as the venues' accounts
    /// have them now.
    ///
    /// # Errors
    /// [`VaultError::VenueUnreadable`] if one that is not in quarantine cannot be read,
    /// [`VaultError::OutOfRange`].
    #[inline(never)]
    pub(crate) fn appraise<'a>(&self, vault: &'a VaultState, moment: &Moment) -> Result<Box<Appraisal<'a>>> {
        let positions = self.positions(vault, moment);
        let is_unread = |place: usize| positions.get(place).is_some_and(Option::is_none);
        let is_missing = vault
            .legs()
            .any(|(place, _)| is_unread(place) && !vault.is_quarantined(place));
        ensure!(!is_missing, VaultError::VenueUnreadable);
        appraise(vault, &positions, moment)
    }
}

impl LegAccounts<'_> {
    /// Refuses what is asked of the venue of a leg, at a place, that is in quarantine and cannot be
    /// read: what it did could not be told. Any other has been appraised.
    ///
    /// # Errors
    /// [`VaultError::VenueUnreadable`].
    pub(crate) fn check_readable(&self, appraisal: &Appraisal, place: u8) -> Result<()> {
        let place = usize::from(place);
        if !appraisal.vault.is_quarantined(place) {
            return Ok(());
        }
        let leg = appraisal.portfolio.leg(place).ok_or(VaultError::WrongLeg)?;
        let mid = appraisal.prices.mid(leg.market).ok_or(VaultError::OutOfRange)?;
        let now = appraisal.now.unix_time;
        let position = venue::position(self.venue_market, self.venue_trader, mid, now);
        ensure!(position.is_some(), VaultError::VenueUnreadable);
        Ok(())
    }
}

/// Reads the prices of a risk market.
#[inline(never)]
fn read_prices<'info>(
    account: &'info AccountInfo<'info>,
    purpose: Purpose,
    counts: bool,
    clock: &Clock,
) -> Result<MarketPrices> {
    let loader = AccountLoader::<RiskMarket>::try_from(account)?;
    let market = loader.load()?;
    let view = market.view()?;
    let prices = MarketPrices::read(&view, purpose, counts, read::now(clock));
    Ok(prices.map_err(RiskError::from)?)
}

/// Appraises `vault` with these positions, as far as there are some that can be read.
///
/// # Errors
/// [`VaultError::OutOfRange`].
#[inline(never)]
pub(crate) fn appraise<'a>(
    vault: &'a VaultState,
    positions: &Positions,
    moment: &Moment,
) -> Result<Box<Appraisal<'a>>> {
    match Appraisal::new(&inputs(vault, positions, moment)) {
        Some(appraisal) => Ok(Box::new(appraisal)),
        None => err!(VaultError::OutOfRange),
    }
}

/// Returns what an appraisal is made of.
pub(crate) fn inputs<'a>(vault: &'a VaultState, positions: &Positions, moment: &Moment) -> AppraisalInputs<'a> {
    AppraisalInputs {
        vault,
        prices: moment.prices,
        positions: *positions,
        minted: moment.minted,
        now: read::now(&moment.clock),
    }
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
