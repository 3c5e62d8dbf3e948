//! What a refused transaction says.

use crate::words::in_words;
use ballast_sdk::Pubkey;
use std::fmt;

/// The name under which the logs of refused transactions are logged.
macro_rules! program_logs {
    () => {
        "ballast_rpc::program_logs"
    };
}
pub(crate) use program_logs;

/// Why the chain refused a transaction, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionError {
    /// The rule, by the program's own name for it, or the runtime's words.
    pub name: String,
    /// The program's error code, if it gave one.
    pub code: Option<u32>,
    /// The sentence that goes with the name, for a log that has the name beside it.
    pub message: String,
    /// What a person is told: the program's whole message with the numbers that broke the rule, or
    /// the runtime's words.
    pub words: String,
}

/// What a refusal means to whoever planned the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Somebody was faster, or there is nothing to do: the normal end of a race.
    Beaten,
    /// It will pay later, when the book is down.
    NotYet,
    /// The blockhash is unknown or used up: sign again with a fresh one.
    Stale,
    /// A rule that the plan should have kept.
    Refused,
}

const BEATEN: [&str; 7] = [
    "NothingToDo",
    "SilenceDeclaredAlready",
    "CollateralInPlace",
    "NoPendingOrder",
    "NothingQueued",
    "OrderAlreadyPending",
    "OrderInFlight",
];
/// How the runtime and the system program say that there is nothing to pay with.
const UNFUNDED: [&str; 5] = [
    "no record of a prior credit",
    "insufficient funds for fee",
    "insufficient funds for rent",
    "insufficient lamports",
    "SOL to pay for the transaction",
];
const NOT_YET: [&str; 6] = [
    "NotLiquid",
    "BookMustComeDown",
    "WorthNothing",
    "SameSlotAsRebalance",
    "FulfilTooEarly",
    "WithdrawalNotReady",
];

impl fmt::Display for TransactionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words)
    }
}

impl std::error::Error for TransactionError {}

impl TransactionError {
    /// Reads a refusal out of the runtime's error and the logs. The first program that names its
    /// error is the one that refused; its callers only pass it on.
    pub fn read(error: &str, logs: &[String]) -> Self {
        for line in logs {
            tracing::debug!(target: program_logs!(), "{line}");
        }
        logs.iter()
            .enumerate()
            .find_map(|(index, line)| Some(named(error, part(line, "Error Code: ")?, line, before(logs, index))))
            .unwrap_or_else(|| unnamed(error, logs))
    }

    /// Returns whether whoever pays has not enough lamports.
    pub fn is_unfunded(&self) -> bool {
        UNFUNDED
            .iter()
            .any(|words| self.name.contains(words) || self.words.contains(words))
    }

    /// Says who pays, where the reason is that there is nothing to pay with.
    #[must_use]
    pub fn of_payer(mut self, payer: &Pubkey) -> Self {
        if self.is_unfunded() {
            let enough = if self.words.contains("insufficient") {
                "not enough SOL"
            } else {
                "no SOL"
            };
            self.words = format!("{payer} has {enough} to pay for the transaction; send it some");
        }
        self
    }

    /// Returns what it means to whoever planned the transaction.
    pub fn meaning(&self) -> Meaning {
        let name = self.name.as_str();
        if BEATEN.contains(&name) {
            Meaning::Beaten
        } else if NOT_YET.contains(&name) {
            Meaning::NotYet
        } else if name.contains("Blockhash not found") || name.contains("already been processed") {
            Meaning::Stale
        } else {
            Meaning::Refused
        }
    }
}

/// Returns the sentence of `line` that follows `mark`.
fn part(line: &str, mark: &str) -> Option<String> {
    let (_, rest) = line.split_once(mark)?;
    Some(rest.split(". ").next().unwrap_or(rest).trim_end_matches('.').to_owned())
}

/// Returns what was logged right before a line: programs log the numbers that broke a rule right
/// before the rule.
fn before(logs: &[String], index: usize) -> Option<&str> {
    let line = logs.get(index.checked_sub(1)?)?;
    let numbers = line.strip_prefix("Program log: ")?;
    (!numbers.starts_with("Instruction: ")).then_some(numbers)
}

/// Reads the line in which a program names its error.
fn named(error: &str, name: String, line: &str, numbers: Option<&str>) -> TransactionError {
    let code = part(line, "Error Number: ").and_then(|number| number.parse().ok());
    let message = part(line, "Error Message: ").unwrap_or_else(|| error.to_owned());
    let whole = line
        .split_once("Error Message: ")
        .map(|(_, message)| message.trim_end_matches('.'));
    let words = match (whole, numbers) {
        (None, _) => error.to_owned(),
        (Some(whole), None) => whole.to_owned(),
        (Some(whole), Some(numbers)) => format!("{whole} ({})", in_words(numbers)),
    };
    TransactionError {
        name,
        code,
        message,
        words,
    }
}

/// Makes do with the words of the runtime, or of a program that has no names for its errors.
fn unnamed(error: &str, logs: &[String]) -> TransactionError {
    let failed = logs.iter().find(|line| line.contains(" failed: "));
    let said = logs.iter().find_map(|line| {
        let text = line.strip_prefix("Program log: ").unwrap_or(line);
        let is_said = text.starts_with("Error: ") || text.starts_with("Transfer: insufficient lamports");
        is_said.then(|| text.trim_start_matches("Error: "))
    });
    TransactionError {
        name: error.to_owned(),
        code: None,
        message: failed.map_or(error, String::as_str).to_owned(),
        words: said.map_or_else(|| error.to_owned(), |said| format!("{said} ({error})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_name_is_read() {
        let logs = [
            "Program log: Instruction: Rebalance",
            "Program log: AnchorError thrown in programs/reference-venue/src/lib.rs:1. Error Code: Paused. Error Number: 6018. Error Message: fault: the venue is paused.",
            "Program log: AnchorError occurred. Error Code: Other. Error Number: 6001. Error Message: other.",
        ]
        .map(str::to_owned);
        let refusal = TransactionError::read("Error processing Instruction 2: custom program error: 0x1782", &logs);
        assert_eq!(refusal.name, "Paused");
        assert_eq!(refusal.message, "fault: the venue is paused");
        assert_eq!(refusal.meaning(), Meaning::Refused);
    }

    #[test]
    fn losing_a_race_is_normal_and_a_used_blockhash_is_renewed() {
        let beaten =
            ["Program log: AnchorError occurred. Error Code: NothingToDo. Error Number: 6035. Error Message: x."];
        assert_eq!(
            TransactionError::read("e", &beaten.map(str::to_owned)).meaning(),
            Meaning::Beaten
        );
        assert_eq!(
            TransactionError::read("Blockhash not found", &[]).meaning(),
            Meaning::Stale
        );
        assert_eq!(
            TransactionError::read("This transaction has already been processed", &[]).meaning(),
            Meaning::Stale
        );
    }

    #[test]
    fn who_cannot_pay_is_told_so() {
        let payer = Pubkey::new_unique();
        for (error, log, expected) in [
            (
                "Transaction simulation failed: Attempt to debit an account but found no record of a prior credit.",
                "",
                "no SOL",
            ),
            (
                "Insufficient funds for fee".to_lowercase().as_str(),
                "",
                "not enough SOL",
            ),
            (
                "Error processing Instruction 1: custom program error: 0x1",
                "Transfer: insufficient lamports 5, need 7",
                "not enough SOL",
            ),
        ] {
            let told = TransactionError::read(error, &[log.to_owned()]).of_payer(&payer);
            let wanted = format!("{payer} has {expected} to pay for the transaction; send it some");
            assert!(told.is_unfunded() && told.words == wanted, "{}", told.words);
        }
        let other = TransactionError::read(
            "custom program error: 0x1",
            &["Program log: Error: insufficient funds".to_owned()],
        );
        let told = other.of_payer(&payer);
        assert_eq!(told.words, "insufficient funds (custom program error: 0x1)");
    }

    #[test]
    fn logs_that_say_nothing_leave_the_runtimes_words() {
        let refusal = TransactionError::read(
            "Error processing Instruction 1: invalid account data",
            &["gibberish".to_owned()],
        );
        assert_eq!(refusal.name, "Error processing Instruction 1: invalid account data");
        assert_eq!(refusal.to_string(), refusal.name);
        assert_eq!(refusal.meaning(), Meaning::Refused);
        let failed = ["Program X failed: Access violation".to_owned()];
        let refusal = TransactionError::read("e", &failed);
        assert_eq!(
            (refusal.message.as_str(), refusal.words.as_str()),
            (failed[0].as_str(), "e")
        );
    }

    #[test]
    fn an_anchor_error_is_found_in_the_logs() {
        let logs = ["Program log: AnchorError thrown in a.rs:9. Error Code: ZeroAmount. Error Number: 6021. Error Message: amount: zero."];
        let error = TransactionError::read("?", &logs.map(str::to_owned));
        assert_eq!((error.code, error.to_string().as_str()), (Some(6021), "amount: zero"));
        let first = |before: &str| {
            let all = [before.to_owned(), logs[0].to_owned()];
            TransactionError::read("?", &all).to_string()
        };
        assert_eq!(
            first("Program log: Size { quantity: 3 }"),
            "amount: zero (size: quantity 3)"
        );
        assert_eq!(first("Program log: Instruction: Deposit"), "amount: zero");
        assert_eq!(first("Program data: AAAA"), "amount: zero");
        assert_eq!(TransactionError::read("no", &[]).code, None);
    }
}
