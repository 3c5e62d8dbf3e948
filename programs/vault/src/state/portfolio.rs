//! The markets whose risk a vault takes, and its legs at venues, as stored.

use crate::errors::{ensure, VaultError};
use crate::state::plain::plain;
use anchor_lang::prelude::*;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_vault::directional::{DirectionalPolicy, Mode};
use ballast_core_vault::places::{MAX_LEGS, MAX_LEGS_OF_MARKET, MAX_MARKETS};
use ballast_risk::state::Fixed;
use bytemuck::{Pod, Zeroable};

/// What is wanted of one market.
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct MarketPolicy {
    /// Base: dollar delta that is wanted / net asset value, before anything lowers it; negative is
    /// short.
    pub base: Fixed,
    /// σ_ref: above this volatility a year the target shrinks with it, basis points. By hand it
    /// says nothing.
    pub reference_volatility: u32,
    /// Legs on it.
    pub legs: u8,
    /// Zero.
    pub padding: [u8; 3],
}

plain!(MarketPolicy {
    base,
    reference_volatility,
    legs,
    padding
});

impl MarketPolicy {
    /// Decodes the policy.
    pub(crate) fn decoded(&self, mode: Mode) -> DirectionalPolicy {
        DirectionalPolicy {
            mode,
            base: self.base.ratio(),
            reference_volatility: BasisPoints(self.reference_volatility),
        }
    }
}

/// A market of a vault. All zero where there is none.
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredMarket {
    /// The risk market.
    pub risk_market: Pubkey,
    /// What is wanted of it.
    pub policy: MarketPolicy,
}

plain!(StoredMarket { risk_market, policy });

/// A leg: an account of the vault at a venue. All zero where there is none.
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredLeg {
    /// The venue's market.
    pub venue_market: Pubkey,
    /// The vault's account there.
    pub venue_trader: Pubkey,
    /// Its market, by that one's place in the vault.
    pub market: u8,
    /// Zero.
    pub padding: [u8; 7],
}

plain!(StoredLeg {
    venue_market,
    venue_trader,
    market,
    padding
});

/// The markets of a vault and its legs, each in its place. None can be left out of what values it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredPortfolio {
    /// The markets.
    pub markets: [StoredMarket; MAX_MARKETS],
    /// The legs, in the order of their markets.
    pub legs: [StoredLeg; MAX_LEGS],
    /// How many markets there are.
    pub market_count: u8,
    /// How many legs there are.
    pub leg_count: u8,
    /// Zero.
    pub padding: [u8; 6],
}

plain!(StoredPortfolio {
    markets,
    legs,
    market_count,
    leg_count,
    padding
});

impl anchor_lang::Space for StoredPortfolio {
    const INIT_SPACE: usize = size_of::<Self>();
}

impl StoredPortfolio {
    /// Returns the markets there are.
    pub fn markets(&self) -> &[StoredMarket] {
        self.markets.get(..usize::from(self.market_count)).unwrap_or_default()
    }

    /// Returns the legs there are.
    pub fn legs(&self) -> &[StoredLeg] {
        self.legs.get(..usize::from(self.leg_count)).unwrap_or_default()
    }

    /// Returns the leg at a place.
    ///
    /// # Errors
    /// [`VaultError::WrongLeg`] if there is none.
    pub fn leg(&self, place: u8) -> Result<&StoredLeg> {
        let leg = self.legs().get(usize::from(place));
        Ok(leg.ok_or(VaultError::WrongLeg)?)
    }

    /// Writes markets with their legs down, which have no accounts yet.
    ///
    /// # Errors
    /// [`VaultError::Portfolio`].
    pub(crate) fn list(&mut self, policies: &[MarketPolicy]) -> Result<()> {
        ensure!((1..=MAX_MARKETS).contains(&policies.len()), VaultError::Portfolio);
        let mut free = self.legs.iter_mut();
        for (place, policy) in (0u8..).zip(policies) {
            let legs = usize::from(policy.legs);
            ensure!((1..=MAX_LEGS_OF_MARKET).contains(&legs), VaultError::Portfolio);
            ensure!(policy.padding == [0; 3], VaultError::Portfolio);
            let market = self.markets.get_mut(usize::from(place));
            market.ok_or(VaultError::Portfolio)?.policy = *policy;
            for leg in free.by_ref().take(legs) {
                leg.market = place;
                self.leg_count = self.leg_count.saturating_add(1);
            }
            self.market_count = self.market_count.saturating_add(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_in_memory_as_borsh_writes_it() {
        for (fields, memory, space) in [
            MarketPolicy::encodings(),
            StoredMarket::encodings(),
            StoredLeg::encodings(),
            StoredPortfolio::encodings(),
        ] {
            assert_eq!((fields, space), (memory.clone(), memory.len()));
        }
    }

    #[test]
    fn legs_are_listed_in_the_order_of_their_markets() {
        let of = |legs| MarketPolicy {
            legs,
            ..MarketPolicy::default()
        };
        let listed = |policies: &[MarketPolicy]| {
            let mut portfolio = StoredPortfolio::default();
            portfolio.list(policies)?;
            let legs = portfolio.legs().iter().map(|leg| leg.market);
            Ok::<_, Error>((portfolio.markets().len(), legs.collect::<Vec<_>>()))
        };
        assert_eq!(listed(&[of(1)]).unwrap(), (1, vec![0]));
        assert_eq!(listed(&[of(2), of(1)]).unwrap(), (2, vec![0, 0, 1]));
        assert_eq!(listed(&[of(2); 4]).unwrap(), (4, vec![0, 0, 1, 1, 2, 2, 3, 3]));
        for refused in [&[][..], &[of(0)], &[of(3)], &[of(1); 5], &[of(1), of(0)]] {
            assert!(listed(refused).is_err(), "{refused:?}");
        }
    }
}
