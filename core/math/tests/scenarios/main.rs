//! The scenario engine against a slow reference in floating point.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod grid;
mod reference;
mod stress;

use ballast_core_math::black_scholes::{DomainError, Kind, Rate, Strike, Volatility, Years};
use ballast_core_math::scenarios::{
    combined, idiosyncratic_share, revalue, student, tail_risk, Cell, Grid, GridError, Leg, Losses, OptionLeg, TailRisk,
};
use ballast_core_math::Magnitude;
use ballast_core_types::{Lots, Price, Value, I80F48};
use fixed::types::{I2F62, I7F57};
use proptest::prelude::*;
use reference::{Book, Series};

const DEVIATION: f64 = 0.05;
const PRICE_SHOCKS: [f64; 9] = [-0.5, -0.3, -0.15, -0.07, 0.0, 0.07, 0.15, 0.3, 0.5];
const VOLATILITY_SHOCKS: [f64; 3] = [-0.25, 0.0, 0.5];

fn quarter() -> I2F62 {
    I2F62::from_num(0.25)
}

fn grid() -> Grid {
    Grid::new(
        PRICE_SHOCKS.map(I7F57::from_num),
        VOLATILITY_SHOCKS.map(I2F62::from_num),
        [quarter(), quarter() + quarter(), quarter()],
        I7F57::from_num(DEVIATION),
        3,
    )
    .unwrap()
}

fn price(value: f64) -> Price {
    Price::from_fixed(I80F48::from_num(value)).unwrap()
}

/// Returns a decimal with nine digits after the point, exactly.
fn magnitude(value: f64) -> Magnitude {
    Magnitude::from_decimal((value * 1e9).round() as u128, -9).unwrap()
}

fn leg(series: &Series) -> Leg {
    match *series {
        Series::Linear { lots } => Leg::Linear(Lots(lots)),
        Series::Option {
            lots,
            call,
            strike,
            volatility,
            years,
        } => Leg::Option(OptionLeg {
            quantity: Lots(lots),
            kind: if call { Kind::Call } else { Kind::Put },
            strike: Strike(magnitude(strike)),
            volatility: Volatility(magnitude(volatility)),
            time: Years(magnitude(years)),
            rate: Rate(I2F62::from_num(0.04)),
            carry: Rate(I2F62::from_num(0.01)),
        }),
    }
}

fn losses(spot: f64, book: &[Series]) -> Result<Losses, DomainError> {
    let legs: Vec<Leg> = book.iter().map(leg).collect();
    revalue(price(spot), &legs, &grid())
}

/// Returns a short strangle with a hedge: loses on both sides.
fn strangle() -> Vec<Series> {
    let option = |call, strike, lots| Series::Option {
        lots,
        call,
        strike,
        volatility: 0.6,
        years: 0.08,
    };
    vec![
        option(true, 75_000.0, -2_000_000),
        option(false, 55_000.0, -2_000_000),
        Series::Linear { lots: 150_000 },
    ]
}

#[test]
fn a_book_loses_what_the_reference_says() {
    let book = Book::new(65_000.0, strangle());
    let ours = losses(65_000.0, &book.series).unwrap();
    // 130,000 quote units of notional a side; the tier's error of 3e-8 of them is 4,000 base units.
    book.compare(&ours, &PRICE_SHOCKS, &VOLATILITY_SHOCKS, 3.0, 3e-8);
    let tail = tail_risk(&ours, &grid());
    assert_eq!(
        tail.worst_cell,
        Cell {
            price: 8,
            volatility: 2
        }
    );
    assert_eq!(tail.worst_loss.0, ours.cells()[8][2]);
    let exact = book.shortfall(&ours, &grid());
    assert!(
        (tail.expected_shortfall.0 as f64 - exact).abs() < 2.0,
        "{} {exact}",
        tail.expected_shortfall.0
    );
    assert!(tail.expected_shortfall <= tail.worst_loss && tail.expected_shortfall.0 > 0);
}

#[test]
fn nothing_moves_where_nothing_is_shocked() {
    let ours = losses(65_000.0, &strangle()).unwrap();
    assert_eq!(ours.cells()[4][1], 0);
}

#[test]
fn the_tail_is_the_worst_hundredth_whatever_the_order_and_the_ties() {
    let grid = grid();
    let weight = |index: usize| {
        grid.weight(Cell {
            price: index / 3,
            volatility: index % 3,
        })
        .to_bits()
    };
    for step in [0usize, 1, 2, 5, 7, 11, 13] {
        let mut losses = Losses::default();
        for (index, cell) in losses.0.iter_mut().take(9).flatten().enumerate() {
            // Three cells of each loss; with a step of zero all are equal.
            *cell = (((index * step) % 27) / 3) as i64 * 1_000 - 3_000;
        }
        let flat: Vec<i64> = losses.cells().iter().flatten().copied().collect();
        let mut order: Vec<usize> = (0..27).collect();
        order.sort_by_key(|index| (-flat[*index], *index));
        let (mut left, mut total) = ((1i64 << 62) / 100, 0i128);
        for index in &order {
            let taken = weight(*index).min(left);
            total += i128::from(flat[*index]) * i128::from(taken);
            left -= taken;
        }
        let share = i128::from((1i64 << 62) / 100);
        let shortfall = total.div_euclid(share) + i128::from(total.rem_euclid(share) != 0);
        let tail = tail_risk(&losses, &grid);
        assert_eq!(tail.worst_loss.0, flat[order[0]]);
        assert_eq!(
            (tail.worst_cell.price, tail.worst_cell.volatility),
            (order[0] / 3, order[0] % 3),
            "{step}"
        );
        assert_eq!(i128::from(tail.expected_shortfall.0), shortfall, "{step}");
    }
}

#[test]
fn an_expired_option_is_its_payoff() {
    let series = Series::Option {
        lots: 1_000_000,
        call: false,
        strike: 100.0,
        volatility: 0.5,
        years: 0.0,
    };
    let ours = losses(90.0, &[series]).unwrap();
    // Down by e^−0.5 the put gains what the price lost; up by e^0.5 it loses its whole 10.
    let down = 90.0 * (1.0 - (-0.5f64).exp()) * 1e6;
    for cell in ours.cells()[0] {
        assert!((cell as f64 + down).abs() < 20.0, "{cell} {down}");
    }
    for cell in ours.cells()[8] {
        assert!((cell - 10_000_000).abs() < 20, "{cell}");
    }
}

/// A size that no house would admit, at a price that has multiplied: it loses what it can, and does
/// not fail.
#[test]
fn no_size_makes_a_book_fail() {
    let one = losses(65_000.0, &[Series::Linear { lots: 1 << 33 }]).unwrap();
    let large = losses(65_000.0, &[Series::Linear { lots: 1 << 40 }]).unwrap();
    for (small, large) in one.cells().iter().flatten().zip(large.cells().iter().flatten()) {
        let ratio = if *small == 0 {
            128.0
        } else {
            *large as f64 / *small as f64
        };
        assert!((ratio / 128.0 - 1.0).abs() < 1e-9, "{small} {large}");
    }
    for lots in [i64::MAX, i64::MIN, i64::MAX / 2] {
        let mut book: Vec<Series> = (0..32).map(|_| Series::Linear { lots }).collect();
        book.extend(strangle());
        let tail = tail_risk(&losses(65_000.0, &book).unwrap(), &grid());
        assert!(
            tail.worst_loss.0 > i64::MAX / 2 && tail.expected_shortfall.0 > i64::MAX / 4,
            "{tail:?}"
        );
    }
}

#[test]
fn a_bad_book_is_refused_by_name() {
    let mut far = strangle();
    if let Series::Option { strike, .. } = &mut far[0] {
        *strike = 65_000.0 * 150.0;
    }
    assert_eq!(losses(65_000.0, &far), Err(DomainError::Strike));
}

#[test]
fn one_factor_is_exact_for_a_linear_book() {
    // Half of a market's variance is the factor's; together they must be what the market alone has.
    let loading = I2F62::from_num(0.6);
    let own = idiosyncratic_share(loading).unwrap();
    assert!((own.to_num::<f64>() - 0.8).abs() < 1e-15);
    // Small shocks, so that e^shock − 1 is nearly the shock.
    let grid = Grid::new(
        PRICE_SHOCKS.map(|shock| I7F57::from_num(shock / 1000.0)),
        VOLATILITY_SHOCKS.map(I2F62::from_num),
        [quarter(), quarter() + quarter(), quarter()],
        I7F57::from_num(DEVIATION / 100.0),
        3,
    )
    .unwrap();
    let tail = |grid: &Grid| {
        let losses = revalue(price(100.0), &[Leg::Linear(Lots(-1_000_000_000))], grid).unwrap();
        tail_risk(&losses, grid)
    };
    let alone = tail(&grid);
    let parts = combined(
        &tail(&grid.shared(loading).unwrap()),
        &[tail(&grid.shared(own).unwrap())],
    );
    for (whole, sum) in [
        (alone.worst_loss, parts.worst_loss),
        (alone.expected_shortfall, parts.expected_shortfall),
    ] {
        assert!((sum.0 as f64 / whole.0 as f64 - 1.0).abs() < 1e-3, "{whole:?} {sum:?}");
    }
    // A full loading leaves a market nothing of its own.
    assert_eq!(idiosyncratic_share(I2F62::ONE), Some(I2F62::ZERO));
    assert_eq!(combined(&alone, &[tail(&grid.shared(I2F62::ZERO).unwrap())]), alone);
    assert_eq!(idiosyncratic_share(I2F62::from_num(1.5)), None);
    assert_eq!(grid.shared(I2F62::from_num(-1.5)), None);
}

#[test]
fn squares_of_losses_round_up_and_gains_count_as_nothing() {
    let tail = |worst: i64| TailRisk {
        worst_loss: Value(worst),
        expected_shortfall: Value(worst),
        ..TailRisk::default()
    };
    for (common, own, expected) in [(3, 4, 5), (1, 1, 2), (-7, 4, 4), (0, -1, 0), (i64::MAX, 0, i64::MAX)] {
        assert_eq!(combined(&tail(common), &[tail(own)]).worst_loss, Value(expected));
    }
    assert_eq!(combined(&tail(i64::MAX), &[tail(i64::MAX)]).worst_loss, Value(i64::MAX));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_book_agrees_with_the_reference(
        spot in 0.01f64..200_000.0,
        legs in proptest::collection::vec((any::<bool>(), -1.5f64..1.5, 0.01f64..5.0, 0.0005f64..5.0, -1_000_000i64..1_000_000, 0u8..4), 1..16),
    ) {
        let series: Vec<Series> = legs
            .into_iter()
            .map(|(call, log_strike, volatility, years, lots, kind)| if kind == 0 {
                Series::Linear { lots }
            } else {
                let round = |x: f64| (x * 1e9).round() / 1e9;
                Series::Option { lots, call, strike: round(spot * log_strike.exp()), volatility: round(volatility), years: round(years) }
            })
            .collect();
        let book = Book::new(spot, series);
        let ours = losses(spot, &book.series).unwrap();
        book.compare(&ours, &PRICE_SHOCKS, &VOLATILITY_SHOCKS, 3.0, 1e-7);
        let tail = tail_risk(&ours, &grid());
        let exact = book.shortfall(&ours, &grid());
        prop_assert!((tail.expected_shortfall.0 as f64 - exact).abs() <= 2.0 + exact.abs() * 1e-9);
        prop_assert!(tail.expected_shortfall <= tail.worst_loss);
        prop_assert_eq!(tail.worst_loss.0, *ours.cells().iter().flatten().max().unwrap());
    }
}
