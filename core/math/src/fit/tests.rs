use super::*;
use crate::black_scholes::{precise, Inputs, Kind, Rate, Spot, Strike, Volatility, Years};
use crate::surface::{LogMoneyness, Surface};
use crate::{Magnitude, Scaled};
use errors::Errors;
use fixed::types::{I2F62, I7F57};
use judge::Warning;
use proptest::prelude::*;
use quotes::{magnitude, Quote};
use std::string::ToString;
use std::vec;

/// Time, θ, ρ, φ of a surface without arbitrage, like that of a calm market.
const KNOWN: [(f64, f64, f64, f64); 5] = [
    (0.003, 0.0009, -0.30, 38.0),
    (0.02, 0.0055, -0.28, 15.0),
    (0.08, 0.0215, -0.25, 7.0),
    (0.25, 0.07, -0.22, 3.4),
    (0.9, 0.25, -0.20, 1.5),
];

/// Returns the premium in units of the underlying at a volatility.
fn premium(kind: Kind, forward: f64, strike: f64, years: f64, volatility: f64) -> f64 {
    let number = |value| magnitude(value).unwrap();
    let inputs = Inputs {
        kind,
        spot: Spot(number(forward)),
        strike: Strike(number(strike)),
        rate: Rate(I2F62::ZERO),
        carry: Rate(I2F62::ZERO),
        volatility: Volatility(number(volatility)),
        time: Years(number(years)),
    };
    precise::price(&inputs).unwrap().to_f64() / forward
}

/// Returns a chain priced from slices, with quotes of one vol point's width around them.
fn chain(slices: &[(f64, Essvi)], half_width: f64) -> Vec<Expiry> {
    let forward = 80_000.0;
    let expiry = |(years, essvi): &(f64, Essvi)| {
        let quotes = (-10..=10).flat_map(|step| {
            // To two and a half standard deviations.
            let k = f64::from(step) / 4.0 * essvi.theta.sqrt();
            let strike = forward * k.exp();
            let volatility = essvi.volatility(k, *years);
            [Kind::Call, Kind::Put].map(|kind| Quote {
                kind,
                strike,
                forward,
                bid: Some(premium(kind, forward, strike, *years, volatility - half_width)),
                ask: Some(premium(kind, forward, strike, *years, volatility + half_width)),
            })
        });
        Expiry {
            years: *years,
            quotes: quotes.collect(),
        }
    };
    slices.iter().map(expiry).collect()
}

fn known() -> Vec<(f64, Essvi)> {
    KNOWN
        .iter()
        .map(|&(years, theta, rho, phi)| (years, Essvi { theta, rho, phi }))
        .collect()
}

#[test]
fn parameters_are_recovered_from_a_chain_priced_with_them() {
    let fitted = fit(&chain(&known(), 0.005)).unwrap();
    assert_eq!(fitted.len(), KNOWN.len());
    for (expiry, (years, expected)) in fitted.iter().zip(known()) {
        assert_eq!(expiry.points.len(), 21);
        assert_eq!(expiry.years, years);
        for essvi in [expiry.essvi, expiry.unconstrained] {
            assert!(
                (essvi.theta / expected.theta - 1.0).abs() < 1e-4,
                "{essvi:?} {expected:?}"
            );
            assert!((essvi.rho - expected.rho).abs() < 1e-3, "{essvi:?} {expected:?}");
            assert!((essvi.phi / expected.phi - 1.0).abs() < 1e-3, "{essvi:?} {expected:?}");
        }
    }
}

#[test]
fn a_chain_with_arbitrage_gives_a_surface_without() {
    let essvi = |theta, rho, phi| Essvi { theta, rho, phi };
    for (name, slices) in [
        (
            "variance that falls",
            vec![(0.1, essvi(0.05, -0.2, 4.0)), (0.2, essvi(0.04, -0.2, 3.0))],
        ),
        (
            "curvature that rises",
            vec![(0.1, essvi(0.03, -0.2, 2.0)), (0.2, essvi(0.05, -0.2, 5.0))],
        ),
        (
            "wings that cross",
            vec![(0.1, essvi(0.03, -0.8, 6.0)), (0.2, essvi(0.035, 0.8, 5.0))],
        ),
        (
            "a butterfly",
            vec![(0.1, essvi(0.03, -0.6, 14.0)), (0.2, essvi(0.06, -0.6, 9.0))],
        ),
    ] {
        let raw: Vec<_> = slices.iter().map(|(years, essvi)| essvi.to_slice(*years)).collect();
        assert!(surface::check(&raw).is_err(), "{name}: the chain has no arbitrage");
        let fitted = fit(&chain(&slices, 0.002)).unwrap();
        let fitted: Vec<_> = fitted.iter().map(|expiry| expiry.slice).collect();
        assert_eq!(surface::check(&fitted), Ok(()), "{name}");
    }
}

#[test]
fn one_stale_quote_does_not_bend_the_smile() {
    let mut chain = chain(&known(), 0.005);
    // A put a tenth of a standard deviation out of the money, quoted fifty vol points too high.
    let expiry = &mut chain[3];
    let years = expiry.years;
    for quote in expiry
        .quotes
        .iter_mut()
        .filter(|quote| (0.9..0.95).contains(&(quote.strike / quote.forward)))
    {
        let at = |volatility| Some(premium(quote.kind, quote.forward, quote.strike, years, volatility));
        (quote.bid, quote.ask) = (at(1.02), at(1.03));
    }
    let fitted = fit(&chain).unwrap();
    for k in [-0.4, -0.1, 0.0, 0.2] {
        let off = fitted[3].essvi.volatility(k, years) - known()[3].1.volatility(k, years);
        assert!(off.abs() < 0.01, "{k} {off}");
    }
}

#[test]
fn quotes_that_say_nothing_are_left_out() {
    let quote = |kind, strike, bid, ask| Quote {
        kind,
        strike,
        forward: 100.0,
        bid,
        ask,
    };
    use Kind::{Call, Put};
    for (name, quote, counts) in [
        ("a put below", quote(Put, 90.0, Some(0.01), Some(0.012)), true),
        ("a call above", quote(Call, 110.0, Some(0.01), Some(0.012)), true),
        ("a call at the money", quote(Call, 100.0, Some(0.03), Some(0.04)), true),
        ("a put at the money", quote(Put, 100.0, Some(0.03), Some(0.04)), false),
        ("in the money", quote(Call, 90.0, Some(0.11), Some(0.12)), false),
        ("no bid", quote(Put, 90.0, None, Some(0.01)), false),
        ("a bid of zero", quote(Put, 90.0, Some(0.0), Some(0.01)), false),
        ("no ask", quote(Put, 90.0, Some(0.01), None), false),
        ("crossed", quote(Put, 90.0, Some(0.02), Some(0.01)), false),
        ("a placeholder", quote(Put, 90.0, Some(0.01), Some(0.11)), false),
        ("above 500 %", quote(Call, 110.0, Some(0.7), Some(0.8)), false),
        ("not a number", quote(Call, 110.0, Some(f64::NAN), Some(0.8)), false),
        ("a strike of zero", quote(Put, 0.0, Some(0.01), Some(0.012)), false),
    ] {
        let expiry = Expiry {
            years: 0.1,
            quotes: vec![quote],
        };
        assert_eq!(expiry.points().len(), usize::from(counts), "{name}");
    }
}

#[test]
fn expiries_with_too_few_quotes_are_left_out() {
    let mut chain = chain(&known(), 0.005);
    chain[2].quotes.truncate(2 * (MIN_QUOTES - 1));
    assert_eq!(fit(&chain).unwrap().len(), KNOWN.len() - 1);
    assert!(fit(&[]).unwrap().is_empty());
}

#[test]
fn the_chosen_expiries_keep_the_ends_and_thin_the_crowd() {
    let days = [
        1.0, 2.0, 3.0, 4.0, 5.0, 12.0, 19.0, 26.0, 54.0, 82.0, 145.0, 236.0, 327.0,
    ];
    for (most, expected) in [
        (13, vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (20, vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (8, vec![0, 1, 4, 5, 7, 8, 10, 12]),
        (2, vec![0, 12]),
        (1, vec![0]),
        (0, vec![]),
    ] {
        assert_eq!(publish::choose(&days, most), expected, "{most}");
    }
}

#[test]
fn a_published_surface_gives_the_volatilities_that_were_fitted() {
    let fitted = fit(&chain(&known(), 0.005)).unwrap();
    let surface = publish::surface(&fitted, 8).unwrap();
    for expiry in &fitted {
        for point in &expiry.points {
            let ours = publish::volatility(&surface, point.k, expiry.years).unwrap();
            assert!((ours - expiry.essvi.volatility(point.k, expiry.years)).abs() < 1e-12);
        }
    }
    let fewer = publish::surface(&fitted, 3).unwrap();
    assert_eq!(fewer.slices().count(), 3);
    let at_the_money = LogMoneyness(I7F57::ZERO);
    let between = surface::precise::volatility(&fewer, at_the_money, Years(magnitude(0.02).unwrap())).unwrap();
    assert!((Scaled::from(between.0).to_f64() - (0.0055f64 / 0.02).sqrt()).abs() < 0.02);
    assert_eq!(publish::volatility(&surface, 6.0, 0.1), None);
    assert_eq!(publish::volatility(&surface, 0.0, 6.0), None);
}

#[test]
fn a_good_fit_is_not_warned_of() {
    let chain = chain(&known(), 0.005);
    assert_eq!(judge::judge(&fit(&chain).unwrap(), &chain), []);
}

#[test]
fn a_bad_fit_is_named_by_its_expiries() {
    // An event before the first expiry: 50 % in front, 20 % behind.
    let essvi = |years: f64, volatility: f64| Essvi {
        theta: volatility * volatility * years,
        rho: -0.1,
        phi: 2.0,
    };
    let falling = [(0.01, essvi(0.01, 0.5)), (0.03, essvi(0.03, 0.2))];
    let quotes = chain(&falling, 0.01);
    let warnings = judge::judge(&fit(&quotes).unwrap(), &quotes);
    let has = |wanted: fn(&Warning) -> bool| warnings.iter().any(wanted);
    assert!(
        has(|warning| matches!(
            warning,
            Warning::FallingVariance {
                years: [0.01, 0.03],
                ..
            }
        )),
        "{warnings:?}"
    );
    assert!(
        has(|warning| matches!(warning, Warning::Distance { .. })),
        "{warnings:?}"
    );

    // Calls and puts agree on 80,000.
    let mut stale = chain(&known(), 0.005);
    for quote in &mut stale[2].quotes {
        quote.forward = 82_000.0;
    }
    let warnings = judge::judge(&fit(&stale).unwrap(), &stale);
    let told: vec::Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert!(
        told.iter()
            .any(|line| line.contains("29.2 days ahead is 82000.00, but its calls and puts agree on 80")),
        "{told:?}"
    );
}

#[test]
fn what_becomes_of_quotes_is_counted() {
    let mut all = chain(&known()[2..3], 0.005);
    let quotes = &mut all[0].quotes;
    let outside = |quote: &&mut Quote| (quote.kind == Kind::Call) == (quote.strike >= quote.forward);
    let mut outside = quotes.iter_mut().filter(outside);
    let mut next = || outside.next().unwrap();
    next().bid = None;
    let crossed = next();
    std::mem::swap(&mut crossed.bid, &mut crossed.ask);
    let dollars = next();
    dollars.bid = Some(46.0);
    dollars.ask = Some(55.0);
    let wide = next();
    wide.ask = wide.bid.map(|bid| 11.0 * bid);
    let census = quotes::Census::of(&all);
    let expected = quotes::Census {
        usable: 17,
        one_sided: 1,
        crossed: 1,
        above_forward: 1,
        wide: 1,
        no_volatility: 0,
    };
    assert_eq!(census, expected);
    assert!(census
        .to_string()
        .starts_with("17 usable, 1 quotes left out as crossed, 1 above the forward"));
}

#[test]
fn errors_are_counted_in_vol_points() {
    assert_eq!(Errors::default().summary(), None);
    let mut errors = Errors::default();
    let point = |bid, ask| Point { k: 0.0, bid, ask };
    for (bid, ask, model) in [(0.4, 0.5, 0.45), (0.4, 0.5, 0.5), (0.4, 0.5, 0.51), (0.4, 0.6, 0.3)] {
        errors.add(&point(bid, ask), model);
    }
    let summary = errors.summary().unwrap();
    assert_eq!((summary.quotes, summary.inside), (4, 0.5));
    for (ours, expected) in [(summary.median, 5.0), (summary.p95, 20.0), (summary.half_width, 5.0)] {
        assert!((ours - expected).abs() < 1e-9, "{summary:?}");
    }
    errors.extend(&errors.clone());
    assert_eq!(errors.summary().unwrap().quotes, 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_optimiser_tries_is_accepted(
        first in -13.0..-4.0f64,
        steps in proptest::collection::vec((-30.0..1.0f64, -60.0..60.0f64, -60.0..60.0f64), 1..14),
    ) {
        let x: Vec<f64> = steps
            .iter()
            .enumerate()
            .flat_map(|(i, (growth, s, t))| [if i == 0 { first } else { *growth }, *s, *t])
            .collect();
        // Times that keep the volatility at 50 %, so that only arbitrage is at stake.
        let slices: Vec<_> = joint::decode(&x)
            .iter()
            .map(|essvi| essvi.to_slice(essvi.theta * 4.0))
            .take_while(|slice| slice.time.to_num::<f64>() < 5.0)
            .collect();
        prop_assert_eq!(surface::check(&slices), Ok(()));
    }

    #[test]
    fn any_smiles_give_an_accepted_surface(
        smiles in proptest::collection::vec((0.1..2.0f64, -0.9..0.9f64, 0.1..3.0f64), 1..5),
        noise in proptest::collection::vec(-0.1..0.1f64, 60),
    ) {
        let mut years = 0.01;
        let expiries: Vec<_> = smiles.iter().enumerate().map(|(i, (vol, rho, bend))| {
            years *= 2.5;
            let theta = vol * vol * years;
            let essvi = Essvi { theta, rho: *rho, phi: bend / theta.sqrt() };
            let points = (-6..=6).map(|step| {
                let k = f64::from(step) / 3.0 * theta.sqrt();
                let index = (i * 13 + (step + 6) as usize) % noise.len();
                let mid = essvi.volatility(k, years) * (1.0 + noise[index]);
                Point { k, bid: mid - 0.01, ask: mid + 0.01 }
            });
            (years, points.collect::<Vec<_>>())
        }).collect();
        let alone: Vec<_> = expiries.iter().map(|(years, points)| joint::fit_alone(*years, points)).collect();
        let together = joint::fit_together(&expiries, &alone);
        let slices: Vec<_> = expiries.iter().zip(&together).map(|((years, _), essvi)| essvi.to_slice(*years)).collect();
        prop_assert_eq!(surface::check(&slices), Ok(()));
        if let Ok(surface) = Surface::new(&slices) {
            prop_assert!(surface.slices().count() == slices.len());
        }
    }

    #[test]
    fn doubles_become_magnitudes_exactly(mantissa in 1u64..1 << 53, exponent in -300i32..300) {
        let value = mantissa as f64 * 2f64.powi(exponent);
        prop_assert_eq!(magnitude(value), Magnitude::from_parts(mantissa, exponent));
        prop_assert_eq!(magnitude(-value), None);
    }
}
