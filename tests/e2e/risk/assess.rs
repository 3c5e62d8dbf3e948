//! `assess` through the compiled program: against the host, against a reference in doubles, and
//! every refusal.

use anchor_lang::prelude::AccountMeta;
use ballast_risk::errors::RiskError;
use ballast_risk::{AssessLeg, AssessReport, MAX_SURFACE_AGE};
use ballast_sdk::assess::{self, BookMarket, BookPosition, Freshness, PositionKind};
use ballast_testkit::margin::reference::{black_scholes, normal, volatility};
use ballast_testkit::margin::{decimal, in_days, mixed_book, MarginMarket, FRESH};
use ballast_testkit::world::more_units;
use ballast_testkit::{error_code, MarginFixture, START};
use solana_signer::Signer;

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

fn refused(fixture: &mut MarginFixture, instruction: ballast_sdk::Instruction) -> u32 {
    let before = fixture.fingerprint();
    let code = error_code(&fixture.submit(instruction));
    assert_eq!(fixture.fingerprint(), before);
    code
}

fn call(fixture: &MarginFixture, strike: &str, days: i64, lots: i64) -> BookPosition {
    BookPosition {
        market: fixture.markets[0].accounts.market,
        kind: PositionKind::Call {
            strike: decimal(strike),
            expiry: in_days(days),
        },
        lots,
    }
}

#[test]
fn the_chain_and_the_host_agree_bit_for_bit_and_nothing_is_written() {
    for (markets, legs) in [(1, 0), (1, 1), (1, 16), (2, 9), (3, 31), (4, 32)] {
        let mut fixture = MarginFixture::new(markets);
        let book = mixed_book(&fixture, legs, true);
        let before = fixture.fingerprint();
        let answer = fixture.answer(&book);
        assert_eq!(fixture.fingerprint(), before);
        let host = fixture.on_host(&book).unwrap();
        assert_eq!((answer.value, answer.long_options), (host.value.0, host.long_options.0));
        assert_eq!(
            (answer.worst_loss, answer.expected_shortfall),
            (host.worst_loss.0, host.expected_shortfall.0)
        );
        assert_eq!(
            (answer.initial_margin, answer.maintenance_margin),
            (host.initial_margin.0, host.maintenance_margin.0)
        );
        assert_eq!(usize::from(answer.worst_price_shock), host.worst_cell.price);
        assert_eq!(usize::from(answer.worst_volatility_shock), host.worst_cell.volatility);
        assert_eq!(answer.markets.len(), markets);
        for (ours, theirs) in answer.markets.iter().zip(&host.greeks) {
            assert_eq!(
                (ours.delta, ours.gamma, ours.vega),
                (theirs.delta, theirs.gamma, theirs.vega)
            );
            let rest = (theirs.vega_weighted, theirs.theta, theirs.rho);
            assert_eq!((ours.vega_weighted, ours.theta, ours.rho), rest);
            assert_eq!((ours.publish_time, ours.posted_slot), (START, 1_000));
            assert_eq!((ours.observed_at, ours.surface_published_at), (START, START));
        }
        assert_eq!((answer.slot, answer.unix_time), (1_000, START));
    }
}

#[test]
fn marks_and_greeks_are_those_of_a_reference_in_doubles() {
    let mut fixture = MarginFixture::new(4);
    let book = mixed_book(&fixture, 32, true);
    let answer = fixture.answer(&book);
    // A market's legs together at the low end, in the middle and at the high end of its price.
    let mut values = [[0.0f64; 3]; 4];
    let mut greeks = [[0.0f64; 6]; 4];
    for position in &book {
        let here = |market: &MarginMarket| market.accounts.market == position.market;
        let index = fixture.markets.iter().position(here).unwrap();
        let market = &fixture.markets[index];
        let (spot, width): (f64, f64) = (market.price.parse().unwrap(), market.confidence.parse().unwrap());
        let mut add = |value: &dyn Fn(f64) -> f64| {
            for (sum, side) in values[index].iter_mut().zip([-1.0, 0.0, 1.0]) {
                *sum += position.lots as f64 * value(spot + width * side);
            }
        };
        let (lots, side) = (position.lots as f64, position.lots.signum() as f64);
        let (is_call, strike, expiry) = match position.kind {
            PositionKind::Linear { entry } => {
                let entry = entry.map_or(0.0, |e| f64::from(e.digits) / 10f64.powi(i32::from(e.places)));
                add(&|at| at - entry);
                greeks[index][0] += lots * spot;
                continue;
            }
            PositionKind::Call { strike, expiry } => (true, strike, expiry),
            PositionKind::Put { strike, expiry } => (false, strike, expiry),
        };
        let strike = f64::from(strike.digits) / 10f64.powi(i32::from(strike.places));
        let years = (i64::from(expiry) - START) as f64 / 31_536_000.0;
        let sigma = volatility(market, (strike / spot).ln(), years) * (1.0 - 0.05 * side);
        add(&|at| black_scholes(is_call, at, strike, sigma, years));
        let horizon_volatility = sigma * years.sqrt();
        let d1 = (spot / strike).ln() / horizon_volatility + horizon_volatility / 2.0;
        let density = (-d1 * d1 / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let exercised = if is_call { 0.0 } else { 1.0 };
        let vega = spot * density * years.sqrt() / 100.0;
        for (sum, more) in greeks[index].iter_mut().zip([
            (normal(d1) - exercised) * spot,
            density / horizon_volatility * spot / 100.0,
            vega,
            vega * (30.0 / 365.0 / years).sqrt(),
            -density * sigma * spot / (2.0 * years.sqrt()) / 365.0,
            strike * years * (normal(d1 - horizon_volatility) - exercised) / 100.0,
        ]) {
            *sum += lots * more;
        }
    }
    let value: f64 = values
        .iter()
        .map(|of_market| of_market.iter().copied().fold(f64::INFINITY, f64::min))
        .sum();
    // At an end 2⁻²⁶ of both legs of each position, fifty thousand million base units each, are
    // taken off, which is more than the table is off by.
    let off = value - answer.value as f64;
    assert!((0.0..32.0 * 1_492.0).contains(&off), "{} {value}", answer.value);
    for (market, reference) in answer.markets.iter().zip(&greeks) {
        let ours = [
            market.delta,
            market.gamma,
            market.vega,
            market.vega_weighted,
            market.theta,
            market.rho,
        ];
        // Greeks: the fast tier's bounds of eight such positions.
        let bounds = [20_000.0, 6_000.0, 300.0, 400.0, 8_000.0, 300.0];
        for ((ours, reference), bound) in ours.iter().zip(reference).zip(bounds) {
            assert!((*ours as f64 - reference).abs() < bound, "{ours} {reference}");
        }
    }
}

#[test]
fn a_linear_book_needs_what_its_shocks_say() {
    let mut fixture = MarginFixture::new(1);
    // Two bitcoin, held outright.
    let book = [BookPosition {
        market: fixture.markets[0].accounts.market,
        kind: PositionKind::Linear { entry: None },
        lots: 2_000_000,
    }];
    let answer = fixture.answer(&book);
    // 60 % a year is 3.14 % a day; six of them down.
    let horizon_volatility = 0.6 / 365f64.sqrt();
    assert!((answer.markets[0].horizon_volatility as f64 / 2f64.powi(57) - horizon_volatility).abs() < 1e-9);
    let worst = 100_000e6 * (1.0 - (-6.0 * horizon_volatility).exp());
    // The fast tier: 3·10⁻⁸ of the position. What a market keeps of a confidence is rounded
    // outwards: a unit less.
    assert!((answer.worst_loss as f64 - worst).abs() < 3_000.0);
    assert_eq!((answer.worst_price_shock, answer.value), (0, 2 * 49_990_000_000 - 1));
    assert!(answer.expected_shortfall < answer.worst_loss && answer.maintenance_margin < answer.initial_margin);
    let of_shortfall = (answer.expected_shortfall as f64 * 1.35).ceil() as i64;
    assert!((answer.initial_margin - answer.worst_loss.max(of_shortfall)).abs() <= 1);
}

#[test]
fn a_wider_confidence_never_improves_a_book() {
    // What counts is value less requirement: the requirement of a book of long options is its own
    // value.
    let free = |answer: &AssessReport| {
        [
            answer.value,
            answer.value - answer.initial_margin,
            answer.value - answer.maintenance_margin,
        ]
    };
    for (sign, only_long) in [(1, false), (-1, false), (1, true)] {
        let mut last: Option<[i64; 3]> = None;
        for width in ["0.0001", "1", "10", "100", "400"] {
            let mut fixture = MarginFixture::new(1);
            fixture.markets[0].confidence = width.to_string();
            fixture.publish_prices();
            let mut book = mixed_book(&fixture, 24, !only_long);
            for position in &mut book {
                position.lots = if only_long {
                    position.lots.abs()
                } else {
                    position.lots * sign
                };
            }
            let now = free(&fixture.answer(&book));
            if let Some(last) = last {
                assert!(now.iter().zip(last).all(|(now, last)| *now <= last), "{now:?} {last:?}");
                assert!(now[0] < last[0]);
            }
            last = Some(now);
        }
    }
}

#[test]
fn long_options_pay_for_themselves_and_cover_is_seen() {
    let mut fixture = MarginFixture::new(1);
    let long = [
        call(&fixture, "50000", 30, 1_000_000),
        call(&fixture, "65000", 5, 3_000_000),
    ];
    let answer = fixture.answer(&long);
    assert_eq!(answer.value, answer.long_options);
    assert!(answer.initial_margin <= answer.value && answer.maintenance_margin <= answer.value);
    // Held beside anything on the same market, a long option raises the maintenance margin by its
    // mark at most: a scenario takes no more from it than it is worth there.
    for rest in [
        mixed_book(&fixture, 12, true),
        vec![call(&fixture, "50000", 30, -1_000_000)],
    ] {
        let before = fixture.answer(&rest);
        let after = fixture.answer(&[rest, vec![long[0]]].concat());
        let mark = after.value - before.value;
        assert!(mark > 0);
        assert!(after.maintenance_margin <= before.maintenance_margin + mark);
    }
    // A short call covered by the underlying needs less than either.
    let short = call(&fixture, "50000", 30, -1_000_000);
    let held = BookPosition {
        kind: PositionKind::Linear { entry: None },
        lots: 1_000_000,
        ..short
    };
    let covered = fixture.answer(&[short, held]).initial_margin;
    assert!(covered < fixture.answer(&[short]).initial_margin && covered < fixture.answer(&[held]).initial_margin);
}

#[test]
fn thirty_two_legs_on_four_markets_fit_one_transaction_and_its_answer() {
    let mut fixture = MarginFixture::new(4);
    let book = mixed_book(&fixture, 32, true);
    let instruction = assess::assess(&fixture.accounts(), &book, FRESH).unwrap();
    assert_eq!(instruction.data.len(), 20 + 32 * 18);
    let payer = fixture.admin.pubkey();
    let both = [more_units(), instruction.clone()];
    let transaction = solana_transaction::Transaction::new_with_payer(&both, Some(&payer));
    // One signature, its count, the message; 1,232 is the limit.
    assert_eq!(1 + 64 + transaction.message_data().len(), 1_070);
    assert_eq!(
        fixture.submit(instruction).unwrap().return_data.data.len(),
        71 + 4 * 136
    );
}

#[test]
fn each_rule_refuses_by_its_own_name() {
    let sound = AssessLeg {
        contract: 1,
        digits: 50_000,
        places: 0,
        expiry: in_days(30),
        quantity: 1,
    };
    let table: [(fn(&mut AssessLeg), RiskError); 5] = [
        (|leg| leg.contract = 3, RiskError::BookContract),
        (|leg| leg.contract = 0x11, RiskError::BookUnknownMarket),
        (|leg| leg.places = 10, RiskError::BookDecimal),
        (|leg| leg.expiry = START as u32, RiskError::BookExpired),
        (|leg| leg.quantity = i64::MAX, RiskError::BookTooLarge),
    ];
    for (change, expected) in table {
        let mut fixture = MarginFixture::new(1);
        let mut leg = sound;
        change(&mut leg);
        let mut instruction = assess::assess(&fixture.accounts(), &[], FRESH).unwrap();
        instruction.data[16] = 1;
        instruction.data.push(leg.contract);
        instruction.data.extend(leg.digits.to_le_bytes());
        instruction.data.push(leg.places);
        instruction.data.extend(leg.expiry.to_le_bytes());
        instruction.data.extend(leg.quantity.to_le_bytes());
        assert_eq!(refused(&mut fixture, instruction), code(expected), "{leg:?}");
    }
    let mut fixture = MarginFixture::new(1);
    let mut instruction = assess::assess(&fixture.accounts(), &[], FRESH).unwrap();
    instruction.data[16] = 33;
    instruction.data.extend([0; 33 * 18]);
    assert_eq!(refused(&mut fixture, instruction), code(RiskError::BookTooLong));
}

#[test]
fn accounts_are_the_markets_own_in_rising_order_and_once() {
    let table: [(fn(&mut Vec<AccountMeta>), RiskError); 8] = [
        (|a| a.clear(), RiskError::AssessAccounts),
        (|a| a.truncate(3), RiskError::AssessAccounts),
        (|a| a.extend_from_within(..), RiskError::AssessMarketOrder),
        (|a| a.rotate_left(2), RiskError::AssessMarketOrder),
        (|a| a[2] = a[0].clone(), RiskError::AssessMarketRepeated),
        (|a| a[0].pubkey = Default::default(), RiskError::AssessMarket),
        (|a| a.swap(1, 3), RiskError::AssessSurface),
        (|a| a[1] = a[0].clone(), RiskError::AssessSurface),
    ];
    for (line, (change, expected)) in table.into_iter().enumerate() {
        let mut fixture = MarginFixture::new(2);
        let mut instruction = assess::assess(&fixture.accounts(), &[], FRESH).unwrap();
        change(&mut instruction.accounts);
        assert_eq!(refused(&mut fixture, instruction), code(expected), "line {line}");
    }
    let mut fixture = MarginFixture::new(4);
    let mut instruction = assess::assess(&fixture.accounts(), &[], FRESH).unwrap();
    instruction.accounts.extend_from_within(..2);
    assert_eq!(refused(&mut fixture, instruction), code(RiskError::AssessAccounts));
    // A surface is no market.
    let mut fixture = MarginFixture::new(1);
    let mut instruction = assess::assess(&fixture.accounts(), &[], FRESH).unwrap();
    instruction.accounts[0] = instruction.accounts[1].clone();
    assert_eq!(refused(&mut fixture, instruction), code(RiskError::AssessMarket));
    // Without its surface a market takes linear legs, and no options.
    let bare = [BookMarket {
        surface: None,
        ..fixture.markets[0].accounts
    }];
    let option = call(&fixture, "50000", 30, 1);
    let linear = BookPosition {
        kind: PositionKind::Linear { entry: None },
        ..option
    };
    let sound = assess::assess(&bare, &[linear], FRESH).unwrap();
    fixture.submit(sound).unwrap();
    let instruction = assess::assess(&bare, &[option], FRESH).unwrap();
    assert_eq!(refused(&mut fixture, instruction), code(RiskError::BookNoVolatility));
}

#[test]
fn stale_sources_are_refused_each_by_its_name() {
    let ask = |fixture: &mut MarginFixture, price_seconds, surface_seconds| {
        let fresh = Freshness {
            price_seconds,
            surface_seconds,
        };
        let option = call(fixture, "50000", 30, 1);
        let instruction = assess::assess(&fixture.accounts(), &[option], fresh).unwrap();
        fixture.submit(instruction)
    };
    let mut fixture = MarginFixture::new(1);
    fixture.pass(31, 31);
    assert!(ask(&mut fixture, 31, 31).is_ok());
    assert_eq!(
        error_code(&ask(&mut fixture, 30, 31)),
        code(RiskError::AssessPriceTooOld)
    );
    assert_eq!(error_code(&ask(&mut fixture, 31, 30)), code(RiskError::SurfaceStale));
    // The market's own limit for `Margin` is a minute, whatever the caller allows.
    fixture.pass(30, 30);
    assert_eq!(
        error_code(&ask(&mut fixture, u32::MAX, 600)),
        code(RiskError::PriceTooOld)
    );
    // And nobody may take a surface of more than an hour.
    fixture.pass(i64::from(MAX_SURFACE_AGE), 1_000);
    fixture.publish_prices();
    assert_eq!(
        error_code(&ask(&mut fixture, 30, u32::MAX)),
        code(RiskError::SurfaceStale)
    );
    // Too wide for `Margin`.
    let mut fixture = MarginFixture::new(1);
    fixture.markets[0].confidence = "600".to_string();
    fixture.publish_prices();
    assert_eq!(error_code(&ask(&mut fixture, 30, 600)), code(RiskError::PriceTooWide));
}
