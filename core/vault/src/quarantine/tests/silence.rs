//! A market that has been declared silent, and checks that judge nothing.

use super::*;

#[test]
fn a_day_of_declared_silence_begins_a_case_and_no_less_does() {
    let after = |silent_for: Option<u32>, found: Finding| {
        let check = Check {
            silent_for,
            found,
            ..check(1, false, 0, None, START)
        };
        Cases::default().after_check(Ledger::default(), &check)
    };
    let is_out = |silent_for, found| after(silent_for, found).0.of(1).is_some();
    for found in [Finding::Unjudged, Finding::Failing] {
        assert!(!is_out(None, found) && !is_out(Some(86_399), found), "{found:?}");
        assert!(
            is_out(Some(86_400), found) && is_out(Some(u32::MAX), found),
            "{found:?}"
        );
    }
    assert!(!is_out(Some(u32::MAX), Finding::Sound));
    // It ends as any other does: by a day in which the venue is sound.
    let (cases, ledger) = after(Some(86_400), Finding::Unjudged);
    let (cases, _) = ended_soundly(cases, ledger, 1, 5);
    assert!(cases.of(1).is_none());
}

/// Anyone can send a check without a price at any moment.
#[test]
fn what_is_not_judged_begins_nothing_and_begins_no_day_anew() {
    let unjudged = |failures, at| Check {
        found: Finding::Unjudged,
        was_tripped: true,
        ..check(0, false, failures, Some(5), at)
    };
    for failures in [0, 1, 3, u32::MAX] {
        let (cases, _) = Cases::default().after_check(Ledger::default(), &unjudged(failures, START));
        assert_eq!(cases, Cases::default());
    }
    let mut cases = begun(Cases::default(), 0, 1_000);
    let mut ledger = Ledger::default();
    for step in 0..96 {
        (cases, ledger) = cases.after_check(ledger, &check(0, true, 0, Some(5), START + step * 900));
        let before = (cases, ledger);
        for later in [1, 450, 899] {
            let at = START + step * 900 + later;
            assert_eq!(cases.after_check(ledger, &unjudged(3, at)), before);
        }
    }
    assert!(cases.of(0).is_some());
    (cases, _) = cases.after_check(ledger, &check(0, true, 0, Some(5), START + DAY));
    assert!(cases.of(0).is_none(), "a day after it began, as if nobody had");
}
