//! The error of each error of the pure functions.

use super::OptionsError;
use ballast_core_clearing::account::AccountError;
use ballast_core_clearing::auction::AuctionError;
use ballast_core_clearing::ed25519::SignatureError;
use ballast_core_clearing::liquidation::LiquidationError;
use ballast_core_clearing::listing_grid::ListingGridError;
use ballast_core_clearing::margin::MarginError;
use ballast_core_clearing::nonces::NonceError;
use ballast_core_clearing::payout::PayoutError;
use ballast_core_clearing::protection::Protected;
use ballast_core_clearing::quote::QuoteError;
use ballast_core_clearing::settlement::SettlementError;

impl From<AccountError> for OptionsError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::PositionsFull => Self::PositionsFull,
            AccountError::ExpiriesFull => Self::ExpiriesFull,
            AccountError::Cash { .. } => Self::NotEnoughCash,
            AccountError::Debt(_) => Self::InDebt,
            AccountError::Size { .. } => Self::Size,
            AccountError::Expired => Self::Expired,
            AccountError::NoPosition => Self::NoPosition,
            AccountError::Nothing => Self::Nothing,
            AccountError::TooLarge => Self::TooLarge,
        }
    }
}

impl From<ListingGridError> for OptionsError {
    fn from(error: ListingGridError) -> Self {
        match error {
            ListingGridError::StrikeForm => Self::StrikeForm,
            ListingGridError::StrikeStep { .. } => Self::StrikeStep,
            ListingGridError::StrikeTooLow => Self::StrikeTooLow,
            ListingGridError::StrikeTooHigh => Self::StrikeTooHigh,
            ListingGridError::ExpiryTime(_) => Self::ExpiryTime,
            ListingGridError::TooSoon { .. } => Self::ExpiryTooSoon,
            ListingGridError::TooFar { .. } => Self::ExpiryTooFar,
        }
    }
}

impl From<SignatureError> for OptionsError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Length(_) => Self::SignatureLength,
            SignatureError::Count(_) => Self::SignatureCount,
            SignatureError::Padding(_) => Self::SignaturePadding,
            SignatureError::Instruction(_) => Self::SignatureInstruction,
            SignatureError::Offset(_) => Self::SignatureOffset,
            SignatureError::Signer => Self::SignatureSigner,
        }
    }
}

impl From<QuoteError> for OptionsError {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::Length(_) => Self::QuoteLength,
            QuoteError::Domain => Self::QuoteDomain,
            QuoteError::Version(_) => Self::QuoteVersion,
            QuoteError::SeriesForm => Self::QuoteSeriesForm,
            QuoteError::Side(_) => Self::SideForm,
            QuoteError::Legs(_) => Self::QuoteLegs,
            QuoteError::Ratio => Self::QuoteRatio,
            QuoteError::LegOrder => Self::QuoteLegOrder,
            QuoteError::LegMarket => Self::QuoteLegMarket,
            QuoteError::Fill(_) => Self::QuoteFill,
            QuoteError::Program => Self::QuoteProgram,
            QuoteError::Cluster => Self::QuoteCluster,
            QuoteError::ClearingHouse => Self::QuoteHouse,
            QuoteError::Maker => Self::QuoteMaker,
            QuoteError::Expired(_) => Self::QuoteExpired,
            QuoteError::Taker => Self::QuoteTaker,
            QuoteError::Spot(_) => Self::QuoteSpot,
            QuoteError::Quantity(_) => Self::QuoteQuantity,
        }
    }
}

impl From<NonceError> for OptionsError {
    fn from(error: NonceError) -> Self {
        match error {
            NonceError::BelowBase(_) => Self::NonceBelowBase,
            NonceError::TooHigh(_) => Self::NonceTooHigh,
            NonceError::Used => Self::NonceUsed,
            NonceError::Reserved => Self::NonceReserved,
        }
    }
}

impl From<Protected> for OptionsError {
    fn from(_: Protected) -> Self {
        Self::MakerProtected
    }
}

impl From<AuctionError> for OptionsError {
    fn from(error: AuctionError) -> Self {
        match error {
            AuctionError::Direction => Self::AuctionDirection,
            AuctionError::Duration(_) => Self::AuctionDuration,
            AuctionError::InThePast => Self::AuctionInThePast,
            AuctionError::AfterExpiry => Self::AuctionAfterExpiry,
            AuctionError::NotBegun => Self::AuctionNotBegun,
            AuctionError::Over => Self::AuctionOver,
            AuctionError::Size(error) => error.into(),
            AuctionError::Left(_) => Self::AuctionLeft,
            AuctionError::Limit(_) => Self::AuctionLimit,
        }
    }
}

impl From<MarginError> for OptionsError {
    fn from(error: MarginError) -> Self {
        match error {
            MarginError::Initial { .. } => Self::InitialMargin,
            MarginError::Cash { .. } => Self::CashNeed,
            MarginError::MarketMissing(_) => Self::MarketMissing,
            MarginError::Assess(_) => Self::NotAssessed,
        }
    }
}

impl From<LiquidationError> for OptionsError {
    fn from(error: LiquidationError) -> Self {
        match error {
            LiquidationError::Healthy => Self::Healthy,
            LiquidationError::AlreadyBegun => Self::LiquidationBegun,
            LiquidationError::NotBegun => Self::LiquidationNotBegun,
            LiquidationError::Restored => Self::Restored,
            LiquidationError::NotRestored => Self::NotRestored,
            LiquidationError::NothingLive => Self::NothingLive,
            LiquidationError::Share { .. } => Self::BadShare,
            LiquidationError::NoLot(_) => Self::NoLot,
            LiquidationError::NoCash => Self::NoCashForShare,
            LiquidationError::TakerHolds => Self::TakerHolds,
            LiquidationError::Limit { .. } => Self::PaymentLimit,
            LiquidationError::Account(error) => error.into(),
            LiquidationError::Margin(error) => error.into(),
            LiquidationError::TooLarge => Self::TooLarge,
        }
    }
}

impl From<SettlementError> for OptionsError {
    fn from(error: SettlementError) -> Self {
        match error {
            SettlementError::Settled => Self::Settled,
            SettlementError::TooEarly { .. } => Self::SettleTooEarly,
            SettlementError::TooLittle { .. } => Self::TooLittleTime,
        }
    }
}

impl From<PayoutError> for OptionsError {
    fn from(error: PayoutError) -> Self {
        match error {
            PayoutError::NothingHere => Self::NothingHere,
            PayoutError::StillOpen { .. } => Self::StillOpen,
            PayoutError::FundPending => Self::FundPending,
            PayoutError::NothingMissing => Self::NothingMissing,
            PayoutError::OthersOpen { .. } => Self::OthersOpen,
            PayoutError::Account(error) => error.into(),
        }
    }
}
