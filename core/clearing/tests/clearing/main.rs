//! The clearing house under random sequences: five owners, ten liquidators and the insurance fund
//! trade, auction, liquidate and settle for months, and after every step what must always hold,
//! holds.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod actions;
mod failing;
mod invariants;
mod model;

use model::Model;

/// Steps of each run. All margins are checked in full by the risk engine.
const STEPS: u32 = 50_000;

fn run(seed: u64) -> model::Tally {
    let mut model = Model::new(seed);
    for _ in 0..STEPS {
        model.step();
        model.check();
    }
    model.tally
}

// Four runs, so that they share the cores.
macro_rules! runs {
    ($($name:ident: $seed:literal),*) => {
        $(#[test]
        fn $name() {
            let tally = run($seed);
            println!("{tally:?}");
            // A run in which something never happens says nothing of it.
            assert!(tally.trades > 500 && tally.packages > 100 && tally.auctions > 100, "{tally:?}");
            assert!(tally.refused_for_margin > 50 && tally.refused_withdrawals > 10, "{tally:?}");
            assert!(tally.begun > 20 && tally.takes > 20 && tally.partial_takes > 10, "{tally:?}");
            assert!(tally.below_zero > 0 && tally.takes_beside_silence > 0, "{tally:?}");
            assert!(tally.settled > 500 && tally.claims > 200, "{tally:?}");
            assert!(tally.averages > 0 && tally.moved_ends > 0, "{tally:?}");
            assert!(tally.shortfalls > 0 && tally.covers > 0 && tally.haircuts > 0, "{tally:?}");
        })*
    };
}

runs!(first: 1, second: 2, third: 3, fourth: 4);
