//! People with margin accounts.

use super::{ClearingHouseFixture, USD};
use crate::world::{Sent, User};
use anchor_lang::prelude::Pubkey;
use ballast_sdk::instructions::options::{self as ix, Parties};
use solana_signer::Signer;

/// A person with a margin account.
pub struct Member {
    /// The person.
    pub user: User,
    /// The margin account.
    pub account: Pubkey,
}

impl ClearingHouseFixture {
    /// Returns a new person with an account that holds so many quote tokens, and as many in the
    /// wallet.
    pub fn participant(&mut self, cash: u64) -> Member {
        let user = self.wallet(2 * cash);
        let participant = self.open(user);
        if cash > 0 {
            self.deposit(&participant, cash).expect("a deposit");
        }
        participant
    }

    /// Opens another account for a person.
    pub fn open(&mut self, user: User) -> Member {
        let number = self.clock().slot;
        let (admin, owner) = (self.admin.pubkey(), user.holder.key);
        let open = ix::open_account(&self.keys, &admin, &owner, number);
        self.send(&[open], &[]).expect("an account");
        let account = self.keys.account(&owner, number);
        self.accounts.push(account);
        Member { user, account }
    }

    /// Sends `deposit`.
    pub fn deposit(&mut self, participant: &Member, amount: u64) -> Sent {
        let holder = &participant.user.holder;
        let deposit = ix::deposit(&self.keys, &holder.key, &participant.account, &holder.quote, amount);
        self.send(&[deposit], &[&participant.user.keypair])
    }

    /// Sends `withdraw`, with every market.
    pub fn withdraw(&mut self, participant: &Member, amount: u64) -> Sent {
        let holder = &participant.user.holder;
        let markets = self.market_keys();
        let withdraw = ix::withdraw(
            &self.keys,
            &holder.key,
            &participant.account,
            &holder.quote,
            &markets,
            amount,
        );
        self.submit(withdraw, &participant.user)
    }

    /// Returns the most, to the whole quote unit, that an account could withdraw now.
    pub fn withdrawable(&self, participant: &Member) -> u64 {
        let (mut low, mut high) = (0, self.account(&participant.account).cash / USD + 1);
        while high - low > 1 {
            let middle = (low + high) / 2;
            let accepted = self.copy().withdraw(participant, middle * USD).is_ok();
            *(if accepted { &mut low } else { &mut high }) = middle;
        }
        low * USD
    }
}

/// Returns who takes, and whose offer.
pub fn parties(taker: &Member, maker: &Member) -> Parties {
    Parties {
        owner: taker.user.holder.key,
        taker: taker.account,
        maker: maker.account,
    }
}
