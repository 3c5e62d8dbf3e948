//! Small samples of the layouts that exchanges and libraries publish candles in, made by us.

use ballast_files::moment::TimeUnit;
use ballast_market_data::history::{load, Columns, History, Request};
use std::fs;

/// 2020-03-08 00:00 UTC.
const START: i64 = 1_583_625_600;

/// A file's name and what is in it; what it is taken for, and the asset.
struct Sample {
    name: &'static str,
    text: &'static str,
    taken: &'static str,
    asset: Option<&'static str>,
}

const SAMPLES: [Sample; 16] = [
    Sample {
        name: "BTCUSDT-1h-2020-03.csv",
        text: "1583625600000,8885.1,8971.9,8867.3,8954.0,69.9,1583629199999,620000.1,512,30.1,270000.5,0\n\
               1583629200000,8954.0,9050.3,8936.1,9032.2,26.6,1583632799999,240000.1,312,10.1,90000.5,0\n",
        taken: "Binance's layout without a header (with volume), times as unix milliseconds",
        asset: Some("BTC"),
    },
    Sample {
        name: "ETHUSDT-1h-2025-01.csv",
        text: "1583625600000000,8885.1,8971.9,8867.3,8954.0,69.9,1583629199999999,620000.1,512,30.1,270000.5,0\n\
               1583629200000000,8954.0,9050.3,8936.1,9032.2,26.6,1583632799999999,240000.1,312,10.1,90000.5,0\n",
        taken: "times as unix microseconds",
        asset: Some("ETH"),
    },
    Sample {
        name: "futures.csv",
        text: "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n\
               1583625600000,8885.1,8971.9,8867.3,8954.0,69.9,1583629199999,620000.1,512,30.1,270000.5,0\n\
               1583629200000,8954.0,9050.3,8936.1,9032.2,26.6,1583632799999,240000.1,312,10.1,90000.5,0\n",
        taken: "Binance's layout",
        asset: None,
    },
    Sample {
        name: "XBTUSD_60.csv",
        text: "1583625600,8885.1,8971.9,8867.3,8954.0,69.9,512\n1583629200,8954.0,9050.3,8936.1,9032.2,26.6,312\n",
        taken: "Kraken's layout without a header",
        asset: Some("BTC"),
    },
    Sample {
        name: "kraken.csv",
        text: "time,open,high,low,close,vwap,volume,count\n1583625600,8885.1,8971.9,8867.3,8954.0,8900.1,69.9,512\n\
               1583629200,8954.0,9050.3,8936.1,9032.2,9000.1,26.6,312\n",
        taken: "Kraken's layout",
        asset: None,
    },
    Sample {
        name: "btcusd_1-min_data.csv",
        text: "Timestamp,Open,High,Low,Close,Volume\n1583625600,8885.1,8971.9,8867.3,8954.0,69.9\n\
               1583629200,8954.0,9050.3,8936.1,9032.2,26.6\n",
        taken: "Bitstamp's layout",
        asset: Some("BTC"),
    },
    Sample {
        name: "SOL-USD.csv",
        text: "time,low,high,open,close,volume\n1583629200,8936.1,9050.3,8954.0,9032.2,26.6\n\
               1583625600,8867.3,8971.9,8885.1,8954.0,69.9\n",
        taken: "Coinbase's layout",
        asset: Some("SOL"),
    },
    Sample {
        name: "Bitstamp_BTCUSD_1h.csv",
        text: "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n\
               1583629200,2020-03-08 01:00:00,BTC/USD,8954.0,9050.3,8936.1,9032.2,26.6,240000\n\
               1583625600,2020-03-08 00:00:00,BTC/USD,8885.1,8971.9,8867.3,8954.0,69.9,620000\n",
        taken: "CryptoDataDownload's layout",
        asset: Some("BTC"),
    },
    Sample {
        name: "Binance_1h.csv",
        text: "https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume ETH,Volume USDT,tradecount\n\
               1583629200000,2020-03-08 01:00:00,ETHUSDT,8954.0,9050.3,8936.1,9032.2,26.6,240000,12\n\
               1583625600000,2020-03-08 00:00:00,ETHUSDT,8885.1,8971.9,8867.3,8954.0,69.9,620000,13\n",
        taken: "times as unix milliseconds",
        asset: Some("ETH"),
    },
    Sample {
        name: "old.csv",
        text: "https://www.CryptoDataDownload.com\nDate,Symbol,Open,High,Low,Close,Volume BTC,Volume USD\n\
               2020-03-08 01-AM,BTCUSD,8954.0,9050.3,8936.1,9032.2,26.6,240000\n\
               2020-03-08 12-AM,BTCUSD,8885.1,8971.9,8867.3,8954.0,69.9,620000\n",
        taken: "ISO 8601 without a zone, taken as UTC",
        asset: Some("BTC"),
    },
    Sample {
        name: "ccxt.csv",
        text: "timestamp,open,high,low,close,volume\n1583625600000,8885.1,8971.9,8867.3,8954.0,69.9\n\
               1583629200000,8954.0,9050.3,8936.1,9032.2,26.6\n",
        taken: "ccxt's layout",
        asset: None,
    },
    Sample {
        name: "ohlcv.csv",
        text: "1583625600000,8885.1,8971.9,8867.3,8954.0,69.9\n1583629200000,8954.0,9050.3,8936.1,9032.2,26.6\n",
        taken: "ccxt's layout without a header",
        asset: None,
    },
    Sample {
        name: "yf.csv",
        text: "Datetime,Open,High,Low,Close,Adj Close,Volume\n\
               2020-03-08 00:00:00+00:00,8885.1,8971.9,8867.3,8954.0,8954.0,69\n\
               2020-03-08 01:00:00+00:00,8954.0,9050.3,8936.1,9032.2,9032.2,26\n",
        taken: "yfinance's layout (with volume), times as ISO 8601 with a zone",
        asset: None,
    },
    Sample {
        name: "new.csv",
        text: "Price,Close,High,Low,Open,Volume\nTicker,BTC-USD,BTC-USD,BTC-USD,BTC-USD,BTC-USD\nDatetime,,,,,\n\
               2020-03-08 00:00:00+00:00,8954.0,8971.9,8867.3,8885.1,69\n\
               2020-03-08 01:00:00+00:00,9032.2,9050.3,8936.1,8954.0,26\n",
        taken: "yfinance's layout",
        asset: Some("BTC"),
    },
    Sample {
        name: "locale.csv",
        text: "\u{feff}sep=;\nunix_time;open;high;low;close\n1583625600;8885,1;8971,9;8867,3;8954\n\
               1583629200;8954;9050,3;8936,1;9032,2\n",
        taken: "a table of candles (without volume), times as unix seconds",
        asset: None,
    },
    Sample {
        name: "sheet.csv",
        text: "date\topen\thigh\tlow\tclose\n2020-03-08T00:00:00Z\t\"8,885.1\"\t\"8,971.9\"\t\"8,867.3\"\t\"8,954.0\"\n\
               2020-03-08T01:00:00Z\t\"8,954.0\"\t\"9,050.3\"\t\"8,936.1\"\t\"9,032.2\"\n",
        taken: "a table of candles",
        asset: None,
    },
];

fn check(history: &History, name: &str) {
    assert_eq!((history.candles.len(), history.step), (2, 3_600), "{name}");
    assert!(history.left_out.is_empty(), "{name}: {:?}", history.left_out);
    let first = history.candles[0];
    assert_eq!(first.unix_time, START, "{name}");
    let prices = [first.open, first.high, first.low, first.close].map(|price| price.to_string());
    assert_eq!(prices, ["8885.1", "8971.9", "8867.3", "8954"], "{name}");
}

#[test]
fn every_layout_is_recognised_and_said() {
    let dir = tempfile::tempdir().unwrap();
    for sample in &SAMPLES {
        let path = dir.path().join(sample.name);
        fs::write(&path, sample.text).unwrap();
        let history = load(&Request::of(&path)).unwrap_or_else(|error| panic!("{error}"));
        check(&history, sample.name);
        assert!(
            history.taken.contains(sample.taken),
            "{}: {}",
            sample.name,
            history.taken
        );
        assert_eq!(history.asset.as_deref(), sample.asset, "{}", sample.name);
        let summary = history.summary("BTC");
        assert!(
            summary.contains("prices of BTC, 1 h apart") && summary.contains("(UTC)"),
            "{summary}"
        );
        let volume = history.volumes.as_ref().map(|volumes| volumes[0].floor());
        assert_eq!(volume.unwrap_or(69.0), 69.0, "{}", sample.name);
    }
}

#[test]
fn other_layouts_are_said_by_the_user() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.csv");
    let ask = |text: &str, columns: &str, unit: Option<TimeUnit>| {
        fs::write(&path, text).unwrap();
        let columns: Columns = columns.parse().unwrap();
        let request = Request {
            columns: Some(&columns),
            unit,
            ..Request::of(&path)
        };
        load(&request)
    };
    let named = "when;o;h;l;c\n1583625600000;8885.1;8971.9;8867.3;8954\n1583629200000;8954;9050.3;8936.1;9032.2\n";
    let columns = "time=when,open=o,high=h,low=l,close=c";
    check(&ask(named, columns, Some(TimeUnit::Milliseconds)).unwrap(), "named");
    let error = ask(named, columns, None).unwrap_err().to_string();
    assert!(error.contains("it looks like milliseconds"), "{error}");
    let bare = "8954,8867.3,8971.9,8885.1,x,1583625600\n9032.2,8936.1,9050.3,8954,x,1583629200\n";
    check(&ask(bare, "close,low,high,open,-,time", None).unwrap(), "in order");
    let error = load(&Request::of(&path)).unwrap_err().to_string();
    assert!(error.contains("--columns says which is which"), "{error}");
    for (text, part) in [
        ("time,open,high,low", "`close` is missing"),
        ("time,open,high,low,close,price", "`price` is none of"),
        ("time,time,open,high,low,close", "`time` is there twice"),
        ("time=t,open", "mixes names and order"),
    ] {
        let error = text.parse::<Columns>().unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let error = ask(named, "time=at,open=o,high=h,low=l,close=c", None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("there is no column at; line 1 is `when;o;h;l;c`"),
        "{error}"
    );
}

#[test]
fn prices_of_two_things_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("two.csv");
    let text = "unix,symbol,open,high,low,close\n1583625600,BTC/USD,1,1,1,1\n1583629200,ETH/USD,1,1,1,1\n";
    fs::write(&path, text).unwrap();
    let error = load(&Request::of(&path)).unwrap_err().to_string();
    assert!(error.contains("prices of BTC/USD and ETH/USD"), "{error}");
}
