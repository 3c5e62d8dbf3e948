//! Moves beyond a grid's own: what of them counts.

use super::*;
use ballast_core_math::scenarios::FarMove;

fn far(size: f64, share: f64) -> FarMove {
    FarMove {
        size: I7F57::from_num(size),
        share: I2F62::from_num(share),
    }
}

fn with(moves: &[FarMove]) -> Grid {
    moves.iter().fold(grid(), |grid, far| grid.with_far_move(*far).unwrap())
}

fn losses_on(grid: &Grid) -> Losses {
    let legs: Vec<Leg> = strangle().iter().map(leg).collect();
    revalue(price(65_000.0), &legs, grid).unwrap()
}

/// Returns what the strangle loses at the highest volatility where a grid's outermost shocks are.
fn at(outermost: f64) -> [i64; 2] {
    let mut shocks = PRICE_SHOCKS;
    (shocks[0], shocks[8]) = (-outermost, outermost);
    let grid = Grid::new(
        shocks.map(I7F57::from_num),
        VOLATILITY_SHOCKS.map(I2F62::from_num),
        [quarter(), quarter() + quarter(), quarter()],
        I7F57::from_num(DEVIATION),
        3,
    );
    let losses = losses_on(&grid.unwrap());
    [losses.cells()[0][2], losses.cells()[8][2]]
}

#[test]
fn far_moves_are_looked_at_besides_and_change_nothing_of_the_grid() {
    let plain = losses_on(&grid());
    let both = with(&[far(1.4, 0.35), far(0.9, 1.0)]);
    let ours = losses_on(&both);
    assert_eq!(ours.cells(), plain.cells());
    let [[fall, rise], [less, more]] = [1.4, 0.9].map(at);
    assert_eq!(ours.far().collect::<Vec<_>>(), [fall, rise, less, more]);
    assert_eq!(
        losses_on(&with(&[far(1.4, 0.35)])).far().collect::<Vec<_>>(),
        [fall, rise, 0, 0]
    );
    assert!(plain.far().all(|loss| loss == 0));
    for price in 0..9 {
        for volatility in 0..3 {
            let cell = Cell { price, volatility };
            assert_eq!(both.weight(cell), grid().weight(cell));
        }
    }
    // As the part of a factor they shrink like the others.
    let half = losses_on(&both.shared(I2F62::from_num(0.5)).unwrap());
    assert!(half.far().zip(ours.far()).all(|(half, whole)| half < whole), "{half:?}");
}

#[test]
fn a_share_of_each_far_loss_counts_in_the_worst_and_nothing_in_the_shortfall() {
    let none = tail_risk(&losses_on(&grid()), &grid());
    for (moves, row) in [
        (&[far(1.4, 0.1)][..], None),
        (&[far(1.4, 0.35)], Some(10)),
        (&[far(1.4, 0.5)], Some(10)),
        (&[far(1.4, 0.35), far(0.9, 1.0)], Some(12)),
        (&[far(1.4, 0.9), far(0.9, 1.0)], Some(10)),
    ] {
        let grid = with(moves);
        let losses = losses_on(&grid);
        let tail = tail_risk(&losses, &grid);
        assert_eq!(tail.expected_shortfall, none.expected_shortfall);
        let shares = moves.iter().flat_map(|far| [far.share; 2]);
        let counted = losses
            .far()
            .zip(shares)
            .map(|(loss, share)| loss as f64 * share.to_num::<f64>());
        let expected = counted.fold(none.worst_loss.0 as f64, f64::max);
        assert!(
            (tail.worst_loss.0 as f64 - expected).abs() <= 2.0,
            "{moves:?}: {tail:?}"
        );
        let cell = row.map_or((none.worst_cell.price, none.worst_cell.volatility), |row| (row, 2));
        assert_eq!((tail.worst_cell.price, tail.worst_cell.volatility), cell, "{moves:?}");
    }
    // A gain far out counts as nothing, and a part of a base unit as one.
    let grid = with(&[far(1.4, 0.35)]);
    let most = 3_228_180_212_899_171_533;
    for (loss, worst) in [(-100, 0), (0, 0), (1, 1), (100, 35), (101, 36), (i64::MAX, most)] {
        let mut losses = Losses::default();
        losses.0[9][2] = loss;
        let ours = tail_risk(&losses, &grid).worst_loss.0;
        assert!(
            ours.abs_diff(worst) <= u64::from(worst > 1 << 40) << 10,
            "{loss} {ours}"
        );
    }
}

#[test]
fn a_bad_far_move_is_refused_by_name() {
    for (size, share) in [(-0.1, 0.5), (0.0, 0.5), (2.1, 0.5), (1.0, -0.1), (1.0, 0.0), (1.0, 1.1)] {
        let refused = grid().with_far_move(far(size, share));
        assert_eq!(refused, Err(GridError::FarMove), "{size} {share}");
    }
    let full = with(&[far(1.4, 0.35), far(0.9, 1.0)]);
    assert_eq!(full.with_far_move(far(1.0, 0.5)), Err(GridError::FarMove));
}
