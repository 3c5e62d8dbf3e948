//! The maker on the chain in this process: its answers are taken, its inventory and its hedge
//! follow, and a market that closes ends its quotes.

use super::network::OptionsNetwork;
use ballast_core_types::Lots;
use ballast_deploy::keys;
use ballast_maker::desk::{Hedged, Maker};
use ballast_maker::pricing::{Pricing, Terms};
use ballast_options_client::client::OptionsClient;
use ballast_options_client::perp::Hedge;
use ballast_options_client::quote_file::{QuoteFile, Words};
use ballast_options_client::rfq::{examine, Refusal, Request, RequestedLeg, RfqError};
use ballast_options_client::taking::{take, Given};
use solana_signer::Signer;

const CALL: &str = "BTC-3FEB26-82000-C";
const PUT: &str = "BTC-3FEB26-78000-P";
const UNIT: f64 = 1e6;

const TERMS: Terms = Terms {
    pricing: Pricing {
        half_spread: 0.05,
        skew: 0.1,
        vega_limit: 400.0 * UNIT,
        delta_limit: 1_000.0,
    },
    max_size: Lots(20_000_000),
    slots: 75,
    spot_band: 0.001,
};

fn maker_of(network: &mut OptionsNetwork, with_hedge: bool) -> Maker {
    let account = network.accounts_of("maker");
    let mut client = network.client();
    let market = client.markets[0].risk_market;
    let owner = keys::wallet("maker");
    let hedged = with_hedge.then(|| Hedged {
        market: 0,
        perp: Hedge::open(&mut client, &market, owner.insecure_clone(), 100_000_000_000).unwrap(),
        band: 0.01,
    });
    let mut maker = Maker::new(owner, account, TERMS, hedged.into_iter().collect());
    let round = maker.round(&mut client).unwrap();
    assert!(round.cancelled && round.closed.is_none(), "{round:?}");
    maker
}

fn request(client: &OptionsClient, legs: &[(&str, &str)], size: &str) -> Request {
    let leg = |(series, side): &(&str, &str)| RequestedLeg {
        series: (*series).to_owned(),
        side: (*side).to_owned(),
        ratio: 1,
    };
    Request {
        house: client.keys.house.to_string(),
        taker: Some(keys::wallet("taker").pubkey().to_string()),
        legs: legs.iter().map(leg).collect(),
        size: size.to_owned(),
    }
}

/// Asks, and returns what the taker would pay for a unit, in quote tokens.
fn price(network: &mut OptionsNetwork, maker: &mut Maker, legs: &[(&str, &str)]) -> f64 {
    let mut client = network.client();
    let request = request(&client, legs, "1");
    let signed = maker.answer(&mut client, &request).unwrap();
    let file = QuoteFile::of(&signed, &Words::of(&client)).unwrap();
    let taker = keys::wallet("taker").pubkey();
    examine(&mut client, &request, &taker, file).unwrap().cost as f64 / UNIT
}

/// Asks for so much, and takes it.
fn trade(network: &mut OptionsNetwork, maker: &mut Maker, legs: &[(&str, &str)], size: &str) {
    let account = network.accounts_of("taker");
    let mut client = network.client();
    let request = request(&client, legs, size);
    let signed = maker.answer(&mut client, &request).unwrap();
    let taker = (account, client.account(&account).unwrap());
    take(
        &mut client,
        &Given::Signed(signed),
        &taker,
        &keys::wallet("taker"),
        None,
    )
    .unwrap();
}

fn refusal(network: &mut OptionsNetwork, maker: &mut Maker, change: impl FnOnce(&mut Request)) -> Refusal {
    let mut client = network.client();
    let mut request = request(&client, &[(CALL, "buy")], "1");
    change(&mut request);
    let before = maker.outstanding.count();
    let refusal = maker.answer(&mut client, &request).unwrap_err();
    assert_eq!(maker.outstanding.count(), before, "a refusal gives no nonce away");
    refusal
}

#[test]
fn a_maker_quotes_both_sides_leans_against_what_it_holds_and_hedges_it() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let mut maker = maker_of(&mut network, true);
    let quote = |network: &mut OptionsNetwork, maker: &mut Maker| {
        let ask = price(network, maker, &[(CALL, "buy")]);
        let bid = -price(network, maker, &[(CALL, "sell")]);
        (bid, ask)
    };
    let (bid, ask) = quote(&mut network, &mut maker);
    assert!(0.0 < bid && bid < ask, "{bid} {ask}");
    // A package is the sum of its legs, and its vega twice that of one.
    let strangle = price(&mut network, &mut maker, &[(CALL, "buy"), (PUT, "buy")]);
    assert!(strangle > ask * 1.2, "{strangle} {ask}");
    assert_eq!(maker.outstanding.count(), 3);

    trade(&mut network, &mut maker, &[(CALL, "buy"), (PUT, "buy")], "3");
    let (short_bid, short_ask) = quote(&mut network, &mut maker);
    assert!(
        short_bid > bid && short_ask > ask,
        "{bid} {ask} {short_bid} {short_ask}"
    );

    // The hedge: minus the delta of the options, and then nothing to do.
    trade(&mut network, &mut maker, &[(CALL, "buy")], "4");
    let mut client = network.client();
    let round = maker.round(&mut client).unwrap();
    let [(0, delta)] = round.deltas[..] else {
        panic!("{round:?}")
    };
    let [order] = round.orders[..] else { panic!("{round:?}") };
    assert!(
        delta < -0.5 && (order.lots as f64 / UNIT + delta).abs() < 0.01,
        "{round:?}"
    );
    let again = maker.round(&mut client).unwrap();
    assert!(again.orders.is_empty() && again.deltas[0].1.abs() < 0.01, "{again:?}");
}

#[test]
fn a_maker_refuses_by_name_and_keeps_to_its_limits() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let mut maker = maker_of(&mut network, false);
    maker.terms.pricing.vega_limit = 100.0 * UNIT;
    let mut refused = |change: &dyn Fn(&mut Request), rule, words: &str| {
        let refusal = refusal(&mut network, &mut maker, |request| change(request));
        assert_eq!(refusal.refused, rule, "{refusal:?}");
        assert!(refusal.why.contains(words), "{words}: {refusal:?}");
    };
    refused(
        &|r| r.house = "H".to_owned(),
        RfqError::House,
        "quotes here are for house",
    );
    refused(&|r| r.size = "0.005".to_owned(), RfqError::Size, "multiple of 0.01");
    refused(&|r| r.size = "21".to_owned(), RfqError::Size, "larger than 20");
    refused(&|r| r.size = "much".to_owned(), RfqError::Size, "much");
    refused(&|r| r.legs.clear(), RfqError::Malformed, "one to four legs, not 0");
    refused(
        &|r| r.legs[0].side = "hold".to_owned(),
        RfqError::Malformed,
        "neither buy nor sell",
    );
    refused(
        &|r| r.legs[0].series = "BTC-3FEB26-82001-C".to_owned(),
        RfqError::Malformed,
        "no strike",
    );
    refused(
        &|r| r.legs[0].series = "DOGE-3FEB26-1-C".to_owned(),
        RfqError::Malformed,
        "DOGE",
    );
    refused(&|r| r.legs.push(r.legs[0].clone()), RfqError::Malformed, "twice");
    refused(&|r| r.taker = Some("0OIl".to_owned()), RfqError::Malformed, "taker");
    // Nineteen of the calls have more vega than that.
    refused(
        &|r| r.size = "19".to_owned(),
        RfqError::Inventory,
        "beyond the limit of 100",
    );
    // Nor by many quotes that each keep within it.
    let ask = |network: &mut OptionsNetwork, maker: &mut Maker| {
        let mut client = network.client();
        let request = request(&client, &[(CALL, "buy")], "2");
        maker.answer(&mut client, &request)
    };
    let mut given = 0;
    let last = loop {
        match ask(&mut network, &mut maker) {
            Ok(_) => given += 1,
            Err(refusal) => break refusal,
        }
    };
    assert_eq!(last.refused, RfqError::Inventory, "{last:?}");
    assert!((1..10).contains(&given) && maker.outstanding.count() == given);
    maker.terms.pricing.vega_limit = 1e18;
    maker.terms.pricing.delta_limit = 3.0;
    let deep = refusal(&mut network, &mut maker, |request| {
        request.legs[0].series = "BTC-3FEB26-40000-C".to_owned();
        request.size = "4".to_owned();
    });
    assert_eq!(deep.refused, RfqError::Inventory, "{deep:?}");
    assert!(deep.why.contains("delta would go from"), "{deep:?}");
    maker.terms.pricing.delta_limit = 1e18;
    maker.terms.max_size = Lots(i64::MAX / 4);
    let poor = refusal(&mut network, &mut maker, |request| request.size = "900".to_owned());
    assert_eq!(poor.refused, RfqError::Margin, "{poor:?}");
    assert!(poor.why.contains("of equity, and have to be worth"), "{poor:?}");
}

/// A taker who may choose the moment within a quote's band and slots gains nothing by it: each
/// price is that of its worse end.
#[test]
fn nobody_is_given_an_option_on_the_spot() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let mut maker = maker_of(&mut network, false);
    let deep = "BTC-3FEB26-40000-C";
    let (ask, bid) = (
        price(&mut network, &mut maker, &[(deep, "buy")]),
        -price(&mut network, &mut maker, &[(deep, "sell")]),
    );
    // Without volatility to speak of it is worth 40,000: a thousandth of 80,000 to each side.
    assert!(
        (40_079.0..40_300.0).contains(&ask) && (39_700.0..39_921.0).contains(&bid),
        "{bid} {ask}"
    );
    // A package is its own hedge: what it gains at an end on one leg it loses on the other.
    let spread = price(
        &mut network,
        &mut maker,
        &[(deep, "buy"), ("BTC-3FEB26-42000-C", "sell")],
    );
    assert!((1_990.0..2_010.0).contains(&spread), "{spread}");
    // Near its settlement's window an option has a price that no volatility says.
    let expiry = 1_770_105_600;
    network.go(expiry - 3_599);
    let mut client = network.client();
    maker.round(&mut client).unwrap();
    let late = refusal(&mut network, &mut maker, |_| ());
    assert!(
        late.refused == RfqError::Closed && late.why.contains("priced from the surface until 3600 s"),
        "{late:?}"
    );
    network.refused(
        "maker",
        &format!("quote {CALL} sell --size 1 --spread 0.1"),
        "until 3600 s before",
    );
}

/// Only an answer to the question counts, whatever it costs.
#[test]
fn an_answer_of_another_size_is_none() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let mut maker = maker_of(&mut network, false);
    let mut client = network.client();
    let asked = request(&client, &[(CALL, "sell")], "1");
    let larger = request(&client, &[(CALL, "sell")], "5");
    let signed = maker.answer(&mut client, &larger).unwrap();
    let file = QuoteFile::of(&signed, &Words::of(&client)).unwrap();
    let taker = keys::wallet("taker").pubkey();
    let refused = examine(&mut client, &asked, &taker, file.clone()).unwrap_err();
    assert!(
        format!("{refused:#}").contains("the maker quotes 5.00 to 5.00, and 1 was asked for"),
        "{refused:#}"
    );
    let other = request(&client, &[(PUT, "sell")], "5");
    let refused = examine(&mut client, &other, &taker, file).unwrap_err();
    assert!(
        format!("{refused:#}").contains("which was not asked for"),
        "{refused:#}"
    );
}

/// Who cannot look after its quotes gives none: before its first round, and after one that failed.
#[test]
fn a_maker_whose_round_failed_quotes_nothing() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let account = network.accounts_of("maker");
    let mut new = Maker::new(keys::wallet("maker"), account, TERMS, Vec::new());
    let early = refusal(&mut network, &mut new, |_| ());
    assert!(
        early.refused == RfqError::Unavailable && early.why.contains("has not begun"),
        "{early:?}"
    );
    let mut maker = maker_of(&mut network, false);
    let stranger = keys::wallet("taker").pubkey();
    network.ok("maker", &format!("signer {stranger}"));
    let mut client = network.client();
    assert!(maker.round(&mut client).is_err());
    let late = refusal(&mut network, &mut maker, |_| ());
    assert!(
        late.refused == RfqError::Unavailable && late.why.contains("does not quote for"),
        "{late:?}"
    );
    network.ok("maker", &format!("signer {}", keys::wallet("maker").pubkey()));
    let mut client = network.client();
    maker.round(&mut client).unwrap();
    let request = request(&client, &[(CALL, "buy")], "1");
    maker.answer(&mut client, &request).unwrap();
}

#[test]
fn a_market_that_closes_ends_every_quote_that_is_out() {
    let Some(mut network) = OptionsNetwork::new() else {
        return;
    };
    let mut maker = maker_of(&mut network, false);
    maker.terms.slots = 1_000_000;
    let account = network.accounts_of("taker");
    let mut client = network.client();
    let request = request(&client, &[(CALL, "buy")], "1");
    let signed = maker.answer(&mut client, &request).unwrap();
    let quiet = maker.round(&mut client).unwrap();
    assert!(!quiet.cancelled && maker.outstanding.count() == 1);
    // An hour later the surface is too old; the quote's slots are not over by then.
    let later = network.chain_time() + 3_601;
    network.stand_still_until(later);
    let mut client = network.client();
    let broken = maker.round(&mut client).unwrap();
    assert!(broken.cancelled && broken.closed.is_some(), "{broken:?}");
    assert_eq!(maker.outstanding.count(), 0);
    network.publish();
    let mut client = network.client();
    let taker = (account, client.account(&account).unwrap());
    let taken = take(
        &mut client,
        &Given::Signed(signed),
        &taker,
        &keys::wallet("taker"),
        None,
    );
    let words = format!("{:#}", taken.unwrap_err());
    assert!(words.contains("cancelled every nonce below"), "{words}");
    // Open again, it quotes again.
    let open = maker.round(&mut client).unwrap();
    assert!(open.closed.is_none() && !open.cancelled, "{open:?}");
    maker.answer(&mut client, &request).unwrap();
}
