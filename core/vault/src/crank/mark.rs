//! When a vault is worth an observation by its own breakers.

use super::{At, CrankAction, LONGEST_UNOBSERVED_SECONDS};
use crate::appraisal::{unvalued, Appraisal};
use crate::monitor::VaultMonitor;
use crate::prices::Purpose;
use crate::quarantine::SILENT_SECONDS;
use ballast_core_market::breaker::BreakerSet;
use ballast_core_types::Shares;

impl At<'_> {
    /// Returns `mark`, where it is worth a transaction: it would trip or reset something, a venue
    /// fails once more or no longer, or time has come while a breaker is active (its cooldown has
    /// to be observed, a longest gap at a time) or at the latest after
    /// [`LONGEST_UNOBSERVED_SECONDS`].
    pub(super) fn mark(&self) -> Option<CrankAction> {
        let vault = self.inputs.vault;
        if vault.fees.supply(self.inputs.minted) == Shares::ZERO {
            return None;
        }
        let was = &vault.monitor;
        let is = self.marked()?;
        let fails = |monitor: &VaultMonitor| monitor.venues.map(|venue| venue.failures);
        let due = was.breakers.tripped != is.breakers.tripped || fails(&is) != fails(was) || self.has_been_silent();
        let rested = self.inputs.now.unix_time.saturating_sub(was.breakers.updated_at);
        let rest = if was.breakers.tripped == BreakerSet::NONE {
            LONGEST_UNOBSERVED_SECONDS
        } else {
            i64::from(vault.monitor_params.breakers.longest_gap_seconds)
        };
        // Without a price of now no time passes by it.
        let is_timed = rested >= rest && is.breakers.updated_at > was.breakers.updated_at;
        (due || is_timed).then_some(CrankAction::Mark)
    }

    /// Returns whether a leg whose market has been declared silent for a day is still to be put
    /// into quarantine.
    pub(super) fn has_been_silent(&self) -> bool {
        let (vault, now) = (self.inputs.vault, self.inputs.now);
        let is_silent = |market: usize| {
            let view = self.views.get(market).and_then(Option::as_ref);
            let seconds = view.and_then(|view| view.silent_for(now));
            seconds.is_some_and(|seconds| seconds >= SILENT_SECONDS)
        };
        let has_room = vault.cases.0.iter().any(|case| case.started_at.is_none());
        let mut legs = vault.legs().filter(|(place, _)| !vault.is_quarantined(*place));
        has_room && legs.any(|(_, market)| is_silent(market))
    }

    /// Returns the vault's monitor as `mark` would leave it; `None` before a market's first
    /// observation.
    fn marked(&self) -> Option<VaultMonitor> {
        let prices = self.prices(Purpose::Monitor)?;
        let inputs = self.seen(self.inputs.vault, prices, self.positions(&prices));
        let appraisal = Appraisal::new(&inputs);
        Some(appraisal.map_or_else(|| unvalued(&inputs).monitor, |appraisal| appraisal.monitor))
    }
}
