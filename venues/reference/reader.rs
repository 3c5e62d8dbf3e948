//! How dear it is to trade on the reference venue, read from its market's account. The formulae are
//! those of `programs/reference-venue/src/math`.

use super::layout::{market, Account};
use crate::{impact_ceil, share_ceil, Billionths, Liquidity, VenueError};
use ballast_core_types::{Ratio, Value};
use fixed::types::I80F48;

const DAYS_PER_YEAR: i64 = 365;
/// One, in units of 2⁻⁴⁸.
const ONE: u64 = 1 << 48;

/// See [`Venue::liquidity`](crate::Venue::liquidity).
pub(super) fn liquidity(data: &[u8], size: Value) -> Result<Liquidity, VenueError> {
    let wanted = positive(size.0).ok_or(VenueError::Size(size.0))?;
    let account = Account::market(data)?;
    require_quoting(&account)?;
    Ok(Liquidity {
        cost: cost(&account, wanted)?,
        funding_per_year: funding_per_year(&account)?,
    })
}

fn require_quoting(account: &Account) -> Result<(), VenueError> {
    account.check_version()?;
    if account.flag(market::PAUSED_AT)? {
        return Err(VenueError::Halted);
    }
    if account.flag(market::STALE_AT)? {
        return Err(VenueError::Stale);
    }
    Ok(())
}

/// `half_spread + size / (100 · depth_one_percent)`, each rounded up.
fn cost(account: &Account, size: u64) -> Result<Billionths, VenueError> {
    let half_spread = share_ceil(share(account, market::HALF_SPREAD_AT)?).ok_or(VenueError::OutOfRange)?;
    let depth = account.u64(market::DEPTH_ONE_PERCENT_AT)?;
    if depth == 0 {
        return Err(VenueError::Empty);
    }
    let impact = impact_ceil(size, depth).ok_or(VenueError::TooThin)?;
    // Each is at most 10⁹.
    let cost = Billionths(half_spread.0.wrapping_add(impact.0));
    if cost >= Billionths::ONE {
        return Err(VenueError::TooThin);
    }
    Ok(cost)
}

/// `365 · min(cap, scale · |long − short| / max)`, with the sign of `long − short`; rounded toward
/// zero.
fn funding_per_year(account: &Account) -> Result<Ratio, VenueError> {
    let (long, short) = (account.i64(market::OPEN_LONG_AT)?, account.i64(market::OPEN_SHORT_AT)?);
    let most = positive(account.i64(market::MAX_OPEN_INTEREST_AT)?).ok_or(VenueError::OutOfRange)?;
    if long < 0 || short < 0 || long.abs_diff(short) > most {
        return Err(VenueError::OutOfRange);
    }
    let scale = share(account, market::FUNDING_SCALE_AT)?;
    let cap = share(account, market::FUNDING_CAP_AT)?;
    let per_day = times(scale, quotient(long.abs_diff(short), most)).min(cap);
    // At most 2⁴⁸ · 365, below 2⁵⁷.
    let per_day = i64::try_from(per_day).map_err(|_| VenueError::OutOfRange)?;
    let per_year = per_day.wrapping_mul(DAYS_PER_YEAR);
    let signed = if long < short {
        per_year.wrapping_neg()
    } else {
        per_year
    };
    Ok(Ratio::from_fixed(I80F48::from_bits(i128::from(signed))))
}

/// `part / whole` × 2⁴⁸, rounded down, for `part ≤ whole`: 24 bits at a time, since 48 at once
/// would not leave room. Both are first brought below 2⁴⁰, which moves the quotient by at most 2⁻³⁹
/// where the whole is larger (than a million units of the underlying with six decimals).
fn quotient(part: u64, whole: u64) -> u64 {
    const HALF: u32 = 24;
    let shift = HALF.saturating_sub(whole.leading_zeros());
    let (part, whole) = (part >> shift, whole >> shift);
    let step = |part: u64| {
        let wide = part << HALF;
        (
            wide.checked_div(whole).unwrap_or(0),
            wide.checked_rem(whole).unwrap_or(0),
        )
    };
    let (high, rest) = step(part);
    let (low, _) = step(rest);
    (high << HALF) | low
}

/// `left · right` of two shares × 2⁴⁸, rounded down. Neither is above one, so it fits.
fn times(left: u64, right: u64) -> u64 {
    (u128::from(left).wrapping_mul(u128::from(right)) >> 48) as u64
}

/// Returns a stored fixed-point number in [0, 1], × 2⁴⁸.
fn share(account: &Account, at: usize) -> Result<u64, VenueError> {
    let low = account.u64(at)?;
    let high = account.u64(at.wrapping_add(8))?;
    if high != 0 || low > ONE {
        return Err(VenueError::OutOfRange);
    }
    Ok(low)
}

fn positive(value: i64) -> Option<u64> {
    u64::try_from(value).ok().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::layout::market::*;
    use crate::reference::layout::{VERSION, VERSION_AT};
    use crate::{Reference, Venue};

    type Bytes = [u8; LENGTH];

    fn write(account: &mut Bytes, at: usize, bytes: &[u8]) {
        account[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Returns a share in basis points as the account holds it.
    fn points(points: i128) -> [u8; 16] {
        ((points << 48) / 10_000).to_le_bytes()
    }

    /// Half a spread of 5 basis points, a depth of a million, funding of at most 0.5 % a day, 25 of
    /// 80 lots net long.
    fn market() -> Bytes {
        let mut account = [0; LENGTH];
        write(&mut account, 0, &DISCRIMINATOR);
        account[VERSION_AT] = VERSION;
        write(&mut account, HALF_SPREAD_AT, &points(5));
        write(&mut account, DEPTH_ONE_PERCENT_AT, &1_000_000u64.to_le_bytes());
        write(&mut account, FUNDING_SCALE_AT, &(ONE / 64).to_le_bytes());
        write(&mut account, FUNDING_CAP_AT, &points(50));
        write(&mut account, MAX_OPEN_INTEREST_AT, &80i64.to_le_bytes());
        write(&mut account, OPEN_LONG_AT, &45i64.to_le_bytes());
        write(&mut account, OPEN_SHORT_AT, &20i64.to_le_bytes());
        account
    }

    fn asked(account: &Bytes, size: i64) -> Result<Liquidity, VenueError> {
        Reference::liquidity(account, Value(size))
    }

    #[test]
    fn a_quote_is_half_the_spread_and_the_impact() {
        let market = market();
        for (size, cost) in [(1, 500_010), (10_000, 600_000), (1_000_000, 10_500_000)] {
            // Five basis points have no exact form in base two; what is stored is a little less.
            assert_eq!(asked(&market, size).unwrap().cost, Billionths(cost), "{size}");
        }
    }

    #[test]
    fn funding_follows_the_skew_up_to_its_cap() {
        let per_day = |long: i64, short: i64| {
            let mut market = market();
            write(&mut market, OPEN_LONG_AT, &long.to_le_bytes());
            write(&mut market, OPEN_SHORT_AT, &short.to_le_bytes());
            let yearly = asked(&market, 1).unwrap().funding_per_year.fixed();
            assert_eq!(yearly.to_bits() % 365, 0);
            yearly.to_bits() / 365
        };
        let cap = i128::from_le_bytes(points(50));
        for (long, short, expected) in [
            (0, 0, 0),
            (7, 7, 0),
            (20, 0, 1 << 40),
            (0, 20, -(1 << 40)),
            (80, 0, cap),
            (0, 80, -cap),
        ] {
            assert_eq!(per_day(long, short), expected, "{long} {short}");
        }
    }

    #[test]
    fn whatever_is_not_a_quoting_market_of_this_version_is_refused() {
        use VenueError::*;
        type Change = fn(&mut Bytes);
        let table: [(Change, VenueError); 17] = [
            (|a| a[0] ^= 1, Layout),
            (|a| a[VERSION_AT] = 0, Version(0)),
            (|a| a[VERSION_AT] = 2, Version(2)),
            (|a| a[PAUSED_AT] = 1, Halted),
            (|a| a[PAUSED_AT] = 2, Layout),
            (|a| a[STALE_AT] = 1, Stale),
            (|a| a[STALE_AT] = 0xff, Layout),
            (|a| write(a, DEPTH_ONE_PERCENT_AT, &[0; 8]), Empty),
            (|a| write(a, DEPTH_ONE_PERCENT_AT, &100u64.to_le_bytes()), TooThin),
            (|a| write(a, HALF_SPREAD_AT, &points(10_000)), OutOfRange),
            (|a| write(a, HALF_SPREAD_AT, &points(9_999)), TooThin),
            (|a| write(a, HALF_SPREAD_AT, &points(-1)), OutOfRange),
            (|a| write(a, FUNDING_SCALE_AT, &points(10_001)), OutOfRange),
            (|a| write(a, FUNDING_CAP_AT, &points(-1)), OutOfRange),
            (|a| write(a, MAX_OPEN_INTEREST_AT, &[0; 8]), OutOfRange),
            (|a| write(a, OPEN_LONG_AT, &(-1i64).to_le_bytes()), OutOfRange),
            (|a| write(a, OPEN_LONG_AT, &101i64.to_le_bytes()), OutOfRange),
        ];
        assert!(asked(&market(), 10_000).is_ok());
        for (index, (change, refusal)) in table.into_iter().enumerate() {
            let mut market = market();
            change(&mut market);
            assert_eq!(asked(&market, 10_000), Err(refusal), "row {index}");
        }
    }

    #[test]
    fn another_length_or_an_empty_size_is_refused() {
        let market = market();
        let mut longer = [0; LENGTH + 1];
        longer[..LENGTH].copy_from_slice(&market);
        for data in [&market[..LENGTH - 1], &longer, &[]] {
            assert_eq!(Reference::liquidity(data, Value(1)), Err(VenueError::Layout));
        }
        for size in [0, -1, i64::MIN] {
            assert_eq!(asked(&market, size), Err(VenueError::Size(size)));
        }
        assert_eq!(asked(&market, i64::MAX), Err(VenueError::TooThin));
    }

    #[test]
    fn quotients_are_those_of_wide_arithmetic() {
        let mut whole = 1u64;
        while whole < 1 << 62 {
            for part in [0, 1, whole / 3, whole / 2, whole - 1, whole] {
                let exact = ((u128::from(part) << 48) / u128::from(whole)) as u64;
                let got = quotient(part, whole);
                // Below 2⁴⁰ to the bit; above, within 2⁻³⁹, part and whole having lost their lowest
                // bits.
                let allowed = if whole < 1 << 40 { 0 } else { 1 << 9 };
                assert!(got.abs_diff(exact) <= allowed, "{part} / {whole}: {got}, not {exact}");
                assert!(got <= ONE);
            }
            whole = whole + whole / 4 * 3 + 1;
        }
    }
}
