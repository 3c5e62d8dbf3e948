//! What must never be printed, and how it is kept out of text that others wrote.
//!
//! A provider's key lies in the path, the query or the user part of a node's URL. Nothing of ours
//! prints these ([`NodeUrl`](crate::url::NodeUrl) shows scheme and host alone), but others do: an
//! answer may quote the path it was asked at, and a library may log a request. So every URL that is
//! parsed leaves its secret parts here, and every text from outside is passed through [`clean`].

use percent_encoding::percent_decode_str;
use std::sync::{Mutex, PoisonError};

/// Characters of the shortest part that can be a secret; less would be found in ordinary words.
const SHORTEST: usize = 6;
/// Parts that many providers have in a path, and that say nothing.
const ORDINARY: [&str; 6] = ["mainnet", "mainnet-beta", "devnet", "testnet", "solana", "jsonrpc"];
/// What stands in a secret's place.
const CUT: &str = "***";

static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Remembers everything in a URL but its scheme and host.
pub(crate) fn learn(url: &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let mut parts: Vec<&str> = vec![user, path.trim_start_matches('/')];
    parts.extend(user.split(':'));
    parts.extend(path.split(['/', '?', '&', '=', '#', ';']));
    let decoded = |part: &&str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let mut all: Vec<String> = parts.iter().map(decoded).collect();
    all.extend(parts.iter().map(|part| (*part).to_owned()));
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for part in all {
        if part.chars().count() >= SHORTEST && !ORDINARY.contains(&part.as_str()) && !known.contains(&part) {
            known.push(part);
        }
    }
    // The longest first, so that a part of it does not leave the rest behind.
    known.sort_by_key(|part| std::cmp::Reverse(part.len()));
}

/// Returns a text without the known secrets, and with every URL in it cut to scheme and host.
pub fn clean(text: &str) -> String {
    let mut text = cut_urls(text);
    for secret in KNOWN.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        if text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), CUT);
        }
    }
    text
}

/// Returns a text with every URL in it cut to scheme, host and port.
fn cut_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || "\"'`<>\\()".contains(c))
            .unwrap_or(after.len());
        let (url, further) = after.split_at(end);
        let host_end = url.find(['/', '?', '#']).unwrap_or(url.len());
        let (authority, path) = url.split_at(host_end);
        out.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        // A sentence may end right after a URL.
        if path.len() > 1 {
            out.extend(path.chars().last().filter(|c| ",.;:".contains(*c)));
        }
        rest = further;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_its_scheme_and_host_alone() {
        for (text, expected) in [
            ("no address", "no address"),
            ("at https://u:p@host:1/key?a=b#c, then", "at https://host:1, then"),
            ("for url (wss://host/?api-key=1)", "for url (wss://host)"),
            ("http://host", "http://host"),
            (
                "\"http://host/secret\" and http://other?k",
                "\"http://host\" and http://other",
            ),
        ] {
            assert_eq!(clean(text), expected);
        }
    }

    #[test]
    fn every_part_of_a_url_is_known_again_wherever_it_stands() {
        learn("https://tok%65n-1:passw0rd@a.example:8899/v2/Pathkey-1/x?api-key=Query-key&b=Fragm%2Fent");
        for text in [
            "token-1",
            "tok%65n-1",
            "passw0rd",
            "Cannot POST /v2/Pathkey-1/x",
            "key Query-key is over its limit",
            "Fragm/ent",
            "Fragm%2Fent",
        ] {
            let shown = clean(text);
            assert!(shown.contains(CUT), "{shown}");
            for secret in ["token-1", "passw0rd", "Pathkey", "Query", "Fragm"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
        learn("https://api.mainnet-beta.solana.com/solana");
        assert_eq!(clean("a Solana node, solana"), "a Solana node, solana");
    }
}
