//! The vault's instructions, each sent by whoever may. Those that rest on a price have an
//! observation before them if a newer one is published.

use super::VaultFixture;
use crate::world::Sent;
use ballast_sdk::instructions::{self as ix, Cranker};
use ballast_sdk::snapshot::SnapshotMarket;
use ballast_sdk::Instruction;
use ballast_vault::state::VaultBreaker;
use ballast_vault::Order;
use solana_keypair::Keypair;
use solana_signer::Signer;

impl VaultFixture {
    /// Sends `rebalance` with one order for the first leg.
    pub fn rebalance(&mut self, lots: i64) -> Sent {
        self.rebalance_with(vec![Order { leg: 0, lots }])
    }

    /// Returns who cranks, and where their pay goes.
    pub fn cranker(&self) -> Cranker {
        Cranker {
            key: self.keeper.pubkey(),
            pay_to: self.pay_to,
        }
    }

    /// Sends `rebalance`.
    pub fn rebalance_with(&mut self, orders: Vec<Order>) -> Sent {
        let keeper = self.keeper.insecure_clone();
        let instruction = ix::rebalance(&self.keys, self.cranker(), orders);
        self.send_priced(&[instruction], &[&keeper])
    }

    /// Sends `unwind` for a batch with an order for the first leg.
    pub fn unwind(&mut self, number: u64, lots: i64) -> Sent {
        self.unwind_with(number, Order { leg: 0, lots })
    }

    /// Sends `unwind` for a batch.
    pub fn unwind_with(&mut self, number: u64, order: Order) -> Sent {
        let keeper = self.keeper.insecure_clone();
        let instruction = ix::unwind(&self.keys, self.cranker(), number, order);
        self.send_priced(&[instruction], &[&keeper])
    }

    /// Sends `move_collateral` of the first leg.
    pub fn move_collateral(&mut self) -> Sent {
        self.move_collateral_of(0)
    }

    /// Sends `move_collateral` of a leg.
    pub fn move_collateral_of(&mut self, leg: u8) -> Sent {
        let instruction = ix::move_collateral(&self.keys, leg, self.pay_to);
        self.send_priced(&[instruction], &[])
    }

    /// Sends `mark`.
    pub fn mark(&mut self) -> Sent {
        let instruction = ix::mark(&self.keys, self.pay_to);
        self.send_priced(&[instruction], &[])
    }

    /// Sends `trip_breaker`, by the guardian.
    pub fn trip(&mut self, breaker: VaultBreaker) -> Sent {
        let guardian = self.guardian.insecure_clone();
        let instruction = ix::trip_breaker(&self.keys, &guardian.pubkey(), breaker);
        self.send(&[instruction], &[&guardian])
    }

    /// Sends `mark` and `resume_breaker`, by the guardian.
    pub fn resume(&mut self, breaker: VaultBreaker) -> Sent {
        let guardian = self.guardian.insecure_clone();
        let mark = ix::mark(&self.keys, None);
        let resume = ix::resume_breaker(&self.keys, &guardian.pubkey(), breaker);
        self.send_priced(&[mark, resume], &[&guardian])
    }

    /// Sends instructions behind an observation, if there is anything newer to observe.
    pub(super) fn send_priced(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        let snapshot = self.snapshot();
        let first = &snapshot.first;
        // One that is refused is tried all the same: the program says why.
        let is_news = |market: &SnapshotMarket| {
            let seen = snapshot.observation(market);
            let is_first = market.key == first.key;
            seen.map_or(is_first, |seen| seen.has_news())
        };
        let observe = snapshot.markets().filter(|market| is_news(market));
        let observe = observe.map(SnapshotMarket::observe);
        let all: Vec<_> = observe.chain(instructions.iter().cloned()).collect();
        self.send(&all, signers)
    }
}
