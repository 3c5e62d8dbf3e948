//! What account bytes mean. Every decoder checks the owner first: an RPC node's word is not enough.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_lang::AccountDeserialize;
use anchor_spl::token_2022::spl_token_2022::extension::{BaseState, BaseStateWithExtensions, StateWithExtensions};
use anchor_spl::token_2022::spl_token_2022::state::{Account as TokenAccount, Mint};
use anchor_spl::token_2022_extensions::spl_token_metadata_interface::state::TokenMetadata;
use anchor_spl::{token, token_2022};
use ballast_core_market::MarketView;
use ballast_risk::state::{Market, MARKET_BYTES};

/// Why bytes could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No such account.
    #[error("account {0} does not exist")]
    Missing(Pubkey),
    /// Another program owns it.
    #[error("account {key} is owned by {owner}, expected {expected}")]
    Owner {
        /// The account.
        key: Pubkey,
        /// Its owner.
        owner: Pubkey,
        /// The owner it should have.
        expected: Pubkey,
    },
    /// The bytes are not of this type.
    #[error("account {key} is not a {what}")]
    Layout {
        /// The account.
        key: Pubkey,
        /// The type expected.
        what: &'static str,
    },
}

/// An account as any source gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAccount {
    /// Its address.
    pub key: Pubkey,
    /// Its owner.
    pub owner: Pubkey,
    /// Its data.
    pub data: Vec<u8>,
}

impl RawAccount {
    /// Returns what is at an address without an account: no data, and nobody's.
    pub fn missing(key: Pubkey) -> Self {
        Self {
            key,
            owner: Pubkey::default(),
            data: Vec::new(),
        }
    }

    pub(crate) fn owned_by(&self, expected: Pubkey) -> Result<(), DecodeError> {
        if self.owner == expected {
            return Ok(());
        }
        Err(DecodeError::Owner {
            key: self.key,
            owner: self.owner,
            expected,
        })
    }

    fn anchor<T: AccountDeserialize>(&self, program: Pubkey, what: &'static str) -> Result<T, DecodeError> {
        self.owned_by(program)?;
        T::try_deserialize(&mut self.data.as_slice()).map_err(|_| DecodeError::Layout { key: self.key, what })
    }

    /// Returns a vault.
    pub fn vault(&self) -> Result<ballast_vault::state::Vault, DecodeError> {
        self.anchor(ballast_vault::ID, "Ballast vault")
    }

    /// Returns a request to come or go.
    pub fn ticket(&self) -> Result<ballast_vault::state::Ticket, DecodeError> {
        self.anchor(ballast_vault::ID, "Ballast ticket")
    }

    /// Returns a batch of requests.
    pub fn batch(&self) -> Result<ballast_vault::state::RequestBatch, DecodeError> {
        self.anchor(ballast_vault::ID, "Ballast batch")
    }

    /// Returns a risk market.
    pub fn risk_market(&self) -> Result<Market, DecodeError> {
        self.owned_by(ballast_risk::ID)?;
        let layout = DecodeError::Layout {
            key: self.key,
            what: "Ballast risk market",
        };
        if self.data.len() != MARKET_BYTES {
            return Err(layout);
        }
        let market = Market::try_deserialize(&mut self.data.as_slice()).map_err(|_| layout.clone())?;
        market.check_version().map_err(|_| layout)?;
        Ok(market)
    }

    /// Returns a risk market, as stored and decoded.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn market_view(&self) -> Result<(Market, MarketView), DecodeError> {
        let market = self.risk_market()?;
        let view = market.view().map_err(|_| DecodeError::Layout {
            key: self.key,
            what: "Ballast risk market",
        })?;
        Ok((market, *view))
    }

    /// Returns a market's volatility surface.
    pub fn surface(&self) -> Result<ballast_risk::state::Surface, DecodeError> {
        self.zero_copy(ballast_risk::ID, "Ballast volatility surface")
    }

    /// Returns a feeder's submission.
    pub fn submission(&self) -> Result<ballast_risk::state::Submission, DecodeError> {
        self.anchor(ballast_risk::ID, "Ballast surface submission")
    }

    /// Returns a venue market.
    pub fn venue_market(&self) -> Result<ballast_reference_venue::state::Market, DecodeError> {
        self.anchor(ballast_reference_venue::ID, "reference venue market")
    }

    /// Returns an account at the venue.
    pub fn venue_trader(&self) -> Result<ballast_reference_venue::state::Trader, DecodeError> {
        self.anchor(ballast_reference_venue::ID, "reference venue trader")
    }

    /// Returns a zero-copy account, of exactly its size.
    fn zero_copy<T: AccountDeserialize>(&self, owner: Pubkey, what: &'static str) -> Result<T, DecodeError> {
        if self.data.len() != 8 + core::mem::size_of::<T>() {
            return Err(DecodeError::Layout { key: self.key, what });
        }
        self.anchor(owner, what)
    }

    /// Returns a clearing house.
    pub fn house(&self) -> Result<ballast_options::state::ClearingHouse, DecodeError> {
        self.zero_copy(ballast_options::ID, "Ballast clearing house")
    }

    /// Returns a margin account at a clearing house.
    pub fn margin_account(&self) -> Result<ballast_options::state::MarginAccount, DecodeError> {
        self.zero_copy(ballast_options::ID, "Ballast margin account")
    }

    /// Returns an expiry of a clearing house.
    pub fn expiry(&self) -> Result<ballast_options::state::Expiry, DecodeError> {
        self.anchor(ballast_options::ID, "Ballast expiry")
    }

    /// Returns a series of a clearing house.
    pub fn series(&self) -> Result<ballast_options::state::Series, DecodeError> {
        self.anchor(ballast_options::ID, "Ballast series")
    }

    /// Returns an auction at a clearing house.
    pub fn auction(&self) -> Result<ballast_options::state::AuctionOffer, DecodeError> {
        self.anchor(ballast_options::ID, "Ballast auction")
    }

    /// Returns a posted quote.
    pub fn posted_quote(&self) -> Result<ballast_options::state::PostedQuote, DecodeError> {
        self.anchor(ballast_options::ID, "Ballast posted quote")
    }

    /// Returns a mint of either token program, without its extensions.
    pub fn mint(&self) -> Result<Mint, DecodeError> {
        Ok(self.token_state::<Mint>("token mint")?.base)
    }

    /// Returns the name of a mint that has it inside; `None` if it has none.
    pub fn token_metadata(&self) -> Result<Option<TokenMetadata>, DecodeError> {
        let mint = self.token_state::<Mint>("token mint")?;
        Ok(mint.get_variable_len_extension::<TokenMetadata>().ok())
    }

    /// Returns a token account of either token program, without its extensions.
    pub fn token_account(&self) -> Result<TokenAccount, DecodeError> {
        Ok(self.token_state::<TokenAccount>("token account")?.base)
    }

    fn token_state<S: BaseState + Pack>(&self, what: &'static str) -> Result<StateWithExtensions<'_, S>, DecodeError> {
        if self.owner != token_2022::ID {
            self.owned_by(token::ID)?;
        }
        StateWithExtensions::unpack(&self.data).map_err(|_| DecodeError::Layout { key: self.key, what })
    }
}
