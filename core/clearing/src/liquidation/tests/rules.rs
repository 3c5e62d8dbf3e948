//! When a liquidation begins, ends and lapses, and what refuses a take.

use super::*;
use crate::account::AccountError;
use crate::margin::{MarginError, MarginStatus};

fn status(equity: i64) -> MarginStatus {
    MarginStatus {
        equity: Value(equity),
        initial: Value(150),
        maintenance: Value(100),
        target: Value(110),
        cash: Value(1_000),
        ..MarginStatus::default()
    }
}

/// Calls `run` with a house at a moment.
fn at_moment(now: i64, run: impl FnOnce(&MarginContext)) {
    at("50000", |context| {
        let mut context = *context;
        context.now = now;
        run(&context);
    });
}

/// Begins a liquidation at a moment.
fn begin_at(account: &mut MarginAccount, statuses: &[MarginStatus], now: i64) -> Result<(), LiquidationError> {
    let mut begun = Ok(());
    at_moment(now, |context| begun = begin(account, statuses, context));
    begun
}

#[test]
fn it_begins_below_maintenance_and_ends_at_its_target_each_at_both_prices() {
    for (last, of_late, begins, ends) in [
        (99, 99, Ok(()), Err(LiquidationError::NotRestored)),
        (
            99,
            100,
            Err(LiquidationError::Healthy),
            Err(LiquidationError::NotRestored),
        ),
        (
            100,
            99,
            Err(LiquidationError::Healthy),
            Err(LiquidationError::NotRestored),
        ),
        (
            110,
            109,
            Err(LiquidationError::Healthy),
            Err(LiquidationError::NotRestored),
        ),
        (110, 110, Err(LiquidationError::Healthy), Ok(())),
    ] {
        let statuses = [status(last), status(of_late)];
        let mut failing = account(0, &[]);
        assert_eq!(begin_at(&mut failing, &statuses, 7), begins, "{last} {of_late}");
        let mut under_way = account(0, &[]);
        under_way.status = begun_at(7);
        assert_eq!(end(&mut under_way, &statuses), ends, "{last} {of_late}");
        let is_over = under_way.status == Status::Normal;
        assert_eq!(is_over, ends.is_ok());
    }
    let indebted = MarginStatus {
        debt: Value(1),
        ..status(500)
    };
    assert_eq!(begin_at(&mut account(0, &[]), &[indebted; 2], 7), Ok(()));
    assert_eq!(
        end(&mut account(0, &[]), &[indebted; 2]),
        Err(LiquidationError::NotRestored)
    );
}

#[test]
fn one_that_was_forgotten_does_not_lie_in_wait() {
    let mut failing = account(0, &[]);
    let statuses = [status(50); 2];
    begin_at(&mut failing, &statuses, 1_000).unwrap();
    assert_eq!(began_at(&failing, 4_599), Some(1_000));
    assert_eq!(
        begin_at(&mut failing, &statuses, 4_599),
        Err(LiquidationError::AlreadyBegun)
    );
    assert_eq!(began_at(&failing, 4_600), None);
    begin_at(&mut failing, &statuses, 4_600).unwrap();
    assert_eq!(began_at(&failing, 4_601), Some(4_600));
}

#[test]
fn each_rule_refuses_a_take_by_its_own_name_and_leaves_everything_as_it_was() {
    at("50000", |context| {
        let positions = mixed();
        let failing = Parties::failing(cash_at(&positions, 95, context), &positions);
        let permitted = |elapsed| {
            let fund = Fund::default();
            let book = failing.book_after(elapsed, context);
            let take = price_take(&failing.account, &book, &fund, &HOUSE, NOW + elapsed, Share::WHOLE);
            take.unwrap().permitted
        };
        assert!(permitted(0) > LEAST_SHARE && permitted(600) > permitted(0));
        let with = |change: fn(&mut Parties)| {
            let mut parties = Parties::failing(failing.account.cash, &positions);
            change(&mut parties);
            parties
        };
        let share = |asked| LiquidationError::Share {
            asked,
            permitted: permitted(60),
        };
        let poor = LiquidationError::Account(AccountError::Cash { cash: 0, needed: 0 });
        for (mut parties, asked, elapsed, expected) in [
            (
                with(|p| p.account.status = Status::Normal),
                Share::WHOLE,
                60,
                LiquidationError::NotBegun,
            ),
            (
                with(|_| ()),
                Share::WHOLE,
                LIQUIDATION_SECONDS,
                LiquidationError::NotBegun,
            ),
            (
                with(|p| p.account.cash *= 3),
                Share::WHOLE,
                60,
                LiquidationError::Restored,
            ),
            (
                with(|p| p.account = account(0, &[])),
                Share::WHOLE,
                60,
                LiquidationError::NotBegun,
            ),
            (with(|_| ()), Share(9_999_999), 60, share(Share(9_999_999))),
            (with(|_| ()), Share(0), 60, share(Share(0))),
            (with(|_| ()), Share(1_000_000_001), 60, share(Share(1_000_000_001))),
            (
                with(|p| p.taker = account(1, &[(call(100), 1)])),
                Share::WHOLE,
                60,
                LiquidationError::TakerHolds,
            ),
            (
                with(|p| p.taker.debt = 1),
                Share::WHOLE,
                60,
                LiquidationError::TakerHolds,
            ),
        ] {
            let before = (parties.account, parties.taker, parties.fund);
            assert_eq!(parties.take(asked, elapsed, context), Err(expected));
            assert_eq!((parties.account, parties.taker, parties.fund), before, "{expected:?}");
        }
        let mut parties = with(|p| p.taker.cash = 0);
        let refusal = parties.take(Share::WHOLE, 60, context).unwrap_err();
        let is_poor = matches!(refusal, LiquidationError::Margin(MarginError::Initial { .. })) || refusal == poor;
        assert!(is_poor, "{refusal:?}");
        let mut bare = Parties::failing(0, &[]);
        bare.account.debt = 5;
        assert_eq!(bare.take(Share::WHOLE, 60, context), Err(LiquidationError::NothingLive));
    });
}

#[test]
fn a_share_of_a_lot_is_no_lot() {
    at("50000", |context| {
        // In debt, and long only: one lot beside what is worth so much that little of it suffices.
        let mut parties = Parties::failing(0, &[(call(20_000), 50)]);
        parties.account.debt = 30_000;
        let book = parties.book(context);
        let fund = Fund::default();
        let take = price_take(&parties.account, &book, &fund, &HOUSE, NOW, LEAST_SHARE).unwrap();
        let refused = apply_take(
            &mut parties.account,
            &mut parties.taker,
            &mut parties.fund,
            &take,
            &book,
            context,
        );
        assert_eq!(refused, Err(LiquidationError::NoLot(take.share)));
    });
}
