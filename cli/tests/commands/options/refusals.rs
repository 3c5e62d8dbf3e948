//! What is wrong is named.

use super::network::OptionsNetwork;
use ballast_deploy::keys;
use ballast_rpc::TestCluster;
use ballast_sdk::Pubkey;
use serde_json::Value;

#[test]
fn what_is_wrong_is_named_with_its_value() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    ballast_keys::write_new(&network.file("stranger.json"), &keys::wallet("stranger")).unwrap();
    let quote = |rest: &str| format!("quote {rest}");
    // With the cases options-rules-by-their-names and options-wallet-without-sol.
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
            "strikes are from 16000 to 400000 now",
        ),
        (
            "maker",
            quote("BTC-3FEB26-80000.5-C sell --size 1 --price 5"),
            "80000.5 is no strike; the nearest are 80000 and 81000",
        ),
        (
            "maker",
            quote("BTC-11FEB26-82000-C sell --size 1 --price 5"),
            "it expires in 9 d 20 h",
        ),
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
        ("taker", "take @none.json".to_owned(), "none.json: cannot be read"),
        ("taker", "take @maker.json".to_owned(), "is no quote"),
        ("taker", "withdraw 200000.000001".to_owned(), "cash"),
        ("taker", "deposit 1e6".to_owned(), "1e6 is no amount"),
        ("taker", "auction take 5".to_owned(), "there is no auction"),
        (
            "taker",
            "auction open BTC-3FEB26-82000-C sell --size 1 --start 1 --end 2".to_owned(),
            "direction",
        ),
        (
            "stranger",
            "open".to_owned(),
            "has no SOL to pay for the transaction; send it some (on a local network: options faucet",
        ),
        (
            "stranger",
            "open --deposit 5".to_owned(),
            "has no account for the quote token",
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
        network.refused(who, &command, expected);
    }

    // A file whose words were changed says which; a message that was changed has no signature.
    network.ok(
        "maker",
        &quote("BTC-3FEB26-82000-C sell --size 1 --price 900 --slots 100 --out @q.json"),
    );
    let text = std::fs::read_to_string(network.file("q.json")).unwrap();
    let file = network.file("forged.json");
    std::fs::write(&file, text.replace("\"price\": \"900.00\"", "\"price\": \"9.00\"")).unwrap();
    network.refused(
        "taker",
        "take @forged.json",
        "the file says legs[0].price \"9.00\", but what was signed says \"900.00\"",
    );
    std::fs::write(&file, text.replace("\"signature\": \"", "\"signature\": \"00")).unwrap();
    network.refused(
        "taker",
        "take @forged.json",
        "signature has to be 128 hexadecimal digits, not 130",
    );
    let quote: Value = serde_json::from_str(&text).unwrap();
    let (signature, zeros) = (quote["signature"].as_str().unwrap(), "0".repeat(128));
    std::fs::write(&file, text.replace(signature, &zeros)).unwrap();
    network.refused("taker", "take @forged.json", "the signature is wrong");

    // More than the owner allows in a minute, and a signer that was dismissed.
    let (maker, taker) = ("maker", ballast_deploy::keys::wallet("taker"));
    let own = ballast_deploy::keys::wallet("maker");
    let [own, other] = [&own, &taker].map(|key| solana_signer::Signer::pubkey(key).to_string());
    let printed = network.ok(maker, &format!("signer {own} --a-minute 0.5"));
    assert!(printed.contains("for 0.50 a minute"), "{printed}");
    network.refused("taker", "take @q.json", "maker protection");
    network.ok(maker, &format!("signer {other}"));
    network.refused(
        maker,
        "quote BTC-3FEB26-82000-C sell --size 1 --price 900",
        "does not quote for",
    );
    network.ok(maker, &format!("signer {own}"));

    // The maker's own, cancelled, or too late.
    network.refused("maker", "take @q.json", "account");
    network.ok("maker", &format!("cancel --nonce {}", quote["nonce"]));
    network.refused("taker", "take @q.json", "it was taken, or the maker cancelled it");
    network.ok(
        "maker",
        "quote BTC-3FEB26-82000-C sell --size 1 --price 900 --slots 1 --out @late.json",
    );
    network.chain.advance_slot().unwrap();
    network.refused("taker", "take @late.json", "the quote ran out at slot ");

    // More than the margin of the maker bears, and a premium that the taker has no cash for.
    network.ok(
        "maker",
        "quote BTC-3FEB26-82000-C sell --size 900 --price 1 --out @big.json",
    );
    network.refused("taker", "take @big.json", "margin");
    network.ok(
        "maker",
        "quote BTC-3FEB26-82000-C sell --size 1 --price 300000 --out @dear.json",
    );
    network.refused("taker", "take @dear.json", "cash");
}
