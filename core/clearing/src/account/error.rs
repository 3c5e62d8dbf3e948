//! Why an action on a margin account is refused.

/// The rule of the books that an action would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountError {
    /// The account has [`MAX_POSITIONS`](super::MAX_POSITIONS) positions.
    PositionsFull,
    /// The account has positions or claims on [`MAX_EXPIRIES`](super::MAX_EXPIRIES) expiries.
    ExpiriesFull,
    /// Less cash than what is to be paid.
    Cash {
        /// What the account has.
        cash: u64,
        /// What it would have to pay.
        needed: u64,
    },
    /// The account owes this to the insurance account, and first has to pay it.
    Debt(u64),
    /// A size that is not a positive multiple of the least size.
    Size {
        /// The size.
        quantity: i64,
        /// The least size.
        least: i64,
    },
    /// The series has expired.
    Expired,
    /// The account has no such position.
    NoPosition,
    /// An amount of zero.
    Nothing,
    /// A number does not fit.
    TooLarge,
}
