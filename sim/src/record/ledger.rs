//! The tokens' books: what came into being, and where it was found.

use serde::{Deserialize, Serialize};

/// Which side of a token's books a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Tokens that came into being: minted.
    Minted,
    /// Tokens that were found at the end, in an account, or burned.
    Found,
}

/// One line of a token's books, in base units. A token balances when its two sides add up to the
/// same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The token, such as `USDC`.
    pub token: String,
    /// Decimal places of the token.
    pub decimals: u8,
    /// The account or the event.
    pub name: String,
    /// The side it adds to.
    pub side: Side,
    /// Base units.
    pub amount: u64,
}

/// A token's two sides, in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The token.
    pub token: String,
    /// Decimal places of the token.
    pub decimals: u8,
    /// Sum of the [`Side::Minted`] lines.
    pub minted: u128,
    /// Sum of the [`Side::Found`] lines.
    pub found: u128,
}

impl Book {
    /// Returns whether the two sides are the same number.
    #[must_use]
    pub const fn balances(&self) -> bool {
        self.minted == self.found
    }
}

/// The books of all tokens, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger {
    lines: Vec<LedgerLine>,
}

impl From<Vec<LedgerLine>> for Ledger {
    fn from(lines: Vec<LedgerLine>) -> Self {
        Self { lines }
    }
}

impl Ledger {
    /// Enters what came into being.
    pub fn minted(&mut self, token: Token, name: impl Into<String>, amount: u64) {
        self.enter(token, name.into(), Side::Minted, amount);
    }

    /// Enters what was found in an account, or burnt.
    pub fn found(&mut self, token: Token, name: impl Into<String>, amount: u64) {
        self.enter(token, name.into(), Side::Found, amount);
    }

    fn enter(&mut self, token: Token, name: String, side: Side, amount: u64) {
        self.lines.push(LedgerLine {
            token: token.name.to_owned(),
            decimals: token.decimals,
            name,
            side,
            amount,
        });
    }

    /// Returns the lines, in the order in which they were entered.
    #[must_use]
    pub fn lines(&self) -> &[LedgerLine] {
        &self.lines
    }

    /// Returns the sum of one side of a token, base units.
    #[must_use]
    pub fn total(&self, token: Token, side: Side) -> u128 {
        let ours = self
            .lines
            .iter()
            .filter(|line| line.token == token.name && line.side == side);
        // A sum of u64 in a u128 would need 2^64 lines to overflow.
        ours.map(|line| u128::from(line.amount)).sum()
    }

    /// Returns the books of each token, in order of first mention; none if there are no lines.
    #[must_use]
    pub fn books(&self) -> Vec<Book> {
        let mut books: Vec<Book> = Vec::new();
        for line in &self.lines {
            let position = books.iter().position(|b| b.token == line.token).unwrap_or_else(|| {
                books.push(Book {
                    token: line.token.clone(),
                    decimals: line.decimals,
                    minted: 0,
                    found: 0,
                });
                books.len() - 1
            });
            match line.side {
                Side::Minted => books[position].minted += u128::from(line.amount),
                Side::Found => books[position].found += u128::from(line.amount),
            }
        }
        books
    }

    /// Returns whether every token's books balance to the last base unit; false if there are none.
    #[must_use]
    pub fn balances(&self) -> bool {
        let books = self.books();
        !books.is_empty() && books.iter().all(Book::balances)
    }
}

/// A token that has books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its name.
    pub name: &'static str,
    /// Its decimal places.
    pub decimals: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASH: Token = Token {
        name: "USDC",
        decimals: 6,
    };
    const SHARES: Token = Token {
        name: "shares",
        decimals: 6,
    };

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.minted(CASH, "minted for Ada", u64::MAX);
        ledger.minted(SHARES, "minted for deposits", 7);
        ledger.found(CASH, "Ada's wallet", u64::MAX - 1);
        ledger.found(SHARES, "burnt for payouts", 7);
        ledger
    }

    #[test]
    fn an_empty_ledger_balances_nothing() {
        assert!(!Ledger::default().balances());
        assert_eq!(Ledger::default().books(), []);
    }

    #[test]
    fn one_missing_base_unit_is_seen() {
        let mut ledger = ledger();
        assert!(!ledger.balances());
        ledger.found(CASH, "custody", 1);
        assert!(ledger.balances());
        ledger.minted(CASH, "minted for Ben", 1);
        assert!(!ledger.balances());
    }

    #[test]
    fn each_token_has_books_of_its_own() {
        let books = ledger().books();
        let sides: Vec<_> = books.iter().map(|b| (b.token.as_str(), b.minted, b.found)).collect();
        let most = u128::from(u64::MAX);
        assert_eq!(sides, [("USDC", most, most - 1), ("shares", 7, 7)]);
        assert!(!books[0].balances() && books[1].balances());
    }

    #[test]
    fn totals_are_of_one_token_and_one_side_and_do_not_overflow() {
        let mut ledger = ledger();
        ledger.minted(CASH, "minted for Ben", u64::MAX);
        assert_eq!(ledger.total(CASH, Side::Minted), 2 * u128::from(u64::MAX));
        assert_eq!(ledger.total(SHARES, Side::Found), 7);
        let other = Token {
            name: "SOL",
            decimals: 9,
        };
        assert_eq!(ledger.total(other, Side::Found), 0);
    }

    #[test]
    fn lines_keep_their_order_and_are_plain_json() {
        let ledger = ledger();
        assert_eq!(ledger.lines()[2].name, "Ada's wallet");
        let json = serde_json::to_value(&ledger).unwrap();
        assert_eq!(json[0]["side"], "minted");
        assert_eq!(serde_json::from_value::<Ledger>(json).unwrap(), ledger);
    }
}
