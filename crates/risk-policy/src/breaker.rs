//! What may be done while a breaker stands or a price is refused.

/// What the present state permits. `withdraw` is always true: an exit is never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Orders that add exposure.
    pub open: bool,
    /// Orders that only bring exposure nearer to zero.
    pub reduce: bool,
    /// Deposits.
    pub deposit: bool,
    /// Redemptions.
    pub withdraw: bool,
}

/// The permissions in a state.
///
/// * `price_admitted`: a live price passed every rule of the use that the action needs (`Trade` for orders, `Nav` for deposits).
/// * `price_jump`: the price-jump breaker stands.
pub const fn permissions(price_admitted: bool, price_jump: bool) -> Permissions {
    let calm = price_admitted && !price_jump;
    Permissions {
        open: calm,
        reduce: true,
        deposit: calm,
        withdraw: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_calm_market_with_an_admitted_price_takes_risk_and_exits_never_close() {
        for (price_admitted, price_jump) in [(true, false), (true, true), (false, false), (false, true)] {
            let permitted = permissions(price_admitted, price_jump);
            assert_eq!(permitted.open, price_admitted && !price_jump);
            assert_eq!(permitted.deposit, price_admitted && !price_jump);
            assert!(permitted.reduce && permitted.withdraw);
        }
    }
}
