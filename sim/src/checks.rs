//! Checks that follow from what was recorded. The driver adds them to [`Meta::checks`](crate::record::Meta) beside its
//! own, so that one place decides whether everything held.

use crate::record::{books, delta_over_band, floor_distance, Check, LedgerLine, Step};
use ballast_market_data::format::{decimal, utc_minute};

/// Every token's books balance to the last base unit: one check per token, and one that fails if there are none.
#[must_use]
pub fn books_balance(ledger: &[LedgerLine]) -> Vec<Check> {
    let Some(books) = books(ledger) else {
        return vec![check("The books balance", false, "no book was kept")];
    };
    let line = |book: crate::record::Book| {
        let detail = if book.balances() {
            format!("{} base units minted, all of them found again", grouped(book.minted))
        } else {
            format!(
                "{} base units minted, {} found",
                grouped(book.minted),
                grouped(book.found)
            )
        };
        check(
            &format!("The books of {} balance to the last base unit", book.token),
            book.balances(),
            detail,
        )
    };
    books.into_iter().map(line).collect()
}

/// A share was never worth less than its floor at the end of a step.
#[must_use]
pub fn floor_held(steps: &[Step]) -> Check {
    let name = "A share was never worth less than its floor";
    match worst(steps, |s| -floor_distance(s)) {
        Some(s) => {
            let detail = format!(
                "nearest on {}: {} against a floor of {}",
                utc_minute(s.unix_time),
                decimal(s.nav_per_share, 4),
                decimal(s.floor_per_share, 4)
            );
            check(name, floor_distance(s) >= 0.0, detail)
        }
        None => check(name, false, "no step was recorded"),
    }
}

/// Delta stood inside its band at the end of every step in which no breaker was tripped. (Under a breaker only orders
/// that reduce risk are allowed, so a delta below its band may have to wait.)
#[must_use]
pub fn delta_in_band(steps: &[Step]) -> Check {
    let name = "Delta was inside its band whenever the keepers were free to trade";
    match worst(steps.iter().filter(|s| !s.breaker), delta_over_band) {
        Some(s) => {
            let ratio = delta_over_band(s);
            let detail = format!(
                "furthest on {}: {} of the way to the edge",
                utc_minute(s.unix_time),
                percent(ratio)
            );
            check(name, ratio <= 1.0, detail)
        }
        None => check(name, false, "no step without a tripped breaker was recorded"),
    }
}

/// Exposure was never above what the cushion allows, at the end of every step; `tolerance` is a fraction of the cap.
#[must_use]
pub fn exposure_under_cap(steps: &[Step], tolerance: f64) -> Check {
    let name = "Exposure was never above what the cushion allows";
    let excess = |s: &Step| s.delta.abs() - s.cap * (1.0 + tolerance);
    match worst(steps, excess) {
        Some(s) => {
            let detail = format!(
                "nearest on {}: {} of {} allowed",
                utc_minute(s.unix_time),
                decimal(s.delta.abs(), 2),
                decimal(s.cap, 2)
            );
            check(name, excess(s) <= 0.0, detail)
        }
        None => check(name, false, "no step was recorded"),
    }
}

fn worst<'a>(steps: impl IntoIterator<Item = &'a Step>, badness: impl Fn(&Step) -> f64) -> Option<&'a Step> {
    steps.into_iter().max_by(|a, b| badness(a).total_cmp(&badness(b)))
}

fn check(name: &str, held: bool, detail: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        held,
        detail: detail.into(),
    }
}

fn percent(ratio: f64) -> String {
    format!("{} %", decimal(ratio * 100.0, 0))
}

fn grouped(base_units: u128) -> String {
    // Exact for all that a u64 mint can hold; only sums beyond that lose their grouping.
    u64::try_from(base_units).map_or_else(
        |_| base_units.to_string(),
        |units| ballast_market_data::format::token_amount(units, 0),
    )
}
