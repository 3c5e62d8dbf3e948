//! Coming and going: requests, pricing, claims, each sent by whoever may.

use super::VaultFixture;
use crate::world::{Sent, User};
use anchor_lang::{AccountDeserialize, Discriminator};
use ballast_core_types::UnixTime;
use ballast_core_vault::batch::REDUCTION_WAIT_SECONDS;
use ballast_risk::state::Fixed;
use ballast_sdk::action::CrankAction;
use ballast_sdk::instructions::{self as ix, batches};
use ballast_sdk::{addresses, Instruction};
use ballast_vault::state::{RequestBatch, Ticket};
use ballast_vault::RequestArgs;
use solana_signer::Signer;

/// The least deposit.
pub const LEAST: u64 = 10_000_000;
/// Seconds after which a batch that has just opened can be priced: it has closed, and there is news
/// from after that by more than the chain's clock may be behind.
pub const UNTIL_PRICED: i64 = 75;

impl VaultFixture {
    /// Returns the request of this size at any price, and the batch that takes it now.
    pub fn args(&mut self, amount: u64) -> (u64, RequestArgs) {
        self.requests += 1;
        let now = UnixTime(self.clock().unix_timestamp);
        let args = RequestArgs {
            ticket: self.requests,
            amount,
            within_one_percent_of: None,
        };
        (self.snapshot().state.queue.taking(now).0, args)
    }

    /// Sends a request, behind `open_batch` if its batch has no account yet.
    pub fn send_request(&mut self, user: &User, number: u64, request: Instruction) -> Sent {
        let is_there = self.raw(&addresses::batch(&self.keys.vault, number)).is_some();
        let open = batches::open_batch(&self.keys, &user.holder.key, number);
        let all: Vec<_> = (!is_there).then_some(open).into_iter().chain([request]).collect();
        self.send(&all, &[&user.keypair])
    }

    /// Sends `request_deposit` at any price.
    pub fn request_deposit(&mut self, user: &User, amount: u64) -> Sent {
        let (number, args) = self.args(amount);
        let request = batches::request_deposit(&self.keys, &user.holder, number, args);
        self.send_request(user, number, request)
    }

    /// Sends `request_redeem` at any price.
    pub fn request(&mut self, user: &User, shares: u64) -> Sent {
        let (number, args) = self.args(shares);
        let request = batches::request_redeem(&self.keys, &user.holder, number, args);
        self.send_request(user, number, request)
    }

    /// Sends a request of the class within one per cent of the vault's last mark, or of what the
    /// batch refers to.
    pub fn request_within(&mut self, user: &User, amount: u64, is_redemption: bool, reference: Fixed) -> Sent {
        let (number, args) = self.args(amount);
        let args = RequestArgs {
            within_one_percent_of: Some(reference),
            ..args
        };
        let build = if is_redemption {
            batches::request_redeem
        } else {
            batches::request_deposit
        };
        let request = build(&self.keys, &user.holder, number, args);
        self.send_request(user, number, request)
    }

    /// Sends `price_batch`, by the keeper.
    pub fn price_batch(&mut self, number: u64) -> Sent {
        let keeper = self.keeper.insecure_clone();
        let instruction = ix::price_batch(&self.keys, &keeper.pubkey(), number);
        self.send_priced(&[instruction], &[&keeper])
    }

    /// Sends `exit_liquid`, as anyone may.
    pub fn exit_liquid(&mut self, number: u64) -> Sent {
        let instruction = ix::exit_liquid(&self.keys, number);
        self.send(&[instruction], &[])
    }

    /// Sends `claim` for a ticket to where it says, by the keeper; `None` if nothing is due.
    pub fn claim(&mut self, ticket: &Ticket) -> Option<Sent> {
        let keeper = self.keeper.insecure_clone();
        let batch = self.batch(ticket.batch).collected(&self.snapshot().vault);
        let instruction = batches::claim(&self.keys, ticket, &batch, &keeper.pubkey())?;
        Some(self.send(&[instruction], &[&keeper]))
    }

    /// Sends `collect`, as anyone may.
    pub fn collect(&mut self, number: u64) -> Sent {
        let instruction = batches::collect(&self.keys, number);
        self.send(&[instruction], &[])
    }

    /// Sends `assign`: a ticket becomes somebody else's.
    pub fn assign(&mut self, from: &User, ticket: &Ticket, to: &User) -> Sent {
        let instruction = batches::assign(&self.keys, ticket, &to.holder);
        self.send(&[instruction], &[&from.keypair])
    }

    /// Claims whatever is due to anybody.
    pub fn claim_all(&mut self) {
        for ticket in self.tickets() {
            if let Some(sent) = self.claim(&ticket) {
                sent.expect("a claim is never refused");
            }
        }
    }

    /// Sends `cancel` for the last ticket of somebody.
    pub fn cancel(&mut self, user: &User) -> Sent {
        let ticket = self.ticket(user).expect("a ticket");
        let instruction = batches::cancel(&self.keys, &ticket);
        self.send(&[instruction], &[&user.keypair])
    }

    /// Returns every open ticket, in the order of their numbers.
    pub fn tickets(&self) -> Vec<Ticket> {
        let all = self.svm.get_program_accounts(&ballast_vault::ID);
        let is_ticket = |data: &[u8]| data.starts_with(Ticket::DISCRIMINATOR);
        let tickets = all.iter().filter(|(_, account)| is_ticket(&account.data));
        let mut tickets: Vec<_> = tickets
            .map(|(_, account)| Ticket::try_deserialize(&mut account.data.as_slice()).expect("a ticket"))
            .collect();
        tickets.sort_by_key(|ticket| ticket.number);
        tickets
    }

    /// Returns somebody's last ticket.
    pub fn ticket(&self, user: &User) -> Option<Ticket> {
        let mut latest_first = self.tickets().into_iter().rev();
        latest_first.find(|ticket| ticket.holder == user.holder.key)
    }

    /// Returns a batch.
    pub fn batch(&self, number: u64) -> RequestBatch {
        let account = self.raw(&addresses::batch(&self.keys.vault, number)).expect("a batch");
        account.batch().expect("a batch")
    }

    /// Lets the batch that takes requests close, prices it at the last price, and pays everybody
    /// what is due to them.
    pub fn price_requests(&mut self) -> Sent {
        self.pass(UNTIL_PRICED, 75);
        self.republish();
        let number = self.snapshot().vault.queue.next;
        if self
            .snapshot()
            .plan()
            .iter()
            .any(|action| matches!(action, CrankAction::Rebalance(_)))
        {
            // The book may have a minute to come down first.
            self.pass(REDUCTION_WAIT_SECONDS, 60);
            self.republish();
        }
        let priced = self.price_batch(number)?;
        self.claim_all();
        self.pass(0, 1);
        Ok(priced)
    }

    /// Deposits: a request, its pricing at the last price a minute later, its claim.
    pub fn deposit(&mut self, user: &User, amount: u64) -> Sent {
        self.request_deposit(user, amount)?;
        self.price_requests()
    }

    /// Deposits, and returns whether that bought shares: it may be refused, or go back when it is
    /// priced.
    pub fn comes_in(&mut self, user: &User, amount: u64) -> bool {
        let before = self.tokens(&user.holder.shares);
        self.deposit(user, amount).is_ok() && self.tokens(&user.holder.shares) > before
    }

    /// Redeems: a request, its pricing at the last price a minute later, its claim.
    pub fn redeem_shares(&mut self, user: &User, shares: u64) -> Sent {
        self.request(user, shares)?;
        self.price_requests()
    }

    /// Lets the keeper work for some minutes at the last price: until nobody waits, or the minutes
    /// are over.
    pub fn let_leave(&mut self, minutes: usize) {
        for _ in 0..minutes {
            self.crank().expect("what is planned is accepted");
            self.claim_all();
            if self.tickets().is_empty() {
                return;
            }
            self.pass(UNTIL_PRICED, 75);
            self.republish();
        }
    }
}
