//! Addresses of nodes. Whoever prints one prints its scheme and host.

use crate::error::ArgumentError;
use crate::secrets::{clean, learn};
use reqwest::Url;
use std::fmt;

/// Schemes of JSON-RPC.
pub const HTTP: [&str; 2] = ["http", "https"];
/// Schemes of websockets.
pub const WEBSOCKET: [&str; 2] = ["ws", "wss"];

/// A node's address. It is shown as scheme, host and port; the rest may hold a provider's key.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeUrl {
    url: Url,
    shown: String,
}

impl NodeUrl {
    /// Parses the text that `argument` gave, with one of these schemes.
    ///
    /// # Errors
    /// Names the argument and what is wrong, without what may be secret.
    pub fn parse(text: &str, schemes: &[&str], argument: &str) -> Result<Self, ArgumentError> {
        let text = text.trim();
        learn(text);
        let list: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
        let wanted = list.join(" or ");
        let Some(_) = list.iter().find(|scheme| text.starts_with(scheme.as_str())) else {
            let shown = if text.contains("://") {
                format!(" {:?}", clean(text))
            } else {
                String::new()
            };
            return Err(ArgumentError(format!(
                "{argument}: the address{shown} has to begin with {wanted}"
            )));
        };
        let parsed = Url::parse(text).ok().filter(|url| url.has_host());
        let url = parsed.ok_or_else(|| {
            ArgumentError(format!(
                "{argument}: {:?} is no address of a node; give {}host:port",
                clean(text),
                list.first().map_or("", String::as_str)
            ))
        })?;
        Ok(Self::of(url))
    }

    fn of(url: Url) -> Self {
        learn(url.as_str());
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let shown = format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default());
        Self { url, shown }
    }

    /// Parses several: each text may itself be a list with commas.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and if there is none.
    pub fn parse_all(texts: &[String], schemes: &[&str], argument: &str) -> Result<Vec<Self>, ArgumentError> {
        let each = texts
            .iter()
            .flat_map(|text| text.split(','))
            .filter(|text| !text.trim().is_empty());
        let mut urls = Vec::new();
        for text in each {
            let url = Self::parse(text, schemes, argument)?;
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
        if urls.is_empty() {
            return Err(ArgumentError(format!("{argument}: give the address of a node")));
        }
        Ok(urls)
    }

    /// Returns where the node of this JSON-RPC address has its websocket by convention: one port
    /// up, or on the same host if the address has no port.
    ///
    /// # Errors
    /// If no port follows.
    pub fn websocket(&self) -> Result<Self, ArgumentError> {
        let mut url = self.url.clone();
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        let cannot = |()| ArgumentError(format!("--rpc-url: {self} has no websocket; give --ws-url"));
        url.set_scheme(scheme).map_err(cannot)?;
        if let Some(port) = self.url.port() {
            let next = port.checked_add(1);
            let next =
                next.ok_or_else(|| ArgumentError(format!("--rpc-url: no port follows {port}; give --ws-url")))?;
            url.set_port(Some(next)).map_err(cannot)?;
        }
        Ok(Self::of(url))
    }

    /// Returns the whole address, for whoever connects to it. Never for a message.
    pub fn secret(&self) -> &Url {
        &self.url
    }

    /// Returns whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Returns the address without what may be secret.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown)
    }
}

impl fmt::Debug for NodeUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(text: &str) -> Result<NodeUrl, ArgumentError> {
        NodeUrl::parse(text, &HTTP, "--rpc-url")
    }

    #[test]
    fn an_address_shows_no_more_than_its_host() {
        let url = http("https://user:pass@node.example:1/v2/KEY?api-key=KEY#KEY").unwrap();
        for shown in [
            url.to_string(),
            url.shown().to_owned(),
            format!("{url:?}").replace('"', ""),
        ] {
            assert_eq!(shown, "https://node.example:1");
        }
        assert!(url.secret().as_str().contains("KEY"));
        for wrong in [
            "ftp://host/KEY-1234",
            "host/KEY-1234",
            "http://",
            "https://h:x/KEY-1234",
        ] {
            let error = http(wrong).unwrap_err().to_string();
            assert!(error.starts_with("--rpc-url: ") && !error.contains("KEY"), "{error}");
        }
    }

    #[test]
    fn the_websocket_is_one_port_up_and_without_a_port_on_the_same_host() {
        for (rpc, ws) in [
            ("http://127.0.0.1:8899", "ws://127.0.0.1:8900/"),
            ("https://node.example/key?a=b", "wss://node.example/key?a=b"),
            ("http://[::1]:1/", "ws://[::1]:2/"),
            ("http://[::1]", "ws://[::1]/"),
        ] {
            assert_eq!(http(rpc).unwrap().websocket().unwrap().secret().as_str(), ws);
        }
        assert!(http("http://host:65535").unwrap().websocket().is_err());
    }

    #[test]
    fn an_address_of_this_machine_is_known() {
        for url in [
            "http://127.0.0.1:8899",
            "http://localhost:1/x",
            "http://[::1]:8899",
            "http://127.9.9.9",
        ] {
            assert!(http(url).unwrap().is_loopback(), "{url}");
        }
        for url in [
            "https://node.example",
            "http://127.0.0.1.example",
            "http://localhost@away.example",
        ] {
            assert!(!http(url).unwrap().is_loopback(), "{url}");
        }
    }

    #[test]
    fn a_list_is_split_at_commas_and_holds_each_address_once() {
        let texts = [
            "http://a, http://b".to_owned(),
            "http://a".to_owned(),
            "http://c,".to_owned(),
        ];
        let all = NodeUrl::parse_all(&texts, &HTTP, "--rpc-url").unwrap();
        let shown: Vec<&str> = all.iter().map(NodeUrl::shown).collect();
        assert_eq!(shown, ["http://a", "http://b", "http://c"]);
        assert!(NodeUrl::parse_all(&[",".to_owned()], &HTTP, "--rpc-url").is_err());
    }
}
