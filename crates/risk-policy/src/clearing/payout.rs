//! Paying out an expiry, so that no token is ever created: first what is owed comes in, then what is there goes out.
//!
//! One book for each market and expiry, not for each series: what an account owes on one strike it may be owed on another, and a spread
//! has to be settled by its net, or its owner would need the gross amount in cash.
//!
//! 1. **In.** Each account's positions of the expiry are settled together, in any order of accounts, by anyone ([`settle_positions`]). Their net
//!    payoff is one amount. If it is negative, the account pays it, rounded up: what its cash cannot pay becomes its debt, the insurance
//!    account pays as much of it as it has, and the rest is lost. If it is positive, the account gets a claim, rounded down.
//! 2. **Out.** When no position is left, claims are paid in any order ([`pay_claim`]): whole if all that came in covers them, else
//!    ⌊claim × collected / claimed⌋. That is how winners share a loss, and both sums are final by then.
//!
//! What roundings leave goes to the insurance account after the last claim.

use super::account::{AccountRefusal, Claim, MarginAccount, Status};
use ballast_risk_math::scale::mul_div_floor;
use ballast_risk_math::{Price, Value, I80F48};

/// The money and the open positions of one market and expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiryBook {
    /// Lots held long over all series, until they are settled.
    pub open_long: u64,
    /// Lots held short, likewise.
    pub open_short: u64,
    /// What has come in, base units.
    pub collected: u64,
    /// Sum of all claims.
    pub claimed: u64,
    /// What has gone out.
    pub paid: u64,
    /// Sum of the claims that have been paid, wholly or in part.
    pub claims_done: u64,
}

/// What one account's settlement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Net payoff of its positions: rounded up if it owes, down if it is owed.
    pub net: Value,
    /// What its own cash paid.
    pub collected: u64,
    /// What the insurance account paid for it.
    pub covered: u64,
    /// What nobody paid: the winners' loss.
    pub uncovered: u64,
    /// Its claim.
    pub claim: u64,
    /// Rounding dust that went to the insurance account.
    pub dust: u64,
}

/// What paying a claim did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// The claim.
    pub claim: u64,
    /// What was paid on it: ⌊claim × collected / claimed⌋, or all of it.
    pub amount: u64,
    /// The part of that which repaid debt.
    pub repaid: u64,
    /// Rounding dust that went to the insurance account.
    pub dust: u64,
}

/// Why an expiry is not paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayoutRefusal {
    /// The account has nothing of this expiry.
    NothingHere,
    /// Positions of this expiry are still open: claims are paid after the last of them.
    StillOpen {
        /// Lots held long.
        long: u64,
        /// Lots held short.
        short: u64,
    },
    /// A rule of the books.
    Account(AccountRefusal),
}

impl From<AccountRefusal> for PayoutRefusal {
    fn from(refusal: AccountRefusal) -> Self {
        Self::Account(refusal)
    }
}

impl ExpiryBook {
    /// Whether every position has been settled.
    pub const fn is_closed(&self) -> bool {
        self.open_long == 0 && self.open_short == 0
    }

    /// Whether everything has been paid, and the book may go.
    pub const fn is_done(&self) -> bool {
        self.is_closed() && self.claims_done == self.claimed && self.paid == self.collected
    }

    /// What it holds, base units.
    pub const fn pool(&self) -> u64 {
        self.collected.saturating_sub(self.paid)
    }

    /// Books a change of open interest before expiry.
    ///
    /// # Errors
    /// [`AccountRefusal::TooLarge`]; nothing is then changed.
    pub fn change_open_interest(&mut self, change: i64) -> Result<(), AccountRefusal> {
        let changed = |open: u64| open.checked_add_signed(change).ok_or(AccountRefusal::TooLarge);
        (self.open_long, self.open_short) = (changed(self.open_long)?, changed(self.open_short)?);
        Ok(())
    }

    /// What a claim gets once all positions are settled.
    pub fn payment_floor(&self, claim: u64) -> Option<u64> {
        if self.collected >= self.claimed {
            return Some(claim);
        }
        mul_div_floor(claim, self.collected, self.claimed)
    }

    /// Takes out what is left after the last claim.
    fn sweep(&mut self) -> u64 {
        if !self.is_closed() || self.claims_done != self.claimed {
            return 0;
        }
        let dust = self.pool();
        self.paid = self.collected;
        dust
    }
}

/// The positions of an expiry, summed up.
#[derive(Default)]
struct Sums {
    net: I80F48,
    long: u64,
    short: u64,
}

/// Settles all positions that an account has on one market and expiry, at the expiry's price. `insurance` is `None` where the account is the
/// insurance account itself: what it cannot pay is lost at once.
///
/// A bankrupt account's positions are settled for the insurance account: it gets the claim, and what the account cannot pay is no debt.
///
/// # Errors
/// [`PayoutRefusal`]; nothing is then changed.
pub fn settle_positions(
    account: &mut MarginAccount,
    insurance: Option<&mut MarginAccount>,
    book: &mut ExpiryBook,
    market: u8,
    expiry: i64,
    price: Price,
) -> Result<Settled, PayoutRefusal> {
    let (first, count) = account.expiring(market, expiry);
    if count == 0 {
        return Err(PayoutRefusal::NothingHere);
    }
    let too_large = AccountRefusal::TooLarge;
    let sums = sum_up(account, first, count, price).ok_or(too_large)?;
    let mut after = *book;
    after.open_long = book.open_long.checked_sub(sums.long).ok_or(too_large)?;
    after.open_short = book.open_short.checked_sub(sums.short).ok_or(too_large)?;
    let mut settled = Settled::default();
    if sums.net < I80F48::ZERO {
        settled.net = Value::floor(sums.net).ok_or(too_large)?;
        let owed = settled.net.0.unsigned_abs();
        settled.collected = owed.min(account.cash);
        let short = owed.saturating_sub(settled.collected);
        let fund = insurance.as_ref().map_or(0, |insurance| insurance.cash);
        settled.covered = short.min(fund);
        settled.uncovered = short.saturating_sub(settled.covered);
        let came = settled.collected.saturating_add(settled.covered);
        after.collected = book.collected.checked_add(came).ok_or(too_large)?;
    } else {
        settled.net = Value::floor(sums.net).ok_or(too_large)?;
        settled.claim = settled.net.positive_part();
        after.claimed = book.claimed.checked_add(settled.claim).ok_or(too_large)?;
    }
    settled.dust = after.sweep();
    apply(
        account,
        insurance,
        &settled,
        Claim {
            market,
            expiry,
            amount: settled.claim,
        },
    )?;
    account.remove(first, count);
    *book = after;
    Ok(settled)
}

#[inline(never)]
fn sum_up(account: &MarginAccount, first: usize, count: usize, price: Price) -> Option<Sums> {
    let mut sums = Sums::default();
    for position in account.positions().iter().skip(first).take(count) {
        let quantity = position.quantity.0;
        let payoff = position.series.intrinsic(price)?;
        sums.net = sums.net.checked_add(payoff.checked_mul_int(i128::from(quantity))?)?;
        let side = if quantity > 0 { &mut sums.long } else { &mut sums.short };
        *side = side.checked_add(quantity.unsigned_abs())?;
    }
    Some(sums)
}

/// Moves the money of a settlement; changes nothing if it cannot.
fn apply(
    account: &mut MarginAccount,
    insurance: Option<&mut MarginAccount>,
    settled: &Settled,
    claim: Claim,
) -> Result<(), AccountRefusal> {
    let cash = account.cash.saturating_sub(settled.collected);
    let Some(insurance) = insurance else {
        let cash = cash.checked_add(settled.dust).ok_or(AccountRefusal::TooLarge)?;
        account.add_claim(claim)?;
        account.cash = cash;
        return Ok(());
    };
    let fund = insurance.cash.saturating_sub(settled.covered);
    let fund = fund.checked_add(settled.dust).ok_or(AccountRefusal::TooLarge)?;
    if account.status == Status::Bankrupt {
        insurance.add_claim(claim)?;
    } else {
        let owed = settled.covered.saturating_add(settled.uncovered);
        let debt = account.debt.checked_add(owed).ok_or(AccountRefusal::TooLarge)?;
        account.add_claim(claim)?;
        account.debt = debt;
    }
    account.cash = cash;
    insurance.cash = fund;
    Ok(())
}

/// Pays an account's claim on one market and expiry, once all positions of it are settled. What the account owes the insurance account is repaid
/// first. `insurance` is `None` where the account is the insurance account itself.
///
/// # Errors
/// [`PayoutRefusal`]; nothing is then changed.
pub fn pay_claim(
    account: &mut MarginAccount,
    insurance: Option<&mut MarginAccount>,
    book: &mut ExpiryBook,
    market: u8,
    expiry: i64,
) -> Result<Paid, PayoutRefusal> {
    let held = |claim: &&Claim| claim.market == market && claim.expiry == expiry;
    let claim = *account.claims().iter().find(held).ok_or(PayoutRefusal::NothingHere)?;
    if !book.is_closed() {
        return Err(PayoutRefusal::StillOpen {
            long: book.open_long,
            short: book.open_short,
        });
    }
    let too_large = AccountRefusal::TooLarge;
    let amount = book.payment_floor(claim.amount).ok_or(too_large)?;
    let mut after = *book;
    after.paid = book.paid.checked_add(amount).ok_or(too_large)?;
    after.claims_done = book.claims_done.checked_add(claim.amount).ok_or(too_large)?;
    let dust = after.sweep();
    let repaid = match insurance {
        Some(insurance) => {
            let fund = insurance.cash.checked_add(dust).ok_or(too_large)?;
            // Whatever part of the amount is repaid, the fund has room for it.
            fund.checked_add(amount).ok_or(too_large)?;
            let repaid = account.credit(insurance, amount)?;
            insurance.cash = insurance.cash.saturating_add(dust);
            repaid
        }
        None => {
            let more = amount.checked_add(dust).ok_or(too_large)?;
            account.cash = account.cash.checked_add(more).ok_or(too_large)?;
            0
        }
    };
    account.take_claim(market, expiry);
    *book = after;
    Ok(Paid {
        claim: claim.amount,
        amount,
        repaid,
        dust,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearing::fixtures::{account, call, put, EXPIRY};
    use crate::clearing::series::SeriesTerms;
    use crate::fixtures::price;
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
            let settled = settle_positions(&mut owner, Some(&mut insurance), &mut book, 0, EXPIRY, price(at));
            assert_eq!(settled, Ok(expected), "{positions:?} {at}");
            assert!(owner.positions().is_empty());
            assert_eq!(owner.cash, cash - expected.collected);
            assert_eq!(owner.debt, expected.covered + expected.uncovered);
            assert_eq!(insurance.cash, fund - expected.covered);
            assert_eq!(
                (book.collected, book.claimed),
                (expected.collected + expected.covered, expected.claim)
            );
            let sum = |long: bool| {
                positions
                    .iter()
                    .map(|(_, q)| if (*q > 0) == long { q.unsigned_abs() } else { 0 })
                    .sum::<u64>()
            };
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
        let still = settle_positions(&mut winners[0], Some(&mut fund), &mut book, 0, EXPIRY, at).unwrap();
        assert_eq!(still.claim, 100);
        let early = pay_claim(&mut winners[0], Some(&mut fund), &mut book, 0, EXPIRY);
        assert_eq!(early, Err(PayoutRefusal::StillOpen { long: 20, short: 30 }));
        settle_positions(&mut loser, Some(&mut fund), &mut book, 0, EXPIRY, at).unwrap();
        settle_positions(&mut winners[1], Some(&mut fund), &mut book, 0, EXPIRY, at).unwrap();
        // 300 owed: 100 from cash, 40 from the fund.
        assert_eq!((loser.debt, fund.cash, book.pool(), book.claimed), (200, 0, 140, 300));
        let first = pay_claim(&mut winners[0], Some(&mut fund), &mut book, 0, EXPIRY).unwrap();
        let second = pay_claim(&mut winners[1], Some(&mut fund), &mut book, 0, EXPIRY).unwrap();
        assert_eq!((first.amount, second.amount, second.dust), (46, 93, 1));
        assert_eq!((winners[0].cash, winners[1].cash, fund.cash), (46, 93, 1));
        assert!(book.is_done());
        let again = pay_claim(&mut winners[0], Some(&mut fund), &mut book, 0, EXPIRY);
        assert_eq!(again, Err(PayoutRefusal::NothingHere));
        let nothing = settle_positions(&mut loser, Some(&mut fund), &mut book, 0, EXPIRY, at);
        assert_eq!(nothing, Err(PayoutRefusal::NothingHere));
    }

    #[test]
    fn a_claim_repays_debt_first() {
        let (mut fund, mut owner) = (account(0, &[]), account(0, &[(call(100), 10)]));
        let mut loser = account(500, &[(call(100), -10)]);
        owner.debt = 30;
        let mut book = book(10);
        for account in [&mut owner, &mut loser] {
            settle_positions(account, Some(&mut fund), &mut book, 0, EXPIRY, price("110")).unwrap();
        }
        let paid = pay_claim(&mut owner, Some(&mut fund), &mut book, 0, EXPIRY).unwrap();
        assert_eq!((paid.amount, paid.repaid), (100, 30));
        assert_eq!((owner.cash, owner.debt, fund.cash), (70, 0, 30));
    }

    #[test]
    fn a_bankrupt_accounts_positions_are_the_funds() {
        let (mut fund, mut gone) = (account(70, &[]), account(0, &[(call(100), 10), (put(100), -10)]));
        gone.status = Status::Bankrupt;
        let mut after = book(20);
        settle_positions(&mut gone, Some(&mut fund), &mut after, 0, EXPIRY, price("90")).unwrap();
        assert_eq!((gone.debt, fund.cash, after.collected), (0, 0, 70));
        let (mut fund, mut gone) = (account(70, &[]), account(0, &[(call(100), 10)]));
        gone.status = Status::Bankrupt;
        settle_positions(&mut gone, Some(&mut fund), &mut book(10), 0, EXPIRY, price("110")).unwrap();
        assert_eq!((gone.claims().len(), fund.claims()[0].amount), (0, 100));
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
        let full = settle_positions(&mut owner, Some(&mut fund), &mut after, 0, EXPIRY, price("110"));
        assert_eq!(full, Err(PayoutRefusal::Account(AccountRefusal::ClaimsFull)));
        assert_eq!((owner, after), before);
        // More than is open can only be a program's mistake, and is refused.
        let mut small = book(9);
        owner.load_claims(core::iter::empty()).unwrap();
        assert!(settle_positions(&mut owner, Some(&mut fund), &mut small, 0, EXPIRY, price("110")).is_err());
        assert_eq!(small, book(9));
    }

    proptest! {
        /// Whatever was traded, at whatever price it settles, in whatever order, with whatever cash: every token is there afterwards, nobody gets more
        /// than he is owed, and where nobody fell short everybody gets all of it.
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
                let change = crate::clearing::trade::move_position(seller, buyer, &series[which], ballast_risk_math::Lots(quantity)).unwrap();
                book.change_open_interest(change).unwrap();
            }
            let before: u64 = cash.iter().sum();
            let at = Price::from_fixed(I80F48::from_num(settles_at) / 1_000).unwrap();
            let (mut lost, mut owed) = (0, Vec::new());
            for step in 0..10usize {
                let index = (step + order as usize) % 5;
                let (members, fund) = accounts.split_at_mut(5);
                let (member, fund) = (&mut members[index], &mut fund[0]);
                if step < 5 {
                    match settle_positions(member, Some(fund), &mut book, 0, EXPIRY, at) {
                        Ok(settled) => {
                            lost += settled.uncovered;
                            owed.push((index, settled.claim));
                        }
                        Err(refusal) => prop_assert_eq!(refusal, PayoutRefusal::NothingHere),
                    }
                } else if !member.claims().is_empty() {
                    let paid = pay_claim(member, Some(fund), &mut book, 0, EXPIRY).unwrap();
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
}
