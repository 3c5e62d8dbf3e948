//! The table of breakers.

use super::Permissions;
use core::ops::RangeInclusive;

/// The breakers, in the order of [`TABLE`] and of the bits that store them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Breaker {
    /// The price moved by too many standard deviations.
    PriceJump = 0,
    /// Volatility rose too fast.
    VolatilityJump = 1,
    /// The price's confidence interval is too wide.
    WideConfidence = 2,
    /// No price was admitted for too long.
    StalePrice = 3,
    /// Two sources disagree.
    SourceDivergence = 4,
    /// Trading got too expensive.
    LiquidityContraction = 5,
    /// A share lost too much of its highest value.
    Drawdown = 6,
    /// What is at the venue moved by more than position and price explain.
    UnexplainedMove = 7,
    /// Too much was traded.
    Turnover = 8,
    /// Trades cost those who stay too much.
    TradingLoss = 9,
    /// A venue does not answer, or not as it should.
    VenueFailure = 10,
    /// No volatility surface was published for too long.
    StaleSurface = 11,
    /// The quote token is too far from what it stands for.
    QuoteOffPar = 12,
}

/// Which account keeps a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The market's, in the risk program.
    Market,
    /// The vault's.
    Vault,
}

/// What a reading counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Ten-thousandths of what the reading says.
    BasisPoints,
    /// Ten-thousandths of a standard deviation.
    Deviations,
    /// Seconds.
    Seconds,
    /// Times in a row. The only unit without values in between, so that `reset` may equal `trip`.
    Count,
}

/// How a breaker stops being active once its reading has been under `reset` for the cooldown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// By itself.
    AfterQuiet,
    /// When the guardian says so, and not before: somebody has to have observed why.
    ByGuardian,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which one.
    pub breaker: Breaker,
    /// Which account keeps it.
    pub scope: Scope,
    /// What its reading counts; it trips when the reading reaches a parameter, `trip`.
    pub unit: Unit,
    /// The values of `trip` that are accepted. Above them it would be no guard.
    pub trip: RangeInclusive<u32>,
    /// How it resumes.
    pub resume: Resume,
    /// What it permits while it stands.
    pub permits: Permissions,
}

/// The book may only shrink; newcomers may still enter, because the price of a share is not in
/// doubt.
const NO_OPENING: Permissions = Permissions {
    open: false,
    ..Permissions::ALL
};

/// The price, or the value of a share, is in doubt: nobody enters either.
const NO_ENTRY: Permissions = Permissions {
    deposit: false,
    ..NO_OPENING
};

const fn row(
    breaker: Breaker,
    scope: Scope,
    unit: Unit,
    trip: RangeInclusive<u32>,
    resume: Resume,
    permits: Permissions,
) -> Rule {
    Rule {
        breaker,
        scope,
        unit,
        trip,
        resume,
        permits,
    }
}

/// Every breaker.
pub const TABLE: [Rule; 13] = {
    use Breaker::*;
    use Resume::*;
    use Scope::*;
    use Unit::*;
    [
        // Scores saturate at 8 standard deviations: a threshold up there would never be reached.
        row(PriceJump, Market, Deviations, 20_000..=79_000, AfterQuiet, NO_ENTRY),
        row(
            VolatilityJump,
            Market,
            BasisPoints,
            12_000..=50_000,
            AfterQuiet,
            NO_ENTRY,
        ),
        row(WideConfidence, Market, BasisPoints, 2..=1_000, AfterQuiet, NO_ENTRY),
        row(StalePrice, Market, Seconds, 10..=86_400, AfterQuiet, NO_ENTRY),
        row(SourceDivergence, Market, BasisPoints, 2..=2_000, AfterQuiet, NO_ENTRY),
        row(
            LiquidityContraction,
            Market,
            BasisPoints,
            11_000..=200_000,
            AfterQuiet,
            NO_OPENING,
        ),
        row(Drawdown, Vault, BasisPoints, 100..=5_000, ByGuardian, NO_OPENING),
        row(UnexplainedMove, Vault, BasisPoints, 10..=2_000, AfterQuiet, NO_ENTRY),
        row(Turnover, Vault, BasisPoints, 100..=100_000, AfterQuiet, NO_OPENING),
        row(TradingLoss, Vault, BasisPoints, 2..=500, AfterQuiet, NO_OPENING),
        row(VenueFailure, Vault, Count, 1..=10, ByGuardian, NO_ENTRY),
        row(StaleSurface, Market, Seconds, 60..=604_800, AfterQuiet, NO_OPENING),
        // Exits and reductions go on, in quote units.
        row(QuoteOffPar, Market, BasisPoints, 10..=500, AfterQuiet, NO_ENTRY),
    ]
};

// The order of the table is that of the bits, no row permits adding risk, and every row leaves the
// exits open.
const _: () = {
    let mut rest: &[Rule] = &TABLE;
    let mut index = 0;
    while let [rule, more @ ..] = rest {
        assert!(rule.breaker as u8 == index);
        assert!(!rule.permits.open && rule.permits.reduce && rule.permits.withdraw);
        index = index.wrapping_add(1);
        rest = more;
    }
};

impl Breaker {
    /// Returns its row.
    pub const fn rule(self) -> &'static Rule {
        const ROWS: &[Rule; 13] = &TABLE;
        let [price_jump, volatility_jump, wide_confidence, stale_price, source_divergence, liquidity_contraction, drawdown, unexplained_move, turnover, trading_loss, venue_failure, stale_surface, quote_off_par] =
            ROWS;
        match self {
            Self::PriceJump => price_jump,
            Self::VolatilityJump => volatility_jump,
            Self::WideConfidence => wide_confidence,
            Self::StalePrice => stale_price,
            Self::SourceDivergence => source_divergence,
            Self::LiquidityContraction => liquidity_contraction,
            Self::Drawdown => drawdown,
            Self::UnexplainedMove => unexplained_move,
            Self::Turnover => turnover,
            Self::TradingLoss => trading_loss,
            Self::VenueFailure => venue_failure,
            Self::StaleSurface => stale_surface,
            Self::QuoteOffPar => quote_off_par,
        }
    }

    /// Returns what people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PriceJump => "price jump",
            Self::VolatilityJump => "vol jump",
            Self::WideConfidence => "wide confidence",
            Self::StalePrice => "stale price",
            Self::SourceDivergence => "source divergence",
            Self::LiquidityContraction => "liquidity contraction",
            Self::Drawdown => "drawdown",
            Self::UnexplainedMove => "unexplained NAV move",
            Self::Turnover => "turnover",
            Self::TradingLoss => "trading loss",
            Self::VenueFailure => "venue failure",
            Self::StaleSurface => "stale surface",
            Self::QuoteOffPar => "quote off par",
        }
    }

    /// Returns what is read and compared with its thresholds.
    pub const fn reading(self) -> &'static str {
        match self {
            Self::PriceJump => "size of the latest return, in standard deviations",
            Self::VolatilityJump => "fast volatility over slow volatility",
            Self::WideConfidence => "confidence interval over price",
            Self::StalePrice => "time since the last admitted price",
            Self::SourceDivergence => "distance between two sources, over the lower price",
            Self::LiquidityContraction => "cost of a standard size over its slow average",
            Self::Drawdown => "fall of a share from its highest value",
            Self::UnexplainedMove => {
                "change of what is at the venue that position and price do not explain, over net asset value"
            }
            Self::Turnover => "value traded in the window, over net asset value",
            Self::TradingLoss => "what trades cost in the window that no levy had paid for, over net asset value",
            Self::VenueFailure => "failed observations of a venue, in a row",
            Self::StaleSurface => "time since the last publication of the surface",
            Self::QuoteOffPar => "distance of the quote token's price from one, over the lower of both",
        }
    }
}
