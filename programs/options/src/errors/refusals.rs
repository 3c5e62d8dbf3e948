//! The error of each refusal of the pure functions.

use super::OptionsError;
use ballast_core_clearing::account::AccountRefusal;
use ballast_core_clearing::auction::AuctionRefusal;
use ballast_core_clearing::ed25519::SignatureRefusal;
use ballast_core_clearing::lattice::LatticeRefusal;
use ballast_core_clearing::liquidation::LiquidationRefusal;
use ballast_core_clearing::margin::MarginRefusal;
use ballast_core_clearing::nonces::NonceRefusal;
use ballast_core_clearing::payout::PayoutRefusal;
use ballast_core_clearing::quote::QuoteRefusal;
use ballast_core_clearing::settlement::SettlementRefusal;

impl From<AccountRefusal> for OptionsError {
    fn from(refusal: AccountRefusal) -> Self {
        match refusal {
            AccountRefusal::PositionsFull => Self::PositionsFull,
            AccountRefusal::ClaimsFull => Self::ClaimsFull,
            AccountRefusal::Cash { .. } => Self::NotEnoughCash,
            AccountRefusal::Debt(_) => Self::InDebt,
            AccountRefusal::Bankrupt => Self::Bankrupt,
            AccountRefusal::NotBankrupt => Self::NotBankrupt,
            AccountRefusal::Size { .. } => Self::Size,
            AccountRefusal::Expired => Self::Expired,
            AccountRefusal::NoPosition => Self::NoPosition,
            AccountRefusal::Nothing => Self::Nothing,
            AccountRefusal::TooLarge => Self::TooLarge,
        }
    }
}

impl From<LatticeRefusal> for OptionsError {
    fn from(refusal: LatticeRefusal) -> Self {
        match refusal {
            LatticeRefusal::StrikeForm => Self::StrikeForm,
            LatticeRefusal::StrikeStep { .. } => Self::StrikeStep,
            LatticeRefusal::StrikeTooLow => Self::StrikeTooLow,
            LatticeRefusal::StrikeTooHigh => Self::StrikeTooHigh,
            LatticeRefusal::ExpiryTime(_) => Self::ExpiryTime,
            LatticeRefusal::TooSoon { .. } => Self::ExpiryTooSoon,
            LatticeRefusal::TooFar { .. } => Self::ExpiryTooFar,
        }
    }
}

impl From<SignatureRefusal> for OptionsError {
    fn from(refusal: SignatureRefusal) -> Self {
        match refusal {
            SignatureRefusal::Length(_) => Self::SignatureLength,
            SignatureRefusal::Count(_) => Self::SignatureCount,
            SignatureRefusal::Padding(_) => Self::SignaturePadding,
            SignatureRefusal::Instruction(_) => Self::SignatureInstruction,
            SignatureRefusal::Offset(_) => Self::SignatureOffset,
            SignatureRefusal::Signer => Self::SignatureSigner,
        }
    }
}

impl From<QuoteRefusal> for OptionsError {
    fn from(refusal: QuoteRefusal) -> Self {
        match refusal {
            QuoteRefusal::Length(_) => Self::QuoteLength,
            QuoteRefusal::Domain => Self::QuoteDomain,
            QuoteRefusal::Version(_) => Self::QuoteVersion,
            QuoteRefusal::SeriesForm => Self::QuoteSeriesForm,
            QuoteRefusal::Side(_) => Self::SideForm,
            QuoteRefusal::Size(_) => Self::QuoteSize,
            QuoteRefusal::Program => Self::QuoteProgram,
            QuoteRefusal::Cluster => Self::QuoteCluster,
            QuoteRefusal::House => Self::QuoteHouse,
            QuoteRefusal::Series => Self::QuoteSeries,
            QuoteRefusal::Maker => Self::QuoteMaker,
            QuoteRefusal::Expired(_) => Self::QuoteExpired,
            QuoteRefusal::Taker => Self::QuoteTaker,
        }
    }
}

impl From<NonceRefusal> for OptionsError {
    fn from(refusal: NonceRefusal) -> Self {
        match refusal {
            NonceRefusal::BelowLeast(_) => Self::NonceBelowLeast,
            NonceRefusal::Superseded(_) => Self::NonceSuperseded,
            NonceRefusal::Cancelled => Self::NonceCancelled,
            NonceRefusal::Filled { .. } => Self::NonceFilled,
            NonceRefusal::Reserved => Self::NonceReserved,
            NonceRefusal::Size(_) => Self::Size,
        }
    }
}

impl From<AuctionRefusal> for OptionsError {
    fn from(refusal: AuctionRefusal) -> Self {
        match refusal {
            AuctionRefusal::Direction => Self::AuctionDirection,
            AuctionRefusal::Duration(_) => Self::AuctionDuration,
            AuctionRefusal::InThePast => Self::AuctionInThePast,
            AuctionRefusal::AfterExpiry => Self::AuctionAfterExpiry,
            AuctionRefusal::NotBegun => Self::AuctionNotBegun,
            AuctionRefusal::Over => Self::AuctionOver,
            AuctionRefusal::Size(refusal) => refusal.into(),
            AuctionRefusal::Left(_) => Self::AuctionLeft,
            AuctionRefusal::Limit(_) => Self::AuctionLimit,
        }
    }
}

impl From<MarginRefusal> for OptionsError {
    fn from(refusal: MarginRefusal) -> Self {
        match refusal {
            MarginRefusal::Initial { .. } => Self::InitialMargin,
            MarginRefusal::Cash { .. } => Self::CashNeed,
            MarginRefusal::MarketMissing(_) => Self::MarketMissing,
            MarginRefusal::Assess(_) => Self::NotAssessed,
            MarginRefusal::TooLarge => Self::TooLarge,
        }
    }
}

impl From<LiquidationRefusal> for OptionsError {
    fn from(refusal: LiquidationRefusal) -> Self {
        match refusal {
            LiquidationRefusal::Healthy => Self::Healthy,
            LiquidationRefusal::AlreadyBegun => Self::LiquidationBegun,
            LiquidationRefusal::NotBegun => Self::LiquidationNotBegun,
            LiquidationRefusal::Restored => Self::Restored,
            LiquidationRefusal::NotRestored => Self::NotRestored,
            LiquidationRefusal::Bankrupt => Self::EquityGone,
            LiquidationRefusal::TooEarly { .. } => Self::TakeOverTooEarly,
            LiquidationRefusal::Settling => Self::Settling,
            LiquidationRefusal::NotReducing { .. } => Self::NotReducing,
            LiquidationRefusal::Worse => Self::CoverageWorse,
            LiquidationRefusal::LessCash => Self::CashWorse,
            LiquidationRefusal::NoImprovement => Self::NoImprovement,
            LiquidationRefusal::MoreThanNeeded | LiquidationRefusal::NotShownToBeNeeded => Self::MoreThanNeeded,
            LiquidationRefusal::Account(refusal) => refusal.into(),
            LiquidationRefusal::Margin(refusal) => refusal.into(),
            LiquidationRefusal::TooLarge => Self::TooLarge,
        }
    }
}

impl From<SettlementRefusal> for OptionsError {
    fn from(refusal: SettlementRefusal) -> Self {
        match refusal {
            SettlementRefusal::Settled => Self::Settled,
            SettlementRefusal::BeforeWindow(_) => Self::BeforeWindow,
            SettlementRefusal::AfterWindow(_) => Self::AfterWindow,
            SettlementRefusal::TooClose { .. } => Self::SampleTooClose,
            SettlementRefusal::TooEarly { .. } => Self::SettleTooEarly,
            SettlementRefusal::TooFew { .. } => Self::TooFewSamples,
            SettlementRefusal::TooLarge => Self::TooLarge,
        }
    }
}

impl From<PayoutRefusal> for OptionsError {
    fn from(refusal: PayoutRefusal) -> Self {
        match refusal {
            PayoutRefusal::NothingHere => Self::NothingHere,
            PayoutRefusal::StillOpen { .. } => Self::StillOpen,
            PayoutRefusal::Account(refusal) => refusal.into(),
        }
    }
}
