//! Compute units of every instruction and the size of every program: a table in `docs/`, with ceilings.
//!
//! `BALLAST_UPDATE=1` rewrites the table; otherwise it has to be true as it stands.

use crate::assess_support::{mixed_book, Desk};
use ballast_testkit::surface::{smile, tight_smile, SurfaceWorld};
use ballast_testkit::world::program_path;
use ballast_testkit::{World, MILLION};
use std::fmt::Write as _;

/// Instruction, ceiling, measured.
type Row = (&'static str, u64, u64);

/// A day in the life of a vault, measured. Prices are chosen so that each instruction takes its longer path.
fn measure() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut world = World::new();
    let user = world.user(4 * MILLION);
    rows.push((
        "vault: deposit, first",
        40_000,
        world.deposit(&user, MILLION).unwrap().compute_units_consumed,
    ));
    rows.push((
        "vault: move_collateral, to the venue",
        70_000,
        world.move_collateral().unwrap().compute_units_consumed,
    ));
    world.pass(0, 1);
    rows.push((
        "vault: rebalance, opening",
        120_000,
        world.rebalance(11_500_000).unwrap().compute_units_consumed,
    ));
    world.pass(0, 1);
    rows.push((
        "vault: deposit, with a position",
        40_000,
        world.deposit(&user, 1_000_000).unwrap().compute_units_consumed,
    ));
    rows.push((
        "vault: redeem, by shares",
        50_000,
        world
            .redeem_shares(&user, 1_000_000_000)
            .unwrap()
            .compute_units_consumed,
    ));
    rows.push((
        "risk: observe",
        25_000,
        world.hour_at("43500").unwrap().compute_units_consumed,
    ));
    rows.push((
        "vault: rebalance, reducing in a crash",
        120_000,
        world.rebalance(-2_000_000).unwrap().compute_units_consumed,
    ));
    world.pass(0, 1);
    let shares = world.tokens(&user.holder.shares);
    rows.push(("vault: mark", 30_000, world.mark().unwrap().compute_units_consumed));
    world.pass(0, 1);
    rows.push((
        "vault: request_redemption",
        30_000,
        world.request(&user, shares).unwrap().compute_units_consumed,
    ));
    world.crank().unwrap();
    world.pass(0, 1);
    rows.push((
        "vault: complete_redemption",
        50_000,
        world.complete(&user).unwrap().compute_units_consumed,
    ));
    rows.extend(measure_surface());
    for (name, ceiling, markets, legs) in [
        ("risk: assess, 16 options on one market", 250_000, 1, 16),
        ("risk: assess, 32 options on four markets", 700_000, 4, 32),
    ] {
        let mut desk = Desk::new(markets);
        let book = mixed_book(&desk, legs, false);
        rows.push((name, ceiling, desk.ask(&book).unwrap().compute_units_consumed));
    }
    rows
}

/// Eight slices over a published surface, from five feeders of different minds; then once more where medians have arbitrage
/// and the nearest submission is looked for.
fn measure_surface() -> [Row; 3] {
    let mut world = SurfaceWorld::new(5, 5);
    let said = [(0.60, -0.20), (0.62, -0.22), (0.59, -0.21), (0.61, -0.19), (0.63, -0.2)];
    let said = said.map(|(volatility, skew)| smile(volatility, skew));
    world.submit_all(&said);
    world.publish().unwrap();
    world.world.pass(600, 600);
    let submitted = world.submit(0, said[0].clone()).unwrap().compute_units_consumed;
    world.submit_all(&said);
    let published = world.publish().unwrap().compute_units_consumed;
    let mut world = SurfaceWorld::new(5, 5);
    let tight = [(0.6, -0.25), (0.7, -0.4), (0.5, -0.3), (0.6, -0.25), (0.5, -0.3)];
    world.submit_all(&tight.map(|(far, skew)| tight_smile(far, skew)));
    let nearest = world.publish().unwrap();
    let announced = nearest.logs.iter().any(|line| line.starts_with("Program data: "));
    assert!(announced && world.submissions_hold(world.surface().published()));
    [
        ("risk: submit_surface, 8 slices", 30_000, submitted),
        ("risk: publish_surface, 8 slices from 5 submissions", 60_000, published),
        (
            "risk: publish_surface, medians with arbitrage",
            60_000,
            nearest.compute_units_consumed,
        ),
    ]
}

const SIZE_CEILINGS: [(&str, u64); 3] = [("risk", 680_000), ("perp", 400_000), ("vault", 500_000)];

#[test]
fn the_table_is_true_and_under_its_ceilings() {
    let mut table = String::from(
        "# Compute units and program sizes\n\nMeasured by `tests/suite/compute_units.rs` on the compiled programs; `BALLAST_UPDATE=1 ./ballast test` \
         rewrites this page.\n\n| Instruction | Compute units | Ceiling |\n|---|---:|---:|\n",
    );
    for (name, ceiling, used) in measure() {
        assert!(used <= ceiling, "{name}: {used} CU, over {ceiling}");
        writeln!(table, "| {name} | {used} | {ceiling} |").unwrap();
    }
    table.push_str("\n| Program | Bytes | Ceiling |\n|---|---:|---:|\n");
    for (name, ceiling) in SIZE_CEILINGS {
        let bytes = std::fs::metadata(program_path(name)).unwrap().len();
        assert!(bytes <= ceiling, "{name}: {bytes} bytes, over {ceiling}");
        writeln!(table, "| {name} | {bytes} | {ceiling} |").unwrap();
    }
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compute-units.md");
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&page, &table).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&page).unwrap_or_default(),
        table,
        "run: BALLAST_UPDATE=1 ./ballast test"
    );
}
