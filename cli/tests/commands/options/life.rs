//! Quotes and auctions, from the first word to the last base unit.

use super::network::OptionsNetwork;
use ballast_rpc::{Cluster, TestCluster};
use serde_json::Value;

/// 2026-02-03 08:00 UTC.
const EXPIRY: i64 = 1_770_105_600;
const CALL: &str = "BTC-3FEB26-82000-C";
const PUT: &str = "BTC-3FEB26-78000-P";

#[test]
fn quotes_are_signed_taken_and_settled() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    // The surface's own price lies between the maker's two.
    let sell = network.json("maker", &format!("quote {CALL} sell --size 2 --spread 0.05"));
    let buy = network.json("maker", &format!("quote {CALL} buy --size 2 --spread 0.05"));
    let price = |quote: &Value| quote["legs"][0]["price"].as_str().unwrap().parse::<f64>().unwrap();
    assert!(0.0 < price(&buy) && price(&buy) < price(&sell), "{buy} {sell}");
    assert_eq!(
        (sell["legs"][0]["series"].as_str(), sell["size"].as_str()),
        (Some(CALL), Some("2.00"))
    );

    let printed = network.ok(
        "maker",
        &format!("quote {CALL} sell --size 2 --price 700.5 --nonce 9 --out @call.json"),
    );
    assert!(
        printed.contains("2.00 of sell BTC-3FEB26-82000-C at 700.50, nonce 9"),
        "{printed}"
    );
    assert!(network.ok("taker", "list").contains("no series yet"));
    let printed = network.ok("taker", "take @call.json --size 0.5");
    assert!(
        printed.contains("bought 0.50 BTC-3FEB26-82000-C at 700.50; paid 362.25, of it a fee of 12.00"),
        "{printed}"
    );
    assert!(printed.contains("cash 199637.75"), "{printed}");
    // Once, and no more; another one is taken from the chain.
    network.refused(
        "taker",
        "take @call.json",
        "nonce 9 does not hold any more: it was taken, or the maker cancelled it",
    );
    let printed = network.ok(
        "maker",
        &format!("quote {CALL} sell --size 1.5 --least 1 --price 700 --post"),
    );
    let posted = printed.strip_prefix("posted at ").unwrap();
    network.refused(
        "taker",
        &format!("take {posted} --size 0.5"),
        "0.50 is not from the quote's least fill, 1.00, to its greatest, 1.50",
    );
    let printed = network.ok("taker", &format!("take {posted}"));
    assert!(
        printed.contains("bought 1.50 BTC-3FEB26-82000-C at 700.00"),
        "{printed}"
    );

    // The taker writes puts to the maker.
    network.ok(
        "maker",
        &format!("quote {PUT} buy --size 1 --spread 0.02 --out @put.json"),
    );
    network.ok("taker", "take @put.json");
    let listed = network.ok("taker", "list");
    assert!(
        listed.contains("2.00") && listed.contains(PUT) && listed.contains("UTC: open,"),
        "{listed}"
    );

    // The margin statuses; the sum of both equities is below what was put in by both adverse
    // sides.
    let (maker, taker) = (
        network.json("maker", "margin --json"),
        network.json("taker", "margin --json"),
    );
    let number = |report: &Value, field: &str| report[field].as_i64().unwrap();
    let total = number(&maker, "equity") + number(&taker, "equity");
    assert!(total < 400_000_000_000 && total > 399_000_000_000, "{maker} {taker}");
    // Three basis points of 80,000 and of two calls and a put: the fund's.
    let fees = 72_000_000i64;
    assert_eq!(number(&maker, "cash") + number(&taker, "cash"), 400_000_000_000 - fees);
    let supposed = network.json(
        "taker",
        &format!("margin --json --leg {CALL}:sell:2:700 --leg {PUT}:buy:1"),
    );
    assert_eq!(supposed["positions"].as_array().map(Vec::len), Some(0), "{supposed}");
    assert_eq!(number(&supposed, "cash"), number(&taker, "cash") + 1_400_000_000);
    network.refused(
        "taker",
        &format!("margin --leg {CALL}:hold:2"),
        "hold in BTC-3FEB26-82000-C:hold:2 is neither buy nor sell",
    );
    assert_eq!(maker["positions"][0]["series"].as_str(), Some(PUT));
    assert_eq!(maker["positions"][1]["quantity"].as_i64(), Some(-2_000_000));
    assert!(maker["positions"][1]["delta"].as_i64().unwrap() < 0, "{maker}");
    assert!(number(&maker, "initial") > number(&maker, "maintenance"), "{maker}");
    let human = network.ok("maker", "margin");
    assert!(human.contains("free cash") && human.contains("-2.00"), "{human}");

    // Exactly the free cash can be withdrawn, and not a unit more.
    let free = number(&maker, "free_cash");
    assert!(free > 0 && free < number(&maker, "cash"), "{maker}");
    let text = |units: i64| format!("withdraw {}.{:06}", units / 1_000_000, units % 1_000_000);
    network.refused("maker", &text(free + 1), "margin");
    // The price has aged by some slots since, which widens it a little.
    let aged = number(&network.json("maker", "margin --json"), "free_cash");
    assert!(aged <= free && aged > free - 10_000_000, "{aged} {free}");
    let free = aged;
    network.ok("maker", &text(free));
    assert_eq!(number(&network.json("maker", "margin --json"), "free_cash"), 0);
    network.ok("maker", text(free).replace("withdraw", "deposit").as_str());

    // Settlement: nothing is due, then an observation each minute, then everything at once.
    assert_eq!(network.ok("taker", "settle"), "nothing is due");
    assert_eq!(network.json("taker", "settle --json").as_array().map(Vec::len), Some(0));
    network.go(EXPIRY - 1_860);
    network.price = 83_000.0;
    for minute in 0..30 {
        network.go_unobserved(EXPIRY - 1_800 + 60 * minute);
        let printed = network.ok("taker", "settle");
        assert!(printed.contains("its market was observed"), "{printed}");
        assert_eq!(
            printed.contains("beginning of its window was recorded"),
            minute == 0,
            "{printed}"
        );
        assert_eq!(network.ok("taker", "settle"), "nothing is due");
    }
    network.go_unobserved(EXPIRY);
    let steps = network.json("taker", "settle --json");
    let due: Vec<&str> = steps
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["due"].as_str())
        .collect();
    assert_eq!(due, ["observe", "price", "positions", "claims"], "{steps}");
    assert!(
        steps.as_array().unwrap().iter().all(|step| step["done"] == true),
        "{steps}"
    );
    assert!(steps.to_string().contains("accounts settled") && steps.to_string().contains("1 accounts paid"));
    let printed = network.ok("taker", "settle --close");
    assert!(printed.contains("with 2 series"), "{printed}");

    // Everybody leaves; the books balance to the base unit.
    network.go(EXPIRY + 3_600);
    for who in ["maker", "taker"] {
        let report = network.json(who, "margin --json");
        assert_eq!(report["positions"].as_array().map(Vec::len), Some(0));
        let cash = number(&report, "cash");
        assert_eq!(cash, number(&report, "free_cash"));
        network.ok(who, &text(cash));
        let account = network.accounts_of(who);
        network.ok(who, "close");
        network.refused(
            "taker",
            &format!("margin --account {account}"),
            "there is no margin account",
        );
    }
    let (insurance, faucets) = (1_000_000_000_000, 1_000_000_000_000);
    let (custody, wallets) = (
        network.tokens(None),
        network.tokens(Some("maker")) + network.tokens(Some("taker")),
    );
    assert_eq!(custody + wallets, insurance + faucets);
    // What rounding left is the fund's, as the fees are: less than a unit for each account that was
    // settled.
    let fund = insurance + fees.unsigned_abs();
    assert!((fund..fund + 2).contains(&custody), "{custody}");
}

#[test]
fn auctions_are_opened_taken_and_cancelled() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let printed = network.ok(
        "maker",
        &format!("auction open {CALL} sell --size 1 --start 2000 --end 500 --seconds 100 --number 7"),
    );
    assert!(printed.contains("number 7"), "{printed}");
    let shown = network.json("taker", "auction show --json");
    let address = shown[0]["auction"].as_str().unwrap().to_owned();
    assert_eq!(
        (shown[0]["price_now"].as_str(), shown[0]["left"].as_str()),
        (Some("2000.00"), Some("1.00"))
    );
    let now = network.chain.clock().unwrap().unix_timestamp;
    network.chain.advance_to(now + 50).unwrap();
    network.publish();
    assert!(network.ok("taker", "auction show").contains("price 1250.00"));
    network.refused(
        "taker",
        &format!("auction take {address} --size 0.4 --limit 1200"),
        "limit",
    );
    network.refused("taker", &format!("auction take {address} --size 1.4"), "left");
    let printed = network.ok("taker", &format!("auction take {address} --size 0.4"));
    assert!(
        printed.contains("bought 0.40") && printed.contains("to 199490.40"),
        "{printed}"
    );
    network.refused("taker", &format!("auction cancel {address}"), "auction");
    let printed = network.ok("maker", "auction cancel 7");
    assert!(printed.contains("0.60 were left"), "{printed}");
    assert_eq!(network.ok("taker", "auction show"), "no auctions");
}
