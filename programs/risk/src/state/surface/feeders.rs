//! Who feeds a surface: the feeders of now, and those who take their places after the delay.

use super::{MAX_FEEDERS, SUBMISSION_SEED};
use crate::errors::RiskError;
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};

/// How long proposed feeders wait before anybody may put them in force, seconds: 48 hours. Whoever
/// holds positions on a surface can leave before somebody else says what it is.
pub const FEEDER_DELAY: i64 = 172_800;

/// How long a proposal can be put in force after that, seconds: seven days. A notice that lies
/// about for months is none for who comes later.
pub const FEEDER_WINDOW: i64 = 604_800;

/// A feeder, and where its submissions lie.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Feeder {
    /// Who signs.
    pub key: Pubkey,
    /// The one address of its submissions to this surface.
    pub submission: Pubkey,
}

/// Feeders, and how many of them a publication takes.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct FeederSet {
    /// They are in force from here on, unix seconds.
    pub since: i64,
    /// How many fresh submissions a publication takes, k of n.
    pub required: u32,
    /// How many feeders there are, n; none where nothing is proposed.
    pub count: u32,
    /// The feeders; those beyond `count` are zeros.
    pub feeders: [Feeder; MAX_FEEDERS],
}

impl FeederSet {
    /// No feeders.
    pub fn none() -> Self {
        Self::zeroed()
    }

    /// Returns the set of these feeders of `surface`, in force from `since` on.
    ///
    /// # Errors
    /// [`RiskError::SurfaceFeeders`] unless there are 1 to 16, all different and none the default
    /// address, and `required` is one to all.
    #[inline(never)]
    pub fn new(surface: &Pubkey, keys: &[Pubkey], required: u8, since: i64) -> Result<Self> {
        let count = u32::try_from(keys.len()).map_err(|_| RiskError::SurfaceFeeders)?;
        let different = keys.iter().enumerate().all(|(index, feeder)| {
            let later = keys.iter().skip(index.saturating_add(1));
            *feeder != Pubkey::default() && later.clone().all(|other| other != feeder)
        });
        let sound = keys.len() <= MAX_FEEDERS && different && (1..=count).contains(&u32::from(required));
        require!(sound, RiskError::SurfaceFeeders);
        let mut set = Self {
            since,
            required: u32::from(required),
            count,
            ..Self::none()
        };
        for (place, key) in set.feeders.iter_mut().zip(keys) {
            let seeds = [SUBMISSION_SEED, surface.as_ref(), key.as_ref()];
            *place = Feeder {
                key: *key,
                submission: Pubkey::find_program_address(&seeds, &crate::ID).0,
            };
        }
        Ok(set)
    }

    /// Returns the feeders.
    pub fn feeders(&self) -> &[Feeder] {
        let count = usize::try_from(self.count).unwrap_or(MAX_FEEDERS).min(MAX_FEEDERS);
        self.feeders.get(..count).unwrap_or_default()
    }

    /// Returns their addresses.
    pub fn keys(&self) -> Vec<Pubkey> {
        self.feeders().iter().map(|feeder| feeder.key).collect()
    }

    /// Returns whether `key` is one of them.
    pub fn has(&self, key: &Pubkey) -> bool {
        self.feeders().iter().any(|feeder| feeder.key == *key)
    }
}
