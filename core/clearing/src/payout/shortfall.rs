//! What the insurance fund puts into the expiries of one moment whose losers could not pay.
//!
//! All expiries of a moment share what the fund has, in proportion to what is missing on each, when
//! the last position of all of them is settled: if it paid account by account, whoever settles
//! would choose whose winners get it. One market whose price is not known yet, or one account that
//! nobody settles, holds the others up for a day and no longer.

use super::{ExpiryBook, PayoutError};
use crate::account::MarginAccount;
use crate::params::MAX_LISTINGS;
use ballast_core_types::scale::mul_div_floor;
use ballast_core_types::SECONDS_PER_DAY;

/// How long the fund waits for all expiries of a moment, seconds after it.
pub const PATIENCE_SECONDS: i64 = SECONDS_PER_DAY;

/// Puts into each settled expiry of a moment its part of what the fund has, no more than what is
/// missing on it, rounded down; once for each. `books` are those of all markets of the house, by
/// their index, `None` where there is none of that moment. Returns what each got: nothing if it
/// needs nothing, or had its part before.
///
/// # Errors
/// [`PayoutError::OthersOpen`], [`PayoutError::NothingMissing`]; nothing is then changed.
pub fn cover(
    fund: &mut MarginAccount,
    books: &mut [Option<ExpiryBook>; MAX_LISTINGS],
    moment: i64,
    now: i64,
) -> Result<[u64; MAX_LISTINGS], PayoutError> {
    let until = moment.saturating_add(PATIENCE_SECONDS);
    let mut missing = 0u64;
    for (market, book) in (0u8..).zip(books.iter()) {
        let Some(book) = book else { continue };
        if !book.is_closed() && now < until {
            return Err(PayoutError::OthersOpen { market, until });
        }
        missing = missing.saturating_add(uncovered(book));
    }
    if missing == 0 {
        return Err(PayoutError::NothingMissing);
    }
    let available = fund.cash.min(missing);
    let mut parts = [0; MAX_LISTINGS];
    for (book, part) in books.iter_mut().zip(&mut parts) {
        let Some(book) = book else { continue };
        let needs = uncovered(book);
        if needs == 0 {
            continue;
        }
        // No more than what is there: it is at most what is missing.
        *part = mul_div_floor(available, needs, missing)
            .unwrap_or_default()
            .min(fund.cash);
        fund.cash = fund.cash.saturating_sub(*part);
        (book.covered, book.is_covered) = (*part, true);
    }
    Ok(parts)
}

/// What is missing on an expiry that is settled and had nothing of the fund yet.
const fn uncovered(book: &ExpiryBook) -> u64 {
    if book.is_closed() && !book.is_covered {
        book.missing()
    } else {
        0
    }
}
