//! How long a liquidation lasts: growth of the discount, grace, and as long again.

use crate::account::{MarginAccount, Status};
use crate::params::ClearingHouseParams;

/// Returns beginning and last touch of a liquidation that has not lapsed.
pub(super) fn under_way(account: &MarginAccount, house: &ClearingHouseParams, now: i64) -> Option<(i64, i64)> {
    match account.status {
        Status::Liquidation { since, touched_at } if now < lapses_at(touched_at, house) => Some((since, touched_at)),
        _ => None,
    }
}

/// Returns from when on the insurance account may take over what nobody took.
pub(super) fn takeover_at(touched_at: i64, house: &ClearingHouseParams) -> i64 {
    touched_at
        .saturating_add(i64::from(house.liquidation_seconds))
        .saturating_add(i64::from(house.grace_seconds))
}

/// Returns when a liquidation that nobody touched is void: as long again after that.
fn lapses_at(touched_at: i64, house: &ClearingHouseParams) -> i64 {
    takeover_at(takeover_at(touched_at, house), house)
}
