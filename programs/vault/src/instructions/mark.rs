//! `mark`: observes the vault and does nothing else. Its breakers trip, cool down and resume by
//! observations.
//!
//! The venue's accounts are pinned by their address and taken as they are found there: if they
//! cannot be read, that is what the observation has found, and it is written down. Every other
//! instruction would fail on them and remember nothing. A venue that fails again and again goes
//! into quarantine here, and leaves it here.

use crate::errors::VaultError;
use crate::events::{announce, Marked, Quarantined};
use crate::payment::payment;
use crate::state::{Vault, VAULT_VERSION};
use crate::tokens;
use crate::valuation::{appraise, inputs, Moment, PortfolioAccounts, Positions};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_core_market::breaker::Breaker;
use ballast_core_types::{Lots, Shares, UnixTime};
use ballast_core_vault::appraisal::unvalued;
use ballast_core_vault::places::{at, MAX_LEGS};
use ballast_core_vault::portfolio::Leg;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::quarantine::{Cases, Check, Finding, FAILURES_IN_A_ROW};
use ballast_core_vault::state::VaultState;
use ballast_risk::read;

/// Accounts of `mark`. Permissionless.
#[event_cpi]
#[derive(Accounts)]
pub struct Mark<'info> {
    /// The vault; the accounts of its portfolio follow those named here, and whatever is found at a
    /// venue is the finding.
    #[account(
        mut, dup,
        has_one = share_mint @ VaultError::WrongShareMint,
        constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion,
    )]
    pub vault: Box<Account<'info, Vault>>,
    /// CHECK: share mint, named by the vault; read for the supply.
    pub share_mint: UncheckedAccount<'info>,
    /// CHECK: quote custody, pinned by the vault; pays the keeper.
    #[account(mut, address = vault.custody @ VaultError::WrongCustody)]
    pub custody: UncheckedAccount<'info>,
    /// CHECK: gets the keeper's pay; without it nobody is paid.
    #[account(mut)]
    pub payee: Option<UncheckedAccount<'info>>,
    /// Token program of quote tokens.
    pub token_program: Interface<'info, TokenInterface>,
}

/// What a share is worth needs prices of now: an observation without one ends nobody's cooldown.
/// Whether venues answer is noted all the same, so that a silent market hides none that fails; once
/// it has been declared silent for a day, its own legs are in quarantine.
/// A second one in a slot changes nothing unless it trips something, and is no error, so that
/// nobody can keep the guardian from observing by going first.
pub(crate) fn handler<'info>(ctx: Context<'info, Mark<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let portfolio = PortfolioAccounts::of(&accounts.vault, ctx.remaining_accounts)?;
    let state = accounts.vault.state();
    let moment = portfolio.moment(&state, Purpose::Monitor, tokens::supply(&accounts.share_mint)?)?;
    let positions = portfolio.positions(&state, &moment);
    let appraisal = appraise(&state, &positions, &moment).ok();
    let vault = &mut accounts.vault;
    let before = vault.monitor.tripped;
    let answers = match &appraisal {
        Some(appraisal) => {
            vault.record(appraisal);
            vault.release_levy(appraisal)?;
            appraisal.answers
        }
        None => {
            let update = unvalued(&inputs(&state, &positions, &moment));
            vault.monitor = update.monitor.into();
            update.answers
        }
    };
    let valued = appraisal.as_deref().filter(|appraisal| appraisal.values_shares());
    // One that values nothing is worth nothing to those who would pay for it.
    let paid = match valued {
        Some(appraisal) => payment!(accounts).for_task(vault, appraisal.nav.low, &moment.clock)?,
        None => 0,
    };
    let event = Marked {
        vault: vault.key(),
        nav_low: valued.map(|appraisal| appraisal.nav.low.0),
        supply: supply(&state, &moment).0,
        breakers_before: before,
        monitor: vault.monitor,
        paid,
    };
    announce(&accounts.event_authority, &event)?;
    let seen = Seen {
        answers,
        is_valued: appraisal.is_some(),
        positions: &positions,
        moment: &moment,
    };
    let mut is_changed = false;
    for (place, _) in state.legs() {
        let check = seen.check(vault, &state, place);
        if quarantine(vault, &moment, &check) {
            is_changed = true;
            let event = Quarantined {
                vault: vault.key(),
                leg: u8::try_from(place).map_err(|_| VaultError::WrongLeg)?,
                is_quarantined: vault.cases.get().of(place).is_some(),
                value: check.value,
                supply: check.supply.0,
                cases: vault.cases,
                ledger_after: vault.ledger,
            };
            announce(&accounts.event_authority, &event)?;
        }
    }
    if is_changed {
        record_anew(vault, &positions, &moment);
    }
    Ok(())
}

/// Marks a share anew, by what counts now.
#[inline(never)]
fn record_anew(vault: &mut Vault, positions: &Positions, moment: &Moment) {
    let state = vault.state();
    if let Ok(appraisal) = appraise(&state, positions, moment) {
        vault.record(&appraisal);
    }
}

/// What the observation has found.
struct Seen<'a> {
    answers: [Option<bool>; MAX_LEGS],
    is_valued: bool,
    positions: &'a Positions,
    moment: &'a Moment,
}

impl Seen<'_> {
    /// Returns what was found of the venue of the leg at a place.
    #[inline(never)]
    fn check(&self, vault: &Vault, was: &VaultState, place: usize) -> Check {
        let moment = self.moment;
        let of = was.market_of(place).and_then(|market| moment.prices.of(market));
        let remembered = vault.monitor.venues.get(place);
        // What it holds is no measure while it moves without a reason.
        let is_in_doubt = was.is_quarantined(place) && remembered.is_some_and(|venue| venue.in_doubt != 0);
        let found = match at(&self.answers, place) {
            None => Finding::Unjudged,
            Some(answers) if !answers || is_in_doubt => Finding::Failing,
            // Whether it moved for a reason nobody has judged.
            Some(_) if !self.is_valued => Finding::Unjudged,
            Some(_) => Finding::Sound,
        };
        // What another venue has tripped says nothing of this one.
        let fails = |(other, _): (usize, usize)| other != place && was.monitor.failures(other) >= FAILURES_IN_A_ROW;
        let is_by_hand = was.monitor.breakers.tripped.has(Breaker::VenueFailure) && !was.legs().any(fails);
        Check {
            venue: place,
            found,
            failures: remembered.map_or(0, |venue| venue.failures),
            was_tripped: is_by_hand,
            silent_for: of.and_then(|of| of.silent_for),
            value: value_at(was, self.positions, moment, place).filter(|_| of.is_some_and(|of| of.refusal.is_none())),
            supply: supply(was, moment),
            longest_gap_seconds: vault.breakers.longest_gap_seconds,
            now: read::now(&moment.clock),
        }
    }
}

fn supply(vault: &VaultState, moment: &Moment) -> Shares {
    let now = UnixTime(moment.clock.unix_timestamp);
    vault.fees_at(moment.minted, now).supply(moment.minted)
}

/// Returns the low value of all that is at the venue of a leg; `None` while an order waits there to
/// be filled.
fn value_at(vault: &VaultState, positions: &Positions, moment: &Moment, place: usize) -> Option<u64> {
    let (market, position) = (vault.market_of(place)?, at(positions, place)?);
    let value = Leg { market, position }.worth_low(&moment.prices);
    value.filter(|_| position.in_flight == Lots::ZERO)
}

/// Puts the venue of a leg into quarantine, keeps it there, or lets it out: whether a quarantine
/// began or ended.
#[inline(never)]
fn quarantine(vault: &mut Vault, moment: &Moment, check: &Check) -> bool {
    let was: Cases = vault.cases.get();
    let (cases, ledger) = was.after_check(vault.ledger.get(), check);
    if cases == was {
        return false;
    }
    // Until now by what was: up to its start, and not while it lasted.
    vault.accrue_fees(moment.minted, UnixTime(check.now.unix_time));
    (vault.cases, vault.ledger) = (cases.into(), ledger.into());
    cases.of(check.venue).is_some() != was.of(check.venue).is_some()
}
