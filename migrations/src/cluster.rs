//! What set-up and demo need of a chain, whichever it is.

use anchor_lang::prelude::{Clock, Pubkey};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Instruction;
use solana_keypair::Keypair;

/// Why a chain did not do something.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A program refused the transaction.
    #[error("{message}")]
    Refused {
        /// The program's error code, if it gave one.
        code: Option<u32>,
        /// The rule, in words.
        message: String,
    },
    /// The chain could not be asked, or answered nonsense.
    #[error("{0}")]
    Unusable(String),
}

/// A chain for tests and demonstrations: time moves when told, and any account can be written.
pub trait Cluster {
    /// The accounts at these addresses, in order, taken at one moment.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn accounts(&mut self, keys: &[Pubkey]) -> Result<Vec<Option<RawAccount>>, ClusterError>;

    /// The chain's clock.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn clock(&mut self) -> Result<Clock, ClusterError>;

    /// All accounts of a program that have exactly this many bytes. Order is not defined.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn program_accounts(&mut self, program: &Pubkey, bytes: usize) -> Result<Vec<RawAccount>, ClusterError>;

    /// The genesis hash, which tells one cluster from another.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn genesis(&mut self) -> Result<[u8; 32], ClusterError>;

    /// Signs the instructions as one transaction, paid by the first signer, and returns when it has landed.
    ///
    /// # Errors
    /// [`ClusterError`].
    fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<(), ClusterError>;

    /// Writes an account, as no real chain lets anybody do: prices are published this way.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn set_account(&mut self, account: &RawAccount) -> Result<(), ClusterError>;

    /// Moves chain time forward to this unix second, and slots with it.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn advance_to(&mut self, unix_time: i64) -> Result<(), ClusterError>;

    /// Comes back in a later slot.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn advance_slot(&mut self) -> Result<(), ClusterError>;

    /// Gives lamports.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn airdrop(&mut self, key: &Pubkey, lamports: u64) -> Result<(), ClusterError>;

    /// Puts a compiled program at `id`.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn deploy(&mut self, id: &Pubkey, program: &[u8]) -> Result<(), ClusterError>;

    /// One account that may not exist.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn find(&mut self, key: &Pubkey) -> Result<Option<RawAccount>, ClusterError> {
        Ok(self.accounts(&[*key])?.into_iter().next().flatten())
    }

    /// One account that has to exist.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn account(&mut self, key: &Pubkey) -> Result<RawAccount, ClusterError> {
        let found = self.find(key)?;
        found.ok_or_else(|| ClusterError::Unusable(format!("account {key} does not exist")))
    }
}

/// The words of an Anchor error in a transaction's logs, and its code.
pub fn refusal(logs: &[String], otherwise: String) -> ClusterError {
    let number = |line: &str| line.split("Error Number: ").nth(1)?.split('.').next()?.parse().ok();
    for (index, line) in logs.iter().enumerate().rev() {
        if let Some((_, message)) = line.split_once("Error Message: ") {
            let message = message.trim_end_matches('.');
            // Programs log the numbers that broke a rule right before the rule.
            let before = index.checked_sub(1).and_then(|before| logs.get(before));
            let numbers = before.and_then(|line| line.strip_prefix("Program log: "));
            let numbers = numbers.filter(|words| !words.starts_with("Instruction: "));
            let message = numbers.map_or_else(|| message.to_owned(), |numbers| format!("{message} ({numbers})"));
            return ClusterError::Refused {
                code: number(line),
                message,
            };
        }
    }
    ClusterError::Refused {
        code: None,
        message: otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_error_is_found_in_the_logs() {
        let logs = ["Program log: AnchorError thrown in a.rs:9. Error Code: ZeroAmount. Error Number: 6021. Error Message: amount: zero."];
        let error = refusal(&logs.map(str::to_owned), "?".to_owned());
        assert!(matches!(error, ClusterError::Refused { code: Some(6021), message } if message == "amount: zero"));
        let first = |before: &str| {
            let all = [before.to_owned(), logs[0].to_owned()];
            match refusal(&all, "?".to_owned()) {
                ClusterError::Refused { message, .. } => message,
                ClusterError::Unusable(message) => message,
            }
        };
        assert_eq!(
            first("Program log: Size { quantity: 3 }"),
            "amount: zero (Size { quantity: 3 })"
        );
        assert_eq!(first("Program log: Instruction: Deposit"), "amount: zero");
        assert_eq!(first("Program data: AAAA"), "amount: zero");
        assert!(matches!(
            refusal(&[], "no".to_owned()),
            ClusterError::Refused { code: None, .. }
        ));
    }
}
