//! The compiled mathematics, in a virtual machine of its own.

use crate::building;
use crate::places::Places;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anyhow::{anyhow, bail, Context, Result};
use ballast_cu_bench::wire::{Arguments, Outcome, BOOK};
use ballast_cu_bench::{Operation, Tier, ADDRESS};
use ballast_sdk::Instruction;
use litesvm::LiteSVM;
use solana_account::Account;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;

/// The most that a transaction may use.
const COMPUTE_UNITS: u32 = 1_400_000;
/// The feature `remaining_compute_units_syscall_enabled`.
const METER: Pubkey = Pubkey::from_str_const("5TuppMutoyzhUSfuYdhgzD47F92GL1g89KpCZQKqedxP");
const ARGUMENTS: Pubkey = Pubkey::new_from_array([1; 32]);
const OUTCOMES: Pubkey = Pubkey::new_from_array([2; 32]);

/// A virtual machine with the program in it.
pub struct MathProgram {
    svm: LiteSVM,
    payer: Keypair,
}

/// Rows for one transaction, so that the longest of them stay below its limit.
const fn rows_at_once(operation: Operation) -> usize {
    match operation {
        Operation::SolmathFullHp => 6,
        Operation::SolmathFull => 14,
        Operation::Scenarios => 4 * BOOK,
        _ => 100,
    }
}

impl MathProgram {
    /// Loads the compiled program.
    ///
    /// # Errors
    /// If it is not built, or does not build.
    pub fn load(places: &Places) -> Result<Self> {
        building::programs(places)?;
        let path = places.programs().join("ballast_cu_bench.so");
        let bytes = std::fs::read(&path).with_context(|| {
            format!(
                "the mathematics is not built for the virtual machine ({}); run ./ballast build",
                path.display()
            )
        })?;
        // As on mainnet, with one call more: that by which a program reads its own compute units.
        let mut features = LiteSVM::mainnet_feature_set();
        features.activate(&METER, 0);
        let mut svm = LiteSVM::new()
            .with_feature_set(features)
            .with_builtins()
            .with_sigverify(false)
            .with_blockhash_check(false)
            .with_transaction_history(0);
        let payer = Keypair::new_from_array([3; 32]);
        let refused = |error: &dyn std::fmt::Debug| anyhow!("the virtual machine refused the program: {error:?}");
        svm.airdrop(&payer.pubkey(), 1_000_000_000_000)
            .map_err(|error| refused(&error.err))?;
        svm.add_program(Pubkey::new_from_array(ADDRESS), &bytes)
            .map_err(|error| refused(&error))?;
        Ok(Self { svm, payer })
    }

    /// Runs one operation over rows; one outcome for each.
    ///
    /// # Errors
    /// If the program fails, which no row should make it do.
    pub fn run(&mut self, operation: Operation, tier: Tier, rows: &[Arguments]) -> Result<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(rows.len());
        for batch in rows.chunks(rows_at_once(operation)) {
            self.run_batch(operation, tier, batch, &mut outcomes)?;
        }
        Ok(outcomes)
    }

    fn run_batch(
        &mut self,
        operation: Operation,
        tier: Tier,
        rows: &[Arguments],
        outcomes: &mut Vec<Outcome>,
    ) -> Result<()> {
        let program = Pubkey::new_from_array(ADDRESS);
        self.put(ARGUMENTS, rows.iter().flat_map(|row| row.to_bytes()).collect())?;
        self.put(OUTCOMES, vec![0; rows.len() * Outcome::BYTES])?;
        let instruction = Instruction {
            program_id: program,
            accounts: vec![
                AccountMeta::new_readonly(ARGUMENTS, false),
                AccountMeta::new(OUTCOMES, false),
            ],
            data: vec![operation as u8, tier as u8],
        };
        let transaction = Transaction::new_unsigned(solana_message::Message::new(
            &[
                ComputeBudgetInstruction::set_compute_unit_limit(COMPUTE_UNITS),
                instruction,
            ],
            Some(&self.payer.pubkey()),
        ));
        self.svm.send_transaction(transaction).map_err(|failed| {
            anyhow!(
                "the program failed at {operation:?}: {}\n{}",
                failed.err,
                failed.meta.logs.join("\n")
            )
        })?;
        let account = self.svm.get_account(&OUTCOMES).context("the results are gone")?;
        let before = outcomes.len();
        outcomes.extend(
            account
                .data
                .chunks_exact(Outcome::BYTES)
                .filter_map(Outcome::from_bytes),
        );
        if outcomes.len() - before != rows.len() {
            bail!("the program wrote what is not a result at {operation:?}");
        }
        Ok(())
    }

    fn put(&mut self, address: Pubkey, data: Vec<u8>) -> Result<()> {
        let account = Account {
            lamports: 1_000_000_000_000,
            data,
            owner: Pubkey::new_from_array(ADDRESS),
            executable: false,
            rent_epoch: u64::MAX,
        };
        self.svm
            .set_account(address, account)
            .map_err(|error| anyhow!("the virtual machine refused an account: {error:?}"))
    }
}
