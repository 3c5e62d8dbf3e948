//! What the keeper knows of the chain at this moment. Nothing of it is ever stored: all can be read
//! again.

use anchor_lang::prelude::Clock;
use ballast_rpc::clock::{clock, CLOCK};
use ballast_rpc::node::Seen;
use ballast_sdk::accounts::{DecodeError, RawAccount};
use ballast_sdk::addresses::VaultKeys;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::snapshot::{batch_keys, is_past, Snapshot, SnapshotMarket};
use ballast_sdk::Pubkey;
use ballast_vault::state::Vault;
use solana_hash::Hash;
use std::collections::HashMap;
use std::time::Instant;

/// What made the keeper look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When the first news since the last observation arrived.
    pub at: Instant,
    /// Whether the price was among it.
    pub price: bool,
}

#[derive(Clone, Debug)]
struct Held {
    account: Option<RawAccount>,
    version: u64,
}

/// The latest state of every account that matters.
#[derive(Debug)]
pub struct Memory {
    /// The vault's addresses.
    pub keys: VaultKeys,
    /// Where the prices of each market are published.
    pub feeds: Vec<PriceFeeds>,
    /// Where the keeper's pay goes, if there is such an account.
    pay_to: Pubkey,
    held: HashMap<Pubkey, Held>,
    clock: Option<Clock>,
    blockhash: Option<Hash>,
    change: Option<Change>,
    version: u64,
}

impl Memory {
    /// Knows nothing but where to look.
    pub fn new(keys: VaultKeys, feeds: Vec<PriceFeeds>, pay_to: Pubkey) -> Self {
        Self {
            keys,
            feeds,
            pay_to,
            held: HashMap::new(),
            clock: None,
            blockhash: None,
            change: None,
            version: 0,
        }
    }

    /// Returns the accounts to watch: prices first, then those of the snapshot.
    pub fn watched(&self) -> Vec<Pubkey> {
        let mut watched: Vec<Pubkey> = self.feeds.iter().flat_map(PriceFeeds::keys).collect();
        watched.extend(Snapshot::accounts(&self.keys));
        watched.push(self.pay_to);
        watched.extend(self.batches());
        watched
    }

    /// Returns the batches that somebody may wait for, as far as the vault is known.
    fn batches(&self) -> Vec<Pubkey> {
        let vault = self.held.get(&self.keys.vault).and_then(|held| held.account.as_ref());
        let vault = vault.and_then(|account| account.vault().ok());
        vault.map_or(Vec::new(), |vault| self.batches_of(&vault))
    }

    /// Returns those batches of a vault. What was found to be past makes room for what is behind.
    fn batches_of(&self, vault: &Vault) -> Vec<Pubkey> {
        let known_past = |key: &Pubkey| {
            let held = self.held.get(key);
            held.is_some_and(|held| is_past(held.account.as_ref()))
        };
        batch_keys(&self.keys.vault, vault, known_past)
    }

    /// Counts changes of accounts; the clock and the blockhash are none.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Takes an account in, from a notification that arrived `at`. Whether it is news.
    pub fn put(&mut self, key: Pubkey, account: Option<RawAccount>, at: Instant) -> bool {
        if self.held.get(&key).is_some_and(|held| held.account == account) {
            return false;
        }
        self.version = self.version.saturating_add(1);
        self.held.insert(
            key,
            Held {
                account,
                version: self.version,
            },
        );
        let price = self.feeds.iter().any(|feeds| feeds.first == key);
        let change = self.change.get_or_insert(Change { at, price });
        if price && !change.price {
            *change = Change { at, price };
        }
        true
    }

    /// Takes a full read in that was begun at version `begun`: whatever was notified since is newer
    /// and stays.
    pub fn read(&mut self, begun: u64, accounts: Vec<(Pubkey, Option<Seen>)>, blockhash: Hash, at: Instant) {
        self.blockhash = Some(blockhash);
        for (key, seen) in accounts {
            let account = seen.map(|seen| seen.account);
            if key == CLOCK {
                self.clock = account.and_then(|account| clock(&account.data)).or(self.clock.take());
            } else if self.held.get(&key).is_none_or(|held| held.version <= begun) {
                self.put(key, account, at);
            }
        }
    }

    /// Returns where the keeper's pay goes; `None` while there is no account there that takes the
    /// vault's quote tokens: a transaction that names one would be refused with all that is due.
    pub fn payee(&self) -> Option<Pubkey> {
        let account = self.held.get(&self.pay_to)?.account.as_ref()?;
        let takes = account.owner == self.keys.quote_program
            && account
                .token_account()
                .is_ok_and(|token| token.mint == self.keys.quote_mint && !token.is_frozen());
        takes.then_some(self.pay_to)
    }

    /// Returns the news since the last call.
    pub fn take_change(&mut self) -> Option<Change> {
        self.change.take()
    }

    /// Everything decoded, with the blockhash to sign with. `None` before the first full read.
    ///
    /// The clock is at most one poll old; it is never left behind a price, which the chain cannot
    /// have taken from its future.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn snapshot(&self) -> Option<Result<(Snapshot, Hash), DecodeError>> {
        let (clock, blockhash) = (self.clock.clone()?, self.blockhash?);
        let held = |key: &Pubkey| self.held.get(key).and_then(|held| held.account.clone());
        let decoded = Snapshot::decode(self.keys, clock, &self.feeds, held);
        Some(decoded.map(|snapshot| {
            let batches = self.batches_of(&snapshot.vault);
            let mut snapshot = snapshot.with_batches(batches.iter().map(held));
            if let Some((time, slot)) = published(&snapshot) {
                snapshot.clock.unix_timestamp = snapshot.clock.unix_timestamp.max(time);
                snapshot.clock.slot = snapshot.clock.slot.max(slot);
            }
            (snapshot, blockhash)
        }))
    }
}

/// Returns when the newest price in hand was published, unix seconds, and the slot it was posted
/// in.
pub fn published(snapshot: &Snapshot) -> Option<(i64, u64)> {
    let prices = snapshot.markets().filter_map(SnapshotMarket::raw_price);
    prices.map(|raw| (raw.publish_time, raw.slot)).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_sdk::addresses::TokenMint;

    fn memory() -> Memory {
        let some = Pubkey::new_unique;
        let keys = VaultKeys::derive(&some(), 0, &TokenMint::spl(some()), &[some()]);
        let feeds = PriceFeeds {
            first: some(),
            second: None,
            quote: None,
        };
        Memory::new(keys, vec![feeds], some())
    }

    fn account(key: Pubkey, byte: u8) -> RawAccount {
        RawAccount {
            key,
            owner: key,
            data: vec![byte],
        }
    }

    #[test]
    fn a_notification_outlives_a_read_that_began_before_it() {
        let mut memory = memory();
        let key = memory.keys.vault;
        let begun = memory.version();
        assert!(memory.put(key, Some(account(key, 2)), Instant::now()));
        let old = Seen {
            account: account(key, 1),
            lamports: 1,
        };
        memory.read(begun, vec![(key, Some(old.clone()))], Hash::default(), Instant::now());
        assert_eq!(memory.held[&key].account, Some(account(key, 2)));
        memory.read(
            memory.version(),
            vec![(key, Some(old))],
            Hash::default(),
            Instant::now(),
        );
        assert_eq!(memory.held[&key].account, Some(account(key, 1)));
    }

    #[test]
    fn the_same_bytes_are_no_news_and_a_price_marks_the_change() {
        let mut memory = memory();
        let (vault, feed) = (memory.keys.vault, memory.feeds[0].first);
        let first = Instant::now();
        memory.put(vault, Some(account(vault, 1)), first);
        assert!(!memory.put(vault, Some(account(vault, 1)), Instant::now()));
        let second = Instant::now();
        memory.put(feed, Some(account(feed, 1)), second);
        assert_eq!(
            memory.take_change(),
            Some(Change {
                at: second,
                price: true
            })
        );
        assert_eq!(memory.take_change(), None);
    }

    #[test]
    fn pay_goes_nowhere_but_to_an_account_that_takes_it() {
        let mut memory = memory();
        assert_eq!(memory.payee(), None, "before it was read");
        let (to, mint, program) = (memory.pay_to, memory.keys.quote_mint, memory.keys.quote_program);
        assert!(memory.watched().contains(&to));
        let token = |mint: Pubkey, owner: Pubkey, state: u8| {
            let mut data = vec![0; 165];
            data[..32].copy_from_slice(mint.as_ref());
            data[108] = state;
            Some(RawAccount { key: to, owner, data })
        };
        for (account, expected) in [
            (token(mint, program, 1), Some(to)),
            (None, None),
            // Frozen, not opened, of another mint, of another program.
            (token(mint, program, 2), None),
            (token(mint, program, 0), None),
            (token(Pubkey::new_unique(), program, 1), None),
            (token(mint, Pubkey::new_unique(), 1), None),
        ] {
            memory.put(to, account, Instant::now());
            assert_eq!(memory.payee(), expected);
        }
    }

    #[test]
    fn nothing_is_planned_from_half_a_memory() {
        let mut memory = memory();
        assert!(memory.snapshot().is_none());
        let mut data = [0; 40];
        data[0] = 5;
        data[32] = 7;
        let seen = Seen {
            account: RawAccount {
                key: CLOCK,
                owner: CLOCK,
                data: data.to_vec(),
            },
            lamports: 1,
        };
        memory.read(0, vec![(CLOCK, Some(seen))], Hash::default(), Instant::now());
        assert_eq!(
            memory.clock.as_ref().map(|clock| (clock.slot, clock.unix_timestamp)),
            Some((5, 7))
        );
        assert!(matches!(memory.snapshot(), Some(Err(DecodeError::Missing(_)))));
    }
}
