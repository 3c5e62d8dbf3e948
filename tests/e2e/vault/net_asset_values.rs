//! The net asset values that a browser computes from account bytes are the program's, to the bit.
//! What this test finds is written down for WebAssembly, which `tools/toolchain/wasm-check` holds
//! to it.

use anchor_lang::prelude::Pubkey;
use ballast_core_market::admission::Now;
use ballast_core_vault::prices::Purpose;
use ballast_testkit::{fixed, params, VaultFixture, MILLION};
use ballast_vault::state::VaultPolicy;
use ballast_wasm::net_asset_values::{net_asset_values, NetAssetValues, VaultAccounts};
use serde_json::{json, Value};

/// Returns a vault at some moment, and what it is worth by the program's own rules, if it is worth
/// anything.
fn case(name: &str, world: &VaultFixture) -> Value {
    let snapshot = world.snapshot();
    let bytes = |key: Pubkey| world.raw(&key).unwrap().data;
    let keys = &world.keys;
    let vault = bytes(keys.vault);
    let markets: Vec<_> = keys.markets.iter().flatten().map(|key| bytes(*key)).collect();
    let legs = keys.legs.iter().flatten();
    let venues: Vec<_> = legs
        .map(|leg| [leg.venue_market, leg.venue_trader].map(bytes))
        .collect();
    let venue = |place: usize| venues.get(place).map(|venue| [&venue[0][..], &venue[1]]);
    let accounts = VaultAccounts {
        vault: &vault,
        markets: std::array::from_fn(|place| markets.get(place).map_or(&[][..], |market| market)),
        venues: std::array::from_fn(|place| venue(place).unwrap_or_default()),
    };
    let now = Now {
        unix_time: snapshot.clock.unix_timestamp,
        slot: snapshot.clock.slot,
    };
    let appraisal = snapshot.appraise(Purpose::Batch);
    let expected = appraisal.map(|appraisal| NetAssetValues {
        low: appraisal.nav.low,
        high: appraisal.nav_high().unwrap(),
    });
    assert_eq!(net_asset_values(&accounts, now), expected, "{name}");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    json!({
        "name": name,
        "unix_time": now.unix_time.to_string(),
        "slot": now.slot.to_string(),
        "accounts": {
            "vault": hex(&vault),
            "markets": markets.iter().map(|market| hex(market)).collect::<Vec<_>>(),
            "venues": venues.iter().map(|venue| [hex(&venue[0]), hex(&venue[1])]).collect::<Vec<_>>(),
        },
        "low": expected.map(|values| values.low.0.to_string()),
        "high": expected.map(|values| values.high.0.to_string()),
    })
}

/// Returns a vault whose manager has a fifth of its gain coming.
fn with_fees() -> Value {
    let policy = VaultPolicy {
        performance_fee: fixed("0.2"),
        ..params::vault()
    };
    let mut world = VaultFixture::with(params::risk_market(), params::venue(), policy);
    let user = world.user(2 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    world.crank().unwrap();
    for _ in 0..60 {
        world.pass(1_200, 60);
        world.set_price("60000", "8");
        world.observe().unwrap();
    }
    let snapshot = world.snapshot();
    assert!(snapshot.appraise(Purpose::Batch).unwrap().performance_fee > 0);
    case("a gain that is partly the manager's", &world)
}

#[test]
fn a_browser_sees_the_net_asset_values_that_the_program_sees() {
    let mut world = VaultFixture::new();
    let mut cases = vec![case("an empty vault", &world)];
    let user = world.user(2 * MILLION);
    world.deposit(&user, MILLION).unwrap();
    cases.push(case("cash alone", &world));
    world.crank().unwrap();
    cases.push(case("a long position", &world));
    for (price, name) in [
        ("52000", "a gain that the slow price has not confirmed"),
        ("47000", "a loss"),
    ] {
        world.hour_at(price).unwrap();
        world.crank().unwrap();
        cases.push(case(name, &world));
    }
    world.pass(9, 9);
    cases.push(case("a price of nine seconds ago", &world));
    world.pass(86_400, 1_000);
    cases.push(case("no price that is fresh", &world));
    cases.push(with_fees());
    let worth_nothing = cases.iter().filter(|case| case["low"].is_null()).count();
    assert_eq!(worth_nothing, 1, "only one has no price");

    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/wasm/fixtures/net-asset-values.json");
    let text = serde_json::to_string_pretty(&cases).unwrap() + "\n";
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        text,
        "run: BALLAST_UPDATE=1 cargo test -p ballast-tests net_asset_values"
    );
}
