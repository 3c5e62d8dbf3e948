use ballast_testkit::*;

#[test]
fn smoke() {
    let mut world = World::new();
    let user = world.user(MILLION);
    let sent = world.deposit(&user, MILLION).unwrap();
    println!("deposit {}", sent.compute_units_consumed);
    println!("{:?}", world.crank());
    for price in ["51000", "49000", "45000", "40000", "41000", "38000"] {
        println!("observe {}", world.hour_at(price).unwrap().compute_units_consumed);
        println!("{:?}", world.crank());
        let s = world.snapshot();
        println!(
            "{} lots {} coll {} cash {}",
            price, s.venue_trader.lots, s.venue_trader.collateral, s.vault.cash
        );
    }
    let shares = world.tokens(&user.holder.shares);
    world.request(&user, shares).unwrap();
    println!("{:?}", world.crank());
    world.pass(0, 1);
    let sent = world.complete(&user).unwrap();
    println!(
        "complete {} {}",
        sent.compute_units_consumed,
        world.tokens(&user.holder.quote)
    );
}
