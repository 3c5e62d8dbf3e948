//! Quantities as types, so that a price cannot be added to a size.
//!
//! **Lots.** One lot is 10⁻ᵈ units of the underlying, where d is the number of decimals of the
//! quote token. So `lots × price` is an amount in base units of the quote token, with no scale
//! factor to get wrong.

use crate::{wide, I80F48};

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
        Some(Value(times(value.0, self.0)?.floor))
    }

    /// `value × self`, rounded toward +∞. `None` on overflow.
    pub fn of_ceil(self, value: Value) -> Option<Value> {
        times(value.0, self.0)?.ceil().map(Value)
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
        Self(wide::saturating_sum(self.0, other.0))
    }

    /// `self − other`, held at the ends of 64 bits.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(wide::saturating_difference(self.0, other.0))
    }

    /// |self|, or `None` for `i64::MIN`.
    pub fn checked_abs(self) -> Option<Self> {
        self.0.checked_abs().map(Self)
    }
}

/// `lots × price`, rounded toward −∞. `None` on overflow.
pub fn value_floor(lots: Lots, price: Price) -> Option<Value> {
    Some(Value(times(lots.0, price.0)?.floor))
}

/// `lots × price`, rounded toward +∞. `None` on overflow.
pub fn value_ceil(lots: Lots, price: Price) -> Option<Value> {
    times(lots.0, price.0)?.ceil().map(Value)
}

/// A product of an integer with a number of 48 fraction bits, exactly.
struct Product {
    floor: i64,
    is_whole: bool,
}

impl Product {
    fn ceil(&self) -> Option<i64> {
        self.floor.checked_add(i64::from(!self.is_whole))
    }
}

/// `integer × number`; `None` if its floor does not fit 64 bits.
fn times(integer: i64, number: I80F48) -> Option<Product> {
    const FRACTION: i128 = (1 << I80F48::FRAC_NBITS) - 1;
    let bits = number.to_bits();
    let (high, low) = wide::product(integer, (bits & FRACTION) as i64);
    // A fraction of an integer is no larger than it: the upper bits are copies of the sign.
    let of_fraction = (high << (64 - I80F48::FRAC_NBITS)) | (low >> I80F48::FRAC_NBITS) as i64;
    let is_whole = low & FRACTION as u64 == 0;
    let (high, low) = match i64::try_from(bits >> I80F48::FRAC_NBITS) {
        Ok(whole) => wide::product(integer, whole),
        Err(_) if integer == 0 => (0, 0),
        Err(_) => return None,
    };
    // The whole part alone may not fit where both together do.
    let (sum, carried) = low.overflowing_add(of_fraction as u64);
    let high = high.wrapping_add(of_fraction >> 63).wrapping_add(i64::from(carried));
    let floor = sum as i64;
    (high == floor >> 63).then_some(Product { floor, is_whole })
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
    fn a_product_fits_where_its_whole_part_alone_does_not() {
        let nearly = I80F48::from_num(i64::MIN / 3 - 1) + I80F48::lit("0.9");
        assert_eq!(Ratio::from_fixed(nearly).of_floor(Value(3)), Some(Value(i64::MIN + 1)));
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
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn products_are_those_of_fixed_point(integer: i64, bits: i128, less in 0u32..127, fewer in 0u32..63) {
            for (integer, bits) in [(integer >> fewer, bits >> less), (integer, bits >> 64), (integer >> fewer, bits >> 60)] {
                let number = I80F48::from_bits(bits);
                let exact = number.checked_mul_int(i128::from(integer));
                let floor = exact.and_then(Value::floor);
                prop_assert_eq!(times(integer, number).map(|product| Value(product.floor)), floor);
                if floor.is_some() {
                    let ceil = exact.and_then(Value::ceil);
                    prop_assert_eq!(times(integer, number).and_then(|product| product.ceil()).map(Value), ceil);
                }
            }
        }

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
