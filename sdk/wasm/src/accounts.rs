//! What the accounts behind a vault's net asset values say, read by their bytes. Layouts:
//! `docs/reference/accounts-market.md`; the vault's is that of its interface description.
//! `tests/e2e/vault/net_asset_values.rs` holds these readers against the programs' own types.

use crate::bytes::Bytes;
use ballast_core_market::admission::{Now, PriceError, PriceUse, Print, UseLimits};
use ballast_core_market::price_clock::{ClockParams, ClosePair, Declared, Kept, PriceClock};
use ballast_core_math::estimators::EwmaVariance;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Price, Shares, UnixTime};
use ballast_core_vault::fees::{FeeLedger, FeePolicy};
use ballast_core_vault::places::{MAX_LEGS, MAX_MARKETS};
use ballast_core_vault::quarantine::CASES;

/// First eight bytes of SHA-256 of `account:Vault`.
const VAULT: [u8; 8] = [211, 8, 232, 43, 2, 152, 117, 119];
/// First eight bytes of SHA-256 of `account:Market`.
const MARKET: [u8; 8] = [219, 190, 213, 55, 0, 227, 198, 154];
/// Layout of a vault that is read here.
const VAULT_VERSION: u8 = 10;
/// Layout of a market that is read here.
const MARKET_VERSION: u8 = 6;

/// Offsets in a market's account.
mod market {
    /// u8: layout version.
    pub const VERSION_AT: usize = 8;
    /// Limits of each use, 44 bytes each.
    pub const USES_AT: usize = 408;
    /// Bytes of one use's limits.
    pub const USE_BYTES: usize = 44;
    /// How it reads the chain's time: two u32.
    pub const CLOCK_AT: usize = 656;
    /// Price, confidence and slow price, the high, publish time and slot.
    pub const PRICE_AT: usize = 976;
    /// u64: fast variance a year, 40 fraction bits.
    pub const FAST_VARIANCE_AT: usize = 1_072;
    /// The second source's last print: price, confidence, publish time, slot. After it the last
    /// close pair, the quote token, and two declarations of silence.
    pub const SECOND_AT: usize = 1_240;
    /// Bytes of what is kept of the quote token.
    pub const QUOTE_BYTES: usize = 16;
}

/// What a vault has beside its positions, quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultLedger {
    /// The market of each leg, by its place in the vault.
    pub legs: [Option<u8>; MAX_LEGS],
    /// Base units of one whole quote token.
    pub unit: u64,
    /// Cash of the pool.
    pub cash: u64,
    /// Paid for trades that are still due.
    pub levy_reserve: u64,
    /// What holders who leave will have taken off what they get.
    pub receivables: u64,
    /// Whether the venue of each leg is in quarantine, and counts at nothing.
    pub is_quarantined: [bool; MAX_LEGS],
    /// Rates of its fees.
    pub fee_policy: FeePolicy,
    /// What its manager has earned.
    pub fees: FeeLedger,
}

/// Returns a vault's ledger; `None` if the bytes are no vault of this layout.
pub fn vault_ledger(data: &[u8]) -> Option<VaultLedger> {
    /// Bump, padding, number, and eight addresses.
    const HEAD: usize = 7 + 8 + 8 * 32;
    /// A market: its address, and what is wanted of it.
    const MARKET: usize = 32 + 24;
    /// Two addresses of a leg, before its market; the rest of it is padding.
    const LEG: usize = 64;
    const LEG_END: usize = 7;
    /// Eleven fixed-point numbers before the fees.
    const POLICY: usize = 11 * 16;
    /// Lots of those who leave, of each leg.
    const LOTS: usize = 8 * MAX_LEGS;
    /// The line of batches.
    const QUEUE: usize = 8 * 8;
    /// A case of quarantine, between when it ended and its leg; the rest of it is padding.
    const CASE: usize = 7 * 8 + 4;
    const CASE_END: usize = 3;
    /// What has left at a price.
    const OUTFLOW: usize = 3 * 8;
    let mut bytes = Bytes::account(data, &VAULT)?;
    if bytes.u8()? != VAULT_VERSION {
        return None;
    }
    bytes.skip(HEAD)?;
    bytes.skip(MARKET * MAX_MARKETS)?;
    let mut legs = [None; MAX_LEGS];
    for leg in &mut legs {
        bytes.skip(LEG)?;
        *leg = Some(bytes.u8()?);
        bytes.skip(LEG_END)?;
    }
    let (_, leg_count) = (bytes.u8()?, bytes.u8()?);
    bytes.skip(6)?;
    for leg in legs.iter_mut().skip(usize::from(leg_count)) {
        *leg = None;
    }
    bytes.skip(POLICY)?;
    let fee_policy = FeePolicy {
        management: bytes.ratio()?,
        performance: bytes.ratio()?,
    };
    // What keepers are paid, the deposit cap, mode and aversion.
    bytes.skip(16 + 3 * 8)?;
    let unit = bytes.u64()?;
    let cash = bytes.u64()?;
    // Deposits that wait, and what is owed to tickets.
    bytes.skip(2 * 8)?;
    let (levy_reserve, advances) = (bytes.u64()?, bytes.u64()?);
    // What is set aside; shares and lots of those who leave.
    bytes.skip(2 * 8 + LOTS)?;
    let unwind_cost = bytes.u64()?;
    bytes.skip(QUEUE)?;
    let mut is_quarantined = [false; MAX_LEGS];
    for _ in 0..CASES {
        // The supply at its start; what it ends with.
        bytes.skip(8)?;
        let (started_at, ended_at) = (bytes.i64()?, bytes.i64()?);
        bytes.skip(CASE)?;
        let leg = bytes.u8()?;
        bytes.skip(CASE_END)?;
        if let Some(is_out) = is_quarantined.get_mut(usize::from(leg)) {
            *is_out |= started_at != 0 && ended_at == 0;
        }
    }
    bytes.skip(OUTFLOW)?;
    let fees = FeeLedger {
        shares: Shares(bytes.u64()?),
        basis: bytes.u64()?,
        accrued_at: UnixTime(bytes.i64()?),
        crystallised_at: UnixTime(bytes.i64()?),
    };
    Some(VaultLedger {
        legs,
        unit,
        cash,
        levy_reserve,
        receivables: advances.checked_add(unwind_cost)?,
        is_quarantined,
        fee_policy,
        fees,
    })
}

/// What a market says of its price for one use.
#[derive(Clone, Copy, Debug)]
pub struct MarketPrice {
    /// Limits of the use.
    pub limits: UseLimits,
    /// What the market keeps of its price.
    pub clock: PriceClock,
}

impl MarketPrice {
    /// Returns the price, as the program has it.
    ///
    /// # Errors
    /// The rule that refuses it.
    pub fn price(&self, now: Now) -> Result<Print, PriceError> {
        self.clock.price(&self.limits, now)
    }
}

/// Reads a market's account; `None` if it is none of this layout, or was never observed.
pub fn market(data: &[u8], usage: PriceUse) -> Option<MarketPrice> {
    Bytes::account(data, &MARKET)?;
    if Bytes::at(data, market::VERSION_AT)?.u8()? != MARKET_VERSION {
        return None;
    }
    Some(MarketPrice {
        limits: limits(data, usage)?,
        clock: clock(data)?,
    })
}

fn limits(data: &[u8], usage: PriceUse) -> Option<UseLimits> {
    let index = PriceUse::ALL.iter().position(|other| *other == usage)?;
    let at = index.checked_mul(market::USE_BYTES)?.checked_add(market::USES_AT)?;
    let mut bytes = Bytes::at(data, at)?;
    let (max_age_seconds, max_divergence, required) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
    Some(UseLimits {
        max_age_seconds,
        max_divergence: BasisPoints(max_divergence),
        max_confidence: bytes.ratio()?,
        max_deviation: bytes.ratio()?,
        requires_second: required != 0,
    })
}

fn clock(data: &[u8]) -> Option<PriceClock> {
    let mut params = Bytes::at(data, market::CLOCK_AT)?;
    let mut first = Bytes::at(data, market::PRICE_AT)?;
    let (price, confidence, slow_price) = (first.price()?, first.ratio()?, first.price()?);
    first.fixed()?;
    let variance = Bytes::at(data, market::FAST_VARIANCE_AT)?.u64()?;
    let mut bytes = Bytes::at(data, market::SECOND_AT)?;
    let (second, confidence_of_second) = (bytes.fixed()?, bytes.ratio()?);
    let (published, slot) = (bytes.i64()?, bytes.u64()?);
    let second = Price::from_fixed(second).map(|price| Kept {
        price,
        confidence: confidence_of_second,
        publish_time: published,
        slot,
    });
    let (pair_at, divergence) = (bytes.i64()?, bytes.u32()?);
    bytes.skip(4 + market::QUOTE_BYTES)?;
    let mut declared = || {
        let (at, slot) = (bytes.i64()?, bytes.u64()?);
        Some((at != 0 || slot != 0).then_some(Declared { at, slot }))
    };
    Some(PriceClock {
        params: ClockParams {
            ahead_seconds: params.u32()?,
            least_slot_milliseconds: params.u32()?,
        },
        first: Kept {
            price,
            confidence,
            publish_time: first.i64()?,
            slot: first.u64()?,
        },
        second,
        // What may be missing is stored as one more.
        pair: divergence.checked_sub(1).map(|divergence| ClosePair {
            at: pair_at,
            divergence: BasisPoints(divergence),
        }),
        silence: [declared()?, declared()?],
        slow_price,
        fast_variance: EwmaVariance::from_bits(variance),
    })
}
