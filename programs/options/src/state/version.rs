//! The layout version.

/// Layout version of every account of this program. A reader that does not know it has to refuse
/// the account.
pub const VERSION: u8 = 5;
