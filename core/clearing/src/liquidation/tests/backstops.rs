//! What the insurance account takes over.

use super::super::*;
use super::margin_status;
use crate::account::Claim;
use crate::fixtures::{account, call, put, EXPIRY, HOUSE};

#[test]
fn the_fund_takes_over_what_is_lost_or_left() {
    let early = |from| Err(LiquidationError::TooEarly { from });
    for (status, now, expected) in [
        (margin_status(0, 100, 70), 1_000, Ok(())),
        (margin_status(-50, 100, 70), 1_000, Ok(())),
        (margin_status(60, 100, 70), 1_000, early(1_900)),
        (margin_status(60, 100, 70), 1_899, early(1_900)),
        (margin_status(60, 100, 70), 1_900, Ok(())),
        (margin_status(60, 100, 70), 2_800, Err(LiquidationError::NotBegun)),
        (margin_status(70, 100, 70), 1_900, Err(LiquidationError::Healthy)),
    ] {
        let mut owner = account(300, &[(call(100), -10), (put(100), 10)]);
        owner.status = Status::Liquidation {
            since: 900,
            touched_at: 1_000,
        };
        owner
            .load_claims(
                [Claim {
                    market: 0,
                    expiry: 7,
                    amount: 40,
                }]
                .into_iter(),
            )
            .unwrap();
        let before = owner;
        let mut fund = account(50, &[(call(100), 4)]);
        let result = backstop(&mut owner, &mut fund, &status, &HOUSE, now);
        assert_eq!(result, expected, "{status:?} {now}");
        if expected.is_err() {
            assert_eq!(owner, before);
            continue;
        }
        assert_eq!(
            (owner.cash, owner.debt, owner.claims().len(), owner.status),
            (0, 0, 0, Status::Bankrupt)
        );
        assert_eq!((fund.cash, fund.claims()[0].amount), (350, 40));
        assert_eq!(
            fund.status,
            Status::Liquidation {
                since: now,
                touched_at: now
            }
        );
        // Four of ten are netted: the fund is short six, and as many fewer are held long.
        assert_eq!(backstop_position(&mut owner, &mut fund, &call(100)), Ok(-4));
        let gone = backstop_position(&mut owner, &mut fund, &call(100));
        assert_eq!(
            gone,
            Err(LiquidationError::Account(AccountError::NoPosition)).map_err(|_| AccountError::NoPosition)
        );
        assert_eq!(owner.status, Status::Bankrupt);
        assert_eq!(backstop_position(&mut owner, &mut fund, &put(100)), Ok(0));
        assert_eq!((owner.status, owner.is_empty()), (Status::Normal, true));
        let over = backstop_position(&mut owner, &mut fund, &put(100));
        assert_eq!(over, Err(AccountError::NotBankrupt));
    }
}

#[test]
fn a_fund_without_room_for_a_claim_takes_nothing_over() {
    let claims = |first: i64, count: i64| {
        (first..first + count).map(|expiry| Claim {
            market: 0,
            expiry,
            amount: 1,
        })
    };
    let failing = margin_status(-1, 100, 70);
    for (own, expected) in [
        (claims(8, 1), Ok(())),
        (claims(8, 2), Err(AccountError::ClaimsFull.into())),
    ] {
        let mut owner = account(5, &[(call(100), -10)]);
        owner.status = Status::Liquidation {
            since: 0,
            touched_at: 0,
        };
        owner.load_claims(own).unwrap();
        let mut fund = account(0, &[]);
        fund.load_claims(claims(1, 8)).unwrap();
        let before = (owner, fund);
        assert_eq!(backstop(&mut owner, &mut fund, &failing, &HOUSE, 10), expected);
        if expected.is_err() {
            assert_eq!((owner, fund), before);
        } else {
            assert_eq!((fund.claims().len(), fund.claims()[7].amount), (8, 2));
        }
    }
}

#[test]
fn an_account_worth_anything_keeps_its_money_while_its_positions_settle() {
    let owner = account(300, &[(call(100), -10)]);
    // The grace has passed, and the liquidation has not lapsed.
    for (now, equity, expected) in [
        (EXPIRY - 1_801, 5, Ok(())),
        (EXPIRY - 1_800, 5, Err(LiquidationError::Settling)),
        (EXPIRY - 1_800, 0, Ok(())),
    ] {
        let (mut owner, mut fund) = (owner, account(0, &[]));
        owner.status = Status::Liquidation {
            since: now - 900,
            touched_at: now - 900,
        };
        let taken = backstop(&mut owner, &mut fund, &margin_status(equity, 100, 70), &HOUSE, now);
        assert_eq!(taken, expected, "{now} {equity}");
    }
}
