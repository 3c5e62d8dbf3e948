//! What a keeper says of a node whose state changes.

use crate::keeper::{binary, put_vault, Keeper};
use crate::PATIENCE;
use ballast_fake_node::{FakeNode, Http, Websocket};
use std::path::Path;
use std::time::{Duration, Instant};

/// The case keeper-rate-limited-in-silence, and its kin.
#[test]
fn each_state_of_a_node_is_in_the_log_once_metrics_agree_and_it_recovers() {
    let Some(binary) = binary("ballast-keeper") else { return };
    let states = [
        (Http::with_header(429, "retry-after: 2", "too many"), "rate_limited"),
        (Http::says(503, "<html>"), "refusing"),
        (Http::says(200, "<html>"), "lying"),
        (Http::Drops, "dropping"),
        (Http::Silent, "silent"),
    ];
    std::thread::scope(|scope| {
        for (http, state) in states {
            scope.spawn(|| one_state(&binary, http, state));
        }
    });
}

fn one_state(binary: &Path, http: Http, state: &str) {
    let fake = FakeNode::start(Http::Sound, Websocket::Sound);
    put_vault(&fake);
    let keeper = Keeper::start(binary, &fake);
    keeper.line("message", "watching");
    keeper.page_says("/metrics", "ballast_keeper_rpc_up 1");
    let begun = Instant::now();
    fake.set_http(http);
    keeper.line("state", state);
    // A report for people (--nocapture); what a busy machine may take is no reason to fail.
    eprintln!("{state}: in the log after {:.2} s", begun.elapsed().as_secs_f64());
    keeper.page_says("/metrics", "ballast_keeper_rpc_up 0");
    keeper.page_says("/ready", "503 Service Unavailable");
    let asked = fake.asked().len();
    std::thread::sleep(Duration::from_millis(500));
    if state == "rate_limited" {
        assert_eq!(fake.asked().len(), asked, "asked again while it should wait");
    }
    assert_eq!(keeper.lines("state", state).len(), 1, "{state}");
    fake.set_http(Http::Sound);
    let begun = Instant::now();
    keeper.line("message", "the node answers again");
    eprintln!(
        "{state}: its end in the log after {:.2} s",
        begun.elapsed().as_secs_f64()
    );
    keeper.page_says("/metrics", "ballast_keeper_rpc_up 1");
    keeper.page_says("/ready", "200 OK");
    keeper.page_says("/health", "200 OK");
    let page = keeper.page("/metrics");
    for (name, kind) in [
        ("rpc_up", "gauge"),
        ("node_state", "gauge"),
        ("node_calls_total", "counter"),
        ("node_call_seconds", "histogram"),
        ("websocket_connected", "gauge"),
        ("last_read_timestamp_seconds", "gauge"),
        ("cranks_total", "counter"),
        ("balance_lamports", "gauge"),
    ] {
        assert!(
            page.contains(&format!("# HELP ballast_keeper_{name} ")),
            "{name}: {page}"
        );
        assert!(
            page.contains(&format!("# TYPE ballast_keeper_{name} {kind}")),
            "{name}: {page}"
        );
    }
}

/// The case keeper-log-flood: the price account does not exist.
#[test]
fn accounts_that_cannot_be_read_are_said_once() {
    let Some(binary) = binary("ballast-keeper") else { return };
    let fake = FakeNode::start(Http::Sound, Websocket::Sound);
    put_vault(&fake);
    let keeper = Keeper::start(&binary, &fake);
    let words = "the vault's accounts cannot be read now; waiting for the node to give them";
    keeper.line("message", words);
    let start = fake.count("getMultipleAccounts");
    while fake.count("getMultipleAccounts") < start + 10 {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(keeper.lines("message", words).len(), 1);
    let no_sol = "the keeper has no SOL to pay for transactions; send it some";
    assert_eq!(keeper.lines("message", no_sol).len(), 1);
}

/// The case keeper-websocket-storm: the node closes right after the subscriptions.
#[test]
fn a_websocket_that_closes_at_once_is_opened_ever_less_often() {
    let Some(binary) = binary("ballast-keeper") else { return };
    let fake = FakeNode::start(Http::Sound, Websocket::ClosesAfter(6));
    put_vault(&fake);
    let keeper = Keeper::start(&binary, &fake);
    keeper.line("state", "dropping");
    let start = Instant::now();
    while fake.count("connect") < 5 {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(20));
    }
    let at: Vec<Instant> = fake
        .asked()
        .iter()
        .filter(|asked| asked.method == "connect")
        .map(|asked| asked.at)
        .collect();
    let pauses: Vec<Duration> = at.windows(2).map(|two| two[1] - two[0]).collect();
    // Doubled, with jitter of up to as much again: the fourth is longer than the first by far.
    assert!(pauses[3] > pauses[0] * 2, "{pauses:?}");
    assert_eq!(keeper.lines("state", "dropping").len(), 1);
    assert!(keeper.lines("message", "websocket connected").len() <= 1);
}
