//! Books of up to sixteen legs on grids of arbitrary and of plausible shocks: weights sum to one,
//! the shortfall is between the mildest and the worst loss, a lone option loses no more than its
//! bounds allow, and doubling the legs is adding twice.
#![no_main]

use ballast_core_math::scenarios::{
    combined, idiosyncratic_share, revalue, student, tail_risk, Cell, Grid, Leg, OptionLeg, PRICE_SHOCKS,
    VOLATILITY_SHOCKS,
};
use ballast_core_types::{Lots, Price, I80F48};
use ballast_fuzz::{show, Bytes};
use fixed::types::{I2F62, I7F57};

fn grid(bytes: &mut Bytes) -> Option<Grid> {
    if bytes.byte().is_multiple_of(8) {
        let price = std::array::from_fn(|_| I7F57::from_bits(bytes.number()));
        let shocks = std::array::from_fn(|_| I2F62::from_bits(bytes.number()));
        let weights = std::array::from_fn(|_| I2F62::from_bits(bytes.number()));
        return Grid::new(price, shocks, weights, I7F57::from_bits(bytes.number()), bytes.byte()).ok();
    }
    let mut price = [(); PRICE_SHOCKS].map(|()| I7F57::from_num(bytes.between(-2.0, 2.0)));
    price.sort_unstable();
    let shocks = [
        bytes.between(-0.75, -1e-9),
        bytes.between(-0.75, 1.9),
        bytes.between(1e-9, 1.9),
    ];
    let mut shocks = shocks.map(I2F62::from_num);
    shocks.sort_unstable();
    let first = bytes.number() & ((1 << 61) - 1) | 1;
    let second = bytes.number() & ((1 << 60) - 1) | 1;
    let weights = [first, second, (1 << 62) - first - second].map(I2F62::from_bits);
    let horizon_volatility = I7F57::from_num(bytes.geometric(0.000_100_1, 1.0));
    Grid::new(price, shocks, weights, horizon_volatility, bytes.byte() % 8 + 1).ok()
}

fn price(bytes: &mut Bytes) -> Option<Price> {
    let bits = match bytes.byte() % 8 {
        0 => i128::from(bytes.word()) << (bytes.byte() % 64),
        _ => (bytes.geometric(1e-6, 1e7) * 2f64.powi(48)) as i128,
    };
    Price::from_fixed(I80F48::from_bits(bits))
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let t = I7F57::from_bits(bytes.number());
    show(&t);
    let mass = student::distribution(t).to_bits();
    assert!((0..=1 << 62).contains(&mass));
    if let Some(opposite) = t.checked_neg() {
        assert_eq!(mass + student::distribution(opposite).to_bits(), 1 << 62, "{t:?}");
    }
    let Some(grid) = grid(&mut bytes) else { return };
    let cells =
        || (0..PRICE_SHOCKS).flat_map(|price| (0..VOLATILITY_SHOCKS).map(move |volatility| Cell { price, volatility }));
    let weights: Vec<i64> = cells().map(|cell| grid.weight(cell).to_bits()).collect();
    assert!(weights.iter().all(|weight| *weight >= 0), "{grid:?}");
    assert_eq!(
        weights.iter().map(|weight| i128::from(*weight)).sum::<i128>(),
        1 << 62,
        "{grid:?}"
    );

    let Some(spot) = price(&mut bytes) else { return };
    let mut legs = Vec::new();
    for _ in 0..bytes.byte() % 17 {
        let shift = bytes.byte() % 64;
        let quantity = Lots(bytes.number() >> shift);
        if bytes.byte().is_multiple_of(4) {
            legs.push(Leg::Linear(quantity));
            continue;
        }
        let mut option = bytes.option();
        if !bytes.byte().is_multiple_of(8) {
            // On this market: the strike as far from its spot as the option's own is.
            let factor = ballast_fuzz::option::double(option.strike.0) / ballast_fuzz::option::double(option.spot.0);
            let strike = spot.fixed().to_num::<f64>() * factor;
            if strike.is_finite() && strike > 1e-30 {
                option.strike.0 = ballast_fuzz::magnitude(strike);
            }
        }
        legs.push(Leg::Option(OptionLeg {
            quantity,
            kind: option.kind,
            strike: option.strike,
            volatility: option.volatility,
            time: option.time,
            rate: option.rate,
            carry: option.carry,
        }));
    }
    let share = I2F62::from_bits(bytes.number());
    let loading = I2F62::from_bits(bytes.number());
    if let Some(rest) = idiosyncratic_share(loading) {
        assert!((0..=1).contains(&rest), "{loading:?}: {rest:?}");
    }
    show(&(spot, &legs, &grid));
    let Ok(losses) = revalue(spot, &legs, &grid) else {
        return;
    };
    if let Ok(twice) = revalue(spot, legs.iter().chain(&legs), &grid) {
        assert_eq!(twice, losses.plus(&losses), "{legs:?}");
    }
    let tail = tail_risk(&losses, &grid);
    let least = losses.cells().iter().flatten().min().copied().unwrap_or_default();
    let worst = losses.cells()[tail.worst_cell.price][tail.worst_cell.volatility];
    assert!(
        losses.cells().iter().flatten().all(|loss| *loss <= worst) && tail.worst_loss.0 == worst,
        "{losses:?}"
    );
    assert!(
        (least..=worst).contains(&tail.expected_shortfall.0),
        "{losses:?} {tail:?}"
    );
    if let Some(shared) = grid.shared(share) {
        if let Ok(own) = revalue(spot, &legs, &shared).map(|losses| tail_risk(&losses, &shared)) {
            let both = combined(&tail, &[own]);
            let largest = tail.expected_shortfall.0.max(own.expected_shortfall.0).max(0);
            assert!(both.expected_shortfall.0 >= largest, "{tail:?} {own:?} {both:?}");
        }
    }
});
