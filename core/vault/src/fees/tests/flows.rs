//! What no sequence of people who come and go may change.

use super::*;
use proptest::prelude::*;

/// One thing that happens to a vault that is all cash.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit(u64),
    Leave(u64),
    RoundTrip(u64),
    Gain(i64),
    Quarter,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (10_000_000u64..500_000_000_000).prop_map(Step::Deposit),
        (1u64..=100).prop_map(Step::Leave),
        (1u64..=100).prop_map(Step::RoundTrip),
        (-40i64..60).prop_map(Step::Gain),
        Just(Step::Quarter),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes, goes, comes and goes again, or has the quarter end, lowers nobody's share and
    /// moves nothing that is due by more than rounding; and what is due is never more than the
    /// manager's part of all there is.
    #[test]
    fn flows_move_no_share_and_nothing_that_is_due(steps in prop::collection::vec(step(), 1..40)) {
        let (mut vault, mut now) = (Vault::of(1_000_000_000_000), 0i64);
        for step in steps {
            let was = vault;
            vault = match step {
                Step::Deposit(amount) => vault.deposit(amount),
                Step::Leave(part) => vault.leave(vault.minted / 100 * part),
                Step::RoundTrip(part) => vault.round_trip(vault.minted / 100 * part),
                Step::Gain(percent) => {
                    vault = vault.gain(percent);
                    continue;
                }
                Step::Quarter => {
                    now += QUARTER_SECONDS;
                    vault.quarter(now)
                }
            };
            // Of some shares, most is the virtual part's, which nobody owns.
            if vault.supply().0.min(was.supply().0) < 100 * VIRTUAL {
                continue;
            }
            let (before, after) = (was.share(), vault.share());
            let rounding = ballast_core_types::I80F48::from_num(10)
                .checked_div_int(i128::from(vault.supply().0.min(was.supply().0)))
                .unwrap();
            let relative = before.checked_div_int(1_000_000_000).unwrap();
            prop_assert!(after >= before - rounding - relative, "{step:?}: {before} {after} {was:?}");
            prop_assert!(vault.due() <= vault.cash / 5 + 1_000_000, "{step:?}: {was:?}");
            // All that is the manager's: what is due, and what has become shares.
            let owned = |vault: &Vault| {
                let held = vault.worth(vault.fees.shares);
                u128::from(held) + u128::from(vault.due())
            };
            let (is, had) = (owned(&vault), owned(&was));
            let dust = 10 + (was.cash / 1_000_000_000) as u128 + (before.to_num::<u128>() + 1) * 1_000_000 / 5;
            prop_assert!(is <= had + dust, "{step:?}: {had} {is} {was:?}");
        }
    }
}
