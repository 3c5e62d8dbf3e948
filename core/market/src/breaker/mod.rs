//! What may be done while breakers stand or a price is refused.
//!
//! Breakers are a table ([`TABLE`]): each row says what is read, when it trips, how it resumes, and
//! what it permits. What is permitted while several stand is what every one of them permits. Three
//! properties hold for any set of breakers, and are tested for all of them: an exit is always
//! permitted; nothing that stands permits adding risk; a parameter of zero is refused.

mod group;
mod params;
mod table;

pub use group::{BreakerGroup, BreakerStates, ResumeError, MARKET, VAULT};
pub use params::{BreakerParamError, BreakerParams, BreakerSettings, QUIET_SECONDS, UNGUARDED_COOLDOWNS};
pub use table::{Breaker, Resume, Rule, Scope, Unit, TABLE};

/// What the present state permits. `reduce` and `withdraw` are always true: an exit is never
/// closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Orders that add exposure.
    pub open: bool,
    /// Orders that only bring exposure nearer to zero.
    pub reduce: bool,
    /// Deposits.
    pub deposit: bool,
    /// Redemptions.
    pub withdraw: bool,
}

impl Permissions {
    /// Everything.
    pub const ALL: Self = Self {
        open: true,
        reduce: true,
        deposit: true,
        withdraw: true,
    };

    /// Without a price admitted for the use that the action needs.
    pub const WITHOUT_PRICE: Self = Self {
        open: false,
        deposit: false,
        ..Self::ALL
    };

    /// Returns what both permit.
    pub const fn and(self, other: Self) -> Self {
        Self {
            open: self.open && other.open,
            reduce: self.reduce && other.reduce,
            deposit: self.deposit && other.deposit,
            withdraw: self.withdraw && other.withdraw,
        }
    }
}

/// A set of breakers: one bit each, in the order of [`TABLE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BreakerSet(u16);

impl BreakerSet {
    /// None.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self((1 << TABLE.len()) - 1);

    /// Just this one.
    pub const fn of(breaker: Breaker) -> Self {
        Self(1 << breaker as u16)
    }

    /// Returns what was stored; `None` if it has a bit that stands for nothing.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 {
            return Some(Self(bits));
        }
        None
    }

    /// Returns what to store.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Returns whether `breaker` is among them.
    pub const fn has(self, breaker: Breaker) -> bool {
        self.0 & Self::of(breaker).0 != 0
    }

    /// Those of both.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without `breaker`.
    pub const fn without(self, breaker: Breaker) -> Self {
        Self(self.0 & !Self::of(breaker).0)
    }
}

/// Returns what is permitted while `active` are: what every one of them permits.
///
/// `price_admitted`: a live price passed every rule of the use that the action needs (`Trade` for
/// orders, `Nav` for deposits).
pub fn permitted(active: BreakerSet, price_admitted: bool) -> Permissions {
    let mut permitted = if price_admitted {
        Permissions::ALL
    } else {
        Permissions::WITHOUT_PRICE
    };
    for rule in &TABLE {
        if active.has(rule.breaker) {
            permitted = permitted.and(rule.permits);
        }
    }
    permitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_calm_market_with_an_admitted_price_takes_risk_and_exits_never_close() {
        for (price_admitted, price_jump) in [(true, false), (true, true), (false, false), (false, true)] {
            let active = if price_jump {
                BreakerSet::of(Breaker::PriceJump)
            } else {
                BreakerSet::NONE
            };
            let allowed = permitted(active, price_admitted);
            assert_eq!(allowed.open, price_admitted && !price_jump);
            assert_eq!(allowed.deposit, price_admitted && !price_jump);
            assert!(allowed.reduce && allowed.withdraw);
        }
    }

    #[test]
    fn a_set_survives_storage_and_knows_its_bits() {
        for bits in 0..=u16::MAX {
            match BreakerSet::from_bits(bits) {
                Some(set) => assert!(bits < 1 << 13 && set.bits() == bits),
                None => assert!(bits >= 1 << 13),
            }
        }
        let both = BreakerSet::of(Breaker::UnexplainedMove).union(BreakerSet::of(Breaker::StalePrice));
        assert!(both.has(Breaker::UnexplainedMove) && both.has(Breaker::StalePrice) && !both.has(Breaker::Turnover));
        assert_eq!(
            both.without(Breaker::UnexplainedMove),
            BreakerSet::of(Breaker::StalePrice)
        );
        assert_eq!(both.without(Breaker::Turnover), both);
    }
}
