use anchor_lang::prelude::*;
use ballast_risk::state::Fixed;
use fixed::types::I80F48;

use crate::errors::PerpError;

/// The ways in which a real venue disappoints, switched on by tests and drills.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// Nothing trades and no token moves.
    pub paused: bool,
    /// The venue refuses to price anything, as if its oracle had gone quiet.
    pub stale: bool,
    /// The share of each order that fills; zero means the whole of it.
    pub partial_fill: Fixed,
    /// An order waits, and somebody fulfils it in a later slot.
    pub delayed: bool,
    /// A withdrawal waits this long; zero pays at once.
    pub withdrawal_delay_seconds: u32,
    /// The authority may reduce positions without consent.
    pub auto_deleverage: bool,
}

impl Faults {
    pub fn validate(&self) -> Result<()> {
        let share = self.partial_fill.get();
        require!(
            share >= I80F48::ZERO && share <= I80F48::ONE,
            PerpError::InvalidPartialFill
        );
        Ok(())
    }
}
