//! Limits: tables worked out by hand, and what holds under any conditions.

use super::*;
use crate::limit_multipliers::tests::{params as limit_multipliers, score};
use crate::limit_multipliers::{Ramp, RampParamError};
use proptest::prelude::*;

extern crate std;

fn factor(basis_points: u16) -> Factor {
    Factor::new(basis_points).unwrap()
}

fn params() -> LimitParams {
    let base = |kind: LimitKind| Base {
        base: BasisPoints(match kind {
            LimitKind::DeltaLong => 15_000,
            LimitKind::DeltaShort => 5_000,
            LimitKind::Gamma => 1_000,
            LimitKind::Vega => 100,
            LimitKind::ShockedDelta => 20_000,
            LimitKind::ExpectedShortfall => 1_500,
            LimitKind::Leverage => 20_000,
            LimitKind::VenueShare => 6_000,
            LimitKind::OrderSize => 1_000,
            LimitKind::Turnover => 30_000,
        }),
        regime: RegimeFactors {
            calm: Factor::ONE,
            elevated: factor(7_000),
            stressed: factor(4_000),
            crisis: factor(1_000),
        },
    };
    let params = LimitParams {
        base: LimitKind::ALL.map(base),
        limit_multipliers: limit_multipliers(),
    };
    assert_eq!(params.validate(), Ok(()));
    params
}

fn fine() -> Conditions {
    Conditions {
        regime: Regime::Calm,
        acceleration: Some(Score::default()),
        volatility_ratio: BasisPoints(10_000),
        contraction: Some(BasisPoints(10_000)),
    }
}

fn limits(conditions: &Conditions) -> [u64; 10] {
    let limits = Limits::of(&params(), conditions).unwrap();
    LimitKind::ALL.map(|kind| limits.get(kind).billionths())
}

/// Limits in basis points, for tables; exact in those that are used.
fn table(conditions: &Conditions) -> [u64; 10] {
    limits(conditions).map(|billionths| billionths / 100_000)
}

#[test]
fn the_table_of_limits() {
    let base = [15_000, 5_000, 1_000, 100, 20_000, 1_500, 20_000, 6_000, 1_000, 30_000];
    assert_eq!(table(&fine()), base);
    // Regime alone.
    for (regime, tenths) in [(Regime::Elevated, 7), (Regime::Stressed, 4), (Regime::Crisis, 1)] {
        let got = table(&Conditions { regime, ..fine() });
        assert_eq!(got, base.map(|limit| limit * tenths / 10), "{regime:?}");
    }
    // Falling trend: the long side alone.
    let falling = Conditions {
        acceleration: Some(score("-4")),
        ..fine()
    };
    assert_eq!(table(&falling)[..3], [3_750, 5_000, 1_000]);
    // Rising: the short side alone.
    let rising = Conditions {
        acceleration: Some(score("4")),
        ..fine()
    };
    assert_eq!(table(&rising)[..3], [15_000, 1_250, 1_000]);
    // Volatility: gamma alone, by the smaller of multiplier and regime.
    let volatile = Conditions {
        volatility_ratio: BasisPoints(21_000),
        ..fine()
    };
    assert_eq!(table(&volatile)[..4], [15_000, 5_000, 600, 100]);
    let stressed = Conditions {
        regime: Regime::Stressed,
        ..volatile
    };
    assert_eq!(table(&stressed)[..4], [6_000, 2_000, 400, 40]);
    // Liquidity: everything by 0.65, vega by its own 0.1.
    let thin = Conditions {
        contraction: Some(BasisPoints(60_000)),
        ..fine()
    };
    assert_eq!(
        table(&thin),
        [9_750, 3_250, 650, 10, 13_000, 975, 13_000, 3_900, 650, 19_500]
    );
    // All at once: 1.5 × 0.1 × 0.3 × 0.25.
    let worst = Conditions {
        regime: Regime::Crisis,
        acceleration: Some(score("-8")),
        volatility_ratio: BasisPoints::MAX,
        contraction: Some(BasisPoints::MAX),
    };
    assert_eq!(limits(&worst)[0], 11_250_000);
    // Vega: 0.01 × 0.1 × min(0.3, 0.1).
    assert_eq!(limits(&worst)[3], 100_000);
}

#[test]
fn what_is_missing_is_the_worst() {
    let blind = Conditions {
        acceleration: None,
        contraction: None,
        ..fine()
    };
    let worst = Conditions {
        contraction: Some(BasisPoints::MAX),
        ..fine()
    };
    let (got, expected) = (limits(&blind), limits(&worst));
    assert_eq!(got[2..], expected[2..]);
    assert_eq!(got[0], expected[0] / 4);
    assert_eq!(got[1], expected[1] / 4);
}

#[test]
fn each_rule_is_named_when_it_is_broken() {
    for (index, kind) in LimitKind::ALL.into_iter().enumerate() {
        type Change = fn(&mut Base, LimitKind);
        let cases: [(Change, Result<(), LimitParamError>); 8] = [
            (|b, _| b.base.0 = 0, Err(LimitParamError::Zero(kind))),
            (|b, k| b.base = k.highest_base(), Ok(())),
            (
                |b, k| b.base.0 = k.highest_base().0 + 1,
                Err(LimitParamError::TooHigh(kind)),
            ),
            (|b, _| b.base.0 = u32::MAX, Err(LimitParamError::TooHigh(kind))),
            (|b, _| b.regime.elevated = Factor::ONE, Ok(())),
            (|b, _| b.regime.calm = factor(6_999), Err(LimitParamError::Order(kind))),
            (
                |b, _| b.regime.stressed = factor(7_001),
                Err(LimitParamError::Order(kind)),
            ),
            (
                |b, _| b.regime.crisis = factor(4_001),
                Err(LimitParamError::Order(kind)),
            ),
        ];
        for (change, expected) in cases {
            let mut changed = params();
            change(&mut changed.base[index], kind);
            assert_eq!(changed.validate(), expected, "{kind:?}");
        }
        let mut zeroed = params();
        let none = Factor::ZERO;
        zeroed.base[index].regime = RegimeFactors {
            calm: none,
            elevated: none,
            stressed: none,
            crisis: none,
        };
        assert_eq!(zeroed.validate(), Err(LimitParamError::Factor(kind)));
        let mut closing = params();
        closing.base[index].regime.crisis = none;
        let reduces = [LimitKind::VenueShare, LimitKind::OrderSize, LimitKind::Turnover].contains(&kind);
        let expected = if reduces {
            Err(LimitParamError::Factor(kind))
        } else {
            Ok(())
        };
        assert_eq!(closing.validate(), expected, "{kind:?}");
    }
    let mut broken = params();
    broken.limit_multipliers.vega = Ramp {
        floor: Factor::ONE,
        ..broken.limit_multipliers.vega
    };
    assert_eq!(
        broken.validate(),
        Err(LimitParamError::Multiplier(LimitMultiplierParamError::Vega(
            RampParamError::Floor
        )))
    );
}

#[test]
fn what_was_never_validated_is_refused_where_it_would_overflow() {
    let mut broken = params();
    broken.base[0].base = BasisPoints::MAX;
    assert_eq!(Limits::of(&broken, &fine()), None);
}

#[test]
fn a_share_of_something() {
    for (billionths, reference, expected) in [
        (BILLION, 7, Some(7)),
        (BILLION / 2, 7, Some(3)),
        (1, 999_999_999, Some(0)),
        (1, 1_000_000_000, Some(1)),
        (10 * BILLION, i64::MAX / 10, Some(i64::MAX / 10 * 10)),
        (10 * BILLION, i64::MAX, None),
        (BILLION, i64::MAX, Some(i64::MAX)),
        (BILLION, -1, Some(0)),
        (BILLION, i64::MIN, Some(0)),
        (0, i64::MAX, Some(0)),
    ] {
        assert_eq!(
            Share(billionths).of_floor(Value(reference)),
            expected.map(Value),
            "{billionths} {reference}"
        );
    }
}

fn any_conditions() -> impl Strategy<Value = Conditions> {
    (
        0u8..4,
        proptest::option::of(-8_000i32..8_000),
        0u32..60_000,
        proptest::option::of(0u32..250_000),
    )
        .prop_map(|(regime, thousandths, ratio, contraction)| Conditions {
            regime: Regime::from_byte(regime).unwrap(),
            acceleration: thousandths.map(|z| score(&std::format!("{}", f64::from(z) / 1_000.0))),
            volatility_ratio: BasisPoints(ratio),
            contraction: contraction.map(BasisPoints),
        })
}

/// Returns a worse version of one of the conditions.
fn worse(conditions: &Conditions, which: u8, by: u32) -> Conditions {
    let mut changed = *conditions;
    match which {
        0 => changed.regime = Regime::ALL[(conditions.regime as usize + 1).min(3)],
        1 => changed.volatility_ratio.0 += by,
        2 => changed.contraction = conditions.contraction.map(|c| BasisPoints(c.0 + by)),
        3 => changed.contraction = None,
        _ => changed.acceleration = None,
    }
    changed
}

proptest! {
    #[test]
    fn no_limit_rises_when_anything_gets_worse(conditions in any_conditions(), which in 0u8..5, by in 0u32..50_000) {
        let (now, then) = (limits(&conditions), limits(&worse(&conditions, which, by)));
        prop_assert!(then.iter().zip(&now).all(|(then, now)| then <= now));
    }

    #[test]
    fn a_limit_is_above_zero_and_at_most_its_base(conditions in any_conditions()) {
        for (limit, base) in limits(&conditions).into_iter().zip(params().base) {
            prop_assert!(limit > 0 && limit <= u64::from(base.base.0) * 100_000);
        }
    }

    #[test]
    fn a_share_is_rounded_down_once(billionths in 0..=10 * BILLION, reference in 0..i64::MAX / 10) {
        let exact = u128::from(billionths) * reference as u128 / u128::from(BILLION);
        prop_assert_eq!(Share(billionths).of_floor(Value(reference)).unwrap().0 as u128, exact);
    }

    #[test]
    fn factors_multiply_exactly(base in 1u32..=100_000, a in 0u16..=10_000, b in 0u16..=10_000, c in 0u16..=10_000) {
        let got = product(BasisPoints(base), [factor(a), factor(b), factor(c)]).unwrap();
        let exact = u128::from(base) * u128::from(a) * u128::from(b) * u128::from(c) / 10_000_000;
        prop_assert_eq!(u128::from(got.billionths()), exact);
    }
}
