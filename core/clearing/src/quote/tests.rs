use super::*;
use crate::fixtures::{call, put};
use proptest::prelude::*;

const HERE: QuoteScope = QuoteScope {
    program: [1; 32],
    cluster: [2; 32],
    house: [3; 32],
    series: call(65_000),
    maker: [4; 32],
};
const QUOTE: Quote = Quote {
    scope: HERE,
    side: Side::Sell,
    size: Lots(1_000_000),
    price: UnitPrice(2_500_000_000),
    expiry_slot: 500,
    nonce: Nonce(77),
    taker: ANYONE,
};

#[test]
fn fields_are_where_the_table_says() {
    let bytes = QUOTE.encode();
    assert_eq!(&bytes[..16], b"\xffballast-quote\0\0");
    assert_eq!(bytes[16], 1);
    for (offset, value) in [(17, 1), (49, 2), (81, 3), (129, 4)] {
        assert_eq!(bytes[offset..offset + 32], [value; 32]);
    }
    assert_eq!(bytes[113..129], call(65_000).to_bytes());
    assert_eq!(bytes[161], 2);
    assert_eq!(bytes[162..170], 1_000_000i64.to_le_bytes());
    assert_eq!(bytes[170..178], 2_500_000_000u64.to_le_bytes());
    assert_eq!(bytes[178..186], 500u64.to_le_bytes());
    assert_eq!(bytes[186..194], 77u64.to_le_bytes());
    assert_eq!(bytes[194..], [0; 32]);
}

#[test]
fn a_message_is_refused_for_any_byte_that_no_quote_has() {
    let good = QUOTE.encode();
    for (index, value, refusal) in [
        (0, 0, QuoteError::Domain),
        (15, 1, QuoteError::Domain),
        (16, 2, QuoteError::Version(2)),
        (114, 3, QuoteError::SeriesForm),
        (116, 1, QuoteError::SeriesForm),
        (161, 0, QuoteError::Side(0)),
        (161, 3, QuoteError::Side(3)),
    ] {
        let mut bytes = good;
        bytes[index] = value;
        assert_eq!(Quote::decode(&bytes), Err(refusal), "{index}");
    }
    for size in [0, -1, i64::MIN] {
        let quote = Quote {
            size: Lots(size),
            ..QUOTE
        };
        assert_eq!(Quote::decode(&quote.encode()), Err(QuoteError::Size(size)));
    }
    for length in [0, 1, 225] {
        assert_eq!(Quote::decode(&good[..length]), Err(QuoteError::Length(length)));
    }
    let mut longer = [0; 227];
    longer[..226].copy_from_slice(&good);
    assert_eq!(Quote::decode(&longer), Err(QuoteError::Length(227)));
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
            scoped(|here| here.series = put(65_000)),
            taker,
            0,
            Err(QuoteError::Series),
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

proptest! {
    #[test]
    fn every_quote_survives_the_wire(
        keys in any::<[[u8; 32]; 5]>(), buy: bool, (size, price) in (1i64.., any::<u64>()), (slot, nonce) in any::<(u64, u64)>(),
        (digits, expiry) in (1u32..=u32::MAX, any::<i64>()),
    ) {
        let [program, cluster, house, maker, taker] = keys;
        let mut series = call(digits);
        (series.expiry, series.market) = (expiry, keys[0][0]);
        let quote = Quote {
            scope: QuoteScope { program, cluster, house, series, maker },
            side: if buy { Side::Buy } else { Side::Sell },
            size: Lots(size),
            price: UnitPrice(price),
            expiry_slot: slot,
            nonce: Nonce(nonce),
            taker,
        };
        prop_assert_eq!(Quote::decode(&quote.encode()), Ok(quote));
    }

    #[test]
    fn whatever_is_a_quote_is_written_back_to_the_same_bytes(index in 0usize..226, value: u8) {
        let mut bytes = QUOTE.encode();
        bytes[index] = value;
        if let Ok(quote) = Quote::decode(&bytes) {
            prop_assert_eq!(quote.encode(), bytes);
        }
    }
}
