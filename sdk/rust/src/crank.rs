//! From a snapshot to signed bytes. No network, no clock of its own: the service, the demo and the
//! tests all call this.

use crate::action::{instruction, CrankAction};
use crate::instructions::Cranker;
use crate::snapshot::Snapshot;
use crate::Instruction;
use anchor_lang::prelude::Pubkey;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_hash::Hash;
use solana_keypair::Keypair;
use solana_message::{v0, VersionedMessage};
use solana_signer::{Signer, SignerError};
use solana_transaction::versioned::VersionedTransaction;

/// Compute units granted to each action. A transaction's limit is the sum over its actions.
///
/// A priority fee is charged on what is granted, not on what is used, so these are not the maximum
/// of 1.4 million: each is the ceiling that the tests hold the instruction to for a vault of one
/// leg, and half as much again for finding addresses with unlucky bumps.
pub mod budget {
    use ballast_core_vault::crank::CrankAction;
    use ballast_core_vault::planner::Orders;

    /// `observe` with all sources and a venue; held to 25,000.
    pub const OBSERVE: u32 = 37_500;
    /// `declare_silence`.
    pub const DECLARE_SILENCE: u32 = 30_000;
    /// `rebalance` and `unwind` with one order, the venue's part included; held to 120,000.
    pub const TRADE: u32 = 180_000;
    /// Each further order of a `rebalance`, the venue's part included.
    pub const ORDER: u32 = 75_000;
    /// Each further leg of a vault, and its market, in whatever values it.
    pub const LEG: u32 = 24_000;
    /// `move_collateral`, with the venue and a token transfer.
    pub const MOVE_COLLATERAL: u32 = 150_000;
    /// `collect_withdrawal`, with the venue and a token transfer.
    pub const COLLECT_WITHDRAWAL: u32 = 120_000;
    /// `mark`.
    pub const MARK: u32 = 75_000;
    /// The venue's `fulfil`.
    pub const FULFIL: u32 = 120_000;
    /// `price_batch`, with minting or burning.
    pub const PRICE_BATCH: u32 = 120_000;
    /// `exit_liquid`.
    pub const EXIT_LIQUID: u32 = 40_000;
    /// `claim`, with a token transfer.
    pub const CLAIM: u32 = 60_000;
    /// The two instructions that set the limit and the price.
    pub const OVERHEAD: u32 = 1_000;
    /// The runtime's ceiling for a transaction.
    pub const MAX: u32 = 1_400_000;

    /// Returns the compute units to grant to a rebalance with these orders: each one after the
    /// first adds what the venue takes.
    fn trade(orders: &Orders) -> u32 {
        let further = orders.iter().flatten().skip(1);
        further.fold(TRADE, |units, _| units.saturating_add(ORDER))
    }

    /// Returns the compute units to grant to an action on a vault of so many legs.
    pub fn of(action: &CrankAction, legs: usize) -> u32 {
        let further = u32::try_from(legs).unwrap_or(u32::MAX).saturating_sub(1);
        let valued = |units: u32| units.saturating_add(LEG.saturating_mul(further));
        match action {
            CrankAction::Observe(_) => OBSERVE,
            CrankAction::DeclareSilence(..) => DECLARE_SILENCE,
            CrankAction::Mark => valued(MARK),
            CrankAction::Fulfil(_) => FULFIL,
            CrankAction::CollectWithdrawal(_) => COLLECT_WITHDRAWAL,
            CrankAction::MoveCollateral(..) => valued(MOVE_COLLATERAL),
            CrankAction::Rebalance(orders) => valued(trade(orders)),
            CrankAction::Unwind(..) => valued(TRADE),
            CrankAction::PriceBatch(_) => valued(PRICE_BATCH),
            CrankAction::ExitLiquid(_) => EXIT_LIQUID,
        }
    }
}

/// The most bytes of a transaction: what fits an IPv6 packet without fragments, less its headers.
pub const PACKET_BYTES: usize = 1_232;

/// What a transaction offers for its place in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fee {
    /// Millionths of a lamport for each compute unit granted; 0 offers nothing.
    pub micro_lamports: u64,
}

/// On which terms a keeper works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What it offers.
    pub fee: Fee,
    /// Quote token account that gets what the vault pays; nothing is paid without one.
    pub pay_to: Option<Pubkey>,
}

/// What is due, signed.
#[derive(Clone, Debug)]
pub struct Crank {
    /// The actions, in order.
    pub actions: Vec<CrankAction>,
    /// One transaction with all of them.
    pub transaction: VersionedTransaction,
}

/// Why nothing could be signed.
#[derive(Debug, thiserror::Error)]
pub enum CrankError {
    /// The instructions do not make a message.
    #[error("the instructions do not fit a transaction: {0}")]
    Compile(#[from] solana_message::CompileError),
    /// The keypair would not sign.
    #[error("the keeper's key could not sign: {0}")]
    Sign(#[from] SignerError),
}

/// Plans and signs: a snapshot becomes one signed transaction, or `None` if nothing is due.
///
/// # Errors
/// [`CrankError`]; neither happens with a keypair that is a keypair.
pub fn crank(
    snapshot: &Snapshot,
    keeper: &Keypair,
    blockhash: Hash,
    terms: Terms,
) -> Result<Option<Crank>, CrankError> {
    let Some(step) = step(snapshot, &keeper.pubkey(), terms)? else {
        return Ok(None);
    };
    Ok(Some(Crank {
        transaction: signed(&step.instructions, keeper, blockhash)?,
        actions: step.actions,
    }))
}

/// What is due, as instructions of one transaction.
#[derive(Clone, Debug)]
pub struct Step {
    /// The actions, in order.
    pub actions: Vec<CrankAction>,
    /// Their instructions, behind those that set the limit of compute units and the price.
    pub instructions: Vec<Instruction>,
}

/// Returns what goes into the next transaction, which `keeper` pays for; `None` if nothing is due.
///
/// # Errors
/// [`CrankError::Compile`], which does not happen.
pub fn step(snapshot: &Snapshot, keeper: &Pubkey, terms: Terms) -> Result<Option<Step>, CrankError> {
    let actions = snapshot.plan();
    if actions.is_empty() {
        return Ok(None);
    }
    // Each market that is observed brings accounts of its own: where all together do not fit a
    // packet, the prices are taken in first, and what is done at them is planned anew.
    let observes = |action: &&CrankAction| matches!(action, CrankAction::Observe(_));
    let first: Vec<CrankAction> = actions.iter().take_while(observes).copied().collect();
    let whole = step_of(actions, snapshot, keeper, terms);
    let is_whole = first.is_empty() || first.len() == whole.actions.len() || fits(&whole.instructions, keeper)?;
    Ok(Some(if is_whole {
        whole
    } else {
        step_of(first, snapshot, keeper, terms)
    }))
}

fn step_of(actions: Vec<CrankAction>, snapshot: &Snapshot, keeper: &Pubkey, terms: Terms) -> Step {
    let legs = snapshot.state.legs().count();
    let units = actions.iter().fold(salt(snapshot), |sum, action| {
        sum.saturating_add(budget::of(action, legs))
    });
    let mut instructions = limits(units, terms.fee);
    let keeper = Cranker {
        key: *keeper,
        pay_to: terms.pay_to,
    };
    let due = actions
        .iter()
        .filter_map(|action| instruction(action, snapshot, &keeper));
    instructions.extend(due);
    Step { actions, instructions }
}

/// Returns whether a transaction of instructions fits a packet.
fn fits(instructions: &[Instruction], keeper: &Pubkey) -> Result<bool, CrankError> {
    let message = message(instructions, keeper, Hash::default())?;
    // A byte that counts them, and the signatures, before the message.
    let signatures = usize::from(message.header().num_required_signatures).saturating_mul(64);
    Ok(message.serialize().len().saturating_add(signatures).saturating_add(1) <= PACKET_BYTES)
}

/// Signs instructions with a limit of `units` compute units.
///
/// # Errors
/// [`CrankError`].
pub fn sign(
    instructions: &[Instruction],
    units: u32,
    keeper: &Keypair,
    blockhash: Hash,
    fee: Fee,
) -> Result<VersionedTransaction, CrankError> {
    let mut all = limits(units, fee);
    all.extend_from_slice(instructions);
    signed(&all, keeper, blockhash)
}

/// Returns the instructions that set a limit of `units` compute units, and the price of them.
fn limits(units: u32, fee: Fee) -> Vec<Instruction> {
    let units = units.saturating_add(budget::OVERHEAD).min(budget::MAX);
    let mut limits = vec![ComputeBudgetInstruction::set_compute_unit_limit(units)];
    if fee.micro_lamports > 0 {
        limits.push(ComputeBudgetInstruction::set_compute_unit_price(fee.micro_lamports));
    }
    limits
}

fn message(instructions: &[Instruction], keeper: &Pubkey, blockhash: Hash) -> Result<VersionedMessage, CrankError> {
    let message = v0::Message::try_compile(keeper, instructions, &[], blockhash)?;
    Ok(VersionedMessage::V0(message))
}

fn signed(instructions: &[Instruction], keeper: &Keypair, blockhash: Hash) -> Result<VersionedTransaction, CrankError> {
    let message = message(instructions, &keeper.pubkey(), blockhash)?;
    Ok(VersionedTransaction::try_new(message, &[keeper])?)
}

/// Returns a few compute units that differ with the state of the vault. Two `observe`s under one
/// blockhash would otherwise be the same bytes, and the chain would take the second for a
/// repetition of the first.
fn salt(snapshot: &Snapshot) -> u32 {
    let observations = snapshot.markets().map(|market| market.stored.signals.observations);
    let state = observations
        .fold(0u64, u64::wrapping_add)
        .wrapping_mul(31)
        .wrapping_add(snapshot.vault.rebalances.wrapping_mul(7))
        .wrapping_add(snapshot.clock.slot);
    u32::try_from(state % 997).unwrap_or_default()
}
