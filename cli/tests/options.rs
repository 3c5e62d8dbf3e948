//! `ballast options` on the chain in this process: a maker, a taker and whoever cranks, each with the commands that a person has.
//!
//! Needs the compiled programs: `./ballast build` makes them. Without them these tests say so and pass.

use ballast_cli::commands::options::{execute, Args};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::keys;
use ballast_deploy::publication::price_of;
use ballast_deploy::steps::Local;
use ballast_rpc::args::write_keypair;
use ballast_rpc::{Cluster, Embedded, TestCluster};
use ballast_sdk::Pubkey;
use clap::Parser;
use serde_json::Value;
use solana_signer::Signer;
use std::path::{Path, PathBuf};

/// 2026-02-01 12:00 UTC, a Sunday.
const START: i64 = 1_769_947_200;
/// 2026-02-03 08:00 UTC.
const EXPIRY: i64 = 1_770_105_600;
const CALL: &str = "BTC-3FEB26-82000-C";
const PUT: &str = "BTC-3FEB26-78000-P";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

struct World {
    chain: Embedded,
    local: Local,
    folder: tempfile::TempDir,
    price: f64,
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy")
}

impl World {
    /// A local network with a house, and a maker and a taker with 200,000 each in their accounts. `None`, said aloud, without programs.
    fn new() -> Option<Self> {
        for name in ["risk", "reference_venue", "vault", "options"] {
            let file = programs().join(format!("ballast_{name}.so"));
            if !file.is_file() {
                eprintln!("SKIPPED: {} is not built; ./ballast build builds it", file.display());
                return None;
            }
        }
        let mut chain = Embedded::new(START);
        let local = Local::new(Config::parse(DEFAULT).unwrap(), "BTC").unwrap();
        local.initialise(&mut chain, &programs(), &mut |_| {}).unwrap();
        local.publish_first(&mut chain, &mut |_| {}).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self {
            chain,
            local,
            folder,
            price: 80_000.0,
        };
        for who in ["maker", "taker"] {
            write_keypair(&world.file(&format!("{who}.json")), &keys::wallet(who)).unwrap();
            world.ok(who, "faucet 500000");
            assert!(world.ok(who, "open --deposit 200000").contains("margin account"));
        }
        Some(world)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&mut self, who: &str, command: &str) -> Result<String, String> {
        let keypair = self.file(&format!("{who}.json"));
        let (keypair, folder) = (
            keypair.to_str().unwrap(),
            self.folder.path().to_str().unwrap().to_owned(),
        );
        let words = command.split(' ').map(|word| word.replace('@', &format!("{folder}/")));
        let all = ["options".to_owned(), "--keypair".to_owned(), keypair.to_owned()];
        let line = Line::try_parse_from(all.into_iter().chain(words)).map_err(|error| error.to_string())?;
        // The chain's clock moves by slots only when told.
        self.chain.advance_slot().unwrap();
        execute(&line.args, &mut self.chain).map_err(|error| format!("{error:#}"))
    }

    fn ok(&mut self, who: &str, command: &str) -> String {
        self.run(who, command)
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    fn refused(&mut self, who: &str, command: &str, expected: &str) {
        match self.run(who, command) {
            Ok(said) => panic!("{command} was not refused: {said}"),
            Err(error) => assert!(error.contains(expected), "{command}: {error}"),
        }
    }

    fn json(&mut self, who: &str, command: &str) -> Value {
        serde_json::from_str(&self.ok(who, command)).unwrap()
    }

    /// Time passes to a moment; then there are a price, an observation and a surface of it.
    fn go(&mut self, moment: i64) {
        loop {
            let now = self.chain.clock().unwrap().unix_timestamp;
            if now >= moment {
                return;
            }
            self.chain.advance_to(moment.min(now + 3_000)).unwrap();
            self.publish();
        }
    }

    fn publish(&mut self) {
        let price = price_of(self.price).unwrap();
        self.local.publish_price(&mut self.chain, price).unwrap();
        self.local.publish_surface(&mut self.chain, None).unwrap();
    }

    /// Tokens of every wallet and of the custody.
    fn tokens(&mut self, owner: Option<&str>) -> u64 {
        let key = match owner {
            Some(who) => ballast_rpc::tokens::wallet_of(&keys::wallet(who).pubkey(), &self.local.house.quote_mint),
            None => self.local.house.custody,
        };
        self.chain.account(&key).unwrap().token_account().unwrap().amount
    }

    fn accounts_of(&mut self, who: &str) -> Pubkey {
        let said = self.json(who, "margin --json");
        said["account"].as_str().unwrap().parse().unwrap()
    }
}

#[test]
fn quotes_are_signed_taken_and_settled() {
    let Some(mut world) = World::new() else { return };
    // The surface's own price lies between the maker's two.
    let sell = world.json("maker", &format!("quote {CALL} sell --size 2 --spread 0.05"));
    let buy = world.json("maker", &format!("quote {CALL} buy --size 2 --spread 0.05"));
    let price = |quote: &Value| quote["price"].as_str().unwrap().parse::<f64>().unwrap();
    assert!(0.0 < price(&buy) && price(&buy) < price(&sell), "{buy} {sell}");
    assert_eq!(
        (sell["series"].as_str(), sell["size"].as_str()),
        (Some(CALL), Some("2.00"))
    );

    let said = world.ok(
        "maker",
        &format!("quote {CALL} sell --size 2 --price 700.5 --nonce 9 --out @call.json"),
    );
    assert!(
        said.contains("sell 2.00 BTC-3FEB26-82000-C at 700.50, nonce 9"),
        "{said}"
    );
    assert!(world.ok("taker", "list").contains("no series yet"));
    let said = world.ok("taker", "take @call.json --size 0.5");
    assert!(
        said.contains("bought 0.50") && said.contains("for 350.25") && said.contains("cash 199649.75"),
        "{said}"
    );
    // The rest of it, and no more.
    world.refused(
        "taker",
        "take @call.json --size 2",
        "2.00 is more than the 1.50 that are left",
    );
    world.ok("taker", "take @call.json");
    world.refused("taker", "take @call.json", "Filled { left: 0 }");

    // The taker writes puts to the maker.
    world.ok(
        "maker",
        &format!("quote {PUT} buy --size 1 --spread 0.02 --out @put.json"),
    );
    world.ok("taker", "take @put.json");
    let listed = world.ok("taker", "list");
    assert!(
        listed.contains("2.00") && listed.contains(PUT) && listed.contains("open, 0 samples"),
        "{listed}"
    );

    // Where the accounts stand; the sum of both equities is below what was put in by both adverse sides.
    let (maker, taker) = (
        world.json("maker", "margin --json"),
        world.json("taker", "margin --json"),
    );
    let number = |report: &Value, field: &str| report[field].as_i64().unwrap();
    let total = number(&maker, "equity") + number(&taker, "equity");
    assert!(total < 400_000_000_000 && total > 399_000_000_000, "{maker} {taker}");
    assert_eq!(number(&maker, "cash") + number(&taker, "cash"), 400_000_000_000);
    assert_eq!(maker["positions"][0]["series"].as_str(), Some(PUT));
    assert_eq!(maker["positions"][1]["quantity"].as_i64(), Some(-2_000_000));
    assert!(maker["positions"][1]["delta"].as_i64().unwrap() < 0, "{maker}");
    assert!(number(&maker, "initial") > number(&maker, "maintenance"), "{maker}");
    let human = world.ok("maker", "margin");
    assert!(human.contains("free cash") && human.contains("-2.00"), "{human}");

    // Exactly the free cash can be withdrawn, and not a unit more.
    let free = number(&maker, "free_cash");
    assert!(free > 0 && free < number(&maker, "cash"), "{maker}");
    let text = |units: i64| format!("withdraw {}.{:06}", units / 1_000_000, units % 1_000_000);
    world.refused("maker", &text(free + 1), "margin");
    world.ok("maker", &text(free));
    assert_eq!(number(&world.json("maker", "margin --json"), "free_cash"), 0);
    world.ok("maker", text(free).replace("withdraw", "deposit").as_str());

    // Settlement: nothing is due, then a sample each minute, then everything at once.
    assert_eq!(world.ok("taker", "settle"), "nothing is due");
    world.go(EXPIRY - 1_800);
    world.price = 83_000.0;
    for minute in 0..30 {
        world.go(EXPIRY - 1_800 + 60 * minute);
        let said = world.ok("taker", "settle");
        assert!(said.contains(&format!("sample {} recorded", minute + 1)), "{said}");
        assert_eq!(world.ok("taker", "settle"), "nothing is due");
    }
    world.go(EXPIRY);
    let said = world.ok("taker", "settle --close");
    assert!(
        said.contains("accounts settled") && said.contains("1 accounts paid") && said.contains("with 2 series"),
        "{said}"
    );

    // Everybody leaves; the books balance to the base unit.
    world.go(EXPIRY + 3_600);
    for who in ["maker", "taker"] {
        let report = world.json(who, "margin --json");
        assert_eq!(report["positions"].as_array().map(Vec::len), Some(0));
        let cash = number(&report, "cash");
        assert_eq!(cash, number(&report, "free_cash"));
        world.ok(who, &text(cash));
        let account = world.accounts_of(who);
        world.ok(who, "close");
        world.refused(
            "taker",
            &format!("margin --account {account}"),
            "there is no margin account",
        );
    }
    let (insurance, faucets) = (1_000_000_000_000, 1_000_000_000_000);
    let (custody, wallets) = (
        world.tokens(None),
        world.tokens(Some("maker")) + world.tokens(Some("taker")),
    );
    assert_eq!(custody + wallets, insurance + faucets);
    // What rounding left is the fund's: less than a unit for each account that was settled.
    assert!((insurance..insurance + 2).contains(&custody), "{custody}");
}

#[test]
fn auctions_are_opened_taken_and_cancelled() {
    let Some(mut world) = World::new() else { return };
    let said = world.ok(
        "maker",
        &format!("auction open {CALL} sell --size 1 --start 2000 --end 500 --seconds 100 --number 7"),
    );
    assert!(said.contains("number 7"), "{said}");
    let shown = world.json("taker", "auction show --json");
    let address = shown[0]["auction"].as_str().unwrap().to_owned();
    assert_eq!(
        (shown[0]["price_now"].as_str(), shown[0]["left"].as_str()),
        (Some("2000.00"), Some("1.00"))
    );
    let now = world.chain.clock().unwrap().unix_timestamp;
    world.chain.advance_to(now + 50).unwrap();
    world.publish();
    assert!(world.ok("taker", "auction show").contains("price 1250.00"));
    world.refused(
        "taker",
        &format!("auction take {address} --size 0.4 --limit 1200"),
        "limit",
    );
    world.refused("taker", &format!("auction take {address} --size 1.4"), "left");
    let said = world.ok("taker", &format!("auction take {address} --size 0.4"));
    assert!(said.contains("bought 0.40") && said.contains("to 199500.00"), "{said}");
    world.refused("taker", &format!("auction cancel {address}"), "auction");
    let said = world.ok("maker", "auction cancel 7");
    assert!(said.contains("0.60 were left"), "{said}");
    assert_eq!(world.ok("taker", "auction show"), "no auctions");
}

#[test]
fn what_is_wrong_is_named_with_its_value() {
    let Some(mut world) = World::new() else { return };
    write_keypair(&world.file("stranger.json"), &keys::wallet("stranger")).unwrap();
    let quote = |rest: &str| format!("quote {rest}");
    for (who, command, expected) in [
        (
            "maker",
            quote("BTC-3FEB26-82000-C sell --size 1.005 --price 5"),
            "least size, 0.01",
        ),
        (
            "maker",
            quote("BTC-3FEB26-82000-C sell --size 1 --price 0"),
            "--price: 0 is no amount",
        ),
        (
            "maker",
            quote("BTC-3FEB26-82000-C sell --size 1 --spread 1.5"),
            "--spread: 1.5",
        ),
        ("maker", quote("BTC-3FEB26-82000-C sell --size 1"), "--price"),
        (
            "maker",
            quote("BTC-3FEB26-81234-C sell --size 1 --price 5"),
            "cannot be created",
        ),
        (
            "maker",
            quote("BTC-3FEB26-8000-C sell --size 1 --price 5"),
            "StrikeTooLow",
        ),
        ("maker", quote("BTC-11FEB26-82000-C sell --size 1 --price 5"), "TooFar"),
        (
            "maker",
            quote("BTC-31JAN26-82000-C sell --size 1 --price 5"),
            "has expired",
        ),
        (
            "maker",
            quote("ETH-3FEB26-82000-C sell --size 1 --price 5"),
            "ETH is none of the house's markets (BTC)",
        ),
        (
            "stranger",
            quote("BTC-3FEB26-82000-C sell --size 1 --price 5"),
            "has no margin account",
        ),
        ("taker", "take @none.json".to_owned(), "none.json cannot be read"),
        ("taker", "take @maker.json".to_owned(), "is no quote"),
        ("taker", "withdraw 200000.000001".to_owned(), "cash"),
        ("taker", "deposit 1e6".to_owned(), "1e6 is no amount"),
        ("taker", "auction take 5".to_owned(), "there is no auction"),
        (
            "taker",
            "auction open BTC-3FEB26-82000-C sell --size 1 --start 1 --end 2".to_owned(),
            "Direction",
        ),
        ("stranger", "settle".to_owned(), "has no lamports"),
        ("taker", "list --house 0OIl".to_owned(), "--house"),
        (
            "taker",
            format!("list --house {}", Pubkey::new_unique()),
            "there is no clearing house",
        ),
        (
            "taker",
            format!("list --price-feed DOGE={}", Pubkey::new_unique()),
            "DOGE is none",
        ),
    ] {
        world.refused(who, &command, expected);
    }

    // A file whose words were changed says which; a message that was changed has no signature.
    world.ok(
        "maker",
        &quote("BTC-3FEB26-82000-C sell --size 1 --price 900 --slots 100 --out @q.json"),
    );
    let text = std::fs::read_to_string(world.file("q.json")).unwrap();
    let file = world.file("forged.json");
    std::fs::write(&file, text.replace("\"price\": \"900.00\"", "\"price\": \"9.00\"")).unwrap();
    world.refused(
        "taker",
        "take @forged.json",
        "the file says price \"9.00\", but what was signed says \"900.00\"",
    );
    std::fs::write(&file, text.replace("\"signature\": \"", "\"signature\": \"00")).unwrap();
    world.refused(
        "taker",
        "take @forged.json",
        "signature has to be 128 hexadecimal digits, not 130",
    );
    let quote: Value = serde_json::from_str(&text).unwrap();
    let (signature, zeros) = (quote["signature"].as_str().unwrap(), "0".repeat(128));
    std::fs::write(&file, text.replace(signature, &zeros)).unwrap();
    world.refused("taker", "take @forged.json", "the signature is wrong");

    // The maker's own, cancelled, or too late.
    world.refused("maker", "take @q.json", "account");
    world.ok("maker", &format!("cancel --nonce {}", quote["nonce"]));
    world.refused("taker", "take @q.json", "Cancelled");
    world.ok(
        "maker",
        "quote BTC-3FEB26-82000-C sell --size 1 --price 900 --slots 1 --out @late.json",
    );
    world.chain.advance_slot().unwrap();
    world.refused("taker", "take @late.json", "Expired");

    // More than the margin of the maker bears, and a premium that the taker has no cash for.
    world.ok(
        "maker",
        "quote BTC-3FEB26-82000-C sell --size 900 --price 1 --out @big.json",
    );
    world.refused("taker", "take @big.json", "margin");
    world.ok(
        "maker",
        "quote BTC-3FEB26-82000-C sell --size 1 --price 300000 --out @dear.json",
    );
    world.refused("taker", "take @dear.json", "cash");
}
