//! Quotes: what is forged, replayed, expired or meant for something else is refused by its own
//! name.

use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{Quote, QUOTE_BYTES};
use ballast_core_clearing::trade::Side;
use ballast_core_types::Lots;
use ballast_options::state::SeriesKey;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::quotes::{carrier, SignedQuote};
use ballast_sdk::Instruction;
use ballast_testkit::clearing_house::{parties, refused, Member, CALL, FAR, UNIT, USD};
use ballast_testkit::world::more_units;
use ballast_testkit::{ClearingHouseFixture, Sent};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A taker, a maker, a call, and a quote of the maker's to sell one.
struct Desk {
    world: ClearingHouseFixture,
    taker: Member,
    maker: Member,
    key: SeriesKey,
    quote: Quote,
}

impl Desk {
    fn new() -> Self {
        let mut world = ClearingHouseFixture::new();
        let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
        let key = world.series(CALL, 55_000, FAR);
        let quote = world.quote(&maker, &key, Side::Sell, UNIT, 300);
        Self {
            world,
            taker,
            maker,
            key,
            quote,
        }
    }

    /// Returns the carrier of the quote as it ought to be.
    fn carrier(&self) -> Instruction {
        carrier(&SignedQuote::sign(&self.quote, &self.maker.user.keypair))
    }

    /// Sends a trade of a hundredth whose carrier is at an index of the transaction.
    fn send(&mut self, before: &[Instruction], index: u16) -> Sent {
        let markets = self.world.market_keys();
        let parties = parties(&self.taker, &self.maker);
        let trade = ix::TradeAccounts {
            house: &self.world.keys,
            series: &self.key,
            parties: &parties,
            markets: &markets,
        };
        let trade = ix::trade_quote(&trade, 10_000, index);
        let mut all = vec![more_units()];
        all.extend_from_slice(before);
        all.push(trade);
        self.world.send(&all, &[&self.taker.user.keypair])
    }

    /// Returns the same for a quote that the maker really signed.
    fn signed(&mut self, change: impl FnOnce(&mut Quote)) -> Sent {
        let mut quote = self.quote;
        change(&mut quote);
        let carrier = carrier(&SignedQuote::sign(&quote, &self.maker.user.keypair));
        self.send(&[carrier], 1)
    }
}

#[test]
fn the_quote_as_it_is_trades() {
    let mut desk = Desk::new();
    let carrier = desk.carrier();
    desk.send(&[carrier], 1).unwrap();
    assert_eq!(desk.world.held(&desk.taker.account, &desk.key), 10_000);
    assert_eq!(desk.world.held(&desk.maker.account, &desk.key), -10_000);
    desk.world.assert_sound();
}

#[test]
fn a_quote_for_something_else_is_refused_by_what_differs() {
    use OptionsError::*;
    type Change = fn(&mut Quote);
    let changes: [(Change, OptionsError); 8] = [
        (|quote| quote.scope.program = [1; 32], QuoteProgram),
        (|quote| quote.scope.cluster = [1; 32], QuoteCluster),
        (|quote| quote.scope.house = [1; 32], QuoteHouse),
        (|quote| quote.scope.series.strike.digits = 56_000, QuoteSeries),
        (|quote| quote.scope.series.market = 1, QuoteSeries),
        (|quote| quote.scope.maker = [1; 32], QuoteMaker),
        (|quote| quote.taker = [1; 32], QuoteTaker),
        (|quote| quote.size = Lots(9_999), NonceFilled),
    ];
    let mut desk = Desk::new();
    let before = desk.world.fingerprint();
    for (change, rule) in changes {
        refused(desk.signed(change), rule);
    }
    let slot = desk.world.clock().slot;
    refused(desk.signed(|quote| quote.expiry_slot = slot - 1), QuoteExpired);
    refused(desk.signed(|quote| quote.nonce = Nonce(u64::MAX)), NonceReserved);
    assert_eq!(desk.world.fingerprint(), before, "a refusal changes nothing");
    let taker = desk.taker.user.holder.key.to_bytes();
    desk.signed(|quote| quote.taker = taker).unwrap();
    desk.signed(|quote| quote.expiry_slot = slot).unwrap();
}

#[test]
fn a_carrier_of_another_form_is_refused_by_what_is_wrong_with_it() {
    use OptionsError::*;
    let mut desk = Desk::new();
    let good = desk.carrier();
    let before = desk.world.fingerprint();

    // No such instruction, and one of another program.
    refused(desk.send(std::slice::from_ref(&good), 9), NoSignature);
    refused(desk.send(std::slice::from_ref(&good), 0), NoSignature);
    refused(desk.send(std::slice::from_ref(&good), 2), NoSignature);

    // A carrier whose fields lie in another instruction: the native program is content, this one is
    // not.
    let mut elsewhere = good.clone();
    for place in [4, 8, 14] {
        elsewhere.data[place..place + 2].copy_from_slice(&1u16.to_le_bytes());
    }
    refused(desk.send(&[good.clone(), elsewhere], 2), SignatureInstruction);

    // The message of another place: a good signature in front, and something else behind where the
    // quote should be.
    let shifted = shift(&good, 1);
    refused(desk.send(&[shifted], 1), SignatureOffset);

    // A header that promises more than one.
    let mut two = good.clone();
    two.data[0] = 2;
    let offsets = two.data[2..16].to_vec();
    let tail = two.data.split_off(16);
    two.data.extend(relocated(&offsets, 14));
    two.data.extend(tail);
    let head = relocated(&offsets, 14);
    two.data[2..16].copy_from_slice(&head);
    refused(desk.send(&[two], 1), SignatureCount);

    // Bytes behind the message.
    let mut longer = good.clone();
    longer.data.push(0);
    refused(desk.send(&[longer], 1), SignatureLength);

    // A byte that nobody reads.
    let mut padded = good.clone();
    padded.data[1] = 1;
    refused(desk.send(&[padded], 1), SignaturePadding);

    // Somebody else's signature.
    let outsider = Keypair::new_from_array([200; 32]);
    let forged = carrier(&SignedQuote::sign(&desk.quote, &outsider));
    refused(desk.send(&[forged], 1), SignatureSigner);

    // A signature that is none: the native program refuses the transaction.
    let mut broken = good.clone();
    broken.data[50] ^= 1;
    assert!(desk.send(&[broken], 1).is_err());

    // A quote cut short, and one with another domain or version, really signed.
    let message = desk.quote.encode();
    let sign = |message: &[u8]| {
        let signature = desk.maker.user.keypair.sign_message(message);
        solana_ed25519_program::new_ed25519_instruction_with_signature(
            message,
            &signature.into(),
            &desk.maker.user.holder.key.to_bytes(),
        )
    };
    let short = sign(&message[..QUOTE_BYTES - 1]);
    let (mut domain, mut version, mut side) = (message, message, message);
    domain[0] = 0;
    version[16] = 2;
    side[161] = 3;
    let carriers = [
        (short, QuoteLength),
        (sign(&domain), QuoteDomain),
        (sign(&version), QuoteVersion),
        (sign(&side), SideForm),
    ];
    for (carrier, rule) in carriers {
        refused(desk.send(&[carrier], 1), rule);
    }
    assert_eq!(desk.world.fingerprint(), before, "a refusal changes nothing");
    desk.send(&[good], 1).unwrap();
}

/// Offsets of key, signature and message, so many bytes further on.
fn relocated(offsets: &[u8], by: u16) -> Vec<u8> {
    let mut moved = offsets.to_vec();
    for place in [0, 4, 8] {
        let at = u16::from_le_bytes([moved[place], moved[place + 1]]) + by;
        moved[place..place + 2].copy_from_slice(&at.to_le_bytes());
    }
    moved
}

/// Returns the carrier with a gap between its header and its key.
fn shift(good: &Instruction, by: u16) -> Instruction {
    let mut shifted = good.clone();
    let header = relocated(&good.data[2..16], by);
    shifted.data[2..16].copy_from_slice(&header);
    for _ in 0..by {
        shifted.data.insert(16, 0);
    }
    shifted
}

#[test]
fn a_nonce_fills_to_its_size_and_never_again() {
    let mut desk = Desk::new();
    let quote = Quote {
        size: Lots(30_000),
        ..desk.quote
    };
    let take = |desk: &mut Desk, quote: &Quote, quantity| {
        let (taker, maker) = (&desk.taker, &desk.maker);
        desk.world.take(taker, maker, quote, quantity)
    };
    take(&mut desk, &quote, 10_000).unwrap();
    refused(take(&mut desk, &quote, 30_000), OptionsError::NonceFilled);
    take(&mut desk, &quote, 20_000).unwrap();
    refused(take(&mut desk, &quote, 10_000), OptionsError::NonceFilled);

    // A higher nonce of the same slot supersedes a lower one for good.
    let next = Quote {
        nonce: Nonce(quote.nonce.0 + 32),
        ..desk.quote
    };
    take(&mut desk, &next, 10_000).unwrap();
    refused(take(&mut desk, &quote, 10_000), OptionsError::NonceSuperseded);

    let (owner, account) = (desk.maker.user.holder.key, desk.maker.account);
    let cancel = ix::cancel_quote(&owner, &account, next.nonce.0);
    desk.world.submit(cancel, &desk.maker.user).unwrap();
    refused(take(&mut desk, &next, 10_000), OptionsError::NonceCancelled);
    let all = ix::cancel_all_quotes(&owner, &account, Some(1_000));
    desk.world.submit(all, &desk.maker.user).unwrap();
    let late = Quote {
        nonce: Nonce(999),
        ..desk.quote
    };
    refused(take(&mut desk, &late, 10_000), OptionsError::NonceBelowLeast);
    let fresh = Quote {
        nonce: Nonce(1_000),
        ..desk.quote
    };
    take(&mut desk, &fresh, 10_000).unwrap();
    // Not even for the maker does the least go down.
    let lower = ix::cancel_all_quotes(&owner, &account, Some(5));
    desk.world.submit(lower, &desk.maker.user).unwrap();
    assert_eq!(desk.world.account(&account).min_nonce, 1_000);
    desk.world.assert_sound();
}

#[test]
fn a_quoter_signs_and_cancels_in_the_owners_place_and_can_do_nothing_else() {
    let mut desk = Desk::new();
    let quote_signer = desk.world.wallet(0);
    let (owner, account) = (desk.maker.user.holder.key, desk.maker.account);
    let name = ix::set_quote_signer(&quote_signer.holder.key, &account, quote_signer.holder.key);
    refused(desk.world.submit(name, &quote_signer), OptionsError::NotOwner);
    let name = ix::set_quote_signer(&owner, &account, quote_signer.holder.key);
    desk.world.submit(name, &desk.maker.user).unwrap();

    let by_owner = desk.carrier();
    refused(desk.send(&[by_owner], 1), OptionsError::SignatureSigner);
    let by_quoter = carrier(&SignedQuote::sign(&desk.quote, &quote_signer.keypair));
    desk.send(std::slice::from_ref(&by_quoter), 1).unwrap();
    let withdraw = ix::withdraw(
        &desk.world.keys,
        &quote_signer.holder.key,
        &account,
        &quote_signer.holder.quote,
        &[],
        1,
    );
    refused(desk.world.submit(withdraw, &quote_signer), OptionsError::NotOwner);
    let cancel = ix::cancel_quote(&quote_signer.holder.key, &account, desk.quote.nonce.0);
    desk.world.submit(cancel, &quote_signer).unwrap();
    refused(desk.send(&[by_quoter], 1), OptionsError::NonceCancelled);
    let outsider = ix::cancel_all_quotes(&desk.taker.user.holder.key, &account, None);
    refused(desk.world.submit(outsider, &desk.taker.user), OptionsError::NotQuoter);
}

#[test]
fn an_address_that_was_closed_never_comes_back_and_neither_do_its_quotes() {
    let mut desk = Desk::new();
    let user = desk.world.wallet(0);
    let maker = desk.world.open(user);
    let number = desk.world.account(&maker.account).number;
    let admin = desk.world.admin.pubkey();
    let close = ix::close_account(&maker.user.holder.key, &maker.account, &admin);
    refused(
        desk.world.submit(close.clone(), &maker.user),
        OptionsError::TooYoungToClose,
    );
    desk.world.pass(200, 512);
    desk.world.submit(close, &maker.user).unwrap();
    let again = ix::open_account(&desk.world.keys, &admin, &maker.user.holder.key, number);
    refused(desk.world.crank(again), OptionsError::AccountNumber);
    let slot = desk.world.clock().slot;
    let early = ix::open_account(&desk.world.keys, &admin, &maker.user.holder.key, slot + 1);
    refused(desk.world.crank(early), OptionsError::AccountNumber);
}
