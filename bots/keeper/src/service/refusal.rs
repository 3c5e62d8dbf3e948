//! What a refused transaction says.

/// A refusal, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule, by the program's own name for it, or the runtime's words.
    pub name: String,
    /// The sentence that goes with it.
    pub message: String,
}

/// What a refusal means to a keeper.
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

const BEATEN: [&str; 8] = [
    "NothingToDo",
    "ObservedTooSoon",
    "PriceOlderThanStored",
    "CollateralInPlace",
    "NoPendingOrder",
    "NothingQueued",
    "OrderAlreadyPending",
    "OrderInFlight",
];
const NOT_YET: [&str; 6] = [
    "NotLiquid",
    "BookMustComeDown",
    "WorthNothing",
    "SameSlotAsRebalance",
    "FulfilTooEarly",
    "WithdrawalNotReady",
];

impl Refusal {
    /// Reads a refusal out of the runtime's error and the logs. The first program that names its error is the one that refused;
    /// its callers only pass it on.
    pub fn read(error: &str, logs: &[String]) -> Self {
        let part = |line: &str, mark: &str| {
            let (_, rest) = line.split_once(mark)?;
            Some(rest.split(". ").next().unwrap_or(rest).trim_end_matches('.').to_owned())
        };
        let named = logs.iter().find_map(|line| Some((part(line, "Error Code: ")?, line)));
        if let Some((name, line)) = named {
            let message = part(line, "Error Message: ").unwrap_or_else(|| error.to_owned());
            return Self { name, message };
        }
        let failed = logs.iter().find(|line| line.contains(" failed: "));
        let message = failed.map_or(error, String::as_str).to_owned();
        Self {
            name: error.to_owned(),
            message,
        }
    }

    /// What it means to a keeper.
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
        let refusal = Refusal::read("Error processing Instruction 2: custom program error: 0x1782", &logs);
        assert_eq!(refusal.name, "Paused");
        assert_eq!(refusal.message, "fault: the venue is paused");
        assert_eq!(refusal.meaning(), Meaning::Refused);
    }

    #[test]
    fn losing_a_race_is_normal_and_a_used_blockhash_is_renewed() {
        let beaten =
            ["Program log: AnchorError occurred. Error Code: NothingToDo. Error Number: 6035. Error Message: x."];
        assert_eq!(
            Refusal::read("e", &beaten.map(str::to_owned)).meaning(),
            Meaning::Beaten
        );
        assert_eq!(Refusal::read("Blockhash not found", &[]).meaning(), Meaning::Stale);
        assert_eq!(
            Refusal::read("This transaction has already been processed", &[]).meaning(),
            Meaning::Stale
        );
    }

    #[test]
    fn logs_that_say_nothing_leave_the_runtimes_words() {
        let refusal = Refusal::read(
            "Error processing Instruction 1: invalid account data",
            &["gibberish".to_owned()],
        );
        assert_eq!(refusal.name, "Error processing Instruction 1: invalid account data");
        assert_eq!(refusal.meaning(), Meaning::Refused);
    }
}
