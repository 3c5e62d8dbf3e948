//! The reference venue's accounts, version 1: Borsh without options, so every field has a fixed
//! offset. The constants are held against the program's own types by `tests/e2e/venues/readers.rs`.

use crate::VenueError;
use ballast_core_types::I80F48;

/// The venue's program, as an address's bytes.
pub const PROGRAM: [u8; 32] = [
    149, 59, 151, 3, 185, 143, 222, 130, 18, 106, 147, 35, 75, 212, 108, 52, 42, 156, 247, 105, 117, 118, 174, 184,
    114, 229, 251, 183, 24, 253, 16, 133,
];
/// The layout version that is read here.
pub const VERSION: u8 = 1;
/// u8: layout version, of either account.
pub const VERSION_AT: usize = 8;

/// Fields of a market's account.
pub mod market {
    /// The account's length, bytes.
    pub const LENGTH: usize = 451;
    /// First eight bytes of SHA-256 of `account:Market`. Other programs' markets have the same
    /// ones, which is why the owner has to be checked before.
    pub const DISCRIMINATOR: [u8; 8] = [219, 190, 213, 55, 0, 227, 198, 154];
    /// Address: the market whose price the venue takes.
    pub const RISK_MARKET_AT: usize = 75;
    /// Address: what it settles in.
    pub const QUOTE_MINT_AT: usize = 107;
    /// Address: the token account that holds everything owed and the insurance fund.
    pub const CUSTODY_AT: usize = 139;
    /// I80F48: half the spread as a share of the price.
    pub const HALF_SPREAD_AT: usize = 171;
    /// u64: quote base units that move the price by one per cent.
    pub const DEPTH_ONE_PERCENT_AT: usize = 187;
    /// I80F48: a taker's fee as a share of the notional.
    pub const TAKER_FEE_AT: usize = 195;
    /// I80F48: initial margin as a share of the notional.
    pub const INITIAL_MARGIN_AT: usize = 211;
    /// I80F48: funding a day when one side holds all of the permitted open interest.
    pub const FUNDING_SCALE_AT: usize = 259;
    /// I80F48: most funding a day.
    pub const FUNDING_CAP_AT: usize = 275;
    /// i64: most open interest of either side, lots.
    pub const MAX_OPEN_INTEREST_AT: usize = 291;
    /// bool: nothing trades.
    pub const PAUSED_AT: usize = 299;
    /// bool: nothing is priced.
    pub const STALE_AT: usize = 300;
    /// i64: open interest of longs, lots.
    pub const OPEN_LONG_AT: usize = 323;
    /// i64: open interest of shorts, lots.
    pub const OPEN_SHORT_AT: usize = 331;
    /// I80F48: quote base units that one long lot has paid since the market began.
    pub const CUMULATIVE_FUNDING_AT: usize = 339;
    /// i64: when that was brought up to date, unix seconds.
    pub const FUNDING_UPDATED_AT: usize = 355;
}

/// Fields of a trader's account.
pub mod trader {
    /// The account's length, bytes.
    pub const LENGTH: usize = 243;
    /// First eight bytes of SHA-256 of `account:Trader`.
    pub const DISCRIMINATOR: [u8; 8] = [74, 133, 32, 105, 47, 50, 5, 238];
    /// u64: collateral, quote base units.
    pub const COLLATERAL_AT: usize = 74;
    /// i64: position, lots.
    pub const LOTS_AT: usize = 82;
    /// i64: what it cost, quote base units.
    pub const ENTRY_COST_AT: usize = 90;
    /// I80F48: the market's cumulative funding when this account last settled it.
    pub const FUNDING_INDEX_AT: usize = 98;
    /// u64: withdrawals that wait, quote base units.
    pub const QUEUED_WITHDRAWAL_AT: usize = 114;
    /// i64: when they can be collected, unix seconds.
    pub const QUEUED_READY_AT: usize = 122;
    /// i64: the order that waits, lots; zero if none does.
    pub const PENDING_LOTS_AT: usize = 130;
    /// u64: the slot in which it was placed.
    pub const PENDING_SLOT_AT: usize = 155;
}

/// An account's bytes, of a length and a discriminator that were checked.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a>(&'a [u8]);

impl<'a> Account<'a> {
    /// Returns a market's account.
    ///
    /// # Errors
    /// [`VenueError::Layout`] if it is none.
    pub fn market(data: &'a [u8]) -> Result<Self, VenueError> {
        Self::of(data, market::LENGTH, &market::DISCRIMINATOR)
    }

    /// Returns a trader's account.
    ///
    /// # Errors
    /// [`VenueError::Layout`] if it is none.
    pub fn trader(data: &'a [u8]) -> Result<Self, VenueError> {
        Self::of(data, trader::LENGTH, &trader::DISCRIMINATOR)
    }

    fn of(data: &'a [u8], length: usize, discriminator: &[u8; 8]) -> Result<Self, VenueError> {
        if data.len() != length || !data.starts_with(discriminator) {
            return Err(VenueError::Layout);
        }
        Ok(Self(data))
    }

    /// Refuses another layout version than [`VERSION`].
    ///
    /// # Errors
    /// [`VenueError::Version`].
    pub fn check_version(&self) -> Result<(), VenueError> {
        let [version] = self.bytes(VERSION_AT)?;
        if version != VERSION {
            return Err(VenueError::Version(version));
        }
        Ok(())
    }

    /// Returns the bytes at an offset.
    ///
    /// # Errors
    /// [`VenueError::Layout`] if the account ends before.
    pub fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], VenueError> {
        let bytes = self.0.get(at..).and_then(<[u8]>::first_chunk::<N>);
        bytes.copied().ok_or(VenueError::Layout)
    }

    /// Returns the unsigned integer at an offset.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn u64(&self, at: usize) -> Result<u64, VenueError> {
        self.bytes(at).map(u64::from_le_bytes)
    }

    /// Returns the signed integer at an offset.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn i64(&self, at: usize) -> Result<i64, VenueError> {
        self.bytes(at).map(i64::from_le_bytes)
    }

    /// Returns the fixed-point number at an offset.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn fixed(&self, at: usize) -> Result<I80F48, VenueError> {
        self.bytes(at).map(I80F48::from_le_bytes)
    }

    /// Returns the flag at an offset.
    ///
    /// # Errors
    /// [`VenueError::Layout`] if it is neither yes nor no.
    pub fn flag(&self, at: usize) -> Result<bool, VenueError> {
        match self.bytes(at)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(VenueError::Layout),
        }
    }
}
