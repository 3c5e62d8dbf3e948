//! A vault as the program would read it.

use super::At;
use crate::appraisal::{Appraisal, AppraisalInputs};
use crate::places::{MAX_LEGS, MAX_MARKETS};
use crate::prices::{MarketPrices, Prices, Purpose};
use crate::state::VaultState;
use ballast_core_types::Position;

impl At<'_> {
    /// Returns the positions of the legs that count, as far as no price has a part in them: each
    /// leg's place, and what is there if it can be read.
    pub(super) fn held(&self) -> [(usize, Option<Position>); MAX_LEGS] {
        let vault = self.inputs.vault;
        // Where there is no leg, or its venue is in quarantine, there is nothing to be asked.
        let nothing = Position {
            is_operational: true,
            ..Position::default()
        };
        let mut held = [(0, Some(nothing)); MAX_LEGS];
        for ((place, market), (at, held)) in vault.legs().zip(&mut held) {
            *at = place;
            let state = self.views.get(market).and_then(|view| view.as_ref()?.state.as_ref());
            let found = state.and_then(|state| (self.inputs.position)(place, state.signals.price));
            *held = if vault.is_quarantined(place) {
                Some(found.unwrap_or(nothing))
            } else {
                found
            };
        }
        held
    }

    /// Returns the markets' prices for a purpose, as the program would read them.
    pub(super) fn prices(&self, purpose: Purpose) -> Option<Prices> {
        let mut markets = [None; MAX_MARKETS];
        for ((place, view), prices) in self.views.iter().enumerate().zip(&mut markets) {
            if let Some(view) = view {
                let counts = self.inputs.vault.counts(place, purpose);
                *prices = Some(MarketPrices::read(view, purpose, counts, self.inputs.now).ok()?);
            }
        }
        Some(Prices { purpose, markets })
    }

    pub(super) fn positions(&self, prices: &Prices) -> [Option<Position>; MAX_LEGS] {
        let mut positions = [None; MAX_LEGS];
        for ((place, market), position) in self.inputs.vault.legs().zip(&mut positions) {
            *position = prices.mid(market).and_then(|mid| (self.inputs.position)(place, mid));
        }
        positions
    }

    pub(super) fn appraise<'a>(
        &self,
        vault: &'a VaultState,
        prices: Prices,
        positions: [Option<Position>; MAX_LEGS],
    ) -> Option<Appraisal<'a>> {
        Appraisal::new(&self.seen(vault, prices, positions))
    }

    /// Returns what an appraisal of a vault is made of here.
    pub(super) const fn seen<'a>(
        &self,
        vault: &'a VaultState,
        prices: Prices,
        positions: [Option<Position>; MAX_LEGS],
    ) -> AppraisalInputs<'a> {
        AppraisalInputs {
            vault,
            prices,
            positions,
            minted: self.inputs.minted,
            now: self.inputs.now,
        }
    }
}
