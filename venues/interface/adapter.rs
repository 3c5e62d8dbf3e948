//! The one shape of a venue: an instruction's tag, a table of account roles, a pure encoder, and
//! readers of its accounts.

use super::{Liquidity, VenueError};
use ballast_core_types::{FillReceipt, Lots, Position, Price, Ratio, TradingTerms, Value};

/// A venue's market account and a trader's account there, as bytes. The caller has checked that
/// they are the ones it means and that the venue's program owns them.
#[derive(Clone, Copy, Debug)]
pub struct PositionAccounts<'a> {
    /// The market.
    pub market: &'a [u8],
    /// The trader's account on it.
    pub trader: &'a [u8],
}

/// An address's bytes.
pub type Address = [u8; 32];

/// What a market's account pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketPins {
    /// The risk market whose price the venue takes.
    pub risk_market: Address,
    /// The mint it settles in.
    pub quote_mint: Address,
    /// The token account that holds what the venue owes.
    pub custody: Address,
    /// Initial margin as a share of the notional.
    pub initial_margin: Ratio,
}

/// What a trader asks of a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueAction {
    /// Open an account; somebody pays its rent.
    CreateTrader,
    /// Trade, at once or later.
    PlaceOrder {
        /// Positive buys, negative sells.
        lots: Lots,
        /// Worst acceptable price.
        limit: Price,
        /// Refuse to open, grow or flip a position.
        reduce_only: bool,
    },
    /// Add collateral, quote base units.
    Deposit(u64),
    /// Take collateral out, at once or into the venue's queue, quote base units.
    Withdraw(u64),
    /// Fetch a withdrawal from the queue.
    CollectWithdrawal,
}

/// What an account is to an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRole {
    /// The trader's owner: a program's own address signs for it.
    Owner,
    /// Who pays rent.
    Payer,
    /// The venue's market.
    Market,
    /// The trader's account.
    Trader,
    /// The owner's quote tokens.
    OwnerQuote,
    /// The venue's quote tokens.
    VenueCustody,
    /// The market of the risk program whose price the venue takes.
    RiskMarket,
    /// The token program.
    TokenProgram,
    /// The system program.
    SystemProgram,
}

/// An account of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountMeta {
    /// What it is.
    pub role: AccountRole,
    /// Whether the venue writes to it.
    pub is_writable: bool,
    /// Whether it signs.
    pub is_signer: bool,
}

impl AccountMeta {
    /// Returns an account that is only read.
    pub const fn read(role: AccountRole) -> Self {
        Self {
            role,
            is_writable: false,
            is_signer: false,
        }
    }

    /// Returns an account that is written to.
    pub const fn write(role: AccountRole) -> Self {
        Self {
            role,
            is_writable: true,
            is_signer: false,
        }
    }

    /// Returns the same, signing.
    pub const fn signs(self) -> Self {
        Self {
            is_signer: true,
            ..self
        }
    }
}

/// Most bytes of an instruction's data.
pub const MAX_DATA: usize = 48;

/// An instruction without addresses.
#[derive(Clone, Copy, Debug)]
pub struct EncodedInstruction {
    /// Its accounts, in order.
    pub accounts: &'static [AccountMeta],
    data: [u8; MAX_DATA],
    length: usize,
}

impl EncodedInstruction {
    /// Returns an instruction with this tag and these accounts; its arguments follow by
    /// [`Self::with`].
    pub fn new(tag: [u8; 8], accounts: &'static [AccountMeta]) -> Self {
        let empty = Self {
            accounts,
            data: [0; MAX_DATA],
            length: 0,
        };
        empty.with(&tag)
    }

    /// Returns the same with one more argument. What does not fit [`MAX_DATA`] is left out, which
    /// no venue accepts.
    #[must_use]
    pub fn with(mut self, argument: &[u8]) -> Self {
        let rest = self.data.get_mut(self.length..).unwrap_or_default();
        for (to, from) in rest.iter_mut().zip(argument) {
            *to = *from;
            self.length = self.length.wrapping_add(1);
        }
        self
    }

    /// Returns the instruction's data.
    pub fn data(&self) -> &[u8] {
        self.data.get(..self.length).unwrap_or_default()
    }
}

/// A venue: everything Ballast knows of it, as pure functions of bytes.
pub trait Venue {
    /// The venue's program.
    const PROGRAM: Address;

    /// Returns whether the bytes are a market's account of a layout that is known here.
    fn is_market(data: &[u8]) -> bool;

    /// Returns whether the bytes are a trader's account of a layout that is known here.
    fn is_trader(data: &[u8]) -> bool;

    /// Returns what it costs now to trade `size` (quote base units, positive), and what a long pays
    /// to stay.
    ///
    /// The caller has checked that the account is the one it means and that the venue's program
    /// owns it.
    ///
    /// # Errors
    /// [`VenueError`]: the account is of an unknown layout or version, or the venue quotes nothing.
    fn liquidity(data: &[u8], size: Value) -> Result<Liquidity, VenueError>;

    /// Returns what a market's account pins.
    ///
    /// # Errors
    /// [`VenueError::Layout`].
    fn pins(market: &[u8]) -> Result<MarketPins, VenueError>;

    /// Returns what trading costs, for a planner.
    ///
    /// # Errors
    /// [`VenueError`].
    fn terms(market: &[u8]) -> Result<TradingTerms, VenueError>;

    /// Returns a trader's position, funding brought up to date at the price `mid` and the moment
    /// `now` (unix seconds).
    ///
    /// # Errors
    /// [`VenueError::Layout`]; [`VenueError::OutOfRange`] if a value does not fit.
    fn position(accounts: &PositionAccounts, mid: Price, now: i64) -> Result<Position, VenueError>;

    /// Encodes an action as an instruction.
    fn encode(action: &VenueAction) -> EncodedInstruction;

    /// Reads what an order's instruction returned.
    ///
    /// # Errors
    /// [`VenueError::Layout`].
    fn receipt(return_data: &[u8]) -> Result<FillReceipt, VenueError>;
}
