//! Coming and going: requests, claims, and what is left of them.

use super::{build, Holder};
use crate::addresses::{self, TokenMint, VaultKeys};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_vault::state::{RequestBatch, Ticket};
pub use ballast_vault::RequestArgs;
use ballast_vault::{accounts, instruction};

/// Builds `ballast_vault::open_batch`. Anyone may send it; it has to come before the first request
/// of a batch.
pub fn open_batch(keys: &VaultKeys, payer: &Pubkey, number: u64) -> Instruction {
    let accounts = accounts::OpenBatch {
        payer: *payer,
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, number),
        system_program: system_program::ID,
    };
    build(ballast_vault::ID, accounts, instruction::OpenBatch { number })
}

/// Builds `ballast_vault::request_deposit` into the batch of that number: quote tokens for shares.
pub fn request_deposit(keys: &VaultKeys, who: &Holder, number: u64, args: RequestArgs) -> Instruction {
    request_deposit_by(&who.key, keys, who, number, args)
}

/// Builds [`request_deposit`] as `by` asks for it: the holder, or an operator of theirs.
pub fn request_deposit_by(by: &Pubkey, keys: &VaultKeys, who: &Holder, number: u64, args: RequestArgs) -> Instruction {
    let route = Route {
        token: keys.quote(),
        from: who.quote,
        into: keys.custody,
        pay_to: who.shares,
    };
    let accounts = make_request(by, keys, who, number, &args, &route);
    build(ballast_vault::ID, accounts, instruction::RequestDeposit { args })
}

/// Builds `ballast_vault::request_redeem` into the batch of that number: shares for quote tokens.
pub fn request_redeem(keys: &VaultKeys, who: &Holder, number: u64, args: RequestArgs) -> Instruction {
    request_redeem_by(&who.key, keys, who, number, args)
}

/// Builds [`request_redeem`] as `by` asks for it: the holder, or an operator of theirs.
pub fn request_redeem_by(by: &Pubkey, keys: &VaultKeys, who: &Holder, number: u64, args: RequestArgs) -> Instruction {
    let route = Route {
        token: keys.shares(),
        from: who.shares,
        into: keys.escrow,
        pay_to: who.quote,
    };
    let accounts = make_request(by, keys, who, number, &args, &route);
    build(ballast_vault::ID, accounts, instruction::RequestRedeem { args })
}

/// Builds `ballast_vault::set_operator`: whether `operator` may ask, take back and claim for
/// `holder`. Tokens that they may pay in are delegated to [`addresses::operator_approval`].
pub fn set_operator(keys: &VaultKeys, holder: &Pubkey, operator: &Pubkey, approved: bool) -> Instruction {
    let accounts = accounts::SetOperator {
        holder: *holder,
        vault: keys.vault,
        operator: *operator,
        approval: addresses::operator_approval(&keys.vault, holder, operator),
        system_program: system_program::ID,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(ballast_vault::ID, accounts, instruction::SetOperator { approved })
}

/// Returns the approval that `by` needs to act for `holder`: none if they are the same.
fn approval(keys: &VaultKeys, holder: &Pubkey, by: &Pubkey) -> Option<Pubkey> {
    (by != holder).then(|| addresses::operator_approval(&keys.vault, holder, by))
}

/// What is paid in, between which accounts, and where what is asked for goes.
struct Route {
    token: TokenMint,
    from: Pubkey,
    into: Pubkey,
    pay_to: Pubkey,
}

fn make_request(
    by: &Pubkey,
    keys: &VaultKeys,
    who: &Holder,
    number: u64,
    args: &RequestArgs,
    route: &Route,
) -> accounts::MakeRequest {
    accounts::MakeRequest {
        requester: *by,
        holder: who.key,
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, number),
        ticket: addresses::ticket(&keys.vault, &who.key, args.ticket),
        from: route.from,
        into: route.into,
        pay_to: route.pay_to,
        token_program: route.token.program,
        system_program: system_program::ID,
        approval: approval(keys, &who.key, by),
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    }
}

/// Builds `ballast_vault::claim_fees` to a share account. The collector signs.
pub fn claim_fees(keys: &VaultKeys, collector: &Pubkey, to: &Pubkey) -> Instruction {
    let accounts = accounts::ClaimFees {
        collector: *collector,
        vault: keys.vault,
        share_mint: keys.share_mint,
        to: *to,
        token_program: keys.shares().program,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(ballast_vault::ID, accounts, instruction::ClaimFees {})
}

/// Builds `ballast_vault::claim` to where the ticket says. Anyone may send it; `None` if nothing is
/// due of the batch, which is to be [`RequestBatch::collected`].
pub fn claim(keys: &VaultKeys, ticket: &Ticket, batch: &RequestBatch, claimer: &Pubkey) -> Option<Instruction> {
    let due = ticket.request().claim(&batch.totals.get());
    let is_due = due.ends || due.quote > 0 || due.shares.0 > 0;
    let to = if due.is_returned {
        ticket.return_to
    } else {
        ticket.pay_to
    };
    let from = if due.shares.0 > 0 { keys.escrow } else { keys.custody };
    is_due.then(|| claim_to(keys, ticket, claimer, [from, to]))
}

/// Builds `ballast_vault::claim` between these token accounts of the vault and of anybody; only the
/// ticket's holder may choose the second.
pub fn claim_to(keys: &VaultKeys, ticket: &Ticket, claimer: &Pubkey, route: [Pubkey; 2]) -> Instruction {
    claim_with(keys, ticket, claimer, route, None)
}

/// Builds [`claim_to`] as an operator of the holder's sends it: to another account of theirs.
pub fn claim_by(operator: &Pubkey, keys: &VaultKeys, ticket: &Ticket, route: [Pubkey; 2]) -> Instruction {
    claim_with(keys, ticket, operator, route, approval(keys, &ticket.holder, operator))
}

fn claim_with(
    keys: &VaultKeys,
    ticket: &Ticket,
    claimer: &Pubkey,
    [from, to]: [Pubkey; 2],
    approval: Option<Pubkey>,
) -> Instruction {
    let accounts = accounts::Claim {
        claimer: *claimer,
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, ticket.batch),
        ticket: addresses::ticket(&keys.vault, &ticket.opened_by, ticket.number),
        holder: ticket.holder,
        from,
        to,
        // Of what the vault's account holds.
        token_program: if from == keys.custody {
            keys.quote_program
        } else {
            keys.shares().program
        },
        approval,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(ballast_vault::ID, accounts, instruction::Claim {})
}

/// Builds `ballast_vault::assign`: a ticket becomes `to`'s, and pays into their accounts.
pub fn assign(keys: &VaultKeys, ticket: &Ticket, to: &Holder) -> Instruction {
    let (pay_to, return_to) = if ticket.is_redemption() {
        (to.quote, to.shares)
    } else {
        (to.shares, to.quote)
    };
    let accounts = accounts::Assign {
        holder: ticket.holder,
        vault: keys.vault,
        ticket: addresses::ticket(&keys.vault, &ticket.opened_by, ticket.number),
        to: to.key,
        pay_to,
        return_to,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(ballast_vault::ID, accounts, instruction::Assign {})
}

/// Builds `ballast_vault::collect`. Anyone may send it.
pub fn collect(keys: &VaultKeys, number: u64) -> Instruction {
    let accounts = accounts::Collect {
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, number),
    };
    build(ballast_vault::ID, accounts, instruction::Collect {})
}

/// Builds `ballast_vault::cancel`, which pays back to where it came from.
pub fn cancel(keys: &VaultKeys, ticket: &Ticket) -> Instruction {
    cancel_by(&ticket.holder, keys, ticket, &ticket.return_to)
}

/// Builds [`cancel`] as `by` sends it: the holder, who may name any account, or an operator of
/// theirs, who may name another of the holder's.
pub fn cancel_by(by: &Pubkey, keys: &VaultKeys, ticket: &Ticket, to: &Pubkey) -> Instruction {
    let (from, token) = if ticket.is_redemption() {
        (keys.escrow, keys.shares())
    } else {
        (keys.custody, keys.quote())
    };
    let accounts = accounts::Cancel {
        canceller: *by,
        holder: ticket.holder,
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, ticket.batch),
        ticket: addresses::ticket(&keys.vault, &ticket.opened_by, ticket.number),
        from,
        to: *to,
        token_program: token.program,
        approval: approval(keys, &ticket.holder, by),
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(ballast_vault::ID, accounts, instruction::Cancel {})
}

/// Builds `ballast_vault::close_batch`. Anyone may send it; `payer` opened the batch.
pub fn close_batch(keys: &VaultKeys, number: u64, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CloseBatch {
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, number),
        payer: *payer,
        escrow: keys.escrow,
        share_mint: keys.share_mint,
        token_program: keys.shares().program,
    };
    build(ballast_vault::ID, accounts, instruction::CloseBatch {})
}
