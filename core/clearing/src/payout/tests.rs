use super::*;
use crate::fixtures::{account, call, put, EXPIRY};
use crate::series::SeriesTerms;
use ballast_core_types::fixtures::price;
use proptest::prelude::*;

extern crate std;
use std::vec::Vec;

fn book(open: u64) -> ExpiryBook {
    ExpiryBook {
        open_long: open,
        open_short: open,
        ..ExpiryBook::default()
    }
}

#[test]
fn positions_are_settled_by_their_net() {
    type Holdings<'a> = &'a [(SeriesTerms, i64)];
    let spread: Holdings = &[(call(100), -10), (call(120), 10)];
    for (positions, cash, fund, at, expected) in [
        // Out of the money: nothing moves.
        (&[(call(100), -10)][..], 5, 0, "90", Settled::default()),
        (
            &[(call(100), -10)],
            500,
            7,
            "110",
            Settled {
                net: Value(-100),
                collected: 100,
                ..Settled::default()
            },
        ),
        (
            &[(put(100), 10)],
            0,
            0,
            "90.25",
            Settled {
                net: Value(97),
                claim: 97,
                ..Settled::default()
            },
        ),
        (
            &[(put(100), -10)],
            500,
            0,
            "90.25",
            Settled {
                net: Value(-98),
                collected: 98,
                ..Settled::default()
            },
        ),
        // A spread owes its width and no more, however small its cash beside the gross.
        (
            spread,
            200,
            0,
            "500",
            Settled {
                net: Value(-200),
                collected: 200,
                ..Settled::default()
            },
        ),
        (
            &[(call(100), -10)],
            30,
            50,
            "110",
            Settled {
                net: Value(-100),
                collected: 30,
                covered: 50,
                uncovered: 20,
                ..Settled::default()
            },
        ),
    ] {
        let (mut owner, mut insurance) = (account(cash, positions), account(fund, &[]));
        let mut book = book(1_000);
        let settled = settle_positions(&mut owner, &mut insurance, &mut book, 0, EXPIRY, price(at));
        let sum = |long: bool| {
            let sizes = positions.iter().filter(|(_, quantity)| (*quantity > 0) == long);
            sizes.map(|(_, quantity)| quantity.unsigned_abs()).sum::<u64>()
        };
        let expected = Settled {
            long: sum(true),
            short: sum(false),
            ..expected
        };
        assert_eq!(settled, Ok(expected), "{positions:?} {at}");
        assert!(owner.positions().is_empty());
        assert_eq!(owner.cash, cash - expected.collected);
        assert_eq!(owner.debt, expected.covered + expected.uncovered);
        assert_eq!(insurance.cash, fund - expected.covered);
        assert_eq!(
            (book.collected, book.claimed),
            (expected.collected + expected.covered, expected.claim)
        );
        assert_eq!(
            (book.open_long, book.open_short),
            (1_000 - sum(true), 1_000 - sum(false))
        );
    }
}

#[test]
fn winners_share_what_nobody_paid() {
    let mut fund = account(40, &[]);
    let mut loser = account(100, &[(call(100), -30)]);
    let mut winners = [account(0, &[(call(100), 10)]), account(0, &[(call(100), 20)])];
    let mut book = book(30);
    let at = price("110");
    let still = settle_positions(&mut winners[0], &mut fund, &mut book, 0, EXPIRY, at).unwrap();
    assert_eq!(still.claim, 100);
    let early = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY);
    assert_eq!(early, Err(PayoutError::StillOpen { long: 20, short: 30 }));
    settle_positions(&mut loser, &mut fund, &mut book, 0, EXPIRY, at).unwrap();
    settle_positions(&mut winners[1], &mut fund, &mut book, 0, EXPIRY, at).unwrap();
    // 300 owed: 100 from cash, 40 from the fund.
    assert_eq!((loser.debt, fund.cash, book.pool(), book.claimed), (200, 0, 140, 300));
    let first = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY).unwrap();
    let second = pay_claim(&mut winners[1], &mut fund, &mut book, 0, EXPIRY).unwrap();
    assert_eq!((first.amount, second.amount, second.dust), (46, 93, 1));
    assert_eq!((winners[0].cash, winners[1].cash, fund.cash), (46, 93, 1));
    assert!(book.is_done());
    let again = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY);
    assert_eq!(again, Err(PayoutError::NothingHere));
    let nothing = settle_positions(&mut loser, &mut fund, &mut book, 0, EXPIRY, at);
    assert_eq!(nothing, Err(PayoutError::NothingHere));
}

#[test]
fn a_claim_repays_debt_first() {
    let (mut fund, mut owner) = (account(0, &[]), account(0, &[(call(100), 10)]));
    let mut loser = account(500, &[(call(100), -10)]);
    owner.debt = 30;
    let mut book = book(10);
    for account in [&mut owner, &mut loser] {
        settle_positions(account, &mut fund, &mut book, 0, EXPIRY, price("110")).unwrap();
    }
    let paid = pay_claim(&mut owner, &mut fund, &mut book, 0, EXPIRY).unwrap();
    assert_eq!((paid.amount, paid.repaid), (100, 30));
    assert_eq!((owner.cash, owner.debt, fund.cash), (70, 0, 30));
}

#[test]
fn a_settlement_that_cannot_be_booked_changes_nothing() {
    let (mut fund, mut owner) = (account(0, &[]), account(9, &[(call(100), 10)]));
    let claims = (1..=8).map(|expiry| Claim {
        market: 1,
        expiry,
        amount: 1,
    });
    owner.load_claims(claims).unwrap();
    let before = (owner, book(10));
    let mut after = before.1;
    let full = settle_positions(&mut owner, &mut fund, &mut after, 0, EXPIRY, price("110"));
    assert_eq!(full, Err(PayoutError::Account(AccountError::ClaimsFull)));
    assert_eq!((owner, after), before);
    // More than is open can only be a program's mistake, and is refused.
    let mut small = book(9);
    owner.load_claims(core::iter::empty()).unwrap();
    assert!(settle_positions(&mut owner, &mut fund, &mut small, 0, EXPIRY, price("110")).is_err());
    assert_eq!(small, book(9));
}

proptest! {
    /// Whatever was traded, at whatever price it settles, in whatever order, with whatever cash:
    /// every token is there afterwards, nobody gets more than they are owed, and where nobody fell
    /// short everybody gets all of it.
    #[test]
    fn no_token_is_made_or_lost(
        trades in proptest::collection::vec((0usize..5, 0usize..5, 0usize..6, 1i64..1_000_000), 1..40),
        cash in proptest::array::uniform6(0u64..400_000_000), settles_at in 1i64..300_000, order: u64,
    ) {
        let series = [call(80), put(80), call(100), put(100), call(125), put(125)];
        let mut accounts: [MarginAccount; 6] = core::array::from_fn(|index| account(cash[index], &[]));
        let mut book = ExpiryBook::default();
        for (from, to, which, quantity) in trades {
            if from == to { continue; }
            let [seller, buyer] = accounts.get_disjoint_mut([from, to]).unwrap();
            let change = crate::trade::move_position(seller, buyer, &series[which], ballast_core_types::Lots(quantity)).unwrap();
            book.change_open_interest(change).unwrap();
        }
        let before: u64 = cash.iter().sum();
        let at = Price::from_fixed(I80F48::from_num(settles_at) / 1_000).unwrap();
        let (mut lost, mut owed) = (0, Vec::new());
        for step in 0..10usize {
            let index = (step + order as usize) % 5;
            let (participants, fund) = accounts.split_at_mut(5);
            let (participant, fund) = (&mut participants[index], &mut fund[0]);
            if step < 5 {
                match settle_positions(participant, fund, &mut book, 0, EXPIRY, at) {
                    Ok(settled) => {
                        lost += settled.uncovered;
                        owed.push((index, settled.claim));
                    }
                    Err(refusal) => prop_assert_eq!(refusal, PayoutError::NothingHere),
                }
            } else if !participant.claims().is_empty() {
                let paid = pay_claim(participant, fund, &mut book, 0, EXPIRY).unwrap();
                prop_assert!(paid.amount <= paid.claim);
                prop_assert!(lost > 0 || paid.amount == paid.claim);
                prop_assert!(owed.contains(&(index, paid.claim)));
            }
            let sum: u64 = accounts.iter().map(|account| account.cash).sum::<u64>() + book.pool();
            prop_assert_eq!(sum, before);
        }
        prop_assert!(book.open_long == 0 && book.open_short == 0 && book.is_done(), "{:?}", book);
    }
}
