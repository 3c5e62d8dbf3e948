//! What is said of a node that misbehaves, and what is done about it.

use ballast_fake_node::{FakeNode, Http, Websocket};
use ballast_rpc::node::Observer;
use ballast_rpc::url::{HTTP, WEBSOCKET};
use ballast_rpc::{websocket, Node, NodeError, NodeState, NodeUrl, ServiceError};
use ballast_sdk::Pubkey;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Stands in every part of a URL that may be secret.
const MARK: &str = "MARKED-KEY-0123";

fn node(urls: &[String], longest: Duration) -> Node {
    Node::at(&urls.join(","), longest).unwrap()
}

/// Returns the fake's address with the mark in every secret part.
fn marked(fake: &FakeNode) -> String {
    format!(
        "http://{MARK}:{MARK}@127.0.0.1:{}/{MARK}/x?api-key={MARK}#{MARK}",
        fake.port()
    )
}

async fn ask(fake: &FakeNode) -> NodeError {
    let node = node(&[marked(fake)], Duration::from_millis(400));
    node.accounts(&[Pubkey::default()]).await.unwrap_err()
}

/// Returns every way to misbehave over HTTP, with the state it is and the words that have to be in
/// the message.
fn misbehaviours() -> Vec<(Http, NodeState, &'static str)> {
    let foreign = |body: &str| {
        (
            Http::says(200, body),
            NodeState::Lying,
            "does not answer as a Solana node does",
        )
    };
    let status = |status, body: &str, words| (Http::says(status, body), NodeState::Refusing, words);
    let html = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head></html>";
    vec![
        foreign("<html>It works!</html>"),
        foreign(""),
        foreign("[]"),
        foreign("null"),
        foreign("json method not allowed"),
        foreign(r#"{"jsonrpc":"2.0","id":1,"result":null}"#),
        foreign(r#"{"jsonrpc":"2.0","id":1,"result":"42"}"#),
        (
            Http::says(
                200,
                r#"{"jsonrpc":"2.0","id":1,"result":{"context":{"slot":1},"value":[]}}"#,
            ),
            NodeState::Lying,
            "accounts that make no sense",
        ),
        (
            Http::says(
                200,
                r#"{"code":-32007,"message":"50/second request limit reached - reduce calls per second or upgrade"}"#,
            ),
            NodeState::RateLimited,
            "50/second request limit reached",
        ),
        (
            Http::says(200, r#"{"jsonrpc":"2.0","error":"rate limited","id":1}"#),
            NodeState::RateLimited,
            "rate limited",
        ),
        (
            Http::with_header(429, "Retry-After: 30", "slow down please"),
            NodeState::RateLimited,
            "asked again in 30 s (its words: slow down please)",
        ),
        (
            Http::with_header(429, "retry-after: Fri, 31 Dec 2100 23:59:59 GMT", ""),
            NodeState::RateLimited,
            "asked again in 300 s",
        ),
        (
            Http::Error {
                code: -32_429,
                message: "max usage reached".to_owned(),
            },
            NodeState::RateLimited,
            "max usage reached",
        ),
        (
            Http::Error {
                code: -32_005,
                message: "Node is behind by 3104 slots".to_owned(),
            },
            NodeState::Behind,
            "Node is behind by 3104 slots",
        ),
        (
            Http::Error {
                code: -32_601,
                message: "Method not found".to_owned(),
            },
            NodeState::Up,
            "says: Method not found (code -32601)",
        ),
        status(503, html, "says: HTTP 503 Service Unavailable; try again"),
        status(502, "Bad gateway", "(its words: Bad gateway)"),
        status(
            401,
            "Unauthorized",
            "HTTP 401 Unauthorized; check the key in --rpc-url (its words: Unauthorized)",
        ),
        status(
            403,
            r#"{"error":{"message":"Your IP is blocked"}}"#,
            "Your IP is blocked",
        ),
        status(
            410,
            "The RPC call has been disabled.",
            "The RPC call has been disabled.",
        ),
        status(404, "Cannot POST @PATH@", "its words: Cannot POST /***"),
        (
            Http::with_header(301, &format!("location: https://other.example/{MARK}"), ""),
            NodeState::Refusing,
            "it moved to https://other.example",
        ),
        (Http::Silent, NodeState::Silent, "did not answer within 0.4 s"),
        (Http::Drops, NodeState::Dropping, "broke ("),
        (Http::Closes, NodeState::Dropping, "broke ("),
    ]
}

#[tokio::test]
async fn every_misbehaviour_is_one_line_with_its_reason_and_without_a_secret() {
    let fake = FakeNode::start(Http::Sound, Websocket::Sound);
    for (http, state, words) in misbehaviours() {
        fake.set_http(http.clone());
        let error = ask(&fake).await;
        let line = error.to_string();
        assert_eq!(error.state(), state, "{http:?}: {line}");
        assert!(line.contains(words) && !line.contains('\n'), "{http:?}: {line}");
        assert!(line.contains("http://127.0.0.1:"), "{http:?}: {line}");
        assert!(
            !format!("{line} {error:?}").contains("MARKED"),
            "{http:?}: {line} {error:?}"
        );
        assert_eq!(ServiceError::from(error).exit_code(), 1);
    }
}

#[tokio::test]
async fn a_dead_port_says_that_the_node_cannot_be_reached() {
    let port = FakeNode::start(Http::Sound, Websocket::Sound).port();
    // The fake has ended.
    let url = format!("http://127.0.0.1:{port}/{MARK}");
    let error = loop {
        let asked = node(std::slice::from_ref(&url), Duration::from_secs(5))
            .blockhash()
            .await;
        match asked.unwrap_err() {
            error @ NodeError::Unreachable { .. } => break error,
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    let line = error.to_string();
    assert!(
        line.starts_with("cannot reach the node") && !line.contains("MARKED"),
        "{line}"
    );
}

#[tokio::test]
async fn a_node_that_limits_is_left_alone_for_as_long_as_it_asks() {
    let fake = FakeNode::start(Http::with_header(429, "retry-after: 60", ""), Websocket::Sound);
    let node = node(&[fake.url()], Duration::from_secs(5));
    for _ in 0..10 {
        let error = node.blockhash().await.unwrap_err();
        let wait = error.wait().unwrap();
        assert!(
            wait > Duration::from_secs(50) && wait <= Duration::from_secs(60),
            "{error}"
        );
    }
    assert_eq!(fake.count("getLatestBlockhash"), 1);
}

#[tokio::test]
async fn the_next_node_of_a_list_is_asked_and_the_bad_one_left_alone() {
    let good = FakeNode::start(Http::Sound, Websocket::Sound);
    for (http, _, _) in misbehaviours()
        .into_iter()
        .filter(|(_, state, _)| *state != NodeState::Up)
    {
        let bad = FakeNode::start(http.clone(), Websocket::Sound);
        let node = node(&[bad.url(), good.url()], Duration::from_secs(5));
        for _ in 0..3 {
            let found = node.accounts(&[Pubkey::default()]).await;
            assert_eq!(found, Ok(vec![None]), "{http:?}");
        }
        assert!(bad.count("getMultipleAccounts") < 3, "{http:?}: asked every time");
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<NodeState>>);

impl Observer for Heard {
    fn called(&self, node: &str, _: NodeState, _: Duration) {
        assert!(
            node.starts_with("http://127.0.0.1:") && !node.contains("MARKED"),
            "{node}"
        );
    }

    fn changed(&self, _: &str, state: NodeState) {
        self.0.lock().unwrap().push(state);
    }
}

#[tokio::test]
async fn a_state_is_told_once_and_its_end_once() {
    let fake = FakeNode::start(Http::says(503, "down"), Websocket::Sound);
    let heard = Arc::new(Heard::default());
    let observer: Arc<dyn Observer> = heard.clone();
    let urls = NodeUrl::parse_all(&[marked(&fake)], &HTTP, "--rpc-url").unwrap();
    let node = Node::new(&urls, Duration::from_secs(5), Some(&observer));
    for _ in 0..20 {
        node.blockhash().await.unwrap_err();
    }
    fake.set_http(Http::says(200, "<html>"));
    for _ in 0..20 {
        node.blockhash().await.unwrap_err();
    }
    fake.set_http(Http::Sound);
    while *heard.0.lock().unwrap().last().unwrap() != NodeState::Up {
        node.blockhash().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let states = heard.0.lock().unwrap().clone();
    assert_eq!(
        states,
        [NodeState::Up, NodeState::Refusing, NodeState::Lying, NodeState::Up]
    );
}

#[tokio::test]
async fn every_misbehaviour_of_a_websocket_is_named_without_a_secret() {
    let fake = FakeNode::start(Http::Sound, Websocket::Sound);
    let port = fake.port() + 1;
    let url = format!("ws://127.0.0.1:{port}/{MARK}?api-key={MARK}");
    let url = NodeUrl::parse(&url, &WEBSOCKET, "--ws-url").unwrap();
    let keys = [Pubkey::new_unique(), Pubkey::new_unique()];
    websocket::check(&url, &keys).await.unwrap();
    let says = |status, headers: &str, body: &str| Websocket::Says {
        status,
        headers: headers.to_owned(),
        body: body.to_owned(),
    };
    for (behaviour, state, words) in [
        (
            says(403, "", "key @PATH@ is blocked"),
            NodeState::Refusing,
            "HTTP 403 Forbidden",
        ),
        (
            says(429, "retry-after: 7\r\n", ""),
            NodeState::RateLimited,
            "asked again in 7 s",
        ),
        (
            says(200, "", "<html>"),
            NodeState::Lying,
            "does not answer as a Solana node does",
        ),
        (
            Websocket::Garbage(format!("<html>{MARK}")),
            NodeState::Lying,
            "<html>***",
        ),
        (
            Websocket::Declines("Subscription refused. Node subscription limit reached".to_owned()),
            NodeState::RateLimited,
            "subscription limit reached",
        ),
        (Websocket::ClosesAfter(1), NodeState::Dropping, "broke ("),
        (Websocket::Silent, NodeState::Silent, "did not answer within 5 s"),
    ] {
        fake.set_websocket(behaviour.clone());
        let error = websocket::check(&url, &keys).await.unwrap_err();
        let line = error.to_string();
        assert_eq!(error.state(), state, "{behaviour:?}: {line}");
        assert!(
            line.contains(words) && !line.contains("MARKED"),
            "{behaviour:?}: {line}"
        );
    }
}
