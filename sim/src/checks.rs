//! Checks that follow from what was recorded. The driver adds them to
//! [`Meta::checks`](crate::record::Meta) beside its own, so that one place decides whether
//! everything held.

use crate::record::{delta_over_band, floor_distance, Book, Check, Ledger, Step};
use ballast_market_data::format::{decimal, utc_minute};

/// What a check found: whether it held, and what was measured, for a person.
pub type Finding = (bool, String);

/// A check of `T`: its name, as a sentence that is true when it held, and what finds out.
pub type Rule<T> = (&'static str, fn(&T) -> Finding);

/// Returns what each of a table of checks finds, in its order.
#[must_use]
pub fn all<T>(rules: &[Rule<T>], of: &T) -> Vec<Check> {
    let one = |(name, find): &Rule<T>| {
        let (held, detail) = find(of);
        check(name, held, detail)
    };
    rules.iter().map(one).collect()
}

/// Finds out whether two amounts are the same number of base units.
#[must_use]
pub fn equal(left: impl Into<u128>, right: impl Into<u128>) -> Finding {
    let (left, right) = (left.into(), right.into());
    (left == right, format!("{left} and {right} base units"))
}

/// Checks that every token's books balance to the last base unit: one check per token, and one that
/// fails if there are none.
#[must_use]
pub fn books_balance(ledger: &Ledger) -> Vec<Check> {
    let books = ledger.books();
    if books.is_empty() {
        return vec![check("The books balance", false, "no book was kept")];
    }
    let line = |book: Book| {
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

/// Checks that a share was never worth less than its floor at the end of a step.
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

/// Checks that delta stood inside its band at the end of every step in which no breaker was
/// tripped. (Under a breaker only orders that reduce risk are allowed, so a delta below its band
/// may have to wait.)
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

/// Checks that exposure was never above what the cushion allows, at the end of every step;
/// `tolerance` is a fraction of the cap.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_checks_is_worked_off_in_its_order() {
        const RULES: [Rule<u64>; 2] = [
            ("It is seven", |n| equal(*n, 7_u64)),
            ("It is small", |n| (*n < 10, format!("it is {n}"))),
        ];
        let found = all(&RULES, &8);
        let told: Vec<_> = found
            .iter()
            .map(|c| (c.name.as_str(), c.held, c.detail.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("It is seven", false, "8 and 7 base units"),
                ("It is small", true, "it is 8")
            ]
        );
    }
}
