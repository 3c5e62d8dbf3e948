//! Grids: the weights of their cells, and which are refused.

use super::*;

#[test]
fn weights_are_students_and_add_up() {
    let grid = grid();
    let mut sum = 0i64;
    for (i, _) in PRICE_SHOCKS.iter().enumerate() {
        let mass: i64 = (0..3)
            .map(|v| {
                grid.weight(Cell {
                    price: i,
                    volatility: v,
                })
                .to_bits()
            })
            .sum();
        sum += mass;
        let edge = |j: usize| {
            let middle = (PRICE_SHOCKS[j] + PRICE_SHOCKS[j + 1]) / 2.0;
            reference::student(middle / DEVIATION * 2f64.sqrt())
        };
        let expected = if i == 8 { 1.0 } else { edge(i) } - if i == 0 { 0.0 } else { edge(i - 1) };
        assert!((mass as f64 / 2f64.powi(62) - expected).abs() < 1e-14, "{i}");
        assert!(mass > 0);
    }
    assert_eq!(sum, 1 << 62);
}

#[test]
fn students_distribution_has_its_known_values() {
    // Tables of Student's t with four degrees of freedom.
    for (t, expected) in [
        (0.0, 0.5),
        (2.131_846_786, 0.95),
        (2.776_445_105, 0.975),
        (3.746_947_388, 0.99),
        (8.610_301_581, 0.9995),
    ] {
        let ours = student::distribution(I7F57::from_num(t)).to_num::<f64>();
        assert!((ours - expected).abs() < 1e-9, "{t} {ours}");
        let mirrored = student::distribution(I7F57::from_num(-t));
        assert_eq!(mirrored + student::distribution(I7F57::from_num(t)), I2F62::ONE);
    }
}

#[test]
fn a_bad_grid_is_refused_by_name() {
    let with = |prices: [f64; 9], vols: [f64; 3], weights: [f64; 3], deviation: f64, cap: u8| {
        Grid::new(
            prices.map(I7F57::from_num),
            vols.map(I2F62::from_num),
            weights.map(I2F62::from_num),
            I7F57::from_num(deviation),
            cap,
        )
        .unwrap_err()
    };
    let (prices, vols, weights) = (PRICE_SHOCKS, VOLATILITY_SHOCKS, [0.25, 0.5, 0.25]);
    let mut flat = prices;
    flat[3] = flat[4];
    let mut far = prices;
    far[8] = 2.1;
    let up = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09];
    for bad in [flat, far, up] {
        assert_eq!(with(bad, vols, weights, 0.05, 3), GridError::PriceShocks);
    }
    for bad in [[0.0, 0.1, 0.2], [-0.8, 0.0, 0.5], [-0.25, 0.0, 1.95], [-0.25, 0.5, 0.5]] {
        assert_eq!(with(prices, bad, weights, 0.05, 3), GridError::VolatilityShocks);
    }
    for bad in [[0.25, 0.5, 0.3], [0.0, 0.5, 0.5], [-0.25, 1.0, 0.25]] {
        assert_eq!(with(prices, vols, bad, 0.05, 3), GridError::VolatilityWeights);
    }
    for bad in [0.0, 0.00005, 1.5] {
        assert_eq!(with(prices, vols, weights, bad, 3), GridError::Deviation);
    }
    for bad in [0, 9] {
        assert_eq!(with(prices, vols, weights, 0.05, bad), GridError::TermCap);
    }
}

#[test]
fn masses_are_probabilities() {
    let with = |masses: [f64; 9]| {
        Grid::with_masses(
            PRICE_SHOCKS.map(I7F57::from_num),
            masses.map(I2F62::from_num),
            VOLATILITY_SHOCKS.map(I2F62::from_num),
            [quarter(), quarter() + quarter(), quarter()],
            3,
        )
    };
    let even = [0.125, 0.125, 0.125, 0.125, 0.0, 0.125, 0.125, 0.125, 0.125];
    assert!(with(even).is_ok());
    for (place, mass) in [(0, 0.25), (4, -0.125), (8, 0.0), (1, 1.9)] {
        let mut bad = even;
        bad[place] = mass;
        assert_eq!(with(bad).unwrap_err(), GridError::Masses);
    }
}

/// Far beyond what the regime expects: the law's argument once left its range there, and weights
/// were negative.
#[test]
fn weights_of_shocks_far_out_are_not_negative() {
    let shocks = [-0.9, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.9].map(I7F57::from_num);
    // The second has midpoints that nearly coincide.
    let mut close = shocks;
    for (i, shock) in close.iter_mut().enumerate().skip(5) {
        *shock = I7F57::from_num(0.9) + I7F57::from_bits(i as i64);
    }
    for (prices, deviation) in [
        (shocks, 0.02),
        (shocks, 0.0125),
        (shocks, 0.0001),
        (close, 0.02),
        (close, 0.5),
    ] {
        let grid = Grid::new(
            prices,
            VOLATILITY_SHOCKS.map(I2F62::from_num),
            [quarter(), quarter() + quarter(), quarter()],
            I7F57::from_num(deviation),
            3,
        )
        .unwrap();
        for price in 0..9 {
            for volatility in 0..3 {
                let weight = grid.weight(Cell { price, volatility });
                assert!(weight >= 0, "{deviation} {price} {volatility}: {weight}");
            }
        }
    }
    for t in 0..128 {
        let t = I7F57::from_bits(t << 56);
        let exact = reference::student(t.to_num());
        assert!((student::distribution(t).to_num::<f64>() - exact).abs() < 1e-9, "{t}");
    }
}
