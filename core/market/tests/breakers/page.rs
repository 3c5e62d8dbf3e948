//! `docs/reference/breakers.md` shows the table that is compiled in. `BALLAST_UPDATE=1` rewrites
//! it; otherwise it has to be true as it stands.

use ballast_core_market::breaker::{
    permitted, Breaker, BreakerSet, Permissions, Resume, Scope, Unit, QUIET_SECONDS, TABLE,
};
use std::fmt::Write as _;

const HEAD: &str = "# Breakers

Written by a test from the table in `ballast_core_market::breaker`;
`BALLAST_UPDATE=1 cargo test -p ballast-core-market --test breakers` rewrites it. Why there is one table:
[ADR 11](../adr/0011-breakers-as-a-table.md).

A market's breakers are kept in its account by the risk program and updated by every `observe`; a vault's in
its own, updated by whatever values its portfolio, and by `mark`, which does nothing else.

## What each permits

While several are active, only what all of them permit is permitted. `open` is to add exposure, `reduce` to
bring it nearer to zero. No breaker has a part in what an expiry settles at. *Stale surface* binds who reads a
surface: a vault does not, and does not ask.

";

const LIFE: &str = "
## What trips them, and how they are reset

A breaker trips when its reading reaches `trip`. It is then active until the reading has stayed under
`reset`, which is lower, for its cooldown; between the two nothing changes. Then it is reset by itself, or
by the guardian and nobody else. The guardian may also trip any of them by hand. In a vault without a
guardian, what waits for one resumes by itself after 24 of its cooldowns.

A cooldown counts observed time: it runs from one reading under `reset` to the next, and a gap between two
observations counts for at most `longest_gap_seconds`, itself at most a quarter of the shortest cooldown. A
reading that cannot be taken neither trips a breaker nor counts toward its cooldown; if its source is gone
for good, the breaker stays active, since nothing in this version clears it. Whoever is about to act also
counts as active what the readings of the moment would trip.

";

const UPDATES: &str = "
## How a vault's breakers are updated

`price_batch`, `move_collateral`, `rebalance` and `unwind` update them, and anyone may send `mark`. An update
rests on a price that is live for an exit. Deposits and orders are judged by what is active together with
what their own update trips; whoever leaves is never asked.

- Drawdown is of the low net asset value of a share, from the highest it was.
- An *unexplained NAV move* is what the accounts at venues are worth more or less than the lots held before and
  the change of the published prices explain, over the low net asset value: no market moves it, however wild,
  and no flow. An order in flight may have filled at any moment in between. Funding since the last
  update counts, and so do a liquidation's penalty and what an auto-deleveraging cost. While it is active no
  batch is priced; advances go on. Which leg moved is remembered until the breaker resets: with another one in
  quarantine, that leg keeps batches from being priced.
- Turnover and trading loss drain linearly to nothing over the window (1 hour … 7 days), counted from the
  last trade. In any stretch as long as the window, less than twice `trip`, and one order, can be
  traded, or lost, before openings stop. An order that waits counts as traded when it is placed; what it costs is
  not known then, and is not counted.
- A leg's venue fails if its market or the vault's account there has another owner, layout or version than the
  venue's, if the venue is halted or prices nothing, or if it says more than anybody holds. Both are pinned
  by address first: a wrong address is an error, and counts for nothing. A further failure counts a minute after the last, so that marking in
  every slot does not trip a breaker for an outage of a moment. Partial and late fills, queued withdrawals
  and deleveraging are no failures: the portfolio shows them.
- While a venue that counts cannot be read, the other four cannot be either; nor while a market's price is
  admitted for nothing. In a vault of less than a tenth of a share and of a token's value all four are zero:
  what is read of a share would be about the virtual part, which nobody owns.

The guardian is chosen when the vault is created, or nobody is. They trip any of the five, and reset drawdown
and venue failure after their cooldown, on a mark of the same slot. That is all they can do.

";

const TAIL: &str = "
## What is tested

- Every one of the 8,192 sets of breakers, with and without an admitted price, against every action:
  redeeming and reducing are always permitted; opening is permitted only when none is active; one more
  breaker never permits more.
- Every sequence of three events (trip, between, unreadable, long cooldown, unobserved, tripped or reset by
  the guardian, for each breaker) of a market and of a vault, from none and from all active.
- Every parameter at zero and just outside its bounds is refused.
- Through the compiled vault: all 32 sets of its breakers, each tripping, its hysteresis and its reset, and
  what an attacker, a keeper or the guardian could want of them (`tests/e2e/vault/breakers.rs`,
  `tests/attacks/vault_breakers.rs`).
";

fn yes(permitted: bool) -> &'static str {
    if permitted {
        "yes"
    } else {
        "no"
    }
}

fn permissions_row(page: &mut String, name: &str, permits: Permissions) {
    let Permissions {
        open,
        reduce,
        deposit,
        withdraw,
    } = permits;
    let cells = [open, reduce, deposit, withdraw].map(yes).join(" | ");
    writeln!(page, "| {name} | {cells} |").unwrap();
}

/// Returns a bound of `trip` with its unit.
fn shown(unit: Unit, value: u32) -> String {
    let tenths = f64::from(value) / 10_000.0;
    match unit {
        Unit::BasisPoints if value >= 10_000 => format!("{tenths}×"),
        Unit::BasisPoints => format!("{} %", f64::from(value) / 100.0),
        Unit::Deviations => format!("{tenths} σ"),
        Unit::Seconds => format!("{value} s"),
        Unit::Count => value.to_string(),
    }
}

fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str("| State | open | reduce | deposit | withdraw |\n|---|---|---|---|---|\n");
    permissions_row(&mut page, "none active", permitted(BreakerSet::NONE, true));
    permissions_row(
        &mut page,
        "no price admitted for the use",
        permitted(BreakerSet::NONE, false),
    );
    for rule in &TABLE {
        permissions_row(&mut page, rule.breaker.name(), rule.permits);
    }
    page.push_str(LIFE);
    page.push_str("| Breaker | Kept by | Reading | `trip` accepted | Reset |\n|---|---|---|---|---|\n");
    for rule in &TABLE {
        let kept = match rule.scope {
            Scope::Market => "market",
            Scope::Vault => "vault",
        };
        let resumes = match rule.resume {
            Resume::AfterQuiet => "by itself",
            Resume::ByGuardian => "by the guardian",
        };
        writeln!(
            page,
            "| {} | {kept} | {} | {} … {} | {resumes} |",
            rule.breaker.name(),
            rule.breaker.reading(),
            shown(rule.unit, *rule.trip.start()),
            shown(rule.unit, *rule.trip.end()),
        )
        .unwrap();
    }
    writeln!(
        page,
        "\nFor every breaker 0 < `reset` < `trip` (for a venue's failures, `reset` ≤ `trip`), and a cooldown of {} s … {} days.",
        QUIET_SECONDS.start(),
        QUIET_SECONDS.end() / 86_400
    )
    .unwrap();
    page.push_str(UPDATES.trim_end());
    page.push('\n');
    page.push_str(TAIL);
    page
}

#[test]
fn the_page_shows_the_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/breakers.md");
    let page = page();
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        page,
        "run: BALLAST_UPDATE=1 cargo test -p ballast-core-market --test breakers"
    );
}

#[test]
fn rows_are_told_apart_by_name_and_reading() {
    let mut seen = std::collections::BTreeSet::new();
    for rule in &TABLE {
        let breaker: Breaker = rule.breaker;
        assert!(seen.insert(breaker.name()) && seen.insert(breaker.reading()));
    }
}
