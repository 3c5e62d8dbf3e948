//! The vault's own breakers as stored: their settings, fixed at creation, and what the vault
//! remembers from one observation to the next.

use crate::errors::{self, ensure, VaultError};
use crate::state::plain::plain;
use anchor_lang::prelude::*;
use anchor_lang::Space;
use ballast_core_market::breaker::{Breaker, BreakerParams, BreakerSet, BreakerSettings, BreakerStates};
use ballast_core_market::cooldown::Cooldown;
use ballast_core_types::{Lots, Price, Value};
use ballast_core_vault::monitor::{
    LeakyWindow, MonitorParams, VaultMonitor, VenueMark, VenueMemory, SLICE_SECONDS, VAULT_BREAKERS,
};
use ballast_core_vault::places::MAX_LEGS;
use ballast_risk::state::{Fixed, StoredBreakerSettings};
use bytemuck::{Pod, Zeroable};

/// A breaker that a vault keeps, in the order of its settings.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultBreaker {
    /// A share lost too much of its highest value.
    Drawdown,
    /// What is at the venue moved by more than position and price explain.
    UnexplainedMove,
    /// Too much was traded.
    Turnover,
    /// Trades cost those who stay too much.
    TradingLoss,
    /// The venue does not answer, or not as it should.
    VenueFailure,
}

impl From<VaultBreaker> for Breaker {
    fn from(breaker: VaultBreaker) -> Self {
        match breaker {
            VaultBreaker::Drawdown => Self::Drawdown,
            VaultBreaker::UnexplainedMove => Self::UnexplainedMove,
            VaultBreaker::Turnover => Self::Turnover,
            VaultBreaker::TradingLoss => Self::TradingLoss,
            VaultBreaker::VenueFailure => Self::VenueFailure,
        }
    }
}

/// See [`MonitorParams`]; units are those of the breaker's row in `docs/reference/breakers.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct VaultBreakerSettings {
    /// Drawdown, unexplained NAV move, turnover, trading loss, venue failure.
    pub settings: [StoredBreakerSettings; VAULT_BREAKERS],
    /// The most that a gap between two observations adds to a cooldown, seconds.
    pub longest_gap_seconds: u32,
    /// In which turnover and trading loss drain, seconds.
    pub window_seconds: u32,
}

plain!(VaultBreakerSettings {
    settings,
    longest_gap_seconds,
    window_seconds
});

impl Space for VaultBreakerSettings {
    const INIT_SPACE: usize = size_of::<Self>();
}

impl VaultBreakerSettings {
    /// # Errors
    /// The parameter that is out of its bounds; the log names the breaker.
    pub fn validate(&self) -> Result<()> {
        Ok(self.params(false).validate().map_err(errors::monitor)?)
    }

    /// As the core wants it.
    pub fn params(&self, has_guardian: bool) -> MonitorParams {
        MonitorParams {
            breakers: BreakerParams {
                settings: self.settings.map(BreakerSettings::from),
                longest_gap_seconds: self.longest_gap_seconds,
                has_guardian,
            },
            window_seconds: self.window_seconds,
        }
    }
}

/// See [`VenueMemory`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredVenue {
    /// Published price at the last observation; zero if there is none.
    pub price: Fixed,
    /// What the account at the venue was worth then, quote base units.
    pub equity: i64,
    /// Lots held then.
    pub lots: i64,
    /// Lots held then, had the order in flight filled.
    pub lots_if_filled: i64,
    /// When the last failed observation of it was, unix seconds.
    pub failed_at: i64,
    /// Failed observations of it, in a row.
    pub failures: u32,
    /// 1 if what is there has moved without a reason and the breaker for that has not reset.
    pub in_doubt: u32,
}

plain!(StoredVenue {
    price,
    equity,
    lots,
    lots_if_filled,
    failed_at,
    failures,
    in_doubt
});

impl StoredVenue {
    fn get(&self) -> VenueMemory {
        VenueMemory {
            mark: Price::from_fixed(self.price.get()).map(|price| VenueMark {
                equity: Value(self.equity),
                lots: Lots(self.lots),
                lots_if_filled: Lots(self.lots_if_filled),
                price,
            }),
            failures: self.failures,
            failed_at: self.failed_at,
            is_in_doubt: self.in_doubt != 0,
        }
    }
}

impl From<VenueMemory> for StoredVenue {
    fn from(venue: VenueMemory) -> Self {
        let mark = venue.mark;
        Self {
            price: mark.map_or(Fixed::default(), |mark| mark.price.into()),
            equity: mark.map_or(0, |mark| mark.equity.0),
            lots: mark.map_or(0, |mark| mark.lots.0),
            lots_if_filled: mark.map_or(0, |mark| mark.lots_if_filled.0),
            failed_at: venue.failed_at,
            failures: venue.failures,
            in_doubt: venue.is_in_doubt.into(),
        }
    }
}

/// See [`VaultMonitor`].
#[derive(InitSpace, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredMonitor {
    /// When the breakers were last observed, unix seconds.
    pub updated_at: i64,
    /// Slot of the last observation that counted.
    pub slot: u64,
    /// Value traded, as of `turnover_at`, quote base units.
    pub turnover: u64,
    /// When it was last added to, unix seconds.
    pub turnover_at: i64,
    /// Value traded because of a drift, as of `slice_at`, quote base units.
    pub slice: u64,
    /// When it was last added to, unix seconds.
    pub slice_at: i64,
    /// What trades cost that no levy had paid for, as of `trading_loss_at`, quote base units.
    pub trading_loss: u64,
    /// When it was last added to, unix seconds.
    pub trading_loss_at: i64,
    /// What it remembers of the venue of each leg.
    pub venues: [StoredVenue; MAX_LEGS],
    /// For each of the vault's, one more than the seconds its cooldown has run; zero if it does
    /// not.
    pub cooldown: [u32; VAULT_BREAKERS],
    /// Breakers that are active: a bit for each, in the order of `docs/reference/breakers.md`.
    pub tripped: u16,
    /// Zero.
    pub padding: u16,
}

plain!(StoredMonitor {
    updated_at,
    slot,
    turnover,
    turnover_at,
    slice,
    slice_at,
    trading_loss,
    trading_loss_at,
    venues,
    cooldown,
    tripped,
    padding
});

impl StoredMonitor {
    /// Returns what is remembered. Bits that are active for nothing count as all of them: nothing
    /// that cannot be read permits risk.
    #[inline(never)]
    pub fn get(&self) -> VaultMonitor {
        VaultMonitor {
            breakers: BreakerStates {
                tripped: BreakerSet::from_bits(self.tripped).unwrap_or(BreakerSet::ALL),
                cooldown: self.cooldown.map(Cooldown::from_stored),
                updated_at: self.updated_at,
            },
            venues: self.venues.map(|venue| venue.get()),
            slot: self.slot,
            turnover: self.turnover(),
            slice: self.slice(),
            trading_loss: self.trading_loss(),
        }
    }

    fn turnover(&self) -> LeakyWindow {
        LeakyWindow {
            amount: self.turnover,
            at: self.turnover_at,
        }
    }

    fn slice(&self) -> LeakyWindow {
        LeakyWindow {
            amount: self.slice,
            at: self.slice_at,
        }
    }

    fn trading_loss(&self) -> LeakyWindow {
        LeakyWindow {
            amount: self.trading_loss,
            at: self.trading_loss_at,
        }
    }

    /// Takes note of a trade worth `amount`: see [`LeakyWindow::add`].
    pub(crate) fn traded(&mut self, amount: u64, now: i64, window_seconds: u32) {
        let turnover = self.turnover().add(amount, now, window_seconds);
        (self.turnover, self.turnover_at) = (turnover.amount, turnover.at);
    }

    /// Takes note of a trade worth `amount` for *drift*.
    pub(crate) fn drifted(&mut self, amount: u64, now: i64) {
        let slice = self.slice().add(amount, now, SLICE_SECONDS);
        (self.slice, self.slice_at) = (slice.amount, slice.at);
    }

    /// Takes note of `amount` that a trade cost those who stay.
    pub(crate) fn lost(&mut self, amount: u64, now: i64, window_seconds: u32) {
        let loss = self.trading_loss().lost(amount, now, window_seconds);
        (self.trading_loss, self.trading_loss_at) = (loss.amount, loss.at);
    }
}

impl From<VaultMonitor> for StoredMonitor {
    #[inline(never)]
    fn from(monitor: VaultMonitor) -> Self {
        Self {
            updated_at: monitor.breakers.updated_at,
            slot: monitor.slot,
            tripped: monitor.breakers.tripped.bits(),
            cooldown: monitor.breakers.cooldown.map(Cooldown::stored),
            venues: monitor.venues.map(StoredVenue::from),
            turnover: monitor.turnover.amount,
            turnover_at: monitor.turnover.at,
            slice: monitor.slice.amount,
            slice_at: monitor.slice.at,
            trading_loss: monitor.trading_loss.amount,
            trading_loss_at: monitor.trading_loss.at,
            padding: 0,
        }
    }
}

/// Who may trip and resume a vault's breakers by hand.
///
/// # Errors
/// [`VaultError::Guardian`] if it is an address nobody can sign for: a vault without a guardian
/// says so.
pub fn validate_guardian(guardian: Option<Pubkey>) -> Result<()> {
    ensure!(guardian != Some(Pubkey::default()), VaultError::Guardian);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_market::breaker::VAULT;
    use ballast_core_types::Ratio;

    #[test]
    fn what_is_remembered_survives_storage() {
        let mut monitor = VaultMonitor::new(77);
        assert_eq!(StoredMonitor::from(monitor).get(), monitor);
        monitor.breakers.tripped = BreakerSet::ALL;
        monitor.breakers.cooldown = [None, Some(0), Some(1), Some(u32::MAX - 1), Some(60)].map(Cooldown::from_seconds);
        monitor.venues[1] = VenueMemory {
            mark: Some(VenueMark {
                equity: Value(4),
                lots: Lots(-3),
                lots_if_filled: Lots(2),
                price: Price::from_fixed(Ratio::ONE.fixed()).unwrap(),
            }),
            failures: 3,
            failed_at: 82,
            is_in_doubt: true,
        };
        monitor.slot = 9;
        let mut stored = StoredMonitor::from(monitor);
        assert_eq!(stored.get(), monitor);
        // What is noted in place is noted as it would be in what is decoded.
        monitor.turnover = monitor.turnover.add(5, 80, 3_600);
        monitor.slice = monitor.slice.add(7, 83, SLICE_SECONDS);
        monitor.trading_loss = monitor.trading_loss.lost(6, 81, 3_600);
        stored.traded(5, 80, 3_600);
        stored.drifted(7, 83);
        stored.lost(6, 81, 3_600);
        assert_eq!(stored.get(), monitor);
        stored.lost(0, 99, 3_600);
        assert_eq!(stored.trading_loss_at, 81);
        let strange = StoredMonitor {
            tripped: 1 << 15,
            ..monitor.into()
        };
        assert_eq!(strange.get().breakers.tripped, BreakerSet::ALL);
    }

    #[test]
    fn the_order_is_that_of_the_panel_and_the_space_that_of_the_bytes() {
        use VaultBreaker::*;
        let all = [Drawdown, UnexplainedMove, Turnover, TradingLoss, VenueFailure];
        assert_eq!(all.map(Breaker::from), VAULT.breakers());
        for (index, breaker) in all.into_iter().enumerate() {
            let mut bytes = Vec::new();
            breaker.serialize(&mut bytes).unwrap();
            assert_eq!(bytes, [index as u8]);
        }
    }

    /// What `plain` relies on.
    #[test]
    fn policy_settings_and_monitor_lie_in_memory_as_borsh_writes_them() {
        for (fields, memory, space) in [
            crate::state::VaultPolicy::encodings(),
            VaultBreakerSettings::encodings(),
            StoredVenue::encodings(),
            StoredMonitor::encodings(),
        ] {
            assert_eq!(fields, memory);
            assert_eq!(space, memory.len());
        }
    }
}
