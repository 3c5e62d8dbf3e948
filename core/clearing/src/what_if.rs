//! What an account would be after legs it does not have: for whoever wants the house's own answer
//! before they trade.

use super::account::{AccountError, MarginAccount, Position};

/// Most legs that may be supposed at once.
pub const MAX_SUPPOSED: usize = 8;

/// Adds legs to an account, and cash or what they cost, without a counterparty: nothing of it is
/// real, and nothing of it may be stored.
///
/// # Errors
/// [`AccountError::PositionsFull`], [`AccountError::ExpiriesFull`], [`AccountError::Cash`] for more
/// than there is, [`AccountError::TooLarge`].
pub fn suppose(account: &mut MarginAccount, legs: &[Position], cash: i64) -> Result<(), AccountError> {
    for leg in legs {
        account.change(&leg.series, leg.quantity)?;
    }
    let after = account.cash.checked_add_signed(cash);
    account.cash = match after {
        Some(cash) => cash,
        None if cash < 0 => {
            return Err(AccountError::Cash {
                cash: account.cash,
                needed: cash.unsigned_abs(),
            })
        }
        None => return Err(AccountError::TooLarge),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{account, call, put};
    use ballast_core_types::Lots;

    #[test]
    fn legs_and_cash_are_added_as_a_trade_would() {
        let mut supposed = account(100, &[(call(100), 5), (put(90), -3)]);
        let leg = |series, quantity| Position {
            series,
            quantity: Lots(quantity),
        };
        suppose(&mut supposed, &[leg(call(100), -5), leg(call(110), 2)], -100).unwrap();
        assert_eq!(supposed, account(0, &[(call(110), 2), (put(90), -3)]));
        let refused = suppose(&mut supposed, &[], -1);
        assert_eq!(refused, Err(AccountError::Cash { cash: 0, needed: 1 }));
        let mut rich = account(u64::MAX, &[]);
        assert_eq!(suppose(&mut rich, &[], 1), Err(AccountError::TooLarge));
    }
}
