//! Quantities as types, so that a price cannot be added to a size.
//!
//! **Lots.** One lot is 10⁻ᵈ units of the underlying, where d is the number of decimals of the
//! quote token. So `lots × price` is an amount in base units of the quote token, with no scale
//! factor to get wrong.

use crate::I80F48;

/// A strictly positive price: quote units per unit of the underlying, which is also quote base
/// units per lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(I80F48);

impl Price {
    /// Returns a price, or `None` if `value` is not positive.
    pub fn from_fixed(value: I80F48) -> Option<Self> {
        (value > I80F48::ZERO).then_some(Self(value))
    }

    /// Returns the price as a fixed-point number.
    pub const fn fixed(self) -> I80F48 {
        self.0
    }

    /// `self × (1 + ratio)`; `None` if that is not a positive price or overflows. Rounds toward −∞.
    pub fn scaled_floor(self, ratio: Ratio) -> Option<Self> {
        let factor = I80F48::ONE.checked_add(ratio.fixed())?;
        Self::from_fixed(self.0.checked_mul(factor)?)
    }

    /// As [`Self::scaled_floor`], rounded up by at most one unit in the last place (2⁻⁴⁸).
    pub fn scaled_ceil(self, ratio: Ratio) -> Option<Self> {
        Self::from_fixed(self.scaled_floor(ratio)?.0.checked_add(I80F48::DELTA)?)
    }
}

/// A dimensionless number: a share, a rate, a variance per year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(I80F48);

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self(I80F48::ZERO);
    /// The whole.
    pub const ONE: Self = Self(I80F48::ONE);

    /// Returns the ratio `value`.
    pub const fn from_fixed(value: I80F48) -> Self {
        Self(value)
    }

    /// `basis_points / 10 000`, rounded toward zero. `None` outside ±2⁴⁰ basis points.
    pub fn from_basis_points(basis_points: i64) -> Option<Self> {
        if basis_points.unsigned_abs() > 1 << 40 {
            return None;
        }
        I80F48::from_num(basis_points).checked_div_int(10_000).map(Self)
    }

    /// Returns the ratio as a fixed-point number.
    pub const fn fixed(self) -> I80F48 {
        self.0
    }

    /// `value × self`, rounded toward −∞. `None` on overflow.
    pub fn of_floor(self, value: Value) -> Option<Value> {
        Value::floor(self.0.checked_mul_int(i128::from(value.0))?)
    }

    /// `value × self`, rounded toward +∞. `None` on overflow.
    pub fn of_ceil(self, value: Value) -> Option<Value> {
        Value::ceil(self.0.checked_mul_int(i128::from(value.0))?)
    }
}

/// A signed size in lots: positive is long, negative is short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lots(pub i64);

impl Lots {
    /// No position.
    pub const ZERO: Self = Self(0);

    /// `self + other`, or `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `self − other`, or `None` on overflow.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Returns whether adding `order` to this position only brings it nearer to zero, without
    /// passing it.
    pub fn is_reduced_by(self, order: Self) -> bool {
        order.0 != 0
            && self.0.signum() == order.0.signum().saturating_neg()
            && order.0.unsigned_abs() <= self.0.unsigned_abs()
    }
}

/// A signed amount in base units of the quote token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(pub i64);

impl Value {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Returns a token amount as a value; `None` above `i64::MAX`.
    pub fn from_amount(amount: u64) -> Option<Self> {
        i64::try_from(amount).ok().map(Self)
    }

    /// Returns the whole units of `value`, rounded toward −∞; `None` outside 64 bits.
    pub fn floor(value: I80F48) -> Option<Self> {
        value.checked_floor()?.checked_to_num::<i64>().map(Self)
    }

    /// Returns the whole units of `value`, rounded toward +∞; `None` outside 64 bits.
    pub fn ceil(value: I80F48) -> Option<Self> {
        value.checked_ceil()?.checked_to_num::<i64>().map(Self)
    }

    /// As a token amount: `None` if negative.
    pub fn to_amount(self) -> Option<u64> {
        u64::try_from(self.0).ok()
    }

    /// As a token amount, nothing if negative.
    pub fn positive_part(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }

    /// As a fixed-point number.
    pub fn fixed(self) -> I80F48 {
        I80F48::from_num(self.0)
    }

    /// `self + other`, or `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `self − other`, or `None` on overflow.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `self + other`, held at the ends of 64 bits.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self − other`, held at the ends of 64 bits.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// |self|, or `None` for `i64::MIN`.
    pub fn checked_abs(self) -> Option<Self> {
        self.0.checked_abs().map(Self)
    }
}

/// `lots × price`, rounded toward −∞. `None` on overflow.
pub fn value_floor(lots: Lots, price: Price) -> Option<Value> {
    Value::floor(product(lots, price)?)
}

/// `lots × price`, rounded toward +∞. `None` on overflow.
pub fn value_ceil(lots: Lots, price: Price) -> Option<Value> {
    Value::ceil(product(lots, price)?)
}

/// `lots × price`, exactly: the product with an integer has no fraction below 2⁻⁴⁸. `None` on
/// overflow.
fn product(lots: Lots, price: Price) -> Option<I80F48> {
    price.0.checked_mul_int(i128::from(lots.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(text: &str) -> Price {
        Price::from_fixed(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_price_is_positive() {
        assert_eq!(Price::from_fixed(I80F48::ZERO), None);
        assert_eq!(Price::from_fixed(-I80F48::ONE), None);
    }

    #[test]
    fn values_round_the_way_their_names_say() {
        for (lots, at, floor, ceil) in [
            (3, "1.5", 4, 5),
            (-3, "1.5", -5, -4),
            (2, "1.5", 3, 3),
            (-2, "1.5", -3, -3),
            (0, "1.5", 0, 0),
            (1, "0.0000001", 0, 1),
            (-1, "0.0000001", -1, 0),
        ] {
            assert_eq!(value_floor(Lots(lots), price(at)), Some(Value(floor)));
            assert_eq!(value_ceil(Lots(lots), price(at)), Some(Value(ceil)));
        }
    }

    #[test]
    fn overflow_is_none() {
        assert_eq!(value_floor(Lots(i64::MAX), price("1000000")), None);
        assert_eq!(value_ceil(Lots(i64::MIN), price("1000000")), None);
        assert_eq!(Ratio::from_basis_points(i64::MAX), None);
        assert_eq!(Value(i64::MIN).checked_abs(), None);
    }

    #[test]
    fn reductions_do_not_cross_zero() {
        for (position, order, reduces) in [
            (5, -5, true),
            (5, -6, false),
            (5, 1, false),
            (5, 0, false),
            (0, 1, false),
            (0, -1, false),
            (-5, 2, true),
            (-5, -2, false),
            (i64::MIN, i64::MAX, true),
        ] {
            assert_eq!(Lots(position).is_reduced_by(Lots(order)), reduces, "{position} {order}");
        }
    }

    proptest! {
        #[test]
        fn a_share_is_bracketed_by_its_roundings(value in -1_000_000_000_000_000i64..1_000_000_000_000_000, points in -50_000i64..50_000) {
            let ratio = Ratio::from_basis_points(points).unwrap();
            let (floor, ceil) = (ratio.of_floor(Value(value)).unwrap().0, ratio.of_ceil(Value(value)).unwrap().0);
            let exact = i128::from(value) * ratio.fixed().to_bits();
            prop_assert!(i128::from(floor) << 48 <= exact);
            prop_assert!(i128::from(ceil) << 48 >= exact);
            prop_assert!(ceil - floor <= 1);
        }
    }
}
