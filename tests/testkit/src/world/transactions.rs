//! What a test sends, and what comes of it.

use super::World;
use anchor_lang::prelude::Pubkey;
use ballast_sdk::events::VaultEvent;
use ballast_sdk::Instruction;
use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction::{InstructionError, Transaction, TransactionError};

/// What sending gives.
pub type Sent = Result<TransactionMetadata, Box<FailedTransactionMetadata>>;

impl World {
    /// Sends instructions in one transaction, paid by the admin.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        let payer = self.admin.insecure_clone();
        self.send_paid_by(&payer, instructions, signers)
    }

    /// Sends instructions in one transaction.
    pub fn send_paid_by(&mut self, payer: &Keypair, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        self.svm.expire_blockhash();
        let mut all = vec![payer];
        all.extend(signers.iter().filter(|signer| signer.pubkey() != payer.pubkey()));
        let hash = self.svm.latest_blockhash();
        let transaction = Transaction::new_signed_with_payer(instructions, Some(&payer.pubkey()), &all, hash);
        self.send_signed(transaction.into())
    }

    /// Sends a transaction as somebody has signed it.
    pub fn send_signed(&mut self, transaction: VersionedTransaction) -> Sent {
        self.last_keys = transaction.message.static_account_keys().to_vec();
        // A signature is 64 bytes, and how many there are takes one.
        self.last_size = 1 + 64 * transaction.signatures.len() + transaction.message.serialize().len();
        self.svm.send_transaction(transaction).map_err(Box::new)
    }

    /// Returns the bytes of the last transaction: a packet holds 1,232.
    pub const fn last_size(&self) -> usize {
        self.last_size
    }

    /// Returns what the vault program announced in the last transaction, in order.
    pub fn announced(&self, sent: &Sent) -> Vec<VaultEvent> {
        let (succeeded, sent) = match sent {
            Ok(sent) => (true, sent),
            Err(failed) => (false, &failed.meta),
        };
        let inner = sent.inner_instructions.iter().flatten().map(|inner| &inner.instruction);
        VaultEvent::all(
            succeeded,
            inner.map(|call| (&self.last_keys[usize::from(call.program_id_index)], &call.data[..])),
        )
    }

    /// Sends one instruction with compute units to spare, paid by the admin.
    pub fn send_large(&mut self, instruction: Instruction, signers: &[&Keypair]) -> Sent {
        self.send(&[more_units(), instruction], signers)
    }
}

/// Returns a request for all the compute units that a transaction may have.
pub fn more_units() -> Instruction {
    let mut data = vec![2];
    data.extend(1_400_000u32.to_le_bytes());
    Instruction {
        program_id: Pubkey::from_str_const("ComputeBudget111111111111111111111111111111"),
        accounts: Vec::new(),
        data,
    }
}

/// Returns the program error code that a transaction failed with. Panics, with the logs, if it did
/// not fail that way.
pub fn error_code(sent: &Sent) -> u32 {
    let failed = sent.as_ref().expect_err("a refusal");
    match &failed.err {
        TransactionError::InstructionError(_, InstructionError::Custom(code)) => *code,
        other => panic!("{other:?}\n{}", failed.meta.logs.join("\n")),
    }
}
