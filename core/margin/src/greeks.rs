//! The Greeks of a book on one market.

use super::leg::BookLeg;
use super::mark::{Asked, MarketGreeks, Marking, Moves};
use super::market::MarketInputs;
use super::AssessError;
use ballast_core_types::Lots;

/// Returns the Greeks of a book on one market at the unix time `now`, at the published price and
/// the surface's own volatility. [`BookLeg::market`] is of no account.
///
/// # Errors
/// [`AssessError`]: the first rule that a leg or the market breaks.
pub fn greeks(legs: &[BookLeg], market: &MarketInputs, now: i64) -> Result<MarketGreeks, AssessError> {
    let neutral = market.neutral();
    let marking = Marking::new(&neutral, Asked::default(), now);
    let mut sums = MarketGreeks::default();
    for leg in legs {
        marking.mark(leg, Some(&mut sums), &mut Moves::Linear(Lots::ZERO))?;
    }
    Ok(sums.per_unit())
}
