//! One market's expiry: the price it settles at, and the money of its paying out.

use crate::errors::OptionsError;
use crate::state::version::VERSION;
use anchor_lang::prelude::*;
use ballast_core_clearing::payout::ExpiryBook;
use ballast_core_clearing::settlement::{Basis, Outcome, Settlement};
use ballast_risk::state::{Fixed, StoredSumsAt};

/// First seed of an expiry's address: `["expiry", house, market (u8), expiry (i64)]`.
pub const EXPIRY_SEED: &[u8] = b"expiry";

/// How an expiry's price was found.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiryOutcome {
    /// It has not been settled.
    #[default]
    Open,
    /// It is the average of the window.
    Window,
    /// Too little counted for a week: it is the average of what counted last before the expiry.
    BeforeExpiry,
}

/// All series of one market and moment.
#[account]
#[derive(InitSpace, Debug)]
pub struct Expiry {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Index of the market among the house's listings.
    pub market: u8,
    /// How it was settled.
    pub outcome: ExpiryOutcome,
    /// The house.
    pub house: Pubkey,
    /// Who paid for the account, and gets the rent back.
    pub payer: Pubkey,
    /// The moment, unix seconds.
    pub expiry: i64,
    /// Series that exist.
    pub series_count: u32,
    /// The market's sums where the window begins; zeros until they are copied.
    pub begins: StoredSumsAt,
    /// The average of what counted last before the expiry; zero until it is copied.
    pub before: Fixed,
    /// Where the window that settled it ended, unix seconds; zero until then.
    pub ends_at: i64,
    /// How much of that window counted, seconds.
    pub averaged_seconds: u64,
    /// The price it settled at; zero until then.
    pub price: Fixed,
    /// Lots held long, until they are settled.
    pub open_long: u64,
    /// Lots held short, likewise.
    pub open_short: u64,
    /// What losers have paid in, base units.
    pub collected: u64,
    /// Sum of the winners' claims.
    pub claimed: u64,
    /// What has been paid out.
    pub paid: u64,
    /// Sum of the claims that nothing more is paid on.
    pub claims_done: u64,
    /// What the insurance fund has put in beside.
    pub covered: u64,
    /// Whether the fund has put in its part.
    pub is_covered: bool,
    /// Room for what later versions hold.
    pub reserved: [u8; 55],
}

impl Expiry {
    /// # Errors
    /// [`OptionsError::Version`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == VERSION, OptionsError::Version);
        Ok(())
    }

    /// Returns whether it has its price.
    pub fn is_settled(&self) -> bool {
        self.outcome != ExpiryOutcome::Open
    }

    /// Returns the settlement as the pure functions take it.
    ///
    /// # Errors
    /// [`OptionsError::TooLarge`] if it was settled at no price, which cannot be.
    pub fn settlement(&self) -> Result<Settlement> {
        let basis = match self.outcome {
            ExpiryOutcome::Open => None,
            ExpiryOutcome::Window => Some(Basis::Window {
                ends_at: self.ends_at,
                seconds: self.averaged_seconds,
            }),
            ExpiryOutcome::BeforeExpiry => Some(Basis::BeforeExpiry),
        };
        let outcome = match basis {
            None => None,
            Some(basis) => Some(Outcome {
                price: self.price.price().ok_or(OptionsError::TooLarge)?,
                basis,
            }),
        };
        Ok(Settlement {
            expiry: self.expiry,
            begins: (self.begins.at != 0).then(|| self.begins.get()),
            before: self.before.price(),
            outcome,
        })
    }

    /// Stores a settlement.
    pub fn record(&mut self, settlement: &Settlement) {
        self.begins = settlement.begins.map_or_else(StoredSumsAt::default, Into::into);
        self.before = settlement.before.map_or_else(Fixed::default, Into::into);
        let Some(Outcome { price, basis }) = settlement.outcome else {
            return;
        };
        self.price = price.into();
        (self.outcome, self.ends_at, self.averaged_seconds) = match basis {
            Basis::Window { ends_at, seconds } => (ExpiryOutcome::Window, ends_at, seconds),
            Basis::BeforeExpiry => (ExpiryOutcome::BeforeExpiry, 0, 0),
        };
    }

    /// Returns the money of it as the pure functions take it.
    pub fn book(&self) -> ExpiryBook {
        ExpiryBook {
            open_long: self.open_long,
            open_short: self.open_short,
            collected: self.collected,
            claimed: self.claimed,
            covered: self.covered,
            is_covered: self.is_covered,
            paid: self.paid,
            claims_done: self.claims_done,
        }
    }

    /// Stores the money of it.
    pub fn store(&mut self, book: &ExpiryBook) {
        self.open_long = book.open_long;
        self.open_short = book.open_short;
        self.collected = book.collected;
        self.claimed = book.claimed;
        (self.covered, self.is_covered) = (book.covered, book.is_covered);
        self.paid = book.paid;
        self.claims_done = book.claims_done;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ballast_core_market::accumulators::{Accumulators, Checkpoint};
    use ballast_core_types::{Price, I80F48};

    fn expiry() -> Expiry {
        Expiry {
            version: VERSION,
            bump: 0,
            market: 0,
            outcome: ExpiryOutcome::Open,
            house: Pubkey::default(),
            payer: Pubkey::default(),
            expiry: 28_800,
            series_count: 0,
            begins: StoredSumsAt::default(),
            before: Fixed::default(),
            ends_at: 0,
            averaged_seconds: 0,
            price: Fixed::default(),
            open_long: 0,
            open_short: 0,
            collected: 0,
            claimed: 0,
            paid: 0,
            claims_done: 0,
            covered: 0,
            is_covered: false,
            reserved: [0; 55],
        }
    }

    #[test]
    fn a_settlement_survives_storage() {
        let price = Price::from_fixed(I80F48::lit("50000.25")).unwrap();
        let begins = Checkpoint {
            at: 27_000,
            sums: Accumulators {
                price_seconds: I80F48::lit("350001.75"),
                seconds: 7,
            },
        };
        let window = Basis::Window {
            ends_at: 30_600,
            seconds: 901,
        };
        for (begins, before, basis) in [
            (Some(begins), None, None),
            (Some(begins), Some(price), None),
            (Some(begins), Some(price), Some(window)),
            (Some(begins), Some(price), Some(Basis::BeforeExpiry)),
        ] {
            let settlement = Settlement {
                expiry: 28_800,
                begins,
                before,
                outcome: basis.map(|basis| Outcome { price, basis }),
            };
            let mut account = expiry();
            account.record(&settlement);
            assert_eq!(account.settlement().unwrap(), settlement);
        }
        assert_eq!(expiry().settlement().unwrap(), Settlement::new(28_800));
    }

    #[test]
    fn the_money_survives_storage() {
        let book = ExpiryBook {
            open_long: 1,
            open_short: 2,
            collected: 3,
            claimed: 4,
            covered: 7,
            is_covered: true,
            paid: 5,
            claims_done: 6,
        };
        let mut account = expiry();
        account.store(&book);
        assert_eq!(account.book(), book);
    }
}
