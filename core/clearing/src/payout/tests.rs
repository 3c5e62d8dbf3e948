use super::shortfall::{cover, PATIENCE_SECONDS};
use super::*;
use crate::account::MAX_EXPIRIES;
use crate::fixtures::{account, call, option, put, EXPIRY};
use crate::params::MAX_LISTINGS;
use crate::series::SeriesTerms;
use crate::trade::move_position;
use ballast_core_math::black_scholes::Kind;
use ballast_core_types::fixtures::price;
use ballast_core_types::Lots;
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
                unpaid: 70,
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
        assert_eq!((owner.debt, insurance.cash), (expected.unpaid, fund));
        assert_eq!((book.collected, book.claimed), (expected.collected, expected.claim));
        assert_eq!(
            (book.open_long, book.open_short),
            (1_000 - sum(true), 1_000 - sum(false))
        );
    }
}

/// A book as it lies among those of the house.
fn of_market(market: usize, book: ExpiryBook) -> [Option<ExpiryBook>; MAX_LISTINGS] {
    let mut books = [None; MAX_LISTINGS];
    books[market] = Some(book);
    books
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
    // 300 owed, of which 100 came from cash: that is paid at once, and once.
    assert_eq!((loser.debt, fund.cash, book.pool(), book.claimed), (200, 40, 100, 300));
    let first = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY).unwrap();
    assert_eq!((first.amount, first.is_last, winners[0].cash), (33, false, 33));
    let again = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY);
    assert_eq!(again, Err(PayoutError::FundPending));
    // The fund puts in what it has, once.
    let mut books = of_market(2, book);
    assert_eq!(cover(&mut fund, &mut books, EXPIRY, EXPIRY).unwrap()[2], 40);
    let twice = cover(&mut fund, &mut books, EXPIRY, EXPIRY);
    assert_eq!(twice, Err(PayoutError::NothingMissing));
    book = books[2].unwrap();
    assert_eq!((fund.cash, book.pool(), book.is_done()), (0, 107, false));
    let rest = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY).unwrap();
    let second = pay_claim(&mut winners[1], &mut fund, &mut book, 0, EXPIRY).unwrap();
    assert_eq!((rest.amount, second.amount, second.dust), (13, 92, 2));
    assert!(rest.is_last && second.is_last);
    assert_eq!((winners[0].cash, winners[1].cash, fund.cash), (46, 92, 2));
    assert!(book.is_done());
    let again = pay_claim(&mut winners[0], &mut fund, &mut book, 0, EXPIRY);
    assert_eq!(again, Err(PayoutError::NothingHere));
    let nothing = settle_positions(&mut loser, &mut fund, &mut book, 0, EXPIRY, at);
    assert_eq!(nothing, Err(PayoutError::NothingHere));
}

#[test]
fn the_fund_is_shared_by_what_is_missing_once_all_expiries_are_settled() {
    let missing = |collected, claimed| ExpiryBook {
        collected,
        claimed,
        ..ExpiryBook::default()
    };
    let needs = [Some(missing(10, 70)), None, Some(missing(0, 140)), Some(missing(9, 8))];
    let shared = |cash, books: &mut [Option<ExpiryBook>; MAX_LISTINGS], now| {
        let mut fund = account(cash, &[]);
        cover(&mut fund, books, EXPIRY, now).map(|parts| (parts, fund.cash))
    };
    for (cash, parts, left) in [(1_000, [60, 0, 140, 0], 800), (99, [29, 0, 69, 0], 1), (0, [0; 4], 0)] {
        let mut books = needs;
        assert_eq!(shared(cash, &mut books, EXPIRY), Ok((parts, left)));
        for (book, part) in books.iter().zip(parts) {
            assert_eq!(book.map_or(0, |book| book.covered), part);
        }
        assert_eq!(shared(500, &mut books, EXPIRY), Err(PayoutError::NothingMissing));
    }
    // One that is not settled holds the others up for a day, and has its own part then.
    let mut books = needs;
    books[1] = Some(book(3));
    let until = EXPIRY + PATIENCE_SECONDS;
    let waits = Err(PayoutError::OthersOpen { market: 1, until });
    assert_eq!(shared(99, &mut books, until - 1), waits);
    assert_eq!(shared(99, &mut books, until), Ok(([29, 0, 69, 0], 1)));
    books[1] = Some(missing(0, 50));
    assert_eq!(shared(99, &mut books, until), Ok(([0, 50, 0, 0], 49)));
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
fn a_claim_always_has_room() {
    let (mut fund, mut owner) = (account(0, &[]), account(9, &[(call(100), 10)]));
    let claims = (2..=MAX_EXPIRIES as i64).map(|expiry| Claim {
        market: 1,
        expiry,
        amount: 1,
        is_paid_in_part: false,
    });
    owner.load_claims(claims).unwrap();
    let mut other = account(0, &[(option(Kind::Call, 100, EXPIRY + 86_400), 5), (call(110), 5)]);
    let (sold, bought) = (other.positions()[1].series, other.positions()[0].series);
    let full = move_position(&mut other, &mut owner, &sold, Lots(5));
    assert_eq!(full, Err(AccountError::ExpiriesFull));
    move_position(&mut other, &mut owner, &bought, Lots(5)).unwrap();
    // More than is open can only be a program's mistake, and is refused.
    let before = owner;
    let mut small = book(14);
    assert!(settle_positions(&mut owner, &mut fund, &mut small, 0, EXPIRY, price("120")).is_err());
    assert_eq!((small, owner), (book(14), before));
    let settled = settle_positions(&mut owner, &mut fund, &mut book(15), 0, EXPIRY, price("120"));
    assert_eq!(settled.unwrap().claim, 250);
    assert_eq!(owner.claims().len(), MAX_EXPIRIES);
}

/// Five members and the fund, after trades in one expiry.
struct Traded {
    accounts: [MarginAccount; 6],
    book: ExpiryBook,
}

type Trades = Vec<(usize, usize, usize, i64)>;

impl Traded {
    fn new(trades: &Trades, cash: &[u64; 6]) -> Self {
        let series = [call(80), put(80), call(100), put(100), call(125), put(125)];
        let mut accounts: [MarginAccount; 6] = core::array::from_fn(|index| account(cash[index], &[]));
        let mut book = ExpiryBook::default();
        for &(from, to, which, quantity) in trades.iter().filter(|(from, to, ..)| from != to) {
            let [seller, buyer] = accounts.get_disjoint_mut([from, to]).unwrap();
            let change = move_position(seller, buyer, &series[which], Lots(quantity)).unwrap();
            book.change_open_interest(change).unwrap();
        }
        Self { accounts, book }
    }

    fn money(&self) -> u64 {
        self.accounts.iter().map(|account| account.cash).sum::<u64>() + self.book.pool()
    }

    /// What any one of three actions does to a member. Returns whether it did anything.
    fn act(&mut self, action: usize, index: usize, at: Price) -> bool {
        let (members, fund) = self.accounts.split_at_mut(5);
        let (member, fund, book) = (&mut members[index], &mut fund[0], &mut self.book);
        match action {
            0 => settle_positions(member, fund, book, 0, EXPIRY, at).is_ok(),
            1 => pay_claim(member, fund, book, 0, EXPIRY).is_ok_and(|paid| paid.amount <= paid.claim),
            _ => {
                let mut books = of_market(0, *book);
                let covered = cover(fund, &mut books, EXPIRY, EXPIRY).is_ok();
                *book = books[0].unwrap();
                covered
            }
        }
    }

    /// Acts in the order that `random` says, until nothing is left to do.
    fn finish(&mut self, mut random: u64, at: Price) {
        let before = self.money();
        let mut idle = 0;
        while idle < 200 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let choice = (random >> 33) as usize;
            idle = if self.act(choice % 3, choice / 3 % 5, at) {
                0
            } else {
                idle + 1
            };
            assert_eq!(self.money(), before, "no token is made or lost");
        }
    }
}

proptest! {
    /// Whatever was traded, at whatever price it settles, with whatever cash: however accounts are
    /// settled and claims and the fund's part paid, in whatever order, everybody ends with the
    /// same, to the base unit; nobody gets more than they are owed, and nothing is left.
    #[test]
    fn no_order_changes_what_anybody_gets(
        trades in proptest::collection::vec((0usize..5, 0usize..5, 0usize..6, 1i64..1_000_000), 1..40),
        cash in proptest::array::uniform6(0u64..60_000_000), settles_at in 1i64..300_000, orders: [u64; 2],
    ) {
        let at = Price::from_fixed(I80F48::from_num(settles_at) / 1_000).unwrap();
        let [one, other] = orders.map(|order| {
            let mut traded = Traded::new(&trades, &cash);
            traded.finish(order, at);
            assert!(traded.book.is_closed() && traded.book.is_done(), "{:?}", traded.book);
            traded
        });
        for (one, other) in one.accounts.iter().zip(&other.accounts) {
            prop_assert_eq!(one, other);
            prop_assert!(one.positions().is_empty() && one.claims().is_empty());
        }
        if one.book.missing() == 0 {
            prop_assert_eq!(one.book.paid, one.book.collected);
        }
    }
}
