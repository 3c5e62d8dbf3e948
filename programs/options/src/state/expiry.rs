//! One market's expiry: the price it settles at, and the money of its paying out.

use crate::errors::OptionsError;
use crate::state::version::VERSION;
use anchor_lang::prelude::*;
use ballast_core_clearing::payout::ExpiryBook;
use ballast_core_clearing::settlement::{Outcome, Settlement};
use ballast_risk::state::Fixed;

/// First seed of an expiry's address: `["expiry", house, market (u8), expiry (i64)]`.
pub const EXPIRY_SEED: &[u8] = b"expiry";

/// How an expiry's price was found.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiryOutcome {
    /// It has not been settled.
    #[default]
    Open,
    /// It is the average of the samples.
    Average,
    /// There were too few samples: it is the slow price.
    SlowPrice,
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
    /// Samples recorded.
    pub sample_count: u32,
    /// The last moment from which samples are taken, unix seconds.
    pub ends_at: i64,
    /// When the last sample was published, unix seconds; zero while there is none.
    pub last_sample_at: i64,
    /// Sum of the samples.
    pub sample_sum: Fixed,
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
    /// Sum of the claims paid, wholly or in part.
    pub claims_done: u64,
    /// Room for what later versions hold.
    pub reserved: [u8; 64],
}

impl Expiry {
    /// # Errors
    /// [`OptionsError::Version`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == VERSION, OptionsError::Version);
        Ok(())
    }

    /// Returns the settlement as the pure functions take it.
    ///
    /// # Errors
    /// [`OptionsError::TooLarge`] if it was settled at no price, which cannot be.
    pub fn settlement(&self) -> Result<Settlement> {
        let outcome = match self.outcome {
            ExpiryOutcome::Open => None,
            settled => Some(Outcome {
                price: self.price.price().ok_or(OptionsError::TooLarge)?,
                is_slow_price: settled == ExpiryOutcome::SlowPrice,
            }),
        };
        Ok(Settlement {
            expiry: self.expiry,
            ends_at: self.ends_at,
            last_at: self.last_sample_at,
            count: self.sample_count,
            sum: self.sample_sum.get(),
            outcome,
        })
    }

    /// Stores a settlement.
    pub fn record(&mut self, settlement: &Settlement) {
        self.ends_at = settlement.ends_at;
        self.last_sample_at = settlement.last_at;
        self.sample_count = settlement.count;
        self.sample_sum = settlement.sum.into();
        (self.outcome, self.price) = match settlement.outcome {
            None => (ExpiryOutcome::Open, Fixed::default()),
            Some(outcome) if outcome.is_slow_price => (ExpiryOutcome::SlowPrice, outcome.price.into()),
            Some(outcome) => (ExpiryOutcome::Average, outcome.price.into()),
        };
    }

    /// Returns the money of it as the pure functions take it.
    pub fn book(&self) -> ExpiryBook {
        ExpiryBook {
            open_long: self.open_long,
            open_short: self.open_short,
            collected: self.collected,
            claimed: self.claimed,
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
        self.paid = book.paid;
        self.claims_done = book.claims_done;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
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
            sample_count: 0,
            ends_at: 28_800,
            last_sample_at: 0,
            sample_sum: Fixed::default(),
            price: Fixed::default(),
            open_long: 0,
            open_short: 0,
            collected: 0,
            claimed: 0,
            paid: 0,
            claims_done: 0,
            reserved: [0; 64],
        }
    }

    #[test]
    fn a_settlement_survives_storage() {
        let price = Price::from_fixed(I80F48::lit("50000.25")).unwrap();
        for outcome in [
            None,
            Some(Outcome {
                price,
                is_slow_price: false,
            }),
            Some(Outcome {
                price,
                is_slow_price: true,
            }),
        ] {
            let settlement = Settlement {
                expiry: 28_800,
                ends_at: 29_000,
                last_at: 28_950,
                count: 7,
                sum: I80F48::lit("350001.75"),
                outcome,
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
            paid: 5,
            claims_done: 6,
        };
        let mut account = expiry();
        account.store(&book);
        assert_eq!(account.book(), book);
    }
}
