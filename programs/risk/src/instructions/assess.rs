//! `assess`: what anybody's book is worth, how it moves, and the margin it needs, as return data.
//! Writes nothing.

use crate::errors::RiskError;
use crate::read;
use crate::report::{AssessReport, MarketReport, ASSESS_VERSION};
use crate::state::{Market, Surface};
use anchor_lang::prelude::*;
use ballast_core_margin as assessment;
use ballast_core_margin::{
    Assessment, BookLeg, Contract, Decimal, MarketInputs, PriceMoves, VolatilitySource, MARGIN, MAX_LEGS, MAX_MARKETS,
    SCENARIOS,
};
use ballast_core_market::admission::{PriceUse, Print};
use ballast_core_math::black_scholes::Kind;
use ballast_core_math::surface as essvi;
use ballast_core_types::{value_floor, Lots, Ratio};

/// A position is worth less than this, base units.
const MAX_WORTH: u64 = 1 << 51;
/// The oldest surface that any caller may ask for, seconds.
pub const MAX_SURFACE_AGE: u32 = 3_600;

/// One leg in eighteen bytes, so that thirty-two of them and four markets fit a transaction.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssessLeg {
    /// Low half: 0 linear, 1 call, 2 put. High half: the market's index among the accounts.
    pub contract: u8,
    /// Digits of the strike; of a linear leg, of the price it was entered at: zero for the
    /// underlying itself.
    pub digits: u32,
    /// How many of the digits are behind the point: 0…9.
    pub places: u8,
    /// Expiry, unix seconds; of a linear leg, zero.
    pub expiry: u32,
    /// Signed size in lots.
    pub quantity: i64,
}

/// What is asked.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct AssessArgs {
    /// Refuse a price published longer ago than this, seconds. The market's own limit for `Margin`
    /// holds besides.
    pub max_age_seconds: u32,
    /// Refuse a surface published longer ago than this, seconds; at most [`MAX_SURFACE_AGE`]
    /// counts.
    pub max_surface_age_seconds: u32,
    /// The book.
    pub legs: Vec<AssessLeg>,
}

/// `assess` takes its accounts by market: market, surface; the risk program's own address stands
/// for a surface that is not needed. Markets are in rising order of their addresses, one to four of
/// them.
#[derive(Accounts)]
pub struct Assess {}

/// Accounts of one market.
const ACCOUNTS_PER_MARKET: usize = 2;

pub(crate) fn handler(accounts: &[AccountInfo], args: &AssessArgs) -> Result<AssessReport> {
    let clock = Clock::get()?;
    let count = accounts.len().checked_div(ACCOUNTS_PER_MARKET).unwrap_or_default();
    let whole = accounts.len() == count.saturating_mul(ACCOUNTS_PER_MARKET);
    require!(whole && (1..=MAX_MARKETS).contains(&count), RiskError::AssessAccounts);
    require!(args.legs.len() <= MAX_LEGS, RiskError::BookTooLong);
    check_order(accounts)?;
    let mut states = Vec::with_capacity(count);
    for group in accounts.chunks_exact(ACCOUNTS_PER_MARKET) {
        states.push(read_market(group, args, &clock)?);
    }
    let assessment = run(args, &states, clock.unix_timestamp)?;
    Ok(report(&assessment, &states, &clock))
}

/// What was read of one market.
struct MarketState {
    price: Print,
    surface: Option<essvi::Surface>,
    surface_published_at: i64,
    observed_at: i64,
    moves: PriceMoves,
    realised: Ratio,
}

/// Rising addresses: no market can be passed twice, and every set of markets is passed in one way.
fn check_order(accounts: &[AccountInfo]) -> Result<()> {
    let mut before: Option<&Pubkey> = None;
    for market in accounts.iter().step_by(ACCOUNTS_PER_MARKET) {
        if let Some(before) = before {
            require!(before != market.key, RiskError::AssessMarketRepeated);
            require!(before < market.key, RiskError::AssessMarketOrder);
        }
        before = Some(market.key);
    }
    Ok(())
}

#[inline(never)]
fn read_market(group: &[AccountInfo], args: &AssessArgs, clock: &Clock) -> Result<MarketState> {
    let [market_account, surface_account] = group else {
        return err!(RiskError::AssessAccounts);
    };
    require_keys_eq!(*market_account.owner, crate::ID, RiskError::AssessMarket);
    let data = market_account.try_borrow_data()?;
    let market = Market::in_place(&data).map_err(|_| RiskError::AssessMarket)?;
    let (_, price) = read::price(market, PriceUse::Margin, clock)?;
    let now = clock.unix_timestamp;
    let age = now.saturating_sub(price.publish_time);
    require!(age <= i64::from(args.max_age_seconds), RiskError::AssessPriceTooOld);
    let mut state = MarketState {
        price,
        surface: None,
        surface_published_at: 0,
        observed_at: market.signals.observed_at,
        moves: PriceMoves::default(),
        realised: market.realised_variance(),
    };
    if *surface_account.key != crate::ID {
        read_surface(&mut state, market_account.key, surface_account, args, now)?;
    }
    let worst_day = market.worst_day.get().size();
    state.moves = PriceMoves::of(market.larger_variance(), state.surface.as_ref(), worst_day);
    Ok(state)
}

#[inline(never)]
fn read_surface(
    state: &mut MarketState,
    market: &Pubkey,
    account: &AccountInfo,
    args: &AssessArgs,
    now: i64,
) -> Result<()> {
    require_keys_eq!(*account.owner, crate::ID, RiskError::AssessSurface);
    let data = account.try_borrow_data()?;
    let surface = Surface::in_place(&data).map_err(|_| RiskError::AssessSurface)?;
    require_keys_eq!(surface.market, *market, RiskError::AssessSurface);
    let max_age = args.max_surface_age_seconds.min(MAX_SURFACE_AGE);
    state.surface = Some(surface.live(now, max_age)?);
    state.surface_published_at = surface.published_at;
    Ok(())
}

#[inline(never)]
fn run(args: &AssessArgs, states: &[MarketState], now: i64) -> Result<Assessment> {
    let mut legs = Vec::with_capacity(args.legs.len());
    for leg in &args.legs {
        let leg = book_leg(leg)?;
        // Whoever asks is told; the engine would take it at the most there is.
        if let Some(state) = states.get(leg.market) {
            let worth = value_floor(leg.quantity, state.price.bounds.mid);
            let fits = worth.is_some_and(|worth| worth.0.unsigned_abs() < MAX_WORTH);
            require!(fits, RiskError::BookTooLarge);
        }
        legs.push(leg);
    }
    let markets: Vec<MarketInputs> = states.iter().map(MarketState::inputs).collect();
    let assessed = assessment::assess(&legs, &markets, &SCENARIOS, &MARGIN, now);
    Ok(assessed.map_err(RiskError::from)?)
}

fn book_leg(leg: &AssessLeg) -> Result<BookLeg> {
    let decimal = Decimal {
        digits: leg.digits,
        places: leg.places,
    };
    let option = |kind| Contract::Option {
        kind,
        strike: decimal,
        expiry: i64::from(leg.expiry),
    };
    let contract = match leg.contract & 0x0f {
        0 => Contract::Linear { entry: decimal },
        1 => option(Kind::Call),
        2 => option(Kind::Put),
        _ => return err!(RiskError::BookContract),
    };
    Ok(BookLeg {
        market: usize::from(leg.contract >> 4),
        contract,
        quantity: Lots(leg.quantity),
    })
}

impl MarketState {
    fn inputs(&self) -> MarketInputs<'_> {
        MarketInputs::read(
            self.price.bounds,
            self.surface.as_ref().map(VolatilitySource::Surface),
            self.moves,
            self.realised,
        )
    }
}

fn report(assessment: &Assessment, states: &[MarketState], clock: &Clock) -> AssessReport {
    let index = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
    AssessReport {
        version: ASSESS_VERSION,
        worst_price_shock: index(assessment.worst_cell.price),
        worst_volatility_shock: index(assessment.worst_cell.volatility),
        slot: clock.slot,
        unix_time: clock.unix_timestamp,
        value: assessment.value.0,
        long_options: assessment.long_options.0,
        worst_loss: assessment.worst_loss.0,
        expected_shortfall: assessment.expected_shortfall.0,
        initial_margin: assessment.initial_margin.0,
        maintenance_margin: assessment.maintenance_margin.0,
        markets: states
            .iter()
            .zip(&assessment.greeks)
            .map(|(state, greeks)| MarketReport {
                price: state.price.bounds.mid.into(),
                price_low: state.price.bounds.low.into(),
                price_high: state.price.bounds.high.into(),
                publish_time: state.price.publish_time,
                posted_slot: state.price.slot,
                observed_at: state.observed_at,
                surface_published_at: state.surface_published_at,
                horizon_volatility: state.moves.horizon_volatility.to_bits(),
                delta: greeks.delta,
                gamma: greeks.gamma,
                vega: greeks.vega,
                vega_weighted: greeks.vega_weighted,
                theta: greeks.theta,
                rho: greeks.rho,
            })
            .collect(),
    }
}
