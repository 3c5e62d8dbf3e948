//! What a fill does to a position: lots, what they cost, and what was realised.

use ballast_core_types::{value_ceil, Lots, Price, Value};

/// Open lots and the signed quote paid for them: positive for a long, negative for a short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub lots: Lots,
    pub entry_cost: Value,
}

/// A position after a fill, and the result that the fill realised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub position: Position,
    pub realised: Value,
}

/// Fill `order` at `price`. A closing part realises its share of the entry cost (rounded up, so
/// that profit is never realised early); an opening part adds to it; a flip does both in turn.
pub fn fill(position: Position, order: Lots, price: Price) -> Option<Outcome> {
    let before = position.lots.0;
    let grows = before == 0 || before.signum() == order.0.signum();
    if grows {
        return open(position, order, price).map(|position| Outcome {
            position,
            realised: Value(0),
        });
    }
    if position.lots.is_reduced_by(order) {
        return close(position, order, price);
    }
    let whole = Lots(before.checked_neg()?);
    let closed = close(position, whole, price)?;
    let rest = Lots(order.0.checked_sub(whole.0)?);
    Some(Outcome {
        position: open(closed.position, rest, price)?,
        realised: closed.realised,
    })
}

fn open(position: Position, order: Lots, price: Price) -> Option<Position> {
    let cost = value_ceil(order, price)?;
    Some(Position {
        lots: Lots(position.lots.0.checked_add(order.0)?),
        entry_cost: Value(position.entry_cost.0.checked_add(cost.0)?),
    })
}

fn close(position: Position, order: Lots, price: Price) -> Option<Outcome> {
    let lots = Lots(position.lots.0.checked_add(order.0)?);
    let entry = if lots.0 == 0 {
        position.entry_cost.0
    } else {
        share_ceil(position.entry_cost.0, order.0, position.lots.0)?
    };
    let paid = value_ceil(order, price)?;
    let realised = paid.0.checked_neg()?.checked_sub(entry)?;
    Some(Outcome {
        position: Position {
            lots,
            entry_cost: Value(position.entry_cost.0.checked_sub(entry)?),
        },
        realised: Value(realised),
    })
}

/// `amount · |part| / |whole|`, rounded toward positive infinity.
fn share_ceil(amount: i64, part: i64, whole: i64) -> Option<i64> {
    let product = i128::from(amount).checked_mul(i128::from(part.unsigned_abs()))?;
    let whole = i128::from(whole.unsigned_abs());
    let quotient = product.checked_div(whole)?;
    let exact = product.checked_rem(whole)? == 0;
    let rounded = if product > 0 && !exact {
        quotient.checked_add(1)?
    } else {
        quotient
    };
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        Price::from_fixed(text.parse().unwrap()).unwrap()
    }

    fn held(lots: i64, entry_cost: i64) -> Position {
        Position {
            lots: Lots(lots),
            entry_cost: Value(entry_cost),
        }
    }

    #[test]
    fn fills_open_reduce_close_and_flip() {
        // before, order, price, after, realised
        let table = [
            (held(0, 0), 10, "100", held(10, 1_000), 0),
            (held(0, 0), -10, "100", held(-10, -1_000), 0),
            (held(10, 1_000), 10, "110", held(20, 2_100), 0),
            (held(-10, -1_000), -10, "90", held(-20, -1_900), 0),
            (held(10, 1_000), -5, "110", held(5, 500), 50),
            (held(10, 1_000), -10, "90", held(0, 0), -100),
            (held(-10, -1_000), 4, "90", held(-6, -600), 40),
            (held(-10, -1_000), 10, "110", held(0, 0), -100),
            (held(10, 1_000), -15, "110", held(-5, -550), 100),
            (held(-10, -1_000), 15, "110", held(5, 550), -100),
            // thirds: the closed share of the entry is rounded up, its rest is down
            (held(3, 100), -1, "50", held(2, 66), 16),
            (held(-3, -100), 1, "20", held(-2, -67), 13),
            // fractions of a base unit go against the trader on both sides
            (held(0, 0), 1, "0.25", held(1, 1), 0),
            (held(0, 0), -1, "0.25", held(-1, 0), 0),
            // a margin call can leave a cost of the other sign; nothing depends on the sign
            (held(10, -50), -10, "1", held(0, 0), 60),
        ];
        for (before, order, at, after, realised) in table {
            let got = fill(before, Lots(order), price(at)).unwrap();
            assert_eq!(got.position, after, "{before:?} {order} {at}");
            assert_eq!(got.realised, Value(realised), "{before:?} {order} {at}");
        }
    }

    #[test]
    fn a_round_trip_at_one_price_never_gains() {
        for text in ["0.333", "7.77", "60000.123"] {
            for lots in [1, -1, 3, -7, 1_000, -999] {
                let opened = fill(held(0, 0), Lots(lots), price(text)).unwrap();
                let half = Lots(-lots / 2);
                let part = if half.0 == 0 {
                    opened
                } else {
                    fill(opened.position, half, price(text)).unwrap()
                };
                let rest = Lots(-part.position.lots.0);
                let closed = fill(part.position, rest, price(text)).unwrap();
                assert_eq!(closed.position, held(0, 0));
                let total = part.realised.0 + closed.realised.0;
                assert!((-3..=0).contains(&total), "{text} {lots} {total}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(fill(held(i64::MAX, 0), Lots(1), price("1")), None);
        assert_eq!(fill(held(0, 0), Lots(i64::MAX), price("2")), None);
        assert_eq!(fill(held(-5, -5), Lots(i64::MIN), price("1")), None);
    }
}
