//! Compute units of every instruction and the size of every program: a table in `docs/`, with
//! ceilings.
//!
//! `BALLAST_UPDATE=1` rewrites the table; otherwise it has to be true as it stands.

use crate::vault::portfolio::vault_of;
use ballast_core_clearing::trade::Side;
use ballast_options::state::{SeriesKey, StoredPosition};
use ballast_sdk::instructions::{self as ix, options};
use ballast_testkit::clearing_house::{parties, Member, FAR};
use ballast_testkit::margin::mixed_book;
use ballast_testkit::surface::{smile, tight_smile, wild_smile};
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::world::program_path;
use ballast_testkit::world::Sent;
use ballast_testkit::{ClearingHouseFixture, MarginFixture, SurfaceFixture, VaultFixture, MILLION};
use ballast_vault::Order;
use solana_signer::Signer;
use std::fmt::Write as _;

/// Instruction, ceiling, measured.
type Row = (&'static str, u64, u64);

/// Measures a day in the life of a vault. Prices are chosen so that each instruction takes
/// its longer path.
fn measure() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut world = VaultFixture::new();
    let user = world.user(4 * MILLION);
    let spent = |sent: Sent| sent.unwrap().compute_units_consumed;
    rows.push((
        "vault: open_batch and request_deposit",
        38_000,
        spent(world.request_deposit(&user, MILLION)),
    ));
    rows.push((
        "vault: request_deposit",
        26_000,
        spent(world.request_deposit(&user, MILLION)),
    ));
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.observe().unwrap();
    rows.push(("vault: price_batch, the first", 50_000, spent(world.price_batch(0))));
    let ticket = world.ticket(&user).unwrap();
    rows.push(("vault: claim of shares", 15_000, spent(world.claim(&ticket).unwrap())));
    world.claim_all();
    rows.push((
        "vault: move_collateral, to the venue",
        60_000,
        spent(world.move_collateral()),
    ));
    world.pass(0, 1);
    rows.push(("vault: rebalance, opening", 82_000, spent(world.rebalance(21_600_000))));
    world.crank().unwrap();
    world.pass(0, 1);
    rows.push(("vault: mark", 32_000, spent(world.mark())));
    // Deposits and redemptions of both classes, more than can be filled at once.
    let reference = world.snapshot().vault.nav_per_share;
    for _ in 0..2 {
        world.request_deposit(&user, MILLION / 10).unwrap();
        world.request(&user, MILLION / 2).unwrap();
        world.request_within(&user, MILLION / 20, false, reference).unwrap();
    }
    rows.push((
        "vault: request_redeem",
        28_000,
        spent(world.request_within(&user, MILLION / 2, true, reference)),
    ));
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.observe().unwrap();
    rows.push((
        "vault: price_batch, seven requests of both classes",
        66_000,
        spent(world.price_batch(1)),
    ));
    assert!(world.snapshot().vault.leaving.shares > 0);
    let ticket = world
        .tickets()
        .into_iter()
        .find(|ticket| ticket.is_redemption())
        .unwrap();
    rows.push((
        "vault: claim of quote tokens",
        15_000,
        spent(world.claim(&ticket).unwrap()),
    ));
    world.pass(0, 1);
    let lots = world.batch(1).totals.lots_left[0];
    rows.push(("vault: unwind", 85_000, spent(world.unwind(1, -lots / 2))));
    world.pass(3_600, 3_600);
    rows.push(("vault: exit_liquid", 12_000, spent(world.exit_liquid(1))));
    world.republish();
    world.observe().unwrap();
    rows.push(("vault: price_batch, the rest", 55_000, spent(world.price_batch(1))));
    rows.push(("risk: observe", 20_000, spent(world.hour_at("41000"))));
    let lots = world.planned_order();
    rows.push((
        "vault: rebalance, reducing in a crash",
        88_000,
        spent(world.rebalance(lots)),
    ));
    // A day later the day's pay has drained.
    world.pass(90_000, 90_000);
    world.republish();
    world.observe().unwrap();
    let paid = world.snapshot().vault.keeper_pay.total;
    rows.push(("vault: mark that pays", 40_000, spent(world.mark())));
    assert!(world.snapshot().vault.keeper_pay.total > paid);
    rows.extend(measure_portfolio());
    rows.extend(measure_surface());
    for (name, ceiling, markets, legs) in [
        ("risk: assess, 16 options on one market", 150_000, 1, 16),
        ("risk: assess, 32 options on four markets", 450_000, 4, 32),
    ] {
        let mut fixture = MarginFixture::new(markets);
        let book = mixed_book(&fixture, legs, false);
        rows.push((name, ceiling, fixture.ask(&book).unwrap().compute_units_consumed));
    }
    rows.extend(measure_options());
    rows
}

/// Measures a vault of four markets with a leg on each.
fn measure_portfolio() -> [Row; 4] {
    let mut world = vault_of(&["0.2", "0.15", "0.15", "0.15"]);
    let user = world.user(2 * MILLION);
    world.request_deposit(&user, MILLION).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.observe_all().unwrap();
    let spent = |sent: Sent| sent.unwrap().compute_units_consumed;
    let priced = spent(world.price_batch(0));
    world.pass(0, 1);
    let moved = (0..4).map(|leg| spent(world.move_collateral_of(leg))).max();
    world.pass(0, 1);
    world.republish();
    world.observe_all().unwrap();
    let orders = world.planned_orders().into_iter();
    let orders: Vec<_> = orders.map(|(leg, lots)| Order { leg: leg as u8, lots }).collect();
    assert_eq!(orders.len(), 4);
    let keeper = world.keeper.insecure_clone();
    let rebalance = ix::rebalance(&world.keys, &keeper.pubkey(), orders);
    let traded = spent(world.send_large(rebalance, &[&keeper]));
    world.pass(0, 1);
    let marked = spent(world.mark());
    [
        ("vault of four markets: price_batch", 90_000, priced),
        ("vault of four markets: move_collateral", 92_000, moved.unwrap()),
        ("vault of four markets: rebalance, an order in each", 210_000, traded),
        ("vault of four markets: mark", 70_000, marked),
    ]
}

/// Measures the clearing house: both sides of each trade end with the number of positions that the
/// row says.
fn measure_options() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut house = ClearingHouseFixture::new();
    let (taker, maker) = (house.participant(MILLION), house.participant(MILLION));
    let deposit = house.deposit(&taker, 1).unwrap().compute_units_consumed;
    rows.push(("options: deposit", 20_000, deposit));
    let withdraw = house.withdraw(&taker, 1).unwrap().compute_units_consumed;
    rows.push(("options: withdraw, without positions", 20_000, withdraw));
    let keys = strikes(&mut house);
    for (index, key) in keys.iter().enumerate() {
        let quantity = if index % 3 == 0 { 100_000 } else { -100_000 };
        let traded = house
            .trade(&taker, &maker, key, quantity, 500)
            .unwrap()
            .compute_units_consumed;
        match index {
            0 => rows.push(("options: trade_quote, 1 position on both sides", 78_000, traded)),
            15 => rows.push(("options: trade_quote, 16 positions on both sides", 320_000, traded)),
            _ => {}
        }
    }
    let (buyer, seller) = (house.participant(MILLION), house.participant(MILLION));
    let legs: Vec<_> = keys.iter().take(4).map(|key| (*key, Side::Sell, 1, 500)).collect();
    let package = house.package(&seller, &legs, 100_000);
    let traded = house
        .take(&buyer, &seller, &package, 100_000)
        .unwrap()
        .compute_units_consumed;
    rows.push(("options: trade_quote, a package of four legs", 175_000, traded));
    house.hold_half_a_minute();
    let markets = house.market_keys();
    let supposed = keys.iter().take(4).map(|key| StoredPosition {
        series: *key,
        quantity: 100_000,
    });
    let what_if = options::what_if(&house.keys, &taker.account, &markets, supposed.collect(), 0);
    let asked = house.crank(what_if).unwrap().compute_units_consumed;
    rows.push(("options: what_if, 16 positions and 4 legs", 390_000, asked));
    let check = options::end_liquidation(&house.keys, &taker.account, &markets);
    let check = house.crank(check).unwrap().compute_units_consumed;
    rows.push(("options: end_liquidation, 16 positions at two prices", 290_000, check));
    let withdraw = house.withdraw(&taker, 1).unwrap().compute_units_consumed;
    rows.push(("options: withdraw, 16 positions", 162_000, withdraw));
    house.assert_sound();
    rows.push((
        "options: liquidate, a share of 16 positions",
        195_000,
        measure_take(&mut house, &taker, &keys),
    ));
    rows.extend(measure_payout());
    rows
}

/// Lets an account fail, and measures the take of a share of all it has.
fn measure_take(house: &mut ClearingHouseFixture, failing: &Member, keys: &[SeriesKey]) -> u64 {
    let free = house.withdrawable(failing);
    house.withdraw(failing, free).unwrap();
    let liquidator = house.participant(MILLION);
    let markets = house.market_keys();
    house.raise_until_begun(&failing.account, &markets);
    house.advance(60);
    let terms = options::TakeTerms {
        share: 1_000_000_000,
        max_payment: i64::MAX,
    };
    let take = options::liquidate(&house.keys, &parties(&liquidator, failing), &markets, &terms);
    let taken = house.submit(take, &liquidator.user).unwrap();
    let held = keys.iter().filter(|key| house.held(&liquidator.account, key) != 0);
    assert_eq!(held.count(), keys.len());
    taken.compute_units_consumed
}

/// Sixteen series of one expiry.
fn strikes(house: &mut ClearingHouseFixture) -> Vec<SeriesKey> {
    let strikes = [42_000, 44_000, 46_000, 48_000, 52_000, 54_000, 56_000, 58_000];
    let pairs = strikes.into_iter().flat_map(|strike| [(1, strike), (2, strike)]);
    pairs.map(|(kind, strike)| house.series(kind, strike, FAR)).collect()
}

/// Ten positions settled at once, and the claim on them paid.
fn measure_payout() -> [Row; 3] {
    let mut house = ClearingHouseFixture::new();
    let (taker, maker) = (house.participant(MILLION), house.participant(MILLION));
    for (index, key) in strikes(&mut house).iter().take(10).enumerate() {
        let quantity = if index % 3 == 0 { 100_000 } else { -100_000 };
        house.trade(&taker, &maker, key, quantity, 500).unwrap();
    }
    house.advance_to(FAR - 1_800);
    house.observe_until(FAR);
    let priced = house.settle_expiry(FAR).unwrap().compute_units_consumed;
    let settled = house.settle(FAR, &[taker.account]).unwrap().compute_units_consumed;
    house.settle(FAR, &[maker.account]).unwrap();
    let winner = [&taker, &maker].map(|participant| participant.account);
    let winner = winner
        .into_iter()
        .find(|key| house.account(key).claim_count > 0)
        .unwrap();
    let paid = house.pay(FAR, &[winner]).unwrap().compute_units_consumed;
    house.assert_sound();
    [
        ("options: settle_expiry, at once", 40_000, priced),
        ("options: settle_positions, 10 positions", 100_000, settled),
        ("options: pay_claims, one", 15_000, paid),
    ]
}

/// Eight slices over a published surface, from five feeders of different minds; then where every
/// slice is too far away to be reached at once, and where medians have arbitrage and are lifted.
fn measure_surface() -> [Row; 4] {
    let mut world = SurfaceFixture::new(5, 5);
    let submitted = [(0.60, -0.20), (0.62, -0.22), (0.59, -0.21), (0.61, -0.19), (0.63, -0.2)];
    let submitted = submitted.map(|(volatility, skew)| smile(volatility, skew));
    world.submit_all(&submitted);
    world.publish().unwrap();
    world.pass(600, 600);
    let units = world.submit(0, submitted[0].clone()).unwrap().compute_units_consumed;
    world.submit_all(&submitted);
    let published = world.publish().unwrap().compute_units_consumed;
    world.pass(600, 600);
    world.submit_all(&[1.0, 1.1, 1.2, 1.3, 1.4].map(|volatility| wild_smile(volatility, 0.4)));
    let limited = world.publish().unwrap().compute_units_consumed;
    let mut world = SurfaceFixture::new(5, 5);
    let tight = [(0.6, -0.25), (0.7, -0.4), (0.5, -0.3), (0.6, -0.25), (0.5, -0.3)];
    world.submit_all(&tight.map(|(far, skew)| tight_smile(far, skew)));
    let lifted = world.publish().unwrap();
    let announced = lifted.logs.iter().any(|line| line.starts_with("Program data: "));
    assert!(announced);
    [
        ("risk: submit_surface, 8 slices", 30_000, units),
        ("risk: publish_surface, 8 slices from 5 submissions", 60_000, published),
        ("risk: publish_surface, 8 slices that are limited", 60_000, limited),
        (
            "risk: publish_surface, medians with arbitrage",
            60_000,
            lifted.compute_units_consumed,
        ),
    ]
}

const SIZE_CEILINGS: [(&str, u64); 4] = [
    ("risk", 715_000),
    ("reference_venue", 400_000),
    ("vault", 800_000),
    ("options", 900_000),
];

#[test]
fn the_table_is_true_and_under_its_ceilings() {
    let mut table = String::from(
        "# Compute units and program sizes\n\nMeasured by `tests/e2e/compute_units.rs` on the compiled programs; `BALLAST_UPDATE=1 ./ballast test` \
         rewrites this page.\n\n| Instruction | Compute units | Ceiling |\n|---|---:|---:|\n",
    );
    for (name, ceiling, used) in measure() {
        assert!(used <= ceiling, "{name}: {used} CU, over {ceiling}");
        writeln!(table, "| {name} | {used} | {ceiling} |").unwrap();
    }
    let mut sizes = String::from("\n| Program | Bytes | Ceiling |\n|---|---:|---:|\n");
    for (name, ceiling) in SIZE_CEILINGS {
        let bytes = size(name);
        assert!(bytes <= ceiling, "{name}: {bytes} bytes, over {ceiling}");
        writeln!(sizes, "| {name} | {bytes} | {ceiling} |").unwrap();
    }
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/compute-units.md");
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&page, table.clone() + &sizes).unwrap();
    }
    let page = std::fs::read_to_string(&page).unwrap_or_default();
    let (units, sizes) = page.split_at(page.find("\n| Program").unwrap_or(0));
    assert_eq!(units, table, "run: BALLAST_UPDATE=1 ./ballast test");
    // Where the toolchain lies decides the order of functions, and that some bytes of the size.
    for (name, _) in SIZE_CEILINGS {
        let row = sizes
            .lines()
            .find_map(|line| line.strip_prefix(&format!("| {name} | ")));
        let stated = row.and_then(|row| row.split(' ').next()?.parse::<u64>().ok());
        let stated = stated.unwrap_or_else(|| panic!("{name} is not on the page"));
        assert!(
            stated.abs_diff(size(name)) <= stated / 100,
            "{name}: {stated} on the page"
        );
    }
}

fn size(program: &str) -> u64 {
    std::fs::metadata(program_path(program)).unwrap().len()
}
