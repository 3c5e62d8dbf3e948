use super::*;
use crate::fixtures::{call, put};
use ballast_core_types::fixtures::price;
use proptest::prelude::*;

const HERE: QuoteScope = QuoteScope {
    program: [1; 32],
    cluster: [2; 32],
    house: [3; 32],
    maker: [4; 32],
};

const fn leg(series: SeriesTerms, side: Side, ratio: u16, price: u64) -> QuoteLeg {
    QuoteLeg {
        series,
        side,
        ratio,
        price: UnitPrice(price),
    }
}

const SOLD: QuoteLeg = leg(call(65_000), Side::Sell, 1, 2_500_000_000);

const QUOTE: Quote = Quote {
    scope: HERE,
    nonce: Nonce(77),
    taker: ANYONE,
    expiry_slot: 500,
    spots: SpotBand {
        least: UnitPrice(60_000_000_000),
        greatest: UnitPrice(61_000_000_000),
    },
    fill: FillRange {
        least: Lots(10_000),
        greatest: Lots(1_000_000),
    },
    legs: Legs::single(SOLD),
};

/// A call sold, a higher one bought twice, and two puts.
fn package() -> Quote {
    let legs = [
        SOLD,
        leg(call(70_000), Side::Buy, 2, 700_000_000),
        leg(put(55_000), Side::Buy, 1, 400_000_000),
        leg(put(60_000), Side::Sell, 65_535, 0),
    ];
    Quote {
        legs: Legs::new(&legs).unwrap(),
        ..QUOTE
    }
}

fn encode(quote: &Quote) -> Vec<u8> {
    quote.encode(&mut [0; QUOTE_BYTES]).to_vec()
}

extern crate std;
use std::vec::Vec;

#[test]
fn fields_are_where_the_table_says() {
    let bytes = encode(&package());
    assert_eq!(&bytes[..16], b"\xffballast-quote\0\0");
    assert_eq!(bytes[16], 2);
    for (offset, value) in [(17, 1), (49, 2), (81, 3), (113, 4), (153, 0)] {
        assert_eq!(bytes[offset..offset + 32], [value; 32]);
    }
    for (offset, value) in [
        (145, 77u64),
        (185, 500),
        (193, 60_000_000_000),
        (201, 61_000_000_000),
        (209, 1_000_000),
        (217, 10_000),
    ] {
        assert_eq!(bytes[offset..offset + 8], value.to_le_bytes(), "{offset}");
    }
    assert_eq!(bytes[225], 4);
    assert_eq!(bytes[226..242], call(65_000).to_bytes());
    assert_eq!(bytes[242..245], [2, 1, 0]);
    assert_eq!(bytes[245..253], 2_500_000_000u64.to_le_bytes());
    assert_eq!(bytes[253..269], call(70_000).to_bytes());
    assert_eq!(bytes[269..272], [1, 2, 0]);
    assert_eq!((bytes.len(), encode(&QUOTE).len()), (334, 253));
}

#[test]
fn a_message_is_refused_for_any_byte_that_no_quote_has() {
    let good = encode(&package());
    for (index, value, refusal) in [
        (0, 0, QuoteError::Domain),
        (15, 1, QuoteError::Domain),
        (16, 1, QuoteError::Version(1)),
        (225, 0, QuoteError::Legs(0)),
        (225, 5, QuoteError::Legs(5)),
        (225, 3, QuoteError::Length(334)),
        (227, 3, QuoteError::SeriesForm),
        (229, 1, QuoteError::SeriesForm),
        (242, 0, QuoteError::Side(0)),
        (242, 3, QuoteError::Side(3)),
        (243, 0, QuoteError::Ratio),
        // The second leg's series on another market, and the first one's again.
        (253, 1, QuoteError::LegMarket),
    ] {
        let mut bytes = good.clone();
        bytes[index] = value;
        assert_eq!(Quote::decode(&bytes), Err(refusal), "{index}");
    }
    let unordered = [[SOLD; 2], [leg(put(65_000), Side::Sell, 1, 1), SOLD]];
    for legs in unordered {
        let quote = Quote {
            legs: Legs::new(&legs).unwrap(),
            ..QUOTE
        };
        assert_eq!(Quote::decode(&encode(&quote)), Err(QuoteError::LegOrder));
    }
    for (least, greatest) in [(0, 5), (-1, 5), (6, 5), (i64::MIN, -1)] {
        let fill = FillRange {
            least: Lots(least),
            greatest: Lots(greatest),
        };
        let quote = Quote { fill, ..QUOTE };
        assert_eq!(Quote::decode(&encode(&quote)), Err(QuoteError::Fill(fill)));
    }
    for length in [0, 1, 225, 226, 333] {
        assert_eq!(Quote::decode(&good[..length]), Err(QuoteError::Length(length)));
    }
    let longer = [&good[..], &[0]].concat();
    assert_eq!(Quote::decode(&longer), Err(QuoteError::Length(335)));
}

#[test]
fn a_quote_holds_where_when_and_for_whom_it_was_signed() {
    let taker = [9; 32];
    let for_taker = Quote { taker, ..QUOTE };
    let scoped = |change: fn(&mut QuoteScope)| {
        let mut here = HERE;
        change(&mut here);
        here
    };
    for (quote, here, who, slot, expected) in [
        (QUOTE, HERE, taker, 500, Ok(())),
        (for_taker, HERE, taker, 0, Ok(())),
        (QUOTE, HERE, taker, 501, Err(QuoteError::Expired(500))),
        (for_taker, HERE, [8; 32], 0, Err(QuoteError::Taker)),
        (for_taker, HERE, ANYONE, 0, Err(QuoteError::Taker)),
        (
            QUOTE,
            scoped(|here| here.program[31] = 0),
            taker,
            0,
            Err(QuoteError::Program),
        ),
        (
            QUOTE,
            scoped(|here| here.cluster[0] = 0),
            taker,
            0,
            Err(QuoteError::Cluster),
        ),
        (
            QUOTE,
            scoped(|here| here.house[7] = 0),
            taker,
            0,
            Err(QuoteError::ClearingHouse),
        ),
        (
            QUOTE,
            scoped(|here| here.maker[7] = 0),
            taker,
            0,
            Err(QuoteError::Maker),
        ),
    ] {
        assert_eq!(quote.check(&here, &who, slot), expected);
    }
}

#[test]
fn a_quote_holds_at_the_spots_of_its_band() {
    let check = |quote: &Quote, spot| quote.check_spot(price(spot), 1_000_000);
    for (spot, expected) in [
        ("59999.9999999", Err(QuoteError::Spot(UnitPrice(59_999_999_999)))),
        ("60000", Ok(())),
        ("60999.5", Ok(())),
        ("61000.0000009", Ok(())),
        ("61000.000001", Err(QuoteError::Spot(UnitPrice(61_000_000_001)))),
    ] {
        assert_eq!(check(&QUOTE, spot), expected, "{spot}");
    }
    let any = Quote {
        spots: SpotBand::ANY,
        ..QUOTE
    };
    // Also where the spot has no number of base units any more.
    for spot in ["0.0000001", "604000000000000"] {
        assert_eq!(check(&any, spot), Ok(()), "{spot}");
    }
}

#[test]
fn a_fill_trades_every_leg_by_its_ratio() {
    let quote = package();
    for (quantity, expected) in [
        (9_999, Err(QuoteError::Quantity(9_999))),
        (1_000_001, Err(QuoteError::Quantity(1_000_001))),
        (10_000, Ok([10_000, 20_000, 10_000, 655_350_000])),
        (1_000_000, Ok([1_000_000, 2_000_000, 1_000_000, 65_535_000_000])),
    ] {
        let package = quote.package(Lots(quantity));
        let quantities = package.map(|legs| core::array::from_fn(|index| legs[index].quantity.0));
        assert_eq!(quantities, expected);
    }
    let legs = quote.package(Lots(10_000)).unwrap();
    let sides: Vec<_> = legs.iter().map(|leg| (leg.taker, leg.price.0)).collect();
    assert_eq!(sides[..2], [(Side::Buy, 2_500_000_000), (Side::Sell, 700_000_000)]);
    let endless = Quote {
        fill: FillRange {
            least: Lots(1),
            greatest: Lots(i64::MAX),
        },
        ..quote
    };
    let refused = endless.package(Lots(i64::MAX / 2)).map(|legs| legs.len());
    assert_eq!(refused, Err(QuoteError::Quantity(i64::MAX / 2)));
}

proptest! {
    #[test]
    fn every_quote_survives_the_wire(
        keys in any::<[[u8; 32]; 5]>(),
        numbers in any::<[u64; 4]>(),
        fill in (1i64.., 0i64..),
        legs in prop::collection::btree_map((1u32.., any::<i64>()), (any::<bool>(), 1u16.., any::<u64>()), 1..=4),
    ) {
        let [program, cluster, house, maker, taker] = keys;
        let [nonce, expiry_slot, least, greatest] = numbers;
        let mut legs: Vec<_> = legs
            .into_iter()
            .map(|((digits, expiry), (buy, ratio, price))| {
                let side = if buy { Side::Buy } else { Side::Sell };
                let series = SeriesTerms { expiry, market: keys[0][0], ..call(digits) };
                leg(series, side, ratio, price)
            })
            .collect();
        legs.sort_by_key(|leg| leg.series);
        let quote = Quote {
            scope: QuoteScope { program, cluster, house, maker },
            nonce: Nonce(nonce),
            taker,
            expiry_slot,
            spots: SpotBand { least: UnitPrice(least), greatest: UnitPrice(greatest) },
            fill: FillRange { least: Lots(fill.0), greatest: Lots(fill.0.saturating_add(fill.1)) },
            legs: Legs::new(&legs).unwrap(),
        };
        prop_assert_eq!(Quote::decode(&encode(&quote)), Ok(quote));
    }

    #[test]
    fn whatever_is_a_quote_is_written_back_to_the_same_bytes(index in 0usize..334, value: u8) {
        let mut bytes = encode(&package());
        bytes[index] = value;
        if let Ok(quote) = Quote::decode(&bytes) {
            prop_assert_eq!(encode(&quote), bytes);
        }
    }
}
