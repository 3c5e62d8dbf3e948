use super::*;
use crate::fixtures::{account, call, put};

fn held(account: &MarginAccount) -> Vec<(SeriesTerms, i64)> {
    let pairs = account.positions().iter();
    pairs.map(|position| (position.series, position.quantity.0)).collect()
}

extern crate std;
use std::vec::Vec;

#[test]
fn long_and_short_net_and_the_list_stays_in_order() {
    let mut account = account(0, &[(call(200), 5), (call(100), -3), (put(100), 7)]);
    assert_eq!(held(&account), [(call(100), -3), (put(100), 7), (call(200), 5)]);
    account.change(&put(100), Lots(-7)).unwrap();
    account.change(&call(100), Lots(4)).unwrap();
    account.change(&call(300), Lots(0)).unwrap();
    assert_eq!(held(&account), [(call(100), 1), (call(200), 5)]);
    assert_eq!(account.quantity(&call(200)), Lots(5));
    assert_eq!(account.quantity(&put(200)), Lots(0));
    assert_eq!(account.change(&call(200), Lots(i64::MAX)), Err(AccountError::TooLarge));
    assert_eq!(account.quantity(&call(200)), Lots(5));
}

#[test]
fn there_is_room_for_thirty_two() {
    let mut account = MarginAccount::EMPTY;
    for strike in (1..=32).rev() {
        account.change(&call(strike), Lots(1)).unwrap();
    }
    assert_eq!(account.change(&call(33), Lots(1)), Err(AccountError::PositionsFull));
    assert_eq!(account.change(&call(7), Lots(1)), Ok(()));
    assert!(account.positions().is_sorted_by_key(|position| position.series));
    account.change(&call(9), Lots(-1)).unwrap();
    assert_eq!(account.change(&call(33), Lots(1)), Ok(()));
}

#[test]
fn what_is_loaded_has_to_be_in_order_and_not_zero() {
    let position = |strike, quantity| Position {
        series: call(strike),
        quantity: Lots(quantity),
    };
    let mut account = MarginAccount::EMPTY;
    for (positions, expected) in [
        (&[position(1, 5), position(2, -5)][..], Ok(())),
        (&[position(2, 5), position(1, 5)], Err(AccountError::NoPosition)),
        (&[position(1, 5), position(1, 5)], Err(AccountError::NoPosition)),
        (&[position(1, 0)], Err(AccountError::NoPosition)),
    ] {
        assert_eq!(account.load_positions(positions.iter().copied()), expected);
    }
    let many = (1..=33).map(|strike| position(strike, 1));
    assert_eq!(account.load_positions(many), Err(AccountError::PositionsFull));
    let claims = core::iter::repeat_n(Claim::default(), MAX_EXPIRIES + 1);
    assert_eq!(account.load_claims(claims), Err(AccountError::ExpiriesFull));
}

#[test]
fn what_comes_in_repays_debt_first() {
    for (debt, amount, cash, repaid, left) in [
        (0, 70, 70, 0, 0),
        (100, 70, 0, 70, 30),
        (70, 70, 0, 70, 0),
        (30, 70, 40, 30, 0),
    ] {
        let (mut owner, mut fund) = (account(0, &[]), account(5, &[]));
        owner.debt = debt;
        assert_eq!(owner.deposit(&mut fund, amount), Ok(repaid));
        assert_eq!((owner.cash, owner.debt, fund.cash), (cash, left, 5 + repaid));
    }
    let (mut owner, mut fund) = (account(u64::MAX, &[]), account(5, &[]));
    assert_eq!(owner.deposit(&mut fund, 1), Err(AccountError::TooLarge));
    assert_eq!(owner.deposit(&mut fund, 0), Err(AccountError::Nothing));
    assert_eq!(fund.donate(0), Err(AccountError::Nothing));
    assert_eq!(fund.donate(3), Ok(()));
    assert_eq!(fund.cash, 8);
}

#[test]
fn only_ones_own_cash_leaves() {
    let with = |cash, debt| MarginAccount {
        debt,
        ..account(cash, &[])
    };
    for (mut owner, amount, expected) in [
        (with(10, 0), 10, Ok(())),
        (with(10, 0), 11, Err(AccountError::Cash { cash: 10, needed: 11 })),
        (with(10, 0), 0, Err(AccountError::Nothing)),
        (with(10, 1), 5, Err(AccountError::Debt(1))),
    ] {
        let before = owner.cash;
        assert_eq!(owner.withdraw(amount), expected);
        assert_eq!(owner.cash, if expected.is_ok() { before - amount } else { before });
    }
}

#[test]
fn a_claim_stays_until_the_last_of_it_is_paid() {
    let claim = |expiry, is_paid_in_part| Claim {
        market: 0,
        expiry,
        amount: 10,
        is_paid_in_part,
    };
    let mut account = MarginAccount::EMPTY;
    for expiry in 1..=3 {
        account.add_claim(claim(expiry, false)).unwrap();
    }
    account.add_claim(Claim::default()).unwrap();
    account.claim_paid(&claim(2, false), false);
    account.claim_paid(&claim(1, false), true);
    assert_eq!(account.claims(), [claim(2, true), claim(3, false)]);
    account.claim_paid(&claim(1, false), true);
    account.claim_paid(&claim(2, true), true);
    assert_eq!(account.claims(), [claim(3, false)]);
    assert!(!account.is_empty());
}

#[test]
fn a_part_of_every_position_moves_and_none_is_lost() {
    let mut from = account(7, &[(call(100), 10), (put(100), -6), (call(200), 1)]);
    let mut to = account(9, &[]);
    assert!(to.holds_cash_alone());
    from.split_into(&mut to, |position| match position.quantity.0 {
        1 => Lots::ZERO,
        -6 => Lots(-6),
        held => Lots(held / 5),
    });
    assert_eq!(held(&from), [(call(100), 8), (call(200), 1)]);
    assert_eq!(held(&to), [(call(100), 2), (put(100), -6)]);
    assert_eq!((from.cash, to.cash), (7, 9));
    assert!(!to.holds_cash_alone());
    for other in [
        MarginAccount {
            debt: 1,
            ..account(9, &[])
        },
        MarginAccount {
            status: Status::Liquidation {
                since: 0,
                observed: [0; MAX_LISTINGS],
            },
            ..account(9, &[])
        },
    ] {
        assert!(!other.holds_cash_alone());
    }
}
