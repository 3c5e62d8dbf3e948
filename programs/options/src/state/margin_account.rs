//! A margin account as stored: everything at fixed offsets, read and written in place.

use crate::errors::{refused, OptionsError};
use crate::state::series::SeriesKey;
use crate::state::version::VERSION;
use anchor_lang::prelude::*;
use ballast_core_clearing::account::{
    Claim, MarginAccount as MarginBook, Position, Status, MAX_EXPIRIES, MAX_POSITIONS,
};
use ballast_core_clearing::nonces::{Nonce, Nonces, NONCE_WORDS};
use ballast_core_clearing::params::MAX_LISTINGS;
use ballast_core_clearing::protection::Protection;
use ballast_core_types::Lots;
use bytemuck::{Pod, Zeroable};

/// First seed of a margin account's address: `["account", house, owner, number]`.
pub const ACCOUNT_SEED: &[u8] = b"account";

/// An account's number is a slot no older than this when it is opened, and it is closed no earlier
/// than so many slots after: so an address never comes back, and no signature given for it is ever
/// good for another account. Address lookup tables do the same.
pub const NUMBER_SLOTS: u64 = 512;

/// Bytes of the account.
pub const MARGIN_ACCOUNT_BYTES: usize = 8 + core::mem::size_of::<MarginAccount>();

/// A position. See [`Position`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredPosition {
    /// The series.
    pub series: SeriesKey,
    /// Signed lots: positive is long.
    pub quantity: i64,
}

/// A claim on an expiry that is being paid out. See [`Claim`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredClaim {
    /// The moment of expiry, unix seconds.
    pub expiry: i64,
    /// Base units.
    pub amount: u64,
    /// Index of the market.
    pub market: u8,
    /// 1 if it has been paid what the expiry collected.
    pub is_paid_in_part: u8,
    /// Zero.
    pub padding: [u8; 6],
}

/// A margin account.
#[account(zero_copy)]
#[derive(Debug)]
#[repr(C)]
pub struct MarginAccount {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// 0 its owner's, 1 being liquidated.
    pub status: u8,
    /// Positions in use.
    pub position_count: u8,
    /// Claims in use.
    pub claim_count: u8,
    /// Zero.
    pub padding: [u8; 3],
    /// The house.
    pub house: Pubkey,
    /// Signs for whatever leaves the account or adds risk to it; may be a program's address.
    pub owner: Pubkey,
    /// Signs or posts quotes for it, and may cancel them: at first the owner.
    pub quote_signer: Pubkey,
    /// Who paid for the account, and gets the rent back.
    pub payer: Pubkey,
    /// Number among its owner's: the slot it was opened in, or shortly before.
    pub number: u64,
    /// Base units of the quote token.
    pub cash: u64,
    /// Owed to the insurance fund.
    pub debt: u64,
    /// When its liquidation began, unix seconds.
    pub liquidation_since: i64,
    /// The least nonce of a quote that holds.
    pub nonce_base: u64,
    /// A bit for each nonce from the base on: whether it was filled or cancelled. See [`Nonces`].
    pub nonces_used: [u64; NONCE_WORDS],
    /// Lots that its quotes may be filled by in a minute; the greatest `u64` for any number.
    pub lots_a_minute: u64,
    /// What counted of its fills at `filled_at`, lots. See [`Protection`].
    pub filled: u64,
    /// When a quote of its was last filled, unix seconds.
    pub filled_at: i64,
    /// Positions, in rising order of their series; the first `position_count` are in use.
    pub positions: [StoredPosition; MAX_POSITIONS],
    /// Claims; the first `claim_count` are in use.
    pub claims: [StoredClaim; MAX_EXPIRIES],
    /// For how long each market had been observed when its liquidation began, seconds.
    pub liquidation_observed: [u64; MAX_LISTINGS],
    /// Room for what later versions hold.
    pub reserved: [u64; 13],
}

const NORMAL: u8 = 0;
const LIQUIDATION: u8 = 1;

impl MarginAccount {
    /// Fills a new account in.
    pub fn open(&mut self, house: Pubkey, owner: Pubkey, payer: Pubkey, number: u64, bump: u8) {
        self.version = VERSION;
        self.bump = bump;
        self.house = house;
        self.owner = owner;
        self.quote_signer = owner;
        self.lots_a_minute = Protection::NONE.lots_a_minute;
        self.payer = payer;
        self.number = number;
    }

    /// # Errors
    /// [`OptionsError::Version`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == VERSION, OptionsError::Version);
        Ok(())
    }

    /// Returns the positions in use.
    pub fn positions(&self) -> &[StoredPosition] {
        self.positions
            .get(..usize::from(self.position_count))
            .unwrap_or_default()
    }

    /// Returns the claims in use.
    pub fn claims(&self) -> &[StoredClaim] {
        self.claims.get(..usize::from(self.claim_count)).unwrap_or_default()
    }

    /// Returns where it stands with the house.
    const fn status(&self) -> Status {
        match self.status {
            NORMAL => Status::Normal,
            _ => Status::Liquidation {
                since: self.liquidation_since,
                observed: self.liquidation_observed,
            },
        }
    }

    /// Cash, debt, status, positions and claims as the pure functions take them.
    ///
    /// # Errors
    /// [`OptionsError::Version`]; [`OptionsError::SeriesForm`] or an error of the books if it was
    /// not written by [`Self::store`].
    #[inline(never)]
    pub fn book(&self) -> Result<Box<MarginBook>> {
        self.check_version()?;
        let mut book = Box::new(MarginBook::EMPTY);
        book.cash = self.cash;
        book.debt = self.debt;
        book.status = self.status();
        let positions = self.positions().iter().map_while(|stored| {
            Some(Position {
                series: stored.series.terms().ok()?,
                quantity: Lots(stored.quantity),
            })
        });
        book.load_positions(positions).map_err(|bad| refused(bad, bad.into()))?;
        require!(
            book.positions().len() == usize::from(self.position_count),
            OptionsError::SeriesForm
        );
        let claims = self.claims().iter().map(|stored| Claim {
            market: stored.market,
            expiry: stored.expiry,
            amount: stored.amount,
            is_paid_in_part: stored.is_paid_in_part != 0,
        });
        book.load_claims(claims).map_err(|bad| refused(bad, bad.into()))?;
        Ok(book)
    }

    /// Stores what [`Self::book`] gave, after it was changed.
    ///
    /// # Errors
    /// None for books of the pure functions.
    #[inline(never)]
    pub fn store(&mut self, book: &MarginBook) -> Result<()> {
        self.cash = book.cash;
        self.debt = book.debt;
        (self.status, self.liquidation_since, self.liquidation_observed) = match book.status {
            Status::Normal => (NORMAL, 0, [0; MAX_LISTINGS]),
            Status::Liquidation { since, observed } => (LIQUIDATION, since, observed),
        };
        let before = usize::from(self.position_count);
        let (positions, claims) = (book.positions(), book.claims());
        for (place, position) in self.positions.iter_mut().zip(positions) {
            *place = StoredPosition {
                series: SeriesKey::from(&position.series),
                quantity: position.quantity.0,
            };
        }
        for place in self.positions.iter_mut().take(before).skip(positions.len()) {
            *place = StoredPosition::default();
        }
        self.claims = [StoredClaim::default(); MAX_EXPIRIES];
        for (place, claim) in self.claims.iter_mut().zip(claims) {
            *place = StoredClaim {
                expiry: claim.expiry,
                amount: claim.amount,
                market: claim.market,
                is_paid_in_part: u8::from(claim.is_paid_in_part),
                padding: [0; 6],
            };
        }
        self.position_count = u8::try_from(positions.len()).map_err(|_| OptionsError::TooLarge)?;
        self.claim_count = u8::try_from(claims.len()).map_err(|_| OptionsError::TooLarge)?;
        Ok(())
    }

    /// Returns the nonces as the pure functions take them.
    pub const fn nonces(&self) -> Nonces {
        Nonces {
            base: Nonce(self.nonce_base),
            used: self.nonces_used,
        }
    }

    /// Stores what [`Self::nonces`] gave, after it was changed.
    pub const fn keep_nonces(&mut self, nonces: &Nonces) {
        self.nonce_base = nonces.base.0;
        self.nonces_used = nonces.used;
    }

    /// Returns its protection as the pure functions take it.
    pub const fn protection(&self) -> Protection {
        Protection {
            lots_a_minute: self.lots_a_minute,
            filled: self.filled,
            at: self.filled_at,
        }
    }

    /// Stores what [`Self::protection`] gave, after it was changed.
    pub const fn keep_protection(&mut self, protection: &Protection) {
        self.lots_a_minute = protection.lots_a_minute;
        self.filled = protection.filled;
        self.filled_at = protection.at;
    }

    /// Returns whether a key may quote for the account, and take its quotes back: its owner's or
    /// its quote signer's.
    pub fn may_quote(&self, key: &Pubkey) -> bool {
        self.owner == *key || self.quote_signer == *key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(digits: u32) -> SeriesKey {
        SeriesKey {
            market: 0,
            kind: 1,
            places: 0,
            padding: 0,
            digits,
            expiry: 1_774_598_400,
        }
    }

    fn account(status: u8, positions: u8) -> MarginAccount {
        let mut account = MarginAccount::zeroed();
        account.open(Pubkey::default(), Pubkey::default(), Pubkey::default(), 7, 255);
        account.status = status;
        account.cash = 11;
        account.debt = 12;
        account.position_count = positions;
        for index in 0..positions {
            account.positions[usize::from(index)] = StoredPosition {
                series: series(100 + u32::from(index)),
                quantity: i64::from(index) - 40,
            };
        }
        account.claim_count = 2;
        account.claims[0].amount = 5;
        account.claims[1] = StoredClaim {
            expiry: 9,
            amount: 6,
            market: 3,
            is_paid_in_part: 1,
            padding: [0; 6],
        };
        account
    }

    #[test]
    fn thirty_two_positions_sixteen_claims_and_the_nonces_fit_four_kilobytes() {
        const { assert!(MARGIN_ACCOUNT_BYTES <= 4_096) };
        assert_eq!(MARGIN_ACCOUNT_BYTES, 1_624);
    }

    #[test]
    fn books_survive_storage_byte_for_byte() {
        for (status, positions) in [(0, 0), (0, 1), (1, 16), (0, 32)] {
            let before = account(status, positions);
            let mut after = before;
            if status == LIQUIDATION {
                after.liquidation_since = 3;
                after.liquidation_observed = [4, 5, 6, 7];
            }
            let before = after;
            let book = before.book().unwrap();
            after.store(&book).unwrap();
            assert_eq!(
                bytemuck::bytes_of(&after),
                bytemuck::bytes_of(&before),
                "{status} {positions}"
            );
        }
    }

    #[test]
    fn what_leaves_the_books_leaves_no_trace() {
        let mut kept = account(0, 32);
        kept.store(&MarginBook::EMPTY).unwrap();
        assert_eq!(kept.positions, [StoredPosition::default(); MAX_POSITIONS]);
        assert_eq!(kept.claims, [StoredClaim::default(); MAX_EXPIRIES]);
        assert!(kept.book().unwrap().is_empty());
    }

    #[test]
    fn nonces_and_protection_survive_storage() {
        let mut before = account(0, 0);
        before.nonce_base = 31;
        before.nonces_used[5] = 37;
        (before.lots_a_minute, before.filled, before.filled_at) = (5, 6, 7);
        let mut after = before;
        after.keep_nonces(&before.nonces());
        after.keep_protection(&before.protection());
        assert_eq!(bytemuck::bytes_of(&after), bytemuck::bytes_of(&before));
        assert_eq!(account(0, 0).protection(), Protection::NONE);
    }

    #[test]
    fn books_that_nobody_wrote_are_refused() {
        let mut unordered = account(0, 2);
        unordered.positions.swap(0, 1);
        assert!(unordered.book().is_err());
        let mut nameless = account(0, 2);
        nameless.positions[1].series.kind = 9;
        assert!(nameless.book().is_err());
        let mut newer = account(0, 0);
        newer.version = VERSION + 1;
        assert!(newer.book().is_err());
    }
}
