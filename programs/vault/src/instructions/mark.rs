//! `mark`: observes the vault and does nothing else. Its breakers trip, cool down and resume by
//! observations.
//!
//! The venue's accounts are pinned by their address and taken as they are found there: if they
//! cannot be read, that is what the observation has found, and it is written down. Every other
//! instruction would fail on them and remember nothing. A venue that fails again and again goes
//! into quarantine here, and leaves it here.

use crate::errors::VaultError;
use crate::events::{announce, Marked, Quarantined};
use crate::state::{Vault, VAULT_VERSION};
use crate::tokens;
use crate::valuation::{appraise, Moment};
use crate::venue;
use anchor_lang::prelude::*;
use ballast_core_market::breaker::Breaker;
use ballast_core_types::{Lots, Position, UnixTime};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::portfolio::Portfolio;
use ballast_core_vault::prices::{MarketPrices, Purpose};
use ballast_core_vault::quarantine::{Cases, Check, VENUE};
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_risk::state::Market as RiskMarket;

/// Accounts of `mark`. Permissionless.
#[event_cpi]
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
    /// CHECK: pinned by address; whatever is found there is the finding.
    pub venue_market: UncheckedAccount<'info>,
    /// CHECK: pinned by address; whatever is found there is the finding.
    pub venue_trader: UncheckedAccount<'info>,
    /// CHECK: share mint, named by the vault; read for the supply.
    pub share_mint: UncheckedAccount<'info>,
}

/// An observation of the vault needs a price of now: otherwise whoever brings none could end
/// everybody's cooldown.
/// A second one in a slot changes nothing unless it trips something, and is no error, so that
/// nobody can keep the guardian from observing by going first.
pub(crate) fn handler(ctx: Context<Mark>) -> Result<()> {
    let accounts = ctx.accounts;
    let clock = Clock::get()?;
    let now = read::now(&clock);
    let prices = {
        let view = accounts.risk_market.load()?.view()?;
        MarketPrices::read(&view, Purpose::Monitor, now).map_err(RiskError::from)?
    };
    let mid = prices.bounds.mid;
    let position = venue::position(&accounts.venue_market, &accounts.venue_trader, mid, now.unix_time);
    let moment = Moment {
        prices,
        minted: tokens::supply(&accounts.share_mint)?,
        clock,
    };
    let state = accounts.vault.state();
    let supply = state
        .fees_at(moment.minted, UnixTime(now.unix_time))
        .supply(moment.minted);
    let appraisal = appraise(&state, position, &moment).ok();
    let vault = &mut accounts.vault;
    let before = vault.monitor.tripped;
    match &appraisal {
        Some(appraisal) => {
            vault.record(appraisal);
            vault.release_levy(appraisal)?;
        }
        None => vault.record_venue_failure(now),
    }
    let answers = |appraisal: &Appraisal| appraisal.portfolio.position.is_operational;
    let venue_answers = appraisal.as_deref().is_some_and(answers);
    // What it holds is no measure while it moves without a reason.
    let moves = |appraisal: &Appraisal| appraisal.monitor.breakers.tripped.has(Breaker::UnexplainedMove);
    let is_sound = venue_answers && !(state.cases.is_quarantined() && appraisal.as_deref().is_some_and(moves));
    let event = Marked {
        vault: vault.key(),
        nav_low: appraisal.map(|appraisal| appraisal.nav.low.0),
        supply: supply.0,
        venue_answers,
        breakers_before: before,
        monitor: vault.monitor,
    };
    announce(&accounts.event_authority, &event)?;
    let check = Check {
        venue: VENUE,
        is_sound,
        failures: vault.monitor.venue_failures,
        was_tripped: state.monitor.breakers.tripped.has(Breaker::VenueFailure),
        value: position.and_then(|position| value_at(&position, &moment)),
        supply,
        longest_gap_seconds: vault.breakers.longest_gap_seconds,
        now,
    };
    if quarantine(vault, &state.cases, position, &moment, &check) {
        let event = Quarantined {
            vault: vault.key(),
            is_quarantined: vault.cases.is_quarantined(),
            value: check.value,
            supply: check.supply.0,
            cases: vault.cases,
            ledger_after: vault.ledger,
        };
        announce(&accounts.event_authority, &event)?;
    }
    Ok(())
}

/// Returns the low value of all that is at the venue; `None` while an order waits there to be
/// filled.
fn value_at(position: &Position, moment: &Moment) -> Option<u64> {
    let value = Portfolio::at_venue_low(position, &moment.prices.bounds, moment.prices.slow);
    value.filter(|_| position.in_flight == Lots::ZERO)
}

/// Puts the venue into quarantine, keeps it there, or lets it out: whether a quarantine began or
/// ended. A share is marked anew then.
#[inline(never)]
fn quarantine(vault: &mut Vault, was: &Cases, position: Option<Position>, moment: &Moment, check: &Check) -> bool {
    let (cases, ledger) = was.after_check(vault.ledger.get(), check);
    if cases == *was {
        return false;
    }
    // Until now by what was: up to its start, and not while it lasted.
    vault.accrue_fees(moment.minted, UnixTime(check.now.unix_time));
    (vault.cases, vault.ledger) = (cases.into(), ledger.into());
    if cases.is_quarantined() == was.is_quarantined() {
        return false;
    }
    let state = vault.state();
    if let Ok(appraisal) = appraise(&state, position, moment) {
        vault.record(&appraisal);
    }
    true
}
