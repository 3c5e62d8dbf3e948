//! Price histories, option chains, volatility indices and markets' parameters: files of any bytes,
//! and files that are nearly right. No panic, every error on one line, candles one step apart,
//! snapshots and the index's values in the order of time.
#![no_main]

use ballast_market_data::chains;
use ballast_market_data::history::{load, Request};
use ballast_market_data::index;
use ballast_market_data::markets::{Markets, DEFAULT};
use std::io::Write;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let bytes = match how % 6 {
        0 => rest.to_vec(),
        3 => format!("unix_time,dvol_percent\n{text}\n").into_bytes(),
        4 => return parameters(&text),
        1 => format!("unix_time,open,high,low,close\n{text}\n").into_bytes(),
        2 => format!("unix_time,currency,expiry,strike,type,bid,ask,forward\n{text}\n").into_bytes(),
        _ => rows(rest).into_bytes(),
    };
    let Ok(mut file) = tempfile::Builder::new().prefix("btc").suffix(".csv").tempfile() else {
        return;
    };
    if file.write_all(&bytes).is_err() {
        return;
    }
    match load(&Request::of(file.path())) {
        Ok(history) => {
            let steps = history
                .candles
                .windows(2)
                .map(|pair| pair[1].unix_time - pair[0].unix_time);
            assert!(
                steps.clone().all(|step| step == history.step),
                "{:?}",
                steps.collect::<Vec<_>>()
            );
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
    match chains::load(file.path(), None) {
        Ok(chains) => {
            let times = chains
                .snapshots
                .windows(2)
                .map(|pair| pair[0].unix_time <= pair[1].unix_time);
            assert!(times.into_iter().all(|ordered| ordered));
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
    match index::load(file.path(), None) {
        Ok(index) => assert!(index.points.values().all(|value| (100..=50_000).contains(&value.0))),
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
});

/// Reads markets' parameters: the default ones with a line changed.
fn parameters(text: &str) {
    for text in [
        text.to_owned(),
        DEFAULT.replacen("btc", text, 1),
        format!("{DEFAULT}\n{text}"),
    ] {
        match Markets::parse(&text) {
            Ok(markets) => markets.names().for_each(|name| drop(markets.get(name))),
            Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
        }
    }
}

/// Returns a history of hours that the bytes shift here and there.
fn rows(bytes: &[u8]) -> String {
    let mut text = "unix_time,open,high,low,close\n".to_owned();
    for (hour, byte) in bytes.iter().enumerate() {
        let time = 1_600_000_000 / 3_600 * 3_600 + hour as i64 * 3_600 + i64::from(*byte == 255);
        let price = 100 + u32::from(*byte);
        let high = price + u32::from(*byte % 7 != 6);
        text += &format!("{time},{price},{high},{},{price}.5\n", price - u32::from(*byte % 5));
    }
    text
}
