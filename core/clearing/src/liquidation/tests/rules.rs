//! When a liquidation begins and ends, and what holds of a take.

use super::super::*;
use super::{margin_status, with_cash, with_debt};
use crate::fixtures::{account, call, HOUSE};

#[test]
fn it_begins_below_maintenance_and_ends_at_the_initial_requirement() {
    for (status, begins, ends) in [
        (margin_status(100, 100, 70), false, true),
        (margin_status(99, 100, 70), false, false),
        (margin_status(70, 100, 70), false, false),
        (margin_status(69, 100, 70), true, false),
        (with_debt(margin_status(500, 100, 70), 1), true, false),
        (with_cash(margin_status(500, 100, 70), 69, 100, 70), true, false),
        (with_cash(margin_status(500, 100, 70), 70, 100, 70), false, false),
        (with_cash(margin_status(500, 100, 70), 100, 100, 70), false, true),
        (margin_status(0, 0, 0), false, true),
        (margin_status(-1, 0, 0), true, false),
    ] {
        let mut owner = account(0, &[]);
        let begun = begin(&mut owner, &[status], &HOUSE, 5);
        assert_eq!(begun.is_ok(), begins, "{status:?}");
        assert_eq!(owner.status == Status::Normal, !begins);
        assert_eq!(end(&mut owner, &[status]).is_ok(), ends, "{status:?}");
    }
}

#[test]
fn it_begins_where_the_account_fails_at_both_prices_and_ends_where_it_passes_at_both() {
    let (fails, between, passes) = (
        margin_status(69, 100, 70),
        margin_status(70, 100, 70),
        margin_status(100, 100, 70),
    );
    for (statuses, begins, ends) in [
        ([fails, fails], true, false),
        ([fails, passes], false, false),
        ([passes, fails], false, false),
        ([between, passes], false, false),
        ([passes, between], false, false),
        ([passes, passes], false, true),
    ] {
        let mut owner = account(0, &[]);
        assert_eq!(begin(&mut owner, &statuses, &HOUSE, 5).is_ok(), begins, "{statuses:?}");
        assert_eq!(end(&mut owner, &statuses).is_ok(), ends, "{statuses:?}");
    }
}

#[test]
fn it_begins_once_until_it_has_lapsed() {
    let failing = margin_status(10, 100, 70);
    let mut owner = account(0, &[]);
    begin(&mut owner, &[failing], &HOUSE, 1_000).unwrap();
    // Growth and grace are 900 seconds, and as long again.
    for (now, expected) in [
        (1_000, Err(LiquidationError::AlreadyBegun)),
        (2_799, Err(LiquidationError::AlreadyBegun)),
        (2_800, Ok(())),
    ] {
        let mut again = owner;
        assert_eq!(begin(&mut again, &[failing], &HOUSE, now), expected, "{now}");
    }
    owner.status = Status::Bankrupt;
    let gone = Err(LiquidationError::Account(AccountError::Bankrupt));
    assert_eq!(begin(&mut owner, &[failing], &HOUSE, 0), gone);
    assert_eq!(end(&mut owner, &[margin_status(1, 0, 0)]), gone);
}

#[test]
fn a_take_is_held_to_its_rules() {
    let take = |quantity| LiquidationFill {
        series: call(100),
        quantity: Lots(quantity),
        payment: Value(0),
        discount: 0,
        cap: 0,
    };
    let (least, two) = (take(10_000), take(-20_000));
    let before = margin_status(60, 100, 70);
    let short_of_cash = with_cash(before, 50, 100, 70);
    for (take, before, after, smaller, expected) in [
        (two, before, margin_status(55, 80, 56), None, Ok(())),
        (
            two,
            before,
            margin_status(48, 80, 56),
            None,
            Err(LiquidationError::NoImprovement),
        ),
        (
            two,
            before,
            margin_status(47, 80, 56),
            None,
            Err(LiquidationError::Worse),
        ),
        (two, before, margin_status(-1, 0, 0), None, Err(LiquidationError::Worse)),
        (
            two,
            before,
            margin_status(50, 50, 35),
            None,
            Err(LiquidationError::NotShownToBeNeeded),
        ),
        (
            two,
            before,
            margin_status(50, 50, 35),
            Some(margin_status(54, 55, 40)),
            Ok(()),
        ),
        (
            two,
            before,
            margin_status(50, 50, 35),
            Some(margin_status(55, 55, 40)),
            Err(LiquidationError::MoreThanNeeded),
        ),
        (least, before, margin_status(50, 50, 35), None, Ok(())),
        (
            two,
            margin_status(100, 100, 70),
            before,
            None,
            Err(LiquidationError::Restored),
        ),
        (
            two,
            margin_status(0, 100, 70),
            margin_status(10, 20, 7),
            None,
            Err(LiquidationError::Bankrupt),
        ),
        // Above maintenance but below the target it goes on.
        (two, margin_status(90, 100, 70), margin_status(89, 95, 60), None, Ok(())),
        // Cash may not cover less, unless it still covers everything.
        (
            two,
            short_of_cash,
            with_cash(margin_status(60, 100, 70), 60, 100, 70),
            None,
            Ok(()),
        ),
        (
            two,
            short_of_cash,
            with_cash(margin_status(60, 90, 70), 49, 100, 70),
            None,
            Err(LiquidationError::LessCash),
        ),
        (
            two,
            with_cash(before, 200, 100, 70),
            with_cash(margin_status(60, 90, 70), 100, 100, 70),
            None,
            Ok(()),
        ),
        // Equity that is enough may become less as long as it is enough: a far option is sold to
        // pay for a near one.
        (
            two,
            with_cash(margin_status(300, 100, 70), 50, 100, 70),
            with_cash(margin_status(250, 250, 70), 60, 100, 70),
            None,
            Ok(()),
        ),
        (
            two,
            with_cash(margin_status(300, 100, 70), 50, 100, 70),
            with_cash(margin_status(249, 250, 70), 60, 100, 70),
            None,
            Err(LiquidationError::Worse),
        ),
        // A debt that becomes less is an improvement.
        (
            two,
            with_debt(margin_status(90, 80, 60), 10),
            with_debt(margin_status(85, 80, 60), 5),
            None,
            Ok(()),
        ),
        (
            two,
            with_debt(margin_status(90, 80, 60), 10),
            with_debt(margin_status(90, 80, 60), 10),
            None,
            Err(LiquidationError::NoImprovement),
        ),
    ] {
        let checked = check_take(&take, Lots(10_000), &before, &after, smaller.as_ref());
        assert_eq!(checked, expected, "{before:?} {after:?}");
    }
}
