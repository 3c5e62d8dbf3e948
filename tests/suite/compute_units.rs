//! Compute units of every instruction and the size of every program: a table in `docs/`, with ceilings.
//!
//! `BALLAST_UPDATE=1` rewrites the table; otherwise it has to be true as it stands.

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
        15_000,
        world.hour_at("43500").unwrap().compute_units_consumed,
    ));
    rows.push((
        "vault: rebalance, reducing in a crash",
        120_000,
        world.rebalance(-2_000_000).unwrap().compute_units_consumed,
    ));
    world.pass(0, 1);
    let shares = world.tokens(&user.holder.shares);
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
    rows
}

const SIZE_CEILINGS: [(&str, u64); 3] = [("risk", 400_000), ("perp", 400_000), ("vault", 450_000)];

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
