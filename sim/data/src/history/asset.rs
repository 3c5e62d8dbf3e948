//! The asset that a symbol or a file's name says.

/// What prices are in; the longer ones first, since the shorter ones end some of them.
pub(super) const QUOTES: [&str; 14] = [
    "FDUSD", "TUSD", "USDT", "USDC", "BUSD", "USDE", "PERP", "ZUSD", "ZEUR", "USD", "EUR", "GBP", "JPY", "KRW",
];

/// Assets that are known by their name alone.
const KNOWN: [&str; 40] = [
    "BTC", "ETH", "SOL", "DOGE", "XRP", "ADA", "BNB", "LTC", "BCH", "TRX", "AVAX", "DOT", "LINK", "MATIC", "POL",
    "SHIB", "PEPE", "SUI", "APT", "ARB", "ATOM", "UNI", "XLM", "XMR", "ETC", "FIL", "NEAR", "AAVE", "HBAR", "ICP",
    "INJ", "TON", "JUP", "BONK", "WIF", "JTO", "PYTH", "HYPE", "ALGO", "EOS",
];

/// Assets by their long names.
const LONG: [(&str, &str); 7] = [
    ("BITCOIN", "BTC"),
    ("XBT", "BTC"),
    ("XXBT", "BTC"),
    ("ETHEREUM", "ETH"),
    ("XETH", "ETH"),
    ("SOLANA", "SOL"),
    ("DOGECOIN", "DOGE"),
];

/// Words that stand before `USD` in a file's name and are no assets.
const EXCHANGES: [&str; 10] = [
    "BINANCE", "BITSTAMP", "COINBASE", "KRAKEN", "GEMINI", "BITFINEX", "OKX", "BYBIT", "DERIBIT", "HISTORY",
];

/// Returns the asset that a symbol (`BTC/USD`, `ETHUSDT`, `XBTUSD`) or a file's name
/// (`Binance_ETHUSDT_1h.csv`) says, in capitals; nothing if it says none.
#[must_use]
pub fn asset_of(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let words = || {
        upper
            .split(|byte: char| !byte.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    words().find_map(known).or_else(|| words().find_map(pair))
}

fn known(word: &str) -> Option<String> {
    let bare = word.trim_end_matches(|last: char| last.is_ascii_digit());
    let letters = word
        .split(|byte: char| byte.is_ascii_digit())
        .next()
        .unwrap_or_default();
    let bases = [word, bare, letters]
        .into_iter()
        .chain(QUOTES.iter().filter_map(|quote| word.strip_suffix(quote)));
    bases.into_iter().find_map(|base| {
        let long = LONG.iter().find(|(name, _)| *name == base).map(|(_, short)| *short);
        long.or_else(|| KNOWN.contains(&base).then_some(base))
            .map(str::to_owned)
    })
}

/// Returns the asset of a pair that is not known, such as `FOOUSDT`.
fn pair(word: &str) -> Option<String> {
    let base = QUOTES.iter().find_map(|quote| word.strip_suffix(quote))?;
    ((2..=10).contains(&base.len()) && !EXCHANGES.contains(&base)).then(|| base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asset_is_found_anywhere_in_a_name() {
        for (text, asset) in [
            ("btc_usd_1h.csv.gz", Some("BTC")),
            ("Binance_ETHUSDT_1h.csv", Some("ETH")),
            ("Bitstamp_BTCUSD_1h.csv", Some("BTC")),
            ("XBTUSD_60.csv", Some("BTC")),
            ("SOLUSDC-1m-2025-01.csv", Some("SOL")),
            ("SOL-USD", Some("SOL")),
            ("BTC/USD", Some("BTC")),
            ("solana.csv", Some("SOL")),
            ("doge_usd_1h.csv", Some("DOGE")),
            ("FOOUSDT_1h.csv", Some("FOO")),
            ("bitstampUSD_1-min_data.csv", None),
            ("h.csv", None),
            ("prices.csv", None),
        ] {
            assert_eq!(asset_of(text).as_deref(), asset, "{text}");
        }
    }
}
